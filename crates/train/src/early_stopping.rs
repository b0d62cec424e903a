//! Training ends when the validation part says that it no longer helps.

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Network;

use crate::{Evaluation, Number};

/// Ends training when the validation part has not become better for so many epochs, and keeps the
/// weights of the best one. Prechelt, *Early stopping, but when?* (1998).
///
/// The validation part is measured after each epoch. It is better when its loss is below the best
/// so far by more than the least change; by accuracy, when that is above it by more. With the
/// patience n training ends after n epochs in a row that were not better, as in Keras. Where it
/// ends by itself, after all its epochs or because it diverged, the best weights are kept too; after an
/// interrupt it keeps those that it came to.
///
/// ```
/// use chainrule_train::EarlyStopping;
///
/// let stopping = EarlyStopping::patience(2);
/// assert_eq!(stopping.to_string(), "patience 2 by validation loss");
/// let stopping = stopping.by_accuracy().min_change(0.001);
/// assert_eq!(stopping.to_string(), "patience 2 by validation accuracy, least change 0.001");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarlyStopping {
    /// How many epochs in a row may fail to be better.
    pub patience: usize,
    /// By how much an epoch has to be better to count as that; 0 unless set.
    pub min_change: f64,
    /// What better means; the validation loss unless set.
    pub monitor: Monitor,
}

/// What [`EarlyStopping`] looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Monitor {
    /// The mean loss of a sample of the validation part: less is better.
    #[default]
    Loss,
    /// The share of the validation part that is classified rightly: more is better.
    Accuracy,
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
            monitor: Monitor::Loss,
        }
    }

    /// Looks at accuracy rather than at the loss.
    pub fn by_accuracy(mut self) -> Self {
        self.monitor = Monitor::Accuracy;
        self
    }

    /// With another least change, in units of the loss, or as a share for accuracy: 0.001 is a
    /// tenth of a percent.
    pub fn min_change(mut self, change: f64) -> Self {
        self.min_change = change;
        self
    }

    pub(crate) fn check(&self, validation: bool) -> Result<()> {
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

    fn better(&self, new: &Validated, best: &Validated) -> bool {
        match self.monitor {
            Monitor::Loss => new.loss < best.loss - self.min_change,
            Monitor::Accuracy => new.accuracy > best.accuracy + self.min_change,
        }
    }
}

impl fmt::Display for EarlyStopping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let monitor = match self.monitor {
            Monitor::Loss => "loss",
            Monitor::Accuracy => "accuracy",
        };
        write!(f, "patience {} by validation {monitor}", self.patience)?;
        if self.min_change == 0.0 {
            return Ok(());
        }
        write!(f, ", least change {}", self.min_change)
    }
}

/// Early stopping at work: the validation part after each epoch, and the best weights.
pub(crate) struct Watch<F: Number> {
    stopping: Option<EarlyStopping>,
    best: Option<(Validated, Network<F>)>,
    waited: usize,
    pub(crate) validated: Vec<Validated>,
}

impl<F: Number> Watch<F> {
    pub(crate) fn new(stopping: Option<EarlyStopping>) -> Self {
        Self {
            stopping,
            best: None,
            waited: 0,
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
        let Some(stopping) = self.stopping else {
            return false;
        };
        match &self.best {
            Some((best, _)) if !stopping.better(&new, best) => self.waited += 1,
            _ => {
                self.best = Some((new, network.clone()));
                self.waited = 0;
            }
        }
        self.waited >= stopping.patience
    }

    pub(crate) fn best_epoch(&self) -> Option<usize> {
        self.best.as_ref().map(|(best, _)| best.epoch)
    }

    /// Whether the weights of the last epoch are the best ones, or nobody asks.
    pub(crate) fn best_is_last(&self) -> bool {
        self.best_epoch()
            .is_none_or(|best| best == self.validated.len())
    }

    /// Gives the network the best weights.
    pub(crate) fn restore(&self, network: &mut Network<F>) {
        if let Some((_, weights)) = &self.best {
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
        let patient = EarlyStopping::patience(2);
        assert_eq!(watch(patient.min_change(0.08), &seen), (4, Some(3)));
        assert_eq!(watch(patient.min_change(0.2), &seen), (3, Some(1)));
        assert_eq!(
            watch(patient.by_accuracy().min_change(0.02), &seen),
            (3, Some(1))
        );
        assert_eq!(watch(patient.by_accuracy(), &seen), (4, Some(4)));
    }
}
