//! A batch as lists of the numbers that are not zero.

use std::ops::Range;

use super::sorted::{Term, Terms};
use crate::{Scalar, kernels::ahead::ask_for};

/// Of one sample: where its notes begin, where those of the second part of its columns do, and where
/// they end.
pub(crate) type Bounds = [usize; 3];

/// How many samples before its turn a sample is asked for.
pub(super) const AHEAD: usize = 6;

/// The places of a batch's numbers that are not zero, in ascending order for each sample, and the
/// numbers. The columns are cut into two parts, unless only a few samples are taken at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lists<'a, F> {
    pub(crate) places: &'a [u16],
    pub(crate) values: Values<'a, F>,
    /// Of every sample of the batch.
    pub(crate) bounds: &'a [Bounds],
    /// Of some that will probably come after it.
    pub(crate) following: &'a [Bounds],
    /// How many columns there are, and how many of them are the first part.
    pub(crate) columns: usize,
    pub(crate) middle: usize,
}

/// The numbers beside the places.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Values<'a, F> {
    Numbers(&'a [F]),
    /// Bytes, and the number that each stands for.
    Bytes(&'a [u8], &'a [F; 256]),
}

/// One part of the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    All,
    First,
    Second,
}

impl<'a, F: Scalar> Lists<'a, F> {
    /// How many samples there are.
    pub(crate) fn samples(&self) -> usize {
        self.bounds.len()
    }

    /// The parts, in the order in which their terms are added.
    pub(crate) fn parts(&self) -> &'static [Part] {
        if self.middle < self.columns {
            &[Part::First, Part::Second]
        } else {
            &[Part::All]
        }
    }

    /// The columns of a part.
    pub(super) fn columns_of(&self, part: Part) -> Range<usize> {
        match part {
            Part::All => 0..self.columns,
            Part::First => 0..self.middle,
            Part::Second => self.middle..self.columns,
        }
    }

    /// Those of a part, with numbers of one kind.
    pub(super) fn list<C>(&self, codes: &'a [C], part: Part) -> List<'a, C> {
        List {
            places: self.places,
            codes,
            bounds: self.bounds,
            following: self.following,
            part,
        }
    }
}

/// What stands beside a place: a number, or what stands for one.
pub(super) trait Code<F>: Copy + Default + Send + Sync {
    /// What it is a number by.
    type Key: Sync;

    fn number(self, key: &Self::Key) -> F;

    /// Where terms of such codes are sorted.
    fn terms(room: &mut Terms<F>) -> &mut Vec<Term<Self>>;
}

impl<F: Scalar> Code<F> for F {
    type Key = ();

    #[inline(always)]
    fn number(self, (): &()) -> F {
        self
    }

    #[inline(always)]
    fn terms(room: &mut Terms<F>) -> &mut Vec<Term<Self>> {
        &mut room.numbers
    }
}

impl<F: Scalar> Code<F> for u8 {
    type Key = [F; 256];

    #[inline(always)]
    fn number(self, key: &[F; 256]) -> F {
        key[usize::from(self)]
    }

    #[inline(always)]
    fn terms(room: &mut Terms<F>) -> &mut Vec<Term<Self>> {
        &mut room.bytes
    }
}

/// The lists of a part of the columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct List<'a, C> {
    places: &'a [u16],
    codes: &'a [C],
    bounds: &'a [Bounds],
    following: &'a [Bounds],
    part: Part,
}

impl<'a, C> List<'a, C> {
    /// How many samples there are.
    pub(super) fn samples(&self) -> usize {
        self.bounds.len()
    }

    /// A sample's.
    #[inline(always)]
    pub(super) fn of(&self, sample: usize) -> (&'a [u16], &'a [C]) {
        self.between(self.bounds[sample])
    }

    #[inline(always)]
    fn between(&self, [start, middle, end]: Bounds) -> (&'a [u16], &'a [C]) {
        let range = match self.part {
            Part::All => start..end,
            Part::First => start..middle,
            Part::Second => middle..end,
        };
        (&self.places[range.clone()], &self.codes[range])
    }

    /// A sample's, of some columns alone.
    #[inline(always)]
    pub(super) fn within(&self, sample: usize, columns: &Range<usize>) -> (&'a [u16], &'a [C]) {
        let (places, codes) = self.of(sample);
        let before = |column: usize| match u16::try_from(column) {
            Ok(column) => {
                let count = |count, &place| count + u16::from(place < column);
                usize::from(places.iter().fold(0_u16, count))
            }
            Err(_) => places.len(),
        };
        let range = before(columns.start)..before(columns.end);
        (&places[range.clone()], &codes[range])
    }

    /// Asks for what will be wanted after a sample.
    #[inline(always)]
    pub(super) fn ask_after(&self, sample: usize) {
        let ahead = sample + AHEAD;
        let ahead = self.bounds.get(ahead).or_else(|| {
            // Past the batch.
            self.following.get(ahead.wrapping_sub(self.bounds.len()))
        });
        if let Some(&bounds) = ahead {
            let (places, codes) = self.between(bounds);
            ask_for(places);
            ask_for(codes);
        }
    }
}

/// One part of the columns of a batch, with the key of its numbers.
pub(super) struct OfPart<'a, F, C: Code<F>> {
    pub(super) list: List<'a, C>,
    pub(super) key: &'a C::Key,
    pub(super) columns: Range<usize>,
}

impl<'a, F, C: Code<F>> OfPart<'a, F, C> {
    /// The places and numbers of a sample in some of its columns.
    #[inline(always)]
    pub(super) fn of(&self, sample: usize, columns: &Range<usize>) -> (&'a [u16], &'a [C]) {
        if *columns == self.columns {
            self.list.of(sample)
        } else {
            self.list.within(sample, columns)
        }
    }
}
