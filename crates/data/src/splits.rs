//! The parts of a data set: to train, to validate, to test.

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};

use crate::text::grouped;
use crate::{Card, Dataset, Scaler};

/// The parts of a data set. Cheap to clone: parts share the bytes.
///
/// ```
/// use chainrule_data::Mnist;
///
/// let mnist = Mnist::load()?.with_validation(5_000)?;
/// let validation = mnist.validation.as_ref().map(|part| part.len());
/// assert_eq!((mnist.train.len(), validation, mnist.test.len()), (55_000, Some(5_000), 10_000));
/// # Ok::<(), chainrule_data::Error>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Splits {
    /// The name of the data set: `MNIST`.
    pub name: String,
    /// What is learned from.
    pub train: Dataset,
    /// What settings are chosen by, if it was split off.
    pub validation: Option<Dataset>,
    /// What the result is judged by.
    pub test: Dataset,
}

impl Splits {
    /// Parts of one's own data.
    ///
    /// # Errors
    /// If the parts differ in the shape of a sample or in their classes.
    pub fn new(
        name: impl Into<String>,
        train: Dataset,
        validation: Option<Dataset>,
        test: Dataset,
    ) -> Result<Self> {
        let name = name.into();
        for (part, what) in validation
            .iter()
            .map(|part| (part, "validation"))
            .chain([(&test, "test")])
        {
            if part.sample_shape() != train.sample_shape() {
                let shape = |data: &Dataset| format!("{:?}", data.sample_shape());
                let place = format!("{name}: train and {what} hold images of different shapes");
                return Err(Error::new(ErrorKind::Shape, place)
                    .expected(format!("[channels, height, width] {}", shape(&train)))
                    .got(shape(part)));
            }
            if part.class_names() != train.class_names() {
                let place = format!("{name}: train and {what} have different classes");
                return Err(Error::new(ErrorKind::Value, place)
                    .expected(train.class_names().join(", "))
                    .got(part.class_names().join(", ")));
            }
        }
        Ok(Self {
            name,
            train,
            validation,
            test,
        })
    }

    /// Splits the first `n` training samples off as the validation part, as TensorFlow's reader
    /// did: with 5 000 of MNIST's, 55 000 / 5 000 / 10 000.
    ///
    /// A validation part that was split off before goes back first, so a cell that does this can
    /// be run twice. Standardized splits are fitted anew, on what is left to train with.
    ///
    /// # Errors
    /// If either part would be empty, or if the splits came with a validation part of their own.
    pub fn with_validation(&self, n: usize) -> Result<Self> {
        let whole = match &self.validation {
            None => self.train.clone(),
            Some(validation) => validation.rejoined(&self.train).ok_or_else(|| {
                Error::new(
                    ErrorKind::Value,
                    format!("{} has a validation part", self.name),
                )
                .expected("splits without one, or with one split off by with_validation")
                .got(format!(
                    "one of {} samples, from elsewhere",
                    grouped(validation.len())
                ))
                .hint("set validation to None first")
            })?,
        };
        let (validation, train) = whole
            .split_at(n)
            .map_err(|error| error.within("with_validation"))?;
        let scaler = train.scaler().map(|scaler| scaler.refitted(&train));
        let split = Self {
            train,
            validation: Some(validation),
            ..self.clone()
        };
        Ok(match scaler {
            Some(scaler) => split.with_scaler(&scaler),
            None => split,
        })
    }

    /// Standardizes each pixel's place when batches are drawn, all parts by the mean and the
    /// deviation of the training part alone; see [`Scaler::per_feature`].
    ///
    /// ```
    /// use chainrule_data::Mnist;
    ///
    /// let mnist = Mnist::load()?.standardized();
    /// let scaler = mnist.train.scaler().unwrap();
    /// assert_eq!(scaler.constant_features(), 67); // pixels that no image has ink on
    /// # Ok::<(), chainrule_data::Error>(())
    /// ```
    pub fn standardized(&self) -> Self {
        self.with_scaler(&Scaler::per_feature(&self.train))
    }

    /// As [`standardized`](Self::standardized), with one mean and one deviation for all pixels; see
    /// [`Scaler::global`].
    pub fn standardized_globally(&self) -> Self {
        self.with_scaler(&Scaler::global(&self.train))
    }

    /// All parts of these splits are alike, so one scaler fits all of them.
    fn with_scaler(&self, scaler: &Scaler) -> Self {
        let scaled = |part: &Dataset| part.clone().with_scaler(Some(scaler.clone()));
        Self {
            name: self.name.clone(),
            train: scaled(&self.train),
            validation: self.validation.as_ref().map(scaled),
            test: scaled(&self.test),
        }
    }

    /// The parts by name, in the order train, validation (if any), test.
    pub fn parts(&self) -> Vec<(&'static str, &Dataset)> {
        let mut parts = vec![("train", &self.train)];
        parts.extend(self.validation.iter().map(|part| ("validation", part)));
        parts.push(("test", &self.test));
        parts
    }

    /// Counts, shape, value range, class balance and a strip of images; see [`Card`].
    pub fn card(&self) -> Card {
        Card::of(&self.name, &self.parts())
    }
}

impl fmt::Display for Splits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.card().fmt(f)
    }
}

impl fmt::Debug for Splits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lengths: Vec<String> = self
            .parts()
            .iter()
            .map(|(name, part)| format!("{name} {}", grouped(part.len())))
            .collect();
        write!(f, "Splits({}: {})", self.name, lengths.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Folder, tiny_entry};
    use crate::{Places, load};

    fn tiny() -> Splits {
        let folder = Folder::new();
        folder.write_tiny("tiny", ".gz");
        load::load(&tiny_entry(&[]), &Places::only(folder.path())).unwrap()
    }

    #[test]
    fn the_first_samples_become_the_validation_part() {
        let all = tiny();
        let split = all.with_validation(2).unwrap();
        let validation = split.validation.as_ref().unwrap();
        assert_eq!(validation.labels(), [0, 1]);
        assert_eq!(split.train.labels(), [2, 0, 1, 2]);
        assert_eq!(split.test.labels(), all.test.labels());
        assert_eq!(validation.image(1).unwrap(), all.train.image(1).unwrap());
        assert_eq!(split.train.image(0).unwrap(), all.train.image(2).unwrap());
    }

    #[test]
    fn splitting_again_starts_from_the_whole() {
        let once = tiny().with_validation(2).unwrap();
        let twice = once.with_validation(2).unwrap();
        assert_eq!(format!("{once:?}"), format!("{twice:?}"));
        let other = once.with_validation(5).unwrap();
        assert_eq!(
            format!("{other:?}"),
            "Splits(Tiny: train 1, validation 5, test 4)"
        );
    }

    #[test]
    fn no_part_may_be_empty_and_a_foreign_validation_part_stays() {
        let all = tiny();
        for n in [0, 6, 7] {
            let error = all.with_validation(n).unwrap_err().to_string();
            assert_eq!(
                error,
                format!(
                    "with_validation: cannot split Tiny there\n  \
                       expected  1 to 5, so that no part is empty\n  got       {n}"
                )
            );
        }
        let mut own = all.clone();
        own.validation = Some(all.test.clone());
        let error = own.with_validation(2).unwrap_err().to_string();
        assert!(
            error.contains("one of 4 samples, from elsewhere"),
            "{error}"
        );
    }

    #[test]
    fn parts_must_be_alike() {
        let Splits { train, test, .. } = tiny();
        let renamed = test.clone().with_class_names(["x", "y", "z"]).unwrap();
        let error = Splits::new("mine", train.clone(), None, renamed)
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "mine: train and test have different classes\n  expected  a, b, c\n  got       x, y, z"
        );
        let flat = ndarray::Array2::<u8>::zeros((1, 6));
        let flat = Dataset::from_arrays("flat", flat, vec![0], [1, 1, 6], ["a", "b", "c"]).unwrap();
        let error = Splits::new("mine", train, Some(flat), test)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("train and validation hold images of different shapes"),
            "{error}"
        );
    }
}
