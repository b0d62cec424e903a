//! A batch cut into pieces of a few samples, that threads take.
//!
//! Where the cuts are depends on the workspace alone, and what is summed over samples is summed
//! within a piece and then piece by piece: the numbers do not depend on the number of threads.

use std::ops::Range;

use super::{BuiltLayer, Network, inputs::Inputs, parts::Noted};
use crate::{
    Parameter, Scalar, Targets,
    layers::{Backward, Scratch, Share},
    line::InLine,
    team,
};

/// The most layers that pieces go through in one go.
pub(super) const MOST_LAYERS: usize = 16;

/// What lies before, between and behind them, and behind the one that follows.
pub(super) const MOST_ROWS: usize = MOST_LAYERS + 2;

/// What one piece has for itself.
#[derive(Clone, Debug)]
pub(crate) struct Piece<F> {
    /// Of each layer.
    pub(crate) scratch: Vec<Scratch<F>>,
    /// Of each layer whose gradients are summed piece by piece, those of this one; of others none.
    pub(super) gradients: Vec<Vec<Parameter<F>>>,
    pub(super) loss: f64,
}

/// Layers one after the other that take samples by themselves, or a single one that takes the whole
/// batch. What has to see the whole batch before it goes on begins with a segment; if no pieces come
/// from layers before it, a segment without layers lets them see what it is given.
pub(super) fn segments<F: Scalar>(layers: &[BuiltLayer<F>]) -> Vec<Range<usize>> {
    let mut segments: Vec<Range<usize>> = Vec::new();
    let share = |i: usize| layers[i].mathematics.share();
    for i in 0..layers.len() {
        let is_whole =
            |segment: &Range<usize>| !segment.is_empty() && share(segment.start) == Share::Whole;
        match (share(i), segments.last_mut()) {
            (Share::Samples | Share::Inputs, Some(last))
                if last.len() < MOST_LAYERS && !is_whole(last) =>
            {
                last.end = i + 1;
            }
            (Share::Together, last) => {
                if last.is_none_or(|last| is_whole(last)) {
                    segments.push(i..i);
                }
                segments.push(i..i + 1);
            }
            _ => segments.push(i..i + 1),
        }
    }
    segments
}

/// What is done with every piece.
#[derive(Clone, Copy)]
pub(super) struct Job<'a, F: Scalar> {
    pub(super) network: &'a Network<F>,
    /// Numbers of one sample, before and after each layer.
    pub(super) lens: &'a [usize],
    /// Which layers.
    pub(super) layers: &'a Range<usize>,
    /// Whether batches are seen: only in training.
    pub(super) training: bool,
    /// The first layer that learns: below it nobody needs a gradient.
    pub(super) lowest: usize,
    /// What each layer has prepared for going backward.
    pub(super) prepared: &'a [InLine<F>],
    pub(super) forward: bool,
    /// What writes what comes before the first of them, going forward, unless it is there.
    pub(super) written: Option<&'a dyn Inputs<F>>,
    /// The lists of the batch, if there are some and the layer that takes them is one of these.
    pub(super) noted: Option<Noted<'a, F>>,
    /// Whether the loss is computed after the last layer.
    pub(super) loss: bool,
    pub(super) backward: bool,
}

/// The rows of some pieces: of the activations, and of the gradients with respect to them, before
/// the first layer and after each, and after the one that sees whole batches if that follows.
pub(super) struct Rows<'a, 't, F: Scalar> {
    pub(super) activations: [&'a mut [F]; MOST_ROWS],
    pub(super) deltas: [&'a mut [F]; MOST_ROWS],
    pub(super) targets: Option<Targets<'t, F>>,
    pub(super) pieces: &'a mut [Piece<F>],
    /// The number of the first of them in the batch.
    pub(super) first: usize,
    pub(super) batch: usize,
    /// How many samples the whole batch has.
    pub(super) of: usize,
}

impl<'a, F: Scalar> Rows<'a, '_, F> {
    /// Those of the first pieces, and the rest.
    fn split(self, pieces: usize, each: usize, lens: &[usize]) -> (Self, Self) {
        let rows = pieces * each;
        let (first_pieces, last_pieces) = self.pieces.split_at_mut(pieces);
        let cut = |slices: [&'a mut [F]; MOST_ROWS]| {
            let mut i = 0;
            let mut rest = [(); MOST_ROWS].map(|()| <&mut [F]>::default());
            let first = slices.map(|slice| {
                // Slices that nobody needs are empty.
                let at = lens.get(i).map_or(0, |len| rows * len).min(slice.len());
                let (first, last) = slice.split_at_mut(at);
                rest[i] = last;
                i += 1;
                first
            });
            (first, rest)
        };
        let (activations, last_activations) = cut(self.activations);
        let (deltas, last_deltas) = cut(self.deltas);
        let targets = self.targets.map(|targets| targets.split_at(rows));
        let part = |activations, deltas, targets, pieces, first, batch| Rows {
            activations,
            deltas,
            targets,
            pieces,
            first,
            batch,
            of: self.of,
        };
        (
            part(
                activations,
                deltas,
                targets.map(|t| t.0),
                first_pieces,
                self.first,
                rows,
            ),
            part(
                last_activations,
                last_deltas,
                targets.map(|t| t.1),
                last_pieces,
                self.first + rows,
                self.batch - rows,
            ),
        )
    }
}

impl<F: Scalar> Job<'_, F> {
    /// How many layers pieces have to do with: the one after them as well, if it has to see the whole
    /// batch. Going forward pieces end with what it observes of them, going backward they begin with
    /// its gradients.
    pub(super) fn reach(&self) -> usize {
        let follower = self.network.together(self.layers.end);
        self.layers.len() + usize::from(follower.is_some())
    }

    /// Does it with all pieces, of `each` samples but for the last, on as many threads as there are.
    pub(super) fn run(self, rows: Rows<'_, '_, F>, each: usize) {
        self.run_as(rows, each, team::threads());
    }

    fn run_as(self, rows: Rows<'_, '_, F>, each: usize, tasks: usize) {
        let pieces = rows.pieces.len();
        if pieces < 2 {
            return self.one(rows);
        }
        let end = self.layers.start + self.reach();
        let lens = &self.lens[self.layers.start..=end];
        if tasks < 2 {
            let (first, last) = rows.split(1, each, lens);
            self.one(first);
            return self.run_as(last, each, tasks);
        }
        let (first, last) = rows.split(pieces / 2, each, lens);
        team::join(
            || self.run_as(first, each, tasks.div_ceil(2)),
            || self.run_as(last, each, tasks / 2),
        );
    }

    fn one(self, rows: Rows<'_, '_, F>) {
        let Rows {
            mut activations,
            mut deltas,
            targets,
            pieces: [piece],
            first: from,
            batch,
            of,
        } = rows
        else {
            unreachable!("one piece; please report")
        };
        let layers = &self.network.layers[self.layers.clone()];
        let first = self.layers.start;
        if self.forward {
            if let Some(inputs) = self.written {
                inputs.write(from..from + batch, &mut *activations[0]);
            }
            let taker = self.noted.map(|noted| noted.taker);
            let below = match self.noted {
                Some(noted) if !noted.has_numbers => noted.taker,
                _ => 0,
            };
            for (i, layer) in layers.iter().enumerate().skip(below) {
                let (before, after) = activations.split_at_mut(i + 1);
                let parameters = &self.network.parameters[layer.parameters.clone()];
                let (x, y, scratch) = (&*before[i], &mut *after[0], &mut piece.scratch[first + i]);
                match self.noted.filter(|_| taker == Some(i)) {
                    Some(noted) => {
                        noted.forward(&*layer.mathematics, parameters, from..from + batch, y);
                    }
                    None => layer.mathematics.forward(parameters, x, y, batch, scratch),
                }
            }
        }
        let last = layers.len();
        if self.forward
            && self.training
            && let Some(together) = self.network.together(self.layers.end)
        {
            let scratch = &mut piece.scratch[self.layers.end];
            together.observe(&*activations[last], scratch);
        }
        if let (true, Some(targets)) = (self.loss, targets) {
            piece.loss = self
                .network
                .loss_of(&*activations[last], targets, &mut *deltas[last], of);
        }
        if !self.backward {
            return;
        }
        let layers = &self.network.layers[first..first + self.reach()];
        for (i, layer) in layers.iter().enumerate().rev() {
            if first + i < self.lowest {
                break;
            }
            if i == 0
                && !self.layers.is_empty()
                && let Some(together) = layer.mathematics.together()
            {
                together.observe_backward(&*activations[0], &*deltas[1], &mut piece.scratch[first]);
                break;
            }
            let (below, above) = deltas.split_at_mut(i + 1);
            let pass = Backward {
                parameters: &self.network.parameters[layer.parameters.clone()],
                x: &*activations[i],
                y: &*activations[i + 1],
                dy: &*above[0],
                dx: (first + i > self.lowest).then_some(&mut *below[i]),
                prepared: &self.prepared[first + i],
                gradients: &mut piece.gradients[first + i],
            };
            layer
                .mathematics
                .backward(pass, &mut piece.scratch[first + i]);
        }
    }
}
