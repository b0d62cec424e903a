//! What an experiment leaves: curves, times, networks. All owned.
//!
//! A run and its parts are here; the runs of a setting together in `group`, a line for each setting
//! in `summary`, one setting against another in `compare`, files in `export`.

mod compare;
mod export;
mod group;
mod spread;
mod summary;

use std::fmt;

use chainrule_nn::{Network, Scalar};

pub(crate) use self::group::Group;
pub use self::{
    compare::{Comparison, Comparisons, Pick},
    group::{MeanCurve, Measure},
    spread::Spread,
    summary::{ResultsSummary, SettingSummary},
};
use crate::{Setting, Validated, text::grouped};

/// One measurement during training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Samples that training had gone through.
    pub samples: usize,
    /// Steps it had taken.
    pub step: usize,
    /// The mean loss of the batches since the measurement before: of a network that changed
    /// meanwhile, with dropout if it has that.
    pub loss: f64,
    /// The mean loss of a sample on the chosen part of the training set, without dropout.
    pub train_loss: f64,
    /// The mean loss of a sample on the whole test set.
    pub test_loss: f64,
    /// Accuracy on the chosen part of the training set, 0 to 1.
    pub train_accuracy: f64,
    /// Accuracy on the whole test set, 0 to 1.
    pub test_accuracy: f64,
}

impl Point {
    pub(crate) fn accuracies(&self) -> [f64; 2] {
        [self.train_accuracy, self.test_accuracy]
    }
}

/// How a run diverged: the loss was no finite number any more, or had exploded.
///
/// A network may explode without a NaN: weights and scores grow by powers of ten until every ReLU
/// is off, and then nothing changes any more. So a loss that is a million times what the first
/// step's was (or a million, if that is more) ends a run too.
#[derive(Clone, Debug, PartialEq)]
pub struct Divergence {
    /// The step, counted from 1, whose loss it was.
    pub step: usize,
    /// Samples until then.
    pub samples: usize,
    /// That loss.
    pub loss: f64,
    /// The first layer that put out a NaN or a number beyond a million, or `loss` if none did.
    pub layer: String,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (step, layer) = (self.step, &self.layer);
        let loss = if self.loss.is_finite() {
            format!("{:.1e}", self.loss)
        } else {
            self.loss.to_string()
        };
        write!(f, "diverged at step {step}: loss {loss}, first in {layer}")
    }
}

/// One run: a setting, its curve, its end.
#[derive(Clone, Debug)]
pub struct Run<F: Scalar = f32> {
    /// The hyper-parameters.
    pub setting: Setting,
    /// The seed that weights and batches were drawn from.
    pub seed: u64,
    /// What was measured, in order.
    pub curve: Vec<Point>,
    /// How it diverged, if it did; then the curve ends before that.
    pub divergence: Option<Divergence>,
    /// Whether an [interrupt](crate::interrupt) ended it before its end. Curve and network
    /// are those of the samples until then.
    pub interrupted: bool,
    /// The validation part after each epoch, if [early stopping](crate::EarlyStopping) or a schedule that waits
    /// for plateaus looked at it.
    pub validated: Vec<Validated>,
    /// Whether early stopping ended it before its end.
    pub stopped_early: bool,
    /// The epoch, counted from 1, that early stopping found best. Unless it was interrupted, or was
    /// to keep its last weights, the network and the final accuracies are of that epoch.
    pub best_epoch: Option<usize>,
    /// Accuracy on the chosen part of the training set after the last step; none if it diverged.
    /// Of a run that was interrupted it is the last point of the curve, and none if it has none.
    pub final_train_accuracy: Option<f64>,
    /// Accuracy on the test set after the last step, or as the training accuracy.
    pub final_test_accuracy: Option<f64>,
    /// Seconds from the first step to the last measurement.
    pub seconds: f64,
    /// Seconds of them that went into measuring accuracy.
    pub measuring_seconds: f64,
    /// Samples that training went through.
    pub samples: usize,
    /// Whether it is [remembered](crate::Experiment#remembered-runs) from before: then its times
    /// are those of the time that it was trained.
    pub remembered: bool,
    /// The network as it was in the end, with its weights.
    pub network: Network<F>,
}

impl<F: Scalar> Run<F> {
    /// Whether the loss became NaN or infinite.
    pub fn diverged(&self) -> bool {
        self.divergence.is_some()
    }

    /// Whether it came to its end, by all its epochs or by early stopping.
    pub fn finished(&self) -> bool {
        !self.diverged() && !self.interrupted
    }

    /// The epoch of its best measurement: the one that early stopping found best; otherwise when
    /// the test accuracy was highest for the first time, 2.5 in the middle of the third epoch. That
    /// looks at the test set: it describes a run, and is no way to choose one. None without a
    /// measurement, and of a run that did not come to its end.
    pub fn peak_epoch(&self) -> Option<f64> {
        if !self.finished() {
            return None;
        }
        if let Some(best) = self.best_epoch {
            return Some(best as f64);
        }
        let epochs = self.setting.epochs as f64;
        let measured = self.curve.iter().map(|point| {
            let epoch = point.samples as f64 * epochs / self.samples as f64;
            (epoch, point.test_accuracy)
        });
        let last = self.final_test_accuracy.map(|accuracy| (epochs, accuracy));
        let best = measured
            .chain(last)
            .reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map(|(epoch, _)| epoch)
    }

    /// Training samples a second, without the time for measuring accuracy.
    pub fn samples_per_second(&self) -> f64 {
        if self.samples == 0 {
            return 0.0;
        }
        self.samples as f64 / (self.seconds - self.measuring_seconds)
    }

    /// The test accuracy after the last step to four places, or `diverged`; `0.9165 (interrupted)`,
    /// or `interrupted`, for a run that was interrupted.
    pub fn outcome(&self) -> String {
        match self.final_test_accuracy {
            Some(accuracy) if self.interrupted => format!("{accuracy:.4} (interrupted)"),
            Some(accuracy) => format!("{accuracy:.4}"),
            None if self.interrupted => "interrupted".to_owned(),
            None => "diverged".to_owned(),
        }
    }

    /// Why it ended before its end: `diverged at step 83: …`,
    /// `interrupted after 12 300 samples`, `stopped early after epoch 7, best epoch 5`.
    pub fn remark(&self) -> Option<String> {
        let early = || {
            let (last, best) = (self.validated.len(), self.best_epoch?);
            let text = format!("stopped early after epoch {last}, best epoch {best}");
            self.stopped_early.then_some(text)
        };
        remark(self.divergence.as_ref(), self.interrupted, self.samples).or_else(early)
    }
}

/// An experiment's runs, in the order of its settings; where they
/// [repeat](crate::Experiment::repeats), the seeds of each setting in turn.
#[derive(Clone, Debug)]
pub struct Results<F: Scalar = f32> {
    /// What the experiment is called.
    pub name: String,
    /// A run for each setting and seed.
    pub runs: Vec<Run<F>>,
    /// Seconds for all of them together, as a clock on the wall shows.
    pub seconds: f64,
}

impl<F: Scalar> Results<F> {
    /// Whether an [interrupt](crate::interrupt) ended one of the runs, or some of them.
    pub fn interrupted(&self) -> bool {
        self.runs.iter().any(|run| run.interrupted)
    }

    /// How many runs are [remembered](crate::Experiment#remembered-runs) from before, in words.
    fn remembered(&self) -> Option<String> {
        let count = self.runs.iter().filter(|run| run.remembered).count();
        (count > 0).then(|| remembered_words(count, self.runs.len()))
    }
}

/// `12 of 12 runs remembered; times are those of the first run; .fresh() trains anew`
#[doc(hidden)]
pub fn remembered_words(count: usize, all: usize) -> String {
    format!(
        "{count} of {all} runs remembered, with the times of their first training; .fresh() \
         trains anew"
    )
}

/// Why a run ended before its end.
#[doc(hidden)]
pub fn remark(
    divergence: Option<&Divergence>,
    interrupted: bool,
    samples: usize,
) -> Option<String> {
    match divergence {
        Some(divergence) => Some(divergence.to_string()),
        None if !interrupted => None,
        None if samples == 0 => Some("interrupted before its first step".to_owned()),
        None => Some(format!("interrupted after {} samples", grouped(samples))),
    }
}

/// The final accuracies of every run, or of every setting where runs repeat.
impl<F: Scalar> fmt::Display for Results<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.has_repeats() {
            return self.summary().fmt(f);
        }
        let names = self.run_labels();
        let widths = names.iter().map(|name| name.chars().count());
        let width = widths.max().unwrap_or(0).max(7);
        write!(
            f,
            "{}\n{:<width$}  train accuracy  test accuracy",
            self.name, "setting"
        )?;
        for (run, name) in self.runs.iter().zip(names) {
            write!(f, "\n{name:<width$}  ")?;
            let remark = run.remark();
            match (run.final_train_accuracy, run.final_test_accuracy, remark) {
                (Some(train), Some(test), None) => write!(f, "{train:>14.4}  {test:>13.4}")?,
                (Some(train), Some(test), Some(remark)) => {
                    write!(f, "{train:>14.4}  {test:>13.4}  {remark}")?;
                }
                (_, _, remark) => f.write_str(&remark.unwrap_or_default())?,
            }
        }
        match self.remembered() {
            Some(words) => write!(f, "\n{words}"),
            None => Ok(()),
        }
    }
}
