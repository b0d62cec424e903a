//! What fitting a network leaves: every metric of every epoch, how it ended, the network.

use std::{fmt, path::Path};

use chainrule_error::{Error, ErrorKind, Result, file};
use chainrule_nn::{Network, Scalar};

use super::{checkpoint::Saved, ending::Ending, export, lines};
use crate::{
    Mode, Setting, TrainMetrics, names,
    names::{LOSS, VAL_LOSS},
    results::remark,
};

/// What a [`Fit`](crate::Fit) leaves. All owned.
#[derive(Clone, Debug)]
pub struct History<F: Scalar = f32> {
    /// The hyper-parameters.
    pub setting: Setting,
    /// The seed of the weights, of the order of the samples, of dropout and of noise.
    pub seed: u64,
    /// What `val_loss` and `val_acc` were measured on, if on anything: `validation part`,
    /// `test set`.
    pub validated_on: Option<String>,
    /// What `loss` and `acc` are.
    pub train_metrics: TrainMetrics,
    /// How it ended.
    pub ending: Ending,
    /// Seconds that each epoch took, with its measurements.
    pub epoch_seconds: Vec<f64>,
    /// Seconds in all.
    pub seconds: f64,
    /// Seconds of them that went into measuring.
    pub measuring_seconds: f64,
    /// Samples that training went through.
    pub samples: usize,
    /// The trained network.
    pub network: Network<F>,
    /// The epoch, counted from 1, that the network is of: the last one, or the one that early
    /// stopping found best; none if training ended within an epoch.
    pub network_epoch: Option<usize>,
    /// What callbacks kept, in the order of the epochs.
    pub checkpoints: Vec<Saved<F>>,
    pub(super) metrics: Vec<(String, Vec<f64>)>,
    /// The metric by which the best epoch is found, and which way it is better.
    pub(super) monitor: (String, Mode),
}

impl<F: Scalar> History<F> {
    /// A metric after each epoch: `loss`, `acc`, `val_loss`, `val_acc`, `lr` (the learning rate of the
    /// epoch's last step).
    ///
    /// # Errors
    ///
    /// When there is none of that name; the error proposes the nearest one.
    pub fn metric(&self, name: &str) -> Result<&[f64]> {
        let found = self.metrics.iter().find(|(known, _)| known == name);
        found.map(|(_, values)| values.as_slice()).ok_or_else(|| {
            let known: Vec<_> = self.metric_names().map(str::to_owned).collect();
            names::unknown(name, &known).within("history")
        })
    }

    /// The names of the metrics.
    pub fn metric_names(&self) -> impl Iterator<Item = &str> {
        self.metrics.iter().map(|(name, _)| name.as_str())
    }

    /// Every metric with its name, a value for each epoch.
    pub fn metrics(&self) -> &[(String, Vec<f64>)] {
        &self.metrics
    }

    /// How many epochs it went through.
    pub fn epochs(&self) -> usize {
        self.epoch_seconds.len()
    }

    /// The best epoch, counted from 1: by what early stopping looked at, otherwise by the
    /// validation loss, otherwise by the loss. None if no epoch was completed.
    pub fn best_epoch(&self) -> Option<usize> {
        let (name, mode) = &self.monitor;
        let values = self.metric(name).ok()?;
        let mut best = 0;
        for (i, &value) in values.iter().enumerate() {
            if mode.better(name, value, values[best], 0.0) {
                best = i;
            }
        }
        (!values.is_empty()).then_some(best + 1)
    }

    /// The metric that the best epoch is found by: `val_loss`.
    pub fn monitor(&self) -> &str {
        &self.monitor.0
    }

    /// A network that a callback kept.
    ///
    /// # Errors
    ///
    /// When none was kept after that epoch; the error lists those that were.
    pub fn checkpoint(&self, epoch: usize) -> Result<&Saved<F>> {
        let found = self.checkpoints.iter().find(|saved| saved.epoch == epoch);
        found.ok_or_else(|| {
            let there: Vec<_> = self
                .checkpoints
                .iter()
                .map(|saved| saved.epoch.to_string())
                .collect();
            let error = Error::new(
                ErrorKind::Value,
                format!("no network was kept after epoch {epoch}"),
            );
            if there.is_empty() {
                let hint = "keep them while training: .callback(Checkpoint::every(1))";
                return error.got("no checkpoints").hint(hint);
            }
            error.expected(format!("one of the epochs {}", there.join(", ")))
        })
    }

    /// Why it ended before its end, and what the network is then; nothing if it came to its end
    /// with the weights of its last epoch.
    pub fn remark(&self) -> Option<String> {
        let (epochs, all) = (self.epochs(), self.setting.epochs);
        let text = match &self.ending {
            Ending::Complete => None,
            Ending::Interrupted => remark(None, true, self.samples),
            Ending::Diverged(divergence) => Some(divergence.to_string()),
            Ending::Stopped { by, reason } => Some(format!(
                "stopped after epoch {epochs} of {all} by {by}: {reason}"
            )),
            failed @ Ending::Failed { .. } => {
                let kept = "the history up to there is kept";
                Some(format!(
                    "ended after epoch {epochs} of {all}: {failed}; {kept}"
                ))
            }
        };
        let other = self.network_epoch.filter(|&epoch| epoch != epochs);
        let of = other.map(|epoch| format!("the network has the weights of epoch {epoch}"));
        match (text, of) {
            (Some(text), Some(of)) => Some(format!("{text}; {of}")),
            (text, of) => text.or(of),
        }
    }

    /// Itself, unless a callback failed: for those who want an error rather than a remark.
    ///
    /// # Errors
    ///
    /// When a callback returned an error or panicked.
    pub fn checked(self) -> Result<Self> {
        match &self.ending {
            failed @ Ending::Failed { .. } => Err(Error::new(
                ErrorKind::Value,
                format!("after epoch {}: {failed}", self.epochs()),
            )),
            _ => Ok(self),
        }
    }

    /// A line for each epoch: `epoch,seconds,loss,acc,val_loss,val_acc,…`.
    pub fn csv(&self) -> String {
        let names: Vec<_> = self.metric_names().map(str::to_owned).collect();
        let lines = self.epoch_seconds.iter().enumerate().map(|(i, &seconds)| {
            let values = self.metrics.iter().map(|(_, values)| values[i]);
            export::csv_line(i + 1, seconds, values)
        });
        export::csv_head(&names) + &lines.collect::<String>()
    }

    /// Name, ending, seconds and metrics as JSON; what is NaN or infinite is `null`.
    pub fn json(&self) -> String {
        let (name, remark) = (self.setting.to_string(), self.remark());
        let value = export::json_of(&name, remark.as_deref(), &self.epoch_seconds, &self.metrics);
        format!("{value:#}")
    }

    /// Writes [`csv`](Self::csv) or [`json`](Self::json) to a file, by the ending of its name. The file
    /// is there complete or as it was before.
    ///
    /// # Errors
    ///
    /// When the name ends neither in `.csv` nor in `.json`, the folder is missing, or the system
    /// refuses.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        const WHAT: &str = "the history";
        let path = path.as_ref();
        let text = match file::ending(path, WHAT, &["csv", "json"])? {
            "csv" => self.csv(),
            _ => self.json() + "\n",
        };
        file::write(path, WHAT, text.as_bytes())
    }

    /// What `loss` and `val_loss` are, in words.
    #[doc(hidden)]
    pub fn legend(&self) -> String {
        legend(self.train_metrics, self.validated_on.as_deref())
    }
}

/// `loss, acc: after each epoch; val_loss, val_acc: on the test set`
pub(super) fn legend(train: TrainMetrics, validated_on: Option<&str>) -> String {
    let on = validated_on.map_or(String::new(), |part| {
        format!("; val_loss, val_acc: on the {part}")
    });
    format!("loss, acc: {train}{on}")
}

/// What the best epoch is found by where no early stopping says it.
pub(super) fn usual_monitor(names: &[String]) -> (String, Mode) {
    let validated = names.iter().any(|name| name == VAL_LOSS);
    let name = if validated { VAL_LOSS } else { LOSS };
    (name.to_owned(), Mode::Auto)
}

/// A table: a row for each epoch, the best one with a star.
impl<F: Scalar> fmt::Display for History<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.setting)?;
        write!(f, "epoch  seconds")?;
        for name in self.metric_names() {
            write!(f, "  {name:>10}")?;
        }
        let best = self.best_epoch();
        for (i, seconds) in self.epoch_seconds.iter().enumerate() {
            let star = if best == Some(i + 1) { '*' } else { ' ' };
            write!(f, "\n{:>4}{star}  {seconds:>7.1}", i + 1)?;
            for (_, values) in &self.metrics {
                write!(f, "  {:>10}", lines::number(values[i]))?;
            }
        }
        write!(f, "\n{}", self.legend())?;
        if best.is_some() {
            write!(f, "; * the best {}", self.monitor())?;
        }
        if let Some(remark) = self.remark() {
            write!(f, "\n{remark}")?;
        }
        Ok(())
    }
}
