//! Max pooling by windows of 2 × 2 that fill the plane, in wide registers.
//!
//! Windows are taken eight or four at a time, in arrays whose length the compiler knows. Where
//! that is no divisor of a row's windows the last ones of the row are done twice, which changes
//! nothing.

use pulp::{Simd, WithSimd};

use super::{MaxPool2d, greater};
use crate::Scalar;

/// The forward pass of a batch.
pub(super) struct Halve<'a, F> {
    pub(super) layer: &'a MaxPool2d,
    pub(super) x: &'a [F],
    pub(super) y: &'a mut [F],
    pub(super) winners: &'a mut [u32],
}

impl<F: Scalar> WithSimd for Halve<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        match self.layer.width / 2 {
            8.. => self.run::<8>(),
            4.. => self.run::<4>(),
            _ => self.run::<1>(),
        }
    }
}

impl<F: Scalar> Halve<'_, F> {
    #[inline(always)]
    fn run<const N: usize>(self) {
        let (rows, width) = (self.layer.height / 2, self.layer.width);
        let columns = width / 2;
        let lines = self.x.chunks_exact(2 * width);
        let outputs = self.y.chunks_exact_mut(columns);
        let winners = self.winners.chunks_exact_mut(columns);
        let mut row = 0;
        for ((lines, y), winners) in lines.zip(outputs).zip(winners) {
            let (upper, lower) = lines.split_at(width);
            let mut start = 0;
            while start < columns {
                start = start.min(columns - N);
                halve::<F, N>(
                    upper[2 * start..]
                        .as_chunks::<2>()
                        .0
                        .first_chunk()
                        .expect(WHOLE),
                    lower[2 * start..]
                        .as_chunks::<2>()
                        .0
                        .first_chunk()
                        .expect(WHOLE),
                    (row * 2 * width + 2 * start) as u32,
                    width as u32,
                    y[start..].first_chunk_mut().expect(WHOLE),
                    winners[start..].first_chunk_mut().expect(WHOLE),
                );
                start += N;
            }
            row = if row + 1 == rows { 0 } else { row + 1 };
        }
    }
}

const WHOLE: &str = "a row has as many windows; please report";

/// Pools `N` windows, the first of which is at place `at` of its plane.
#[inline(always)]
fn halve<F: Scalar, const N: usize>(
    upper: &[[F; 2]; N],
    lower: &[[F; 2]; N],
    at: u32,
    width: u32,
    y: &mut [F; N],
    winners: &mut [u32; N],
) {
    for n in 0..N {
        let ([a, b], [c, d]) = (upper[n], lower[n]);
        // Checked additions would be done one by one.
        let [left, right] = [0, 1].map(|right| at.wrapping_add(2 * n as u32 + right));
        let above = greater((a, left), (b, right));
        let beneath = greater(
            (c, left.wrapping_add(width)),
            (d, right.wrapping_add(width)),
        );
        (y[n], winners[n]) = greater(above, beneath);
    }
}

/// The backward pass of a batch.
pub(super) struct Double<'a, F> {
    pub(super) layer: &'a MaxPool2d,
    pub(super) dy: &'a [F],
    pub(super) winners: &'a [u32],
    pub(super) dx: &'a mut [F],
}

impl<F: Scalar> WithSimd for Double<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        match self.layer.width / 2 {
            8.. => self.run::<8>(),
            4.. => self.run::<4>(),
            _ => self.run::<1>(),
        }
    }
}

impl<F: Scalar> Double<'_, F> {
    #[inline(always)]
    fn run<const N: usize>(self) {
        let (rows, width) = (self.layer.height / 2, self.layer.width);
        let columns = width / 2;
        let lines = self.dx.chunks_exact_mut(2 * width);
        let gradients = self.dy.chunks_exact(columns);
        let winners = self.winners.chunks_exact(columns);
        let mut row = 0;
        for ((lines, dy), winners) in lines.zip(gradients).zip(winners) {
            let (upper, lower) = lines.split_at_mut(width);
            let mut start = 0;
            while start < columns {
                start = start.min(columns - N);
                double::<F, N>(
                    dy[start..].first_chunk().expect(WHOLE),
                    winners[start..].first_chunk().expect(WHOLE),
                    (row * 2 * width + 2 * start) as u32,
                    width as u32,
                    upper[2 * start..]
                        .as_chunks_mut::<2>()
                        .0
                        .first_chunk_mut()
                        .expect(WHOLE),
                    lower[2 * start..]
                        .as_chunks_mut::<2>()
                        .0
                        .first_chunk_mut()
                        .expect(WHOLE),
                );
                start += N;
            }
            row = if row + 1 == rows { 0 } else { row + 1 };
        }
    }
}

/// Gives the gradients of `N` windows to their winners, and zero to the others.
#[inline(always)]
fn double<F: Scalar, const N: usize>(
    dy: &[F; N],
    winners: &[u32; N],
    at: u32,
    width: u32,
    upper: &mut [[F; 2]; N],
    lower: &mut [[F; 2]; N],
) {
    // One array for each place of a window, then one for each row: that is how it becomes wide.
    let mut places = [[F::zero(); N]; 4];
    for (place, won) in places.iter_mut().zip([0, 1, width, width + 1]) {
        for n in 0..N {
            let wins = winners[n].wrapping_sub(at).wrapping_sub(2 * n as u32) == won;
            place[n] = std::hint::select_unpredictable(wins, dy[n], F::zero());
        }
    }
    for n in 0..N {
        upper[n] = [places[0][n], places[1][n]];
        lower[n] = [places[2][n], places[3][n]];
    }
}
