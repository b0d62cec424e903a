//! From the record of a pass to steps.
//!
//! The rule of the folder: a file has the steps of one family of layers, forward and backward,
//! each with its formula and why it is so. Every value is taken from the record.

mod convolution;
mod elementwise;
mod linear;
mod loss;
mod normalization;
mod windows;

use std::sync::Arc;

use chainrule_nn::{Inside, LayerRecord, Record, Shape};
use ndarray::{Array2, ArrayD, ArrayViewD, Axis, IxDyn};

use crate::{
    expr::{Expr, Layout},
    quantity::{Name, Quantity},
    step::{Direction, Step},
    style::{Notation, Style},
};

/// Everything that a trace has to show.
pub(crate) struct Built {
    pub(crate) givens: Vec<Step>,
    pub(crate) steps: Vec<Step>,
}

/// What the backward pass needs to know of a layer's forward pass.
struct Passed {
    input: Quantity,
    output: Quantity,
    weight: Option<Quantity>,
    /// The patches of a convolution, the mask of a dropout, x̂ of a batch normalization.
    inner: Option<Quantity>,
    /// Whether the layer did nothing, so that its input is its output.
    skipped: bool,
}

pub(crate) struct Builder<'a> {
    record: &'a Record,
    notation: Notation,
    style: Style,
    batch: usize,
    /// The number of the last layer with weights.
    layer: usize,
    built: Built,
}

pub(crate) fn build(record: &Record, style: Style, input_gradient: bool) -> Built {
    let mut builder = Builder {
        record,
        notation: style.notation,
        style,
        batch: record.targets.nrows(),
        layer: 0,
        built: Built {
            givens: Vec::new(),
            steps: Vec::new(),
        },
    };
    let first = &record.layers[0];
    let x = builder.samples(&first.input, first.input_shape);
    let x = Quantity::new(Name::of("a", "0"), x);
    builder.given(&x, "", "The input.".to_owned());
    let mut passed = Vec::new();
    let mut current = x;
    for layer in &record.layers {
        let entry = builder.forward(layer, &current);
        current = entry.output.clone();
        passed.push(entry);
    }
    let mut gradient = builder.loss(&current);
    let lowest = match input_gradient {
        true => Some(0),
        false => record.layers.iter().position(|l| !l.parameters.is_empty()),
    };
    for i in (lowest.unwrap_or(record.layers.len())..record.layers.len()).rev() {
        let needed = input_gradient || lowest.is_some_and(|lowest| i > lowest);
        gradient = builder.backward(&record.layers[i], &passed[i], &gradient, needed);
    }
    builder.built
}

impl Builder<'_> {
    fn forward(&mut self, layer: &LayerRecord, input: &Quantity) -> Passed {
        match &layer.inside {
            Inside::Dense => self.dense(layer, input),
            Inside::Conv2d { columns, .. } => self.convolution(layer, input, columns),
            Inside::Activation { function, .. } => self.activation(layer, input, *function),
            Inside::Dropout { rate, factors } => {
                self.dropout(layer, input, *rate, factors.as_ref())
            }
            Inside::MaxPool2d { size, winners } => self.pooling(layer, input, *size, winners),
            Inside::Flatten => self.flatten(layer, input),
            Inside::BatchNorm {
                epsilon,
                mean,
                variance,
                normalized,
            } => self.normalization(layer, input, *epsilon, [mean, variance], normalized),
            other => unreachable!("a layer that no trace knows, {other:?}; please report"),
        }
    }

    /// The steps of one layer, and the gradient of its input if it is needed.
    fn backward(
        &mut self,
        layer: &LayerRecord,
        passed: &Passed,
        gradient: &Quantity,
        needed: bool,
    ) -> Quantity {
        if passed.skipped {
            return gradient.clone();
        }
        match &layer.inside {
            Inside::Dense => self.dense_back(layer, passed, gradient),
            Inside::Conv2d { d_columns, .. } => {
                self.convolution_back(layer, passed, gradient, d_columns, needed);
            }
            Inside::BatchNorm { .. } => self.normalization_back(layer, passed, gradient),
            Inside::Activation {
                function,
                derivative,
            } if needed => self.derivative(layer, passed, *function, derivative),
            _ => {}
        }
        if !needed {
            return gradient.clone();
        }
        let (expr, why) = match &layer.inside {
            Inside::Dense => self.through_weights(passed, gradient),
            Inside::Conv2d { .. } => self.through_patches(layer, passed),
            Inside::Activation { .. } => self.through_activation(passed, gradient),
            Inside::Dropout { .. } => self.through_mask(passed, gradient),
            Inside::MaxPool2d { winners, .. } => self.through_windows(passed, gradient, winners),
            Inside::Flatten => self.through_flatten(passed, gradient),
            Inside::BatchNorm { epsilon, .. } => {
                self.through_normalization(layer, passed, gradient, *epsilon)
            }
            other => unreachable!("a layer that no trace knows, {other:?}; please report"),
        };
        let name = Name::gradient(passed.input.name());
        let value = self.samples(&layer.d_input, layer.input_shape);
        let quantity = Quantity::new(name, value);
        self.back(layer, &quantity, expr, why);
        quantity
    }

    fn given(&mut self, quantity: &Quantity, place: &str, why: String) {
        let step = Step::new(0, Direction::Given, quantity, None, place, why, self.style);
        self.built.givens.push(step);
    }

    fn step(
        &mut self,
        direction: Direction,
        quantity: &Quantity,
        expr: Expr,
        place: &str,
        why: String,
    ) {
        let number = self.built.steps.len() + 1;
        let step = Step::new(
            number,
            direction,
            quantity,
            Some(expr),
            place,
            why,
            self.style,
        );
        self.built.steps.push(step);
    }

    /// A step of a layer's backward pass.
    fn back(
        &mut self,
        layer: &LayerRecord,
        quantity: &Quantity,
        expr: Expr,
        why: impl Into<String>,
    ) {
        self.step(Direction::Backward, quantity, expr, &layer.name, why.into());
    }

    fn lecture(&self) -> bool {
        self.notation == Notation::Lecture
    }

    fn layout(&self) -> Layout {
        Layout {
            samples: self.batch,
            columns: self.lecture(),
        }
    }

    /// Rows of samples in the notation: columns or rows; images by channel, row and column, and by
    /// sample where there are several.
    fn samples(&self, rows: &Array2<f64>, shape: Shape) -> ArrayD<f64> {
        match shape {
            Shape::Flat(_) => self.table(rows),
            Shape::Image {
                channels,
                height,
                width,
            } => {
                let image = [self.batch, channels, height, width];
                let image = if self.batch == 1 { &image[1..] } else { &image };
                reshaped(rows.view().into_dyn(), image)
            }
        }
    }

    fn table(&self, rows: &Array2<f64>) -> ArrayD<f64> {
        match self.lecture() {
            true => rows.t().as_standard_layout().into_owned().into_dyn(),
            false => rows.clone().into_dyn(),
        }
    }

    /// A stack with one entry for each sample; the entry itself where there is one sample.
    fn stack(&self, stack: ArrayViewD<'_, f64>) -> ArrayD<f64> {
        match self.batch {
            1 => stack.index_axis(Axis(0), 0).to_owned(),
            _ => stack.to_owned(),
        }
    }

    /// What has been shown under that name.
    fn known(&self, key: &str) -> Option<&Step> {
        let mut known = self.built.givens.iter().chain(&self.built.steps);
        known.find(|step| step.name() == key)
    }

    /// A name that no quantity has yet: the second activation of layer 1 is a¹·².
    fn fresh(&self, letter: &str) -> Name {
        let taken = |name: &Name| self.known(&name.key).is_some();
        let layer = self.layer.to_string();
        let numbered = (2..).map(|n| Name::of(letter, &format!("{layer}_{n}")));
        let names = std::iter::once(Name::of(letter, &layer)).chain(numbered);
        let mut free = names.filter(|name| !taken(name));
        free.next()
            .expect("there is a number for every name; please report")
    }
}

fn reshaped(value: ArrayViewD<'_, f64>, shape: &[usize]) -> ArrayD<f64> {
    let shaped = value.to_shape(IxDyn(shape));
    shaped
        .expect("as many numbers as the shape has; please report")
        .into_owned()
}

fn winners_of(winners: &Array2<usize>) -> Arc<Array2<usize>> {
    Arc::new(winners.clone())
}
