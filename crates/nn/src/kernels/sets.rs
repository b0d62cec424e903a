//! Which numbers of a matrix are not zero, as sets of bits.

use super::loops;
use crate::{Scalar, team};

/// How many numbers that lie side by side in a row have a set together.
pub(crate) const MEMBERS: usize = 64;

/// How many of their bits are set at a time.
const TOGETHER: usize = 8;

/// How many rows threads take at a time.
const PART: usize = 32;

/// For each row of a matrix a set of every 64 numbers of it, and of the rest: those that are not zero. A
/// NaN is not.
#[derive(Clone, Debug)]
pub(crate) struct Sets {
    sets: Vec<u64>,
    of_row: usize,
}

impl Sets {
    /// Of rows of so many numbers.
    pub(crate) fn of<F: Scalar>(rows: &[F], columns: usize) -> Self {
        let mut of = Self::room(rows, columns);
        of_rows(rows, columns, &mut of.sets, of.of_row);
        of
    }

    /// The same on as many threads as there are.
    pub(crate) fn of_batch<F: Scalar>(rows: &[F], columns: usize) -> Self {
        let Self { mut sets, of_row } = Self::room(rows, columns);
        let mut parts: Vec<_> = rows.chunks(PART * columns).collect();
        team::for_parts(&mut sets, PART * of_row, &mut parts, &|_, sets, rows| {
            of_rows(rows, columns, sets, of_row);
        });
        Self { sets, of_row }
    }

    fn room<F>(rows: &[F], columns: usize) -> Self {
        let of_row = columns.div_ceil(MEMBERS);
        Self {
            sets: vec![0; rows.len() / columns * of_row],
            of_row,
        }
    }

    /// Whether they are of so many rows, with so many numbers in each.
    pub(super) fn fit(&self, rows: usize, columns: usize) -> bool {
        self.of_row == columns.div_ceil(MEMBERS) && self.sets.len() == rows * self.of_row
    }

    /// The set of so manieth numbers of each row, row by row.
    pub(super) fn at(&self, block: usize) -> impl Iterator<Item = u64> {
        self.sets[block..].iter().copied().step_by(self.of_row)
    }
}

fn of_rows<F: Scalar>(rows: &[F], columns: usize, sets: &mut [u64], of_row: usize) {
    loops(
        #[inline(always)]
        || {
            let rows = rows.chunks_exact(columns);
            for (sets, row) in sets.chunks_exact_mut(of_row).zip(rows) {
                let (whole, rest) = row.as_chunks::<MEMBERS>();
                for (set, numbers) in sets.iter_mut().zip(whole) {
                    *set = set_of(numbers);
                }
                if let (Some(set), false) = (sets.last_mut(), rest.is_empty()) {
                    *set = set_of(rest);
                }
            }
        },
    );
}

/// Of so many numbers at most.
#[inline(always)]
fn set_of<F: Scalar>(numbers: &[F]) -> u64 {
    let mut bytes = [0_u8; MEMBERS];
    for (byte, x) in bytes.iter_mut().zip(numbers) {
        *byte = u8::from(*x != F::zero());
    }
    let (groups, _) = bytes.as_chunks::<TOGETHER>();
    let mut set = 0;
    for (at, group) in groups.iter().enumerate() {
        // The lowest bit of each byte, side by side.
        let bits = u64::from_le_bytes(*group).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        set |= bits << (at * TOGETHER);
    }
    set
}
