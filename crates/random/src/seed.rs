//! What may be a seed: an integer of any width, or several.

use crate::bits::SeedSequence;
use crate::error::{Error, Result};

/// An integer of any type, or a slice, array or `Vec` of them.
///
/// A plain literal is an `i32` to Rust; one above 2³¹ − 1 needs its type, as in
/// `4_000_000_000_u32`.
///
/// This trait is sealed: the types above are all that implement it.
pub trait Seed: sealed::Seed {}

impl<S: sealed::Seed> Seed for S {}

/// What is refused: the number that is negative, written out.
pub struct Negative(String);

pub enum Parts {
    Number(u128),
    Array(Vec<u128>),
}

pub(crate) mod sealed {
    pub trait Seed {
        #[doc(hidden)]
        fn parts(self) -> Result<super::Parts, super::Negative>;
    }

    pub trait Number: Copy {
        #[doc(hidden)]
        fn number(self) -> Result<u128, super::Negative>;
    }
}

use sealed::Number;

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Number for $type {
            fn number(self) -> Result<u128, Negative> {
                u128::try_from(self).map_err(|_| Negative(self.to_string()))
            }
        }

        impl sealed::Seed for $type {
            fn parts(self) -> Result<Parts, Negative> {
                self.number().map(Parts::Number)
            }
        }
    )*};
}

numbers!(
    i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize
);

impl<N: Number> sealed::Seed for &[N] {
    fn parts(self) -> Result<Parts, Negative> {
        let numbers: Result<_, _> = self.iter().map(|number| number.number()).collect();
        numbers.map(Parts::Array)
    }
}

impl<N: Number, const L: usize> sealed::Seed for [N; L] {
    fn parts(self) -> Result<Parts, Negative> {
        self.as_slice().parts()
    }
}

impl<N: Number, const L: usize> sealed::Seed for &[N; L] {
    fn parts(self) -> Result<Parts, Negative> {
        self.as_slice().parts()
    }
}

impl<N: Number> sealed::Seed for Vec<N> {
    fn parts(self) -> Result<Parts, Negative> {
        self.as_slice().parts()
    }
}

impl<N: Number> sealed::Seed for &Vec<N> {
    fn parts(self) -> Result<Parts, Negative> {
        self.as_slice().parts()
    }
}

/// A seed of the legacy generator: every number below 2³².
pub(crate) enum Legacy {
    Number(u32),
    Array(Vec<u32>),
}

pub(crate) fn legacy(seed: impl Seed) -> Result<Legacy> {
    let small = |number: u128| u32::try_from(number).map_err(|_| out_of_range(number));
    match seed.parts() {
        Ok(Parts::Number(number)) => small(number).map(Legacy::Number),
        Ok(Parts::Array(numbers)) if numbers.is_empty() => Err(Error::value("the seed is empty")
            .expected("at least one number")
            .got("an array of none")
            .hint("RandomState::new(1), or RandomState::new([1, 2, 3])")),
        Ok(Parts::Array(numbers)) => {
            let words: Result<_> = numbers.into_iter().map(small).collect();
            words.map(Legacy::Array)
        }
        Err(Negative(number)) => Err(out_of_range(number)),
    }
}

fn out_of_range(number: impl std::fmt::Display) -> Error {
    Error::value("a seed is out of range")
        .expected("an integer from 0 to 4294967295 (2³² − 1)")
        .got(number)
        .hint("RandomState::new(1), or an array of such numbers for a longer seed")
}

/// A seed of a [`SeedSequence`] as 32-bit words: each number the lowest word first, without
/// leading zeros.
pub(crate) fn entropy_words(seed: impl Seed) -> Result<Vec<u32>> {
    let numbers = match seed.parts() {
        Ok(Parts::Number(number)) => vec![number],
        Ok(Parts::Array(numbers)) => numbers,
        Err(Negative(number)) => {
            return Err(Error::value("a seed is negative")
                .expected("an integer of 0 or more, or several of them")
                .got(number)
                .hint("default_rng(1), or default_rng([1, 2, 3])"));
        }
    };
    Ok(numbers.into_iter().flat_map(words_of).collect())
}

fn words_of(number: u128) -> impl Iterator<Item = u32> {
    let words = (128 - number.leading_zeros()).div_ceil(32).max(1);
    (0..words).map(move |i| (number >> (32 * i)) as u32)
}

impl From<u64> for SeedSequence {
    fn from(seed: u64) -> Self {
        Self::from_words(words_of(seed.into()).collect())
    }
}
