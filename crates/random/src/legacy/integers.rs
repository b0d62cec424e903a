//! Integers, by masked rejection.

use ndarray::{Array, IntoDimension};

use super::RandomState;
use crate::array::of;
use crate::error::Result;
use crate::integers::{Integer, IntegerRange};

impl RandomState {
    /// Integers of any width, `bool` among them, each number of the range as likely as any other.
    ///
    /// The element type is the range's. NumPy draws `int64` unless told otherwise, and a plain
    /// literal is an `i32` to Rust: the numbers are the same, since 32 and 64 bits use up the
    /// generator alike for every range that both can hold. 8 and 16 bits and `bool` are another
    /// stream, as they are with NumPy's `dtype=`.
    ///
    /// As with NumPy, an empty range is no error if the shape has no elements.
    ///
    /// ```
    /// use chainrule_random::RandomState;
    ///
    /// let mut rng = RandomState::new(1)?;
    /// let coins = rng.randint(0..2, (1, 40))?; // randint(0, 2, (1, 40))
    /// let dice = rng.randint(1..=6_u8, 100)?; // randint(1, 7, 100, dtype=np.uint8)
    /// let flags = rng.randint::<bool, _>(.., 10)?; // randint(0, 2, 10, dtype=bool)
    /// assert_eq!((coins.sum(), dice[0], flags[0]), (19, 6, true));
    /// # Ok::<(), chainrule_random::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the range is empty, or there can be no array of the shape.
    pub fn randint<T: Integer, S: IntoDimension>(
        &mut self,
        range: impl IntegerRange<T>,
        shape: S,
    ) -> Result<Array<T, S::Dim>> {
        of(shape, |count| match count {
            0 => Ok(Vec::new()),
            _ => T::masked(&mut self.bits, range.bounds()?, count),
        })
    }

    /// A single integer.
    ///
    /// # Errors
    /// If the range is empty.
    pub fn randint_one<T: Integer>(&mut self, range: impl IntegerRange<T>) -> Result<T> {
        Ok(T::masked(&mut self.bits, range.bounds()?, 1)?[0])
    }
}
