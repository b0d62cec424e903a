//! Experiments on a small made-up task: what they keep, what they refuse, what they say.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod common;

use chainrule_data::{Dataset, Splits};
use chainrule_nn::{Adam, Init, Model, Optimizer, Reduction, Rule};
use chainrule_train::{Event, Experiment, Observer, ProgressLines, Setting};
use common::Shared;
use ndarray::Array2;

/// Two classes of 2 × 2 images: bright above, or bright below.
fn task(samples: usize) -> Dataset {
    let pixels = (0..samples).flat_map(|i| {
        let (noise, bright) = ((i * 37 % 50) as u8, 200 + (i * 13 % 56) as u8);
        if i % 2 == 0 {
            [bright, bright, noise, noise]
        } else {
            [noise, noise, bright, bright]
        }
    });
    let labels = (0..samples).map(|i| (i % 2) as u8).collect();
    let pixels = Array2::from_shape_vec((samples, 4), pixels.collect()).unwrap();
    Dataset::from_arrays("halves", pixels, labels, [1, 2, 2], ["above", "below"]).unwrap()
}

fn data() -> Splits {
    Splits::new("halves", task(230), None, task(50)).unwrap()
}

fn model() -> Model {
    Model::input(4).dense(3).relu().dense(2).softmax()
}

fn experiment() -> Experiment {
    Experiment::new("Halves", &model(), &data())
        .log_every(100)
        .quiet()
}

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
fn a_run_that_diverges_is_kept_and_the_others_go_on() {
    let wild = model().weights(Init::Constant(1e30));
    let settings = [
        Setting::new(2, 0.1),
        Setting::new(2, 0.1).model(&wild).named("wild"),
    ];
    let results = experiment().settings(&settings).run().unwrap();
    let divergence = results.runs[1].divergence.as_ref().unwrap();
    assert_eq!((divergence.step, divergence.layer.as_str()), (1, "dense_1"));
    assert_eq!(results.runs[1].outcome(), "diverged");
    assert_eq!(results.runs[1].final_test_accuracy, None);
    assert!(results.runs[0].final_test_accuracy.is_some());
    let text = results.to_string();
    assert!(
        text.contains("wild") && text.contains("diverged at step 1: loss NaN, first in dense_1"),
        "{text}"
    );
}

#[test]
fn an_explosion_without_a_nan_is_a_divergence_too() {
    let wild = model().weights(Init::Constant(1e10));
    let setting = Setting::new(20, 1e9).model(&wild).batch_size(10);
    let results = experiment().settings(&[setting]).run_f64().unwrap();
    let divergence = results.runs[0].divergence.as_ref().unwrap();
    assert!(
        divergence.loss.is_finite() && divergence.loss > 1e6,
        "{divergence:?}"
    );
    assert_eq!(divergence.layer, "dense_1");
    assert!(
        results.to_string().contains("diverged at step"),
        "{results}"
    );
}

#[test]
fn a_last_step_that_diverges_is_seen_although_no_loss_follows_it() {
    // One batch, one step: the rate makes every weight infinite or NaN after the only loss.
    let setting = || Setting::new(1, 1e300).batch_size(230);
    for log_every in [100, 1_000] {
        let experiment = experiment().settings(&[setting()]).log_every(log_every);
        let results = experiment.run().unwrap();
        let run = &results.runs[0];
        let divergence = run.divergence.as_ref().unwrap();
        assert_eq!((divergence.step, divergence.layer.as_str()), (1, "dense_1"));
        assert!(divergence.loss.is_nan());
        assert_eq!(
            (run.final_test_accuracy, run.outcome().as_str()),
            (None, "diverged")
        );
        assert!(run.curve.is_empty(), "{:?}", run.curve);
    }
}

#[test]
fn settings_that_make_no_sense_are_refused_before_anything_is_trained() {
    let complaint = |experiment: Experiment| experiment.run().unwrap_err().to_string();
    let setting = |setting: Setting| complaint(experiment().settings(&[setting]));
    assert!(complaint(experiment()).starts_with("Halves: an experiment needs settings"));
    assert!(setting(Setting::new(0, 0.1)).contains("training needs epochs"));
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(
            setting(Setting::new(1, rate)).contains("positive number"),
            "{rate}"
        );
    }
    for size in [0, 231] {
        let text = setting(Setting::new(1, 0.1).batch_size(size));
        assert!(text.contains("1 to 230 samples"), "{text}");
    }
    let fine = || experiment().settings(&[(1, 0.1)]);
    assert!(complaint(fine().log_every(0)).contains("every 0 samples"));
    assert!(complaint(fine().threads(0)).contains("needs a thread"));
    for share in [0.0, 1.5, f64::NAN] {
        assert!(
            complaint(fine().train_part(share)).contains("above 0, at most 1"),
            "{share}"
        );
    }
}

#[test]
fn models_that_do_not_fit_the_data_are_refused() {
    let complaint = |model: &Model| {
        let experiment = Experiment::new("Halves", model, &data())
            .settings(&[(1, 0.1)])
            .quiet();
        experiment.run().unwrap_err().to_string()
    };
    let wide = complaint(&Model::input(784).dense(2).softmax());
    assert!(
        wide.contains("4 features") && wide.contains("Model::input(4)"),
        "{wide}"
    );
    let narrow = complaint(&Model::input(4).dense(1).softmax());
    assert!(narrow.contains(".dense(2)"), "{narrow}");
    assert!(complaint(&Model::input(4).softmax()).contains("without layers"));
}

/// Counts events, to see that all of them come and in order.
#[derive(Default)]
struct Watch {
    began: usize,
    logged: usize,
    ended: usize,
    finished: bool,
}

impl Observer for Watch {
    fn observe(&mut self, event: &Event<'_>) {
        assert!(!self.finished, "nothing comes after the end");
        match event {
            Event::Began { .. } => self.began += 1,
            Event::Logged { .. } => self.logged += 1,
            Event::Ended { .. } => self.ended += 1,
            Event::Finished => self.finished = true,
            _ => {}
        }
    }
}

#[test]
fn observers_see_every_run() {
    let mut watch = Watch::default();
    experiment()
        .settings(&[(1, 0.1), (2, 0.1)])
        .run_observed(&mut watch)
        .unwrap();
    assert_eq!(
        (watch.began, watch.logged, watch.ended, watch.finished),
        (2, 2 + 4, 2, true)
    );
}

#[test]
fn progress_comes_in_whole_lines_and_names_a_divergence() {
    let out = Shared::default();
    let wild = Setting::new(1, 0.1)
        .model(&model().weights(Init::Constant(1e30)))
        .named("wild");
    let mut lines = ProgressLines::to(Box::new(out.clone()));
    experiment()
        .settings(&[Setting::new(1, 0.1), wild])
        .threads(1)
        .run_observed(&mut lines)
        .unwrap();
    let text = out.text();
    assert_eq!(
        text,
        "[100 %] Halves: wild diverged at step 1: loss NaN, first in dense_1\n"
    );
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
        let experiment = Experiment::new("Halves", model, &data()).quiet().seed(seed);
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

#[test]
fn every_rule_trains_and_is_named_in_its_label() {
    let settings: Vec<_> = Rule::all()
        .into_iter()
        .map(|rule| Setting::new(3, rule.usual_rate()).optimizer(rule))
        .collect();
    let results = experiment().settings(&settings).run_f64().unwrap();
    for (run, rule) in results.runs.iter().zip(Rule::all()) {
        let losses: Vec<_> = run.curve.iter().map(|point| point.train_loss).collect();
        assert!(losses[losses.len() - 1] < losses[0], "{rule}: {losses:?}");
        let named = run.setting.to_string().contains(rule.name());
        assert_eq!(named, rule != Rule::Sgd, "{}", run.setting);
    }
}

#[test]
fn an_experiment_takes_the_steps_of_its_rule() {
    let rule = Adam::new(0.1).unwrap().betas(0.8, 0.9).unwrap().rule();
    let setting = Setting::new(1, 0.01).optimizer(rule).batch_size(230);
    assert_eq!(
        setting.to_string(),
        "Epochs: 1, Learning rate: 0.01, Adam, β₁ 0.8, β₂ 0.9, Batch size: 230"
    );
    let results = experiment().settings(&[setting]).run_f64().unwrap();
    // One batch that is the whole set: by hand, in the order of the data.
    let mut network = model().build_f64(1).unwrap();
    let train = data().train;
    let gradients = network
        .gradients(&train.pixels_f64(), train.labels())
        .unwrap();
    let mut adam = Adam::new(0.01).unwrap().betas(0.8, 0.9).unwrap();
    adam.step(&mut network, &gradients).unwrap();
    for (a, b) in results.runs[0]
        .network
        .parameters()
        .iter()
        .zip(network.parameters())
    {
        assert!(
            (&a.value - &b.value).iter().all(|d| d.abs() < 1e-9),
            "{}",
            a.name
        );
    }
    let wrong = Setting::new(1, 0.01).optimizer(Rule::AdaGrad { epsilon: -1.0 });
    let text = experiment()
        .settings(&[wrong])
        .run()
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("AdaGrad: ε (epsilon) is out of range"),
        "{text}"
    );
}
