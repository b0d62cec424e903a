//! Max pooling: of each window the greatest number goes on.

use super::{Backward, Layer, Scratch};
use crate::{Parameter, Scalar};

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

    /// The greatest number of one window, and where it is in the plane.
    fn winner<F: Scalar>(&self, plane: &[F], top: usize, left: usize) -> (F, usize) {
        let mut at = top * self.width + left;
        let mut best = plane[at];
        for y in top..(top + self.size).min(self.height) {
            for x in left..(left + self.size).min(self.width) {
                let candidate = plane[y * self.width + x];
                if candidate > best || (candidate.is_nan() && !best.is_nan()) {
                    (best, at) = (candidate, y * self.width + x);
                }
            }
        }
        (best, at)
    }
}

impl<F: Scalar> Layer<F> for MaxPool2d {
    fn input_len(&self) -> usize {
        self.channels * self.height * self.width
    }

    fn output_len(&self) -> usize {
        self.output().iter().product()
    }

    fn scratch(&self, capacity: usize) -> Scratch<F> {
        let winners = capacity * Layer::<F>::output_len(self);
        Scratch {
            values: Vec::new(),
            indices: vec![0; winners],
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
        let [_, rows, columns] = self.output();
        let planes = x.chunks_exact(self.height * self.width);
        let outputs = y.chunks_exact_mut(rows * columns);
        let winners = scratch.indices.chunks_exact_mut(rows * columns);
        for ((plane, y), winners) in planes.zip(outputs).zip(winners) {
            for row in 0..rows {
                for column in 0..columns {
                    let (best, at) = self.winner(plane, row * self.size, column * self.size);
                    y[row * columns + column] = best;
                    winners[row * columns + column] = at as u32;
                }
            }
        }
    }

    fn backward(&self, pass: Backward<'_, F>, scratch: &mut Scratch<F>) {
        let Some(dx) = pass.dx else { return };
        let [_, rows, columns] = self.output();
        dx.fill(F::zero());
        let planes = dx.chunks_exact_mut(self.height * self.width);
        let gradients = pass.dy.chunks_exact(rows * columns);
        let winners = scratch.indices.chunks_exact(rows * columns);
        for ((dx, dy), winners) in planes.zip(gradients).zip(winners) {
            for (&at, &d) in winners.iter().zip(dy) {
                dx[at as usize] += d;
            }
        }
    }
}

#[cfg(test)]
mod tests {
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
            gradients: &mut [],
            batch: 1,
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
