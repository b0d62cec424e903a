//! Everything that one forward and one backward pass computed, as values to look at.

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::{Array1, Array2, Array3, ArrayView2};

use super::{Dropout, Network, Workspace, dropout, engine};
use crate::{
    Gradients, Loss, Parameter, Reduction, Shape, Targets,
    layers::{Backward, Function},
    loss,
    model::LayerKind,
};

/// The most numbers that a record holds: 160 MB.
const MOST_NUMBERS: usize = 20_000_000;

/// What one training pass computed, layer by layer. Arrays are `[batch, features]`.
///
/// The numbers are read from the buffers of the real pass, the one that
/// [`Network::gradients_with`] makes; nothing is computed in a second way.
///
/// ```
/// use chainrule_nn::{Dropout, Model};
/// use ndarray::array;
///
/// let network = Model::input(2).dense(3).relu().dense(2).softmax().build_f64(1)?;
/// let record = network.record(&array![[1.0, -1.0]], &[1], Dropout::Off)?;
/// assert_eq!(record.layers[1].name, "relu_1");
/// assert_eq!(record.layers[1].input, record.layers[0].output);
/// assert_eq!(record.gradients, network.gradients(&array![[1.0, -1.0]], &[1])?);
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Record {
    /// One entry for each layer, in their order.
    pub layers: Vec<LayerRecord>,
    /// What the network ends with.
    pub loss: Loss,
    /// How the samples count together.
    pub reduction: Reduction,
    /// The targets, one-hot where they were classes, and smoothed if the model smooths labels.
    pub targets: Array2<f64>,
    /// The softmax of the scores, where the loss has one.
    pub probabilities: Option<Array2<f64>>,
    /// The loss of each sample by itself.
    pub sample_losses: Vec<f64>,
    /// The gradient of the loss with respect to the scores, `[batch, outputs]`.
    pub d_scores: Array2<f64>,
    /// Every parameter's gradient, and the loss of the batch.
    pub gradients: Gradients<f64>,
}

/// What one layer took, gave and passed back.
#[derive(Clone, Debug)]
pub struct LayerRecord {
    /// Its name, such as `dense_1`.
    pub name: String,
    /// What an error calls it: `layer 1 (dense 784 → 32)`.
    pub place: String,
    /// The shape of one sample before it.
    pub input_shape: Shape,
    /// The shape of one sample after it.
    pub output_shape: Shape,
    /// What came in.
    pub input: Array2<f64>,
    /// What went out.
    pub output: Array2<f64>,
    /// The gradient of the loss with respect to the output.
    pub d_output: Array2<f64>,
    /// The gradient of the loss with respect to the input: also where training needs none.
    pub d_input: Array2<f64>,
    /// Its parameters, the weight before the bias.
    pub parameters: Vec<Parameter<f64>>,
    /// The gradients of its parameters, in the same order.
    pub gradients: Vec<Parameter<f64>>,
    /// What kind of layer it is, with what only this kind computes.
    pub inside: Inside,
}

/// What a kind of layer computes beside its output.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Inside {
    /// y = x·W + b.
    Dense,
    /// y = f(x), number by number.
    Activation {
        /// Which function.
        function: Function,
        /// f′ at each number of the input, `[batch, features]`.
        derivative: Array2<f64>,
    },
    /// A convolution with stride 1 and padding that keeps the size.
    Conv2d {
        /// The side of a filter.
        kernel: usize,
        /// The patches as columns, `[batch, channels·kernel·kernel, height·width]`.
        columns: Array3<f64>,
        /// The gradient of the columns, before it is added up in the image.
        d_columns: Array3<f64>,
    },
    /// The greatest of each window.
    MaxPool2d {
        /// The side of a window.
        size: usize,
        /// For each output, which of the sample's inputs it is: `[batch, outputs]`.
        winners: Array2<usize>,
    },
    /// Batch normalization: each feature, or each channel, by itself.
    BatchNorm {
        /// What is added to the variance.
        epsilon: f64,
        /// The mean of each feature or channel over the batch.
        mean: Array1<f64>,
        /// The variance, divided by the number of values.
        variance: Array1<f64>,
        /// (x − mean) / √(variance + ε), `[batch, features]`.
        normalized: Array2<f64>,
    },
    /// An image becomes a row.
    Flatten,
    /// Some numbers are dropped.
    Dropout {
        /// The share that is dropped.
        rate: f64,
        /// What each number was multiplied by, 0 or 1 / (1 − rate); none when nothing is dropped.
        factors: Option<Array2<f64>>,
    },
}

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
    pub(super) fn check_said(&self) -> Result<()> {
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
    pub(super) fn d_inputs(&self, w: &mut Workspace<f64>, batch: usize) -> Vec<Array2<f64>> {
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
        let pass = Backward {
            parameters: &self.parameters[layer.parameters.clone()],
            x: &w.activations[i][first * input..][..count * input],
            y: &w.activations[i + 1][first * output..][..count * output],
            dy,
            dx: Some(dx),
            gradients: &mut unused,
            batch: count,
        };
        layer.mathematics.backward(pass, &mut w.scratch[i]);
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
            LayerKind::Conv2d { kernel, .. } => {
                let [columns, d_columns] = self.columns(w, i, &d_output);
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
                    at / each * plane + w.scratch[i].indices[sample * output + at] as usize
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
                factors: dropping.then(|| rows(&w.scratch[i].values, batch, input)),
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
            Array1::from(w.scratch[i].values[n * channels..(n + 1) * channels].to_vec())
        };
        let (mean, variance) = (row(0, w), row(2, w));
        let mut plain = self.parameters[layer.parameters.clone()].to_vec();
        plain[0].value.fill(1.0);
        plain[1].value.fill(0.0);
        let mut normalized = vec![0.0; batch * w.lens[i]];
        let x = &w.activations[i][..normalized.len()];
        let scratch = &mut w.scratch[i];
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

    /// A convolution works on one image at a time in its scratch space: asked again for each
    /// image, it leaves there the image's columns and their gradient.
    fn columns(
        &self,
        w: &mut Workspace<f64>,
        i: usize,
        d_output: &Array2<f64>,
    ) -> [Array3<f64>; 2] {
        let [_, height, width] = image(self.layers[i].output);
        let len = w.scratch[i].values.len() / 2;
        let shape = (d_output.nrows(), len / (height * width), height * width);
        let mut both = [Vec::new(), Vec::new()];
        let mut dx = vec![0.0; w.lens[i]];
        for (sample, dy) in d_output.outer_iter().enumerate() {
            self.backward_of(w, i, (sample, 1), &dy.to_vec(), &mut dx);
            let (columns, d_columns) = w.scratch[i].values.split_at(len);
            both[0].extend_from_slice(columns);
            both[1].extend_from_slice(d_columns);
        }
        both.map(|values| {
            Array3::from_shape_vec(shape, values).expect("columns of whole images; please report")
        })
    }

    /// The workspace after a pass of training, which later passes repeat with the same masks.
    pub(super) fn settled_workspace(
        &self,
        x: &Array2<f64>,
        targets: Targets<'_, f64>,
        dropout: Dropout<'_, f64>,
    ) -> Result<Workspace<f64>> {
        let mut w = self.filled_workspace(x)?;
        self.set_dropout(&mut w, dropout)?;
        self.forward_backward_in(&mut w, x.nrows(), targets)?;
        engine::keep_masks(&mut w, x.nrows());
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
