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
    probes::{filled, is_at_most},
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

/// Whether a product is faster that leaves out the zeros of rows of so many numbers.
pub(crate) fn is_worth_while<F: Scalar>(rows: &[F], columns: usize) -> bool {
    let count = rows.len() / columns;
    let filled_in_row = |row: usize| filled(&rows[row * columns..][..columns]);
    count >= LEAST_ROWS && is_at_most(DENSEST, PROBES, (count, columns), &filled_in_row)
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
        c.len() == rows * columns && a.len() >= rows * inner && sets.fit(rows, inner) && has_b,
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
        let (simd, inner, columns) = (self.simd, self.product.inner, self.product.columns);
        for block in 0..inner.div_ceil(MEMBERS) {
            let from = block * MEMBERS;
            let members = MEMBERS.min(inner - from);
            let copied = &mut *self.product.copied;
            let b = match self.product.b {
                Right::Rows(b, stride, offset) => {
                    let rows = Rows::<S, F, K>::new(&b[from * stride + offset..], stride, panel);
                    rows.side_by_side(0..members, copied)
                }
                Right::Columns(b) => {
                    copy_columns::<S, F, K>(panel, (&b[from..], inner), members, copied);
                    let side_by_side = Panel::side_by_side::<S, F>();
                    Rows::<S, F, K>::new(&*copied, K * F::lanes::<S>(), side_by_side)
                }
            };
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

/// Copies the panel of some rows side by side that are the first numbers of columns, of which one begins
/// every so many numbers.
#[inline(always)]
fn copy_columns<S: Simd, F: Scalar, const K: usize>(
    panel: Panel<K>,
    (columns, stride): (&[F], usize),
    members: usize,
    to: &mut [F],
) {
    let lanes = F::lanes::<S>();
    let (width, beside) = (K * lanes, (K - 1) * lanes);
    let column = |column: usize| (&columns[column * stride..], stride);
    // The last register may overlap the one before.
    let is_whole = panel.last == panel.start + beside;
    let first = if is_whole { width } else { beside };
    transpose_part(column(panel.start), (first, members), (&mut *to, width));
    if !is_whole {
        let to = (&mut to[beside..], width);
        transpose_part(column(panel.last), (lanes, members), to);
    }
}
