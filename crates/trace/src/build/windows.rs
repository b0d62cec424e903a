//! Max pooling and flattening: numbers that are chosen, and numbers that only move.

use chainrule_nn::{LayerRecord, Shape};
use ndarray::Array2;

use super::{Builder, Passed, winners_of};
use crate::{
    expr::{Call, Expr},
    quantity::Quantity,
    step::Direction,
};

impl Builder<'_> {
    pub(super) fn pooling(
        &mut self,
        layer: &LayerRecord,
        input: &Quantity,
        size: usize,
        winners: &Array2<usize>,
    ) -> Passed {
        let (each, of) = (layer.input.ncols(), winners_of(winners));
        let mut mask = Array2::zeros(layer.input.dim());
        for ((sample, _), &winner) in winners.indexed_iter() {
            mask[[sample, winner]] = 1.0;
        }
        let mask = Quantity::new(
            self.fresh("winners"),
            self.samples(&mask, layer.input_shape),
        );
        let expr = Expr::of(input)
            .call(Call::Winners(of.clone(), each))
            .shaped(mask.value().shape());
        let why = format!(
            "Of each {size} × {size} window one number wins, the greatest, and of equals the first: \
             here it has a 1 (argmax)."
        );
        self.step(Direction::Forward, &mask, expr, &layer.name, why);
        let output = Quantity::new(
            self.fresh("p"),
            self.samples(&layer.output, layer.output_shape),
        );
        let expr = Expr::of(input)
            .call(Call::Pick(of, each))
            .shaped(output.value().shape());
        let why = "The greatest number of each window goes on.".to_owned();
        self.step(Direction::Forward, &output, expr, &layer.name, why);
        Passed {
            input: input.clone(),
            output,
            weight: None,
            inner: Some(mask),
            skipped: false,
        }
    }

    pub(super) fn through_windows(
        &self,
        passed: &Passed,
        d: &Quantity,
        winners: &Array2<usize>,
    ) -> (Expr, String) {
        let each = passed.input.value().len() / self.batch;
        let expr = Expr::of(d)
            .call(Call::Route(winners_of(winners), each))
            .shaped(passed.input.value().shape());
        let why = "Only the winner of a window counted, so it gets the whole gradient and the \
                   others nothing."
            .to_owned();
        (expr, why)
    }

    pub(super) fn flatten(&mut self, layer: &LayerRecord, input: &Quantity) -> Passed {
        let passed = |output, skipped| Passed {
            input: input.clone(),
            output,
            weight: None,
            inner: None,
            skipped,
        };
        if let Shape::Flat(_) = layer.input_shape {
            return passed(input.clone(), true);
        }
        let output = Quantity::new(
            self.fresh("f"),
            self.samples(&layer.output, layer.output_shape),
        );
        let expr = Expr::of(input).call(Call::Flatten(self.layout()));
        let why = "The same numbers in one row: channel by channel, each row by row.".to_owned();
        self.step(Direction::Forward, &output, expr, &layer.name, why);
        passed(output, false)
    }

    pub(super) fn through_flatten(&self, passed: &Passed, d: &Quantity) -> (Expr, String) {
        let shape = passed.input.value().shape().to_vec();
        let expr = Expr::of(d).call(Call::Unflatten(self.layout(), shape));
        let why = "The same numbers as an image again.".to_owned();
        (expr, why)
    }
}
