//! The linear layer: y = x·W + b.

use super::{Backward, Layer, Scratch};
use crate::{
    Parameter, Scalar,
    matmul::{Into, Mat, matmul},
};

/// A batch of one sample has no matrix to multiply: row by row, what a product spends on packing its
/// operands is saved, and so is the work for inputs that are zero, four of five of MNIST's pixels.
mod single {
    use crate::Scalar;

    pub(super) fn forward<F: Scalar>(x: &[F], weight: &[F], bias: Option<&[F]>, y: &mut [F]) {
        match bias {
            Some(bias) => y.copy_from_slice(bias),
            None => y.fill(F::zero()),
        }
        for (&x, weights) in x.iter().zip(weight.chunks_exact(y.len())) {
            if x != F::zero() {
                y.iter_mut().zip(weights).for_each(|(y, &w)| *y += x * w);
            }
        }
    }

    pub(super) fn gradients<F: Scalar>(
        x: &[F],
        dy: &[F],
        d_weight: &mut [F],
        d_bias: Option<&mut [F]>,
    ) {
        for (&x, d_weights) in x.iter().zip(d_weight.chunks_exact_mut(dy.len())) {
            d_weights
                .iter_mut()
                .zip(dy)
                .for_each(|(d, &dy)| *d = x * dy);
        }
        if let Some(d_bias) = d_bias {
            d_bias.copy_from_slice(dy);
        }
    }

    pub(super) fn input_gradient<F: Scalar>(dy: &[F], weight: &[F], dx: &mut [F]) {
        for (dx, weights) in dx.iter_mut().zip(weight.chunks_exact(dy.len())) {
            let terms = weights.iter().zip(dy).map(|(&w, &dy)| w * dy);
            *dx = terms.fold(F::zero(), |sum, term| sum + term);
        }
    }
}

/// y = x·W + b with W `[inputs, units]` and b `[units]`, or without b; backward ∂W = xᵀ·∂y, ∂b = Σ ∂y over the
/// batch, ∂x = ∂y·Wᵀ.
#[derive(Debug)]
pub(crate) struct Dense {
    pub(crate) inputs: usize,
    pub(crate) units: usize,
}

impl<F: Scalar> Layer<F> for Dense {
    fn input_len(&self) -> usize {
        self.inputs
    }

    fn output_len(&self) -> usize {
        self.units
    }

    fn forward(
        &self,
        parameters: &[Parameter<F>],
        x: &[F],
        y: &mut [F],
        batch: usize,
        _: &mut Scratch<F>,
    ) {
        let [weight, bias @ ..] = parameters else {
            unreachable!("a dense layer has a weight")
        };
        if batch == 1 {
            return single::forward(x, weight.values(), bias.first().map(Parameter::values), y);
        }
        let x = Mat::new(x, batch, self.inputs);
        let weight = Mat::new(weight.values(), self.inputs, self.units);
        let Some(bias) = bias.first() else {
            return matmul(x, weight, y, Into::Overwrite);
        };
        for row in y.chunks_exact_mut(self.units) {
            row.copy_from_slice(bias.values());
        }
        matmul(x, weight, y, Into::Add);
    }

    fn backward(&self, pass: Backward<'_, F>, _: &mut Scratch<F>) {
        let ([weight, ..], [d_weight, d_bias @ ..]) = (pass.parameters, pass.gradients) else {
            unreachable!("a dense layer has a weight and its gradient")
        };
        if pass.batch == 1 {
            let d_bias = d_bias.first_mut().map(Parameter::values_mut);
            single::gradients(pass.x, pass.dy, d_weight.values_mut(), d_bias);
            if let Some(dx) = pass.dx {
                single::input_gradient(pass.dy, weight.values(), dx);
            }
            return;
        }
        let x = Mat::new(pass.x, pass.batch, self.inputs);
        let dy = Mat::new(pass.dy, pass.batch, self.units);
        matmul(x.t(), dy, d_weight.values_mut(), Into::Overwrite);
        if let Some(d_bias) = d_bias.first_mut() {
            let d_bias = d_bias.values_mut();
            d_bias.fill(F::zero());
            for row in pass.dy.chunks_exact(self.units) {
                d_bias.iter_mut().zip(row).for_each(|(sum, &d)| *sum += d);
            }
        }
        if let Some(dx) = pass.dx {
            let weight = Mat::new(weight.values(), self.inputs, self.units);
            matmul(dy, weight.t(), dx, Into::Overwrite);
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis, s};

    use crate::{Gradients, Model};

    /// One sample's fast path against the products that a batch takes, here of the sample twice.
    #[test]
    fn one_sample_is_computed_as_a_batch_is() {
        for has_bias in [true, false] {
            let layer = |model: Model| {
                if has_bias {
                    model
                } else {
                    model.without_bias()
                }
            };
            let model = layer(layer(Model::input(9).dense(7)).tanh().dense(4)).half_squared_error();
            let network = model.build_f64(3).unwrap();
            let mut x = Array2::from_shape_fn((2, 9), |(_, j)| (j as f64 * 0.7).sin());
            x.slice_mut(s![.., 2..6]).fill(0.0);
            let y = Array2::from_elem((2, 4), 0.3);
            let first = |a: &Array2<f64>| a.row(0).insert_axis(Axis(0)).to_owned();
            let one = network.gradients(&first(&x), &first(&y)).unwrap();
            let two = network.gradients(&x, &y).unwrap();
            let near = |a: &Gradients<f64>, b: &Gradients<f64>| {
                let entries = a.entries.iter().zip(&b.entries);
                entries.fold(0.0_f64, |worst, (a, b)| {
                    (&a.value - &b.value).fold(worst, |worst, d| worst.max(d.abs()))
                })
            };
            assert!(near(&one, &two) < 1e-15);
            assert!((one.loss - two.loss).abs() < 1e-15);
        }
    }
}
