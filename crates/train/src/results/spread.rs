//! A mean and how far values lie about it.

use std::fmt;

/// The mean of some values and their sample standard deviation.
///
/// The deviation is divided by n − 1, as for a sample from which that of all seeds is judged:
/// NumPy's `std(ddof=1)`. One value has none.
///
/// ```
/// use chainrule_train::Spread;
///
/// let spread = Spread::of(&[0.96, 0.97, 0.98]).unwrap();
/// assert_eq!(spread.to_string(), "0.9700 ± 0.0100");
/// assert_eq!(format!("{spread:.2}"), "0.97 ± 0.01");
/// assert_eq!(Spread::of(&[0.5]).unwrap().to_string(), "0.5000");
/// assert!(Spread::of(&[]).is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The standard deviation, divided by n − 1; none of a single value.
    pub deviation: Option<f64>,
    /// How many values there are, n.
    pub count: usize,
}

impl Spread {
    /// Of these values; none of none.
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let count = values.len();
        let sum = values.iter().sum::<f64>();
        // Once more over what is left: values that are all the same have just that mean.
        let rough = sum / count as f64;
        let mean = rough + values.iter().map(|value| value - rough).sum::<f64>() / count as f64;
        let squares = values.iter().map(|value| (value - mean).powi(2));
        let deviation = (count > 1).then(|| (squares.sum::<f64>() / (count - 1) as f64).sqrt());
        Some(Self {
            mean,
            deviation,
            count,
        })
    }

    /// The mean less a deviation, and with one more.
    pub fn band(&self) -> (f64, f64) {
        let deviation = self.deviation.unwrap_or(0.0);
        (self.mean - deviation, self.mean + deviation)
    }
}

/// To four places, or as many as asked for.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = f.precision().unwrap_or(4);
        write!(f, "{:.places$}", self.mean)?;
        match self.deviation {
            Some(deviation) => write!(f, " ± {deviation:.places$}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_that_are_all_the_same_have_no_deviation() {
        let spread = Spread::of(&[0.1; 7]).unwrap();
        assert_eq!(
            (spread.mean, spread.deviation, spread.count),
            (0.1, Some(0.0), 7)
        );
        assert_eq!(Spread::of(&[0.1]).unwrap().deviation, None);
    }

    proptest! {
        #[test]
        fn mean_and_deviation_are_those_computed_from_all_pairs(
            values in proptest::collection::vec(-1e3..1e3_f64, 2..30),
        ) {
            let spread = Spread::of(&values).unwrap();
            let n = values.len() as f64;
            prop_assert!((spread.mean - values.iter().sum::<f64>() / n).abs() < 1e-9);
            // Another way to the variance: half the mean square of the differences of all pairs.
            let pairs = values.iter().flat_map(|a| values.iter().map(move |b| (a - b).powi(2)));
            let variance = pairs.sum::<f64>() / (2.0 * n * (n - 1.0));
            let deviation = spread.deviation.unwrap();
            prop_assert!((deviation.powi(2) - variance).abs() < 1e-9 * variance.max(1.0));
            prop_assert_eq!(spread.band(), (spread.mean - deviation, spread.mean + deviation));
        }
    }
}
