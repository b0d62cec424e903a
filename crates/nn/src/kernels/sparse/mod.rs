//! Products with matrices of which most numbers are zero: four of five of MNIST's pixels are.
//!
//! The rule of the folder: what is not zero is noted once ([`Places`]), from numbers or from the
//! bytes that they are made of, and value and gradient are computed from the notes alone. The terms
//! of a sum are added in the order of the rows, however the work is cut.

mod forward;
mod gradient;
mod places;

pub(crate) use forward::forward;
pub(crate) use gradient::{Sorted, gradient};
pub(crate) use places::{Places, Row};

use crate::Scalar;

/// Rows are looked through for zeros if, of a few of them, at most this share of the numbers is not
/// zero. At more, the products of all numbers are faster.
const DENSEST: f64 = 0.4;

/// How many rows the share is taken of.
const PROBES: usize = 4;

/// Whether a batch `[rows, columns]` is worth looking for zeros: by the batch alone, so that the
/// answer is the same wherever it is computed.
pub(crate) fn is_sparse<F: Scalar>(x: &[F], columns: usize) -> bool {
    let row = |row: usize| {
        let row = &x[row * columns..][..columns];
        row.iter().map(|x| u32::from(*x != F::zero())).sum()
    };
    are_sparse(x.len() / columns, columns, &row)
}

/// The same of so many rows of bytes.
pub(crate) fn are_sparse_bytes<'a>(
    rows: usize,
    columns: usize,
    row: &dyn Fn(usize) -> Row<'a>,
) -> bool {
    let row = |at: usize| match row(at) {
        Row::Bytes(bytes) => bytes.iter().map(|x| u32::from(*x != 0)).sum(),
        Row::Filled(places, _) => places.len() as u32,
    };
    are_sparse(rows, columns, &row)
}

/// Whether rows of so many columns can be looked through.
pub(crate) fn has_places(columns: usize) -> bool {
    columns <= places::MOST_COLUMNS
}

fn are_sparse(rows: usize, columns: usize, filled_in_row: &dyn Fn(usize) -> u32) -> bool {
    if !has_places(columns) {
        return false;
    }
    let step = rows.div_ceil(PROBES).max(1);
    let (mut looked_at, mut filled) = (0, 0);
    for row in (0..rows).step_by(step) {
        looked_at += columns;
        filled += filled_in_row(row) as usize;
    }
    filled as f64 <= DENSEST * looked_at as f64
}
