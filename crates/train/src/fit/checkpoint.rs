//! Networks of epochs that are worth keeping.

use std::path::{Path, PathBuf};

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
/// They are kept in memory, in the [checkpoints](crate::History::checkpoints) of the history, and in a
/// file beside it if [`to_file`](Self::to_file) names one: what is in a file outlives the process.
///
/// ```no_run
/// # fn run(model: chainrule_nn::Model, data: chainrule_data::Splits) -> chainrule_train::Result<()> {
/// use chainrule_train::{Checkpoint, Fit};
///
/// let history = Fit::new(&model, &data).callback(Checkpoint::every(5)).epochs(20).run()?;
/// let tenth = &history.checkpoint(10)?.network;
///
/// // The best so far, in a file as soon as it is there, and back from it.
/// let best = Checkpoint::best().to_file("best.npz");
/// let mut network = Fit::new(&model, &data).callback(best).run()?.network;
/// network.load_weights("best.npz")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    kind: Kind,
    mode: Mode,
    best: Option<f64>,
    file: Option<PathBuf>,
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
            file: None,
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

    /// Writes the weights to a file too, each time a network is kept, as
    /// [`Network::save_weights`] does. `{epoch}` in the name stands for the epoch: without it a later
    /// network replaces the file of the one before.
    ///
    /// A name that does not end in `.npz`, or a folder that is not there, is an error before training;
    /// a disk that is full ends it, with its history.
    pub fn to_file(mut self, path: impl AsRef<Path>) -> Self {
        self.file = Some(path.as_ref().to_owned());
        self
    }

    /// The file of an epoch.
    fn path(&self, epoch: usize) -> Option<PathBuf> {
        let path = self.file.as_ref()?;
        Some(match path.to_str() {
            Some(text) => text.replace("{epoch}", &epoch.to_string()).into(),
            None => path.clone(),
        })
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
        if let Some(path) = self.path(1) {
            Network::<F>::can_save_weights(path)?;
        }
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
        let keeps = match &self.kind {
            Kind::Every(epochs) => epoch.number.is_multiple_of(*epochs),
            Kind::Best(metric) => {
                let value = epoch.metric(metric)?;
                let better = |old| self.mode.better(metric, value, old, 0.0);
                let keeps = self.best.is_none_or(better);
                if keeps {
                    self.best = Some(value);
                }
                keeps
            }
        };
        if !keeps {
            return Ok(Control::Continue);
        }
        match self.kind {
            Kind::Every(_) => epoch.keep(),
            Kind::Best(_) => epoch.keep_only(),
        }
        if let Some(path) = self.path(epoch.number) {
            epoch.network.save_weights(path)?;
        }
        Ok(Control::Continue)
    }
}
