//! Patches of an image as columns of a matrix, and back: a convolution becomes one product.
//!
//! Chellapilla, Puri and Simard, *High performance convolutional neural networks for document
//! processing* (2006).

use crate::Scalar;

/// A convolution's window on an image, with padding that keeps the image's size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) channels: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) kernel: usize,
}

impl Window {
    /// Rows of the column matrix: one for each number of a filter.
    pub(crate) fn rows(&self) -> usize {
        self.channels * self.kernel * self.kernel
    }

    /// Columns: one for each place of the window, which is one for each pixel.
    pub(crate) fn places(&self) -> usize {
        self.height * self.width
    }

    /// Calls `each(row of the column matrix, first pixel of the image row, first place of the
    /// output row, how many)` for every run of neighbouring pixels that a row of the column matrix
    /// takes from the image. Places outside are in no run: they are the padding.
    fn for_each_run(&self, mut each: impl FnMut(usize, usize, usize, usize)) {
        let Self {
            channels,
            height,
            width,
            kernel,
        } = *self;
        // An even kernel has one row more after its centre than before, as TensorFlow pads.
        let before = (kernel - 1) / 2;
        for channel in 0..channels {
            for i in 0..kernel {
                for j in 0..kernel {
                    let row = (channel * kernel + i) * kernel + j;
                    let first = before.saturating_sub(j).min(width);
                    let last = (width + before).saturating_sub(j).min(width);
                    if last <= first {
                        continue;
                    }
                    for y in 0..height {
                        let Some(source) = (y + i).checked_sub(before) else {
                            continue;
                        };
                        if source >= height {
                            break;
                        }
                        let pixel = (channel * height + source) * width + first + j - before;
                        each(row, pixel, y * width + first, last - first);
                    }
                }
            }
        }
    }

    /// Fills `columns` `[rows, places]` from one image `[channels, height, width]`. The places of
    /// the padding are left alone, since they are the same for every image: they are to be zero.
    pub(crate) fn im2col<F: Scalar>(&self, image: &[F], columns: &mut [F]) {
        let places = self.places();
        self.for_each_run(|row, pixel, place, count| {
            let target = row * places + place;
            columns[target..target + count].copy_from_slice(&image[pixel..pixel + count]);
        });
    }

    /// Adds each number of `columns` to the pixel that it came from: the transpose of `im2col`.
    pub(crate) fn col2im<F: Scalar>(&self, columns: &[F], image: &mut [F]) {
        let places = self.places();
        image.fill(F::zero());
        self.for_each_run(|row, pixel, place, count| {
            let source = &columns[row * places + place..][..count];
            let target = &mut image[pixel..pixel + count];
            target
                .iter_mut()
                .zip(source)
                .for_each(|(sum, &value)| *sum += value);
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The value that the obvious loops put at one place of the column matrix.
    fn obvious(window: &Window, image: &[f64], row: usize, place: usize) -> f64 {
        let k = window.kernel;
        let (channel, i, j) = (row / (k * k), row / k % k, row % k);
        let (y, x) = (place / window.width, place % window.width);
        let before = ((k - 1) / 2) as isize;
        let (y, x) = ((y + i) as isize - before, (x + j) as isize - before);
        let inside =
            (0..window.height as isize).contains(&y) && (0..window.width as isize).contains(&x);
        if !inside {
            return 0.0;
        }
        image[(channel * window.height + y as usize) * window.width + x as usize]
    }

    fn windows() -> impl Strategy<Value = Window> {
        (1_usize..4, 1_usize..7, 1_usize..7, 1_usize..6).prop_map(
            |(channels, height, width, kernel)| Window {
                channels,
                height,
                width,
                kernel,
            },
        )
    }

    proptest! {
        #[test]
        fn im2col_agrees_with_the_obvious_loops(window in windows()) {
            let image: Vec<f64> =
                (1..=window.channels * window.places()).map(|v| v as f64).collect();
            let mut columns = vec![0.0; window.rows() * window.places()];
            window.im2col(&image, &mut columns);
            for row in 0..window.rows() {
                for place in 0..window.places() {
                    prop_assert_eq!(
                        columns[row * window.places() + place],
                        obvious(&window, &image, row, place)
                    );
                }
            }
        }

        /// ⟨im2col(a), b⟩ = ⟨a, col2im(b)⟩ for every a and b: what being the transpose means.
        #[test]
        fn col2im_is_the_transpose(window in windows()) {
            let a: Vec<f64> =
                (0..window.channels * window.places()).map(|v| (v as f64).sin()).collect();
            let b: Vec<f64> =
                (0..window.rows() * window.places()).map(|v| (v as f64 * 0.7).cos()).collect();
            let (mut columns, mut image) = (vec![0.0; b.len()], a.clone());
            window.im2col(&a, &mut columns);
            window.col2im(&b, &mut image);
            let left: f64 = columns.iter().zip(&b).map(|(x, y)| x * y).sum();
            let right: f64 = a.iter().zip(&image).map(|(x, y)| x * y).sum();
            prop_assert!((left - right).abs() < 1e-9 * (1.0 + left.abs()), "{left} {right}");
        }
    }
}
