//! Reading a record from the workspace of a real pass.

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::{Array1, Array2, Array3, ArrayView2};

use super::{Inside, LayerRecord, Record};
use crate::{
    Dropout, Loss, Network, Reduction, Shape, Targets, Workspace,
    layers::{Backward, Conv2d, im2col::Window},
    loss,
    model::LayerKind,
    network::{dropout, passes},
};

/// The most numbers that a record holds: 160 MB.
const MOST_NUMBERS: usize = 20_000_000;

impl Network<f64> {
    /// Makes one training pass and keeps every number of it.
    ///
    /// # Shapes
    ///
    /// As [`gradients`](Network::gradients).
    ///
    /// # Errors
    ///
    /// As [`gradients_with`](Network::gradients_with), and when the record would hold more than
    /// 20 million numbers.
    pub fn record<'a>(
        &self,
        x: &Array2<f64>,
        targets: impl Into<Targets<'a, f64>>,
        dropout: Dropout<'_, f64>,
    ) -> Result<Record> {
        self.record_of(x, targets.into(), dropout)
    }

    /// Refuses a network with dropout of which nothing is said.
    pub(in crate::network) fn check_said(&self) -> Result<()> {
        self.first_dropout()
            .map_or(Ok(()), |place| Err(dropout::unsaid(place)))
    }

    fn record_of(
        &self,
        x: &Array2<f64>,
        targets: Targets<'_, f64>,
        dropout: Dropout<'_, f64>,
    ) -> Result<Record> {
        self.check_size(x.nrows())?;
        let batch = x.nrows();
        let mut w = self.filled_workspace(x)?;
        self.set_dropout(&mut w, dropout)?;
        self.forward_backward_in(&mut w, batch, targets)?;
        let dropping = !matches!(dropout, Dropout::Off);

        let last = self.layers.len();
        let outputs = self.outputs();
        let d_scores = rows(&w.deltas[last - 1], batch, outputs);
        let smoothing = self.model.smoothing;
        let target = |(i, j)| (1.0 - smoothing) * targets.at(i, j) + smoothing / outputs as f64;
        let targets = Array2::from_shape_fn((batch, outputs), target);
        let (probabilities, sample_losses) = self.of_samples(&w, &targets);
        let d_inputs = self.d_inputs(&mut w, batch);
        let layers = d_inputs.into_iter().enumerate();
        let layers: Vec<_> = layers
            .map(|(i, d_input)| self.layer_record(&mut w, i, batch, dropping, d_input))
            .collect();
        Ok(Record {
            layers,
            loss: self.loss,
            reduction: self.model.reduction,
            targets,
            probabilities,
            sample_losses,
            d_scores,
            gradients: w.into_gradients(),
        })
    }

    fn check_size(&self, batch: usize) -> Result<()> {
        let mut input = self.model.input;
        let mut numbers: usize = self.parameters.iter().map(|p| 2 * p.value.len()).sum();
        for (layer, spec) in self.layers.iter().zip(&self.model.layers) {
            let mut each = 2 * (input.features() + layer.output.features());
            if let (LayerKind::Conv2d { kernel, .. }, features) = (spec.kind, input.features()) {
                each += 2 * kernel * kernel * features;
            }
            numbers = numbers.saturating_add(each.saturating_mul(batch));
            input = layer.output;
        }
        if numbers <= MOST_NUMBERS {
            return Ok(());
        }
        Err(
            Error::new(ErrorKind::Value, "a record of this pass would be too large")
                .expected(format!("at most {MOST_NUMBERS} numbers"))
                .got(format!("{numbers}, for a batch of {batch}"))
                .why("every activation, patch and gradient of the pass is kept")
                .hint("take fewer samples, or a smaller network of the same layers"),
        )
    }

    /// Probabilities, if the loss has some, and the loss of each sample.
    fn of_samples(
        &self,
        w: &Workspace<f64>,
        targets: &Array2<f64>,
    ) -> (Option<Array2<f64>>, Vec<f64>) {
        let (batch, outputs) = targets.dim();
        let scores = w.scores(batch);
        let probabilities = (self.loss == Loss::SoftmaxCrossEntropy).then(|| {
            let mut values = vec![0.0; scores.len()];
            loss::softmax(scores, &mut values, outputs);
            rows(&values, batch, outputs)
        });
        let mut unused = vec![0.0; outputs];
        let samples = scores.chunks_exact(outputs).zip(targets.outer_iter());
        let losses = samples.map(|(scores, target)| {
            let target = ArrayView2::from_shape((1, outputs), target.to_slice().unwrap_or(&[]));
            let target = target.expect("one row of targets; please report");
            let (one, target) = (Reduction::Sum, Targets::Values(target));
            self.loss
                .of_smoothed(0.0, one, scores, target, &mut unused, outputs)
        });
        (probabilities, losses.collect())
    }

    /// The gradients of what goes into each layer. Training leaves out those that no parameter
    /// needs; here the same layers are asked for them after the pass.
    pub(in crate::network) fn d_inputs(
        &self,
        w: &mut Workspace<f64>,
        batch: usize,
    ) -> Vec<Array2<f64>> {
        let lowest = self.layers.iter().position(|l| !l.parameters.is_empty());
        let top = lowest.unwrap_or(self.layers.len() - 1);
        for i in (0..=top).rev() {
            let dy = w.deltas[i][..batch * w.lens[i + 1]].to_vec();
            let mut dx = vec![0.0; batch * w.lens[i]];
            self.backward_of(w, i, (0, batch), &dy, &mut dx);
            if i > 0 {
                w.deltas[i - 1][..dx.len()].copy_from_slice(&dx);
            } else {
                let mut all = vec![rows(&dx, batch, w.lens[0])];
                let above = 0..self.layers.len() - 1;
                all.extend(above.map(|j| rows(&w.deltas[j], batch, w.lens[j + 1])));
                return all;
            }
        }
        unreachable!("a network has layers")
    }

    /// Asks one layer for its backward pass over the samples from `first` on; the gradients of its
    /// parameters go nowhere.
    fn backward_of(
        &self,
        w: &mut Workspace<f64>,
        i: usize,
        (first, count): (usize, usize),
        dy: &[f64],
        dx: &mut [f64],
    ) {
        let layer = &self.layers[i];
        let mut unused = w.gradients.entries[layer.parameters.clone()].to_vec();
        let (input, output) = (w.lens[i], w.lens[i + 1]);
        let parameters = &self.parameters[layer.parameters.clone()];
        let mut prepared = vec![0.0; layer.mathematics.prepared()];
        layer.mathematics.prepare(parameters, &mut prepared);
        let pass = Backward {
            parameters,
            x: &w.activations[i][first * input..][..count * input],
            y: &w.activations[i + 1][first * output..][..count * output],
            dy,
            dx: Some(dx),
            prepared: &prepared,
            gradients: &mut unused,
        };
        layer
            .mathematics
            .backward(pass, &mut w.pieces[0].scratch[i]);
    }

    fn layer_record(
        &self,
        w: &mut Workspace<f64>,
        i: usize,
        batch: usize,
        dropping: bool,
        d_input: Array2<f64>,
    ) -> LayerRecord {
        let layer = &self.layers[i];
        let (input, output) = (w.lens[i], w.lens[i + 1]);
        let input_shape = match i {
            0 => self.model.input,
            _ => self.layers[i - 1].output,
        };
        let d_output = rows(&w.deltas[i], batch, output);
        let inside = match self.model.layers[i].kind {
            LayerKind::Dense { .. } => Inside::Dense,
            LayerKind::Activation(function) => {
                let mut derivative = vec![0.0; batch * input];
                self.backward_of(
                    w,
                    i,
                    (0, batch),
                    &vec![1.0; batch * output],
                    &mut derivative,
                );
                let derivative = rows(&derivative, batch, input);
                Inside::Activation {
                    function,
                    derivative,
                }
            }
            LayerKind::Conv2d { filters, kernel } => {
                let [channels, height, width] = image(input_shape);
                let window = Window {
                    channels,
                    height,
                    width,
                    kernel,
                };
                let conv = Conv2d { window, filters };
                let [columns, d_columns] = self.columns(w, i, &conv, &d_output);
                Inside::Conv2d {
                    kernel,
                    columns,
                    d_columns,
                }
            }
            LayerKind::MaxPool2d { size } => {
                let [channels, ..] = image(layer.output);
                let (plane, each) = (input / channels, output / channels);
                let winner = |(sample, at): (usize, usize)| {
                    at / each * plane + w.scratch(i).indices[sample * output + at] as usize
                };
                Inside::MaxPool2d {
                    size,
                    winners: Array2::from_shape_fn((batch, output), winner),
                }
            }
            LayerKind::BatchNorm { epsilon, .. } => self.normalization(w, i, batch, epsilon),
            LayerKind::Flatten => Inside::Flatten,
            LayerKind::Dropout { rate } => Inside::Dropout {
                rate,
                factors: dropping.then(|| rows(&w.scratch(i).values, batch, input)),
            },
        };
        LayerRecord {
            name: layer.name.clone(),
            place: layer.place.clone(),
            input_shape,
            output_shape: layer.output,
            input: rows(&w.activations[i], batch, input),
            output: rows(&w.activations[i + 1], batch, output),
            d_output,
            d_input,
            parameters: self.parameters[layer.parameters.clone()].to_vec(),
            gradients: w.gradients.entries[layer.parameters.clone()].to_vec(),
            inside,
        }
    }

    /// Mean and variance are in the layer's scratch space; with the factor 1 and the shift 0 it gives
    /// what lies between.
    fn normalization(
        &self,
        w: &mut Workspace<f64>,
        i: usize,
        batch: usize,
        epsilon: f64,
    ) -> Inside {
        let layer = &self.layers[i];
        let channels = self.parameters[layer.parameters.start].value.len();
        let row = |n: usize, w: &Workspace<f64>| {
            Array1::from(w.scratch(i).values[n * channels..(n + 1) * channels].to_vec())
        };
        let (mean, variance) = (row(0, w), row(2, w));
        let mut plain = self.parameters[layer.parameters.clone()].to_vec();
        plain[0].value.fill(1.0);
        plain[1].value.fill(0.0);
        let mut normalized = vec![0.0; batch * w.lens[i]];
        let x = &w.activations[i][..normalized.len()];
        let scratch = &mut w.pieces[0].scratch[i];
        layer
            .mathematics
            .forward(&plain, x, &mut normalized, batch, scratch);
        Inside::BatchNorm {
            epsilon,
            mean,
            variance,
            normalized: rows(&normalized, batch, w.lens[i]),
        }
    }

    /// The columns of each image and their gradient, as the layer has them where it works by
    /// columns. Where it adds up in registers it makes none, and is asked for them.
    fn columns(
        &self,
        w: &Workspace<f64>,
        i: usize,
        conv: &Conv2d,
        d_output: &Array2<f64>,
    ) -> [Array3<f64>; 2] {
        let weight = self.parameters[self.layers[i].parameters.start].values();
        let (rows, places) = (conv.window.rows(), conv.window.places());
        let mut both = [Vec::new(), Vec::new()];
        let images = w.activations[i].chunks_exact(w.lens[i]);
        for (x, dy) in images.zip(d_output.outer_iter()) {
            let seen = conv.look(weight, x, &dy.to_vec());
            both.iter_mut()
                .zip(seen)
                .for_each(|(all, one)| all.extend(one));
        }
        let shape = (d_output.nrows(), rows, places);
        both.map(|values| {
            Array3::from_shape_vec(shape, values).expect("columns of whole images; please report")
        })
    }

    /// The workspace after a pass of training, which later passes repeat with the same masks.
    pub(in crate::network) fn settled_workspace(
        &self,
        x: &Array2<f64>,
        targets: Targets<'_, f64>,
        dropout: Dropout<'_, f64>,
    ) -> Result<Workspace<f64>> {
        let mut w = self.filled_workspace(x)?;
        self.set_dropout(&mut w, dropout)?;
        self.forward_backward_in(&mut w, x.nrows(), targets)?;
        passes::keep_masks(&mut w, x.nrows());
        Ok(w)
    }
}

fn rows(values: &[f64], batch: usize, len: usize) -> Array2<f64> {
    Array2::from_shape_vec((batch, len), values[..batch * len].to_vec())
        .expect("rows are whole; please report")
}

fn image(shape: Shape) -> [usize; 3] {
    match shape {
        Shape::Image {
            channels,
            height,
            width,
        } => [channels, height, width],
        Shape::Flat(features) => [1, 1, features],
    }
}
