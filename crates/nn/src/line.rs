//! Numbers that begin with a line of the cache.
//!
//! The allocator does not see to that, and a wide register that lies across two lines is two accesses:
//! rows of 32 units are a seventh faster where none does.

use std::fmt;
use std::ops::{Deref, DerefMut};

use ndarray::{Array1, ArrayD, s};

use crate::Scalar;

/// Bytes that a cache reads together.
const LINE: usize = 64;

/// A slice of its own, the first number of which begins a line.
pub(crate) struct InLine<F> {
    room: Vec<F>,
    start: usize,
    len: usize,
}

impl<F: Clone> InLine<F> {
    fn filled(value: F, len: usize) -> Self {
        let spare = LINE / size_of::<F>();
        let room = vec![value; len + spare];
        let start = room.as_ptr().align_offset(LINE);
        Self {
            room,
            // Where the machine cannot tell, it begins anywhere.
            start: if start <= spare { start } else { 0 },
            len,
        }
    }
}

impl<F: Scalar> InLine<F> {
    pub(crate) fn zeros(len: usize) -> Self {
        Self::filled(F::zero(), len)
    }

    pub(crate) fn of(values: &[F]) -> Self {
        let mut all = Self::zeros(values.len());
        all.copy_from_slice(values);
        all
    }

    /// The same numbers where they are, as an array of this shape.
    pub(crate) fn into_array(self, shape: &[usize]) -> ArrayD<F> {
        let end = self.start + self.len;
        let array = Array1::from_vec(self.room).slice_move(s![self.start..end]);
        let array = array.into_shape_with_order(shape);
        array.expect("as many values as the shape has; please report")
    }
}

impl<F> Deref for InLine<F> {
    type Target = [F];

    fn deref(&self) -> &[F] {
        &self.room[self.start..][..self.len]
    }
}

impl<F> DerefMut for InLine<F> {
    fn deref_mut(&mut self) -> &mut [F] {
        &mut self.room[self.start..][..self.len]
    }
}

impl<F: Clone> Clone for InLine<F> {
    fn clone(&self) -> Self {
        let Some(first) = self.room.first() else {
            return Self {
                room: Vec::new(),
                ..*self
            };
        };
        // Its room lies elsewhere, and begins a line elsewhere.
        let mut clone = Self::filled(first.clone(), self.len);
        clone.clone_from_slice(self);
        clone
    }
}

impl<F: fmt::Debug> fmt::Debug for InLine<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins_a_line<F>(values: &[F]) -> bool {
        values.as_ptr().addr().is_multiple_of(LINE)
    }

    #[test]
    fn numbers_arrays_and_clones_begin_a_line() {
        for len in [1, 3, 16, 1_000, 100_000] {
            let values: Vec<f32> = (0..len).map(|i| i as f32).collect();
            let in_line = InLine::of(&values);
            assert_eq!(*in_line, *values);
            assert_eq!(in_line.len(), len);
            let again = in_line.clone();
            assert!(begins_a_line(&in_line) && begins_a_line(&again));
            let array = again.into_array(&[len, 1]);
            assert_eq!(array.shape(), [len, 1]);
            let slice = array.as_slice().unwrap();
            assert!(slice == values && begins_a_line(slice));
        }
        assert!(begins_a_line(&InLine::<f64>::zeros(77)));
        let nothing = InLine::<f32>::of(&[]).clone().into_array(&[0, 2]);
        assert!(nothing.is_empty());
    }
}
