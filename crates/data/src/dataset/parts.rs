//! Parts of a data set, which share its bytes.

use std::ops::Range;
use std::sync::Arc;

use chainrule_error::{Error, ErrorKind, Result};

use super::Dataset;
use crate::text::{counted, grouped};

impl Dataset {
    /// The samples of `range`, sharing their bytes.
    ///
    /// # Errors
    /// If the range is empty or goes beyond the end.
    pub fn slice(&self, range: Range<usize>) -> Result<Self> {
        if range.start >= range.end || range.end > self.len() {
            return Err(
                Error::new(ErrorKind::Value, format!("no such part of {}", self.name()))
                    .expected(format!(
                        "a range that is not empty, within 0..{}",
                        self.len()
                    ))
                    .got(format!("{}..{}", range.start, range.end)),
            );
        }
        let range = self.range.start + range.start..self.range.start + range.end;
        Ok(Self {
            shared: Arc::clone(&self.shared),
            range,
            scaler: self.scaler.clone(),
        })
    }

    /// The first `n` samples, and the rest.
    ///
    /// # Errors
    /// If either part would be empty.
    pub fn split_at(&self, n: usize) -> Result<(Self, Self)> {
        if n == 0 || n >= self.len() {
            return Err(Error::new(
                ErrorKind::Value,
                format!("cannot split {} there", self.name()),
            )
            .expected(format!(
                "1 to {}, so that no part is empty",
                grouped(self.len() - 1)
            ))
            .got(grouped(n)));
        }
        Ok((self.slice(0..n)?, self.slice(n..self.len())?))
    }

    /// The first `n` samples.
    ///
    /// # Errors
    /// If `n` is 0 or more than there are.
    pub fn first(&self, n: usize) -> Result<Self> {
        if n == 0 || n > self.len() {
            return Err(
                Error::new(ErrorKind::Value, format!("no such part of {}", self.name()))
                    .expected(format!("1 to {} samples", grouped(self.len())))
                    .got(grouped(n)),
            );
        }
        self.slice(0..n)
    }

    /// The first part of the samples: `first_part(0.2)` is the first fifth, rounded down.
    ///
    /// # Errors
    /// If `fraction` is not a number above 0 and at most 1, or so small that nothing is left.
    pub fn first_part(&self, fraction: f64) -> Result<Self> {
        let count = (self.len() as f64 * fraction) as usize;
        if !(fraction > 0.0 && fraction <= 1.0) || count == 0 {
            let what = format!("no such part of {}", self.name());
            return Err(Error::new(ErrorKind::Value, what)
                .expected(format!(
                    "a fraction above 0 and at most 1, of {}, that leaves one at least",
                    counted(self.len(), "sample")
                ))
                .got(fraction.to_string())
                .hint("0.2 for the first 20 %"));
        }
        self.first(count)
    }

    /// This part and the one after it in the same bytes, as one.
    pub(crate) fn rejoined(&self, next: &Self) -> Option<Self> {
        let adjacent =
            Arc::ptr_eq(&self.shared, &next.shared) && self.range.end == next.range.start;
        adjacent.then(|| Self {
            shared: Arc::clone(&self.shared),
            range: self.range.start..next.range.end,
            scaler: self.scaler.clone(),
        })
    }
}
