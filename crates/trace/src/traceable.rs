//! What a network is asked for a trace by.

use chainrule_error::Result;
use chainrule_nn::{Dropout, Network, Targets};
use ndarray::Array2;

use crate::trace::Trace;

/// What networks in f64 have beside their own methods: a pass as steps to read.
pub trait Traceable {
    /// Makes one training pass over a sample or a small batch, and keeps every step of it.
    ///
    /// # Shapes
    ///
    /// `x` is `[batch, features]`; targets are labels, or an array `[batch, outputs]`.
    ///
    /// # Errors
    ///
    /// As [`Network::gradients`]: wrong shapes, numbers that are not finite, an empty batch, a
    /// network with dropout; and when the pass is too large to be kept.
    fn trace<'a>(&self, x: &Array2<f64>, targets: impl Into<Targets<'a, f64>>) -> Result<Trace>;

    /// As [`trace`](Self::trace), for a network with dropout.
    ///
    /// # Errors
    ///
    /// As [`Network::gradients_with`], and when the pass is too large to be kept.
    fn trace_with<'a>(
        &self,
        x: &Array2<f64>,
        targets: impl Into<Targets<'a, f64>>,
        dropout: Dropout<'_, f64>,
    ) -> Result<Trace>;
}

impl Traceable for Network<f64> {
    fn trace<'a>(&self, x: &Array2<f64>, targets: impl Into<Targets<'a, f64>>) -> Result<Trace> {
        let targets = targets.into();
        // The network's own refusal of dropout that nothing is said of.
        let dropouts = self.model().summary()?.rows;
        if dropouts.iter().any(|row| row.name.starts_with("dropout")) {
            self.gradients(x, targets)?;
        }
        self.trace_with(x, targets, Dropout::Off)
    }

    fn trace_with<'a>(
        &self,
        x: &Array2<f64>,
        targets: impl Into<Targets<'a, f64>>,
        dropout: Dropout<'_, f64>,
    ) -> Result<Trace> {
        Ok(Trace::new(self.record(x, targets, dropout)?))
    }
}
