//! The convolutional layer: directly, or by im2col where that is faster.

mod correlate;
mod direct;
mod lanes;
mod padded;
mod weights;

use direct::Direct;
pub use lanes::Lanes;

use super::{Backward, Layer, Scratch, im2col::Window};
use crate::{
    Parameter, Scalar,
    matmul::{Into, Mat, matmul},
};

/// Each filter's response at each place: y = W·cols(x) + b with W `[filters, channels·k·k]`;
/// backward ∂W = Σ ∂y·cols(x)ᵀ and ∂b = Σ ∂y over the batch, ∂x = col2im(Wᵀ·∂y).
///
/// As in every framework the filter is not flipped: strictly, it is a cross-correlation. Stride 1,
/// padding "same". The columns of one image at a time are made, so that they stay in the cache;
/// the backward pass makes them again rather than fetch them from memory.
#[derive(Debug)]
pub(crate) struct Conv2d {
    pub(crate) window: Window,
    pub(crate) filters: usize,
}

impl Conv2d {
    fn columns_len(&self) -> usize {
        self.window.rows() * self.window.places()
    }

    fn is_direct(&self) -> bool {
        true
    }
}

impl<F: Scalar> Layer<F> for Conv2d {
    fn input_len(&self) -> usize {
        self.window.channels * self.window.places()
    }

    fn output_len(&self) -> usize {
        self.filters * self.window.places()
    }

    fn scratch(&self, _: usize) -> Scratch<F> {
        if self.is_direct() {
            return Direct::new::<F>(self.window, self.filters).scratch();
        }
        Scratch {
            // The columns of an image, and behind them the gradient of the columns.
            values: vec![F::zero(); 2 * self.columns_len()],
            ..Scratch::default()
        }
    }

    fn forward(
        &self,
        parameters: &[Parameter<F>],
        x: &[F],
        y: &mut [F],
        _: usize,
        scratch: &mut Scratch<F>,
    ) {
        let [weight, bias @ ..] = parameters else {
            unreachable!("a convolution has a weight")
        };
        if self.is_direct() {
            pulp::Arch::new().dispatch(direct::Forward {
                direct: Direct::new::<F>(self.window, self.filters),
                weight: weight.values(),
                bias: bias.first().map(Parameter::values),
                x,
                y,
                scratch,
            });
            return;
        }
        let (rows, places) = (self.window.rows(), self.window.places());
        let weight = Mat::new(weight.values(), self.filters, rows);
        let images = x.chunks_exact(Layer::<F>::input_len(self));
        for (x, y) in images.zip(y.chunks_exact_mut(Layer::<F>::output_len(self))) {
            let columns = &mut scratch.values[..self.columns_len()];
            self.window.im2col(x, columns);
            let columns = Mat::new(&scratch.values, rows, places);
            let Some(bias) = bias.first() else {
                matmul(weight, columns, y, Into::Overwrite);
                continue;
            };
            for (plane, &bias) in y.chunks_exact_mut(places).zip(bias.values()) {
                plane.fill(bias);
            }
            matmul(weight, columns, y, Into::Add);
        }
    }

    fn backward(&self, mut pass: Backward<'_, F>, scratch: &mut Scratch<F>) {
        if self.is_direct() {
            pulp::Arch::new().dispatch(direct::Gradients {
                direct: Direct::new::<F>(self.window, self.filters),
                pass,
                scratch,
            });
            return;
        }
        let ([weight, ..], [d_weight, d_bias @ ..]) = (pass.parameters, pass.gradients) else {
            unreachable!("a convolution has a weight and its gradient")
        };
        let (rows, places) = (self.window.rows(), self.window.places());
        let weight = Mat::new(weight.values(), self.filters, rows);
        let d_weight = d_weight.values_mut();
        let d_bias = d_bias
            .first_mut()
            .map_or(&mut [][..], Parameter::values_mut);
        d_weight.fill(F::zero());
        d_bias.fill(F::zero());
        let input_len = Layer::<F>::input_len(self);
        let images = pass.x.chunks_exact(input_len);
        for (sample, (x, dy)) in images
            .zip(pass.dy.chunks_exact(Layer::<F>::output_len(self)))
            .enumerate()
        {
            let (columns, d_columns) = scratch.values.split_at_mut(self.columns_len());
            self.window.im2col(x, columns);
            let columns = Mat::new(columns, rows, places);
            let dy_planes = Mat::new(dy, self.filters, places);
            matmul(dy_planes, columns.t(), d_weight, Into::Add);
            for (sum, plane) in d_bias.iter_mut().zip(dy.chunks_exact(places)) {
                *sum += sum_of(plane);
            }
            if let Some(dx) = pass.dx.as_deref_mut() {
                matmul(weight.t(), dy_planes, d_columns, Into::Overwrite);
                let dx = &mut dx[sample * input_len..][..input_len];
                self.window.col2im(d_columns, dx);
            }
        }
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
