//! One network, watched epoch by epoch: the numbers. The modules have what may look on, how it ends,
//! and what is written of it.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod callbacks;
mod checkpoints;
#[path = "../common/mod.rs"]
mod common;
mod endings;
mod written;

use chainrule_nn::{Adam, Model, Optimizer, Reduction, Rule, Schedule};
use chainrule_train::{
    Checkpoint, EarlyStopping, Ending, Experiment, Fit, History, Setting, TrainMetrics, evaluate,
};
use common::{data, model, turn};

fn fit<'a>(validation: bool) -> Fit<'a, f64> {
    Fit::new_f64(&model(), &data(validation))
        .optimizer(Rule::momentum())
        .learning_rate(0.5)
        .batch_size(10)
        .epochs(4)
        .quiet()
}

fn weights(network: &chainrule_nn::Network<f64>) -> Vec<f64> {
    let parameters = network.parameters().iter();
    parameters.flat_map(|p| p.value.iter().copied()).collect()
}

#[test]
fn threads_change_nothing_and_none_are_refused() {
    let _turn = turn();
    let run = |threads| fit(true).batch_size(40).threads(threads).run().unwrap();
    let alone = run(1);
    for threads in [2, 3, 8] {
        let shared = run(threads);
        assert_eq!(alone.metrics(), shared.metrics(), "{threads} threads");
        assert_eq!(weights(&alone.network), weights(&shared.network));
    }
    let error = fit(true).threads(0).run().unwrap_err().to_string();
    assert!(error.contains("training needs a thread"), "{error}");
}

#[test]
fn it_takes_the_steps_of_an_experiment_and_measures_the_weights_after_each_epoch() {
    let _turn = turn();
    for reduction in [Reduction::Mean, Reduction::Sum] {
        let model = model().reduction(reduction);
        let setting = || {
            Setting::new(4, 0.05)
                .optimizer(Rule::momentum())
                .batch_size(25)
                .schedule(Schedule::exponential(0.8))
                .weight_decay(0.01)
        };
        let history = Fit::new_f64(&model, &data(true))
            .setting(setting())
            .quiet()
            .run()
            .unwrap();
        let results = Experiment::new("same", &model, &data(true))
            .fresh()
            .settings(&[setting()])
            .train_part(1.0)
            .log_each_epoch()
            .quiet()
            .run_f64()
            .unwrap();
        let run = &results.runs[0];
        assert_eq!(weights(&history.network), weights(&run.network));
        let column = |of: fn(&chainrule_train::Point) -> f64| -> Vec<f64> {
            run.curve.iter().map(of).collect()
        };
        assert_eq!(history.metric("loss").unwrap(), column(|p| p.train_loss));
        assert_eq!(history.metric("acc").unwrap(), column(|p| p.train_accuracy));
        let validation = data(true).validation.unwrap();
        let mut workspace = history.network.workspace(100).unwrap();
        let seen = evaluate(&history.network, &validation, &mut workspace).unwrap();
        assert_eq!(history.metric("val_loss").unwrap()[3], seen.loss);
        assert_eq!(history.metric("val_acc").unwrap()[3], seen.accuracy());
        assert_eq!((history.samples, history.epochs()), (240, 4));
        assert_eq!(history.ending, Ending::Complete);
        assert_eq!((history.remark(), history.network_epoch), (None, Some(4)));
    }
}

#[test]
fn the_running_mean_is_that_of_the_batches() {
    let _turn = turn();
    for reduction in [Reduction::Mean, Reduction::Sum] {
        // One batch is the whole set: its loss is that of the weights before the epoch.
        let model = model().reduction(reduction);
        let run = |metrics| {
            let fit = Fit::new_f64(&model, &data(false)).batch_size(60).epochs(3);
            fit.learning_rate(0.01)
                .train_metrics(metrics)
                .quiet()
                .run()
                .unwrap()
        };
        let (running, after) = (
            run(TrainMetrics::RunningMean),
            run(TrainMetrics::AfterEpoch),
        );
        assert_eq!(weights(&running.network), weights(&after.network));
        for name in ["loss", "acc"] {
            let (running, after) = (running.metric(name).unwrap(), after.metric(name).unwrap());
            for (a, b) in running[1..].iter().zip(&after[..2]) {
                assert!((a - b).abs() < 1e-12, "{name}: {running:?} {after:?}");
            }
        }
        let mean = running.to_string();
        assert!(
            mean.contains("running mean over each epoch's batches"),
            "{mean}"
        );
    }
    // Smaller batches, the last one smaller still: weighted by their samples.
    let still = Fit::new_f64(&model(), &data(false))
        .batch_size(25)
        .learning_rate(1e-12)
        .epochs(1)
        .quiet();
    let running = still
        .train_metrics(TrainMetrics::RunningMean)
        .run()
        .unwrap();
    let network = model().build_f64(1).unwrap();
    let mut workspace = network.workspace(100).unwrap();
    let seen = evaluate(&network, &data(false).train, &mut workspace).unwrap();
    assert!((running.metric("loss").unwrap()[0] - seen.loss).abs() < 1e-9);
    assert_eq!(running.metric("acc").unwrap()[0], seen.accuracy());
}

#[test]
fn what_is_validated_on_is_said() {
    let _turn = turn();
    let run = |fit: Fit<'_, f64>| fit.epochs(1).run().unwrap().validated_on;
    assert_eq!(run(fit(true)).as_deref(), Some("validation part"));
    assert_eq!(
        run(fit(true).validate_on_test()).as_deref(),
        Some("test set")
    );
    assert_eq!(run(fit(true).without_validation()), None);
    assert_eq!(run(fit(false)), None);
    assert_eq!(
        run(fit(false).validate_on(&data(false).test)).as_deref(),
        Some("noise")
    );
    let history = fit(false).validate_on_test().epochs(1).run().unwrap();
    let text = history.to_string();
    assert!(
        text.contains("val_loss, val_acc: on the test set"),
        "{text}"
    );
    let (mut workspace, test) = (history.network.workspace(7).unwrap(), data(false).test);
    let seen = evaluate(&history.network, &test, &mut workspace).unwrap();
    assert!((history.metric("val_loss").unwrap()[0] - seen.loss).abs() < 1e-12);
}

#[test]
fn settings_and_data_that_do_not_fit_are_refused() {
    let _turn = turn();
    let complaint = |mut fit: Fit<'_, f64>| fit.run().unwrap_err().to_string();
    assert!(complaint(fit(true).epochs(0)).contains("training needs epochs"));
    assert!(complaint(fit(true).learning_rate(f64::NAN)).contains("positive number"));
    assert!(complaint(fit(true).batch_size(61)).contains("1 to 60 samples"));
    let narrow = Model::input(6).dense(1).softmax();
    let text = complaint(Fit::new_f64(&narrow, &data(true)).batch_size(60).quiet());
    assert!(
        text.starts_with("fit: ") && text.contains(".dense(2)"),
        "{text}"
    );
    let other = common::images(8, 0, [1, 2, 2]);
    let text = complaint(fit(true).validate_on(&other));
    assert!(
        text.contains("not of the kind that is trained on"),
        "{text}"
    );
}

#[test]
fn training_goes_on_from_a_network_and_an_optimizer() {
    let _turn = turn();
    let rate = || Adam::new(0.01).unwrap();
    let mut adam = rate();
    let first = fit(true).with_optimizer(&mut adam).epochs(2).run().unwrap();
    let steps = adam.steps();
    let second = Fit::resume(&first.network, &data(true))
        .with_optimizer(&mut adam)
        .batch_size(10)
        .epochs(2)
        .quiet()
        .run()
        .unwrap();
    assert_eq!((steps, adam.steps()), (12, 24));
    assert!(second.metric("loss").unwrap()[1] < first.metric("loss").unwrap()[1]);
    assert_eq!(
        second.setting.to_string(),
        "Epochs: 2, an optimizer of one's own"
    );
    assert_eq!(Optimizer::<f64>::learning_rate(&adam), Some(0.01));
    // Without its memory the same weights take other steps.
    let anew = Fit::resume(&first.network, &data(true))
        .with_optimizer(&mut rate())
        .batch_size(10)
        .epochs(2)
        .quiet()
        .run()
        .unwrap();
    assert_ne!(weights(&anew.network), weights(&second.network));
}

#[test]
fn the_rate_of_an_epoch_is_that_of_its_last_step() {
    let _turn = turn();
    let rates = |schedule, rate| -> Vec<f64> {
        // Six steps an epoch.
        let mut fit = fit(true).learning_rate(rate).schedule(schedule).epochs(3);
        fit.run().unwrap().metric("lr").unwrap().to_vec()
    };
    assert_eq!(rates(Schedule::constant(), 0.1), [0.1; 3]);
    assert_eq!(rates(Schedule::exponential(0.5), 0.1), [0.1, 0.05, 0.025]);
    // A power of 2, so that no product is rounded: the sixth step has halved it five times.
    let steps = [5, 11, 17].map(|halved| 0.5_f64.powi(halved));
    assert_eq!(rates(Schedule::exponential(0.5).per_step(), 1.0), steps);
    assert_eq!(
        rates(Schedule::reduce_on_plateau(0.5, 0).min_change(0.999), 0.1),
        [0.1, 0.1, 0.05]
    );
}

#[test]
fn weight_decay_under_a_rate_that_rises_is_told_with_both() {
    struct Rising(f64);
    impl Optimizer<f64> for Rising {
        fn step(
            &mut self,
            _: &mut chainrule_nn::Network<f64>,
            _: &chainrule_nn::Gradients<f64>,
        ) -> chainrule_train::Result<()> {
            self.0 *= 10.0;
            Ok(())
        }
        fn learning_rate(&self) -> Option<f64> {
            Some(self.0)
        }
    }
    let _turn = turn();
    let mut rising = Rising(0.5);
    let error = fit(true)
        .with_optimizer(&mut rising)
        .weight_decay(1.0)
        .run()
        .unwrap_err()
        .to_string();
    let first = error.lines().next().unwrap();
    assert!(
        first.contains("weight decay λ is out of range for the learning rate"),
        "{error}"
    );
    assert!(error.contains("got       5 · 1 = 5"), "{error}");
}

#[test]
fn one_fit_runs_twice_with_the_same_numbers() {
    let _turn = turn();
    let mut fit = fit(true)
        .epochs(30)
        .callback(EarlyStopping::patience(2))
        .callback(Checkpoint::best());
    let (one, two) = (fit.run().unwrap(), fit.run().unwrap());
    assert_eq!(one.metrics(), two.metrics());
    assert_eq!(weights(&one.network), weights(&two.network));
    let other = fit.seed(2).run().unwrap();
    assert_ne!(one.metrics(), other.metrics());
}

#[test]
fn the_usual_rate_is_that_of_the_rule() {
    let _turn = turn();
    let rate = |rule| {
        let mut fit = Fit::new(&model(), &data(false))
            .optimizer(rule)
            .batch_size(60)
            .epochs(1)
            .quiet();
        let history: History = fit.run().unwrap();
        history.setting.learning_rate
    };
    assert_eq!((rate(Rule::adam()), rate(Rule::sgd())), (0.001, 0.1));
}
