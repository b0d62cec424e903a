//! The convolution itself: for every place, the sum of a patch times each filter.
//!
//! Four filters at a few neighbouring registers of places are kept in registers, while every
//! number of their filters passes by once: each load from the image serves four products, each
//! number of a filter as many as there are registers of places.

use pulp::{Simd, WithSimd};

use super::padded::{Padded, store_narrow};
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
    pub(super) fn run<S: Simd>(self, simd: S) {
        // As many as the registers hold beside what passes by.
        if S::REGISTER_COUNT >= 32 {
            self.run_at_once::<S, 3>(simd);
        } else {
            self.run_at_once::<S, 2>(simd);
        }
    }

    /// With `P` registers of places at once.
    #[inline(always)]
    pub(super) fn run_at_once<S: Simd, const P: usize>(mut self, simd: S) {
        let filters = self.output.len() / (self.padded.height * self.padded.width);
        let mut first = 0;
        while first < filters {
            let group = together(filters - first);
            match group {
                FILTERS => self.run_filters::<S, FILTERS, P>(simd, first, filters),
                2 => self.run_filters::<S, 2, P>(simd, first, filters),
                _ => self.run_filters::<S, 1, P>(simd, first, filters),
            }
            first += group;
        }
    }

    /// `N` filters at all places.
    #[inline(always)]
    fn run_filters<S: Simd, const N: usize, const P: usize>(
        &mut self,
        simd: S,
        first: usize,
        filters: usize,
    ) {
        let each = self.weights.len() / filters;
        let places = self.padded.height * self.padded.width;
        let mut bias = [F::zero(); N];
        if let Some(values) = self.bias {
            bias.copy_from_slice(&values[first..first + N]);
        }
        let sweep = Sweep {
            padded: self.padded,
            input: self.input,
            weights: &self.weights[first * each..][..N * each],
            bias,
            rows: self.rows,
            at: self.at,
            output: &mut self.output[first * places..][..N * places],
        };
        // The usual side is known to the compiler.
        match self.padded.kernel {
            3 => apart(simd, Places::<F, 3, N, P>(sweep)),
            _ => apart(simd, Places::<F, 0, N, P>(sweep)),
        }
    }
}

/// `N` filters on one image.
struct Sweep<'a, F, const N: usize> {
    padded: Padded,
    input: &'a [F],
    weights: &'a [F],
    bias: [F; N],
    rows: &'a [u32],
    at: &'a [[u32; 2]],
    output: &'a mut [F],
}

/// All places of it, `P` registers at once, with a filter whose side is `K`, or any if that is 0.
struct Places<'a, F, const K: usize, const N: usize, const P: usize>(Sweep<'a, F, N>);

impl<F: Scalar, const K: usize, const N: usize, const P: usize> WithSimd
    for Places<'_, F, K, N, P>
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let mut sweep = self.0;
        let (whole, rest) = sweep.at.as_chunks::<P>();
        for at in whole {
            sweep.block::<S, K, P>(simd, *at);
        }
        match sweep.at.last_chunk::<P>() {
            // Some places once more: one by one, additions would wait for each other.
            Some(at) if rest.len() > 1 => sweep.block::<S, K, P>(simd, *at),
            _ => {
                for at in rest {
                    sweep.block::<S, K, 1>(simd, [*at]);
                }
            }
        }
    }
}

impl<F: Scalar, const N: usize> Sweep<'_, F, N> {
    /// `N` filters at `R` registers of places.
    #[inline(always)]
    fn block<S: Simd, const K: usize, const R: usize>(&mut self, simd: S, at: [[u32; 2]; R]) {
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
        let places = padded.height * padded.width;
        // What a register has beyond a narrow row, later rows overwrite; after the last ones there
        // is no room for it.
        let room = at[R - 1][1] as usize + lanes <= places;
        for f in 0..N {
            let bias = F::splat(simd, bias[f]);
            let plane = &mut self.output[f * places..(f + 1) * places];
            for p in 0..R {
                let sum = F::plus(simd, sums[f][p], bias);
                let target = &mut plane[at[p][1] as usize..];
                if room {
                    F::store(simd, sum, target);
                } else {
                    store_narrow(simd, sum, &mut target[..padded.width.min(lanes)]);
                }
            }
        }
    }
}
