//! Max pooling: of each window the greatest number goes on.

mod by_two;

use by_two::{Double, Halve};

use super::{Backward, Layer, Scratch};
use crate::{Parameter, Scalar, kernels::widest};

/// Windows of size × size that do not overlap, in each channel by itself. With padding "same" an
/// image whose sides are no multiples of the size keeps its last, smaller windows. Of equal
/// numbers the first wins, in the forward pass and so in the backward pass; a NaN wins always.
#[derive(Debug)]
pub(crate) struct MaxPool2d {
    pub(crate) channels: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) size: usize,
}

impl MaxPool2d {
    pub(crate) fn output(&self) -> [usize; 3] {
        [
            self.channels,
            self.height.div_ceil(self.size),
            self.width.div_ceil(self.size),
        ]
    }

    /// Whether every window is 2 × 2 and whole: these have kernels of their own.
    fn halves(&self) -> bool {
        self.size == 2 && self.height.is_multiple_of(2) && self.width.is_multiple_of(2)
    }

    /// Pools one plane: the greatest number of each window, and where it is in the plane.
    fn pool<F: Scalar>(&self, plane: &[F], y: &mut [F], winners: &mut [u32]) {
        let (size, columns) = (self.size, self.width.div_ceil(self.size));
        for (output, (best, winner)) in y.iter_mut().zip(winners).enumerate() {
            let (top, left) = (output / columns * size, output % columns * size);
            let mut first = (
                plane[top * self.width + left],
                (top * self.width + left) as u32,
            );
            for i in top..(top + size).min(self.height) {
                for j in left..(left + size).min(self.width) {
                    let at = i * self.width + j;
                    first = greater(first, (plane[at], at as u32));
                }
            }
            (*best, *winner) = first;
        }
    }

    fn forward_by_loops<F: Scalar>(&self, x: &[F], y: &mut [F], winners: &mut [u32]) {
        let [_, rows, columns] = self.output();
        let planes = x.chunks_exact(self.height * self.width);
        let outputs = y.chunks_exact_mut(rows * columns);
        let winners = winners.chunks_exact_mut(rows * columns);
        for ((plane, y), winners) in planes.zip(outputs).zip(winners) {
            self.pool(plane, y, winners);
        }
    }

    fn backward_by_loops<F: Scalar>(&self, dy: &[F], winners: &[u32], dx: &mut [F]) {
        let [_, rows, columns] = self.output();
        dx.fill(F::zero());
        let planes = dx.chunks_exact_mut(self.height * self.width);
        let gradients = dy.chunks_exact(rows * columns);
        let winners = winners.chunks_exact(rows * columns);
        for ((dx, dy), winners) in planes.zip(gradients).zip(winners) {
            for (&at, &d) in winners.iter().zip(dy) {
                dx[at as usize] += d;
            }
        }
    }
}

/// Of two numbers with their places the greater; the first of equals, and a NaN before anything.
/// Without a branch, since which one is greater is as good as random to a processor.
#[inline(always)]
fn greater<F: Scalar>(first: (F, u32), second: (F, u32)) -> (F, u32) {
    let wins = (second.0 > first.0) | second.0.is_nan();
    (
        if wins { second.0 } else { first.0 },
        if wins { second.1 } else { first.1 },
    )
}

impl<F: Scalar> Layer<F> for MaxPool2d {
    fn output_len(&self) -> usize {
        self.output().iter().product()
    }

    fn scratch(&self, capacity: usize) -> Scratch<F> {
        let winners = capacity * Layer::<F>::output_len(self);
        Scratch {
            values: Vec::new(),
            indices: vec![0; winners],
            ..Scratch::default()
        }
    }

    fn forward(
        &self,
        _: &[Parameter<F>],
        x: &[F],
        y: &mut [F],
        _: usize,
        scratch: &mut Scratch<F>,
    ) {
        if self.halves() {
            widest(Halve {
                layer: self,
                x,
                y,
                winners: &mut scratch.indices,
            });
            return;
        }
        self.forward_by_loops(x, y, &mut scratch.indices);
    }

    fn backward(&self, pass: Backward<'_, F>, scratch: &mut Scratch<F>) {
        let Some(dx) = pass.dx else { return };
        if self.halves() {
            widest(Double {
                layer: self,
                dy: pass.dy,
                winners: &scratch.indices,
                dx,
            });
            return;
        }
        self.backward_by_loops(pass.dy, &scratch.indices, dx);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pooled(image: &[f64], height: usize, width: usize) -> (Vec<f64>, Vec<f64>) {
        let layer = MaxPool2d {
            channels: 1,
            height,
            width,
            size: 2,
        };
        let outputs = Layer::<f64>::output_len(&layer);
        let mut scratch = layer.scratch(1);
        let mut y = vec![0.0; outputs];
        layer.forward(&[], image, &mut y, 1, &mut scratch);
        let mut dx = vec![f64::NAN; image.len()];
        let dy: Vec<f64> = (1..=outputs).map(|v| v as f64).collect();
        let pass = Backward {
            parameters: &[],
            x: image,
            y: &y,
            dy: &dy,
            dx: Some(&mut dx),
            prepared: &[],
            gradients: &mut [],
        };
        layer.backward(pass, &mut scratch);
        (y, dx)
    }

    #[test]
    fn the_greatest_goes_on_and_takes_the_gradient() {
        let (y, dx) = pooled(&[1.0, 5.0, 2.0, 0.0, 3.0, 4.0, 9.0, 1.0], 2, 4);
        assert_eq!(y, [5.0, 9.0]);
        assert_eq!(dx, [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0]);
    }

    /// Forward and backward, by the kernels where they apply or by the loops that take any window.
    fn both<F: Scalar>(layer: &MaxPool2d, x: &[F], dy: &[F], fast: bool) -> (Vec<u64>, Vec<u32>) {
        let batch = x.len() / (layer.channels * layer.height * layer.width);
        let mut scratch = Layer::<F>::scratch(layer, batch);
        let (mut y, mut dx) = (vec![F::zero(); dy.len()], vec![F::nan(); x.len()]);
        if fast {
            assert!(layer.halves());
            layer.forward(&[], x, &mut y, batch, &mut scratch);
            let pass = Backward {
                parameters: &[],
                x,
                y: &y,
                dy,
                dx: Some(&mut dx),
                prepared: &[],
                gradients: &mut [],
            };
            layer.backward(pass, &mut scratch);
        } else {
            layer.forward_by_loops(x, &mut y, &mut scratch.indices);
            layer.backward_by_loops(dy, &scratch.indices, &mut dx);
        }
        let values = y.iter().chain(&dx).map(|v| v.as_f64().to_bits());
        (values.collect(), scratch.indices)
    }

    proptest! {
        /// Few different numbers, so that windows have ties; some are NaN.
        #[test]
        fn the_kernels_agree_with_the_loops(
            channels in 1_usize..4, rows in 1_usize..6, columns in 1_usize..20, batch in 1_usize..4,
            seed: u32,
        ) {
            let layer = MaxPool2d { channels, height: 2 * rows, width: 2 * columns, size: 2 };
            let draw = |n: usize| match (n as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 28 {
                0 => f64::NAN,
                v => f64::from(v % 7) - 3.0,
            };
            let x: Vec<f64> = (0..batch * channels * 4 * rows * columns).map(draw).collect();
            let dy: Vec<f64> = (0..x.len() / 4).map(|n| n as f64 - 7.5).collect();
            prop_assert_eq!(both(&layer, &x, &dy, true), both(&layer, &x, &dy, false));
            let [x, dy] = [x, dy].map(|all| all.iter().map(|&v| v as f32).collect::<Vec<_>>());
            prop_assert_eq!(both(&layer, &x, &dy, true), both(&layer, &x, &dy, false));
        }
    }

    #[test]
    fn odd_sides_keep_their_last_windows() {
        let (y, dx) = pooled(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], 3, 3);
        assert_eq!(y, [5.0, 6.0, 8.0, 9.0]);
        assert_eq!(dx, [0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 3.0, 4.0]);
    }

    #[test]
    fn the_first_of_equals_wins_and_nan_is_not_lost() {
        let (_, dx) = pooled(&[7.0, 7.0, 7.0, 7.0], 2, 2);
        assert_eq!(dx, [1.0, 0.0, 0.0, 0.0]);
        let (y, _) = pooled(&[1.0, f64::NAN, 7.0, 7.0], 2, 2);
        assert!(y[0].is_nan());
    }
}
