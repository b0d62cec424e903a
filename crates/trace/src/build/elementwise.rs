//! What acts on each number by itself: activations and dropout.

use chainrule_nn::{Function, LayerRecord};
use ndarray::Array2;

use super::{Builder, Passed};
use crate::{
    expr::{Call, Expr},
    quantity::{Name, Quantity},
    step::Direction,
};

impl Builder<'_> {
    pub(super) fn activation(
        &mut self,
        layer: &LayerRecord,
        input: &Quantity,
        function: Function,
    ) -> Passed {
        let (call, why) = match function {
            Function::Relu => (
                Call::Relu,
                "ReLU passes on what is above zero, and 0 for the rest.",
            ),
            Function::Sigmoid => (
                Call::Sigmoid,
                "The sigmoid 1 / (1 + e⁻ᶻ) presses each number between 0 and 1.",
            ),
            Function::Tanh => (
                Call::Tanh,
                "The hyperbolic tangent presses each number between -1 and 1.",
            ),
        };
        let output = Quantity::new(
            self.fresh("a"),
            self.samples(&layer.output, layer.output_shape),
        );
        let expr = Expr::of(input).call(call);
        self.step(
            Direction::Forward,
            &output,
            expr,
            &layer.name,
            why.to_owned(),
        );
        Passed {
            input: input.clone(),
            output,
            weight: None,
            inner: None,
            skipped: false,
        }
    }

    /// σ′, as the layer itself has it.
    pub(super) fn derivative(
        &mut self,
        layer: &LayerRecord,
        passed: &Passed,
        function: Function,
        derivative: &Array2<f64>,
    ) {
        let (a, one) = (Expr::of(&passed.output), Expr::Fraction(1.0, 1.0));
        let (expr, why) = match function {
            Function::Relu => (
                Expr::of(&passed.input).call(Call::Positive),
                "The slope of ReLU is 1 above zero and 0 below; at zero itself it is taken as 0.",
            ),
            Function::Sigmoid => (
                Expr::Hadamard(vec![a.clone(), one.minus(a)]),
                "The slope of the sigmoid follows from its value: σ′ = σ (1 - σ).",
            ),
            Function::Tanh => (
                one.minus(Expr::Hadamard(vec![a.clone(), a])),
                "The slope of the hyperbolic tangent follows from its value: 1 - tanh².",
            ),
        };
        let name = Name::derivative(passed.input.name());
        let quantity = Quantity::new(name, self.samples(derivative, layer.input_shape));
        self.back(layer, &quantity, expr, why);
    }

    pub(super) fn through_activation(&self, passed: &Passed, d: &Quantity) -> (Expr, String) {
        let key = Name::derivative(passed.input.name()).key;
        let slope = self.built.steps.iter().rfind(|step| step.name() == key);
        let slope = slope.expect("σ′ has just been shown; please report");
        let expr = Expr::Hadamard(vec![Expr::of(d), Expr::of(slope.quantity())]);
        let why =
            "The chain rule through the activation: each entry times its own slope, entry by \
                   entry."
                .to_owned();
        (expr, why)
    }

    pub(super) fn dropout(
        &mut self,
        layer: &LayerRecord,
        input: &Quantity,
        rate: f64,
        factors: Option<&Array2<f64>>,
    ) -> Passed {
        let passed = |output, inner, skipped| Passed {
            input: input.clone(),
            output,
            weight: None,
            inner,
            skipped,
        };
        // Nothing is dropped: nothing happens, so there is no step.
        let Some(factors) = factors else {
            return passed(input.clone(), None, true);
        };
        let mask = Quantity::new(self.fresh("r"), self.samples(factors, layer.input_shape));
        let gain = crate::number::text(1.0 / (1.0 - rate), self.style.digits);
        self.given(
            &mask,
            &layer.name,
            format!(
                "The mask of {}: 0 drops a unit, {gain} = 1 / (1 - {rate}) keeps and amplifies it.",
                layer.name
            ),
        );
        let output = Quantity::new(
            self.fresh("dropped"),
            self.samples(&layer.output, layer.output_shape),
        );
        let expr = Expr::Hadamard(vec![Expr::of(&mask), Expr::of(input)]);
        let why = "Dropout: units whose mask is 0 say nothing in this step, the others so much \
                   louder."
            .to_owned();
        self.step(Direction::Forward, &output, expr, &layer.name, why);
        passed(output, Some(mask), false)
    }

    pub(super) fn through_mask(&self, passed: &Passed, d: &Quantity) -> (Expr, String) {
        let mask = passed.inner.as_ref().map(Expr::of);
        let mask = mask.expect("dropout that drops has a mask; please report");
        let expr = Expr::Hadamard(vec![mask, Expr::of(d)]);
        let why =
            "What was dropped did not count, so it gets no gradient; the rest gets the factor \
                   that it was amplified by."
                .to_owned();
        (expr, why)
    }
}
