//! The generators as generators of the crate rand.

use rand_core::{Infallible, SeedableRng, TryRng, utils};

use super::{Bits, Mt19937, Pcg64, SeedSequence};
use crate::{Generator, RandomState};

macro_rules! words_through {
    ($type:ty, $self:ident => $bits:expr) => {
        impl TryRng for $type {
            type Error = Infallible;

            #[inline]
            fn try_next_u32(&mut $self) -> Result<u32, Infallible> {
                Ok(Bits::next_u32($bits))
            }

            #[inline]
            fn try_next_u64(&mut $self) -> Result<u64, Infallible> {
                Ok(Bits::next_u64($bits))
            }

            fn try_fill_bytes(&mut $self, bytes: &mut [u8]) -> Result<(), Infallible> {
                utils::fill_bytes_via_next_word(bytes, || $self.try_next_u32())
            }
        }
    };
}

words_through!(Mt19937, self => self);
words_through!(Pcg64, self => self);
words_through!(RandomState, self => self.bits_mut());
words_through!(Generator, self => self.bits_mut());

impl SeedableRng for Mt19937 {
    type Seed = [u8; 32];

    /// Seeds from an array of eight words, little-endian.
    fn from_seed(seed: Self::Seed) -> Self {
        let words: [u32; 8] = utils::read_words(&seed);
        Self::from_array(&words)
    }

    /// The words of NumPy's `RandomState(seed)`; a larger number than NumPy takes seeds as the
    /// array of its two words, the lower first.
    fn seed_from_u64(seed: u64) -> Self {
        match u32::try_from(seed) {
            Ok(seed) => Self::from_number(seed),
            Err(_) => Self::from_array(&[seed as u32, (seed >> 32) as u32]),
        }
    }
}

impl SeedableRng for Pcg64 {
    type Seed = [u8; 32];

    /// State and increment from the bytes, as rand_pcg's `Pcg64` reads them.
    fn from_seed(seed: Self::Seed) -> Self {
        let words: [u64; 4] = utils::read_words(&seed);
        let wide = |low: u64, high: u64| u128::from(low) | u128::from(high) << 64;
        Self::started(wide(words[0], words[1]), wide(words[2], words[3]) | 1)
    }

    /// The words of NumPy's `PCG64(seed)`.
    fn seed_from_u64(seed: u64) -> Self {
        Self::new(&SeedSequence::from(seed))
    }
}

impl SeedableRng for RandomState {
    type Seed = [u8; 32];

    /// See [`Mt19937::from_seed`].
    fn from_seed(seed: Self::Seed) -> Self {
        Mt19937::from_seed(seed).into()
    }

    /// NumPy's `RandomState(seed)`; see [`Mt19937::seed_from_u64`].
    fn seed_from_u64(seed: u64) -> Self {
        Mt19937::seed_from_u64(seed).into()
    }
}

impl SeedableRng for Generator {
    type Seed = [u8; 32];

    /// Seeds from the eight words, little-endian, as NumPy's `default_rng` does from their array.
    fn from_seed(seed: Self::Seed) -> Self {
        let words: [u32; 8] = utils::read_words(&seed);
        Self::from_sequence(SeedSequence::from_words(words.to_vec()))
    }

    /// NumPy's `default_rng(seed)`.
    fn seed_from_u64(seed: u64) -> Self {
        Self::from_sequence(SeedSequence::from(seed))
    }
}
