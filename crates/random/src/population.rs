//! What `choice` chooses from.

use ndarray::{ArrayBase, Data, Ix1};

/// What can be chosen from: a count `n`, which stands for `0..n`; a slice, array or `Vec`; a
/// one-dimensional array of ndarray's.
///
/// To choose rows of a larger array, choose among their indices and take them with
/// `array.select(Axis(0), indices)`.
///
/// This trait is sealed: the types above are all that implement it.
pub trait Population: sealed::Population {}

impl<P: sealed::Population> Population for P {}

pub(crate) mod sealed {
    pub trait Population {
        /// What is chosen.
        type Item;

        #[doc(hidden)]
        fn count(&self) -> usize;

        #[doc(hidden)]
        fn item(&self, index: usize) -> Self::Item;
    }
}

impl sealed::Population for usize {
    type Item = usize;

    fn count(&self) -> usize {
        *self
    }

    fn item(&self, index: usize) -> usize {
        index
    }
}

impl<T: Clone> sealed::Population for &[T] {
    type Item = T;

    fn count(&self) -> usize {
        self.len()
    }

    fn item(&self, index: usize) -> T {
        self[index].clone()
    }
}

impl<T: Clone, const L: usize> sealed::Population for &[T; L] {
    type Item = T;

    fn count(&self) -> usize {
        L
    }

    fn item(&self, index: usize) -> T {
        self[index].clone()
    }
}

impl<T: Clone> sealed::Population for &Vec<T> {
    type Item = T;

    fn count(&self) -> usize {
        self.len()
    }

    fn item(&self, index: usize) -> T {
        self[index].clone()
    }
}

impl<T: Clone, S: Data<Elem = T>> sealed::Population for &ArrayBase<S, Ix1> {
    type Item = T;

    fn count(&self) -> usize {
        self.len()
    }

    fn item(&self, index: usize) -> T {
        self[index].clone()
    }
}
