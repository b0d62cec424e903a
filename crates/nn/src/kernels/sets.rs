//! Which numbers of a matrix are not zero, as sets of bits.

use super::loops;
use crate::Scalar;

/// How many numbers that lie side by side in a row have a set together.
pub(crate) const MEMBERS: usize = 64;

/// How many of their bits are set at a time.
const TOGETHER: usize = 8;

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
        let of_row = columns.div_ceil(MEMBERS);
        let mut sets = Vec::with_capacity(rows.len() / columns * of_row);
        loops(
            #[inline(always)]
            || {
                for row in rows.chunks_exact(columns) {
                    let (whole, rest) = row.as_chunks::<MEMBERS>();
                    sets.extend(whole.iter().map(|numbers| set_of::<F>(numbers)));
                    if !rest.is_empty() {
                        sets.push(set_of(rest));
                    }
                }
            },
        );
        Self { sets, of_row }
    }

    /// How many numbers are not zero.
    pub(crate) fn count(&self) -> usize {
        let counts = self.sets.iter().map(|set| set.count_ones() as usize);
        counts.sum()
    }

    /// The set of so manieth numbers of each row, row by row.
    pub(super) fn at(&self, block: usize) -> impl Iterator<Item = u64> {
        self.sets[block..].iter().copied().step_by(self.of_row)
    }
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
