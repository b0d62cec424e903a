//! The gradient of the weights: for each tap of a filter the sum, over all places, of the output's
//! gradient times the pixel beneath the tap.
//!
//! Four filters times three neighbouring taps are kept in registers, while a row of pixels passes
//! by at three shifts. The sums of each lane are kept over all samples; only at the end are lanes
//! added up.

#![expect(
    clippy::needless_range_loop,
    reason = "counted loops: not every iterator is inlined into code for the wide registers"
)]

use pulp::{Simd, WithSimd};

use super::padded::Padded;
use crate::Scalar;
use crate::kernels::lanes::apart;

/// Where registers begin that cover the image once, in planes of the stride that the padded input
/// and the padded gradient share. What a register has beyond its row is zero in the gradient.
#[inline(always)]
pub(super) fn grid<F: Scalar, S: Simd>(_: S, padded: &Padded, at: &mut [u32]) -> usize {
    let starts = || (0..padded.width).step_by(F::lanes::<S>());
    let all = (0..padded.height).flat_map(|row| starts().map(move |start| (row, start)));
    let mut count = 0;
    for (at, (row, start)) in at.iter_mut().zip(all) {
        *at = (row * padded.stride + start) as u32;
        count += 1;
    }
    count
}

/// One image's part of the gradient.
pub(super) struct Weights<'a, F> {
    pub(super) input: Padded,
    pub(super) output: Padded,
    /// The padded input, `[channels, padded plane]`.
    pub(super) x: &'a [F],
    /// The padded gradient of the output, `[filters, padded plane]`.
    pub(super) dy: &'a [F],
    /// What [`grid`] found.
    pub(super) grid: &'a [u32],
    /// A register for each weight, `[filters, channels, kernel, kernel, lanes]`.
    pub(super) sums: &'a mut [F],
    /// A register for each filter, `[filters, lanes]`, or nothing.
    pub(super) bias_sums: &'a mut [F],
}

impl<F: Scalar> Weights<'_, F> {
    #[inline(always)]
    pub(super) fn run<S: Simd>(mut self, simd: S) {
        let filters = self.dy.len() / self.output.plane_len();
        let mut first = 0;
        while filters - first >= 4 {
            self.run_filters::<S, 4>(simd, first);
            first += 4;
        }
        while first < filters {
            self.run_filters::<S, 1>(simd, first);
            first += 1;
        }
    }

    #[inline(always)]
    fn run_filters<S: Simd, const N: usize>(&mut self, simd: S, first: usize) {
        let plane_len = self.output.plane_len();
        let each = self.sums.len() / (self.dy.len() / plane_len);
        let mut dy: [&[F]; N] = [&[]; N];
        let planes = self.dy[first * plane_len..].chunks_exact(plane_len);
        for (dy, plane) in dy.iter_mut().zip(planes) {
            *dy = &plane[self.output.first()..];
        }
        if !self.bias_sums.is_empty() {
            let lanes = F::lanes::<S>();
            let sums = &mut self.bias_sums[first * lanes..][..N * lanes];
            let grid = self.grid;
            apart(simd, Bias { dy, grid, sums });
        }
        let (input, x, grid) = (self.input, self.x, self.grid);
        let sums = &mut self.sums[first * each..][..N * each];
        let mut tap = 0;
        while input.kernel - tap >= 3 {
            apart(
                simd,
                Taps::<F, N, 3> {
                    input,
                    x,
                    dy,
                    grid,
                    tap,
                    sums,
                },
            );
            tap += 3;
        }
        match input.kernel - tap {
            2 => apart(
                simd,
                Taps::<F, N, 2> {
                    input,
                    x,
                    dy,
                    grid,
                    tap,
                    sums,
                },
            ),
            1 => apart(
                simd,
                Taps::<F, N, 1> {
                    input,
                    x,
                    dy,
                    grid,
                    tap,
                    sums,
                },
            ),
            _ => {}
        }
    }
}

/// `T` taps of each row of `N` filters, from column `tap` on.
struct Taps<'a, F, const N: usize, const T: usize> {
    input: Padded,
    x: &'a [F],
    /// Planes from the first number of the image on.
    dy: [&'a [F]; N],
    grid: &'a [u32],
    tap: usize,
    sums: &'a mut [F],
}

impl<F: Scalar, const N: usize, const T: usize> WithSimd for Taps<'_, F, N, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let (k, plane_len) = (self.input.kernel, self.input.plane_len());
        for channel in 0..self.x.len() / plane_len {
            for i in 0..k {
                let pixel = channel * plane_len + i * self.input.stride + self.tap;
                self.row(simd, pixel, (channel * k + i) * k + self.tap);
            }
        }
    }
}

impl<F: Scalar, const N: usize, const T: usize> Taps<'_, F, N, T> {
    /// The taps from the one on that is over pixel `pixel` at the first place, of number `weight`
    /// in its filter.
    #[inline(always)]
    fn row<S: Simd>(&mut self, simd: S, pixel: usize, weight: usize) {
        let lanes = F::lanes::<S>();
        let each = self.sums.len() / N;
        let mut sums = [[F::splat(simd, F::zero()); T]; N];
        for f in 0..N {
            for t in 0..T {
                sums[f][t] = F::load(simd, &self.sums[f * each + (weight + t) * lanes..]);
            }
        }
        let x = &self.x[pixel..];
        for &at in self.grid {
            let at = at as usize;
            let x = &x[at..at + lanes + T - 1];
            let mut pixels = [F::splat(simd, F::zero()); T];
            for t in 0..T {
                pixels[t] = F::load(simd, &x[t..t + lanes]);
            }
            for f in 0..N {
                let dy = F::load(simd, &self.dy[f][at..at + lanes]);
                for t in 0..T {
                    sums[f][t] = F::multiply_add(simd, dy, pixels[t], sums[f][t]);
                }
            }
        }
        for f in 0..N {
            for t in 0..T {
                let sum = &mut self.sums[f * each + (weight + t) * lanes..];
                F::store(simd, sums[f][t], sum);
            }
        }
    }
}

/// The sums of `N` filters' gradients.
struct Bias<'a, F, const N: usize> {
    dy: [&'a [F]; N],
    grid: &'a [u32],
    sums: &'a mut [F],
}

impl<F: Scalar, const N: usize> WithSimd for Bias<'_, F, N> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = F::lanes::<S>();
        let mut sums = [F::splat(simd, F::zero()); N];
        for f in 0..N {
            sums[f] = F::load(simd, &self.sums[f * lanes..]);
        }
        for &at in self.grid {
            let at = at as usize;
            for f in 0..N {
                let dy = F::load(simd, &self.dy[f][at..at + lanes]);
                sums[f] = F::plus(simd, sums[f], dy);
            }
        }
        for f in 0..N {
            F::store(simd, sums[f], &mut self.sums[f * lanes..]);
        }
    }
}
