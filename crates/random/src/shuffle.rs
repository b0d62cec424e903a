//! Permutations: Fisher and Yates, from the last place to the first.

use std::ops::Range;

use ndarray::{Array, Array1, ArrayBase, Axis, Data, DataMut, RemoveAxis, Zip};

use crate::array::counted;
use crate::bits::Bits;
use crate::error::Result;
use crate::integers::mask;

/// Calls `swap(i, j)` for each place `i` from the last to the second, with `j` drawn from 0 to
/// `i` by masked rejection, as both of NumPy's interfaces do.
///
/// Source: R. Durstenfeld, *Algorithm 235: Random permutation*, CACM 7 (1964).
#[inline]
pub(crate) fn swaps(bits: &mut impl Bits, count: usize, mut swap: impl FnMut(usize, usize)) {
    let mut i = count.saturating_sub(1) as u64;
    while i > u64::from(u32::MAX) {
        let j = bits.next_u64() & mask(i);
        if j <= i {
            swap(i as usize, j as usize);
            i -= 1;
        }
    }
    if i == 0 {
        return;
    }
    let mut last = i as u32;
    bits.each_u32(|word| {
        let j = word & (u32::MAX >> last.leading_zeros());
        let fits = j <= last;
        // A swap with itself when the draw is rejected: cheaper than a branch that is mispredicted.
        swap(last as usize, if fits { j } else { last } as usize);
        last -= u32::from(fits);
        last == 0
    });
}

pub(crate) fn slice<T>(bits: &mut impl Bits, items: &mut [T]) {
    swaps(bits, items.len(), |i, j| items.swap(i, j));
}

/// Shuffles along the first axis. Like NumPy's, draws nothing for an array without elements.
pub(crate) fn rows<T, S, D>(bits: &mut impl Bits, array: &mut ArrayBase<S, D>)
where
    S: DataMut<Elem = T>,
    D: RemoveAxis,
{
    if array.is_empty() || array.ndim() == 0 {
        return;
    }
    let rows = array.len_of(Axis(0));
    if array.ndim() == 1
        && let Some(items) = array.as_slice_mut()
    {
        return slice(bits, items);
    }
    swaps(bits, rows, |i, j| {
        if i != j {
            let (mut front, mut back) = array.view_mut().split_at(Axis(0), i);
            Zip::from(front.index_axis_mut(Axis(0), j))
                .and(back.index_axis_mut(Axis(0), 0))
                .for_each(std::mem::swap);
        }
    });
}

/// What can be permuted: a count `n`, which stands for `0..n`; a slice, array or `Vec`; an array
/// of ndarray's, whose rows (the first axis) are permuted.
///
/// This trait is sealed: the types above are all that implement it.
pub trait Permutable: sealed::Permutable {}

impl<P: sealed::Permutable> Permutable for P {}

pub(crate) mod sealed {
    use crate::error::Result;

    pub trait Permutable {
        /// An owned array in the new order.
        type Permuted;

        /// The same in the order of places that `order(count)` gives.
        #[doc(hidden)]
        fn permute(
            self,
            order: &mut dyn FnMut(usize) -> Result<Vec<usize>>,
        ) -> Result<Self::Permuted>;
    }
}

/// Gives a permutation of `0..count`.
type Order<'a> = &'a mut dyn FnMut(usize) -> Result<Vec<usize>>;

/// The part of a permutation of `0..count`.
pub(crate) fn order(bits: &mut impl Bits, count: usize, part: Range<usize>) -> Result<Vec<usize>> {
    let length = part.len();
    if u32::try_from(count).is_ok() {
        // Half as wide, since most of the time goes into fetching the places.
        let mut order = counted(count, |i| i as u32)?;
        slice(bits, &mut order);
        return counted(length, |i| order[part.start + i] as usize);
    }
    let mut order = counted(count, |i| i)?;
    slice(bits, &mut order);
    counted(length, |i| order[part.start + i])
}

impl sealed::Permutable for usize {
    type Permuted = Array1<usize>;

    fn permute(self, order: Order<'_>) -> Result<Array1<usize>> {
        order(self).map(Into::into)
    }
}

impl<T: Clone> sealed::Permutable for &[T] {
    type Permuted = Array1<T>;

    fn permute(self, order: Order<'_>) -> Result<Array1<T>> {
        Ok(order(self.len())?
            .into_iter()
            .map(|i| self[i].clone())
            .collect())
    }
}

impl<T: Clone, const L: usize> sealed::Permutable for &[T; L] {
    type Permuted = Array1<T>;

    fn permute(self, order: Order<'_>) -> Result<Array1<T>> {
        self.as_slice().permute(order)
    }
}

impl<T: Clone> sealed::Permutable for &Vec<T> {
    type Permuted = Array1<T>;

    fn permute(self, order: Order<'_>) -> Result<Array1<T>> {
        self.as_slice().permute(order)
    }
}

impl<T, S, D> sealed::Permutable for &ArrayBase<S, D>
where
    T: Clone,
    S: Data<Elem = T>,
    D: RemoveAxis,
{
    type Permuted = Array<T, D>;

    /// Indices are drawn even when the rows are empty, as NumPy does.
    fn permute(self, order: Order<'_>) -> Result<Array<T, D>> {
        Ok(self.select(Axis(0), &order(self.len_of(Axis(0)))?))
    }
}
