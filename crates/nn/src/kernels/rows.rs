//! Rows of a matrix by their places.
//!
//! Which row comes next is in the data, so the compiler cannot know that there is one. Here it is asked
//! once for all registers of a panel. Asked for each register, as slices do, training of 784-10 and
//! 784-32-10 was a tenth slower on one thread: rows of so few numbers are one or two additions.
#![expect(
    unsafe_code,
    reason = "registers are read without a look at each; see the module's documentation"
)]

use std::{marker::PhantomData, ops::Range};

use pulp::Simd;

use crate::{Scalar, kernels::panel::Panel};

/// A panel of the rows of a matrix, in the registers of `S`.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a, S, F, const K: usize> {
    numbers: &'a [F],
    stride: usize,
    panel: Panel<K>,
    /// No row of the panel begins beyond it; none at all if there is none.
    last: Option<usize>,
    registers: PhantomData<S>,
}

/// The same, to be changed.
pub(super) struct RowsMut<'a, S, F, const K: usize> {
    numbers: &'a mut [F],
    stride: usize,
    panel: Panel<K>,
    last: Option<usize>,
    registers: PhantomData<S>,
}

/// Where the last row may begin of which the panel lies in so many numbers.
fn last<S: Simd, F: Scalar, const K: usize>(panel: Panel<K>, numbers: usize) -> Option<usize> {
    let ends = [
        panel.start + (K - 1) * F::lanes::<S>(),
        panel.last + F::lanes::<S>(),
    ];
    numbers.checked_sub(ends[0].max(ends[1]))
}

#[cold]
fn missing() -> ! {
    panic!("a place without a row; please report")
}

/// Where a row begins of which the panel lies in the numbers.
#[inline(always)]
fn begin_of(row: usize, stride: usize, last: Option<usize>) -> usize {
    let begin = row.wrapping_mul(stride);
    if last.is_none_or(|last| begin > last) {
        missing();
    }
    begin
}

impl<'a, S: Simd, F: Scalar, const K: usize> Rows<'a, S, F, K> {
    /// A row begins every `stride` numbers.
    #[inline(always)]
    pub(super) fn new(numbers: &'a [F], stride: usize, panel: Panel<K>) -> Self {
        Self {
            numbers,
            stride,
            panel,
            last: last::<S, F, K>(panel, numbers.len()),
            registers: PhantomData,
        }
    }

    /// The panel's registers in a row.
    #[inline(always)]
    pub(super) fn load(&self, row: usize) -> [F::Register<S>; K] {
        let begin = begin_of(row, self.stride, self.last);
        // SAFETY: beginning no later than `last`, the panel lies in the numbers.
        unsafe { self.panel.load_at::<S, F>(self.numbers.as_ptr().add(begin)) }
    }

    /// Copies some of them side by side, each to the place of its number, and gives the copies: rows that
    /// are a power of two apart share a few places of the caches, and drive each other out.
    #[inline(always)]
    pub(super) fn side_by_side<'c>(self, rows: Range<usize>, to: &'c mut [F]) -> Rows<'c, S, F, K> {
        let (panel, width) = (Panel::side_by_side::<S, F>(), K * F::lanes::<S>());
        let mut copies = RowsMut::<S, F, K>::new(&mut *to, width, panel);
        for row in rows {
            copies.store(row, self.load(row));
        }
        Rows::new(to, width, panel)
    }
}

impl<'a, S: Simd, F: Scalar, const K: usize> RowsMut<'a, S, F, K> {
    /// A row begins every `stride` numbers.
    #[inline(always)]
    pub(super) fn new(numbers: &'a mut [F], stride: usize, panel: Panel<K>) -> Self {
        let last = last::<S, F, K>(panel, numbers.len());
        Self {
            numbers,
            stride,
            panel,
            last,
            registers: PhantomData,
        }
    }

    /// The panel's registers in a row.
    #[inline(always)]
    pub(super) fn load(&self, row: usize) -> [F::Register<S>; K] {
        let begin = begin_of(row, self.stride, self.last);
        // SAFETY: beginning no later than `last`, the panel lies in the numbers.
        unsafe { self.panel.load_at::<S, F>(self.numbers.as_ptr().add(begin)) }
    }

    /// Overwrites the panel's registers in a row.
    #[inline(always)]
    pub(super) fn store(&mut self, row: usize, registers: [F::Register<S>; K]) {
        let begin = begin_of(row, self.stride, self.last);
        // SAFETY: beginning no later than `last`, the panel lies in the numbers.
        unsafe {
            let row = self.numbers.as_mut_ptr().add(begin);
            self.panel.store_at::<S, F>(row, registers);
        }
    }

    /// Changes the panel's registers in a row, which is looked for once.
    #[inline(always)]
    pub(super) fn change(&mut self, row: usize, change: impl FnOnce(&mut [F::Register<S>; K])) {
        let begin = begin_of(row, self.stride, self.last);
        // SAFETY: beginning no later than `last`, the panel lies in the numbers.
        unsafe {
            let row = self.numbers.as_mut_ptr().add(begin);
            let mut registers = self.panel.load_at::<S, F>(row);
            change(&mut registers);
            self.panel.store_at::<S, F>(row, registers);
        }
    }
}
