//! Mini-batches of indices: every sample once an epoch, in an order drawn from a seed.

use chainrule_error::{Error, ErrorKind, Result};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64;

use crate::text::grouped;

/// Draws mini-batches of indices, a new permutation each epoch. Allocates nothing once made.
///
/// The same seed gives the same batches. The last batch of an epoch may be smaller; it is kept
/// unless [`drop_last`](Self::drop_last) says otherwise.
///
/// ```
/// use chainrule_data::BatchSampler;
///
/// let mut sampler = BatchSampler::new(10, 4, 42)?;
/// assert_eq!(sampler.batches_per_epoch(), 3); // 4, 4 and 2
/// for epoch in 0..2 {
///     let mut seen = Vec::new();
///     sampler.start_epoch();
///     while let Some(batch) = sampler.next_batch() {
///         seen.extend_from_slice(batch);
///     }
///     seen.sort();
///     assert_eq!(seen, (0..10).collect::<Vec<u32>>());
/// }
/// assert_eq!(sampler.epochs_completed(), 2);
/// # Ok::<(), chainrule_data::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct BatchSampler {
    order: Vec<u32>,
    batch_size: usize,
    generator: Pcg64,
    shuffle: bool,
    drop_last: bool,
    started: bool,
    /// Where in `order` the next batch begins.
    position: usize,
    epochs_completed: usize,
}

impl BatchSampler {
    /// A sampler of `0..samples`.
    ///
    /// # Errors
    /// If there are no samples, or if the batch size is 0 or larger than the set.
    pub fn new(samples: usize, batch_size: usize, seed: u64) -> Result<Self> {
        let count = u32::try_from(samples)
            .ok()
            .filter(|&count| count > 0)
            .ok_or_else(|| {
                Error::new(ErrorKind::Value, "cannot draw batches from so many samples")
                    .expected(format!("1 to {} samples", grouped(u32::MAX as usize)))
                    .got(grouped(samples))
            })?;
        check_batch_size(batch_size, samples)?;
        Ok(Self {
            order: (0..count).collect(),
            batch_size,
            generator: Pcg64::seed_from_u64(seed),
            shuffle: true,
            drop_last: false,
            started: false,
            position: 0,
            epochs_completed: 0,
        })
    }

    /// Whether to leave out the last batch of an epoch when it is smaller than the others. At
    /// first: no.
    #[must_use]
    pub fn drop_last(self, yes: bool) -> Self {
        Self {
            drop_last: yes,
            ..self
        }
    }

    /// Whether to permute the samples in each epoch; else they come in their own order. At first:
    /// yes.
    #[must_use]
    pub fn shuffle(self, yes: bool) -> Self {
        Self {
            shuffle: yes,
            ..self
        }
    }

    /// How many batches an epoch has.
    pub fn batches_per_epoch(&self) -> usize {
        match self.drop_last {
            true => self.order.len() / self.batch_size,
            false => self.order.len().div_ceil(self.batch_size),
        }
    }

    /// Begins an epoch with a new permutation. What was left of the epoch before is not drawn.
    pub fn start_epoch(&mut self) {
        if self.shuffle {
            self.order.shuffle(&mut self.generator);
        }
        self.position = 0;
        self.started = true;
    }

    /// The indices of the next batch, or `None` at the end of the epoch, until
    /// [`start_epoch`](Self::start_epoch). The first epoch begins by itself.
    pub fn next_batch(&mut self) -> Option<&[u32]> {
        let (indices, batch) = self.next_batch_and(0)?;
        Some(&indices[..batch])
    }

    /// The same, followed by up to so many indices of the batches that come after it in this epoch, and
    /// how many are the batch's own: for who asks for samples ahead.
    pub fn next_batch_and(&mut self, ahead: usize) -> Option<(&[u32], usize)> {
        if !self.started {
            self.start_epoch();
        }
        let start = self.position;
        let end = self.order.len().min(start + self.batch_size);
        if start == end || (self.drop_last && end - start < self.batch_size) {
            return None;
        }
        self.position = end;
        let rest = self.order.len() - end;
        if rest == 0 || (self.drop_last && rest < self.batch_size) {
            self.epochs_completed += 1;
        }
        let drawn = match self.drop_last {
            true => self.batches_per_epoch() * self.batch_size,
            false => self.order.len(),
        };
        let known = drawn.min(end + ahead);
        Some((&self.order[start..known], end - start))
    }

    /// How many epochs were drawn to their last batch.
    pub fn epochs_completed(&self) -> usize {
        self.epochs_completed
    }
}

/// Refuses a batch size of 0, or larger than the set.
pub(crate) fn check_batch_size(batch_size: usize, samples: usize) -> Result<()> {
    if (1..=samples).contains(&batch_size) {
        return Ok(());
    }
    let what = match batch_size {
        0 => "batch size 0",
        _ => "batch size larger than the data set",
    };
    Err(Error::new(ErrorKind::Value, what)
        .expected(format!("1 to {}, the number of samples", grouped(samples)))
        .got(grouped(batch_size)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn epoch(sampler: &mut BatchSampler) -> Vec<Vec<u32>> {
        sampler.start_epoch();
        let mut batches = Vec::new();
        while let Some(batch) = sampler.next_batch() {
            batches.push(batch.to_vec());
        }
        batches
    }

    proptest! {
        #[test]
        fn an_epoch_draws_every_sample_once(samples in 1..300_usize, part in 0.0..1.0_f64, seed: u64) {
            let batch_size = 1 + (part * (samples - 1) as f64) as usize;
            let mut sampler = BatchSampler::new(samples, batch_size, seed).unwrap();
            for done in 1..3 {
                let batches = epoch(&mut sampler);
                prop_assert_eq!(batches.len(), sampler.batches_per_epoch());
                let (last, full) = batches.split_last().unwrap();
                prop_assert!(full.iter().all(|batch| batch.len() == batch_size));
                prop_assert!((1..=batch_size).contains(&last.len()));
                let mut seen = batches.concat();
                seen.sort_unstable();
                prop_assert_eq!(seen, (0..samples as u32).collect::<Vec<_>>());
                prop_assert_eq!(sampler.epochs_completed(), done);
                prop_assert!(sampler.next_batch().is_none());
            }
        }

        #[test]
        fn dropping_the_last_leaves_full_batches_only(samples in 1..300_usize, part in 0.0..1.0_f64) {
            let batch_size = 1 + (part * (samples - 1) as f64) as usize;
            let mut sampler = BatchSampler::new(samples, batch_size, 1).unwrap().drop_last(true);
            let batches = epoch(&mut sampler);
            prop_assert_eq!(batches.len(), samples / batch_size);
            prop_assert_eq!(sampler.batches_per_epoch(), samples / batch_size);
            prop_assert!(batches.iter().all(|batch| batch.len() == batch_size));
            prop_assert_eq!(sampler.epochs_completed(), 1);
        }
    }

    #[test]
    fn the_seed_decides_and_epochs_differ() {
        let draw = |seed| {
            let mut sampler = BatchSampler::new(1000, 100, seed).unwrap();
            [epoch(&mut sampler), epoch(&mut sampler)]
        };
        let [first, second] = draw(7);
        assert_eq!(draw(7), [first.clone(), second.clone()]);
        assert_ne!(first, second);
        assert_ne!(draw(8)[0], first);
    }

    /// Changed numbers here change every committed result: a new version of rand may do it.
    #[test]
    fn the_permutation_of_a_seed_stays_what_it_is() {
        let mut sampler = BatchSampler::new(10, 10, 42).unwrap();
        assert_eq!(
            sampler.next_batch().unwrap(),
            [9, 7, 0, 1, 8, 4, 6, 5, 2, 3]
        );
    }

    #[test]
    fn without_shuffling_samples_come_in_order_and_the_first_epoch_begins_by_itself() {
        let mut sampler = BatchSampler::new(5, 2, 0).unwrap().shuffle(false);
        assert_eq!(sampler.next_batch(), Some(&[0, 1][..]));
        assert_eq!(sampler.next_batch(), Some(&[2, 3][..]));
        assert_eq!(sampler.epochs_completed(), 0);
        assert_eq!(sampler.next_batch(), Some(&[4][..]));
        assert_eq!(sampler.epochs_completed(), 1);
        assert_eq!(sampler.next_batch(), None);
        assert_eq!(sampler.next_batch(), None);
        sampler.start_epoch();
        assert_eq!(sampler.next_batch(), Some(&[0, 1][..]));
        sampler.start_epoch();
        assert_eq!(sampler.next_batch(), Some(&[0, 1][..]));
        assert_eq!(sampler.epochs_completed(), 1);
    }

    #[test]
    fn what_follows_a_batch_is_what_comes_in_this_epoch() {
        let mut sampler = BatchSampler::new(10, 3, 5).unwrap();
        let (indices, batch) = sampler.next_batch_and(4).unwrap();
        assert_eq!((indices.len(), batch), (7, 3));
        let following = indices[3..].to_vec();
        assert_eq!(sampler.next_batch().unwrap(), &following[..3]);
        let mut sizes = |ahead| {
            let drawn = sampler.next_batch_and(ahead);
            drawn.map(|(indices, batch)| (indices.len(), batch))
        };
        // Nobody knows the next epoch.
        assert_eq!(sizes(9), Some((4, 3)));
        assert_eq!(sizes(9), Some((1, 1)));
        assert_eq!(sizes(9), None);
        // What is dropped does not come.
        let mut sampler = BatchSampler::new(10, 3, 5).unwrap().drop_last(true);
        assert_eq!(sampler.next_batch_and(9).unwrap().0.len(), 9);
    }

    #[test]
    fn sizes_that_cannot_be_are_refused() {
        let error = |samples, size| BatchSampler::new(samples, size, 0).unwrap_err().to_string();
        assert_eq!(
            error(100, 0),
            "batch size 0\n  expected  1 to 100, the number of samples\n  got       0"
        );
        assert_eq!(
            error(100, 101),
            "batch size larger than the data set\n  expected  1 to 100, the number of samples\n  \
             got       101"
        );
        assert!(error(0, 1).contains("cannot draw batches"));
        assert!(BatchSampler::new(100, 100, 0).is_ok());
    }
}
