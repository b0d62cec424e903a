//! The buffers of a forward and a backward pass, allocated once.

use std::ops::Range;

use chainrule_error::{Error, ErrorKind, Result};

use super::{dropout::Source, pieces::Piece};
use crate::{
    Gradients, Scalar,
    kernels::sparse::{Notes, Sorted},
    layers::Scratch,
    line::InLine,
};

/// Buffers for batches of up to a number of samples: activations, gradients, working space.
///
/// ```
/// use chainrule_nn::{Model, Optimizer, Sgd, Targets};
///
/// let mut network = Model::input(2).dense(2).softmax().build(1)?;
/// let mut workspace = network.workspace(100)?;
/// let mut sgd = Sgd::new(0.1)?;
/// let labels = [0, 1, 1];
/// for _ in 0..10 {
///     workspace.input_mut(3).copy_from_slice(&[0.1, 0.9, 0.8, 0.2, 0.7, 0.1]);
///     network.forward_backward_in(&mut workspace, 3, Targets::from(&labels))?;
///     sgd.step(&mut network, workspace.gradients())?;
/// }
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Workspace<F: Scalar = f32> {
    pub(super) capacity: usize,
    /// The names of the layers, for [`first_beyond`](Self::first_beyond).
    pub(super) names: Vec<String>,
    /// Numbers of one sample: of the input, and after each layer.
    pub(super) lens: Vec<usize>,
    /// The input, and what each layer puts out.
    pub(super) activations: Vec<InLine<F>>,
    /// The gradient of the loss with respect to what each layer puts out.
    pub(super) deltas: Vec<InLine<F>>,
    /// What each layer prepares for the backward passes of a batch's pieces.
    pub(super) prepared: Vec<InLine<F>>,
    /// Layers that pieces go through in one go.
    pub(super) segments: Vec<Range<usize>>,
    pub(super) pieces: Vec<Piece<F>>,
    /// Samples of each piece; the last may have fewer.
    pub(super) piece: usize,
    /// Where a batch's numbers are that are not zero, if a layer takes them.
    pub(super) notes: Notes<F>,
    /// The terms of the second part of the columns, when threads share the parts.
    pub(super) apart: InLine<F>,
    /// Where each layer of data sorts a batch's numbers, some samples at a time.
    pub(super) sorted: Vec<Vec<Sorted<F>>>,
    pub(super) dropout: Source,
    pub(super) gradients: Gradients<F>,
}

impl<F: Scalar> Workspace<F> {
    /// The largest batch that fits.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Where a batch's inputs go, `[batch, features]` row by row. A batch beyond the capacity
    /// gets as many rows as there are.
    pub fn input_mut(&mut self, batch: usize) -> &mut [F] {
        let len = batch.min(self.capacity) * self.lens[0];
        &mut self.activations[0][..len]
    }

    /// The scores of the last forward pass, `[batch, outputs]` row by row.
    pub fn scores(&self, batch: usize) -> &[F] {
        let last = self.lens.len() - 1;
        &self.activations[last][..batch.min(self.capacity) * self.lens[last]]
    }

    /// The gradients of the last backward pass.
    pub fn gradients(&self) -> &Gradients<F> {
        &self.gradients
    }

    /// The gradients of the last backward pass, to be changed before a step: clipped, say.
    pub fn gradients_mut(&mut self) -> &mut Gradients<F> {
        self.gradients.filled.forget();
        &mut self.gradients
    }

    /// What a layer keeps of a batch that is one piece.
    pub(super) fn scratch(&self, layer: usize) -> &Scratch<F> {
        &self.pieces[0].scratch[layer]
    }

    pub(super) fn into_gradients(mut self) -> Gradients<F> {
        self.gradients.filled.forget();
        self.gradients
    }

    /// The first layer that put out a number beyond ±`limit`, or a NaN, in the last forward pass
    /// of `batch` samples: where a divergence is seen first.
    pub fn first_beyond(&self, batch: usize, limit: f64) -> Option<&str> {
        let (batch, limit) = (batch.min(self.capacity), F::of(limit));
        let within = |i: usize| {
            // A NaN is within nothing.
            self.activations[i][..batch * self.lens[i]]
                .iter()
                .all(|v| v.abs() <= limit)
        };
        (1..self.lens.len())
            .find(|&i| !within(i))
            .map(|i| self.names[i - 1].as_str())
    }

    pub(super) fn check(&self, batch: usize) -> Result<()> {
        if (1..=self.capacity).contains(&batch) {
            return Ok(());
        }
        Err(
            Error::new(ErrorKind::Value, "a batch does not fit its workspace")
                .expected(format!("1 to {} samples", self.capacity))
                .got(batch.to_string())
                .hint("make the workspace as large as the largest batch"),
        )
    }
}
