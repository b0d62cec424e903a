//! What looks on, and may end it: early stopping, callbacks of one's own, those that fail.

use chainrule_nn::Rule;
use chainrule_train::{
    Callback, Checkpoint, Control, EarlyStopping, End, Epoch, Experiment, Fit, Mode, Result,
    Setting, Start, evaluate,
};

use crate::{
    common::{data, model, turn},
    fit, weights,
};

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
