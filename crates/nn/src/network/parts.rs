//! The first layer of a batch of which most numbers are zero, in parts of its columns.
//!
//! Weights that one thread has changed come to another from afar. So of two threads each has the rows
//! of the weights that belong to its part of the columns: it sums their terms for the whole batch
//! here, computes their gradient, and takes the step, and only sums of terms go from one thread to the
//! other. On one thread a piece of the batch sums both parts, in the same order.

use std::ops::Range;

use super::{Network, Workspace, inputs::Inputs};
use crate::{
    Parameter, Scalar,
    kernels::sparse::{self, Lists, Notes, Part, Row, Values},
    layers::{Layer, Sum},
    team,
};

/// What notes are made of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin<'a, F> {
    /// The numbers that are there.
    Numbers,
    /// Bytes; the numbers that they stand for are not there.
    Bytes,
    /// The same, of which somebody else has made notes: by the number of each byte.
    Filled(&'a dyn Inputs<F>, &'a [F; 256]),
}

impl<'a, F: Scalar> Origin<'a, F> {
    /// Makes notes of inputs of so many numbers, if that is worth it: by the batch alone.
    pub(super) fn note(
        inputs: &'a dyn Inputs<F>,
        features: usize,
        notes: &mut Notes<F>,
    ) -> Option<Self> {
        let numbers = inputs.numbers()?;
        if numbers[0] != F::zero() {
            return None;
        }
        let rows = inputs.len();
        if inputs.filled().is_some() {
            inputs.bounds(notes.bounds_mut(rows, inputs.following()));
            let bounds = notes.bounds(rows);
            let count = |row: usize| (bounds[row][2] - bounds[row][0]) as u32;
            let is_sparse = sparse::are_sparse(rows, features, &count);
            return is_sparse.then_some(Self::Filled(inputs, numbers));
        }
        let count = |row: usize| sparse::count(inputs.bytes(row));
        if !sparse::are_sparse(rows, features, &count) {
            return None;
        }
        notes.find(rows, &|row| Row::Bytes(inputs.bytes(row), numbers));
        Some(Self::Bytes)
    }

    /// The same of numbers that are there.
    pub(super) fn note_numbers(x: &[F], features: usize, notes: &mut Notes<F>) -> Option<Self> {
        if !sparse::is_sparse(x, features) {
            return None;
        }
        let row = |row: usize| Row::Numbers(&x[row * features..][..features]);
        notes.find(x.len() / features, &row);
        Some(Self::Numbers)
    }

    /// The lists that the notes are.
    pub(super) fn lists<'l>(self, notes: &'l Notes<F>, rows: usize) -> Lists<'l, F>
    where
        'a: 'l,
    {
        let own = notes.lists(rows);
        let Self::Filled(inputs, numbers) = self else {
            return own;
        };
        let filled = inputs.filled().expect("notes stay; please report");
        let is_cut = own.middle < own.columns && (1..own.columns).contains(&filled.middle);
        Lists {
            places: filled.places,
            values: Values::Bytes(filled.bytes, numbers),
            following: notes.following(rows),
            middle: if is_cut { filled.middle } else { own.columns },
            ..own
        }
    }
}

/// The lists of a batch, for the layer of this number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted<'a, F> {
    pub(super) lists: Lists<'a, F>,
    pub(super) taker: usize,
    /// The sums of the second part's terms, if both parts have been summed already.
    pub(super) apart: Option<&'a [F]>,
}

impl<F: Scalar> Noted<'_, F> {
    /// The layer's value for some samples.
    pub(super) fn forward(
        self,
        layer: &dyn Layer<F>,
        parameters: &[Parameter<F>],
        samples: Range<usize>,
        y: &mut [F],
    ) {
        if let Some(apart) = self.apart {
            let apart = &apart[samples.start * layer.output_len()..];
            y.iter_mut().zip(apart).for_each(|(y, &apart)| *y += apart);
            return;
        }
        let mut sum = Sum::First;
        for &part in self.lists.parts() {
            layer.forward_part(parameters, self.lists, (samples.clone(), part), sum, y);
            sum = Sum::Onto;
        }
    }
}

/// Whether threads share the parts of a batch, rather than its pieces.
pub(super) fn are_shared<F: Scalar>(w: &Workspace<F>, lists: Lists<'_, F>, taker: usize) -> bool {
    // Layers before it would have to go first.
    let is_cut = lists.parts().len() > 1;
    taker == 0 && is_cut && lists.samples() > w.piece && team::is_shared()
}

/// Sums the terms of both parts: the first where the layer's value is to be, the second apart.
pub(super) fn sum<F: Scalar>(
    network: &Network<F>,
    lists: Lists<'_, F>,
    (y, apart): (&mut [F], &mut [F]),
    each: usize,
) {
    let layer = &network.layers[0];
    let units = y.len() / lists.samples();
    let parameters = &network.parameters[layer.parameters.clone()];
    let part = |part: Part, sum: Sum, y: &mut [F]| {
        // Weights are gone through for all samples of a task, one panel after the other.
        let each = lists
            .samples()
            .div_ceil(team::tasks())
            .next_multiple_of(each);
        let mut beside = vec![(); lists.samples().div_ceil(each)];
        team::for_parts(y, each * units, &mut beside, &|task, y, ()| {
            let samples = task * each..task * each + y.len() / units;
            layer
                .mathematics
                .forward_part(parameters, lists, (samples, part), sum, y);
        });
    };
    team::join(
        || team::with_half(|| part(Part::First, Sum::First, y)),
        || team::with_half(|| part(Part::Second, Sum::Apart, apart)),
    );
}

/// The value of a layer that takes the whole batch.
pub(super) fn whole<F: Scalar>(
    network: &Network<F>,
    w: &mut Workspace<F>,
    batch: usize,
    origin: Origin<'_, F>,
) {
    let (lists, len) = (origin.lists(&w.notes, batch), batch * w.lens[1]);
    let (is_shared, each) = (are_shared(w, lists, 0), w.piece);
    let (y, apart) = (&mut w.activations[1][..len], &mut w.apart);
    if is_shared {
        sum(network, lists, (y, &mut apart[..len]), each);
    }
    let noted = Noted {
        lists,
        taker: 0,
        apart: is_shared.then_some(&apart[..]),
    };
    let layer = &network.layers[0];
    let parameters = &network.parameters[layer.parameters.clone()];
    let (units, each) = (w.lens[1], batch.div_ceil(team::tasks()));
    let mut beside = vec![(); batch.div_ceil(each)];
    team::for_parts(y, each * units, &mut beside, &|task, y, ()| {
        let samples = task * each..task * each + y.len() / units;
        noted.forward(&*layer.mathematics, parameters, samples, y);
    });
}
