//! From what was asked for to what fits: names, shapes, and the errors when it does not.

use chainrule_error::{Error, ErrorKind, Result};

use super::{LayerKind, Model};
use crate::{
    Init, Loss, Scalar, Shape,
    initialize::Fans,
    layers::{
        Activation, BatchNorm, Conv2d, Dense, Dropout, Flatten, Function, Layer, MaxPool2d,
        im2col::Window,
    },
};

/// A parameter that a layer will have.
#[derive(Clone, Debug)]
pub(crate) struct PlannedParameter {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) init: Init,
    pub(crate) fans: Fans,
}

/// A layer with its name, its shapes and its parameters.
#[derive(Clone, Debug)]
pub(crate) struct PlannedLayer {
    pub(crate) kind: LayerKind,
    pub(crate) name: String,
    pub(crate) input: Shape,
    pub(crate) output: Shape,
    pub(crate) parameters: Vec<PlannedParameter>,
    /// What it keeps beside what it learns: running statistics.
    pub(crate) statistics: Vec<PlannedParameter>,
    /// The share of the way that the statistics go to those of a batch.
    pub(crate) momentum: f64,
}

impl PlannedLayer {
    /// What an error calls it: `layer 1 (dense 784 → 32)`.
    pub(crate) fn place(&self, index: usize) -> String {
        let what = match self.kind {
            LayerKind::Dense { units } => format!("dense {} → {units}", self.input.features()),
            LayerKind::Conv2d { filters, kernel } => {
                format!("conv2d {kernel} × {kernel}, {filters} filters")
            }
            LayerKind::Dropout { rate } => format!("dropout {rate}"),
            LayerKind::BatchNorm { .. } => format!("batch_norm of {}", channels(self.input)),
            kind => kind.name().to_owned(),
        };
        format!("layer {} ({what})", index + 1)
    }

    /// The mathematics of the layer, whose input may be the data themselves.
    pub(crate) fn mathematics<F: Scalar>(&self, reads_data: bool) -> Box<dyn Layer<F>> {
        let features = self.input.features();
        match (self.kind, self.input) {
            (LayerKind::Dense { units }, _) => Box::new(Dense {
                inputs: features,
                units,
                reads_data,
            }),
            (LayerKind::Activation(function), _) => Box::new(Activation { function, features }),
            (LayerKind::Dropout { rate }, _) => Box::new(Dropout { rate, features }),
            (LayerKind::BatchNorm { epsilon, .. }, shape) => {
                let channels = channels(shape);
                Box::new(BatchNorm {
                    channels,
                    places: features / channels,
                    epsilon,
                })
            }
            (
                LayerKind::Conv2d { filters, kernel },
                Shape::Image {
                    channels,
                    height,
                    width,
                },
            ) => Box::new(Conv2d {
                window: Window {
                    channels,
                    height,
                    width,
                    kernel,
                },
                filters,
            }),
            (
                LayerKind::MaxPool2d { size },
                Shape::Image {
                    channels,
                    height,
                    width,
                },
            ) => Box::new(MaxPool2d {
                channels,
                height,
                width,
                size,
            }),
            (LayerKind::Flatten | LayerKind::Conv2d { .. } | LayerKind::MaxPool2d { .. }, _) => {
                Box::new(Flatten { features })
            }
        }
    }
}

impl LayerKind {
    fn name(self) -> &'static str {
        match self {
            Self::Dense { .. } => "dense",
            Self::Conv2d { .. } => "conv2d",
            Self::MaxPool2d { .. } => "max_pool2d",
            Self::Flatten => "flatten",
            Self::Activation(Function::Relu) => "relu",
            Self::Activation(Function::Sigmoid) => "sigmoid",
            Self::Activation(Function::Tanh) => "tanh",
            Self::Dropout { .. } => "dropout",
            Self::BatchNorm { .. } => "batch_norm",
        }
    }

    /// The shape that comes out, or what is wrong with the one that goes in.
    fn output(self, input: Shape) -> Result<Shape, Misfit> {
        match (self, input) {
            (Self::Dense { units: 0 } | Self::Conv2d { filters: 0, .. }, _) => Err(Misfit::range(
                "at least one unit",
                "0",
                "every layer has to put something out",
            )),
            (Self::Conv2d { kernel: 0, .. } | Self::MaxPool2d { size: 0 }, _) => {
                Err(Misfit::range(
                    "a window of at least 1 × 1",
                    "0 × 0",
                    "3 is the usual filter, 2 the usual pool",
                ))
            }
            (Self::Dropout { rate }, _) if !(0.0..1.0).contains(&rate) => Err(Misfit::range(
                "a share of units to drop, from 0 to below 1",
                rate.to_string(),
                "0.5 drops half of them",
            )),
            (Self::BatchNorm { momentum, .. }, _) if !(momentum > 0.0 && momentum <= 1.0) => {
                Err(Misfit::range(
                    "a momentum above 0, at most 1",
                    momentum.to_string(),
                    "0.1 moves the running statistics a tenth of the way to each batch's",
                ))
            }
            // In f32 too: a unit that is the same for all samples has the variance 0.
            (Self::BatchNorm { epsilon, .. }, _)
                if !(epsilon.is_finite() && epsilon as f32 > 0.0) =>
            {
                Err(Misfit::range(
                    "an ε that is a finite number above 0, in f32 too: at least 1e-45",
                    format!("{epsilon:?}"),
                    "1e-5 is the usual one",
                ))
            }
            (Self::Dense { units }, Shape::Flat(_)) => Ok(Shape::Flat(units)),
            (Self::Dense { .. }, image) => Err(Misfit::new(
                "a row of features, [features]",
                format!("an image, {image}"),
                "put .flatten() before the first dense layer",
            )),
            (Self::Conv2d { filters, .. }, Shape::Image { height, width, .. }) => {
                Ok(Shape::from([filters, height, width]))
            }
            (
                Self::MaxPool2d { size },
                Shape::Image {
                    channels,
                    height,
                    width,
                },
            ) => Ok(Shape::from([
                channels,
                height.div_ceil(size),
                width.div_ceil(size),
            ])),
            (Self::Conv2d { .. } | Self::MaxPool2d { .. }, flat) => Err(Misfit::new(
                "an image, [channels, height, width]",
                format!("a row of features, {flat}"),
                "begin with the image's shape, such as Model::input([1, 28, 28]), and put \
                 convolutions before .flatten()",
            )),
            (Self::Flatten, shape) => Ok(Shape::Flat(shape.features())),
            (Self::Activation(_) | Self::Dropout { .. } | Self::BatchNorm { .. }, shape) => {
                Ok(shape)
            }
        }
    }

    /// The shapes of weight and bias with the extents that initializers look at.
    fn parameters(self, input: Shape) -> Option<([Vec<usize>; 2], Fans)> {
        match (self, input) {
            (Self::Dense { units }, shape) => {
                let inputs = shape.features();
                let fans = Fans {
                    fan_in: inputs,
                    fan_out: units,
                    units,
                };
                Some(([vec![inputs, units], vec![units]], fans))
            }
            (Self::Conv2d { filters, kernel }, Shape::Image { channels, .. }) => {
                let pixels = kernel * kernel;
                let fans = Fans {
                    fan_in: channels * pixels,
                    fan_out: filters * pixels,
                    units: filters,
                };
                Some((
                    [vec![filters, channels, kernel, kernel], vec![filters]],
                    fans,
                ))
            }
            _ => None,
        }
    }
}

/// What is normalized by itself: a channel of an image, or a feature.
fn channels(shape: Shape) -> usize {
    match shape {
        Shape::Flat(features) => features,
        Shape::Image { channels, .. } => channels,
    }
}

struct Misfit {
    expected: String,
    got: String,
    hint: &'static str,
    /// Whether a number of the layer's own is out of its range.
    range: bool,
}

impl Misfit {
    fn new(expected: &str, got: impl Into<String>, hint: &'static str) -> Self {
        Self {
            expected: expected.to_owned(),
            got: got.into(),
            hint,
            range: false,
        }
    }

    fn range(expected: &str, got: impl Into<String>, hint: &'static str) -> Self {
        Self {
            range: true,
            ..Self::new(expected, got, hint)
        }
    }
}

/// Checks a model and works out every layer, and the one loss.
pub(crate) fn plan(model: &Model) -> Result<(Vec<PlannedLayer>, Loss)> {
    let wrong = |what: &str| Error::new(ErrorKind::Model, what);
    if model.input.features() == 0 {
        return Err(wrong("a model needs an input")
            .expected("at least one feature")
            .got(format!("Model::input({})", model.input)));
    }
    if model.layers.is_empty() {
        return Err(wrong("a model without layers cannot learn")
            .expected("at least one layer")
            .got("none")
            .hint("for example Model::input(784).dense(10).softmax()"));
    }
    if let Some(misplaced) = model.misplaced.first() {
        return Err(wrong(&format!("{misplaced} has no layer to go with"))
            .why("it belongs to the layer just before it, and that one has no weights")
            .hint("put it right after .dense(…) or .conv2d(…)"));
    }
    let mut layers: Vec<PlannedLayer> = Vec::new();
    let mut shape = model.input;
    for (index, spec) in model.layers.iter().enumerate() {
        let base = spec.kind.name();
        let number = 1 + layers
            .iter()
            .filter(|layer| layer.kind.name() == base)
            .count();
        let name = format!("{base}_{number}");
        let mut layer = PlannedLayer {
            kind: spec.kind,
            input: shape,
            output: shape,
            name: name.clone(),
            parameters: Vec::new(),
            statistics: Vec::new(),
            momentum: 0.0,
        };
        layer.output = spec.kind.output(shape).map_err(|misfit| {
            let what = match misfit.range {
                true => "is out of range",
                false => "does not fit what comes before it",
            };
            wrong(&format!("{} {what}", layer.place(index)))
                .expected(misfit.expected)
                .got(misfit.got)
                .hint(misfit.hint)
        })?;
        if let Some(([weight, bias], fans)) = spec.kind.parameters(shape) {
            let inits = [
                spec.weights.unwrap_or(model.weights),
                spec.biases.unwrap_or(model.biases),
            ];
            let kinds = [("weight", weight), ("bias", bias)];
            let count = if spec.has_bias { 2 } else { 1 };
            for ((what, shape), init) in kinds.into_iter().zip(inits).take(count) {
                init.check()
                    .map_err(|error| error.within(layer.place(index)))?;
                let name = format!("{name}.{what}");
                layer.parameters.push(PlannedParameter {
                    name,
                    shape,
                    init,
                    fans,
                });
            }
        }
        if let LayerKind::BatchNorm { momentum, .. } = spec.kind {
            let units = channels(shape);
            let planned = |what: &str, value: f64| PlannedParameter {
                name: format!("{name}.{what}"),
                shape: vec![units],
                init: Init::Constant(value),
                fans: Fans {
                    fan_in: units,
                    fan_out: units,
                    units,
                },
            };
            layer.parameters = vec![planned("gamma", 1.0), planned("beta", 0.0)];
            layer.statistics = vec![planned("mean", 0.0), planned("variance", 1.0)];
            layer.momentum = momentum;
        }
        shape = layer.output;
        layers.push(layer);
    }
    let loss = one_loss(model)?;
    check_smoothing(model, loss)?;
    if let shape @ Shape::Image { .. } = shape {
        return Err(wrong("a loss needs a row of outputs")
            .expected("[outputs]")
            .got(format!("an image, {shape}"))
            .hint("put .flatten().dense(10) before the loss"));
    }
    Ok((layers, loss))
}

fn check_smoothing(model: &Model, loss: Loss) -> Result<()> {
    let wrong = |what: &str| Error::new(ErrorKind::Model, what);
    if !(0.0..1.0).contains(&model.smoothing) {
        return Err(wrong("label smoothing takes a share of each target")
            .expected("0 to below 1")
            .got(model.smoothing.to_string())
            .hint("0.1 is the usual one"));
    }
    if model.smoothing > 0.0 && loss != Loss::SoftmaxCrossEntropy {
        return Err(wrong("label smoothing is for classes")
            .expected("a model that ends with .softmax()")
            .got(format!("one with the {loss}")));
    }
    Ok(())
}

fn one_loss(model: &Model) -> Result<Loss> {
    match model.losses[..] {
        [loss] => Ok(loss),
        [] => Err(Error::new(ErrorKind::Model, "a model needs a loss")
            .hint("end it with .softmax() for classes or .half_squared_error() for values")),
        _ => Err(Error::new(ErrorKind::Model, "a model has one loss")
            .got(format!("{}", model.losses.len()))
            .why("softmax and each squared error end a model with their own loss")
            .hint("keep one of them, such as .softmax()")),
    }
}
