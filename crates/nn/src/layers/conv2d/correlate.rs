//! The convolution itself: for every place, the sum of a patch times each filter.
//!
//! Four filters at a few neighbouring registers of places are kept in registers, while every
//! number of their filters passes by once: each load from the image serves four products, each
//! number of a filter as many as there are registers of places.

use pulp::Simd;

use super::padded::Padded;
use crate::Scalar;

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

/// One image's convolution.
pub(super) struct Correlate<'a, F> {
    pub(super) padded: Padded,
    /// The padded input, `[channels, padded plane]`.
    pub(super) input: &'a [F],
    /// The packed weights.
    pub(super) weights: &'a [F],
    /// One for each filter, or none.
    pub(super) bias: Option<&'a [F]>,
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
            5 => self.run_sized::<S, 5>(simd),
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
        // As many as the registers hold beside what passes by.
        if S::REGISTER_COUNT >= 32 {
            sweep::<S, F, K, N, 6>(simd, &self.padded, self.input, weights, bias, self.at, output);
        } else {
            sweep::<S, F, K, N, 3>(simd, &self.padded, self.input, weights, bias, self.at, output);
        }
    }
}

#[inline(always)]
fn sweep<S: Simd, F: Scalar, const K: usize, const N: usize, const P: usize>(
    simd: S,
    padded: &Padded,
    input: &[F],
    weights: &[F],
    bias: [F; N],
    at: &[[u32; 2]],
    output: &mut [F],
) {
    let (whole, rest) = at.as_chunks::<P>();
    for at in whole {
        block::<S, F, K, N, P>(simd, padded, input, weights, bias, *at, output);
    }
    // Some are computed twice rather than each by itself.
    match at.last_chunk::<P>() {
        Some(at) if rest.len() > 1 => {
            block::<S, F, K, N, P>(simd, padded, input, weights, bias, *at, output);
        }
        _ => {
            for &at in rest {
                block::<S, F, K, N, 1>(simd, padded, input, weights, bias, [at], output);
            }
        }
    }
}

/// `N` filters at `P` registers of places.
#[inline(always)]
fn block<S: Simd, F: Scalar, const K: usize, const N: usize, const P: usize>(
    simd: S,
    padded: &Padded,
    input: &[F],
    weights: &[F],
    bias: [F; N],
    at: [[u32; 2]; P],
    output: &mut [F],
) {
    let lanes = F::lanes::<S>();
    let k = if K == 0 { padded.kernel } else { K };
    let mut sums = [[F::splat(simd, F::zero()); P]; N];
    for (sums, bias) in sums.iter_mut().zip(bias) {
        *sums = [F::splat(simd, bias); P];
    }
    let planes = input.chunks_exact(padded.plane_len());
    for (plane, weights) in planes.zip(weights.chunks_exact(k * k * N)) {
        for (i, weights) in weights.chunks_exact(k * N).enumerate() {
            let mut rows: [&[F]; P] = [&[]; P];
            for (row, [from, _]) in rows.iter_mut().zip(at) {
                *row = &plane[from as usize + i * padded.stride..][..lanes + k - 1];
            }
            for (j, weights) in weights.as_chunks::<N>().0.iter().enumerate() {
                let mut x = [F::splat(simd, F::zero()); P];
                for (x, row) in x.iter_mut().zip(rows) {
                    *x = F::load(simd, &row[j..j + lanes]);
                }
                for (sums, &weight) in sums.iter_mut().zip(weights) {
                    let weight = F::splat(simd, weight);
                    for (sum, x) in sums.iter_mut().zip(x) {
                        *sum = F::multiply_add(simd, weight, x, *sum);
                    }
                }
            }
        }
    }
    let places = padded.height * padded.width;
    for (sums, plane) in sums.into_iter().zip(output.chunks_exact_mut(places)) {
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
