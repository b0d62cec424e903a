//! Products with a matrix of which about half of the numbers are zero, in no order: what ReLU and dropout
//! leave.
//!
//! Sums of a row of the result stay in registers while the numbers that are not zero go by, each with its
//! row of the other matrix. Those rows are copied side by side, as many as have a set of bits together and
//! as wide as the registers, so that they stay in the first cache.

use pulp::{Simd, WithSimd};

use super::{
    add, for_rows, lanes_of,
    panel::{OnPanel, Panel, WIDEST_IN_BLOCKS, each_panel_in_blocks},
    rows::{Rows, RowsMut},
    sets::{MEMBERS, Sets},
    transpose::transpose_part,
};
use crate::{Scalar, line::InLine};

/// Of fewer rows of the result the copies are not worth while.
const LEAST_ROWS: usize = 32;

/// If more than this share of the numbers is not zero, the product of all numbers is faster.
const DENSEST: f64 = 0.7;

/// Of about how many rows the share is taken.
const PROBES: usize = 8;

/// The matrix to multiply from the right, `[inner, columns]`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Right<'a, F> {
    /// Rows of so many numbers, of which those from an offset are taken.
    Rows(&'a [F], usize, usize),
    /// The transpose of rows of `inner` numbers.
    Columns(&'a [F]),
}

/// Whether a product leaves out the zeros of rows of so many numbers: by some of the rows alone, so that
/// the answer is the same wherever it is computed.
pub(crate) fn is_worth_while<F: Scalar>(rows: &[F], columns: usize) -> bool {
    let count = rows.len() / columns;
    if count < LEAST_ROWS {
        return false;
    }
    let (mut looked_at, mut filled) = (0, 0);
    for row in rows.chunks_exact(columns).step_by(count / PROBES) {
        looked_at += columns;
        filled += row.iter().map(|x| u32::from(*x != F::zero())).sum::<u32>();
    }
    f64::from(filled) <= DENSEST * looked_at as f64
}

/// c = a·b: `[rows, inner]`·`[inner, columns]`, by those numbers of a alone that are in its sets.
pub(crate) fn product<F: Scalar>(
    (a, sets): (&[F], &Sets),
    b: Right<'_, F>,
    c: &mut [F],
    (inner, columns): (usize, usize),
) {
    let rows = c.len() / columns;
    let has_b = match b {
        Right::Rows(b, stride, from) => from + columns <= stride && b.len() >= inner * stride,
        Right::Columns(b) => b.len() >= inner * columns,
    };
    assert!(
        c.len() == rows * columns && a.len() >= rows * inner && has_b,
        "a product does not fit; please report"
    );
    let mut copied = InLine::zeros(MEMBERS * WIDEST_IN_BLOCKS * lanes_of::<F>());
    for_rows::<F, _>(
        columns,
        Product {
            a,
            sets,
            b,
            copied: &mut copied,
            c,
            inner,
            columns,
        },
    );
}

struct Product<'a, F> {
    a: &'a [F],
    sets: &'a Sets,
    b: Right<'a, F>,
    /// Room for a panel of some rows of b.
    copied: &'a mut [F],
    c: &'a mut [F],
    inner: usize,
    columns: usize,
}

impl<F: Scalar> WithSimd for Product<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let columns = self.columns;
        if columns < F::lanes::<S>() {
            return self.narrow();
        }
        let mut panels = InRegisters {
            product: &mut self,
            simd,
        };
        each_panel_in_blocks::<S, F>(columns, &mut panels);
    }
}

impl<F: Scalar> Product<'_, F> {
    /// For rows narrower than a register.
    #[inline(always)]
    fn narrow(&mut self) {
        let (inner, columns) = (self.inner, self.columns);
        let b = |k: usize, column: usize| match self.b {
            Right::Rows(b, stride, from) => b[k * stride + from + column],
            Right::Columns(b) => b[column * inner + k],
        };
        let rows = self.a.chunks_exact(inner);
        for (a, c) in rows.zip(self.c.chunks_exact_mut(columns)) {
            c.fill(F::zero());
            for (k, &a) in a.iter().enumerate().filter(|(_, a)| **a != F::zero()) {
                for (column, c) in c.iter_mut().enumerate() {
                    *c = a.mul_add(b(k, column), *c);
                }
            }
        }
    }
}

struct InRegisters<'p, 'a, F, S> {
    product: &'p mut Product<'a, F>,
    simd: S,
}

impl<F: Scalar, S: Simd> OnPanel for InRegisters<'_, '_, F, S> {
    #[inline(always)]
    fn on<const K: usize>(&mut self, panel: Panel<K>) {
        let (inner, columns) = (self.product.inner, self.product.columns);
        for block in 0..inner.div_ceil(MEMBERS) {
            let from = block * MEMBERS;
            let members = MEMBERS.min(inner - from);
            match self.product.b {
                Right::Rows(b, stride, offset) => {
                    let rows = &b[from * stride..];
                    self.copy_rows(panel, &rows[offset..], stride, members);
                }
                Right::Columns(b) => self.copy_columns(panel, &b[from..], members),
            }
            let (simd, side_by_side) = (self.simd, Panel::side_by_side::<S, F>());
            let width = K * F::lanes::<S>();
            let b = Rows::<S, F, K>::new(&*self.product.copied, width, side_by_side);
            let mut c = RowsMut::<S, F, K>::new(&mut *self.product.c, columns, panel);
            let rows = self.product.a.chunks_exact(inner);
            for (row, (a, mut set)) in rows.zip(self.product.sets.at(block)).enumerate() {
                let a = &a[from..][..members];
                let mut sums = if block == 0 {
                    [F::splat(simd, F::zero()); K]
                } else {
                    c.load(row)
                };
                while set != 0 {
                    let k = set.trailing_zeros() as usize;
                    set &= set - 1;
                    add(simd, &mut sums, a[k], &b.load(k));
                }
                c.store(row, sums);
            }
        }
    }
}

impl<F: Scalar, S: Simd> InRegisters<'_, '_, F, S> {
    /// Copies the panel of some rows that begin every `stride` numbers.
    #[inline(always)]
    fn copy_rows<const K: usize>(
        &mut self,
        panel: Panel<K>,
        rows: &[F],
        stride: usize,
        members: usize,
    ) {
        let rows = Rows::<S, F, K>::new(rows, stride, panel);
        let (width, side_by_side) = (K * F::lanes::<S>(), Panel::side_by_side::<S, F>());
        let mut copies = RowsMut::<S, F, K>::new(&mut *self.product.copied, width, side_by_side);
        for row in 0..members {
            copies.store(row, rows.load(row));
        }
    }

    /// Copies the panel of some rows that are the first numbers of the columns that are given.
    #[inline(always)]
    fn copy_columns<const K: usize>(&mut self, panel: Panel<K>, columns: &[F], members: usize) {
        let (lanes, inner) = (F::lanes::<S>(), self.product.inner);
        let (width, beside) = (K * lanes, (K - 1) * lanes);
        let copied = &mut self.product.copied;
        let columns_from = |column: usize| (&columns[column * inner..], inner);
        // The last register may overlap the one before.
        let is_whole = panel.last == panel.start + beside;
        let first = if is_whole { width } else { beside };
        let to = (&mut copied[..], width);
        transpose_part(columns_from(panel.start), (first, members), to);
        if !is_whole {
            let to = (&mut copied[beside..], width);
            transpose_part(columns_from(panel.last), (lanes, members), to);
        }
    }
}
