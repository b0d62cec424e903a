//! Products with matrices of which most numbers are zero: four of five of MNIST's pixels are.
//!
//! The rule of the folder: what is not zero is noted once, by whoever has the data or here
//! ([`Notes`]), and value and gradient are computed from the lists ([`Lists`]) alone. In which order
//! the terms of a sum are added depends on the shapes, and not on how the work is cut.
//!
//! The columns of a batch, and with them the rows of the weights, are cut into two parts: of two
//! threads each has one of them in value, gradient and step, and its weights stay with it.

mod few;
mod forward;
mod gradient;
mod lists;
mod notes;
mod scatter;
mod sorted;

pub(crate) use forward::{Onto, forward};
pub(crate) use gradient::gradient;
pub(crate) use lists::{Bounds, Lists, Part, Values};
pub(crate) use notes::{Notes, Row};
pub(crate) use sorted::Sorted;

use super::probes::{filled, is_at_most};
use crate::Scalar;

/// Rows are looked through for zeros if, of a few of them, at most this share of the numbers is not
/// zero. At more, the products of all numbers are faster.
const DENSEST: f64 = 0.4;

/// How many rows the share is taken of.
const PROBES: usize = 4;

/// Batches of so few rows are not cut by columns: one thread computes them.
const WHOLE: usize = 4;

/// Nor are so few columns.
const NARROWEST: usize = 32;

/// How many columns are the first part, in batches of up to so many rows.
pub(crate) fn middle_of(columns: usize, rows: usize) -> usize {
    if rows <= WHOLE || columns < NARROWEST {
        columns
    } else {
        columns.div_ceil(2)
    }
}

/// Whether a batch `[rows, columns]` is worth looking for zeros: by the batch alone, so that the
/// answer is the same wherever it is computed.
pub(crate) fn is_sparse<F: Scalar>(x: &[F], columns: usize) -> bool {
    let filled_in_row = |row: usize| filled(&x[row * columns..][..columns]);
    are_sparse(x.len() / columns, columns, &filled_in_row)
}

/// The same of so many rows, of each of which it is known how many numbers it has.
pub(crate) fn are_sparse(
    rows: usize,
    columns: usize,
    filled_in_row: &dyn Fn(usize) -> u32,
) -> bool {
    has_places(columns) && is_at_most(DENSEST, PROBES, (rows, columns), filled_in_row)
}

/// How many of some bytes are not zero.
pub(crate) fn count(bytes: &[u8]) -> u32 {
    bytes.iter().map(|x| u32::from(*x != 0)).sum()
}

/// Whether rows of so many columns can be looked through.
pub(crate) fn has_places(columns: usize) -> bool {
    columns <= notes::MOST_COLUMNS
}
