//! The homework's view of a training set: `next_batch` and `epochs_completed`.

use std::fmt;

use chainrule_error::Result;
use ndarray::Array2;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64;

use crate::sampler::check_batch_size;
use crate::{Dataset, one_hot};

/// Some samples, ready for a network.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Batch {
    /// Pixels, 0 to 1, `[batch, features]`.
    pub x: Array2<f32>,
    /// One-hot labels, `[batch, classes]`.
    pub y: Array2<f32>,
    /// The labels themselves.
    pub labels: Vec<u8>,
}

impl Batch {
    /// How many samples it holds.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether it holds none; a drawn batch never does.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

/// Draws batches without end, as `DataSet.next_batch` of TensorFlow's MNIST tutorial did.
///
/// - The samples are permuted at the start of every epoch.
/// - Every batch is full: at the end of an epoch it takes what is left and fills up from the next
///   permutation.
/// - `epochs_completed` counts when a batch reaches *beyond* the end. If the batch size divides the
///   number of samples, that is one batch later than one might think: `while
///   reader.epochs_completed() < 1` then draws one batch of the second epoch too.
///
/// For epochs that end with their last sample, use [`BatchSampler`](crate::BatchSampler).
///
/// ```
/// # let images = ndarray::Array2::zeros((5, 1));
/// # let data = chainrule_data::Dataset::from_arrays("", images, vec![0, 1, 0, 1, 0], [1, 1, 1], ["a", "b"])?;
/// let mut reader = data.reader(1);
/// let mut batches = 0;
/// while reader.epochs_completed() < 2 {
///     let batch = reader.next_batch(2)?;
///     assert_eq!((batch.x.dim(), batch.y.dim()), ((2, 1), (2, 2)));
///     batches += 1;
/// }
/// assert_eq!(batches, 6); // 12 of the first 15 samples; the sixth batch is beyond two epochs
/// # Ok::<(), chainrule_data::Error>(())
/// ```
#[derive(Clone)]
pub struct Reader {
    data: Dataset,
    generator: Pcg64,
    order: Vec<u32>,
    /// Where in `order` the next batch begins.
    position: usize,
    epochs_completed: usize,
    /// The indices of one batch.
    drawn: Vec<u32>,
}

impl Reader {
    pub(crate) fn new(data: Dataset, seed: u64) -> Self {
        let count = u32::try_from(data.len())
            .expect("a data set has at most 2^32 - 1 samples; please report this");
        let mut reader = Self {
            data,
            generator: Pcg64::seed_from_u64(seed),
            order: (0..count).collect(),
            position: 0,
            epochs_completed: 0,
            drawn: Vec::new(),
        };
        reader.order.shuffle(&mut reader.generator);
        reader
    }

    /// The next `n` samples.
    ///
    /// # Errors
    /// If `n` is 0 or larger than the data set.
    pub fn next_batch(&mut self, n: usize) -> Result<Batch> {
        check_batch_size(n, self.order.len())?;
        self.draw(n);
        let mut labels = vec![0; n];
        let mut x = Array2::zeros((n, self.data.features()));
        let pixels = x
            .as_slice_mut()
            .expect("a new array is contiguous; please report this");
        self.data.fill_batch(&self.drawn, pixels, &mut labels)?;
        let y = one_hot(&labels, self.data.classes())?;
        Ok(Batch { x, y, labels })
    }

    fn draw(&mut self, n: usize) {
        self.drawn.clear();
        let rest = &self.order[self.position..];
        if n <= rest.len() {
            self.drawn.extend_from_slice(&rest[..n]);
            self.position += n;
            return;
        }
        let missing = n - rest.len();
        self.drawn.extend_from_slice(rest);
        self.epochs_completed += 1;
        self.order.shuffle(&mut self.generator);
        self.drawn.extend_from_slice(&self.order[..missing]);
        self.position = missing;
    }

    /// How many epochs lie behind; see [`Reader`] for when one counts.
    pub fn epochs_completed(&self) -> usize {
        self.epochs_completed
    }

    /// The data set that is read.
    pub fn data(&self) -> &Dataset {
        &self.data
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("data", &self.data)
            .field("epochs_completed", &self.epochs_completed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Sample `i` is a single pixel of value `i` with label `i % 2`.
    fn numbered(samples: u8) -> Dataset {
        let images = Array2::from_shape_fn((samples.into(), 1), |(i, _)| i as u8);
        let labels = (0..samples).map(|i| i % 2).collect();
        Dataset::from_arrays("numbered", images, labels, [1, 1, 1], ["even", "odd"]).unwrap()
    }

    fn samples_of(batch: &Batch) -> Vec<u8> {
        batch
            .x
            .iter()
            .map(|pixel| (pixel * 255.0).round() as u8)
            .collect()
    }

    proptest! {
        /// Checked against the rule written out: one endless sequence of permutations, cut into
        /// batches; the count rises when a batch reaches beyond the end of a permutation.
        #[test]
        fn batches_are_cut_from_permutations_one_after_another(
            samples in 1..40_u8,
            sizes in proptest::collection::vec(0.0..1.0_f64, 1..20),
            seed: u64,
        ) {
            let all = usize::from(samples);
            let mut reader = numbered(samples).reader(seed);
            let mut sequence = Vec::new();
            for part in sizes {
                let size = 1 + (part * (all - 1) as f64) as usize;
                let batch = reader.next_batch(size).unwrap();
                prop_assert_eq!(batch.len(), size);
                for (sample, &label) in samples_of(&batch).iter().zip(&batch.labels) {
                    prop_assert_eq!(sample % 2, label);
                }
                sequence.extend(samples_of(&batch));
                prop_assert_eq!(reader.epochs_completed(), (sequence.len() - 1) / all);
            }
            for epoch in sequence.chunks_exact(all) {
                let mut seen = epoch.to_vec();
                seen.sort_unstable();
                prop_assert_eq!(seen, (0..samples).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn an_epoch_counts_one_batch_late_when_the_size_divides() {
        let mut reader = numbered(10).reader(0);
        reader.next_batch(5).unwrap();
        reader.next_batch(5).unwrap();
        assert_eq!(reader.epochs_completed(), 0);
        reader.next_batch(5).unwrap();
        assert_eq!(reader.epochs_completed(), 1);
    }

    #[test]
    fn the_seed_decides_and_epochs_differ() {
        let mut reader = numbered(40).reader(3);
        let mut epoch = || samples_of(&reader.next_batch(40).unwrap());
        let (first, second, third) = (epoch(), epoch(), epoch());
        assert!(first != second && second != third && first != third);
        let draw = |seed| samples_of(&numbered(40).reader(seed).next_batch(40).unwrap());
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }

    #[test]
    fn batch_sizes_that_cannot_be_are_refused() {
        let mut reader = numbered(10).reader(0);
        assert_eq!(reader.next_batch(0).unwrap_err().headline(), "batch size 0");
        let error = reader.next_batch(11).unwrap_err();
        assert_eq!(error.headline(), "batch size larger than the data set");
        assert_eq!(reader.next_batch(10).unwrap().len(), 10);
    }
}
