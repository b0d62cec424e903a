//! The convolutional layer: directly, or by im2col where that is faster.

mod columns;
mod correlate;
mod direct;
mod padded;
#[cfg(test)]
mod tests;
mod weights;

use columns::Columns;
use direct::Direct;

use super::{Backward, Layer, Scratch, im2col::Window};
use crate::{Parameter, Scalar, kernels::widest};

/// Each filter's response at each place: y = W·cols(x) + b with W `[filters, channels·k·k]`;
/// backward ∂W = Σ ∂y·cols(x)ᵀ and ∂b = Σ ∂y over the batch, ∂x = col2im(Wᵀ·∂y).
///
/// As in every framework the filter is not flipped: strictly, it is a cross-correlation. Stride 1,
/// padding "same". A sample's numbers depend on nothing but the sample, and ∂W and ∂b are summed
/// over the samples in their order.
#[derive(Debug)]
pub(crate) struct Conv2d {
    pub(crate) window: Window,
    pub(crate) filters: usize,
}

impl Conv2d {
    fn columns(&self) -> Columns {
        Columns {
            window: self.window,
            filters: self.filters,
        }
    }

    /// Whether sums in registers are faster than columns and a product, as measured with AVX2 on
    /// filters of 1 to 7, images of 1 × 1 to 56 × 56 and up to 128 channels. For 3 × 3 they are 2
    /// to 5 times as fast from one channel to eight filters, 1.3 to 2 times from 16 to 16, equal
    /// from 32 to 32 and a half to a tenth as fast from 128 to 128, since a product keeps more of its
    /// operands in registers. A filter of 1 × 1 is a product already. Where a filter has more taps in a row
    /// than the image has places, nearly all of it lies outside.
    fn is_direct(&self) -> bool {
        let Window {
            channels, kernel, ..
        } = self.window;
        kernel > 1 && channels * self.filters <= 512 && self.window.places() >= kernel
    }

    /// The columns of one image, and the gradient of the columns: what a direct convolution never
    /// makes, for who wants to look at them. `weight` `[filters, channels·k·k]`, `x` and `dy` one
    /// sample's; both are `[channels·k·k, height·width]`.
    pub(crate) fn look<F: Scalar>(&self, weight: &[F], x: &[F], dy: &[F]) -> [Vec<F>; 2] {
        let [mut columns, mut d_columns] = [(); 2].map(|()| vec![F::zero(); self.columns().len()]);
        self.window.im2col(x, &mut columns);
        self.columns().gradient(weight, dy, &mut d_columns);
        [columns, d_columns]
    }
}

impl<F: Scalar> Layer<F> for Conv2d {
    fn output_len(&self) -> usize {
        self.filters * self.window.places()
    }

    fn scratch(&self, _: usize) -> Scratch<F> {
        if self.is_direct() {
            Direct::new::<F>(self.window, self.filters).scratch()
        } else {
            self.columns().scratch()
        }
    }

    fn forward(
        &self,
        parameters: &[Parameter<F>],
        x: &[F],
        y: &mut [F],
        batch: usize,
        scratch: &mut Scratch<F>,
    ) {
        let inputs = self.window.channels * self.window.places();
        let lens = [inputs, Layer::<F>::output_len(self)];
        assert_eq!(
            [x.len(), y.len()],
            lens.map(|len| batch * len),
            "a batch of other images; please report"
        );
        let [weight, bias @ ..] = parameters else {
            unreachable!("a convolution has a weight")
        };
        let (weight, bias) = (weight.values(), bias.first().map(Parameter::values));
        if !self.is_direct() {
            self.columns().forward(weight, bias, x, y, scratch);
            return;
        }
        widest(direct::Forward {
            direct: Direct::new::<F>(self.window, self.filters),
            weight,
            bias,
            x,
            y,
            scratch,
        });
    }

    fn backward(&self, pass: Backward<'_, F>, scratch: &mut Scratch<F>) {
        if !self.is_direct() {
            self.columns().backward(pass, scratch);
            return;
        }
        widest(direct::Gradients {
            direct: Direct::new::<F>(self.window, self.filters),
            pass,
            scratch,
        });
    }
}
