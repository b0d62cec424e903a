//! One network, watched epoch by epoch: the numbers, the callbacks, the endings, the lines.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod common;

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use chainrule_nn::{Adam, Model, Optimizer, Reduction, Rule, Schedule};
use chainrule_train::{
    Callback, Checkpoint, Control, EarlyStopping, End, Ending, Epoch, Experiment, Fit, History,
    Log, Mode, ProgressLines, Result, Setting, Start, TerminateOnNaN, TrainMetrics, evaluate,
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
        assert_eq!(history.metric("lr").unwrap().len(), 4);
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
fn early_stopping_says_when_and_why_and_restores_the_best_weights() {
    let _turn = turn();
    let run = |stopping: EarlyStopping| fit(true).epochs(200).callback(stopping).run().unwrap();
    let history = run(EarlyStopping::patience(3));
    let best = history.best_epoch().unwrap();
    assert_eq!(history.epochs(), best + 3);
    assert_eq!(history.network_epoch, Some(best));
    let losses = history.metric("val_loss").unwrap();
    let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(losses[best - 1], least);
    let part = data(true).validation.unwrap();
    let mut workspace = history.network.workspace(100).unwrap();
    assert_eq!(
        evaluate(&history.network, &part, &mut workspace)
            .unwrap()
            .loss,
        least
    );
    let remark = history.remark().unwrap();
    let expected = format!(
        "stopped after epoch {} of 200 by EarlyStopping: val_loss has not been better than \
         {least:.4} of epoch {best} for 3 epochs; the network has the weights of epoch {best}",
        best + 3
    );
    assert_eq!(remark, expected);
    assert!(history.checkpoints.is_empty());
    // As an experiment has it.
    let setting = Setting::new(200, 0.5)
        .optimizer(Rule::momentum())
        .batch_size(10)
        .early_stopping(EarlyStopping::patience(3));
    let results = Experiment::new("same", &model(), &data(true))
        .fresh()
        .settings(std::slice::from_ref(&setting))
        .quiet()
        .run_f64()
        .unwrap();
    assert_eq!(results.runs[0].best_epoch, Some(best));
    assert_eq!(weights(&results.runs[0].network), weights(&history.network));
    let same = Fit::new_f64(&model(), &data(true))
        .setting(setting)
        .quiet()
        .run()
        .unwrap();
    assert_eq!(weights(&same.network), weights(&history.network));
    // Without restoring.
    let last = run(EarlyStopping::patience(3).keep_last_weights());
    assert_eq!(last.network_epoch, Some(best + 3));
    assert_ne!(weights(&last.network), weights(&history.network));
    let by_loss = run(EarlyStopping::patience(1).monitor("acc").mode(Mode::Least));
    assert_eq!(by_loss.monitor(), "acc");
}

#[test]
fn a_monitor_that_is_not_measured_is_refused_before_training() {
    let _turn = turn();
    let complaint = |validation, stopping: EarlyStopping| {
        let error = fit(validation).callback(stopping).run().unwrap_err();
        error.to_string()
    };
    let text = complaint(true, EarlyStopping::patience(2).monitor("val_accuracy"));
    assert!(
        text.contains("fit: EarlyStopping: there is no metric “val_accuracy”"),
        "{text}"
    );
    assert!(
        text.contains("loss, acc, val_loss, val_acc, lr") && text.contains("try       “val_acc”"),
        "{text}"
    );
    let text = complaint(false, EarlyStopping::patience(2));
    assert!(
        text.contains("no validation part") && text.contains(".validate_on_test()"),
        "{text}"
    );
    assert!(complaint(true, EarlyStopping::patience(0)).contains("needs patience"));
    let baseline = EarlyStopping::patience(1).baseline(f64::NAN);
    assert!(complaint(true, baseline).contains("baseline"));
    let text = fit(false)
        .callback(Checkpoint::best())
        .run()
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("Checkpoint: there is no metric “val_loss”"),
        "{text}"
    );
    let text = fit(true)
        .callback(Checkpoint::every(0))
        .run()
        .unwrap_err()
        .to_string();
    assert!(text.contains("every 0 epochs"), "{text}");
    let experiment = Experiment::new("x", &model(), &data(true))
        .settings(&[Setting::new(1, 0.1)
            .batch_size(10)
            .early_stopping(EarlyStopping::patience(1).monitor("acc"))])
        .quiet();
    let text = experiment.run().unwrap_err().to_string();
    assert!(text.contains("one of val_loss, val_acc"), "{text}");
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

/// Counts what it is told, and stops or fails when told to.
#[derive(Default)]
struct Mine {
    epochs: Vec<usize>,
    metrics: Vec<String>,
    ends: usize,
    fail: Option<usize>,
    panic: Option<usize>,
}

impl Callback<f64> for Mine {
    fn on_start(&mut self, start: &Start) -> Result<()> {
        self.metrics = start.metrics.clone();
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: &mut Epoch<'_, f64>) -> Result<Control> {
        self.epochs.push(epoch.number);
        assert_ne!(Some(epoch.number), self.panic, "as it was told");
        if self.fail == Some(epoch.number) {
            epoch.metric("f1")?;
        }
        assert_eq!(epoch.metrics().len(), self.metrics.len());
        Ok(Control::Continue)
    }

    fn on_end(&mut self, _: &mut End<'_, f64>) -> Result<()> {
        self.ends += 1;
        Ok(())
    }
}

#[test]
fn a_callback_of_ones_own_is_told_everything_and_can_be_looked_at() {
    let _turn = turn();
    let mut mine = Mine::default();
    fit(true).callback(&mut mine).run().unwrap();
    assert_eq!((mine.epochs, mine.ends), (vec![1, 2, 3, 4], 1));
    assert_eq!(mine.metrics, ["loss", "acc", "val_loss", "val_acc", "lr"]);
}

#[test]
fn a_callback_that_fails_or_panics_is_named_and_the_history_is_kept() {
    let _turn = turn();
    let whole = fit(true).epochs(3).run().unwrap();
    let mut failing = Mine {
        fail: Some(3),
        ..Mine::default()
    };
    let mut other = Mine::default();
    let history = fit(true)
        .callback(&mut failing)
        .callback(&mut other)
        .run()
        .unwrap();
    assert_eq!(weights(&history.network), weights(&whole.network));
    assert_eq!(
        history.metric("loss").unwrap(),
        whole.metric("loss").unwrap()
    );
    let remark = history.remark().unwrap();
    assert!(
        remark.starts_with(
            "ended after epoch 3 of 4: the callback Mine failed: there is no metric “f1”"
        ),
        "{remark}"
    );
    assert_eq!((failing.ends, other.ends, other.epochs.len()), (0, 1, 2));
    let error = history.checked().unwrap_err().to_string();
    assert!(
        error.contains("after epoch 3: the callback Mine failed"),
        "{error}"
    );

    let mut panicking = Mine {
        panic: Some(2),
        ..Mine::default()
    };
    let history = fit(true).callback(&mut panicking).run().unwrap();
    assert_eq!((history.epochs(), history.network_epoch), (2, Some(2)));
    let remark = history.remark().unwrap();
    assert!(
        remark.contains("after epoch 2 of 4: the callback Mine panicked: "),
        "{remark}"
    );
    assert!(remark.contains("as it was told"), "{remark}");
}

#[test]
fn checkpoints_are_networks_of_their_epochs() {
    let _turn = turn();
    let history = fit(true)
        .callback(Checkpoint::every(2))
        .callback(Checkpoint::best_by("val_acc"))
        .epochs(5)
        .run()
        .unwrap();
    let epochs: Vec<_> = history
        .checkpoints
        .iter()
        .filter(|saved| saved.by == "Checkpoint")
        .map(|saved| saved.epoch)
        .collect();
    let best = history.best_epoch().unwrap();
    let mut expected = vec![2, 4, best];
    expected.sort_unstable();
    assert_eq!(epochs, expected);
    let second = fit(true).epochs(2).run().unwrap();
    let kept = &history.checkpoint(2).unwrap().network;
    assert_eq!(weights(kept), weights(&second.network));
    assert_eq!(history.network_epoch, Some(5));
    let text = history.checkpoint(99).unwrap_err().to_string();
    assert!(
        text.contains("no network was kept after epoch 99"),
        "{text}"
    );
}

#[test]
fn divergence_ends_it_with_its_reason_and_explosions_may_be_allowed() {
    let _turn = turn();
    let wild = Model::input(6).dense(2).squared_error();
    let fit = || {
        Fit::new_f64(&wild, &data(true))
            .learning_rate(0.9)
            .batch_size(60)
            .quiet()
    };
    let history = fit().epochs(50).run().unwrap();
    let Ending::Diverged(divergence) = &history.ending else {
        panic!("{:?}", history.ending)
    };
    assert!(divergence.loss.is_finite() && divergence.loss > 1e6);
    assert_eq!(
        (history.epochs(), history.network_epoch),
        (divergence.step - 1, None)
    );
    assert!(history.remark().unwrap().starts_with("diverged at step"));
    let further = fit().until_nan().epochs(50).run().unwrap();
    assert_eq!(further.epochs(), 50);
    let stopped = fit()
        .epochs(50)
        .callback(EarlyStopping::patience(45))
        .run()
        .unwrap();
    assert_eq!(stopped.network_epoch, stopped.best_epoch());
    assert!(
        stopped
            .remark()
            .unwrap()
            .ends_with("has the weights of epoch 1"),
        "{stopped}"
    );
    // Far enough, even f64 ends.
    let lost = fit().until_nan().epochs(5_000).run().unwrap();
    let Ending::Diverged(divergence) = &lost.ending else {
        panic!("{:?}", lost.ending)
    };
    assert!(!divergence.loss.is_finite());
    let fit = fit().until_nan().epochs(5_000);
    let watched = fit.callback(TerminateOnNaN).run().unwrap();
    assert!(watched.epochs() <= lost.epochs());
}

#[test]
fn weights_that_are_no_numbers_have_no_metrics() {
    let _turn = turn();
    // One batch, one step: the rate makes weights NaN after the only loss.
    let wild = Model::input(6).dense(3).dense(2).softmax();
    let history = Fit::new_f64(&wild, &data(true))
        .batch_size(60)
        .learning_rate(1e300)
        .quiet()
        .run()
        .unwrap();
    assert!(matches!(history.ending, Ending::Diverged(_)));
    assert_eq!((history.epochs(), history.best_epoch()), (0, None));
    assert!(
        history.to_string().contains("diverged at step 1"),
        "{history}"
    );
    assert_eq!(
        history.csv(),
        "epoch,seconds,loss,acc,val_loss,val_acc,lr\n"
    );
}

/// Interrupts after so many epochs.
struct Stop(usize);

impl Callback<f64> for Stop {
    fn on_epoch_end(&mut self, epoch: &mut Epoch<'_, f64>) -> Result<Control> {
        if epoch.number == self.0 {
            chainrule_train::interrupt::request();
        }
        Ok(Control::Continue)
    }
}

#[test]
fn the_stop_button_ends_at_the_next_batch_and_keeps_everything() {
    let _turn = turn();
    let history = fit(true)
        .callback(EarlyStopping::patience(100))
        .callback(Stop(2))
        .epochs(100)
        .run();
    chainrule_train::interrupt::clear();
    let history = history.unwrap();
    assert_eq!(
        (history.ending.clone(), history.epochs()),
        (Ending::Interrupted, 2)
    );
    assert_eq!((history.samples, history.network_epoch), (120, None));
    let two = fit(true).epochs(2).run().unwrap();
    assert_eq!(weights(&history.network), weights(&two.network));
    assert!(
        history
            .remark()
            .unwrap()
            .starts_with("interrupted after 120 samples")
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

#[test]
fn csv_and_json_hold_every_number() {
    let _turn = turn();
    let folder = std::env::temp_dir().join(format!("chainrule-fit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (log, saved) = (folder.join("log.csv"), folder.join("history.json"));
    let history = fit(true).callback(Log::csv(&log)).run().unwrap();
    let text = std::fs::read_to_string(&log).unwrap();
    assert_eq!(text, history.csv());
    let rows: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    assert_eq!(rows.len(), 4);
    for (i, row) in rows.iter().enumerate() {
        assert_eq!(row[0], (i + 1) as f64);
        assert_eq!(row[4], history.metric("val_loss").unwrap()[i]);
    }
    history.save(&saved).unwrap();
    let read: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&saved).unwrap()).unwrap();
    let accuracies: Vec<f64> = serde_json::from_value(read["metrics"]["val_acc"].clone()).unwrap();
    assert_eq!(accuracies, history.metric("val_acc").unwrap());
    assert_eq!(read["epochs"], 4);
    let text = history
        .save(folder.join("history.txt"))
        .unwrap_err()
        .to_string();
    assert!(text.contains(".csv or .json"), "{text}");
    let nowhere = folder.join("missing").join("log.csv");
    let error = fit(true).callback(Log::csv(nowhere)).run().unwrap_err();
    assert!(
        error.to_string().contains("fit: Log: cannot write"),
        "{error}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
    let text = history.metric("val_accuracy").unwrap_err().to_string();
    assert!(text.contains("“val_acc”"), "{text}");
}

/// A writer that the test can read.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn epochs_are_told_as_keras_tells_them() {
    let _turn = turn();
    let out = Shared::default();
    let mut lines = ProgressLines::to(Box::new(out.clone()));
    let history = fit(false)
        .validate_on_test()
        .epochs(50)
        .callback(EarlyStopping::patience(1))
        .run_observed(&mut lines)
        .unwrap();
    let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines[0],
        "Train on 60 samples, validate on 30 of the test set (loss, acc: of the weights after \
         each epoch; val_loss, val_acc: on the test set)"
    );
    assert_eq!(lines[1], "Epoch 1/50");
    let metric = |name| history.metric(name).unwrap()[0];
    let expected = format!(
        " - 0.0s - loss: {:.4} - acc: {:.4} - val_loss: {:.4} - val_acc: {:.4}",
        metric("loss"),
        metric("acc"),
        metric("val_loss"),
        metric("val_acc")
    );
    assert_eq!(lines[2], expected);
    assert_eq!(lines.len(), 2 + 2 * history.epochs());
    assert_eq!(*lines.last().unwrap(), history.remark().unwrap());
}
