//! Pixels with mean 0 and deviation 1, by what the training part is like.

use std::fmt;
use std::sync::Arc;

use chainrule_error::{Error, ErrorKind, Result};

use crate::text::{counted, grouped};
use crate::wide::{Loop, wide};
use crate::{Dataset, Element};

/// What pixels are standardized by: x ← (x − mean) / deviation, for x from 0 to 1.
///
/// It is fitted on one data set, the training part, and applied to all parts, when a batch is
/// drawn: in memory a pixel stays one byte. LeCun, Bottou, Orr and Müller, *Efficient backprop*
/// (1998), section 4.3. Means and deviations are exact: they come from whole sums of the bytes. The
/// deviation is that of all samples (divided by n), as NumPy's `std` and scikit-learn's
/// `StandardScaler` have it.
///
/// A pixel that is the same in every image of the training part has the deviation 0; nothing can
/// make that 1. Such pixels become 0 there, and elsewhere differ from 0 by as much as they
/// differ from the training part's value: as in scikit-learn, they are divided by 1.
///
/// ```
/// use chainrule_data::{Dataset, Scaler};
/// use ndarray::array;
///
/// let images = array![[0, 255, 7], [255, 0, 7]];
/// let train = Dataset::from_arrays("two", images, vec![0, 1], [1, 1, 3], ["a", "b"])?;
/// let scaler = Scaler::per_feature(&train);
/// assert_eq!(scaler.constant_features(), 1);
/// assert_eq!(train.scaled(&scaler)?.pixels(), array![[-1.0, 1.0, 0.0], [1.0, -1.0, 0.0]]);
/// # Ok::<(), chainrule_data::Error>(())
/// ```
#[derive(Clone)]
pub struct Scaler(Arc<Tables>);

struct Tables {
    global: bool,
    means: Vec<f64>,
    deviations: Vec<f64>,
    /// Means and reciprocals of the deviations, for every feature.
    single: Vec<[f32; 2]>,
    double: Vec<[f64; 2]>,
}

/// Samples, the sum of their bytes and the sum of the squares.
#[derive(Clone, Copy, Default)]
struct Sums {
    count: u64,
    bytes: u64,
    squares: u64,
}

impl Sums {
    fn add(&mut self, byte: u8) {
        self.count += 1;
        self.bytes += u64::from(byte);
        self.squares += u64::from(byte).pow(2);
    }

    fn mean(self) -> f64 {
        self.bytes as f64 / self.count as f64 / 255.0
    }

    fn deviation(self) -> f64 {
        // n·Σv² − (Σv)², a whole number: 0 means 0.
        let spread = u128::from(self.count) * u128::from(self.squares)
            - u128::from(self.bytes) * u128::from(self.bytes);
        (spread as f64).sqrt() / self.count as f64 / 255.0
    }
}

impl Scaler {
    /// A mean and a deviation for each pixel's place.
    pub fn per_feature(train: &Dataset) -> Self {
        let mut sums = vec![Sums::default(); train.features()];
        for row in train.bytes().chunks_exact(train.features()) {
            sums.iter_mut()
                .zip(row)
                .for_each(|(sums, &byte)| sums.add(byte));
        }
        Self::of(&sums, train.features(), false)
    }

    /// One mean and one deviation for all pixels.
    pub fn global(train: &Dataset) -> Self {
        let mut sums = Sums::default();
        train.bytes().iter().for_each(|&byte| sums.add(byte));
        Self::of(&[sums], train.features(), true)
    }

    fn of(sums: &[Sums], features: usize, global: bool) -> Self {
        let means: Vec<f64> = sums.iter().map(|sums| sums.mean()).collect();
        let deviations: Vec<f64> = sums.iter().map(|sums| sums.deviation()).collect();
        let pairs = means.iter().zip(&deviations).map(|(&mean, &deviation)| {
            [
                mean,
                if deviation == 0.0 {
                    1.0
                } else {
                    1.0 / deviation
                },
            ]
        });
        let double: Vec<[f64; 2]> = pairs.cycle().take(features).collect();
        let single = double.iter().map(|pair| pair.map(|value| value as f32));
        Self(Arc::new(Tables {
            global,
            means,
            deviations,
            single: single.collect(),
            double,
        }))
    }

    /// The means, of pixels from 0 to 1: one for each feature, or one for all.
    pub fn means(&self) -> &[f64] {
        &self.0.means
    }

    /// The deviations, as the means.
    pub fn deviations(&self) -> &[f64] {
        &self.0.deviations
    }

    /// Whether it has one mean and one deviation for all pixels.
    pub fn is_global(&self) -> bool {
        self.0.global
    }

    /// How many pixels were the same in every image that it was fitted on: they stay unscaled.
    pub fn constant_features(&self) -> usize {
        let constant = self
            .0
            .deviations
            .iter()
            .filter(|&&deviation| deviation == 0.0);
        match self.is_global() {
            true => constant.count() * self.features(),
            false => constant.count(),
        }
    }

    /// How many pixels an image has.
    pub fn features(&self) -> usize {
        self.0.double.len()
    }

    pub(crate) fn single(&self) -> &[[f32; 2]] {
        &self.0.single
    }

    pub(crate) fn double(&self) -> &[[f64; 2]] {
        &self.0.double
    }

    /// A scaler of the same kind, fitted on another data set.
    pub(crate) fn refitted(&self, train: &Dataset) -> Self {
        match self.is_global() {
            true => Self::global(train),
            false => Self::per_feature(train),
        }
    }
}

/// Standardizes rows of as many values as there are pairs of mean and factor.
pub(crate) fn standardize<F: Element + std::ops::Sub<Output = F> + std::ops::Mul<Output = F>>(
    pairs: &[[F; 2]],
    rows: &mut [F],
) {
    wide(Standardize { pairs, rows });
}

struct Standardize<'a, F> {
    pairs: &'a [[F; 2]],
    rows: &'a mut [F],
}

impl<F: Copy + std::ops::Sub<Output = F> + std::ops::Mul<Output = F>> Loop for Standardize<'_, F> {
    #[inline(always)]
    fn run(self) {
        for row in self.rows.chunks_exact_mut(self.pairs.len()) {
            row.iter_mut()
                .zip(self.pairs)
                .for_each(|(x, &[mean, factor])| *x = (*x - mean) * factor);
        }
    }
}

impl Dataset {
    /// The same samples, standardized when they are drawn. Pixels in memory, and
    /// [`image`](Self::image), stay as they are stored. What scaled them before does no longer.
    ///
    /// # Errors
    /// If the scaler was fitted on images with another number of pixels.
    pub fn scaled(&self, scaler: &Scaler) -> Result<Self> {
        if scaler.features() != self.features() {
            return Err(Error::new(
                ErrorKind::Shape,
                format!("a scaler does not fit {}", self.name()),
            )
            .expected(format!("one of {}", counted(self.features(), "feature")))
            .got(format!("one of {}", counted(scaler.features(), "feature")))
            .hint(
                "fit it on the training part of the same data: Scaler::per_feature(&data.train)",
            ));
        }
        Ok(self.clone().with_scaler(Some(scaler.clone())))
    }
}

impl fmt::Display for Scaler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_global() {
            let (mean, deviation) = (self.means()[0], self.deviations()[0]);
            return write!(
                f,
                "all pixels by mean {mean:.4} and deviation {deviation:.4}"
            );
        }
        write!(
            f,
            "each of {} pixels by its own mean and deviation",
            grouped(self.features())
        )?;
        match self.constant_features() {
            0 => Ok(()),
            constant => write!(f, ", {} constant", grouped(constant)),
        }
    }
}

impl fmt::Debug for Scaler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scaler({self})")
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis};
    use proptest::prelude::*;

    use super::*;
    use crate::Splits;

    fn data(bytes: &[u8], features: usize) -> Dataset {
        let images = Array2::from_shape_vec((bytes.len() / features, features), bytes.to_vec());
        let images = images.unwrap();
        let labels = vec![0; images.nrows()];
        Dataset::from_arrays("mine", images, labels, [1, 1, features], ["a"]).unwrap()
    }

    proptest! {
        /// Against means and deviations by their definitions.
        #[test]
        fn pixels_get_mean_0_and_deviation_1(bytes in proptest::collection::vec(any::<u8>(), 4..60)) {
            let bytes = &bytes[..bytes.len() / 4 * 4];
            let plain = data(bytes, 4);
            let x = plain.pixels_f64();
            let scaler = Scaler::per_feature(&plain);
            let scaled = plain.scaled(&scaler).unwrap();
            let z = scaled.pixels_f64();
            for (feature, column) in x.axis_iter(Axis(1)).enumerate() {
                let mean = column.mean().unwrap();
                let deviation = column.mapv(|v| (v - mean).powi(2)).mean().unwrap().sqrt();
                let by = if scaler.deviations()[feature] == 0.0 { 1.0 } else { deviation };
                prop_assert!((scaler.deviations()[feature] - deviation).abs() < 1e-12);
                for (&z, &x) in z.column(feature).iter().zip(column) {
                    prop_assert!((z - (x - mean) / by).abs() < 1e-9, "{z} {x} {mean} {by}");
                }
            }
            let single = scaled.pixels();
            prop_assert!(single.iter().zip(&z).all(|(&a, b)| (f64::from(a) - b).abs() < 1e-4));
            let z = plain.scaled(&Scaler::global(&plain)).unwrap().pixels_f64();
            if bytes.iter().any(|&byte| byte != bytes[0]) {
                prop_assert!(z.mean().unwrap().abs() < 1e-12);
                prop_assert!((z.mapv(|v| v * v).mean().unwrap() - 1.0).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn every_way_of_drawing_is_standardized_and_the_bytes_stay() {
        let plain = data(&[0, 51, 102, 255, 204, 51], 2);
        let scaled = plain.scaled(&Scaler::per_feature(&plain)).unwrap();
        assert_eq!(scaled.bytes().as_ptr(), plain.bytes().as_ptr());
        let all = scaled.pixels();
        let (mut x, mut labels) = ([0.0_f32; 4], [0; 2]);
        scaled.fill_batch(&[2, 1], &mut x, &mut labels).unwrap();
        assert_eq!(x[..2], all.row(2).to_vec()[..]);
        assert_eq!(x[2..], all.row(1).to_vec()[..]);
        scaled.fill_rows(1..3, &mut x).unwrap();
        assert_eq!(x[..2], all.row(1).to_vec()[..]);
        let batch = scaled.reader(1).next_batch(3).unwrap();
        assert!(batch.x.iter().all(|v| all.iter().any(|w| v == w)));
        let part = scaled.slice(1..3).unwrap();
        assert_eq!(part.pixels().row(0), all.row(1));
        assert_eq!(part.image(0).unwrap(), plain.image(1).unwrap());
        let renamed = part.with_class_names(["z"]).unwrap();
        assert_eq!(renamed.pixels().row(0), all.row(1));
    }

    #[test]
    fn constant_pixels_become_0_and_keep_their_distance_elsewhere() {
        let (train, test) = (data(&[51, 0, 51, 255], 2), data(&[102, 0], 2));
        let splits = Splits::new("mine", train, None, test)
            .unwrap()
            .standardized();
        let scaler = splits.train.scaler().unwrap();
        assert_eq!(
            (scaler.constant_features(), scaler.deviations()),
            (1, &[0.0, 0.5][..])
        );
        assert_eq!(splits.train.pixels_f64().column(0).to_vec(), [0.0, 0.0]);
        assert!((splits.test.pixels_f64()[[0, 0]] - 0.2).abs() < 1e-15);
        let text = "each of 2 pixels by its own mean and deviation, 1 constant";
        assert_eq!(scaler.to_string(), text);
        let flat = Scaler::global(&data(&[7, 7, 7], 3));
        assert_eq!((flat.constant_features(), flat.is_global()), (3, true));
    }

    #[test]
    fn a_scaler_sees_the_training_part_alone_and_is_fitted_anew_when_that_changes() {
        let train = data(&[0, 10, 20, 30, 200, 250], 1);
        let all = Splits::new("mine", train, None, data(&[255], 1))
            .unwrap()
            .standardized();
        let mean = |splits: &Splits| splits.train.scaler().unwrap().means()[0] * 255.0;
        assert_eq!(mean(&all), 85.0);
        let split = all.with_validation(4).unwrap();
        assert_eq!(mean(&split), 225.0);
        for (name, part) in split.parts() {
            assert_eq!(part.scaler().unwrap().means()[0] * 255.0, 225.0, "{name}");
        }
        let again = split.with_validation(4).unwrap();
        assert_eq!(mean(&again), 225.0);
        let other = data(&[1, 2], 2);
        let error = other.scaled(split.train.scaler().unwrap()).unwrap_err();
        assert!(error.to_string().contains("one of 1 feature"), "{error}");
    }
}
