//! What is called after each epoch, and may end training.

use chainrule_error::Result;
use chainrule_nn::{Network, Scalar};

use super::{checkpoint::Kept, ending::Ending};
use crate::{Mode, names};

/// Looks on while a network is fitted, and may end it. A student can write one in a cell:
///
/// ```
/// use chainrule_data::{Dataset, Splits};
/// use chainrule_nn::Model;
/// use chainrule_train::{Callback, Control, Epoch, Fit, Result};
///
/// struct GoodEnough(f64);
///
/// impl Callback for GoodEnough {
///     fn on_epoch_end(&mut self, epoch: &mut Epoch<'_>) -> Result<Control> {
///         let accuracy = epoch.metric("acc")?;
///         if accuracy >= self.0 {
///             return Ok(Control::stop(format!("accuracy {accuracy:.2} is good enough")));
///         }
///         Ok(Control::Continue)
///     }
/// }
///
/// # let pixels = ndarray::Array2::from_shape_fn((40, 2), |(i, j)| if i % 2 == j { 255 } else { 0 });
/// # let labels = (0..40).map(|i| i % 2).collect();
/// # let part = Dataset::from_arrays("two", pixels, labels, [1, 1, 2], ["left", "right"])?;
/// # let data = Splits::new("two", part.clone(), None, part)?;
/// let model = Model::input(2).dense(2).softmax();
/// let history = Fit::new(&model, &data)
///     .batch_size(10)
///     .epochs(50)
///     .callback(GoodEnough(0.9))
///     .quiet()
///     .run()?;
/// assert!(history.epochs() < 50);
/// assert!(history.remark().unwrap().contains("by GoodEnough: accuracy"));
/// # Ok::<(), chainrule_train::Error>(())
/// ```
///
/// A callback that is given as `&mut mine` can be looked at afterwards.
///
/// One that returns an error or panics ends training. What was trained until then is kept: the
/// [`History`](crate::History) says which callback it was, when, and what it said.
pub trait Callback<F: Scalar = f32> {
    /// What it is called where the history speaks of it: its type's name unless told.
    fn name(&self) -> String {
        short(std::any::type_name::<Self>())
    }

    /// The metric that it judges epochs by, if it does, and which way that is better: the history
    /// marks the best epoch by it.
    fn monitor(&self) -> Option<(String, Mode)> {
        None
    }

    /// Called before anything is trained; an error here ends `run` with that error.
    ///
    /// # Errors
    ///
    /// Whatever it does not like, such as a metric that will not be measured.
    fn on_start(&mut self, _start: &Start) -> Result<()> {
        Ok(())
    }

    /// Called after each epoch with what was measured, and with the network.
    ///
    /// # Errors
    ///
    /// Whatever makes it impossible to go on.
    fn on_epoch_end(&mut self, epoch: &mut Epoch<'_, F>) -> Result<Control>;

    /// Called once when training has ended, however it did, unless this callback failed.
    ///
    /// # Errors
    ///
    /// Whatever went wrong.
    fn on_end(&mut self, _end: &mut End<'_, F>) -> Result<()> {
        Ok(())
    }
}

/// `my::Stop<a::B>` as `Stop`.
fn short(name: &str) -> String {
    let plain = name.split('<').next().unwrap_or(name);
    plain.rsplit("::").next().unwrap_or(plain).to_owned()
}

impl<F: Scalar, C: Callback<F> + ?Sized> Callback<F> for &mut C {
    fn name(&self) -> String {
        (**self).name()
    }

    fn monitor(&self) -> Option<(String, Mode)> {
        (**self).monitor()
    }

    fn on_start(&mut self, start: &Start) -> Result<()> {
        (**self).on_start(start)
    }

    fn on_epoch_end(&mut self, epoch: &mut Epoch<'_, F>) -> Result<Control> {
        (**self).on_epoch_end(epoch)
    }

    fn on_end(&mut self, end: &mut End<'_, F>) -> Result<()> {
        (**self).on_end(end)
    }
}

/// Whether training goes on after an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// It does.
    Continue,
    /// It ends, for this reason.
    Stop(String),
}

impl Control {
    /// Training ends, for this reason.
    pub fn stop(reason: impl Into<String>) -> Self {
        Self::Stop(reason.into())
    }
}

/// What a callback is told before training.
#[derive(Clone, Debug)]
pub struct Start {
    /// The names of the metrics that every epoch will have.
    pub metrics: Vec<String>,
    /// How many epochs there are to be at most.
    pub epochs: usize,
}

impl Start {
    /// An error if a metric will not be measured; it proposes the nearest name.
    ///
    /// # Errors
    ///
    /// When there is none of that name.
    pub fn needs(&self, metric: &str) -> Result<()> {
        if self.metrics.iter().any(|known| known == metric) {
            return Ok(());
        }
        Err(names::unknown(metric, &self.metrics))
    }
}

/// An epoch that has just ended.
pub struct Epoch<'a, F: Scalar = f32> {
    /// Which, counted from 1.
    pub number: usize,
    /// How many there are to be at most.
    pub epochs: usize,
    /// Seconds that it took, with its measurements.
    pub seconds: f64,
    /// The network, as it is after the epoch. What a callback changes is trained on from there.
    pub network: &'a mut Network<F>,
    pub(super) metrics: &'a [(String, f64)],
    pub(super) kept: &'a mut Vec<Kept<F>>,
}

impl<F: Scalar> Epoch<'_, F> {
    /// The metric of that name: `loss`, `acc`, `val_loss`, `val_acc`, `lr`.
    ///
    /// # Errors
    ///
    /// When there is none; the error proposes the nearest name.
    pub fn metric(&self, name: &str) -> Result<f64> {
        let found = self.metrics.iter().find(|(known, _)| known == name);
        found.map(|&(_, value)| value).ok_or_else(|| {
            let known: Vec<_> = self.metrics.iter().map(|(name, _)| name.clone()).collect();
            names::unknown(name, &known)
        })
    }

    /// Every metric with its name.
    pub fn metrics(&self) -> &[(String, f64)] {
        self.metrics
    }

    /// Keeps a copy of the network as it is now, beside those that this callback kept before. The
    /// history has it among its [checkpoints](crate::History::checkpoints).
    pub fn keep(&mut self) {
        self.kept.push(Kept {
            epoch: self.number,
            network: self.network.clone(),
        });
    }

    /// As [`keep`](Self::keep), in place of what this callback kept before.
    pub fn keep_only(&mut self) {
        self.kept.clear();
        self.keep();
    }
}

/// The end of training.
pub struct End<'a, F: Scalar = f32> {
    /// How it ended.
    pub ending: &'a Ending,
    /// The network as it is in the end.
    pub network: &'a mut Network<F>,
    pub(super) kept: &'a mut Vec<Kept<F>>,
    /// The epoch that the network is of.
    pub(super) epoch: &'a mut Option<usize>,
}

impl<F: Scalar> End<'_, F> {
    /// Gives the network the weights that this callback kept last, and forgets them otherwise.
    /// Nothing happens if it kept none.
    pub fn restore(&mut self) {
        if let Some(kept) = self.kept.pop() {
            *self.network = kept.network;
            *self.epoch = Some(kept.epoch);
        }
        self.kept.clear();
    }

    /// Forgets what this callback kept.
    pub fn forget(&mut self) {
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_types_name_is_short() {
        assert_eq!(
            short("user_code::cell_3::Stop<alloc::string::String>"),
            "Stop"
        );
        assert_eq!(short("Stop"), "Stop");
    }
}
