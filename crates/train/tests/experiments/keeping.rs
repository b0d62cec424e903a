//! What results keep, and that the seed alone decides it.

use chainrule_data::Dataset;
use chainrule_nn::{Model, Reduction};
use chainrule_train::{Experiment, Setting};

use super::task::{data, experiment};

#[test]
fn every_run_keeps_its_curve_its_end_and_its_network() {
    let results = experiment()
        .settings(&[(2, 0.001), (4, 0.5)])
        .run()
        .unwrap();
    let [slow, fast] = &results.runs[..] else {
        panic!("two runs")
    };
    let samples = |i: usize| {
        results.runs[i]
            .curve
            .iter()
            .map(|p| p.samples)
            .collect::<Vec<_>>()
    };
    // 230 samples in batches of 100, 100 and 30: the last, smaller batch is kept.
    assert_eq!(samples(0), [100, 200, 330, 430]);
    assert_eq!((slow.samples, fast.samples), (460, 920));
    assert_eq!(fast.final_test_accuracy, Some(1.0));
    assert!(!fast.diverged() && fast.divergence.is_none());
    assert!(fast.curve.last().unwrap().loss < slow.curve.last().unwrap().loss);
    let x = data().test.pixels();
    let right = fast
        .network
        .predict(&x)
        .unwrap()
        .iter()
        .enumerate()
        .all(|(i, &c)| c == i % 2);
    assert!(right, "the network that is kept is the trained one");
    assert!(results.seconds >= fast.seconds && fast.seconds >= fast.measuring_seconds);
}

#[test]
fn the_numbers_do_not_depend_on_the_number_of_threads() {
    let settings = [(3, 0.1), (1, 0.5), (2, 0.2), (5, 0.05)];
    let run = |threads| {
        experiment()
            .settings(&settings)
            .threads(threads)
            .fresh()
            .run()
            .unwrap()
    };
    let (one, four) = (run(1), run(4));
    for (a, b) in one.runs.iter().zip(&four.runs) {
        assert_eq!(a.curve, b.curve);
        assert_eq!(a.network.parameters(), b.network.parameters());
    }
}

#[test]
fn threads_that_share_one_run_change_nothing() {
    let run = |threads| {
        let settings = [Setting::new(2, 0.1).batch_size(50)];
        let results = experiment().settings(&settings).threads(threads).fresh();
        results.run().unwrap().runs.remove(0)
    };
    let alone = run(1);
    for threads in [2, 3, 8] {
        let shared = run(threads);
        assert_eq!(alone.curve, shared.curve, "{threads} threads");
        assert_eq!(alone.network.parameters(), shared.network.parameters());
    }
}

#[test]
fn the_seed_decides() {
    let run = |seed| {
        experiment()
            .settings(&[(2, 0.1)])
            .seed(seed)
            .run()
            .unwrap()
            .runs
            .remove(0)
    };
    assert_eq!(run(3).curve, run(3).curve);
    assert_ne!(run(3).curve, run(4).curve);
    let own = experiment()
        .settings(&[Setting::new(2, 0.1).seed(4)])
        .seed(3)
        .run()
        .unwrap();
    assert_eq!(own.runs[0].curve, run(4).curve);
}

#[test]
fn both_precisions_learn_the_same() {
    let experiment = experiment().settings(&[(3, 0.2)]);
    let (single, double) = (experiment.run().unwrap(), experiment.run_f64().unwrap());
    let losses =
        |curve: &[chainrule_train::Point]| curve.iter().map(|p| p.loss).collect::<Vec<_>>();
    let pairs = losses(&single.runs[0].curve)
        .into_iter()
        .zip(losses(&double.runs[0].curve));
    pairs.for_each(|(a, b)| assert!((a - b).abs() < 1e-4, "{a} {b}"));
}

#[test]
fn measured_losses_are_means_over_samples_without_dropout() {
    let model = Model::input(4)
        .dense(3)
        .relu()
        .dropout(0.4)
        .dense(2)
        .softmax();
    let run = |reduction, rate| {
        let model = model.clone().reduction(reduction);
        let experiment = Experiment::new("Halves", &model, &data())
            .quiet()
            .train_part(1.0);
        let results = experiment.settings(&[(3, rate)]).log_each_epoch().run_f64();
        results.unwrap().runs.remove(0)
    };
    // The last batch of an epoch is smaller; a sum over it takes a smaller step.
    for run in [run(Reduction::Mean, 0.1), run(Reduction::Sum, 0.001)] {
        let samples: Vec<_> = run.curve.iter().map(|point| point.samples).collect();
        assert_eq!(samples, [230, 460, 690]);
        let last = run.curve[2];
        let (train, test) = (data().train, data().test);
        let summed = run.network.model().summary().unwrap().reduction == Reduction::Sum;
        let mean = |part: &Dataset| {
            let loss = run.network.loss(&part.pixels_f64(), part.labels()).unwrap();
            if summed {
                loss / part.len() as f64
            } else {
                loss
            }
        };
        assert!((last.train_loss - mean(&train)).abs() < 1e-12, "{last:?}");
        assert!((last.test_loss - mean(&test)).abs() < 1e-12, "{last:?}");
        assert!(last.loss != last.train_loss);
    }
}

#[test]
fn dropout_is_drawn_from_the_seed() {
    let model = Model::input(4)
        .dense(8)
        .relu()
        .dropout(0.5)
        .dense(2)
        .softmax();
    let run = |model: &Model, seed: u64| {
        let experiment = Experiment::new("Halves", model, &data())
            .fresh()
            .quiet()
            .seed(seed);
        experiment
            .settings(&[(2, 0.1)])
            .run()
            .unwrap()
            .runs
            .remove(0)
            .network
    };
    let weights = |network: chainrule_nn::Network| network.parameters().to_vec();
    assert_eq!(weights(run(&model, 1)), weights(run(&model, 1)));
    let without = Model::input(4).dense(8).relu().dense(2).softmax();
    assert_ne!(weights(run(&model, 1)), weights(run(&without, 1)));
}
