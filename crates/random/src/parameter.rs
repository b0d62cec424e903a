//! The refusal of parameters that no distribution has.

use crate::error::{Error, Result};

/// `high − low`, which has to be finite.
pub(crate) fn finite_range(low: f64, high: f64) -> Result<f64> {
    let range = high - low;
    match range.is_finite() {
        true => Ok(range),
        false => Err(Error::value("the range is not finite")
            .expected("low and high whose difference is a finite number")
            .got(format!("low {low}, high {high}"))
            .hint("uniform(-1.0, 1.0, shape)")),
    }
}

/// Refuses a negative number, −0 among them, but not NaN, which NumPy lets through.
pub(crate) fn not_negative(name: &str, value: f64) -> Result<()> {
    match value.is_nan() || value.is_sign_positive() {
        true => Ok(()),
        false => Err(Error::value(format!("{name} is negative"))
            .expected("0 or more")
            .got(format!("{value:?}"))
            .hint(format!("{name} {:?}", -value))),
    }
}

/// Refuses a number that is not above zero, but not NaN, which NumPy lets through.
pub(crate) fn positive(name: &str, value: f64) -> Result<()> {
    match value <= 0.0 {
        false => Ok(()),
        true => Err(Error::value(format!("{name} is not above zero"))
            .expected("a number above 0")
            .got(format!("{value:?}"))
            .hint(format!("{name} 1.0"))),
    }
}

/// Refuses what is no probability.
pub(crate) fn probability(name: &str, value: f64) -> Result<()> {
    match (0.0..=1.0).contains(&value) {
        true => Ok(()),
        false => Err(Error::value(format!("{name} is no probability"))
            .expected("a number from 0 to 1")
            .got(format!("{value:?}"))
            .hint("a share such as 0.5, not a percentage")),
    }
}
