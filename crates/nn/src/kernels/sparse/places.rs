//! Where the numbers of a batch are that are not zero, and which they are.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use crate::{
    Scalar,
    kernels::{ahead::ask_for, widest},
};

/// How many columns are counted together, for those who share out a batch by its columns: a
/// multiple of eight.
pub(super) const BLOCK: usize = 112;

/// As many are noted at a time, and not all of them stay.
const TOGETHER: usize = 8;

/// No more columns have places: what one thread notes another reads, so notes are kept small.
pub(super) const MOST_COLUMNS: usize = 1 << 16;

/// A row of bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row<'a> {
    /// All of them.
    Bytes(&'a [u8]),
    /// Those that are not zero, with their places before them, in ascending order.
    Filled(&'a [u16], &'a [u8]),
}

impl Row<'_> {
    fn ask_for(self) {
        match self {
            Row::Bytes(bytes) => ask_for(bytes),
            Row::Filled(places, bytes) => {
                ask_for(places);
                ask_for(bytes);
            }
        }
    }
}

/// The numbers of each row that are not zero, and their places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places<F> {
    columns: usize,
    /// How many rows were looked through.
    rows: usize,
    /// For each row its places, in as much room as all of them take.
    places: Vec<u16>,
    /// In the same order the numbers.
    values: Vec<F>,
    /// For each row, and in it for each block of columns, how many there are up to its end.
    ends: Vec<u32>,
}

impl<F: Scalar> Places<F> {
    /// Room for a batch `[rows, columns]`.
    pub(crate) fn for_rows(rows: usize, columns: usize) -> Self {
        let room = rows * room_of(columns);
        Self {
            columns,
            rows: 0,
            places: vec![0; room],
            values: vec![F::zero(); room],
            ends: vec![0; rows * columns.div_ceil(BLOCK)],
        }
    }

    /// How many rows were looked through.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Notes those of a batch.
    pub(crate) fn find(&mut self, x: &[F]) {
        self.rows = x.len() / self.columns;
        let rows = x.chunks_exact(self.columns).zip(rooms(self));
        for (x, (places, values, ends)) in rows {
            widest(Find {
                x,
                places,
                values,
                ends,
            });
        }
    }

    /// Notes those of some rows of bytes, by the number that each byte stands for. A byte of 0
    /// has to stand for the number. Of the rows that follow, before a certain one, as many are asked
    /// for as are noted now: they will probably be next.
    pub(crate) fn find_bytes<'a>(
        &mut self,
        rows: Range<usize>,
        before: usize,
        row: &dyn Fn(usize) -> Row<'a>,
        numbers: &[F; 256],
    ) {
        self.rows = rows.len();
        rows.clone().for_each(|at| row(at).ask_for());
        let ahead = rows.end..before.min(rows.end + rows.len());
        let mut ahead = ahead.map(row);
        for (at, (places, values, ends)) in rows.zip(rooms(self)) {
            if let Some(row) = ahead.next() {
                row.ask_for();
            }
            match row(at) {
                Row::Bytes(bytes) => widest(FindBytes {
                    bytes,
                    numbers,
                    places,
                    values,
                    ends,
                }),
                Row::Filled(filled, bytes) => widest(Copy {
                    filled,
                    bytes,
                    numbers,
                    places,
                    values,
                    ends,
                }),
            }
        }
    }

    /// Those of a row.
    #[inline(always)]
    pub(super) fn of_row(&self, row: usize) -> (&[u16], &[F]) {
        self.of_blocks(row, 0, self.columns.div_ceil(BLOCK))
    }

    /// Those of a row from one block of columns up to another.
    #[inline(always)]
    pub(super) fn of_blocks(&self, row: usize, first: usize, last: usize) -> (&[u16], &[F]) {
        let blocks = self.columns.div_ceil(BLOCK);
        let ends = &self.ends[row * blocks..][..blocks];
        let from = if first == 0 { 0 } else { ends[first - 1] };
        let room = row * room_of(self.columns);
        let range = room + from as usize..room + ends[last - 1] as usize;
        (&self.places[range.clone()], &self.values[range])
    }
}

/// Room for a row, and for what is noted beyond it and does not stay.
fn room_of(columns: usize) -> usize {
    columns + TOGETHER
}

/// The room of each row: for places, numbers and the ends of blocks.
fn rooms<F: Scalar>(
    of: &mut Places<F>,
) -> impl Iterator<Item = (&mut [u16], &mut [F], &mut [u32])> {
    let room = room_of(of.columns);
    let places = of.places.chunks_exact_mut(room);
    let values = of.values.chunks_exact_mut(room);
    let ends = of.ends.chunks_exact_mut(of.columns.div_ceil(BLOCK));
    places
        .zip(values)
        .zip(ends)
        .map(|((places, values), ends)| (places, values, ends))
}

struct Find<'a, F> {
    x: &'a [F],
    places: &'a mut [u16],
    values: &'a mut [F],
    ends: &'a mut [u32],
}

impl<F: Scalar> Find<'_, F> {
    /// Notes a number and says how many were noted. Without a branch: which ones are zero cannot be
    /// foretold. A NaN is not.
    #[inline(always)]
    fn note(&mut self, found: usize, at: usize, x: F) -> usize {
        self.places[found] = at as u16;
        self.values[found] = x;
        found + usize::from(x != F::zero())
    }
}

impl<F: Scalar> WithSimd for Find<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) {
        let mut found = 0;
        for (block, x) in self.x.chunks(BLOCK).enumerate() {
            let (groups, rest) = x.as_chunks::<TOGETHER>();
            let mut at = block * BLOCK;
            for group in groups {
                // Most zeros lie together.
                let mut zeros = 0;
                for x in group {
                    zeros += usize::from(*x == F::zero());
                }
                if zeros < TOGETHER {
                    for (i, x) in group.iter().enumerate() {
                        found = self.note(found, at + i, *x);
                    }
                }
                at += TOGETHER;
            }
            for (i, x) in rest.iter().enumerate() {
                found = self.note(found, at + i, *x);
            }
            self.ends[block] = found as u32;
        }
    }
}

struct FindBytes<'a, F> {
    bytes: &'a [u8],
    numbers: &'a [F; 256],
    places: &'a mut [u16],
    values: &'a mut [F],
    ends: &'a mut [u32],
}

/// For each set of eight bytes which of them are in it, first those.
static MEMBERS: [[u16; TOGETHER]; 256] = {
    let mut members = [[0; TOGETHER]; 256];
    let mut set = 0;
    while set < 256 {
        let (mut i, mut found) = (0, 0);
        while i < TOGETHER {
            if set >> i & 1 == 1 {
                members[set][found] = i as u16;
                found += 1;
            }
            i += 1;
        }
        set += 1;
    }
    members
};

/// The set of those of eight bytes that are not zero: bit i for byte i.
#[inline(always)]
fn filled(bytes: [u8; TOGETHER]) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let word = u64::from_le_bytes(bytes);
    // The high bit of each byte that has any bit; then those eight bits side by side.
    let high = (((word & LOW) + LOW) | word) & !LOW;
    (high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

impl<F: Scalar> WithSimd for FindBytes<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let mut found = 0;
        let blocks = self.bytes.chunks(BLOCK).zip(self.ends.iter_mut());
        for ((block, bytes), end) in blocks
            .enumerate()
            .map(|(i, (bytes, end))| ((i, bytes), end))
        {
            let (groups, rest) = bytes.as_chunks::<TOGETHER>();
            let mut at = (block * BLOCK) as u16;
            for group in groups {
                let set = filled(*group);
                let Some(places) = self.places[found..].first_chunk_mut::<TOGETHER>() else {
                    unreachable!("no room for places; please report")
                };
                for (place, member) in places.iter_mut().zip(MEMBERS[set as usize]) {
                    *place = at + member;
                }
                found += set.count_ones() as usize;
                at = at.wrapping_add(TOGETHER as u16);
            }
            for byte in rest {
                self.places[found] = at;
                found += usize::from(*byte != 0);
                at = at.wrapping_add(1);
            }
            *end = found as u32;
        }
        for (value, &place) in self.values.iter_mut().zip(&self.places[..found]) {
            *value = self.numbers[usize::from(self.bytes[usize::from(place)])];
        }
    }
}

/// What is known to be filled.
struct Copy<'a, F> {
    filled: &'a [u16],
    bytes: &'a [u8],
    numbers: &'a [F; 256],
    places: &'a mut [u16],
    values: &'a mut [F],
    ends: &'a mut [u32],
}

impl<F: Scalar> WithSimd for Copy<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let count = self.filled.len();
        self.places[..count].copy_from_slice(self.filled);
        for (value, &byte) in self.values[..count].iter_mut().zip(self.bytes) {
            *value = self.numbers[usize::from(byte)];
        }
        let (last, ends) = self
            .ends
            .split_last_mut()
            .expect("a row has a block; please report");
        *last = count as u32;
        for (block, end) in ends.iter_mut().enumerate() {
            let beyond = ((block + 1) * BLOCK) as u16;
            let before = self.filled.iter().map(|&place| u16::from(place < beyond));
            *end = u32::from(before.fold(0, u16::wrapping_add));
        }
    }
}
