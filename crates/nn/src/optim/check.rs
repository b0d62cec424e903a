//! The ranges of settings, and what is said of those outside.

use chainrule_error::{Error, ErrorKind, Result};

/// A learning rate to begin with: above 0.
pub(crate) fn learning_rate(rate: f64) -> Result<f64> {
    if rate.is_finite() && rate > 0.0 {
        return Ok(rate);
    }
    Err(Error::new(
        ErrorKind::Value,
        "a learning rate has to be a positive number",
    )
    .expected("a finite number above 0")
    .got(rate.to_string())
    .hint("0.1 is a good first try for SGD"))
}

/// A learning rate on the way: a schedule may come down to 0.
pub(crate) fn scheduled_rate(rate: f64) -> Result<f64> {
    at_least_zero("a learning rate", rate)
}

/// A decay of a running average or a share: 0 to below 1.
pub(crate) fn decay(what: &str, value: f64) -> Result<f64> {
    within(what, value, (0.0..1.0).contains(&value), "0 to below 1")
}

/// Above 0 and finite.
pub(crate) fn positive(what: &str, value: f64) -> Result<f64> {
    within(
        what,
        value,
        value.is_finite() && value > 0.0,
        "a finite number above 0",
    )
}

/// An ε that keeps divisors from 0: above 0, also as f32.
pub(crate) fn epsilon(what: &str, value: f64) -> Result<f64> {
    let value = positive(what, value)?;
    if value as f32 > 0.0 {
        return Ok(value);
    }
    Err(
        Error::new(ErrorKind::Value, format!("{what} is out of range"))
            .expected("a finite number above 0, in f32 too: at least 1e-45")
            .got(format!("{value:?}"))
            .why("in f32 it is 0, and 0/0 is no number")
            .hint("1e-8 is the usual one"),
    )
}

/// 0 or more, and finite.
pub(crate) fn at_least_zero(what: &str, value: f64) -> Result<f64> {
    within(
        what,
        value,
        value.is_finite() && value >= 0.0,
        "a finite number, not negative",
    )
}

pub(crate) fn within(what: &str, value: f64, fine: bool, range: &str) -> Result<f64> {
    if fine {
        return Ok(value);
    }
    Err(
        Error::new(ErrorKind::Value, format!("{what} is out of range"))
            .expected(range)
            .got(value.to_string()),
    )
}
