//! Networks of epochs that are worth keeping.

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{Network, Scalar};

use super::callback::{Callback, Control, Epoch, Start};
use crate::{Mode, Number, names::VAL_LOSS};

/// A network that a callback kept.
pub(crate) struct Kept<F: Scalar> {
    pub(crate) epoch: usize,
    pub(crate) network: Network<F>,
}

/// A network as it was after an epoch.
#[derive(Clone, Debug)]
pub struct Saved<F: Scalar = f32> {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// The callback that kept it.
    pub by: String,
    /// The network, with the weights of that epoch.
    pub network: Network<F>,
}

/// Keeps networks while training: the best one, or one every so many epochs.
///
/// They are kept in memory, in the [checkpoints](crate::History::checkpoints) of the history; nothing
/// is written to a file.
///
/// ```no_run
/// # fn run(model: chainrule_nn::Model, data: chainrule_data::Splits) -> chainrule_train::Result<()> {
/// use chainrule_train::{Checkpoint, Fit};
///
/// let history = Fit::new(&model, &data).callback(Checkpoint::every(5)).epochs(20).run()?;
/// let tenth = &history.checkpoint(10)?.network;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    kind: Kind,
    mode: Mode,
    best: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Best(String),
    Every(usize),
}

impl Checkpoint {
    /// Keeps the network of the epoch with the best `val_loss`.
    pub fn best() -> Self {
        Self::best_by(VAL_LOSS)
    }

    /// Keeps the network of the epoch with the best of a metric: `val_acc`.
    pub fn best_by(metric: impl Into<String>) -> Self {
        Self {
            kind: Kind::Best(metric.into()),
            mode: Mode::Auto,
            best: None,
        }
    }

    /// Keeps the network of every so many epochs: with 5, of the epochs 5, 10, 15, …
    pub fn every(epochs: usize) -> Self {
        Self {
            kind: Kind::Every(epochs),
            ..Self::best()
        }
    }

    /// Says which way the metric is better, where its name does not.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }
}

impl<F: Number> Callback<F> for Checkpoint {
    fn monitor(&self) -> Option<(String, Mode)> {
        match &self.kind {
            Kind::Best(metric) => Some((metric.clone(), self.mode)),
            Kind::Every(_) => None,
        }
    }

    fn on_start(&mut self, start: &Start) -> Result<()> {
        self.best = None;
        match &self.kind {
            Kind::Best(metric) => start.needs(metric),
            Kind::Every(0) => Err(Error::new(
                ErrorKind::Value,
                "networks cannot be kept every 0 epochs",
            )
            .expected("at least 1")
            .got("0")
            .hint("Checkpoint::every(5), or Checkpoint::best()")),
            Kind::Every(_) => Ok(()),
        }
    }

    fn on_epoch_end(&mut self, epoch: &mut Epoch<'_, F>) -> Result<Control> {
        match &self.kind {
            Kind::Every(epochs) if epoch.number.is_multiple_of(*epochs) => epoch.keep(),
            Kind::Every(_) => {}
            Kind::Best(metric) => {
                let value = epoch.metric(metric)?;
                let better = |old| self.mode.better(metric, value, old, 0.0);
                if self.best.is_none_or(better) {
                    self.best = Some(value);
                    epoch.keep_only();
                }
            }
        }
        Ok(Control::Continue)
    }
}
