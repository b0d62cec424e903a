//! Integers, by multiplication.

use ndarray::{Array, IntoDimension};

use super::Generator;
use crate::array::of;
use crate::error::Result;
use crate::integers::{Integer, IntegerRange};

impl Generator {
    /// Integers of any width, `bool` among them, each number of the range as likely as any other.
    /// `0..10` is NumPy's `integers(0, 10)`, `0..=10` has `endpoint=True`.
    ///
    /// The element type is the range's. NumPy draws `int64` unless told otherwise, and a plain
    /// literal is an `i32` to Rust: the numbers are the same, since 32 and 64 bits use up the
    /// generator alike for every range that both can hold. 8 and 16 bits and `bool` are another
    /// stream, as they are with NumPy's `dtype=`.
    ///
    /// As with NumPy, an empty range is no error if the shape has no elements.
    ///
    /// ```
    /// let mut rng = chainrule_random::default_rng(42)?;
    /// assert_eq!(rng.integers(0..10, 5)?.to_vec(), [0, 7, 6, 4, 4]);
    /// # Ok::<(), chainrule_random::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the range is empty, or there can be no array of the shape.
    pub fn integers<T: Integer, S: IntoDimension>(
        &mut self,
        range: impl IntegerRange<T>,
        shape: S,
    ) -> Result<Array<T, S::Dim>> {
        of(shape, |count| match count {
            0 => Ok(Vec::new()),
            _ => T::lemire(&mut self.bits, range.bounds()?, count),
        })
    }

    /// A single integer.
    ///
    /// # Errors
    /// If the range is empty.
    pub fn integers_one<T: Integer>(&mut self, range: impl IntegerRange<T>) -> Result<T> {
        Ok(T::lemire(&mut self.bits, range.bounds()?, 1)?[0])
    }
}
