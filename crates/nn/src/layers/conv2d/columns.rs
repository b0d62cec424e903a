//! A convolution as a matrix product: y = W·cols(x) + b, ∂W = Σ ∂y·cols(x)ᵀ, ∂x = col2im(Wᵀ·∂y).
//!
//! The columns of one image at a time are made, so that they stay in the cache; the backward pass
//! makes them again rather than fetch them from memory.

use crate::{
    Parameter, Scalar,
    layers::{Backward, Scratch, im2col::Window},
    matmul::{Into, Mat, matmul},
};

/// The geometry of a convolution by columns.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    pub(super) window: Window,
    pub(super) filters: usize,
}

impl Columns {
    pub(super) fn len(&self) -> usize {
        self.window.rows() * self.window.places()
    }

    pub(super) fn scratch<F: Scalar>(&self) -> Scratch<F> {
        Scratch {
            // The columns of an image, and behind them the gradient of the columns.
            values: vec![F::zero(); 2 * self.len()],
            ..Scratch::default()
        }
    }

    pub(super) fn forward<F: Scalar>(
        &self,
        weight: &[F],
        bias: Option<&[F]>,
        x: &[F],
        y: &mut [F],
        scratch: &mut Scratch<F>,
    ) {
        let (rows, places) = (self.window.rows(), self.window.places());
        let weight = Mat::new(weight, self.filters, rows);
        let images = x.chunks_exact(self.window.channels * places);
        for (x, y) in images.zip(y.chunks_exact_mut(self.filters * places)) {
            let columns = &mut scratch.values[..self.len()];
            self.window.im2col(x, columns);
            let columns = Mat::new(columns, rows, places);
            let Some(bias) = bias else {
                matmul(weight, columns, y, Into::Overwrite);
                continue;
            };
            for (plane, &bias) in y.chunks_exact_mut(places).zip(bias) {
                plane.fill(bias);
            }
            matmul(weight, columns, y, Into::Add);
        }
    }

    pub(super) fn backward<F: Scalar>(&self, mut pass: Backward<'_, F>, scratch: &mut Scratch<F>) {
        let ([weight, ..], [d_weight, d_bias @ ..]) = (pass.parameters, pass.gradients) else {
            unreachable!("a convolution has a weight and its gradient")
        };
        let (rows, places) = (self.window.rows(), self.window.places());
        let d_weight = d_weight.values_mut();
        let d_bias = d_bias
            .first_mut()
            .map_or(&mut [][..], Parameter::values_mut);
        d_weight.fill(F::zero());
        d_bias.fill(F::zero());
        let input_len = self.window.channels * places;
        let images = pass.x.chunks_exact(input_len);
        let gradients = pass.dy.chunks_exact(self.filters * places);
        for (sample, (x, dy)) in images.zip(gradients).enumerate() {
            let (columns, d_columns) = scratch.values.split_at_mut(self.len());
            self.window.im2col(x, columns);
            let columns = Mat::new(columns, rows, places);
            let dy_planes = Mat::new(dy, self.filters, places);
            matmul(dy_planes, columns.t(), d_weight, Into::Add);
            for (sum, plane) in d_bias.iter_mut().zip(dy.chunks_exact(places)) {
                *sum += sum_of(plane);
            }
            if let Some(dx) = pass.dx.as_deref_mut() {
                self.gradient(weight.values(), dy, d_columns);
                let dx = &mut dx[sample * input_len..][..input_len];
                self.window.col2im(d_columns, dx);
            }
        }
    }

    /// The gradient of one image's columns.
    pub(super) fn gradient<F: Scalar>(&self, weight: &[F], dy: &[F], d_columns: &mut [F]) {
        let weight = Mat::new(weight, self.filters, self.window.rows());
        let dy = Mat::new(dy, self.filters, self.window.places());
        matmul(weight.t(), dy, d_columns, Into::Overwrite);
    }
}

/// The sum of a plane in eight lanes: one sum after the other would wait for each addition.
fn sum_of<F: Scalar>(values: &[F]) -> F {
    let (pieces, rest) = values.as_chunks::<8>();
    let mut lanes = [F::zero(); 8];
    for piece in pieces {
        lanes
            .iter_mut()
            .zip(piece)
            .for_each(|(lane, &value)| *lane += value);
    }
    lanes.iter().chain(rest).copied().sum()
}
