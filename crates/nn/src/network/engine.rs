//! Networks and their workspaces, made from a model.

use std::sync::Arc;

use chainrule_error::Result;
use rand::SeedableRng;
use rand_pcg::Pcg64;

use super::{
    BuiltLayer, Network, Workspace,
    dropout::Source,
    pieces::{Piece, segments},
};
use crate::{
    Gradients, Model, Parameter, Scalar,
    kernels::sparse::{Notes, middle_of},
    layers::{Scratch, Share},
    line::InLine,
    model::{LayerKind, PlannedLayer, PlannedParameter, plan},
    parameter::Filled,
};

pub(crate) fn build<F: Scalar>(model: &Model, seed: u64) -> Result<Network<F>> {
    let (planned, loss) = plan(model)?;
    let mut rng = Pcg64::seed_from_u64(seed);
    let (mut parameters, mut statistics) = (Vec::new(), Vec::new());
    // The first layer but for those that leave the data as they are.
    let as_they_are = |layer: &&PlannedLayer| matches!(layer.kind, LayerKind::Flatten);
    let reads_data = planned.iter().take_while(as_they_are).count();
    let layers = planned.iter().enumerate().map(|(index, layer)| {
        let first = parameters.len();
        draw(&layer.parameters, &mut rng, &mut parameters);
        let first_statistics = statistics.len();
        draw(&layer.statistics, &mut rng, &mut statistics);
        BuiltLayer {
            name: layer.name.clone(),
            place: layer.place(index),
            output: layer.output,
            mathematics: layer.mathematics(index == reads_data),
            parameters: first..parameters.len(),
            statistics: first_statistics..statistics.len(),
            momentum: layer.momentum,
        }
    });
    let layers = layers.collect();
    Ok(Network {
        model: model.clone(),
        loss,
        layers,
        parameters,
        statistics,
        identity: Arc::default(),
    })
}

fn draw<F: Scalar>(
    planned: &[PlannedParameter],
    rng: &mut Pcg64,
    parameters: &mut Vec<Parameter<F>>,
) {
    for planned in planned {
        let mut values = Vec::new();
        let count = planned.shape.iter().product();
        planned
            .init
            .draw(planned.fans, rng, |value| values.push(F::of(value)), count);
        let value = InLine::of(&values).into_array(&planned.shape);
        parameters.push(Parameter {
            name: planned.name.clone(),
            value,
        });
    }
}

/// The most pieces that a batch is cut into, about.
const PIECES: usize = 8;

/// Samples of a piece: a multiple of what is computed together in registers.
fn piece_of(capacity: usize) -> usize {
    (capacity / PIECES).next_multiple_of(4).max(4)
}

/// A workspace for batches of up to a number of samples, in pieces unless they are to stay whole.
pub(crate) fn workspace<F: Scalar>(
    network: &Network<F>,
    capacity: usize,
    in_pieces: bool,
) -> Workspace<F> {
    let piece = if in_pieces {
        piece_of(capacity)
    } else {
        capacity
    }
    .min(capacity);
    let input = network.model.input.features();
    let lens: Vec<_> = std::iter::once(input)
        .chain(network.layers.iter().map(|layer| layer.output.features()))
        .collect();
    let buffers = |skip| {
        lens.iter()
            .skip(skip)
            .map(|len| InLine::zeros(capacity * len))
            .collect()
    };
    let zeros = |parameter: &Parameter<F>| Parameter {
        name: parameter.name.clone(),
        value: InLine::zeros(parameter.value.len()).into_array(parameter.value.shape()),
    };
    let own_gradients = |layer: &BuiltLayer<F>| {
        if layer.mathematics.share() == Share::Samples {
            let parameters = &network.parameters[layer.parameters.clone()];
            parameters.iter().map(zeros).collect()
        } else {
            Vec::new()
        }
    };
    let taker = network.taker_of_places();
    let middle = taker.map_or(0, |i| middle_of(lens[i], capacity));
    let notes = match taker {
        Some(i) => Notes::for_rows(capacity, lens[i], middle),
        None => Notes::default(),
    };
    let apart = match taker {
        Some(i) if middle < lens[i] => capacity * lens[i + 1],
        _ => 0,
    };
    Workspace {
        capacity,
        notes,
        apart: InLine::zeros(apart),
        sorted: vec![Vec::new(); network.layers.len()],
        names: network
            .layers
            .iter()
            .map(|layer| layer.name.clone())
            .collect(),
        activations: buffers(0),
        deltas: buffers(1),
        prepared: network
            .layers
            .iter()
            .map(|layer| InLine::zeros(layer.mathematics.prepared()))
            .collect(),
        segments: segments(&network.layers),
        pieces: (0..capacity.div_ceil(piece))
            .map(|number| Piece {
                scratch: network
                    .layers
                    .iter()
                    .map(|layer| match layer.mathematics.share() {
                        Share::Samples | Share::Inputs | Share::Together => {
                            layer.mathematics.scratch(piece)
                        }
                        // The first piece's is that of the whole batch.
                        Share::Whole if number == 0 => layer.mathematics.scratch(capacity),
                        Share::Whole => Scratch::default(),
                    })
                    .collect(),
                gradients: network.layers.iter().map(own_gradients).collect(),
                loss: 0.0,
            })
            .collect(),
        piece,
        dropout: Source::seeded(0),
        gradients: Gradients {
            entries: network.parameters.iter().map(zeros).collect(),
            loss: 0.0,
            samples: 0,
            statistics: network.statistics.iter().map(zeros).collect(),
            filled: Filled(vec![None; network.parameters.len()]),
        },
        lens,
    }
}
