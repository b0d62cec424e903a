//! The passes themselves: compiled here for f32 and f64, called through [`Scalar`].

use super::{
    Network, Workspace,
    dropout::Source,
    gradients,
    inputs::{Inputs, Start, write_all},
    parts::{Noted, Origin},
    pieces::{Job, MOST_ROWS, Rows},
};
use crate::{
    Scalar, Targets,
    layers::{Backward, Samples, Share, Together},
    line::InLine,
};

/// The scores, for predictions: nothing is dropped out, and batches are normalized by the running
/// statistics.
pub(crate) fn forward<F: Scalar>(
    network: &Network<F>,
    w: &mut Workspace<F>,
    batch: usize,
    inputs: Option<&dyn Inputs<F>>,
) {
    forwards(network, w, batch, false, inputs, With::Nothing);
}

/// What a pass does beside putting numbers into the activations.
#[derive(Clone, Copy)]
enum With<'t, F> {
    Nothing,
    /// The loss, and all gradients.
    Gradients(Targets<'t, F>),
}

pub(super) fn pass<F: Scalar>(
    network: &Network<F>,
    w: &mut Workspace<F>,
    batch: usize,
    training: bool,
) {
    forwards(network, w, batch, training, None, With::Nothing);
}

/// All layers forward, and the last segment backward if gradients are wanted. Says what notes were
/// made of, if some were, and for which layer.
fn forwards<'i, F: Scalar>(
    network: &Network<F>,
    w: &mut Workspace<F>,
    batch: usize,
    training: bool,
    inputs: Option<&'i dyn Inputs<F>>,
    with: With<'_, F>,
) -> Option<(Origin<'i, F>, usize)> {
    let x = &w.activations[0][..batch * w.lens[0]];
    let start = Start::of(network, inputs, x, &mut w.notes);
    let notes = match start {
        Start::Noted(origin, taker) => Some((origin, taker)),
        Start::There | Start::Written(_) => None,
    };
    prepare(network, w, batch, training);
    let lowest = network.lowest();
    for at in 0..w.segments.len() {
        let layers = w.segments[at].clone();
        let (start, noted) = match (start, layers.start) {
            (Start::Noted(origin, taker), 0) => {
                let y = &mut w.activations[1][..batch * w.lens[1]];
                let (notes, y) = ((&w.notes, batch), (y, &mut *w.apart));
                let noted = Noted::of(network, (origin, taker), notes, y, w.piece);
                (start, Some(noted))
            }
            (_, 0) => (start, None),
            _ => (Start::There, None),
        };
        let written = match start {
            Start::Written(inputs) => Some(inputs),
            Start::There | Start::Noted(..) => None,
        };
        if network.layers[layers.start].mathematics.share() == Share::Whole {
            if let Some(inputs) = written {
                write_all(inputs, &mut w.activations[0][..batch * w.lens[0]]);
            }
            match noted {
                Some(noted) => noted.whole(network, &mut w.activations[1][..batch * w.lens[1]]),
                None => whole_forward(network, w, batch, layers.start),
            }
            continue;
        }
        let last = at + 1 == w.segments.len();
        let targets = match with {
            With::Gradients(targets) if last => Some(targets),
            _ => None,
        };
        let job = Job {
            network,
            lens: &w.lens,
            layers: &layers,
            training,
            lowest,
            prepared: &w.prepared,
            forward: true,
            written,
            noted,
            loss: targets.is_some(),
            backward: targets.is_some(),
        };
        let each = w.piece;
        let (activations, deltas) = (&mut w.activations, &mut w.deltas);
        let rows = Rows {
            activations: slices(activations, layers.start, job.reach() + 1, job.lens, batch),
            deltas: deltas_of(deltas, layers.start, job.reach(), job.lens, batch),
            targets,
            pieces: &mut w.pieces[..batch.div_ceil(each)],
            first: 0,
            batch,
            of: batch,
        };
        job.run(rows, each);
        if training && let Some(together) = network.together(layers.end) {
            let samples = Samples { each, all: batch };
            let statistics = network.layers[layers.end].statistics.clone();
            let statistics = &mut w.gradients.statistics[statistics];
            let pieces = &mut w.pieces[..batch.div_ceil(each)];
            together.agree(pieces, layers.end, samples, statistics);
        }
        if targets.is_some() {
            agree_backward(network, w, batch, layers.start);
        }
    }
    notes
}

/// Makes one of what pieces observed of the gradients, if the layer wants that.
fn agree_backward<F: Scalar>(network: &Network<F>, w: &mut Workspace<F>, batch: usize, i: usize) {
    let Some(together) = network.together(i).filter(|_| i >= network.lowest()) else {
        return;
    };
    let samples = Samples {
        each: w.piece,
        all: batch,
    };
    let pieces = &mut w.pieces[..batch.div_ceil(samples.each)];
    let gradients = &mut w.gradients.entries[network.layers[i].parameters.clone()];
    together.agree_backward(pieces, i, samples, gradients);
}

/// Tells layers what kind of pass is to come, and where in the stream of random numbers each piece
/// begins to draw.
fn prepare<F: Scalar>(network: &Network<F>, w: &mut Workspace<F>, batch: usize, training: bool) {
    let pieces = batch.div_ceil(w.piece);
    let dropping = training && !matches!(w.dropout, Source::Off);
    for (i, layer) in network.layers.iter().enumerate() {
        for (at, piece) in w.pieces[..pieces].iter_mut().enumerate() {
            let scratch = &mut piece.scratch[i];
            if let (false, Some(together)) = (training, layer.mathematics.together()) {
                together.recall(&network.statistics[layer.statistics.clone()], scratch);
            }
            (scratch.training, scratch.dropping) = (training, dropping);
            if let (true, Source::Drawn(rng)) = (training, &mut w.dropout) {
                let rows = w.piece.min(batch - at * w.piece);
                scratch.rng = Some(rng.clone());
                rng.advance(layer.mathematics.draws(rows) as u128);
            }
        }
    }
}

/// Some of the buffers, as far as a batch goes.
fn slices<'a, F: Scalar>(
    buffers: &'a mut [InLine<F>],
    first: usize,
    count: usize,
    lens: &[usize],
    batch: usize,
) -> [&'a mut [F]; MOST_ROWS] {
    let mut slices = [(); MOST_ROWS].map(|()| <&mut [F]>::default());
    let buffers = buffers.iter_mut().zip(lens).skip(first).take(count);
    for (slice, (buffer, len)) in slices.iter_mut().zip(buffers) {
        *slice = &mut buffer[..batch * len];
    }
    slices
}

/// The gradients with respect to what comes before the first of some layers, and after each.
fn deltas_of<'a, F: Scalar>(
    deltas: &'a mut [InLine<F>],
    first: usize,
    layers: usize,
    lens: &[usize],
    batch: usize,
) -> [&'a mut [F]; MOST_ROWS] {
    if first > 0 {
        return slices(deltas, first - 1, layers + 1, &lens[1..], batch);
    }
    // There is no gradient before the first layer.
    let mut slices = slices(deltas, 0, layers, &lens[1..], batch);
    slices.rotate_right(1);
    slices
}

fn whole_forward<F: Scalar>(network: &Network<F>, w: &mut Workspace<F>, batch: usize, i: usize) {
    let layer = &network.layers[i];
    let (before, after) = w.activations.split_at_mut(i + 1);
    let (x, y) = (
        &before[i][..batch * w.lens[i]],
        &mut after[0][..batch * w.lens[i + 1]],
    );
    let parameters = &network.parameters[layer.parameters.clone()];
    let scratch = &mut w.pieces[0].scratch[i];
    layer.mathematics.forward(parameters, x, y, batch, scratch);
}

/// Lets the passes that follow drop the units that the last one dropped.
pub(super) fn keep_masks<F: Scalar>(w: &mut Workspace<F>, batch: usize) {
    if let Source::Drawn(_) = w.dropout {
        w.dropout = Source::Given { batch };
    }
}

/// The loss of the scores of the last forward pass. Its gradient goes where a backward pass would
/// begin.
pub(crate) fn loss<F: Scalar>(
    network: &Network<F>,
    w: &mut Workspace<F>,
    targets: Targets<'_, F>,
) -> f64 {
    let last = network.layers.len();
    let (outputs, batch) = (w.lens[last], targets.len());
    let scores = &w.activations[last][..batch * outputs];
    let d_scores = &mut w.deltas[last - 1][..batch * outputs];
    network.loss_of(scores, targets, d_scores, batch)
}

pub(crate) fn forward_backward<F: Scalar>(
    network: &Network<F>,
    w: &mut Workspace<F>,
    batch: usize,
    inputs: Option<&dyn Inputs<F>>,
    targets: Targets<'_, F>,
) -> f64 {
    let lowest = network.lowest();
    for (i, layer) in network.layers.iter().enumerate().skip(lowest + 1) {
        let parameters = &network.parameters[layer.parameters.clone()];
        layer.mathematics.prepare(parameters, &mut w.prepared[i]);
    }
    let notes = forwards(network, w, batch, true, inputs, With::Gradients(targets));
    let pieces = batch.div_ceil(w.piece);
    let ends_whole =
        network.layers.last().map(|layer| layer.mathematics.share()) == Some(Share::Whole);
    let loss = if ends_whole {
        loss(network, w, targets)
    } else {
        w.pieces[..pieces].iter().map(|piece| piece.loss).sum()
    };
    w.gradients.loss = loss;
    w.gradients.samples = batch;
    // The last segment has gone backward already, unless it is a layer of its own.
    for at in (0..w.segments.len() - usize::from(!ends_whole)).rev() {
        let layers = w.segments[at].clone();
        if layers.end <= lowest {
            break;
        }
        if network.layers[layers.start].mathematics.share() == Share::Whole {
            whole_backward(network, w, batch, layers.start);
            continue;
        }
        let job = Job {
            network,
            lens: &w.lens,
            layers: &layers,
            training: true,
            lowest,
            prepared: &w.prepared,
            forward: false,
            written: None,
            noted: None,
            loss: false,
            backward: true,
        };
        let each = w.piece;
        let (activations, deltas) = (&mut w.activations, &mut w.deltas);
        let rows = Rows {
            activations: slices(activations, layers.start, job.reach() + 1, job.lens, batch),
            deltas: deltas_of(deltas, layers.start, job.reach(), job.lens, batch),
            targets: None,
            pieces: &mut w.pieces[..pieces],
            first: 0,
            batch,
            of: batch,
        };
        job.run(rows, each);
        if !layers.is_empty() {
            agree_backward(network, w, batch, layers.start);
        }
    }
    gradients::of_batch(network, w, batch, notes);
    loss
}

fn whole_backward<F: Scalar>(network: &Network<F>, w: &mut Workspace<F>, batch: usize, i: usize) {
    let layer = &network.layers[i];
    let (below, above) = w.deltas.split_at_mut(i);
    let pass = Backward {
        parameters: &network.parameters[layer.parameters.clone()],
        x: &w.activations[i][..batch * w.lens[i]],
        y: &w.activations[i + 1][..batch * w.lens[i + 1]],
        dy: &above[0][..batch * w.lens[i + 1]],
        dx: (i > network.lowest()).then(|| &mut below[i - 1][..batch * w.lens[i]]),
        prepared: &w.prepared[i],
        gradients: &mut w.gradients.entries[layer.parameters.clone()],
    };
    layer
        .mathematics
        .backward(pass, &mut w.pieces[0].scratch[i]);
}

impl<F: Scalar> Network<F> {
    /// What a layer does with the whole batch, if there is one and it does.
    pub(super) fn together(&self, layer: usize) -> Option<&dyn Together<F>> {
        self.layers.get(layer)?.mathematics.together()
    }
}
