//! How much of a matrix is not zero, by some of its rows: what a product that leaves zeros out is chosen by.

use crate::Scalar;

/// How many numbers of a row are not zero. A NaN is not.
pub(crate) fn filled<F: Scalar>(row: &[F]) -> u32 {
    row.iter().map(|x| u32::from(*x != F::zero())).sum()
}

/// Whether at most such a share of the numbers is not zero, in about so many of the rows: by these alone, so
/// that the answer is the same wherever it is computed.
pub(crate) fn is_at_most(
    share: f64,
    probes: usize,
    (rows, columns): (usize, usize),
    filled_in_row: &dyn Fn(usize) -> u32,
) -> bool {
    let step = rows.div_ceil(probes).max(1);
    let (mut looked_at, mut filled) = (0, 0);
    for row in (0..rows).step_by(step) {
        looked_at += columns;
        filled += filled_in_row(row) as usize;
    }
    filled as f64 <= share * looked_at as f64
}
