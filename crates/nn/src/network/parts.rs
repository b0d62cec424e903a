//! The first layer of a batch of which most numbers are zero, in parts of its columns.
//!
//! Weights that one thread has changed come to another from afar. So of two threads each has the rows
//! of the weights that belong to its part of the columns: it sums their terms for the whole batch
//! here, computes their gradient, and takes the step, and only sums of terms go from one thread to the
//! other. On one thread a piece of the batch sums both parts, in the same order.

use std::ops::Range;

use super::{Network, inputs::Inputs};
use crate::{
    Parameter, Scalar,
    kernels::{
        loops,
        sparse::{self, Lists, Notes, Part, Row, Values},
    },
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

/// The lists of a batch, and the layer that takes them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted<'a, F> {
    lists: Lists<'a, F>,
    pub(super) taker: usize,
    /// Whether the numbers are there as well, and with them what layers before the taker put out.
    pub(super) has_numbers: bool,
    /// The sums of the second part's terms, if both parts have been summed already.
    apart: Option<&'a [F]>,
}

impl<'a, F: Scalar> Noted<'a, F> {
    /// The lists that notes are for a layer. If threads share them, it is the parts that they share,
    /// rather than pieces of so many samples: then the terms of the first part are summed where the
    /// layer's value is to be, those of the second apart.
    pub(super) fn of(
        network: &Network<F>,
        (origin, taker): (Origin<'a, F>, usize),
        (notes, batch): (&'a Notes<F>, usize),
        (y, apart): (&mut [F], &'a mut [F]),
        piece: usize,
    ) -> Self {
        let lists = origin.lists(notes, batch);
        let is_cut = lists.parts().len() > 1;
        // Layers before it would have to go first.
        let is_shared = taker == 0 && is_cut && batch > piece && team::is_shared();
        if is_shared {
            sum(network, lists, y, &mut apart[..y.len()]);
        }
        Self {
            lists,
            taker,
            has_numbers: matches!(origin, Origin::Numbers),
            apart: is_shared.then_some(apart),
        }
    }

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
            loops(|| y.iter_mut().zip(apart).for_each(|(y, &apart)| *y += apart));
            return;
        }
        let mut sum = Sum::First;
        for &part in self.lists.parts() {
            layer.forward_part(parameters, self.lists, (samples.clone(), part), sum, y);
            sum = Sum::Onto;
        }
    }

    /// The value of a first layer for the whole batch.
    pub(super) fn whole(self, network: &Network<F>, y: &mut [F]) {
        let layer = &network.layers[0];
        let parameters = &network.parameters[layer.parameters.clone()];
        by_samples(y, self.lists.samples(), &|samples, y| {
            self.forward(&*layer.mathematics, parameters, samples, y);
        });
    }
}

/// Sums the terms of both parts.
fn sum<F: Scalar>(network: &Network<F>, lists: Lists<'_, F>, y: &mut [F], apart: &mut [F]) {
    let layer = &network.layers[0];
    let parameters = &network.parameters[layer.parameters.clone()];
    let part = |part: Part, sum: Sum, y: &mut [F]| {
        by_samples(y, lists.samples(), &|samples, y| {
            let of = (samples, part);
            layer
                .mathematics
                .forward_part(parameters, lists, of, sum, y);
        });
    };
    team::join(
        || team::with_half(|| part(Part::First, Sum::First, y)),
        || team::with_half(|| part(Part::Second, Sum::Apart, apart)),
    );
}

/// Calls `each` with the samples of each task and their rows of `y`: as many at once as may be, since
/// weights are gone through once for all of them.
fn by_samples<F: Scalar>(
    y: &mut [F],
    samples: usize,
    each: &(impl Fn(Range<usize>, &mut [F]) + Sync),
) {
    let (units, count) = (y.len() / samples, samples.div_ceil(team::threads()));
    let mut beside = vec![(); samples.div_ceil(count)];
    team::for_parts(y, count * units, &mut beside, &|task, y, ()| {
        let first = task * count;
        each(first..first + y.len() / units, y);
    });
}
