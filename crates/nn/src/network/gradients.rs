//! The gradients of parameters over a whole batch, once its pieces have gone backward.

use std::ops::Range;

use super::{Network, Piece, Workspace, parts::Origin};
use crate::{
    Parameter, Scalar,
    kernels::sparse::{Lists, Sorted},
    layers::{OverBatch, Share},
    line::InLine,
    parameter::FilledRows,
    team,
};

/// The gradients that are not there yet: of layers that take them over the whole batch, and sums of
/// those of the pieces.
pub(super) fn of_batch<F: Scalar>(
    network: &Network<F>,
    w: &mut Workspace<F>,
    batch: usize,
    notes: Option<(Origin<'_, F>, usize)>,
) {
    let missing = Missing {
        network,
        lens: &w.lens,
        activations: &w.activations,
        deltas: &w.deltas,
        pieces: &w.pieces[..batch.div_ceil(w.piece)],
        lists: notes.map(|(origin, taker)| (origin.lists(&w.notes, batch), taker)),
        batch,
    };
    let gaps = Gaps {
        entries: &mut w.gradients.entries,
        filled: &mut w.gradients.filled.0,
        sorted: &mut w.sorted,
    };
    let layers = network.layers.len();
    match missing.lists {
        // Most of the work, for which there is a better way to share it.
        Some((_, taker)) => {
            let (before, entries) = (taker + 1, network.layers[taker].parameters.end);
            let (first, last) = gaps.split(before, entries);
            let mut last = Some(last);
            let mut rest = || {
                if let Some(last) = last.take() {
                    missing.fill(before..layers, last);
                }
            };
            if let Some(sorted) = first.sorted.last_mut() {
                missing.of_layer(taker, first.entries, first.filled, sorted, &mut rest);
            }
        }
        None => missing.fill(0..layers, gaps),
    }
}

/// What those gradients are computed from.
#[derive(Clone, Copy)]
struct Missing<'a, F: Scalar> {
    network: &'a Network<F>,
    lens: &'a [usize],
    activations: &'a [InLine<F>],
    deltas: &'a [InLine<F>],
    pieces: &'a [Piece<F>],
    /// The lists of the batch's numbers that are not zero, and for which layer, if there are some.
    lists: Option<(Lists<'a, F>, usize)>,
    batch: usize,
}

/// Where they go: the entries of some layers, and which of their rows are filled, with each layer's
/// room for sorting.
struct Gaps<'a, F> {
    entries: &'a mut [Parameter<F>],
    filled: &'a mut [FilledRows],
    sorted: &'a mut [Vec<Sorted<F>>],
}

impl<F> Gaps<'_, F> {
    /// Those of the first layers, which have so many entries, and the rest.
    fn split(self, layers: usize, entries: usize) -> (Self, Self) {
        let (first, last) = self.entries.split_at_mut(entries);
        let (filled, last_filled) = self.filled.split_at_mut(entries);
        let (sorted, last_sorted) = self.sorted.split_at_mut(layers);
        let part = |entries, filled, sorted| Self {
            entries,
            filled,
            sorted,
        };
        (
            part(first, filled, sorted),
            part(last, last_filled, last_sorted),
        )
    }
}

impl<F: Scalar> Missing<'_, F> {
    /// Those of some layers, on as many threads as there are.
    fn fill(self, layers: Range<usize>, gaps: Gaps<'_, F>) {
        if layers.len() < 2 {
            if let [sorted] = gaps.sorted {
                self.of_layer(layers.start, gaps.entries, gaps.filled, sorted, &mut || {});
            }
            return;
        }
        let half = layers.len() / 2;
        let middle = layers.start + half;
        let all = &self.network.layers;
        let entries = all[middle].parameters.start - all[layers.start].parameters.start;
        let (first, last) = gaps.split(half, entries);
        let has_work = |gaps: &Gaps<'_, F>| !gaps.entries.is_empty();
        if self.pieces.len() < 2 || !has_work(&first) || !has_work(&last) {
            self.fill(layers.start..middle, first);
            return self.fill(middle..layers.end, last);
        }
        team::join(
            || self.fill(layers.start..middle, first),
            || self.fill(middle..layers.end, last),
        );
    }

    fn of_layer(
        self,
        i: usize,
        gradients: &mut [Parameter<F>],
        filled: &mut [FilledRows],
        sorted: &mut Vec<Sorted<F>>,
        meanwhile: &mut (dyn FnMut() + Send),
    ) {
        let layer = &self.network.layers[i].mathematics;
        match layer.share() {
            Share::Inputs | Share::Whole => {
                layer.gradients(OverBatch {
                    x: &self.activations[i][..self.batch * self.lens[i]],
                    dy: &self.deltas[i][..self.batch * self.lens[i + 1]],
                    gradients,
                    filled,
                    lists: self.lists.filter(|of| of.1 == i).map(|of| of.0),
                    sorted,
                    meanwhile,
                });
            }
            // They came with what the pieces agreed upon.
            Share::Together => {}
            Share::Samples => {
                for (p, gradient) in gradients.iter_mut().enumerate() {
                    let sum = gradient.values_mut();
                    sum.copy_from_slice(self.pieces[0].gradients[i][p].values());
                    for piece in &self.pieces[1..] {
                        let values = piece.gradients[i][p].values();
                        sum.iter_mut().zip(values).for_each(|(sum, &v)| *sum += v);
                    }
                }
            }
        }
    }
}
