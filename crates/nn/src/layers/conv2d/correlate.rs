//! The convolution itself: for every place, the sum of a patch times each filter.
//!
//! Four filters at a few neighbouring registers of places are kept in registers, while every
//! number of their filters passes by once: each load from the image serves four products, each
//! number of a filter as many as there are registers of places.

#![expect(
    clippy::needless_range_loop,
    reason = "counted loops: not every iterator is inlined into code for the wide registers"
)]

use pulp::{Simd, WithSimd};

use super::padded::Padded;
use crate::Scalar;
use crate::kernels::lanes::apart;

/// Filters that are computed at once.
const FILTERS: usize = 4;

/// How many of the filters that are left are computed at once.
fn together(left: usize) -> usize {
    match left {
        FILTERS.. => FILTERS,
        2.. => 2,
        _ => 1,
    }
}

/// Orders weights as the kernel reads them: of each group of filters channel by channel, row by
/// row, column by column, the filters side by side. `weight(filter, channel, tap)` gives one.
pub(super) fn pack<F: Copy>(
    [filters, channels, taps]: [usize; 3],
    weight: impl Fn(usize, usize, usize) -> F,
    packed: &mut [F],
) {
    let (mut first, mut targets) = (0, packed.iter_mut());
    while first < filters {
        let group = first..first + together(filters - first);
        for channel in 0..channels {
            for tap in 0..taps {
                for (filter, target) in group.clone().zip(&mut targets) {
                    *target = weight(filter, channel, tap);
                }
            }
        }
        first = group.end;
    }
}

/// Where registers of places begin, in the padded input and in the output.
#[inline(always)]
pub(super) fn positions<F: Scalar, S: Simd>(_: S, padded: &Padded, at: &mut [u32]) -> usize {
    let lanes = F::lanes::<S>();
    let rows = 0..padded.height;
    let starts = rows.flat_map(|row| padded.starts(lanes).map(move |start| (row, start)));
    let mut count = 0;
    for (pair, (row, start)) in at.as_chunks_mut::<2>().0.iter_mut().zip(starts) {
        *pair = [row * padded.stride + start, row * padded.width + start].map(|at| at as u32);
        count += 1;
    }
    count
}

/// Where the rows of a patch begin in the padded input, `[channels, kernel]`, if it is the first.
pub(super) fn rows(padded: &Padded, channels: usize, rows: &mut [u32]) {
    let all = (0..channels).flat_map(|channel| (0..padded.kernel).map(move |i| (channel, i)));
    for (row, (channel, i)) in rows.iter_mut().zip(all) {
        *row = (channel * padded.plane_len() + i * padded.stride) as u32;
    }
}

/// One image's convolution.
pub(super) struct Correlate<'a, F> {
    pub(super) padded: Padded,
    /// The padded input, `[channels, padded plane]`.
    pub(super) input: &'a [F],
    /// The packed weights.
    pub(super) weights: &'a [F],
    /// One for each filter, or none.
    pub(super) bias: Option<&'a [F]>,
    /// What [`rows`] found.
    pub(super) rows: &'a [u32],
    /// What [`positions`] found.
    pub(super) at: &'a [[u32; 2]],
    /// `[filters, height, width]`.
    pub(super) output: &'a mut [F],
}

impl<F: Scalar> Correlate<'_, F> {
    #[inline(always)]
    pub(super) fn run<S: Simd>(mut self, simd: S) {
        match self.padded.kernel {
            3 => self.run_sized::<S, 3>(simd),
            _ => self.run_sized::<S, 0>(simd),
        }
    }

    /// With a filter whose side `K` is known, or of any side if it is 0.
    #[inline(always)]
    fn run_sized<S: Simd, const K: usize>(&mut self, simd: S) {
        let filters = self.output.len() / (self.padded.height * self.padded.width);
        let mut first = 0;
        while first < filters {
            let group = together(filters - first);
            match group {
                FILTERS => self.run_filters::<S, K, FILTERS>(simd, first, filters),
                2 => self.run_filters::<S, K, 2>(simd, first, filters),
                _ => self.run_filters::<S, K, 1>(simd, first, filters),
            }
            first += group;
        }
    }

    /// `N` filters at all places.
    #[inline(always)]
    fn run_filters<S: Simd, const K: usize, const N: usize>(
        &mut self,
        simd: S,
        first: usize,
        filters: usize,
    ) {
        let each = self.weights.len() / filters;
        let weights = &self.weights[first * each..][..N * each];
        let places = self.padded.height * self.padded.width;
        let mut bias = [F::zero(); N];
        if let Some(values) = self.bias {
            bias.copy_from_slice(&values[first..first + N]);
        }
        let output = &mut self.output[first * places..][..N * places];
        let (padded, input, rows, at) = (self.padded, self.input, self.rows, self.at);
        // As many as the registers hold beside what passes by.
        if S::REGISTER_COUNT >= 32 {
            apart(
                simd,
                Sweep::<F, K, N, 4> {
                    padded,
                    input,
                    weights,
                    bias,
                    rows,
                    at,
                    output,
                },
            );
        } else {
            apart(
                simd,
                Sweep::<F, K, N, 2> {
                    padded,
                    input,
                    weights,
                    bias,
                    rows,
                    at,
                    output,
                },
            );
        }
    }
}

/// `N` filters at all places, `P` registers at once. A function of its own, since the compiler
/// runs out of registers where many of them are in one.
struct Sweep<'a, F, const K: usize, const N: usize, const P: usize> {
    padded: Padded,
    input: &'a [F],
    weights: &'a [F],
    bias: [F; N],
    rows: &'a [u32],
    at: &'a [[u32; 2]],
    output: &'a mut [F],
}

impl<F: Scalar, const K: usize, const N: usize, const P: usize> WithSimd for Sweep<'_, F, K, N, P> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let (whole, rest) = self.at.as_chunks::<P>();
        for at in whole {
            self.block::<S, P>(simd, *at);
        }
        for at in rest {
            self.block::<S, 1>(simd, [*at]);
        }
    }
}

impl<F: Scalar, const K: usize, const N: usize, const P: usize> Sweep<'_, F, K, N, P> {
    /// `N` filters at `R` registers of places.
    #[inline(always)]
    fn block<S: Simd, const R: usize>(&mut self, simd: S, at: [[u32; 2]; R]) {
        let lanes = F::lanes::<S>();
        let k = if K == 0 { self.padded.kernel } else { K };
        let Self {
            padded,
            input,
            weights,
            bias,
            rows,
            ..
        } = *self;
        let mut sums = [[F::splat(simd, F::zero()); R]; N];
        let mut images: [&[F]; R] = [&[]; R];
        for p in 0..R {
            images[p] = &input[at[p][0] as usize..];
        }
        let mut weight = 0;
        for &row in rows {
            let weights = &weights[weight..weight + k * N];
            weight += k * N;
            let mut pixels: [&[F]; R] = [&[]; R];
            for p in 0..R {
                pixels[p] = &images[p][row as usize..row as usize + lanes + k - 1];
            }
            for j in 0..k {
                let mut x = [F::splat(simd, F::zero()); R];
                for p in 0..R {
                    x[p] = F::load(simd, &pixels[p][j..j + lanes]);
                }
                for f in 0..N {
                    let weight = F::splat(simd, weights[j * N + f]);
                    for p in 0..R {
                        sums[f][p] = F::multiply_add(simd, weight, x[p], sums[f][p]);
                    }
                }
            }
        }
        for f in 0..N {
            let bias = F::splat(simd, bias[f]);
            for p in 0..R {
                sums[f][p] = F::plus(simd, sums[f][p], bias);
            }
        }
        let places = padded.height * padded.width;
        for (sums, plane) in sums.into_iter().zip(self.output.chunks_exact_mut(places)) {
            for (sum, [_, to]) in sums.into_iter().zip(at) {
                let target = &mut plane[to as usize..];
                if padded.width >= lanes {
                    F::store(simd, sum, target);
                } else {
                    let mut values = [F::zero(); 64];
                    F::store(simd, sum, &mut values);
                    target[..padded.width].copy_from_slice(&values[..padded.width]);
                }
            }
        }
    }
}
