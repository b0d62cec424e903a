//! Dense layers: z = W a + b, and back (BP2, BP3 and BP4 in Nielsen 2015).

use chainrule_nn::LayerRecord;

use super::{Builder, Passed};
use crate::{
    expr::{Call, Expr, Sum},
    quantity::{Name, Quantity},
    step::Direction,
};

impl Builder<'_> {
    pub(super) fn dense(&mut self, layer: &LayerRecord, input: &Quantity) -> Passed {
        self.layer += 1;
        let number = self.layer.to_string();
        let stored = &layer.parameters[0].value;
        let matrix = match self.lecture() {
            true => stored.t().as_standard_layout().into_owned(),
            false => stored.clone(),
        };
        let weight = Quantity::new(Name::of("W", &number), matrix);
        let whose = match self.lecture() {
            true => "one row for each unit",
            false => "one column for each unit",
        };
        self.given(
            &weight,
            &layer.name,
            format!("The weights of {}, {whose}.", layer.name),
        );
        let mut expr = match self.lecture() {
            true => Expr::Product(vec![Expr::of(&weight), Expr::of(input)]),
            false => Expr::Product(vec![Expr::of(input), Expr::of(&weight)]),
        };
        if let Some(bias) = layer.parameters.get(1) {
            let value = match self.lecture() {
                true => super::reshaped(bias.value.view(), &[bias.value.len(), 1]),
                false => bias.value.clone(),
            };
            let bias = Quantity::new(Name::of("b", &number), value);
            self.given(&bias, &layer.name, format!("The biases of {}.", layer.name));
            let mut summand = Expr::of(&bias);
            if self.lecture() && self.batch > 1 {
                summand = summand.call(Call::Spread);
            }
            expr = expr.plus(summand);
        }
        let bias = if layer.parameters.len() > 1 {
            ", and adds its bias"
        } else {
            "; there is no bias"
        };
        let each = match (self.batch, self.lecture()) {
            (1, _) => "",
            (_, true) => " Each sample has its column.",
            (_, false) => " Each sample has its row.",
        };
        let why = format!(
            "Each unit of {} multiplies its inputs with its weights, adds them up{bias}.{each}",
            layer.name
        );
        let output = Quantity::new(
            Name::of("z", &number),
            self.samples(&layer.output, layer.output_shape),
        );
        self.step(Direction::Forward, &output, expr, &layer.name, why);
        Passed {
            input: input.clone(),
            output,
            weight: Some(weight),
            inner: None,
            skipped: false,
        }
    }

    /// The gradients of weights and biases.
    pub(super) fn dense_back(&mut self, layer: &LayerRecord, passed: &Passed, delta: &Quantity) {
        let Some(weight) = &passed.weight else { return };
        let (delta, input) = (Expr::of(delta), Expr::of(&passed.input));
        let many = match self.batch {
            1 => "",
            _ => " The product adds up the samples.",
        };
        let stored = &layer.gradients[0].value;
        let (expr, value) = match self.lecture() {
            true => (
                Expr::Product(vec![delta.clone(), input.t()]),
                stored.t().as_standard_layout().into_owned(),
            ),
            false => (
                Expr::Product(vec![input.t(), delta.clone()]),
                stored.clone(),
            ),
        };
        let name = Name::gradient(weight.name());
        let why = format!(
            "A weight counts as much as what came in through it, times the δ of the unit that it \
             leads to (BP4).{many}"
        );
        self.back(layer, &Quantity::new(name, value), expr, why);
        if let Some(bias) = layer.gradients.get(1) {
            let name = Name::gradient(&Name::of("b", &weight.key()[1..]));
            let (expr, value) = match (self.lecture(), self.batch) {
                (true, 1) => (
                    delta,
                    super::reshaped(bias.value.view(), &[bias.value.len(), 1]),
                ),
                (true, _) => (
                    delta.call(Call::SumAlong(Sum::Columns)),
                    super::reshaped(bias.value.view(), &[bias.value.len(), 1]),
                ),
                (false, _) => (delta.call(Call::SumAlong(Sum::Rows)), bias.value.clone()),
            };
            let many = match self.batch {
                1 => "",
                _ => ", added up over the samples",
            };
            let why = format!("A bias is added to z as it is, so its gradient is δ{many} (BP3).");
            self.back(layer, &Quantity::new(name, value), expr, why);
        }
    }

    /// The gradient of what came in.
    pub(super) fn through_weights(&self, passed: &Passed, delta: &Quantity) -> (Expr, String) {
        let delta = Expr::of(delta);
        let weight = passed.weight.as_ref().map(Expr::of);
        let weight = weight.expect("a dense layer has a weight; please report");
        let expr = match self.lecture() {
            true => Expr::Product(vec![weight.t(), delta]),
            false => Expr::Product(vec![delta, weight.t()]),
        };
        let why = "Backwards, each δ goes through the same weights to where the input came from: \
                   the matrix is transposed (BP2)."
            .to_owned();
        (expr, why)
    }
}
