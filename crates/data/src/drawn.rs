//! Samples that are drawn as they are needed, a few at a time and on any thread.

use std::ops::Range;

use chainrule_error::{Error, ErrorKind, Result};

use crate::{Dataset, Element, Filled, FilledRows};

/// Some samples of a data set, all of which exist.
///
/// ```
/// # let images = ndarray::array![[0, 255], [51, 102], [255, 0]];
/// # let data = chainrule_data::Dataset::from_arrays("", images, vec![1, 0, 1], [1, 1, 2], ["a", "b"])?;
/// let drawn = data.drawn(&[2, 1])?;
/// let mut x = [0.0_f32; 2];
/// drawn.write(1..2, &mut x);
/// assert_eq!((drawn.len(), drawn.label(0), x), (2, 1, [0.2, 0.4]));
/// # Ok::<(), chainrule_data::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Drawn<'a> {
    data: &'a Dataset,
    which: Which<'a>,
}

#[derive(Clone, Debug)]
enum Which<'a> {
    Picked(&'a [u32]),
    Consecutive(Range<usize>),
}

impl Dataset {
    /// The samples at these places.
    ///
    /// # Errors
    /// If one of them goes beyond the end.
    pub fn drawn<'a>(&'a self, indices: &'a [u32]) -> Result<Drawn<'a>> {
        match indices.iter().find(|&&index| index as usize >= self.len()) {
            Some(&index) => Err(self.no_sample(index as usize, "drawn")),
            None => Ok(Drawn {
                data: self,
                which: Which::Picked(indices),
            }),
        }
    }

    /// Consecutive samples.
    ///
    /// # Errors
    /// If the range goes beyond the end.
    pub fn drawn_rows(&self, range: Range<usize>) -> Result<Drawn<'_>> {
        self.consecutive(range, "drawn_rows")
    }

    pub(crate) fn consecutive(&self, range: Range<usize>, place: &str) -> Result<Drawn<'_>> {
        if range.start <= range.end && range.end <= self.len() {
            return Ok(Drawn {
                data: self,
                which: Which::Consecutive(range),
            });
        }
        let what = format!("{place}: {} has no such samples", self.name());
        Err(Error::new(ErrorKind::Value, what)
            .expected(format!("a range within 0..{}", self.len()))
            .got(format!("{}..{}", range.start, range.end)))
    }
}

impl Drawn<'_> {
    /// How many samples they are.
    pub fn len(&self) -> usize {
        match &self.which {
            Which::Picked(indices) => indices.len(),
            Which::Consecutive(range) => range.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many pixels each has.
    pub fn features(&self) -> usize {
        self.data.features()
    }

    /// The label of the sample with this number among them.
    ///
    /// # Panics
    /// If there is no such sample.
    pub fn label(&self, sample: usize) -> u8 {
        self.data.labels()[self.place(sample)]
    }

    /// The bytes of the sample with this number among them.
    ///
    /// # Panics
    /// If there is no such sample.
    pub fn bytes(&self, sample: usize) -> &[u8] {
        let features = self.data.features();
        &self.data.bytes()[self.place(sample) * features..][..features]
    }

    /// What is not zero of the sample with this number among them, if it was
    /// [noted](Dataset::note_filled).
    ///
    /// # Panics
    /// If there is no such sample.
    pub fn filled(&self, sample: usize) -> Option<Filled<'_>> {
        self.data.filled(self.place(sample))
    }

    /// The notes of all samples of the data set, if they were [made](Dataset::note_filled); those of
    /// these samples are within their [bounds](Self::bounds).
    pub fn filled_rows(&self) -> Option<FilledRows<'_>> {
        self.data.filled_rows()
    }

    /// For each of the first samples where its notes begin, where those of the second half of its
    /// bytes do, and where they end. Nothing is written if none were made.
    pub fn bounds(&self, bounds: &mut [[usize; 3]]) {
        match &self.which {
            Which::Picked(indices) => {
                let indices = indices.iter().map(|&index| index as usize);
                self.data.bounds(indices, bounds);
            }
            Which::Consecutive(range) => self.data.bounds(range.clone(), bounds),
        }
    }

    /// The number between 0 and 1 that each byte stands for, unless pixels are
    /// [standardized](Dataset::scaled): then it depends on the pixel.
    pub fn numbers<F: Element>(&self) -> Option<&'static [F; 256]> {
        self.data.scaler().is_none().then(F::numbers)
    }

    /// Writes the pixels of some of them, 0 to 1 or standardized, row by row. Allocates nothing.
    ///
    /// - `x`: `samples.len() · features()` values
    ///
    /// # Panics
    /// If there are no such samples, or `x` has another length.
    pub fn write<F: Element>(&self, samples: Range<usize>, x: &mut [F]) {
        let features = self.features();
        assert_eq!(x.len(), samples.len() * features, "room for other samples");
        match &self.which {
            Which::Picked(indices) => {
                F::gather(self.data.bytes(), features, &indices[samples], x);
            }
            Which::Consecutive(range) => {
                let start = (range.start + samples.start) * features;
                F::scale(&self.data.bytes()[start..][..x.len()], x);
            }
        }
        if let Some(scaler) = self.data.scaler() {
            F::standardize(scaler, x);
        }
    }

    fn place(&self, sample: usize) -> usize {
        match &self.which {
            Which::Picked(indices) => indices[sample] as usize,
            Which::Consecutive(range) => range.start + sample,
        }
    }
}
