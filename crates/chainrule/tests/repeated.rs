//! Pictures and displays of experiments whose settings run under several seeds.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use chainrule::prelude::*;

/// Two classes of 2 × 2 images: bright above, or bright below.
fn data() -> Splits {
    let task = |samples: usize| {
        let pixels = Array2::from_shape_fn((samples, 4), |(i, j)| {
            let bright = (i % 2 == 0) == (j < 2);
            ((i * 37 + j * 11) % 90 + if bright { 120 } else { 0 }) as u8
        });
        let labels = (0..samples).map(|i| (i % 2) as u8).collect();
        Dataset::from_arrays("halves", pixels, labels, [1, 2, 2], ["above", "below"]).unwrap()
    };
    Splits::new("halves", task(230), None, task(50)).unwrap()
}

fn results(rates: &[f64], seeds: usize) -> Results {
    let model = Model::input(4).dense(3).relu().dense(2).softmax();
    Experiment::new("Halves", &model, &data())
        .settings(&[(3, 0.1)])
        .grid("learning_rate", rates)
        .unwrap()
        .repeats(seeds)
        .log_every(100)
        .fresh()
        .quiet()
        .run()
        .unwrap()
}

fn rates(count: usize) -> Vec<f64> {
    (1..=count).map(|i| i as f64 / 20.0).collect()
}

#[test]
fn few_settings_stand_in_one_plot_with_their_bands() {
    let figure = plot_mean_curves(&results(&rates(3), 4)).unwrap();
    assert_eq!((figure.width(), figure.height()), (1440, 860));
    let text = figure.description();
    assert!(
        text.starts_with("Line plot \"Halves: test accuracy\""),
        "{text}"
    );
    assert!(
        text.contains("y axis \"mean ± one standard deviation over 4 seeds\""),
        "{text}"
    );
    assert_eq!(
        text.matches(" has 6 points, from (100, ").count(),
        3,
        "{text}"
    );
    assert_eq!(
        text.matches("Band \"\" about \"Learning rate: ").count(),
        3,
        "{text}"
    );
    let losses = MeanCurves::of(&results(&rates(3), 4))
        .measure(Measure::TestLoss)
        .draw();
    assert!(losses.unwrap().description().contains("Halves: test loss"));
}

#[test]
fn many_settings_have_panels_of_one_range_with_the_others_behind() {
    let results = results(&rates(16), 2);
    let figure = plot_mean_curves(&results).unwrap();
    let text = figure.description();
    assert!(text.contains("columns: 4, rows: 4"), "{text}");
    assert_eq!(text.matches("Behind them 15 grey curves.").count(), 16);
    assert_eq!(text.matches("Band \"± standard deviation\"").count(), 16);
    // A page is a thousand logical pixels wide, and every panel has its name.
    assert!(figure.width() <= 2_500, "{figure:?}");
    for label in results.labels() {
        assert!(
            text.contains(&format!("\n{label}, test accuracy: ")),
            "{label} in {text}"
        );
    }
    let narrow = MeanCurves::of(&results).y_range(0.999, 1.5).draw().unwrap();
    let notes = narrow.description().matches(" Note: ends at 0.").count();
    assert!(notes > 0, "curves that lie outside say where they end");
    let wrong = MeanCurves::of(&results)
        .y_range(1.0, 0.5)
        .draw()
        .unwrap_err();
    assert!(wrong.to_string().contains("range of the y axis"), "{wrong}");
}

#[test]
fn one_run_of_each_has_no_bands() {
    let figure = plot_mean_curves(&results(&rates(2), 1)).unwrap();
    let text = figure.description();
    assert!(
        text.contains("one run each") && !text.contains("Band"),
        "{text}"
    );
    let empty = Results {
        runs: Vec::new(),
        ..results(&rates(1), 1)
    };
    let error = plot_mean_curves(&empty).unwrap_err().to_string();
    assert!(error.contains("there are no runs to draw"), "{error}");
}

#[test]
fn what_has_no_end_is_said_in_the_legend_and_in_panels() {
    for (settings, told) in [(2, "(1 of 3 interrupted)"), (7, "Note: 1 of 3 interrupted")] {
        let mut results = results(&rates(settings), 3);
        results.runs[1].interrupted = true;
        let figure = plot_mean_curves(&results).unwrap();
        assert!(
            figure.description().contains(told),
            "{}",
            figure.description()
        );
    }
}

#[test]
fn settings_of_which_nothing_came_to_its_end_leave_panels_that_say_so() {
    for settings in [2, 7] {
        let mut results = results(&rates(settings), 2);
        for run in &mut results.runs {
            run.interrupted = true;
        }
        let figure = plot_mean_curves(&results).unwrap();
        let told = figure.description().matches("2 of 2 interrupted").count();
        assert_eq!(told, settings, "{}", figure.description());
        let table = plot_results_table(&results).unwrap();
        assert!(table.description().contains("0 of 2, 2 interrupted"));
    }
}

#[test]
fn learning_curves_show_means_and_many_come_in_rows() {
    let figure = plot_learning_curves(&[&results(&rates(2), 3)]).unwrap();
    let text = figure.description();
    assert!(text.contains("columns: 2, rows: 1"), "{text}");
    assert!(
        text.contains("Band \"± standard deviation\" about \"train_accuracy\""),
        "{text}"
    );
    assert_eq!(
        text.matches("\"test_accuracy\" has 6 points, from (")
            .count(),
        2,
        "{text}"
    );
    let many = results(&rates(9), 1);
    let text = plot_learning_curves(&[&many])
        .unwrap()
        .description()
        .to_owned();
    assert!(
        text.contains("columns: 4, rows: 3") && !text.contains("Band"),
        "{text}"
    );
    assert!(
        text.contains("\nEpochs: 3, Learning rate: 0.05, Accuracy: "),
        "{text}"
    );
    let both = plot_loss_curves(&[&results(&rates(2), 3), &many]).unwrap();
    assert!(both.description().contains("columns: 2, rows: 9"));
}

#[test]
fn tables_have_a_row_for_each_setting() {
    let results = results(&rates(8), 3);
    let figure = plot_results_table(&results).unwrap();
    let text = figure.description();
    assert!(text.contains("runs   train accuracy"), "{text}");
    assert_eq!(text.matches("\nLearning rate: ").count(), 8, "{text}");
    assert_eq!(text.matches('*').count(), 2, "one is the best: {text}");
    let one = plot_summary_table(&[&results]).unwrap();
    assert_eq!(
        one.description(),
        text,
        "a single experiment with many settings"
    );
    let small = self::results(&rates(2), 3);
    let two = plot_summary_table(&[&small, &small]).unwrap();
    assert!(
        two.description().contains(" ± ") && two.description().contains("(Learning rate: 0.05)")
    );
}

#[test]
fn results_and_what_they_come_to_are_displayed() {
    use chainrule::notebook::NotebookDisplay;

    fn displayed(_: &impl NotebookDisplay) {}
    let results = results(&rates(2), 3);
    displayed(&results.summary());
    displayed(&results.compare(0, 1).unwrap());
    displayed(&results.compare_all().unwrap());
    assert!(results.to_string().contains(" ± "));
}
