//! The linear layer: y = x·W + b.

use super::{Backward, Layer, Scratch};
use crate::{
    Parameter, Scalar,
    matmul::{Into, Mat, matmul},
};

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
