//! Training ends when the validation part says that it no longer helps.

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Network;

use crate::{
    Evaluation, Number,
    names::{self, VAL_ACC, VAL_LOSS},
};

/// Ends training when a metric has not become better for so many epochs, and keeps the weights of
/// the best one. Prechelt, *Early stopping, but when?* (1998).
///
/// In a [`Setting`](crate::Setting) of an experiment it looks at the validation part; as a
/// [callback](crate::Callback) of a [`Fit`](crate::Fit) at any metric of the history.
///
/// | setting | unless set | Keras's name |
/// | --- | --- | --- |
/// | [`patience`](Self::patience()) | | `patience` |
/// | [`monitor`](Self::monitor()) | `val_loss` | `monitor` |
/// | [`mode`](Self::mode()) | accuracies upwards, all else downwards | `mode` |
/// | [`min_change`](Self::min_change()) | 0 | `min_delta` |
/// | [`baseline`](Self::baseline()) | none | `baseline` |
/// | [`keep_last_weights`](Self::keep_last_weights) | the best are kept | `restore_best_weights` |
///
/// An epoch is better when its metric is below the best so far by more than the least change; of an
/// accuracy, when it is above it by more. With the patience n training ends after n epochs in a row
/// that were not better, as in Keras. Where it ends by itself, after all its epochs or because it
/// diverged, the best weights are kept too; after an interrupt it keeps those that it came to.
///
/// ```
/// use chainrule_train::EarlyStopping;
///
/// let stopping = EarlyStopping::patience(2);
/// assert_eq!(stopping.to_string(), "patience 2 by validation loss");
/// let stopping = stopping.by_accuracy().min_change(0.001);
/// assert_eq!(stopping.to_string(), "patience 2 by validation accuracy, least change 0.001");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct EarlyStopping {
    /// How many epochs in a row may fail to be better.
    pub patience: usize,
    /// By how much an epoch has to be better to count as that; 0 unless set.
    pub min_change: f64,
    /// The metric that is looked at; `val_loss` unless set.
    pub monitor: String,
    /// Which way the metric is better; by its name unless set.
    pub mode: Mode,
    /// What the metric has to be better than for an epoch to count as progress at all.
    pub baseline: Option<f64>,
    /// Whether the network gets the best epoch's weights in the end; so unless told otherwise.
    pub restore_best_weights: bool,
    pub(crate) seen: Seen,
}

/// Which way a metric is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// By its name: more of an accuracy, less of anything else.
    #[default]
    Auto,
    /// Less is better.
    Least,
    /// More is better.
    Greatest,
}

impl Mode {
    /// Whether more is better, for a metric of that name.
    pub(crate) fn upwards(self, metric: &str) -> bool {
        match self {
            Self::Auto => metric.contains("acc"),
            Self::Least => false,
            Self::Greatest => true,
        }
    }

    /// Whether a value is better than another by more than the least change. NaN never is, and
    /// anything is better than NaN.
    pub(crate) fn better(self, metric: &str, new: f64, old: f64, min_change: f64) -> bool {
        if self.upwards(metric) {
            new > old + min_change || (old.is_nan() && !new.is_nan())
        } else {
            new < old - min_change || (old.is_nan() && !new.is_nan())
        }
    }
}

/// What early stopping has seen of the run that it watches.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Seen {
    pub(crate) best: Option<(usize, f64)>,
    waited: usize,
}

/// What an epoch means to early stopping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) best: bool,
    pub(crate) stop: bool,
}

/// The validation part after an epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Validated {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// Samples that training had gone through.
    pub samples: usize,
    /// The mean loss of a sample, without dropout.
    pub loss: f64,
    /// The share that was classified rightly, 0 to 1.
    pub accuracy: f64,
}

impl EarlyStopping {
    /// Ends training after so many epochs in a row without a lower validation loss.
    pub fn patience(epochs: usize) -> Self {
        Self {
            patience: epochs,
            min_change: 0.0,
            monitor: VAL_LOSS.to_owned(),
            mode: Mode::Auto,
            baseline: None,
            restore_best_weights: true,
            seen: Seen::default(),
        }
    }

    /// Looks at another metric: `val_acc`, `loss`. An experiment measures `val_loss` and `val_acc`.
    pub fn monitor(mut self, metric: impl Into<String>) -> Self {
        self.monitor = metric.into();
        self
    }

    /// Looks at the accuracy on the validation part rather than at the loss.
    pub fn by_accuracy(self) -> Self {
        self.monitor(VAL_ACC)
    }

    /// With another least change, in units of the metric; for accuracy as a share: 0.001 is a
    /// tenth of a percent.
    pub fn min_change(mut self, change: f64) -> Self {
        self.min_change = change;
        self
    }

    /// Says which way the metric is better, where its name does not.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Waits for the metric to be better than this value: epochs that are not count against the
    /// patience even if each is better than the one before.
    pub fn baseline(mut self, value: f64) -> Self {
        self.baseline = Some(value);
        self
    }

    /// Leaves the network with the weights of its last epoch rather than of its best, as Keras does
    /// unless told otherwise.
    pub fn keep_last_weights(mut self) -> Self {
        self.restore_best_weights = false;
        self
    }

    /// Whether its numbers are in their ranges.
    pub(crate) fn check_numbers(&self) -> Result<()> {
        if self.patience == 0 {
            return Err(Error::new(ErrorKind::Value, "early stopping needs patience")
                .expected("at least 1 epoch")
                .got("0")
                .hint("EarlyStopping::patience(2) ends training after two epochs without progress"));
        }
        if !(self.min_change.is_finite() && self.min_change >= 0.0) {
            return Err(
                Error::new(ErrorKind::Value, "the least change is out of range")
                    .expected("a finite number, not negative")
                    .got(self.min_change.to_string()),
            );
        }
        match self.baseline {
            Some(value) if !value.is_finite() => Err(Error::new(
                ErrorKind::Value,
                "the baseline of early stopping is no number",
            )
            .expected("a finite number")
            .got(value.to_string())),
            _ => Ok(()),
        }
    }

    /// Whether an experiment can follow it.
    pub(crate) fn check(&self, validation: bool) -> Result<()> {
        self.check_numbers()?;
        if ![VAL_LOSS, VAL_ACC].contains(&self.monitor.as_str()) {
            return Err(
                names::unknown(&self.monitor, &[VAL_LOSS.to_owned(), VAL_ACC.to_owned()])
                    .within("early stopping of an experiment"),
            );
        }
        if !validation {
            return Err(
                Error::new(ErrorKind::Value, "early stopping needs validation data")
                    .expected("data with a validation part")
                    .got("none")
                    .why("the test set must not decide when training ends")
                    .hint("split some off the training set: &mnist.with_validation(5_000)?"),
            );
        }
        Ok(())
    }

    /// Takes note of an epoch's metric.
    pub(crate) fn note(&mut self, epoch: usize, value: f64) -> Verdict {
        let better = |old| self.mode.better(&self.monitor, value, old, self.min_change);
        let best = match self.seen.best {
            Some((_, old)) => better(old),
            None => true,
        };
        if best {
            self.seen.best = Some((epoch, value));
        }
        if best && self.baseline.is_none_or(better) {
            self.seen.waited = 0;
        } else {
            self.seen.waited += 1;
        }
        // The first epoch is progress over nothing, unless a baseline says otherwise.
        let stop = self.seen.waited >= self.patience;
        Verdict { best, stop }
    }
}

impl fmt::Display for EarlyStopping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let monitor = match self.monitor.as_str() {
            VAL_LOSS => "validation loss",
            VAL_ACC => "validation accuracy",
            other => other,
        };
        write!(f, "patience {} by {monitor}", self.patience)?;
        match self.mode {
            Mode::Auto => {}
            Mode::Least => f.write_str(", less is better")?,
            Mode::Greatest => f.write_str(", more is better")?,
        }
        if self.min_change != 0.0 {
            write!(f, ", least change {}", self.min_change)?;
        }
        if let Some(baseline) = self.baseline {
            write!(f, ", baseline {baseline}")?;
        }
        if !self.restore_best_weights {
            f.write_str(", keeping the last weights")?;
        }
        Ok(())
    }
}

/// Early stopping at work: the validation part after each epoch, and the best weights.
pub(crate) struct Watch<F: Number> {
    stopping: Option<EarlyStopping>,
    best: Option<Network<F>>,
    pub(crate) validated: Vec<Validated>,
}

impl<F: Number> Watch<F> {
    pub(crate) fn new(stopping: Option<EarlyStopping>) -> Self {
        Self {
            stopping,
            best: None,
            validated: Vec::new(),
        }
    }

    /// Whether it has to be told of the validation part.
    pub(crate) fn watches(&self) -> bool {
        self.stopping.is_some()
    }

    /// Takes note of an epoch's validation; whether training is to end.
    pub(crate) fn note(&mut self, samples: usize, seen: &Evaluation, network: &Network<F>) -> bool {
        let new = Validated {
            epoch: self.validated.len() + 1,
            samples,
            loss: seen.loss,
            accuracy: seen.accuracy(),
        };
        self.validated.push(new);
        let Some(stopping) = &mut self.stopping else {
            return false;
        };
        let value = match stopping.monitor.as_str() {
            VAL_ACC => new.accuracy,
            _ => new.loss,
        };
        let verdict = stopping.note(new.epoch, value);
        if verdict.best && stopping.restore_best_weights {
            self.best = Some(network.clone());
        }
        verdict.stop
    }

    pub(crate) fn best_epoch(&self) -> Option<usize> {
        let (epoch, _) = self.stopping.as_ref()?.seen.best?;
        Some(epoch)
    }

    /// Whether the weights of the last epoch are those to be kept.
    pub(crate) fn best_is_last(&self) -> bool {
        self.best.is_none() || self.best_epoch() == Some(self.validated.len())
    }

    /// Gives the network the best weights, if they are to be kept.
    pub(crate) fn restore(&self, network: &mut Network<F>) {
        if let Some(weights) = &self.best {
            network.clone_from(weights);
        }
    }
}

#[cfg(test)]
mod tests {
    use chainrule_nn::Model;

    use super::*;

    fn watch(stopping: EarlyStopping, seen: &[(f64, usize)]) -> (usize, Option<usize>) {
        let network = Model::input(1).dense(2).softmax().build(1).unwrap();
        let mut watch = Watch::<f32>::new(Some(stopping));
        for (i, &(loss, correct)) in seen.iter().enumerate() {
            let evaluation = Evaluation {
                correct,
                samples: 100,
                without_class: 0,
                loss,
            };
            if watch.note(i, &evaluation, &network) {
                break;
            }
        }
        (watch.validated.len(), watch.best_epoch())
    }

    #[test]
    fn patience_counts_epochs_in_a_row() {
        let losses = [5.0, 4.0, 4.5, 3.0, 3.0, 3.1, 2.0].map(|loss| (loss, 0));
        assert_eq!(watch(EarlyStopping::patience(1), &losses), (3, Some(2)));
        assert_eq!(watch(EarlyStopping::patience(2), &losses), (6, Some(4)));
        assert_eq!(watch(EarlyStopping::patience(3), &losses), (7, Some(7)));
    }

    #[test]
    fn a_small_change_is_none_and_accuracy_goes_up() {
        let seen = [(1.0, 50), (0.95, 40), (0.9, 51), (0.85, 60)];
        let patient = || EarlyStopping::patience(2);
        assert_eq!(watch(patient().min_change(0.08), &seen), (4, Some(3)));
        assert_eq!(watch(patient().min_change(0.2), &seen), (3, Some(1)));
        assert_eq!(
            watch(patient().by_accuracy().min_change(0.02), &seen),
            (3, Some(1))
        );
        assert_eq!(watch(patient().by_accuracy(), &seen), (4, Some(4)));
    }

    #[test]
    fn a_baseline_has_to_be_reached_and_a_mode_turns_the_metric_over() {
        let seen = [(1.0, 50), (0.9, 60), (0.8, 70), (0.4, 80), (0.3, 90)];
        let patient = || EarlyStopping::patience(2);
        // Three epochs become better, but none is below the baseline.
        assert_eq!(watch(patient().baseline(0.5), &seen), (2, Some(2)));
        assert_eq!(
            watch(EarlyStopping::patience(4).baseline(0.5), &seen),
            (5, Some(5))
        );
        assert_eq!(watch(patient().mode(Mode::Greatest), &seen), (3, Some(1)));
        let least = patient().by_accuracy().mode(Mode::Least);
        assert_eq!(watch(least, &seen), (3, Some(1)));
    }

    #[test]
    fn a_number_is_better_than_none_and_none_is_never_better() {
        for mode in [Mode::Least, Mode::Greatest] {
            assert!(mode.better("x", 1.0, f64::NAN, 0.0));
            assert!(!mode.better("x", f64::NAN, 1.0, 0.0));
            assert!(!mode.better("x", f64::NAN, f64::NAN, 0.0));
        }
    }
}
