//! The gradient of the weights: for each tap of a filter the sum, over all places, of the output's
//! gradient times the pixel beneath the tap.
//!
//! Four filters times three neighbouring taps are kept in registers, while a row of pixels passes
//! by at three shifts. The sums of each lane are kept over all samples; only at the end are lanes
//! added up.

use pulp::{Simd, WithSimd};

use super::padded::Padded;
use crate::Scalar;

/// One image's part of the gradient.
pub(super) struct Weights<'a, F> {
    pub(super) input: Padded,
    pub(super) output: Padded,
    /// The padded input, `[channels, padded plane]`.
    pub(super) x: &'a [F],
    /// The padded gradient of the output, `[filters, padded plane]`.
    pub(super) dy: &'a [F],
    /// A register for each weight, `[filters, channels, kernel, kernel, lanes]`.
    pub(super) sums: &'a mut [F],
    /// A register for each filter, `[filters, lanes]`.
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
        let plane_len = self.input.plane_len();
        let (k, channels) = (self.input.kernel, self.x.len() / plane_len);
        self.run_bias::<S, N>(simd, first);
        for channel in 0..channels {
            for i in 0..k {
                let row = channel * plane_len + i * self.input.stride;
                let weight = (channel * k + i) * k;
                let mut j = 0;
                while k - j >= 3 {
                    super::lanes::apart(
                        simd,
                        Taps::<F, N, 3> {
                            all: self,
                            first,
                            pixel: row + j,
                            weight: weight + j,
                        },
                    );
                    j += 3;
                }
                if k - j == 2 {
                    super::lanes::apart(
                        simd,
                        Taps::<F, N, 2> {
                            all: self,
                            first,
                            pixel: row + j,
                            weight: weight + j,
                        },
                    );
                } else if k - j == 1 {
                    super::lanes::apart(
                        simd,
                        Taps::<F, N, 1> {
                            all: self,
                            first,
                            pixel: row + j,
                            weight: weight + j,
                        },
                    );
                }
            }
        }
    }

    #[inline(always)]
    fn run_bias<S: Simd, const N: usize>(&mut self, simd: S, first: usize) {
        let lanes = F::lanes::<S>();
        let (height, stride) = (self.input.height, self.input.stride);
        let width = self.input.width.next_multiple_of(lanes);
        let Some(sums) = self.bias_sums.get_mut(first * lanes..(first + N) * lanes) else {
            return;
        };
        let mut acc = [F::splat(simd, F::zero()); N];
        for (acc, sum) in acc.iter_mut().zip(sums.chunks_exact(lanes)) {
            *acc = F::load(simd, sum);
        }
        let planes = planes::<F, N>(&self.output, self.dy, first);
        for row in 0..height {
            let mut dy: [&[F]; N] = [&[]; N];
            for (dy, plane) in dy.iter_mut().zip(planes) {
                *dy = &plane[row * stride..][..width];
            }
            for start in (0..width).step_by(lanes) {
                for (acc, dy) in acc.iter_mut().zip(dy) {
                    *acc = F::plus(simd, *acc, F::load(simd, &dy[start..start + lanes]));
                }
            }
        }
        for (acc, sum) in acc.into_iter().zip(sums.chunks_exact_mut(lanes)) {
            F::store(simd, acc, sum);
        }
    }
}

/// `T` taps of `N` filters. A function of its own, since the compiler runs out of registers where
/// many of them are in one.
struct Taps<'a, 'b, F, const N: usize, const T: usize> {
    all: &'a mut Weights<'b, F>,
    first: usize,
    /// What the first tap is over at the first place.
    pixel: usize,
    weight: usize,
}

impl<F: Scalar, const N: usize, const T: usize> WithSimd for Taps<'_, '_, F, N, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let all = self.all;
        let (lanes, plane_len) = (F::lanes::<S>(), all.output.plane_len());
        let (height, stride) = (all.input.height, all.input.stride);
        let width = all.input.width.next_multiple_of(lanes);
        let each = all.sums.len() / (all.dy.len() / plane_len);
        let sums = &mut all.sums[self.first * each..][..N * each];
        let mut acc = [[F::splat(simd, F::zero()); T]; N];
        for (acc, sums) in acc.iter_mut().zip(sums.chunks_exact(each)) {
            let sums = sums[self.weight * lanes..].chunks_exact(lanes);
            for (acc, sum) in acc.iter_mut().zip(sums) {
                *acc = F::load(simd, sum);
            }
        }
        let x = &all.x[self.pixel..];
        let planes = planes::<F, N>(&all.output, all.dy, self.first);
        for row in 0..height {
            let x = &x[row * stride..][..width + T - 1];
            let mut dy: [&[F]; N] = [&[]; N];
            for (dy, plane) in dy.iter_mut().zip(planes) {
                *dy = &plane[row * stride..][..width];
            }
            for start in (0..width).step_by(lanes) {
                let mut pixels = [F::splat(simd, F::zero()); T];
                for (t, pixels) in pixels.iter_mut().enumerate() {
                    *pixels = F::load(simd, &x[start + t..start + t + lanes]);
                }
                for (acc, dy) in acc.iter_mut().zip(dy) {
                    let dy = F::load(simd, &dy[start..start + lanes]);
                    for (acc, x) in acc.iter_mut().zip(pixels) {
                        *acc = F::multiply_add(simd, dy, x, *acc);
                    }
                }
            }
        }
        for (acc, sums) in acc.into_iter().zip(sums.chunks_exact_mut(each)) {
            let sums = sums[self.weight * lanes..].chunks_exact_mut(lanes);
            for (acc, sum) in acc.into_iter().zip(sums) {
                F::store(simd, acc, sum);
            }
        }
    }
}

/// The gradient of `N` filters, from the first number of the image on.
#[inline(always)]
fn planes<'a, F, const N: usize>(output: &Padded, dy: &'a [F], first: usize) -> [&'a [F]; N] {
    let plane_len = output.plane_len();
    let mut planes: [&[F]; N] = [&[]; N];
    let all = dy[first * plane_len..].chunks_exact(plane_len);
    for (plane, dy) in planes.iter_mut().zip(all) {
        *plane = &dy[output.first()..];
    }
    planes
}
