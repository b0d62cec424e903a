//! Augmentation in training: by the seed alone, and never where something is measured.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod common;

use chainrule_data::{Augment, BatchSampler, Dataset, Splits};
use chainrule_nn::{Network, Optimizer, Sgd};
use chainrule_train::{Evaluation, Experiment, Fit, Results, Setting, evaluate};
use common::{data, images, model, turn};
use ndarray::Array2;

fn augment() -> Augment {
    Augment::new().shift(1.0).rotate(25.0).scale(0.2)
}

fn setting() -> Setting {
    Setting::new(3, 0.1).batch_size(20).augment(augment())
}

fn run(settings: &[Setting], threads: usize) -> Results<f64> {
    let _turn = turn();
    let experiment = Experiment::new("Noise", &model(), &data(false))
        .fresh()
        .quiet();
    let experiment = experiment.log_each_epoch().threads(threads);
    experiment.settings(settings).run_f64().unwrap()
}

fn measured(network: &Network<f64>, part: &Dataset) -> Evaluation {
    evaluate(network, part, &mut network.workspace(100).unwrap()).unwrap()
}

fn same(a: &Network<f64>, b: &Network<f64>) -> bool {
    a.parameters() == b.parameters()
}

#[test]
fn its_steps_are_those_of_a_loop_by_hand() {
    let train = data(false).train;
    let mut network = model().build_f64(1).unwrap();
    let mut sampler = BatchSampler::new(train.len(), 20, 1).unwrap();
    let mut source = augment().source(&train, 1).unwrap();
    let mut sgd = Sgd::new(0.1).unwrap();
    for _ in 0..3 {
        sampler.start_epoch();
        while let Some(indices) = sampler.next_batch() {
            let (mut x, mut labels) = (Array2::zeros((20, 6)), [0; 20]);
            let pixels = x.as_slice_mut().unwrap();
            train
                .fill_batch_augmented(indices, pixels, &mut labels, &mut source)
                .unwrap();
            let gradients = network.gradients(&x, &labels).unwrap();
            sgd.step(&mut network, &gradients).unwrap();
        }
    }
    let results = run(&[setting()], 1);
    assert!(same(&results.runs[0].network, &network));
}

#[test]
fn the_seed_decides_and_the_number_of_threads_does_not() {
    let settings = [
        setting().named("first"),
        setting().seed(2).named("other seed"),
        setting().named("again"),
        setting().augment(Augment::new()).named("nothing"),
    ];
    let (one, three) = (run(&settings, 1), run(&settings, 3));
    for (a, b) in one.runs.iter().zip(&three.runs) {
        assert!(same(&a.network, &b.network) && a.curve == b.curve);
    }
    let [first, other_seed, again, nothing] = &one.runs[..] else {
        panic!("four runs")
    };
    assert!(same(&first.network, &again.network));
    assert!(!same(&first.network, &other_seed.network));
    let plain = run(&[Setting::new(3, 0.1).batch_size(20)], 1);
    assert!(
        same(&nothing.network, &plain.runs[0].network),
        "no amounts, no change"
    );
    assert!(!same(&first.network, &plain.runs[0].network));
}

#[test]
fn what_is_measured_is_not_augmented() {
    let (_turn, data) = (turn(), data(true));
    let mut fit = Fit::new_f64(&model(), &data).setting(setting()).quiet();
    let history = fit.run().unwrap();
    for (part, name) in [
        (&data.train, "loss"),
        (data.validation.as_ref().unwrap(), "val_loss"),
    ] {
        let seen = measured(&history.network, part);
        assert_eq!(
            history.metric(name).unwrap().last(),
            Some(&seen.loss),
            "{name}"
        );
    }
    let results = Experiment::new("Noise", &model(), &data)
        .quiet()
        .train_part(1.0);
    let run = results
        .settings(&[setting()])
        .run_f64()
        .unwrap()
        .runs
        .remove(0);
    assert!(
        same(&run.network, &history.network),
        "a fit and an experiment take the same steps"
    );
    let test = measured(&run.network, &data.test);
    assert_eq!(run.final_test_accuracy, Some(test.accuracy()));
    let train = measured(&run.network, &data.train);
    assert_eq!(run.final_train_accuracy, Some(train.accuracy()));
}

#[test]
fn labels_say_it() {
    let text = setting().to_string();
    assert!(
        text.contains("Augmentation: shift 1 px, rotate 25°, scale 20 %"),
        "{text}"
    );
}

#[test]
fn what_cannot_be_augmented_is_said_before_anything_is_trained() {
    let table = |samples| images(samples, 0, [1, 1, 6]);
    let flat = Splits::new("table", table(60), None, table(30)).unwrap();
    for (data, augment, expected) in [
        (&flat, augment(), "augmentation needs images"),
        (
            &data(false),
            Augment::new().rotate(200.0),
            "0 to 180 degrees",
        ),
        (&data(false), Augment::new().shift(2.0), "out of sight"),
    ] {
        let setting = Setting::new(1, 0.1).batch_size(20).augment(augment);
        let experiment = Experiment::new("Noise", &model(), data).quiet();
        let error = experiment
            .settings(std::slice::from_ref(&setting))
            .run()
            .unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains(expected) && text.contains("setting “"),
            "{text}"
        );
        let error = Fit::new(&model(), data).setting(setting).quiet().run();
        assert!(error.unwrap_err().to_string().contains(expected));
    }
}
