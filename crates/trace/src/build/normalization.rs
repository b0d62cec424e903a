//! Batch normalization: each feature, or each channel, gets mean 0 and variance 1 within the batch,
//! then a scale and a shift that are learned. Ioffe and Szegedy (2015).

use chainrule_nn::{LayerRecord, Shape};
use ndarray::{Array1, Array2, ArrayD};

use super::{Builder, Passed, reshaped};
use crate::{
    expr::{Call, Expr, Sum},
    quantity::{Name, Quantity},
    step::Direction,
};

impl Builder<'_> {
    pub(super) fn normalization(
        &mut self,
        layer: &LayerRecord,
        input: &Quantity,
        epsilon: f64,
        [mean, variance]: [&Array1<f64>; 2],
        normalized: &Array2<f64>,
    ) -> Passed {
        let (shape, place) = (layer.output_shape, &layer.name);
        let each = match shape {
            Shape::Flat(_) => "each feature",
            Shape::Image { .. } => "each channel",
        };
        let mut learned = Vec::new();
        for (parameter, (letter, what)) in layer
            .parameters
            .iter()
            .zip([("gamma", "scales"), ("beta", "shifts")])
        {
            let value = self.one_each(parameter.value.iter().copied().collect(), shape);
            let quantity = Quantity::new(self.fresh(letter), value);
            let why = format!("The {what} of {place}, one for {each}.");
            self.given(&quantity, place, why);
            learned.push(quantity);
        }
        let count = (layer.output.len() / mean.len()) as f64;
        let x = Expr::of(input);

        let value = self.one_each(mean.clone(), shape);
        let mu = Quantity::new(self.fresh("mu"), value);
        let expr = self.sum_each(x.clone(), shape).times(1.0, count);
        let why = format!("The mean of {each} over the batch, of {count} numbers.");
        self.step(Direction::Forward, &mu, expr, place, why);

        let centred = x.minus(self.across(&mu, shape));
        let value = self.one_each(variance.clone(), shape);
        let v = Quantity::new(self.fresh("v"), value);
        let square = centred.clone().call(Call::Square);
        let expr = self.sum_each(square, shape).times(1.0, count);
        let why = format!("The variance of {each}: the mean of the squared distances from μ.");
        self.step(Direction::Forward, &v, expr, place, why);

        let value = self.samples(normalized, shape);
        let xhat = Quantity::new(self.fresh("xhat"), value);
        let root = self.across(&v, shape).call(Call::InverseRoot(epsilon));
        let expr = Expr::Hadamard(vec![centred, root]);
        let why = format!(
            "Mean 0 and variance 1 for {each}; the small number keeps the root from being 0."
        );
        self.step(Direction::Forward, &xhat, expr, place, why);

        let value = self.samples(&layer.output, shape);
        let output = Quantity::new(self.fresh("n"), value);
        let scaled = Expr::Hadamard(vec![self.across(&learned[0], shape), Expr::of(&xhat)]);
        let expr = scaled.plus(self.across(&learned[1], shape));
        let why = "Another scale and shift, which the network learns.".to_owned();
        self.step(Direction::Forward, &output, expr, place, why);
        Passed {
            input: input.clone(),
            output,
            weight: learned.first().cloned(),
            inner: Some(xhat),
            skipped: false,
        }
    }

    /// The gradients of scales and shifts.
    pub(super) fn normalization_back(
        &mut self,
        layer: &LayerRecord,
        passed: &Passed,
        d: &Quantity,
    ) {
        let (Some(gamma), Some(xhat)) = (&passed.weight, &passed.inner) else {
            return;
        };
        let shape = layer.output_shape;
        let beta = Name::of("beta", gamma.key().trim_start_matches("gamma"));
        let product = Expr::Hadamard(vec![Expr::of(d), Expr::of(xhat)]);
        let steps = [
            (
                gamma.name().clone(),
                product,
                "A scale counts as much as what it multiplied, x̂.",
            ),
            (beta, Expr::of(d), "A shift is added as it is."),
        ];
        for ((name, expr, why), gradient) in steps.into_iter().zip(&layer.gradients) {
            let value = self.one_each(gradient.value.iter().copied().collect(), shape);
            let quantity = Quantity::new(Name::gradient(&name), value);
            let expr = self.sum_each(expr, shape);
            self.back(layer, &quantity, expr, why);
        }
    }

    pub(super) fn through_normalization(
        &self,
        layer: &LayerRecord,
        passed: &Passed,
        d: &Quantity,
        epsilon: f64,
    ) -> (Expr, String) {
        let (Some(gamma), Some(xhat)) = (&passed.weight, &passed.inner) else {
            unreachable!("batch normalization has γ and x̂; please report")
        };
        let shape = layer.output_shape;
        let number = gamma.key().trim_start_matches("gamma");
        let shown = |key: &str| {
            let step = self.known(&format!("{key}{number}"));
            let step = step.expect("it has been shown before; please report");
            self.across(step.quantity(), shape)
        };
        let count = (layer.output.len() / layer.gradients[0].value.len()) as f64;
        let of_mean = shown("dbeta").times(1.0, count);
        let of_variance = Expr::Hadamard(vec![Expr::of(xhat), shown("dgamma").times(1.0, count)]);
        let rest = Expr::Sum(vec![
            (false, Expr::of(d)),
            (true, of_mean),
            (true, of_variance),
        ]);
        let root = shown("v").call(Call::InverseRoot(epsilon));
        let expr = Expr::Hadamard(vec![self.across(gamma, shape), root, rest]);
        let why =
            "A number acts on its own x̂, and on all others through the mean and the variance: \
                   what goes through these is taken off."
                .to_owned();
        (expr, why)
    }

    /// One number for each feature or channel, as the notation has it.
    fn one_each(&self, values: Array1<f64>, shape: Shape) -> ArrayD<f64> {
        let len = values.len();
        match (shape, self.lecture()) {
            (Shape::Flat(_), true) => reshaped(values.view().into_dyn(), &[len, 1]),
            _ => values.into_dyn(),
        }
    }

    /// The same beside every number of its feature or channel.
    fn across(&self, quantity: &Quantity, shape: Shape) -> Expr {
        let len = quantity.value().len();
        match shape {
            Shape::Flat(_) => Expr::of(quantity),
            Shape::Image { .. } => Expr::of(quantity).call(Call::Across(vec![len, 1, 1])),
        }
    }

    /// The sum over everything that belongs to a feature or channel.
    fn sum_each(&self, expr: Expr, shape: Shape) -> Expr {
        let sum = match (shape, self.lecture()) {
            (Shape::Image { .. }, _) => Sum::Places,
            (Shape::Flat(_), true) => Sum::Columns,
            (Shape::Flat(_), false) => Sum::Rows,
        };
        expr.call(Call::SumAlong(sum))
    }
}
