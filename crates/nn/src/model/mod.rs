//! The description of a network: what a student writes in one line.

mod plan;
mod summary;

use std::fmt;

use chainrule_error::Result;
pub(crate) use plan::{PlannedLayer, PlannedParameter, plan};
pub use summary::{Summary, SummaryRow};

use crate::{Init, Loss, Network, Reduction, Shape, layers::Function};

/// One layer as it was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LayerSpec {
    pub(crate) kind: LayerKind,
    pub(crate) weights: Option<Init>,
    pub(crate) biases: Option<Init>,
    pub(crate) has_bias: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum LayerKind {
    Dense { units: usize },
    Conv2d { filters: usize, kernel: usize },
    MaxPool2d { size: usize },
    Flatten,
    Activation(Function),
    Dropout { rate: f64 },
    BatchNorm { momentum: f64, epsilon: f64 },
}

/// The description of a network: the shape of a sample, the layers, the loss.
///
/// ```
/// use chainrule_nn::{Init, Model};
///
/// let model = Model::input([1, 28, 28])
///     .conv2d(8, 3)
///     .max_pool2d(2)
///     .flatten()
///     .dense(32)
///     .relu()
///     .dense(10)
///     .softmax()
///     .weights(Init::HeNormal);
/// assert_eq!(model.summary()?.total, 80 + 50_208 + 330);
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
///
/// A description may be wrong, say a dense layer straight on an image. It is checked when it is
/// used: [`summary`](Self::summary) and [`build`](Self::build) return the error.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub(crate) input: Shape,
    pub(crate) layers: Vec<LayerSpec>,
    pub(crate) losses: Vec<Loss>,
    pub(crate) reduction: Reduction,
    /// The share of each target that is spread over all classes.
    pub(crate) smoothing: f64,
    pub(crate) weights: Init,
    pub(crate) biases: Init,
    /// Settings for "the layer before" where there is none that has them.
    pub(crate) misplaced: Vec<String>,
}

impl Model {
    /// Starts a model with the shape of one sample: a number of features, or an image's
    /// `[channels, height, width]`.
    pub fn input(shape: impl Into<Shape>) -> Self {
        Self {
            input: shape.into(),
            layers: Vec::new(),
            losses: Vec::new(),
            reduction: Reduction::default(),
            smoothing: 0.0,
            weights: Init::GlorotUniform,
            biases: Init::Zeros,
            misplaced: Vec::new(),
        }
    }

    fn layer(mut self, kind: LayerKind) -> Self {
        self.layers.push(LayerSpec {
            kind,
            weights: None,
            biases: None,
            has_bias: true,
        });
        self
    }

    /// Adds a linear layer, y = x·W + b.
    ///
    /// # Shapes
    ///
    /// `[batch, features]` → `[batch, units]`; weight `[features, units]`, bias `[units]`.
    pub fn dense(self, units: usize) -> Self {
        self.layer(LayerKind::Dense { units })
    }

    /// Adds a convolution with square filters, stride 1 and padding that keeps the size.
    ///
    /// # Shapes
    ///
    /// `[batch, channels, height, width]` → `[batch, filters, height, width]`; weight
    /// `[filters, channels, kernel, kernel]`, bias `[filters]`.
    pub fn conv2d(self, filters: usize, kernel: usize) -> Self {
        self.layer(LayerKind::Conv2d { filters, kernel })
    }

    /// Adds max pooling over windows of size × size that do not overlap.
    ///
    /// # Shapes
    ///
    /// `[batch, channels, height, width]` → `[batch, channels, ⌈height / size⌉, ⌈width / size⌉]`.
    pub fn max_pool2d(self, size: usize) -> Self {
        self.layer(LayerKind::MaxPool2d { size })
    }

    /// Makes an image a row of features, as a dense layer needs it.
    pub fn flatten(self) -> Self {
        self.layer(LayerKind::Flatten)
    }

    /// Adds max(x, 0). Its derivative at 0 is taken as 0.
    pub fn relu(self) -> Self {
        self.layer(LayerKind::Activation(Function::Relu))
    }

    /// Adds the logistic function 1 / (1 + e⁻ˣ).
    pub fn sigmoid(self) -> Self {
        self.layer(LayerKind::Activation(Function::Sigmoid))
    }

    /// Adds the hyperbolic tangent.
    pub fn tanh(self) -> Self {
        self.layer(LayerKind::Activation(Function::Tanh))
    }

    /// Adds dropout: while the network learns, each of the numbers that come in is set to zero with
    /// the probability `rate`, and the others are multiplied by 1 / (1 − rate). When it predicts,
    /// all pass as they are.
    ///
    /// Which are dropped is drawn from a seed or given; see [`Dropout`](crate::Dropout).
    /// Srivastava et al., *Dropout: a simple way to prevent neural networks from overfitting* (2014).
    ///
    /// ```
    /// use chainrule_nn::{Dropout, Model};
    /// use ndarray::array;
    ///
    /// let model = Model::input(2).dense(3).relu().dropout(0.5).dense(1).half_squared_error();
    /// let network = model.build_f64(1)?;
    /// let (x, y) = (array![[1.0, -1.0]], array![[0.5]]);
    /// let mask = array![[1.0, 0.0, 1.0]]; // the second unit is dropped
    /// let gradients = network.gradients_with(&x, &y, Dropout::Masks(&[mask]))?;
    /// assert_eq!(gradients.get("dense_2.weight")?[[1, 0]], 0.0);
    /// # Ok::<(), chainrule_nn::Error>(())
    /// ```
    pub fn dropout(self, rate: f64) -> Self {
        self.layer(LayerKind::Dropout { rate })
    }

    /// Adds batch normalization with the momentum 0.1 and ε = 1e-5, as in PyTorch: after a dense
    /// layer for each feature, after a convolution for each channel. y = γ·(x − μ) / √(σ² + ε) + β.
    ///
    /// Whenever gradients are computed, μ and σ² are the batch's own, and the gradients carry them
    /// as [`statistics`](crate::Gradients::statistics); a step along the gradients, of any
    /// optimizer, also moves the network's running statistics towards them: the momentum's share of
    /// the way, the variance as divided by N − 1. Predictions and losses take the running ones:
    /// [`Network::statistics`]. γ starts at 1 and β at 0, whatever the model's initializers.
    ///
    /// Ioffe and Szegedy, *Batch normalization* (2015). A layer before it needs no bias, which the
    /// mean takes away again: see [`without_bias`](Self::without_bias).
    ///
    /// # Shapes
    ///
    /// `[batch, features]` → the same; γ, β and the statistics have one number for each feature, or
    /// for each channel.
    ///
    /// ```
    /// use chainrule_nn::{Model, Optimizer, Sgd};
    /// use ndarray::array;
    ///
    /// let model = Model::input(2).dense(8).without_bias().batch_norm().relu().dense(2).softmax();
    /// let mut network = model.build(1)?;
    /// let x = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    /// let mut sgd = Sgd::new(0.5)?;
    /// for _ in 0..300 {
    ///     let gradients = network.gradients(&x, &[0, 1, 1, 0])?;
    ///     sgd.step(&mut network, &gradients)?;
    /// }
    /// assert_eq!(network.predict(&x)?, [0, 1, 1, 0]);
    /// assert_eq!(network.statistics()[0].name, "batch_norm_1.mean");
    /// # Ok::<(), chainrule_nn::Error>(())
    /// ```
    pub fn batch_norm(self) -> Self {
        self.batch_norm_with(0.1, 1e-5)
    }

    /// As [`batch_norm`](Self::batch_norm) with another momentum, the weight of a new batch in the
    /// running statistics (above 0, at most 1), and another ε (above 0).
    pub fn batch_norm_with(self, momentum: f64, epsilon: f64) -> Self {
        self.layer(LayerKind::BatchNorm { momentum, epsilon })
    }

    /// Ends the model with softmax and cross-entropy, as one stable piece on the scores: the
    /// network's forward pass gives scores, [`Network::probabilities`] the softmax of them.
    pub fn softmax(self) -> Self {
        self.loss(Loss::SoftmaxCrossEntropy)
    }

    /// Ends the model with the squared error Σ (z − t)².
    pub fn squared_error(self) -> Self {
        self.loss(Loss::SquaredError)
    }

    /// Ends the model with half the squared error, ½·Σ (z − t)².
    pub fn half_squared_error(self) -> Self {
        self.loss(Loss::HalfSquaredError)
    }

    /// Ends the model with the squared error averaged over the outputs: the MSE of PyTorch and
    /// Keras.
    pub fn mean_squared_error(self) -> Self {
        self.loss(Loss::MeanSquaredError)
    }

    fn loss(mut self, loss: Loss) -> Self {
        self.losses.push(loss);
        self
    }

    /// Takes a share of each target from its class and spreads it evenly over all m classes:
    /// t ← (1 − share)·t + share / m, so that scores need not grow without end. Only with
    /// [`softmax`](Self::softmax). Szegedy et al., *Rethinking the inception architecture for
    /// computer vision* (2016), section 7; PyTorch's `CrossEntropyLoss(label_smoothing=share)`.
    ///
    /// It is part of the loss, so losses on a test set have it too.
    ///
    /// ```
    /// use chainrule_nn::Model;
    /// use ndarray::array;
    ///
    /// let model = Model::input(2).dense(3).softmax();
    /// let (smoothed, plain) = (model.clone().label_smoothing(0.3).build_f64(1)?, model.build_f64(1)?);
    /// let x = array![[1.0, 2.0]];
    /// let rows = array![[0.1, 0.8, 0.1]]; // 0.7 of class 1, and 0.1 for each
    /// assert!((smoothed.loss(&x, &[1])? - plain.loss(&x, &rows)?).abs() < 1e-15);
    /// # Ok::<(), chainrule_nn::Error>(())
    /// ```
    pub fn label_smoothing(mut self, share: f64) -> Self {
        self.smoothing = share;
        self
    }

    /// Chooses whether loss and gradients are averaged over a batch, the default, or summed.
    pub fn reduction(mut self, reduction: Reduction) -> Self {
        self.reduction = reduction;
        self
    }

    /// Chooses where weights start, in every layer that has no rule of its own. The default is
    /// [`Init::GlorotUniform`].
    pub fn weights(mut self, init: Init) -> Self {
        self.weights = init;
        self
    }

    /// Chooses where biases start, in every layer that has no rule of its own. The default is
    /// [`Init::Zeros`].
    pub fn biases(mut self, init: Init) -> Self {
        self.biases = init;
        self
    }

    /// Chooses where the weights of the layer just added start.
    pub fn with_weights(mut self, init: Init) -> Self {
        match self.last_with_parameters() {
            Some(layer) => layer.weights = Some(init),
            None => self.misplaced.push(format!("with_weights({init})")),
        }
        self
    }

    /// Chooses where the biases of the layer just added start.
    pub fn with_biases(mut self, init: Init) -> Self {
        match self.last_with_parameters() {
            Some(layer) => layer.biases = Some(init),
            None => self.misplaced.push(format!("with_biases({init})")),
        }
        self
    }

    /// Leaves the bias out of the layer just added: y = x·W.
    pub fn without_bias(mut self) -> Self {
        match self.last_with_parameters() {
            Some(layer) => layer.has_bias = false,
            None => self.misplaced.push("without_bias()".to_owned()),
        }
        self
    }

    fn last_with_parameters(&mut self) -> Option<&mut LayerSpec> {
        let has = |kind| matches!(kind, LayerKind::Dense { .. } | LayerKind::Conv2d { .. });
        self.layers.last_mut().filter(|layer| has(layer.kind))
    }

    /// The layers with their output shapes and numbers of parameters.
    ///
    /// # Errors
    ///
    /// When the description is wrong: no layers, no loss or two, shapes that do not fit.
    pub fn summary(&self) -> Result<Summary> {
        Summary::of(self)
    }

    /// Draws the parameters from a seed, in f32. The same seed gives the same network.
    ///
    /// # Errors
    ///
    /// As [`summary`](Self::summary), and when an initializer has a limit that is no number.
    pub fn build(&self, seed: u64) -> Result<Network<f32>> {
        crate::Scalar::build(self, seed)
    }

    /// As [`build`](Self::build), in f64: the same numbers, before they are rounded.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn build_f64(&self, seed: u64) -> Result<Network<f64>> {
        crate::Scalar::build(self, seed)
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.summary() {
            Ok(summary) => fmt::Display::fmt(&summary, f),
            Err(error) => fmt::Display::fmt(&error, f),
        }
    }
}
