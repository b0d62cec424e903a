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
