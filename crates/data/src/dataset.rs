//! A data set: images as stored bytes, labels, class names. Cheap to clone and to cut.

mod parts;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::{Array2, ArrayView2};

use crate::digest::Digests;
use crate::filled::Notes;
use crate::one_hot::check_labels;
use crate::text::{counted, grouped};
use crate::{Card, Reader, Scaler};

/// Images with labels. Holds at least one sample.
///
/// A sample is an image of `[channels, height, width]` bytes and a label below `classes()`. Parts
/// ([`slice`](Self::slice), [`first`](Self::first), …) share the bytes with the whole, and so do
/// clones.
///
/// ```
/// use chainrule_data::Dataset;
/// use ndarray::array;
///
/// // Three images of 1 × 2 pixels.
/// let images = array![[0, 255], [51, 102], [255, 0]];
/// let data = Dataset::from_arrays("pairs", images, vec![1, 0, 1], [1, 1, 2], ["dark", "light"])?;
/// assert_eq!((data.len(), data.features(), data.classes()), (3, 2, 2));
/// assert_eq!(data.first(2)?.pixels(), array![[0.0, 1.0], [0.2, 0.4]]);
/// # Ok::<(), chainrule_data::Error>(())
/// ```
#[derive(Clone)]
pub struct Dataset {
    shared: Arc<Shared>,
    range: Range<usize>,
    scaler: Option<Scaler>,
}

struct Shared {
    name: String,
    /// `[samples, features]`, row after row.
    pixels: Vec<u8>,
    labels: Vec<u8>,
    sample_shape: [usize; 3],
    features: usize,
    class_names: Vec<String>,
    digests: Digests,
    notes: Notes,
}

impl Dataset {
    /// A data set from bytes as they lie in a file; the one way in.
    pub(crate) fn from_bytes(
        name: String,
        pixels: Vec<u8>,
        labels: Vec<u8>,
        sample_shape: [usize; 3],
        class_names: Vec<String>,
    ) -> Result<Self> {
        let place = format!("data set {name:?}");
        if labels.is_empty() {
            return Err(
                Error::new(ErrorKind::Value, format!("{place} holds no samples"))
                    .expected("at least one image with its label")
                    .got("0 labels"),
            );
        }
        let features = checked_features(sample_shape).unwrap_or(0);
        if features == 0 || labels.len().checked_mul(features) != Some(pixels.len()) {
            let [channels, height, width] = sample_shape;
            let images = counted(labels.len(), "image");
            return Err(
                Error::new(ErrorKind::Shape, format!("{place}: pixels do not fit"))
                    .expected(format!(
                        "{images} of {channels} · {height} · {width} values"
                    ))
                    .got(counted(pixels.len(), "value")),
            );
        }
        if u32::try_from(labels.len()).is_err() {
            return Err(
                Error::new(ErrorKind::Value, format!("{place} is too large"))
                    .expected(format!("at most {} samples", grouped(u32::MAX as usize)))
                    .got(grouped(labels.len())),
            );
        }
        check_labels(&labels, class_names.len(), &place)?;
        let range = 0..labels.len();
        let shared = Shared {
            name,
            pixels,
            labels,
            sample_shape,
            features,
            class_names,
            digests: Digests::default(),
            notes: Notes::default(),
        };
        Ok(Self {
            shared: Arc::new(shared),
            range,
            scaler: None,
        })
    }

    /// The same images and labels with other names for the classes.
    ///
    /// The bytes are copied if other parts share them.
    ///
    /// # Errors
    /// If a label has no name.
    pub fn with_class_names<S: Into<String>>(
        self,
        class_names: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        let class_names: Vec<String> = class_names.into_iter().map(Into::into).collect();
        check_labels(
            self.labels(),
            class_names.len(),
            &format!("data set {:?}", self.name()),
        )?;
        let Self {
            shared,
            range,
            scaler,
        } = self;
        let (shared, range) = match Arc::try_unwrap(shared) {
            Ok(alone) if range.len() == alone.labels.len() => (
                Shared {
                    class_names,
                    digests: Digests::default(),
                    ..alone
                },
                range,
            ),
            Ok(alone) => (alone.part(&range, class_names), 0..range.len()),
            Err(shared) => (shared.part(&range, class_names), 0..range.len()),
        };
        Ok(Self {
            shared: Arc::new(shared),
            range,
            scaler,
        })
    }

    /// What standardizes its pixels when they are drawn, if something does.
    pub fn scaler(&self) -> Option<&Scaler> {
        self.scaler.as_ref()
    }

    pub(crate) fn with_scaler(mut self, scaler: Option<Scaler>) -> Self {
        self.scaler = scaler;
        self
    }

    /// The name of the data set: `MNIST`.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// How many samples it holds; at least 1.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Channels, height and width of an image: `[1, 28, 28]`.
    pub fn sample_shape(&self) -> [usize; 3] {
        self.shared.sample_shape
    }

    /// How many values an image has: channels · height · width.
    pub fn features(&self) -> usize {
        self.shared.features
    }

    /// The names of the classes, by label.
    pub fn class_names(&self) -> &[String] {
        &self.shared.class_names
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.shared.class_names.len()
    }

    /// The labels, one for each sample, each below `classes()`.
    pub fn labels(&self) -> &[u8] {
        &self.shared.labels[self.range.clone()]
    }

    /// The label of sample `i`.
    ///
    /// # Errors
    /// If there is no sample `i`.
    pub fn label(&self, i: usize) -> Result<u8> {
        self.labels()
            .get(i)
            .copied()
            .ok_or_else(|| self.no_sample(i, "label"))
    }

    /// The image of sample `i` as it is stored, 0 to 255, of shape `[height, width]`. The channels
    /// of a colour image lie below one another: `[channels · height, width]`.
    ///
    /// # Errors
    /// If there is no sample `i`.
    pub fn image(&self, i: usize) -> Result<Array2<u8>> {
        if i >= self.len() {
            return Err(self.no_sample(i, "image"));
        }
        let [channels, height, width] = self.sample_shape();
        let bytes = &self.bytes()[i * self.features()..(i + 1) * self.features()];
        Ok(ArrayView2::from_shape((channels * height, width), bytes)
            .expect("an image has as many bytes as its shape says; please report this")
            .to_owned())
    }

    /// How many samples there are of each class.
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes()];
        for &label in self.labels() {
            counts[usize::from(label)] += 1;
        }
        counts
    }

    /// A reader with TensorFlow's `next_batch`; see [`Reader`].
    pub fn reader(&self, seed: u64) -> Reader {
        Reader::new(self.clone(), seed)
    }

    /// Counts, shape, value range, class balance and a strip of images; see [`Card`].
    pub fn card(&self) -> Card {
        Card::of(self.name(), &[("samples", self)])
    }

    /// Never: a data set holds at least one sample.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// The pixels of the samples, `[samples, features]`, row after row, as they are stored.
    pub fn bytes(&self) -> &[u8] {
        let features = self.shared.features;
        &self.shared.pixels[self.range.start * features..self.range.end * features]
    }

    /// Every field is named: what a network sees of a new one has to go into the digest.
    pub(crate) fn digests(&self) -> (&Digests, &Range<usize>) {
        let Self {
            shared,
            range,
            scaler: _,
        } = self;
        let Shared {
            name: _,
            pixels: _,
            labels: _,
            sample_shape: _,
            features: _,
            class_names: _,
            digests,
            // They say what the pixels say.
            notes: _,
        } = &**shared;
        (digests, range)
    }

    /// Notes on all rows of the whole data set, and these rows.
    pub(crate) fn notes(&self) -> (&Notes, &[u8]) {
        (&self.shared.notes, &self.shared.pixels)
    }

    /// Which of all rows is the first of these.
    pub(crate) fn first_row(&self) -> usize {
        self.range.start
    }

    pub(crate) fn no_sample(&self, i: usize, place: &str) -> Error {
        Error::new(
            ErrorKind::Value,
            format!("{place}: {} has no sample {i}", self.name()),
        )
        .expected(format!("0 to {}", self.len() - 1))
        .got(i.to_string())
    }
}

impl Shared {
    fn part(&self, range: &Range<usize>, class_names: Vec<String>) -> Self {
        Self {
            name: self.name.clone(),
            pixels: self.pixels[range.start * self.features..range.end * self.features].to_vec(),
            labels: self.labels[range.clone()].to_vec(),
            class_names,
            digests: Digests::default(),
            notes: Notes::default(),
            ..*self
        }
    }
}

pub(crate) fn checked_features([channels, height, width]: [usize; 3]) -> Option<usize> {
    channels.checked_mul(height)?.checked_mul(width)
}

impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.card().fmt(f)
    }
}

impl fmt::Debug for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [channels, height, width] = self.sample_shape();
        let (name, samples) = (self.name(), counted(self.len(), "sample"));
        let classes = self.classes();
        write!(
            f,
            "Dataset({name}: {samples} of {channels} × {height} × {width}, {classes} classes)"
        )
    }
}

#[cfg(test)]
mod tests;
