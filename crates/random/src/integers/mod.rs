//! Integers in a range: which types there are, and which ranges.

mod lemire;
mod masked;
mod range;

use crate::array::{filled, filled_in_parts};
use crate::bits::{Bits, Mt19937, Pcg64};
use crate::error::Result;

use lemire::Lemire;
pub(crate) use lemire::up_to;
use masked::Masked;
pub(crate) use masked::mask;
pub use range::IntegerRange;

/// An integer type that can be drawn: `i8` to `i64`, `u8` to `u64`, `isize`, `usize`, and `bool`.
///
/// This trait is sealed: the types above are all that implement it.
pub trait Integer: sealed::Integer {}

impl<T: sealed::Integer> Integer for T {}

pub(crate) mod sealed {
    use super::Word;
    use crate::bits::{Mt19937, Pcg64};
    use crate::error::Result;

    /// A number as an offset in the unsigned type of its width.
    pub trait Integer: Copy + Default + PartialOrd + std::fmt::Display {
        #[doc(hidden)]
        type Word: Word;
        #[doc(hidden)]
        const LEAST: Self;
        #[doc(hidden)]
        const MOST: Self;
        #[doc(hidden)]
        fn to_word(self) -> Self::Word;
        #[doc(hidden)]
        fn from_word(word: Self::Word) -> Self;
        /// So many numbers from the first to the second, both included, by masked rejection.
        #[doc(hidden)]
        fn masked(bits: &mut Mt19937, bounds: (Self, Self), count: usize) -> Result<Vec<Self>>;
        /// The same by Lemire's method.
        #[doc(hidden)]
        fn lemire(bits: &mut Pcg64, bounds: (Self, Self), count: usize) -> Result<Vec<Self>>;
        /// The number before this one, unless it is the least.
        #[doc(hidden)]
        fn before(self) -> Option<Self>;
    }
}

/// The unsigned types that ranges are counted in.
pub trait Word: Copy + Default + PartialEq {
    /// Whether several numbers are cut from 32 bits.
    const CUT: bool;
    fn wrapping_add(self, other: Self) -> Self;
    fn wrapping_sub(self, other: Self) -> Self;
    /// Draws `out.len()` numbers from 0 to `span`, which is not 0, and hands them on.
    fn draw<B: Bits, M: Method, T>(
        bits: &mut B,
        span: Self,
        out: &mut [T],
        number: impl Fn(Self) -> T,
    );
}

/// How a word of random bits becomes a number from 0 to `span`, for each width.
pub trait Method {
    fn narrow<B: Bits, N: Narrow, T>(bits: &mut B, span: N, out: &mut [T], number: impl Fn(N) -> T);
    fn u32<B: Bits, T>(bits: &mut B, span: u32, out: &mut [T], number: impl Fn(u32) -> T);
    fn u64<B: Bits, T>(bits: &mut B, span: u64, out: &mut [T], number: impl Fn(u64) -> T);
}

/// A word of which several are cut from 32 bits.
pub trait Narrow: Word + PartialOrd {
    const BITS: u32;
    fn cut(word: u32) -> Self;
    fn widen(self) -> u32;
}

/// Fills with numbers from `low` to `high`, both included.
fn fill<M: Method, T: Integer>(bits: &mut impl Bits, (low, high): (T, T), out: &mut [T]) {
    let offset = low.to_word();
    let span = high.to_word().wrapping_sub(offset);
    if span == T::Word::default() {
        return out.fill(low);
    }
    T::Word::draw::<_, M, _>(bits, span, out, |word| {
        T::from_word(offset.wrapping_add(word))
    });
}

/// `count` numbers from `low` to `high`, both included.
fn draw<M: Method, T: Integer>(
    bits: &mut impl Bits,
    bounds: (T, T),
    count: usize,
) -> Result<Vec<T>> {
    // What is left of a word that is cut into several numbers is dropped at the end of the array.
    match T::Word::CUT {
        true => filled(count, |out| fill::<M, _>(bits, bounds, out)),
        false => filled_in_parts(count, |out| fill::<M, _>(bits, bounds, out)),
    }
}

macro_rules! wrapping {
    () => {
        #[inline(always)]
        fn wrapping_add(self, other: Self) -> Self {
            self.wrapping_add(other)
        }

        #[inline(always)]
        fn wrapping_sub(self, other: Self) -> Self {
            self.wrapping_sub(other)
        }
    };
}

/// Not generic, so that it is compiled here and not in each crate that draws.
macro_rules! drawing {
    () => {
        fn masked(bits: &mut Mt19937, bounds: (Self, Self), count: usize) -> Result<Vec<Self>> {
            draw::<Masked, _>(bits, bounds, count)
        }

        fn lemire(bits: &mut Pcg64, bounds: (Self, Self), count: usize) -> Result<Vec<Self>> {
            draw::<Lemire, _>(bits, bounds, count)
        }
    };
}

macro_rules! narrow {
    ($($type:ty),*) => {$(
        impl Word for $type {
            const CUT: bool = true;

            wrapping!();

            fn draw<B: Bits, M: Method, T>(
                bits: &mut B,
                span: Self,
                out: &mut [T],
                number: impl Fn(Self) -> T,
            ) {
                M::narrow(bits, span, out, number);
            }
        }

        impl Narrow for $type {
            const BITS: u32 = <$type>::BITS;

            #[inline(always)]
            fn cut(word: u32) -> Self {
                word as $type
            }

            #[inline(always)]
            fn widen(self) -> u32 {
                self.into()
            }
        }
    )*};
}

narrow!(u8, u16);

impl Word for u32 {
    const CUT: bool = false;

    wrapping!();

    fn draw<B: Bits, M: Method, T>(
        bits: &mut B,
        span: Self,
        out: &mut [T],
        number: impl Fn(Self) -> T,
    ) {
        M::u32(bits, span, out, number);
    }
}

impl Word for u64 {
    const CUT: bool = false;

    wrapping!();

    fn draw<B: Bits, M: Method, T>(
        bits: &mut B,
        span: Self,
        out: &mut [T],
        number: impl Fn(Self) -> T,
    ) {
        match u32::try_from(span) {
            Ok(span) => M::u32(bits, span, out, |word| number(word.into())),
            Err(_) => M::u64(bits, span, out, number),
        }
    }
}

/// A truth value takes one bit, whatever the method.
impl Word for bool {
    const CUT: bool = true;

    fn wrapping_add(self, other: Self) -> Self {
        self ^ other
    }

    fn wrapping_sub(self, other: Self) -> Self {
        self ^ other
    }

    fn draw<B: Bits, M: Method, T>(
        bits: &mut B,
        _span: Self,
        out: &mut [T],
        number: impl Fn(Self) -> T,
    ) {
        for chunk in out.chunks_mut(32) {
            let mut word = bits.next_u32();
            for slot in chunk {
                *slot = number(word & 1 == 1);
                word >>= 1;
            }
        }
    }
}

impl sealed::Integer for bool {
    type Word = bool;
    const LEAST: Self = false;
    const MOST: Self = true;

    drawing!();

    fn to_word(self) -> bool {
        self
    }

    fn from_word(word: bool) -> Self {
        word
    }

    fn before(self) -> Option<Self> {
        self.then_some(false)
    }
}

macro_rules! integers {
    ($($type:ty => $word:ty),*) => {$(
        impl sealed::Integer for $type {
            type Word = $word;
            const LEAST: Self = <$type>::MIN;
            const MOST: Self = <$type>::MAX;

            drawing!();

            #[inline(always)]
            fn to_word(self) -> $word {
                self as $word
            }

            #[inline(always)]
            fn from_word(word: $word) -> Self {
                word as $type
            }

            fn before(self) -> Option<Self> {
                self.checked_sub(1)
            }
        }
    )*};
}

integers!(
    i8 => u8, i16 => u16, i32 => u32, i64 => u64,
    u8 => u8, u16 => u16, u32 => u32, u64 => u64
);

#[cfg(target_pointer_width = "64")]
integers!(isize => u64, usize => u64);
#[cfg(target_pointer_width = "32")]
integers!(isize => u32, usize => u32);
