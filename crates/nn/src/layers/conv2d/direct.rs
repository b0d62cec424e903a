//! A convolution without columns: padded images, and sums in registers.

use pulp::{Simd, WithSimd};

use super::{
    correlate::{Correlate, pack, positions, rows},
    padded::Padded,
    weights::{Weights, grid},
};
use crate::{
    Parameter, Scalar,
    layers::{Backward, Scratch, im2col::Window},
};

/// The most lanes of any register, in f32.
const MOST_LANES: usize = 16;

/// The geometry of a direct convolution.
#[derive(Clone, Copy)]
pub(super) struct Direct {
    window: Window,
    filters: usize,
    input: Padded,
    output: Padded,
}

/// What lies in the scratch space, one after the other.
struct Parts<'a, F> {
    /// The padded input.
    x: &'a mut [F],
    /// The padded gradient of the output.
    dy: &'a mut [F],
    /// Weights as [`pack`] orders them.
    weights: &'a mut [F],
    /// What [`Weights`] adds up.
    sums: &'a mut [F],
    bias_sums: &'a mut [F],
    at: &'a mut [u32],
    grid: &'a mut [u32],
    rows: &'a mut [u32],
}

impl Direct {
    pub(super) fn new<F>(window: Window, filters: usize) -> Self {
        Self {
            window,
            filters,
            input: Padded::input::<F>(&window),
            output: Padded::output::<F>(&window),
        }
    }

    fn lens(&self) -> [usize; 5] {
        let weights = self.filters * self.window.rows();
        [
            self.window.channels * self.input.plane_len(),
            self.filters * self.output.plane_len(),
            weights,
            weights * MOST_LANES,
            self.filters * MOST_LANES,
        ]
    }

    pub(super) fn scratch<F: Scalar>(&self) -> Scratch<F> {
        Scratch {
            values: vec![F::zero(); self.lens().iter().sum()],
            indices: vec![
                0;
                3 * self.window.places()
                    + self.window.kernel * self.window.channels.max(self.filters)
            ],
            ..Scratch::default()
        }
    }

    fn parts<'a, F>(&self, scratch: &'a mut Scratch<F>) -> Parts<'a, F> {
        let [x, dy, weights, sums, _] = self.lens();
        let (x, rest) = scratch.values.split_at_mut(x);
        let (dy, rest) = rest.split_at_mut(dy);
        let (weights, rest) = rest.split_at_mut(weights);
        let (sums, bias_sums) = rest.split_at_mut(sums);
        let (at, rest) = scratch.indices.split_at_mut(2 * self.window.places());
        let (grid, rows) = rest.split_at_mut(self.window.places());
        Parts {
            x,
            dy,
            weights,
            sums,
            bias_sums,
            at,
            grid,
            rows,
        }
    }
}

/// The forward pass of a batch.
pub(super) struct Forward<'a, F> {
    pub(super) direct: Direct,
    pub(super) weight: &'a [F],
    pub(super) bias: Option<&'a [F]>,
    pub(super) x: &'a [F],
    pub(super) y: &'a mut [F],
    pub(super) scratch: &'a mut Scratch<F>,
}

impl<F: Scalar> WithSimd for Forward<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Direct {
            window,
            filters,
            input,
            ..
        } = self.direct;
        let parts = self.direct.parts(self.scratch);
        let (channels, taps) = (window.channels, window.kernel * window.kernel);
        let weight =
            |filter: usize, channel, tap| self.weight[(filter * channels + channel) * taps + tap];
        pack([filters, channels, taps], weight, parts.weights);
        let count = positions::<F, S>(simd, &input, parts.at);
        let at = &parts.at.as_chunks().0[..count];
        let rows_of_patch = &mut parts.rows[..channels * window.kernel];
        rows(&input, channels, rows_of_patch);
        let images = self.x.chunks_exact(channels * window.places());
        for (x, y) in images.zip(self.y.chunks_exact_mut(filters * window.places())) {
            input.fill(simd, x, parts.x);
            Correlate {
                padded: input,
                input: parts.x,
                weights: parts.weights,
                bias: self.bias,
                rows: rows_of_patch,
                at,
                output: y,
            }
            .run(simd);
        }
    }
}

/// The backward pass of a batch.
pub(super) struct Gradients<'a, 'b, F> {
    pub(super) direct: Direct,
    pub(super) pass: Backward<'a, F>,
    pub(super) scratch: &'b mut Scratch<F>,
}

impl<F: Scalar> WithSimd for Gradients<'_, '_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Direct {
            window,
            filters,
            input,
            output,
        } = self.direct;
        let Backward {
            parameters,
            x,
            dy,
            mut dx,
            gradients,
            ..
        } = self.pass;
        let ([weight, ..], [d_weight, d_bias @ ..]) = (parameters, gradients) else {
            unreachable!("a convolution has a weight and its gradient")
        };
        let parts = self.direct.parts(self.scratch);
        let (channels, taps) = (window.channels, window.kernel * window.kernel);
        let lanes = F::lanes::<S>();
        let sums = &mut parts.sums[..filters * window.rows() * lanes];
        let bias_sums = &mut parts.bias_sums[..filters * lanes];
        sums.fill(F::zero());
        bias_sums.fill(F::zero());

        // Into each channel goes the gradient of every filter, through the filter turned around.
        let values = weight.values();
        let turned = |channel: usize, filter: usize, tap: usize| {
            values[(filter * channels + channel) * taps + taps - 1 - tap]
        };
        pack([channels, filters, taps], turned, parts.weights);
        let count = positions::<F, S>(simd, &output, parts.at);
        let at = &parts.at.as_chunks().0[..count];

        let rows_of_patch = &mut parts.rows[..filters * window.kernel];
        rows(&output, filters, rows_of_patch);
        let count = grid::<F, S>(simd, &input, parts.grid);
        let grid = &parts.grid[..count];
        let input_len = channels * window.places();
        let images = x.chunks_exact(input_len);
        let gradients = dy.chunks_exact(filters * window.places());
        for (sample, (x, dy)) in images.zip(gradients).enumerate() {
            input.fill(simd, x, parts.x);
            output.fill(simd, dy, parts.dy);
            Weights {
                input,
                output,
                x: parts.x,
                dy: parts.dy,
                grid,
                sums,
                bias_sums: if d_bias.is_empty() {
                    &mut []
                } else {
                    bias_sums
                },
            }
            .run(simd);
            if let Some(dx) = dx.as_deref_mut() {
                Correlate {
                    padded: output,
                    input: parts.dy,
                    weights: parts.weights,
                    bias: None,
                    rows: rows_of_patch,
                    at,
                    output: &mut dx[sample * input_len..][..input_len],
                }
                .run(simd);
            }
        }
        add_up(simd, sums, d_weight);
        if let Some(d_bias) = d_bias.first_mut() {
            add_up(simd, bias_sums, d_bias);
        }
    }
}

#[inline(always)]
fn add_up<F: Scalar, S: Simd>(simd: S, sums: &[F], gradient: &mut Parameter<F>) {
    let sums = sums.chunks_exact(F::lanes::<S>());
    for (gradient, sum) in gradient.values_mut().iter_mut().zip(sums) {
        *gradient = F::total(simd, F::load(simd, sum));
    }
}
