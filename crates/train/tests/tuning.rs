//! Schedules, clipping and early stopping in training: the same as by hand, and kept honestly.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::sync::{Mutex, MutexGuard, PoisonError};

use chainrule_data::{BatchSampler, Dataset, Splits};
use chainrule_nn::{
    Clipping, GradientNoise, Model, Momentum, Network, Optimizer, Penalty, Rule, Schedule,
};
use chainrule_train::{
    EarlyStopping, Event, Experiment, Observer, Run, Setting, Silent, evaluate, interrupt,
};
use ndarray::Array2;

/// The flag of interrupts is the process's own.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Images of noise: what is learned of them does not help with others.
fn noise(samples: usize, salt: usize) -> Dataset {
    let pixels = (0..samples * 6).map(|i| ((i + salt) * 7_919 % 251) as u8);
    let pixels = Array2::from_shape_vec((samples, 6), pixels.collect()).unwrap();
    let labels = (0..samples).map(|i| ((i * i + i / 3 + salt) % 2) as u8);
    Dataset::from_arrays("noise", pixels, labels.collect(), [1, 2, 3], ["a", "b"]).unwrap()
}

fn data(validation: bool) -> Splits {
    let validation = validation.then(|| noise(40, 50));
    Splits::new("noise", noise(60, 0), validation, noise(30, 9)).unwrap()
}

fn model() -> Model {
    Model::input(6).dense(20).tanh().dense(2).softmax()
}

fn experiment(validation: bool) -> Experiment {
    Experiment::new("Noise", &model(), &data(validation))
        .log_each_epoch()
        .fresh()
        .quiet()
}

fn run(validation: bool, setting: Setting) -> Run<f64> {
    let _turn = turn();
    let results = experiment(validation).settings(&[setting]).run_f64();
    results.unwrap().runs.remove(0)
}

/// The loop that a student writes, with what is to happen at each step and after each epoch.
fn by_hand(
    epochs: usize,
    mut step: impl FnMut(&mut Network<f64>, chainrule_nn::Gradients<f64>),
    mut end: impl FnMut(f64),
) -> Network<f64> {
    let train = data(false).train;
    let mut network = model().build_f64(1).unwrap();
    let mut sampler = BatchSampler::new(train.len(), 20, 1).unwrap();
    for _ in 0..epochs {
        sampler.start_epoch();
        let mut losses = 0.0;
        while let Some(indices) = sampler.next_batch() {
            let (mut x, mut labels) = (Array2::zeros((indices.len(), 6)), vec![0; indices.len()]);
            train
                .fill_batch(indices, x.as_slice_mut().unwrap(), &mut labels)
                .unwrap();
            let gradients = network.gradients(&x, &labels).unwrap();
            losses += gradients.loss / 3.0;
            step(&mut network, gradients);
        }
        end(losses);
    }
    network
}

fn same(run: &Run<f64>, network: &Network<f64>) {
    for (a, b) in run.network.parameters().iter().zip(network.parameters()) {
        assert!(
            (&a.value - &b.value).iter().all(|d| d.abs() < 1e-12),
            "{}",
            a.name
        );
    }
}

#[test]
fn schedules_and_clipping_are_those_of_a_loop_by_hand() {
    let setting = |schedule: &Schedule| {
        let setting = Setting::new(5, 0.5)
            .optimizer(Rule::momentum())
            .batch_size(20);
        setting.schedule(schedule.clone()).clip(Clipping::Norm(0.1))
    };
    for schedule in [
        Schedule::warm_up(4, Schedule::cosine(9)).per_step(),
        Schedule::exponential(0.5),
        Schedule::reduce_on_plateau(0.1, 0).min_change(0.05),
    ] {
        let pace = std::cell::RefCell::new(schedule.pace(0.5).unwrap());
        let mut momentum = Momentum::new(0.5).unwrap();
        let (mut rates, mut clipped) = (Vec::new(), 0);
        let network = by_hand(
            5,
            |network, mut gradients| {
                clipped += usize::from(gradients.clip(Clipping::Norm(0.1)).unwrap() > 0.1);
                rates.push(pace.borrow().rate());
                momentum.set_learning_rate(pace.borrow().rate()).unwrap();
                momentum.step(network, &gradients).unwrap();
                if schedule.is_per_step() {
                    pace.borrow_mut().tick();
                }
            },
            |loss| {
                pace.borrow_mut().measured(loss);
                if !schedule.is_per_step() {
                    pace.borrow_mut().tick();
                }
            },
        );
        assert!(
            rates.iter().any(|&rate| rate < 0.3),
            "{schedule}: {rates:?}"
        );
        same(&run(false, setting(&schedule)), &network);
    }
}

#[test]
fn penalties_noise_and_decay_are_those_of_a_loop_by_hand() {
    let (noise, l1) = (GradientNoise::new(0.01), Penalty::l1(0.002));
    let setting = Setting::new(3, 0.1)
        .batch_size(20)
        .penalty(Penalty::l2(0.01))
        .penalty(l1)
        .gradient_noise(noise)
        .weight_decay(0.1)
        .clip(Clipping::Value(0.01));
    let mut source = noise.source(1).unwrap();
    let mut sgd = chainrule_nn::Sgd::new(0.1).unwrap();
    let network = by_hand(
        3,
        |network, mut gradients| {
            gradients.clip(Clipping::Value(0.01)).unwrap();
            gradients.add_penalty(network, Penalty::l2(0.01)).unwrap();
            gradients.add_penalty(network, l1).unwrap();
            source.add_to(&mut gradients);
            network.decay_weights(0.1 * 0.1).unwrap();
            sgd.step(network, &gradients).unwrap();
        },
        |_| {},
    );
    let run = run(false, setting);
    same(&run, &network);
    assert_eq!(
        run.setting.to_string(),
        "Epochs: 3, Learning rate: 0.1, Clipping: gradients within ±0.01, Penalty: L2 0.01, \
         Penalty: L1 0.002, Gradient noise: variance 0.01 / (1 + t)^0.55, Weight decay: 0.1, \
         Batch size: 20"
    );
    let complaint = |setting: Setting| {
        let experiment = experiment(false).settings(&[setting]);
        experiment.run().unwrap_err().to_string()
    };
    let setting = || Setting::new(1, 0.1).batch_size(20);
    assert!(complaint(setting().weight_decay(-1.0)).contains("weight decay is out of range"));
    assert!(complaint(setting().weight_decay(20.0)).contains("0.1 · 20 = 2"));
    assert!(complaint(setting().penalty(Penalty::l2(f64::NAN))).contains("λ of L2"));
    assert!(complaint(setting().gradient_noise(GradientNoise::new(-1.0))).contains("variance η"));
}

#[test]
fn the_optimizer_has_its_own_rate_again_in_the_end() {
    let _turn = turn();
    let (data, mut network) = (data(false), model().build(1).unwrap());
    let mut optimizer = Momentum::new(0.25).unwrap();
    let options = chainrule_train::TrainingOptions {
        epochs: 2,
        batch_size: 20,
        seed: 1,
        log_every: 60,
        train: &data.train,
        measured: &data.train,
        test: &data.test,
        validation: None,
        recipe: chainrule_train::Recipe {
            schedule: Schedule::cosine(2),
            ..Default::default()
        },
        early_stopping: None,
    };
    chainrule_train::train(&mut network, &mut optimizer, &options, 0, &mut Silent).unwrap();
    assert_eq!((optimizer.learning_rate(), optimizer.steps()), (0.25, 6));
}

#[test]
fn a_plateau_is_one_of_the_validation_part_where_there_is_one() {
    let setting = || {
        let schedule = Schedule::reduce_on_plateau(0.5, 1);
        Setting::new(4, 0.5).batch_size(20).schedule(schedule)
    };
    assert_eq!(run(true, setting()).validated.len(), 4);
    assert!(run(false, setting()).validated.is_empty());
    assert!(
        run(true, Setting::new(4, 0.5).batch_size(20))
            .validated
            .is_empty()
    );
}

fn patient(patience: usize) -> Setting {
    let setting = Setting::new(200, 0.5)
        .optimizer(Rule::momentum())
        .batch_size(10);
    setting.early_stopping(EarlyStopping::patience(patience))
}

#[test]
fn training_stops_early_and_keeps_the_best_weights() {
    let run = run(true, patient(3));
    let best = run.best_epoch.unwrap();
    assert!(run.stopped_early && run.validated.len() == best + 3 && best < 197);
    let least = run
        .validated
        .iter()
        .map(|seen| seen.loss)
        .fold(f64::INFINITY, f64::min);
    assert_eq!(run.validated[best - 1].loss, least);
    let parts = data(true);
    let mut workspace = run.network.workspace(100).unwrap();
    let mut seen = |part: &Dataset| evaluate(&run.network, part, &mut workspace).unwrap();
    assert!((seen(parts.validation.as_ref().unwrap()).loss - least).abs() < 1e-12);
    assert_eq!(run.final_test_accuracy, Some(seen(&parts.test).accuracy()));
    let first = seen(&parts.train.first_part(0.2).unwrap()).accuracy();
    assert_eq!(run.final_train_accuracy, Some(first));
    let remark = format!("stopped early after epoch {}, best epoch {best}", best + 3);
    assert_eq!(run.remark().unwrap(), remark);
    assert_eq!(run.samples, 60 * (best + 3));
}

#[test]
fn a_run_that_comes_to_its_end_keeps_the_best_weights_too() {
    let stopped = run(true, patient(3));
    let epochs = stopped.validated.len() - 1;
    let setting = Setting {
        epochs,
        ..patient(3)
    };
    let ended = run(true, setting);
    assert!(!ended.stopped_early && ended.remark().is_none());
    assert_eq!(ended.best_epoch, stopped.best_epoch);
    assert_eq!(ended.network.parameters(), stopped.network.parameters());
}

#[test]
fn early_stopping_without_validation_or_patience_is_refused() {
    let complaint = |validation, setting| {
        let experiment = experiment(validation).settings(&[setting]);
        experiment.run().unwrap_err().to_string()
    };
    let text = complaint(false, patient(2));
    assert!(
        text.contains("early stopping needs validation data"),
        "{text}"
    );
    assert!(text.contains("with_validation(5_000)"), "{text}");
    assert!(complaint(true, patient(0)).contains("needs patience"));
    let change = |change| EarlyStopping::patience(1).min_change(change);
    for least in [-1.0, f64::NAN, f64::INFINITY] {
        let text = complaint(true, patient(1).early_stopping(change(least)));
        assert!(text.contains("the least change is out of range"), "{text}");
    }
    let text = complaint(true, patient(1).schedule(Schedule::cosine(0)));
    assert!(text.contains("the length of a cosine"), "{text}");
    let text = complaint(true, patient(1).clip(Clipping::Value(-1.0)));
    assert!(text.contains("the greatest gradient"), "{text}");
}

#[test]
fn a_run_that_diverges_has_the_best_weights_of_before() {
    let _turn = turn();
    // Plain steps on a quadratic, longer than is stable: each swings further than the one before.
    let wild = Model::input(6).dense(2).squared_error();
    let setting = Setting::new(50, 0.9).batch_size(60).model(&wild);
    let results = experiment(true)
        .settings(&[setting.early_stopping(EarlyStopping::patience(40))])
        .run_f64();
    let run = results.unwrap().runs.remove(0);
    assert!(run.diverged() && !run.stopped_early, "{:?}", run.validated);
    assert_eq!(
        (run.final_test_accuracy, run.outcome().as_str()),
        (None, "diverged")
    );
    let best = run.best_epoch.unwrap();
    let validation = data(true).validation.unwrap();
    let mut workspace = run.network.workspace(100).unwrap();
    let seen = evaluate(&run.network, &validation, &mut workspace).unwrap();
    assert!((seen.loss - run.validated[best - 1].loss).abs() < 1e-9 * seen.loss);
}

/// Interrupts after so many measurements.
struct Stop(usize);

impl Observer for Stop {
    fn observe(&mut self, event: &Event<'_>) {
        if let Event::Logged { .. } = event {
            self.0 -= 1;
            if self.0 == 0 {
                interrupt::request();
            }
        }
    }
}

#[test]
fn an_interrupt_keeps_the_weights_it_came_to() {
    let _turn = turn();
    let experiment = experiment(true).settings(&[patient(1_000)]);
    let results = experiment.run_observed(&mut Stop(60));
    interrupt::clear();
    let run = results.unwrap().runs.remove(0);
    assert!(run.interrupted && !run.stopped_early);
    assert_eq!((run.curve.len(), run.validated.len()), (60, 59));
    assert!(run.best_epoch.unwrap() < 59);
    assert_eq!(
        run.final_test_accuracy,
        run.curve.last().map(|point| point.test_accuracy)
    );
    let mut workspace = run.network.workspace(100).unwrap();
    let seen = evaluate(&run.network, &data(true).test, &mut workspace).unwrap();
    assert_eq!(Some(seen.accuracy()), run.final_test_accuracy);
    assert!(run.remark().unwrap().starts_with("interrupted after"));
}

#[test]
fn settings_say_what_they_are() {
    let setting = Setting::new(5, 0.1)
        .optimizer(Rule::adam())
        .schedule(Schedule::cosine(5))
        .clip(Clipping::Norm(1.0))
        .early_stopping(EarlyStopping::patience(2));
    assert_eq!(
        setting.to_string(),
        "Epochs: 5, Learning rate: 0.1, Adam, Schedule: cosine over 5 epochs, \
         Clipping: gradient norm at most 1, Early stopping: patience 2 by validation loss"
    );
}

#[test]
fn batch_normalization_trains_and_refuses_a_last_batch_of_one() {
    let _turn = turn();
    let model = Model::input(6)
        .dense(20)
        .batch_norm()
        .relu()
        .dense(2)
        .softmax();
    let of = |size| {
        let setting = Setting::new(60, 0.5).batch_size(size).model(&model);
        experiment(true)
            .settings(&[setting.early_stopping(EarlyStopping::patience(50))])
            .run()
    };
    let run = of(20).unwrap().runs.remove(0);
    assert!(run.final_train_accuracy.is_some());
    // The running statistics are those of the best weights, as the weights are.
    let validation = data(true).validation.unwrap();
    let mut workspace = run.network.workspace(100).unwrap();
    let seen = evaluate(&run.network, &validation, &mut workspace).unwrap();
    assert_eq!(seen.loss, run.validated[run.best_epoch.unwrap() - 1].loss);
    let text = of(59).unwrap_err().to_string();
    assert!(
        text.contains("60 samples in batches of 59: the last has 1"),
        "{text}"
    );
    assert!(of(1).unwrap_err().to_string().contains("the last has 1"));
}
