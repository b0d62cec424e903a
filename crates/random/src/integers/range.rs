//! Which ranges integers are drawn from, and the refusal of empty ones.

use std::ops::{Range, RangeFull, RangeInclusive};

use super::Integer;
use crate::error::{Error, Result};

/// A range to draw integers from: `0..6` without its end, `1..=6` with it, `..` for all that the
/// type has.
///
/// `0..=u64::MAX` is how to reach what NumPy writes as a `high` of 2⁶⁴.
///
/// This trait is sealed: the ranges above are all that implement it.
pub trait IntegerRange<T: Integer>: sealed::IntegerRange<T> {}

impl<T: Integer, R: sealed::IntegerRange<T>> IntegerRange<T> for R {}

pub(crate) mod sealed {
    pub trait IntegerRange<T> {
        /// The least and the greatest number, both included.
        #[doc(hidden)]
        fn bounds(self) -> crate::Result<(T, T)>;
    }
}

impl<T: Integer> sealed::IntegerRange<T> for Range<T> {
    fn bounds(self) -> Result<(T, T)> {
        match self.end.before() {
            Some(last) if self.start <= last => Ok((self.start, last)),
            _ => Err(empty(format!("{}..{}", self.start, self.end))),
        }
    }
}

impl<T: Integer> sealed::IntegerRange<T> for RangeInclusive<T> {
    fn bounds(self) -> Result<(T, T)> {
        let (low, high) = (*self.start(), *self.end());
        match low <= high {
            true => Ok((low, high)),
            false => Err(empty(format!("{low}..={high}"))),
        }
    }
}

impl<T: Integer> sealed::IntegerRange<T> for RangeFull {
    fn bounds(self) -> Result<(T, T)> {
        Ok((T::LEAST, T::MOST))
    }
}

fn empty(range: String) -> Error {
    Error::value("there is no integer in the range")
        .expected("a lower end, then a higher one")
        .got(range)
        .hint("0..10 for 0 to 9, 0..=10 for 0 to 10")
}
