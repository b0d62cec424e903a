//! What data contain, as a SHA-256: to tell whether two data sets are the same to a network.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::{Dataset, Scaler, Splits};

/// Parts of one data set whose digests are kept.
const MOST: usize = 16;

/// The digests of parts, computed once: the bytes of a data set never change.
#[derive(Default)]
pub(crate) struct Digests(Mutex<Vec<(Range<usize>, [u8; 32])>>);

impl Digests {
    fn get(&self, range: &Range<usize>, compute: impl FnOnce() -> [u8; 32]) -> [u8; 32] {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, digest)) = known().iter().find(|(part, _)| part == range) {
            return *digest;
        }
        let digest = compute();
        let mut known = known();
        if known.len() == MOST {
            known.remove(0);
        }
        known.push((range.clone(), digest));
        digest
    }
}

/// Hashes with the length before each piece: no two lists of pieces have the same bytes.
fn piece(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

fn numbers(hash: &mut Sha256, values: &[f64]) {
    hash.update((values.len() as u64).to_le_bytes());
    for value in values {
        hash.update(value.to_bits().to_le_bytes());
    }
}

impl Dataset {
    /// The SHA-256 of what a network sees of it: shape, pixels, labels, names of the classes, and
    /// what standardizes it. Parts and copies with the same contents have the same one.
    ///
    /// The first call reads every pixel; then it is known, for clones too.
    ///
    /// ```
    /// use chainrule_data::Dataset;
    /// use ndarray::array;
    ///
    /// let data = |last| {
    ///     let images = array![[0, 255], [51, last]];
    ///     Dataset::from_arrays("pairs", images, vec![1, 0], [1, 1, 2], ["dark", "light"])
    /// };
    /// assert_eq!(data(7)?.digest(), data(7)?.digest());
    /// assert_ne!(data(7)?.digest(), data(8)?.digest());
    /// # Ok::<(), chainrule_data::Error>(())
    /// ```
    pub fn digest(&self) -> [u8; 32] {
        let (digests, range) = self.digests();
        let contents = digests.get(range, || {
            let mut hash = Sha256::new();
            for extent in self.sample_shape() {
                hash.update((extent as u64).to_le_bytes());
            }
            piece(&mut hash, self.bytes());
            piece(&mut hash, self.labels());
            for name in self.class_names() {
                piece(&mut hash, name.as_bytes());
            }
            hash.finalize().into()
        });
        match self.scaler() {
            None => contents,
            Some(scaler) => Sha256::new()
                .chain_update(contents)
                .chain_update(scaler.digest())
                .finalize()
                .into(),
        }
    }
}

impl Scaler {
    fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        numbers(&mut hash, self.means());
        numbers(&mut hash, self.deviations());
        hash.finalize().into()
    }
}

impl Splits {
    /// The SHA-256 of all parts; see [`Dataset::digest`].
    pub fn digest(&self) -> [u8; 32] {
        // Every field is looked at: one more may change what a network sees.
        let Self {
            name: _,
            train,
            validation,
            test,
        } = self;
        let mut hash = Sha256::new();
        hash.update(train.digest());
        hash.update([u8::from(validation.is_some())]);
        if let Some(validation) = validation {
            hash.update(validation.digest());
        }
        hash.update(test.digest());
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    fn data(salt: usize) -> Dataset {
        let pixels = Array2::from_shape_fn((8, 4), |(i, j)| ((i * 4 + j) * 37 + salt) as u8);
        let labels = (0..8).map(|i| i % 2).collect();
        Dataset::from_arrays("some", pixels, labels, [1, 2, 2], ["a", "b"]).unwrap()
    }

    #[test]
    fn the_same_contents_have_the_same_digest_wherever_they_lie() {
        assert_eq!(data(0).digest(), data(0).digest());
        assert_eq!(data(0).clone().digest(), data(0).digest());
        let (a, b) = (data(0), data(0));
        assert_eq!(
            a.slice(2..5).unwrap().digest(),
            b.slice(2..5).unwrap().digest()
        );
        // Also after the whole, of which the digest is known.
        assert_eq!(a.digest(), a.digest());
        assert_eq!(a.first(8).unwrap().digest(), b.digest());
    }

    #[test]
    fn whatever_differs_changes_it() {
        let whole = data(0);
        let mut seen = vec![whole.digest(), data(1).digest()];
        seen.push(whole.first(7).unwrap().digest());
        seen.push(whole.slice(1..8).unwrap().digest());
        seen.push(whole.clone().with_class_names(["a", "c"]).unwrap().digest());
        seen.push(
            whole
                .clone()
                .with_class_names(["a", "b", "c"])
                .unwrap()
                .digest(),
        );
        seen.push(whole.scaled(&Scaler::per_feature(&whole)).unwrap().digest());
        seen.push(whole.scaled(&Scaler::global(&whole)).unwrap().digest());
        let pixels = Array2::from_shape_vec((8, 4), whole.bytes().to_vec()).unwrap();
        let labels: Vec<u8> = whole.labels().to_vec();
        let tall = Dataset::from_arrays("t", pixels.clone(), labels.clone(), [1, 4, 1], ["a", "b"]);
        seen.push(tall.unwrap().digest());
        let swapped: Vec<u8> = labels.iter().map(|label| 1 - label).collect();
        let swapped = Dataset::from_arrays("s", pixels, swapped, [1, 2, 2], ["a", "b"]);
        seen.push(swapped.unwrap().digest());
        for (i, digest) in seen.iter().enumerate() {
            assert!(!seen[..i].contains(digest), "{i}");
        }
    }

    #[test]
    fn splits_are_told_apart_by_every_part() {
        let part = |salt| data(salt);
        let splits = |train, validation: Option<usize>, test| {
            Splits::new("s", part(train), validation.map(part), part(test)).unwrap()
        };
        let all = [
            splits(0, None, 1),
            splits(1, None, 0),
            splits(0, Some(1), 1),
            splits(0, Some(2), 1),
            splits(0, None, 2),
        ];
        for (i, splits) in all.iter().enumerate() {
            assert!(
                all[..i]
                    .iter()
                    .all(|other| other.digest() != splits.digest()),
                "{i}"
            );
        }
        assert_eq!(all[0].digest(), splits(0, None, 1).digest());
    }

    #[test]
    fn only_so_many_digests_are_kept() {
        let data = data(0);
        for round in 0..2 {
            for start in 0..7 {
                for end in start + 1..=8 {
                    data.slice(start..end).unwrap().digest();
                }
            }
            let known = data.digests().0.0.lock().unwrap().len();
            assert_eq!(known, MOST, "round {round}");
        }
    }
}
