//! Repeats over seeds: what they hold, what is said of a setting, what of runs without an end.

use chainrule_nn::{Init, Model};
use chainrule_train::{Experiment, Measure, Results, Setting, Spread};
use proptest::prelude::*;

use super::task::{data, experiment, model, pin_numbers};

#[test]
fn every_setting_runs_under_every_seed() {
    let settings = [Setting::new(1, 0.1), Setting::new(1, 0.5).seed(40)];
    let results = experiment()
        .settings(&settings)
        .seed(3)
        .repeats(3)
        .run()
        .unwrap();
    let seeds: Vec<_> = results.runs.iter().map(|run| run.seed).collect();
    assert_eq!(seeds, [3, 4, 5, 40, 41, 42]);
    // A repeat is the run that its seed alone would have been.
    let alone = experiment().settings(&settings[..1]).seed(5).run().unwrap();
    assert_eq!(alone.runs[0].curve, results.runs[2].curve);
    assert_eq!(
        alone.runs[0].network.parameters(),
        results.runs[2].network.parameters()
    );
    let labels = results.run_labels();
    assert_eq!(labels[1], "Epochs: 1, Learning rate: 0.1, seed 4");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let run = |threads| {
        let experiment = experiment().settings(&[(1, 0.1), (2, 0.5)]).repeats(3);
        experiment.threads(threads).run().unwrap()
    };
    let (one, four) = (run(1), run(4));
    for (a, b) in one.runs.iter().zip(&four.runs) {
        assert_eq!((a.seed, &a.curve), (b.seed, &b.curve));
    }
}

#[test]
fn repeats_that_make_no_sense_are_refused() {
    let complaint = |experiment: Experiment| experiment.run().unwrap_err().to_string();
    let none = complaint(experiment().settings(&[(1, 0.1)]).repeats(0));
    assert!(
        none.contains("at least 1 repeat") && none.contains("got       0"),
        "{none}"
    );
    let beyond = complaint(experiment().settings(&[(1, 0.1)]).seed(u64::MAX).repeats(2));
    assert!(beyond.contains("beyond the greatest seed"), "{beyond}");
    let many = complaint(experiment().settings(&[(1, 0.1)]).repeats(10_001));
    assert!(many.contains("at most 10000 runs"), "{many}");
}

#[test]
fn a_summary_is_the_mean_and_deviation_over_the_seeds() {
    let results = experiment()
        .settings(&[(1, 0.02), (2, 0.1)])
        .repeats(4)
        .run()
        .unwrap();
    let summary = results.summary();
    assert_eq!(summary.rows.len(), 2);
    for (row, runs) in summary.rows.iter().zip(results.runs.chunks(4)) {
        let accuracies: Vec<_> = runs
            .iter()
            .filter_map(|run| run.final_test_accuracy)
            .collect();
        assert_eq!(row.test_accuracy, Spread::of(&accuracies));
        assert_eq!((row.runs, row.finished), (4, 4));
        let best: Vec<_> = runs
            .iter()
            .filter_map(chainrule_train::Run::peak_epoch)
            .collect();
        assert_eq!(row.best_epoch, Spread::of(&best));
    }
    let curves = results.mean_curves(Measure::TestLoss);
    let point = curves[1].points[2];
    let at: Vec<_> = results.runs[4..].iter().map(|run| run.curve[2]).collect();
    let losses: Vec<_> = at.iter().map(|point| point.test_loss).collect();
    assert_eq!(point, (at[0].samples, Spread::of(&losses).unwrap()));
}

#[test]
fn the_best_epoch_is_that_of_the_first_highest_accuracy() {
    let mut results = experiment().settings(&[(4, 0.5)]).run().unwrap();
    let run = &mut results.runs[0];
    for (i, point) in run.curve.iter_mut().enumerate() {
        point.test_accuracy = [0.5, 0.8, 0.8, 0.6][i % 4];
    }
    run.final_test_accuracy = Some(0.8);
    // The second measurement, at 200 of 230 samples.
    assert_eq!(run.peak_epoch(), Some(200.0 / 230.0));
    run.final_test_accuracy = Some(0.9);
    assert_eq!(run.peak_epoch(), Some(4.0));
    run.best_epoch = Some(3);
    assert_eq!(run.peak_epoch(), Some(3.0), "what early stopping found");
    run.interrupted = true;
    assert_eq!(run.peak_epoch(), None);
}

/// Three settings under three seeds, of which one setting never comes to its end.
fn with_a_wild_one() -> Results {
    let wild = model().weights(Init::Constant(1e30));
    let settings = [
        Setting::new(1, 0.05),
        Setting::new(2, 0.5),
        Setting::new(2, 0.5).model(&wild).named("wild"),
    ];
    experiment().settings(&settings).repeats(3).run().unwrap()
}

#[test]
fn results_with_repeats_are_told_as_a_table() {
    let mut results = with_a_wild_one();
    pin_numbers(&mut results);
    insta::assert_snapshot!(results);
}

#[test]
fn runs_without_an_end_are_kept_and_counted() {
    let mut results = with_a_wild_one();
    // One run of the first setting as if it had been interrupted.
    results.runs[1].interrupted = true;
    let summary = results.summary();
    let first = &summary.rows[0];
    assert_eq!((first.runs, first.finished, first.interrupted), (3, 2, 1));
    let finished = [0, 2].map(|i: usize| results.runs[i].final_test_accuracy.unwrap());
    assert_eq!(first.test_accuracy, Spread::of(&finished));
    assert_eq!(first.runs_in_words(), "2 of 3, 1 interrupted");
    let wild = &summary.rows[2];
    assert_eq!((wild.runs, wild.finished, wild.diverged), (3, 0, 3));
    assert_eq!(
        (wild.test_accuracy, wild.best_epoch, wild.seconds),
        (None, None, None)
    );
    let curves = results.mean_curves(Measure::TestAccuracy);
    assert_eq!((curves[0].finished, curves[0].runs), (2, 3));
    assert_eq!(curves[0].remark.as_deref(), Some("1 of 3 interrupted"));
    assert!(curves[2].points.is_empty());
    assert_eq!(curves[2].remark.as_deref(), Some("3 of 3 diverged"));
    assert_eq!(summary.best(), Some(1));
}

#[test]
fn a_mean_curve_ends_where_the_shortest_run_does() {
    let mut results = experiment().settings(&[(3, 0.1)]).repeats(2).run().unwrap();
    results.runs[1].curve.truncate(4);
    let curve = &results.mean_curves(Measure::TrainLoss)[0];
    assert_eq!(curve.points.len(), 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_order_of_the_runs_does_not_change_what_is_said_of_a_setting(turn in 0_usize..6) {
        let model = Model::input(4).dense(2).softmax();
        let experiment = Experiment::new("Halves", &model, &data()).quiet();
        let mut results = experiment.settings(&[(1, 0.1), (1, 0.3)]).repeats(3).run().unwrap();
        let before = results.summary();
        results.runs[..3].rotate_left(turn % 3);
        results.runs[3..].rotate_right(turn / 2);
        let after = results.summary();
        for (a, b) in before.rows.iter().zip(&after.rows) {
            prop_assert_eq!(&a.label, &b.label);
            let (a, b) = (a.test_accuracy.unwrap(), b.test_accuracy.unwrap());
            prop_assert!((a.mean - b.mean).abs() < 1e-12);
            prop_assert!((a.deviation.unwrap() - b.deviation.unwrap()).abs() < 1e-12);
        }
    }
}
