//! Everything that one forward and one backward pass computed, as values to look at.

mod read;

use ndarray::{Array1, Array2, Array3};

use crate::{Gradients, Loss, Parameter, Reduction, Shape, layers::Function};

/// What one training pass computed, layer by layer. Arrays are `[batch, features]`.
///
/// The numbers are read from the buffers of the real pass, the one that
/// [`Network::gradients_with`](crate::Network::gradients_with) makes; nothing is computed in a second way.
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
