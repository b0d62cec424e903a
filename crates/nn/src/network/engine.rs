//! The passes themselves: compiled here for f32 and f64, called through [`Scalar`].

use std::sync::Arc;

use chainrule_error::Result;
use ndarray::ArrayD;
use rand::SeedableRng;
use rand_pcg::Pcg64;

use super::{BuiltLayer, Network, Workspace, dropout::Source};
use crate::{
    Gradients, Model, Parameter, Scalar, Targets,
    layers::Backward,
    model::{LayerKind, PlannedLayer, PlannedParameter, plan},
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
        let value = ArrayD::from_shape_vec(planned.shape.clone(), values);
        let value = value.expect("as many values as the shape has; please report");
        parameters.push(Parameter {
            name: planned.name.clone(),
            value,
        });
    }
}

pub(crate) fn workspace<F: Scalar>(network: &Network<F>, capacity: usize) -> Workspace<F> {
    let input = network.model.input.features();
    let lens: Vec<_> = std::iter::once(input)
        .chain(network.layers.iter().map(|layer| layer.output.features()))
        .collect();
    let buffers = |skip| {
        lens.iter()
            .skip(skip)
            .map(|len| vec![F::zero(); capacity * len])
            .collect()
    };
    let zeros = |parameter: &Parameter<F>| Parameter {
        name: parameter.name.clone(),
        value: ArrayD::zeros(parameter.value.raw_dim()),
    };
    Workspace {
        capacity,
        names: network
            .layers
            .iter()
            .map(|layer| layer.name.clone())
            .collect(),
        activations: buffers(0),
        deltas: buffers(1),
        scratch: network
            .layers
            .iter()
            .map(|l| l.mathematics.scratch(capacity))
            .collect(),
        dropout: Source::seeded(0),
        gradients: Gradients {
            entries: network.parameters.iter().map(zeros).collect(),
            loss: 0.0,
            samples: 0,
            statistics: network.statistics.iter().map(zeros).collect(),
        },
        lens,
    }
}

/// The scores, for predictions: nothing is dropped out, and batches are normalized by the running
/// statistics.
pub(crate) fn forward<F: Scalar>(network: &Network<F>, w: &mut Workspace<F>, batch: usize) {
    pass(network, w, batch, false);
}

pub(super) fn pass<F: Scalar>(
    network: &Network<F>,
    w: &mut Workspace<F>,
    batch: usize,
    training: bool,
) {
    for (i, layer) in network.layers.iter().enumerate() {
        let (before, after) = w.activations.split_at_mut(i + 1);
        let x = &before[i][..batch * w.lens[i]];
        let y = &mut after[0][..batch * w.lens[i + 1]];
        let parameters = &network.parameters[layer.parameters.clone()];
        let scratch = &mut w.scratch[i];
        scratch.training = training;
        scratch.dropping = training && !matches!(w.dropout, Source::Off);
        if let (true, Source::Drawn(rng)) = (training, &mut w.dropout) {
            layer.mathematics.draw(scratch, batch, rng);
        }
        if !training {
            let statistics = &network.statistics[layer.statistics.clone()];
            layer.mathematics.recall(statistics, scratch);
        }
        layer.mathematics.forward(parameters, x, y, batch, scratch);
        if training {
            let statistics = &mut w.gradients.statistics[layer.statistics.clone()];
            layer.mathematics.tell(scratch, batch, statistics);
        }
    }
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
    network.loss.of_smoothed(
        network.model.smoothing,
        network.model.reduction,
        scores,
        targets,
        d_scores,
        outputs,
    )
}

pub(crate) fn forward_backward<F: Scalar>(
    network: &Network<F>,
    w: &mut Workspace<F>,
    batch: usize,
    targets: Targets<'_, F>,
) -> f64 {
    pass(network, w, batch, true);
    let loss = loss(network, w, targets);
    let last = network.layers.len();
    w.gradients.loss = loss;
    w.gradients.samples = batch;

    // Below the first layer that learns nobody needs a gradient.
    let lowest = network
        .layers
        .iter()
        .position(|layer| !layer.parameters.is_empty());
    for i in (lowest.unwrap_or(last)..last).rev() {
        let layer = &network.layers[i];
        let (below, above) = w.deltas.split_at_mut(i);
        let needed = lowest.is_some_and(|lowest| i > lowest);
        let pass = Backward {
            parameters: &network.parameters[layer.parameters.clone()],
            x: &w.activations[i][..batch * w.lens[i]],
            y: &w.activations[i + 1][..batch * w.lens[i + 1]],
            dy: &above[0][..batch * w.lens[i + 1]],
            dx: needed.then(|| &mut below[i - 1][..batch * w.lens[i]]),
            gradients: &mut w.gradients.entries[layer.parameters.clone()],
            batch,
        };
        layer.mathematics.backward(pass, &mut w.scratch[i]);
    }
    loss
}
