//! Where the numbers of a batch are that are not zero, and which they are: looked for as a batch
//! comes, where nobody has noted it ahead.

use pulp::{Simd, WithSimd};

use super::{Bounds, Lists, Values, lists::AHEAD};
use crate::{Scalar, kernels::widest, team};

/// As many are looked at together, and as many are noted at a time, of which not all stay.
const TOGETHER: usize = 8;

/// No more columns have places: what one thread notes another reads, so notes are kept small.
pub(super) const MOST_COLUMNS: usize = 1 << 16;

/// A row to look through: the numbers, or bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row<'a, F> {
    Numbers(&'a [F]),
    /// Each byte stands for a number, a byte of 0 for the number.
    Bytes(&'a [u8], &'a [F; 256]),
}

/// The numbers of each row that are not zero, and their places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes<F> {
    columns: usize,
    /// How many columns are the first part.
    middle: usize,
    /// For each row its places, in as much room as all of them take.
    places: Vec<u16>,
    /// In the same order the numbers.
    values: Vec<F>,
    /// Of the rows, and of some that will probably come after them.
    bounds: Vec<Bounds>,
    /// How many rows' bounds are known.
    known: usize,
}

impl<F: Scalar> Notes<F> {
    /// Room for a batch `[rows, columns]` with columns in parts.
    pub(crate) fn for_rows(rows: usize, columns: usize, middle: usize) -> Self {
        let room = rows * room_of(columns);
        Self {
            columns,
            middle,
            places: vec![0; room],
            values: vec![F::zero(); room],
            bounds: vec![[0; 3]; rows + AHEAD],
            known: 0,
        }
    }

    /// Room for the bounds of so many rows that somebody else has noted, and of some of those that
    /// follow.
    pub(crate) fn bounds_mut(&mut self, rows: usize, following: usize) -> &mut [Bounds] {
        self.known = rows + following.min(AHEAD);
        &mut self.bounds[..self.known]
    }

    /// The bounds of rows that are known to follow so many.
    pub(crate) fn following(&self, rows: usize) -> &[Bounds] {
        &self.bounds[rows..self.known]
    }

    /// The bounds of so many rows.
    pub(crate) fn bounds(&self, rows: usize) -> &[Bounds] {
        &self.bounds[..rows]
    }

    /// Looks through so many rows, on as many threads as there are.
    pub(crate) fn find<'r>(&mut self, rows: usize, row: &(impl Fn(usize) -> Row<'r, F> + Sync))
    where
        F: 'r,
    {
        let room = room_of(self.columns);
        let found = Found {
            first: 0,
            places: &mut self.places[..rows * room],
            values: &mut self.values[..rows * room],
            bounds: &mut self.bounds[..rows],
        };
        found.find((self.columns, self.middle), row, team::threads());
    }

    /// What was found in the first rows.
    pub(crate) fn lists(&self, rows: usize) -> Lists<'_, F> {
        Lists {
            places: &self.places,
            values: Values::Numbers(&self.values),
            bounds: &self.bounds[..rows],
            following: &[],
            columns: self.columns,
            middle: self.middle,
        }
    }
}

/// Room for a row, and for what is noted beyond it and does not stay.
fn room_of(columns: usize) -> usize {
    columns + TOGETHER
}

/// Where the notes of some rows go.
struct Found<'a, F> {
    first: usize,
    places: &'a mut [u16],
    values: &'a mut [F],
    bounds: &'a mut [Bounds],
}

impl<F: Scalar> Found<'_, F> {
    fn find<'r>(
        self,
        (columns, middle): (usize, usize),
        row: &(impl Fn(usize) -> Row<'r, F> + Sync),
        tasks: usize,
    ) where
        F: 'r,
    {
        let room = room_of(columns);
        let rows = self.bounds.len();
        if rows > 1 && tasks > 1 {
            let half = rows / 2;
            let (places, last_places) = self.places.split_at_mut(half * room);
            let (values, last_values) = self.values.split_at_mut(half * room);
            let (bounds, last_bounds) = self.bounds.split_at_mut(half);
            let part = |first, places, values, bounds| Found {
                first,
                places,
                values,
                bounds,
            };
            let first = part(self.first, places, values, bounds);
            let last = part(self.first + half, last_places, last_values, last_bounds);
            return team::join(
                || first.find((columns, middle), row, tasks.div_ceil(2)),
                || last.find((columns, middle), row, tasks / 2),
            );
        }
        let places = self.places.chunks_exact_mut(room);
        let values = self.values.chunks_exact_mut(room);
        let rooms = places.zip(values).zip(self.bounds);
        for (at, ((places, values), bounds)) in rooms.enumerate() {
            let at = self.first + at;
            let count = match row(at) {
                Row::Numbers(x) => widest(Find { x, places, values }),
                Row::Bytes(bytes, numbers) => widest(FindBytes {
                    bytes,
                    numbers,
                    places,
                    values,
                }),
            };
            let before = places[..count].partition_point(|&place| usize::from(place) < middle);
            *bounds = [0, before, count].map(|end| at * room + end);
        }
    }
}

struct Find<'a, F> {
    x: &'a [F],
    places: &'a mut [u16],
    values: &'a mut [F],
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
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> usize {
        let (groups, rest) = self.x.as_chunks::<TOGETHER>();
        let (mut found, mut at) = (0, 0);
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
        found
    }
}

struct FindBytes<'a, F> {
    bytes: &'a [u8],
    numbers: &'a [F; 256],
    places: &'a mut [u16],
    values: &'a mut [F],
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
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        let (groups, rest) = self.bytes.as_chunks::<TOGETHER>();
        let (mut found, mut at) = (0, 0_u16);
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
        for (value, &place) in self.values.iter_mut().zip(&self.places[..found]) {
            *value = self.numbers[usize::from(self.bytes[usize::from(place)])];
        }
        found
    }
}
