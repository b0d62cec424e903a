//! What is not zero in the rows of a data set, noted once: of MNIST's pixels four of five are zero.
//!
//! A network whose first layer looks at nothing else then does not look for it in every epoch, and
//! reads 3 bytes for each pixel that is not zero instead of 1 byte for each that there is.

use std::fmt;
use std::sync::OnceLock;

use crate::{Dataset, huge_pages::zeros};

/// No more of the bytes may be filled for notes to be worth their room: at this share they take as
/// much as the bytes themselves.
const FULLEST: f64 = 1.0 / 3.0;

/// As many bytes are looked at together, since most zeros lie side by side.
const TOGETHER: usize = 8;

/// The places of one sample's bytes that are not zero, in ascending order, and the bytes there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filled<'a> {
    /// Places among the sample's bytes.
    pub places: &'a [u16],
    /// The bytes at these places.
    pub bytes: &'a [u8],
}

/// The notes of a whole data set, one sample after the other.
#[derive(Clone, Copy, Debug)]
pub struct FilledRows<'a> {
    /// Places among a sample's bytes.
    pub places: &'a [u16],
    /// The bytes at these places.
    pub bytes: &'a [u8],
    /// The first place in the second half of a sample.
    pub middle: usize,
}

/// Notes of all rows, made when they are first wanted.
#[derive(Default)]
pub(crate) struct Notes(OnceLock<Option<Rows>>);

struct Rows {
    /// For each row where its notes begin and where those of its second half do; after the last row
    /// where they end.
    starts: Vec<[u32; 2]>,
    places: Vec<u16>,
    bytes: Vec<u8>,
}

impl Dataset {
    /// Notes which bytes of each sample are not zero, for training that goes through the samples
    /// many times; where more than a third are not, nothing is noted. Clones and parts of the same
    /// data set share the notes; a second call does nothing.
    ///
    /// ```
    /// use chainrule_data::Mnist;
    ///
    /// let test = Mnist::load()?.test;
    /// assert!(test.drawn(&[0])?.filled(0).is_none());
    /// test.note_filled();
    /// let drawn = test.drawn(&[0])?;
    /// let filled = drawn.filled(0).expect("most pixels are zero");
    /// assert_eq!(filled.places.len(), drawn.bytes(0).iter().filter(|&&byte| byte != 0).count());
    /// # Ok::<(), chainrule_data::Error>(())
    /// ```
    pub fn note_filled(&self) {
        let (notes, pixels) = self.notes();
        let features = self.features();
        notes.0.get_or_init(|| Rows::of(pixels, features));
    }

    /// The notes of a sample, if they were made.
    pub(crate) fn filled(&self, sample: usize) -> Option<Filled<'_>> {
        let rows = self.noted_rows()?;
        let [start, _, end] = rows.bounds(self.first_row() + sample);
        Some(Filled {
            places: &rows.places[start..end],
            bytes: &rows.bytes[start..end],
        })
    }

    /// The notes of all, if they were made.
    pub(crate) fn filled_rows(&self) -> Option<FilledRows<'_>> {
        let rows = self.noted_rows()?;
        Some(FilledRows {
            places: &rows.places,
            bytes: &rows.bytes,
            middle: middle_of(self.features()),
        })
    }

    /// Where in the notes of all those of some samples are: see [`Drawn::bounds`](crate::Drawn::bounds).
    pub(crate) fn bounds(&self, samples: impl Iterator<Item = usize>, bounds: &mut [[usize; 3]]) {
        let Some(rows) = self.noted_rows() else {
            return;
        };
        let first = self.first_row();
        for (bounds, sample) in bounds.iter_mut().zip(samples) {
            *bounds = rows.bounds(first + sample);
        }
    }

    fn noted_rows(&self) -> Option<&Rows> {
        self.notes().0.0.get()?.as_ref()
    }
}

/// The first place in the second half of so many.
fn middle_of(features: usize) -> usize {
    features.div_ceil(2)
}

impl Rows {
    /// Where a row's notes begin, where those of its second half do, and where they end.
    fn bounds(&self, row: usize) -> [usize; 3] {
        let ([start, middle], [end, _]) = (self.starts[row], self.starts[row + 1]);
        [start, middle, end].map(|at| at as usize)
    }

    fn of(pixels: &[u8], features: usize) -> Option<Self> {
        let filled: usize = pixels.chunks(features).map(count).sum();
        let is_worth_it = filled as f64 <= FULLEST * pixels.len() as f64;
        // Places are u16, beginnings u32.
        if !is_worth_it || features > 1 << 16 || u32::try_from(filled).is_err() {
            return None;
        }
        let mut rows = Self {
            starts: Vec::with_capacity(pixels.len() / features + 1),
            // What is noted beyond the end of a row does not stay.
            places: zeros(filled + TOGETHER),
            bytes: zeros(filled + TOGETHER),
        };
        let mut found = 0;
        let middle = middle_of(features);
        for row in pixels.chunks_exact(features) {
            let start = found;
            let (groups, rest) = row.as_chunks::<TOGETHER>();
            // Without a branch: which bytes are zero cannot be foretold.
            let mut note = |from: usize, bytes: &[u8]| {
                for (i, &byte) in bytes.iter().enumerate() {
                    rows.places[found] = (from + i) as u16;
                    rows.bytes[found] = byte;
                    found += usize::from(byte != 0);
                }
            };
            for (group, bytes) in groups.iter().enumerate() {
                if u64::from_ne_bytes(*bytes) != 0 {
                    note(group * TOGETHER, bytes);
                }
            }
            note(groups.len() * TOGETHER, rest);
            let places = &rows.places[start..found];
            let first_half = places.partition_point(|&place| usize::from(place) < middle);
            rows.starts
                .push([start, start + first_half].map(|at| at as u32));
        }
        rows.starts.push([found as u32; 2]);
        Some(rows)
    }
}

fn count(row: &[u8]) -> usize {
    row.iter().filter(|&&byte| byte != 0).count()
}

impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = matches!(self.0.get(), Some(Some(_)));
        write!(f, "Notes({})", if made { "made" } else { "none" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn data(pixels: Vec<u8>, features: usize) -> Dataset {
        let labels = vec![0; pixels.len() / features];
        let shape = [1, 1, features];
        Dataset::from_bytes("x".into(), pixels, labels, shape, vec!["a".into()]).unwrap()
    }

    #[test]
    fn parts_have_the_notes_of_their_own_samples() {
        let pixels = vec![0, 0, 0, 7, 0, 0, 0, 0, 9, 0, 0, 8, 0, 0, 0, 0];
        let all = data(pixels, 4);
        let part = all.slice(1..3).unwrap();
        part.note_filled();
        let filled = |data: &Dataset, i: u32| {
            let drawn = data.drawn(std::slice::from_ref(&i)).unwrap();
            let filled = drawn.filled(0).unwrap();
            (filled.places.to_vec(), filled.bytes.to_vec())
        };
        assert_eq!(filled(&part, 0), (vec![], vec![]));
        assert_eq!(filled(&part, 1), (vec![0, 3], vec![9, 8]));
        assert_eq!(filled(&all, 0), (vec![3], vec![7]));
    }

    #[test]
    fn full_images_are_not_noted() {
        let full = data(vec![1, 2, 0, 4], 2);
        full.note_filled();
        assert_eq!(full.drawn(&[0]).unwrap().filled(0), None);
    }

    proptest! {
        #[test]
        fn notes_are_what_is_not_zero(
            features in 1_usize..40,
            numbers in prop::collection::vec((0_u8..=4, 1_u8..), 1..400),
        ) {
            let rows = numbers.len().div_ceil(features);
            let mut pixels: Vec<u8> =
                numbers.iter().map(|&(kind, byte)| if kind == 0 { byte } else { 0 }).collect();
            pixels.resize(rows * features, 0);
            let data = data(pixels.clone(), features);
            data.note_filled();
            let filled = pixels.iter().filter(|&&byte| byte != 0).count();
            for (i, row) in pixels.chunks(features).enumerate() {
                let notes = data.filled(i);
                prop_assert_eq!(notes.is_some(), filled as f64 <= FULLEST * pixels.len() as f64);
                let Some(notes) = notes else { continue };
                let mut again = vec![0; features];
                for (&place, &byte) in notes.places.iter().zip(notes.bytes) {
                    again[usize::from(place)] = byte;
                }
                prop_assert_eq!(&again[..], row);
                prop_assert!(notes.bytes.iter().all(|&byte| byte != 0));
                prop_assert!(notes.places.is_sorted());
                let (all, mut bounds) = (data.filled_rows().unwrap(), [[0; 3]]);
                data.bounds(std::iter::once(i), &mut bounds);
                let [start, middle, end] = bounds[0];
                prop_assert_eq!(&all.places[start..end], notes.places);
                prop_assert_eq!(&all.bytes[start..end], notes.bytes);
                let is_first = |&place: &u16| usize::from(place) < all.middle;
                prop_assert!(all.places[start..middle].iter().all(is_first));
                prop_assert!(!all.places[middle..end].iter().any(is_first));
            }
        }
    }
}
