//! One file for each layer: its value, its derivative, and a test of the two.
//!
//! The rule of the folder: a layer is geometry and mathematics. It owns no parameters and no
//! buffers, it reads and writes the slices that it is given: `x` and `dx` are
//! `[batch, inputs]`, `y` and `dy` `[batch, outputs]`, row by row. What it has to remember
//! from the forward pass for the backward pass goes into its [`Scratch`]. Nothing here allocates
//! but [`Layer::scratch`], and large products for the time of a call. `backward` overwrites
//! gradients and `dx`, it does not add to them. A NaN that comes in goes out, so that divergence is
//! seen and not hidden.

mod activation;
mod batch_norm;
mod conv2d;
mod dense;
mod dropout;
mod flatten;
pub(crate) mod im2col;
mod max_pool2d;

use std::{fmt::Debug, ops::Range};

use rand_pcg::Pcg64;

pub(crate) use activation::Activation;
pub use activation::Function;
pub(crate) use batch_norm::BatchNorm;
pub(crate) use conv2d::Conv2d;
pub(crate) use dense::Dense;
pub(crate) use dropout::Dropout;
pub(crate) use flatten::Flatten;
pub(crate) use max_pool2d::MaxPool2d;

use crate::{
    Parameter, Scalar,
    kernels::sparse::{Lists, Part, Sorted},
    network::Piece,
    parameter::FilledRows,
};

/// What one layer keeps between its forward and its backward pass, and where it works.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch<F> {
    pub(crate) values: Vec<F>,
    pub(crate) indices: Vec<u32>,
    /// Whether the pass is one of training: only then is a batch normalized by itself.
    pub(crate) training: bool,
    /// Where random numbers come from, before a pass that draws some.
    pub(crate) rng: Option<Pcg64>,
    /// Whether units are dropped out, which only training does.
    pub(crate) dropping: bool,
}

/// What gradients over a whole batch are computed from, and where they go.
pub(crate) struct OverBatch<'a, F: Scalar> {
    pub(crate) x: &'a [F],
    pub(crate) dy: &'a [F],
    pub(crate) gradients: &'a mut [Parameter<F>],
    /// Of each gradient the rows that are not all zero, where that is known.
    pub(crate) filled: &'a mut [FilledRows],
    /// Where the numbers of x are that are not zero, if that was noted: then x may not be there.
    pub(crate) lists: Option<Lists<'a, F>>,
    /// Room for sorting data.
    pub(crate) sorted: &'a mut Vec<Sorted<F>>,
    /// What is to be done beside, once: by the thread that is ready first.
    pub(crate) meanwhile: &'a mut (dyn FnMut() + Send),
}

/// How the work of a layer is shared out between threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// By samples; the gradients of its parameters, if it has some, are summed piece by piece.
    Samples,
    /// By samples, but for the gradients of its parameters: those by inputs, each over the whole
    /// batch. Then `backward` leaves them out.
    Inputs,
    /// By samples, between two looks at the whole batch: what comes of a sample depends on the others.
    /// Each piece [observes](Together::observe) its own before any of them goes on.
    Together,
    /// Not by the network: the layer takes the whole batch, and shares its work itself.
    Whole,
}

/// What the terms of one part of the columns are to the layer's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sum {
    /// They and the bias are what there is so far.
    First,
    /// They are added to what there is.
    Onto,
    /// They are kept by themselves, to be added later.
    Apart,
}

/// A layer's mathematics.
pub(crate) trait Layer<F: Scalar>: Debug + Send + Sync {
    /// How many numbers it gives for one sample.
    fn output_len(&self) -> usize;

    /// The working space for batches of up to `capacity` samples.
    fn scratch(&self, capacity: usize) -> Scratch<F> {
        let _ = capacity;
        Scratch::default()
    }

    /// How many random numbers it draws for one training step of so many samples, from the
    /// scratch's generator.
    fn draws(&self, batch: usize) -> usize {
        let _ = batch;
        0
    }

    /// The smallest batch that it can learn from.
    fn least_batch(&self) -> usize {
        1
    }

    fn share(&self) -> Share {
        Share::Samples
    }

    /// How many numbers it prepares for the backward passes of all pieces of a batch that are asked
    /// for `dx`.
    fn prepared(&self) -> usize {
        0
    }

    /// Prepares as many.
    fn prepare(&self, parameters: &[Parameter<F>], room: &mut [F]) {
        let _ = (parameters, room);
    }

    /// What it does with the whole batch, of a layer that shares its work by [`Share::Together`].
    fn together(&self) -> Option<&dyn Together<F>> {
        None
    }

    /// Whether it reads data, and can do with the numbers of a batch that are not zero.
    fn takes_places(&self) -> bool {
        false
    }

    /// The gradients of the parameters over a whole batch, after all pieces have gone backward, of
    /// a layer that shares its work by inputs.
    fn gradients(&self, batch: OverBatch<'_, F>) {
        let _ = batch;
    }

    /// Computes `y` from `x`.
    fn forward(
        &self,
        parameters: &[Parameter<F>],
        x: &[F],
        y: &mut [F],
        batch: usize,
        scratch: &mut Scratch<F>,
    );

    /// Computes the terms of `y` of some samples and one part of the columns of `x`, by the numbers that
    /// are not zero, of a layer that takes places.
    fn forward_part(
        &self,
        parameters: &[Parameter<F>],
        lists: Lists<'_, F>,
        of: (Range<usize>, Part),
        sum: Sum,
        y: &mut [F],
    ) {
        let _ = (parameters, lists, of, sum, y);
        unreachable!("a layer that takes no places was given some; please report")
    }

    /// Computes the gradients of the parameters, and that of `x` unless nobody needs it.
    fn backward(&self, pass: Backward<'_, F>, scratch: &mut Scratch<F>);
}

/// A layer in which what comes of a sample depends on the others of its batch. Its `backward` leaves
/// the gradients of the parameters to [`agree_backward`](Self::agree_backward).
pub(crate) trait Together<F: Scalar> {
    /// Takes the running statistics of the network into the scratch, before a pass that is not one
    /// of training.
    fn recall(&self, statistics: &[Parameter<F>], scratch: &mut Scratch<F>);

    /// Notes in the scratch what a piece's `x` is like.
    fn observe(&self, x: &[F], scratch: &mut Scratch<F>);

    /// Makes one of what the pieces of a batch noted, in their order, tells it to all of them, and
    /// gives the statistics of the batch. The layer has this number.
    fn agree(
        &self,
        pieces: &mut [Piece<F>],
        layer: usize,
        samples: Samples,
        statistics: &mut [Parameter<F>],
    );

    /// Notes in the scratch what a piece's gradients are like.
    fn observe_backward(&self, x: &[F], dy: &[F], scratch: &mut Scratch<F>);

    /// The same of the gradients, with those of the parameters.
    fn agree_backward(
        &self,
        pieces: &mut [Piece<F>],
        layer: usize,
        samples: Samples,
        gradients: &mut [Parameter<F>],
    );
}

/// How many samples each piece of a batch has, the last the rest of all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Samples {
    pub(crate) each: usize,
    pub(crate) all: usize,
}

impl Samples {
    /// Those of a piece.
    pub(crate) fn of(self, piece: usize) -> usize {
        self.each.min(self.all - piece * self.each)
    }
}

/// What a backward pass is given and where it puts its results.
pub(crate) struct Backward<'a, F> {
    pub(crate) parameters: &'a [Parameter<F>],
    pub(crate) x: &'a [F],
    pub(crate) y: &'a [F],
    pub(crate) dy: &'a [F],
    pub(crate) dx: Option<&'a mut [F]>,
    /// What the layer has prepared for the batch.
    pub(crate) prepared: &'a [F],
    pub(crate) gradients: &'a mut [Parameter<F>],
}
