//! Drawing numbers from a data set: bytes become 0..1 here, or standardized numbers, and nowhere
//! else.

use std::ops::Range;

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::Array2;

use crate::text::counted;
use crate::{Augmenter, Dataset, Element, one_hot, one_hot_f64};

impl Dataset {
    /// All pixels, 0 to 1 or [standardized](Self::scaled), of shape `[samples, features]`. Four times as large as the bytes: 188
    /// MB for MNIST's training set.
    pub fn pixels(&self) -> Array2<f32> {
        self.all_pixels()
    }

    /// All pixels in f64; see [`pixels`](Self::pixels).
    pub fn pixels_f64(&self) -> Array2<f64> {
        self.all_pixels()
    }

    fn all_pixels<F: Element>(&self) -> Array2<F> {
        let mut values = vec![F::default(); self.bytes().len()];
        F::scale(self.bytes(), &mut values);
        self.standardize(&mut values);
        Array2::from_shape_vec((self.len(), self.features()), values)
            .expect("every sample has as many pixels as features; please report this")
    }

    /// One row for each label, with a 1 in its column: `[samples, classes]`.
    pub fn one_hot(&self) -> Array2<f32> {
        one_hot(self.labels(), self.classes())
            .expect("labels were checked when the data set was made; please report this")
    }

    /// The same in f64; see [`one_hot`](Self::one_hot).
    pub fn one_hot_f64(&self) -> Array2<f64> {
        one_hot_f64(self.labels(), self.classes())
            .expect("labels were checked when the data set was made; please report this")
    }

    /// Writes the samples at `indices` into a batch: pixels, 0 to 1 or standardized, into the rows of `x`, and
    /// labels into `labels`. Allocates nothing.
    ///
    /// - `x`: `indices.len() · features()` values, row after row
    /// - `labels`: `indices.len()` values
    ///
    /// ```
    /// # let images = ndarray::array![[0, 255], [51, 102], [255, 0]];
    /// # let data = chainrule_data::Dataset::from_arrays("", images, vec![1, 0, 1], [1, 1, 2], ["a", "b"])?;
    /// let (mut x, mut labels) = ([0.0_f32; 4], [0; 2]);
    /// data.fill_batch(&[2, 1], &mut x, &mut labels)?;
    /// assert_eq!((x, labels), ([1.0, 0.0, 0.2, 0.4], [1, 0]));
    /// # Ok::<(), chainrule_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a buffer has another length, or an index goes beyond the end; then nothing is written.
    pub fn fill_batch<F: Element>(
        &self,
        indices: &[u32],
        x: &mut [F],
        labels: &mut [u8],
    ) -> Result<()> {
        self.check_batch(indices, x.len(), labels.len())?;
        self.drawn(indices)?.write(0..indices.len(), x);
        self.gather_labels(indices, labels);
        Ok(())
    }

    /// As [`fill_batch`](Self::fill_batch), with every image moved, turned and scaled as the
    /// augmenter draws it, and standardized after that. Allocates nothing.
    ///
    /// # Errors
    /// As [`fill_batch`](Self::fill_batch), and if the augmenter was made for images of another
    /// shape.
    pub fn fill_batch_augmented<F: Element>(
        &self,
        indices: &[u32],
        x: &mut [F],
        labels: &mut [u8],
        augmenter: &mut Augmenter,
    ) -> Result<()> {
        self.check_batch(indices, x.len(), labels.len())?;
        augmenter.check(self)?;
        let features = self.features();
        for (&index, row) in indices.iter().zip(x.chunks_exact_mut(features)) {
            let start = index as usize * features;
            augmenter.augment(&self.bytes()[start..start + features], row);
        }
        self.standardize(x);
        self.gather_labels(indices, labels);
        Ok(())
    }

    /// Writes the pixels of consecutive samples, as [`fill_batch`](Self::fill_batch) does, into the rows of `x`. Allocates nothing.
    ///
    /// - `x`: `range.len() · features()` values, row after row
    ///
    /// # Errors
    /// If `x` has another length, or the range goes beyond the end; then nothing is written.
    pub fn fill_rows<F: Element>(&self, range: Range<usize>, x: &mut [F]) -> Result<()> {
        let (samples, room) = (range.len(), x.len());
        let drawn = self.consecutive(range, "fill_rows")?;
        if room != samples * self.features() {
            return Err(self.wrong_room("fill_rows", samples, room));
        }
        drawn.write(0..samples, x);
        Ok(())
    }

    fn standardize<F: Element>(&self, rows: &mut [F]) {
        if let Some(scaler) = self.scaler() {
            F::standardize(scaler, rows);
        }
    }

    fn check_batch(&self, indices: &[u32], room: usize, labels: usize) -> Result<()> {
        if indices.len().checked_mul(self.features()) != Some(room) {
            return Err(self.wrong_room("fill_batch", indices.len(), room));
        }
        if labels != indices.len() {
            return Err(Error::new(
                ErrorKind::Shape,
                "fill_batch: the labels' buffer does not fit",
            )
            .expected(format!(
                "{} for as many indices",
                counted(indices.len(), "label")
            ))
            .got(counted(labels, "label")));
        }
        match indices.iter().find(|&&index| index as usize >= self.len()) {
            Some(&index) => Err(self.no_sample(index as usize, "fill_batch")),
            None => Ok(()),
        }
    }

    fn gather_labels(&self, indices: &[u32], labels: &mut [u8]) {
        let all = self.labels();
        for (label, &index) in labels.iter_mut().zip(indices) {
            *label = all[index as usize];
        }
    }

    fn wrong_room(&self, place: &str, samples: usize, room: usize) -> Error {
        let features = counted(self.features(), "value");
        Error::new(
            ErrorKind::Shape,
            format!("{place}: the pixels' buffer does not fit"),
        )
        .expected(format!("{} of {features}", counted(samples, "sample")))
        .got(counted(room, "value"))
    }
}

#[cfg(test)]
mod tests;
