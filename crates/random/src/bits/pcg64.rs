//! PCG64: a 128-bit linear congruential generator with a permuted output.

use super::{Bits, SeedSequence};

const MULTIPLIER: u128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645;

/// PCG64 (XSL-RR 128/64), the bit generator beneath [`Generator`](crate::Generator).
///
/// A 32-bit word is half of a 64-bit one, the low half first; the high half is kept for the next
/// 32-bit word, whatever is drawn in between.
///
/// It is made from a [`SeedSequence`], or through rand's
/// [`SeedableRng`](rand_core::SeedableRng): `seed_from_u64(n)` gives the words of NumPy's
/// `PCG64(n)`, and `from_seed` those of the crate rand_pcg.
///
/// Source: M. E. O'Neill, *PCG: A Family of Simple Fast Space-Efficient Statistically Good
/// Algorithms for Random Number Generation*, Harvey Mudd College HMC-CS-2014-0905 (2014).
///
/// ```
/// use chainrule_random::{Pcg64, SeedSequence};
/// use rand_core::Rng;
///
/// let mut words = Pcg64::new(&SeedSequence::new(12345)?);
/// assert_eq!(words.next_u64(), 4_193_609_425_186_963_869); // PCG64(12345).random_raw()
/// # Ok::<(), chainrule_random::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pcg64 {
    state: u128,
    increment: u128,
    /// The high half of a word whose low half was handed out.
    kept: Option<u32>,
}

impl Pcg64 {
    /// The generator that NumPy's `PCG64(sequence)` is.
    pub fn new(sequence: &SeedSequence) -> Self {
        let words = sequence.generate_state_u64(4);
        let wide = |high: u64, low: u64| u128::from(high) << 64 | u128::from(low);
        Self::from_seed_and_stream(wide(words[0], words[1]), wide(words[2], words[3]))
    }

    /// The start of the stream `stream` from `seed`, as the reference implementation has it. The
    /// highest bit of `stream` is not used.
    pub fn from_seed_and_stream(seed: u128, stream: u128) -> Self {
        Self::started(seed, stream << 1 | 1)
    }

    /// The start of the sequence with this (odd) increment.
    pub(crate) fn started(seed: u128, increment: u128) -> Self {
        let mut this = Self {
            state: seed.wrapping_add(increment),
            increment,
            kept: None,
        };
        this.step();
        this
    }

    pub(crate) fn from_parts(state: u128, increment: u128, kept: Option<u32>) -> Self {
        Self {
            state,
            increment,
            kept,
        }
    }

    /// The state of the congruential generator.
    pub fn state(&self) -> u128 {
        self.state
    }

    /// What each step adds; always odd.
    pub fn increment(&self) -> u128 {
        self.increment
    }

    /// The half of a 64-bit word that the next 32-bit draw will return.
    pub fn kept(&self) -> Option<u32> {
        self.kept
    }

    /// Fills with what `number` makes of each word. The states go in four strides of four steps:
    /// a state would have to wait for the one before it, these do not.
    fn fill<T>(&mut self, out: &mut [T], mut number: impl FnMut(u64) -> T) {
        const TWICE: u128 = MULTIPLIER.wrapping_mul(MULTIPLIER);
        const STRIDE: u128 = TWICE.wrapping_mul(TWICE);
        let twice = self.increment.wrapping_mul(MULTIPLIER.wrapping_add(1));
        let added = twice.wrapping_mul(TWICE.wrapping_add(1));

        let mut groups = out.chunks_exact_mut(4);
        let before = self.state;
        let mut states = [0; 4].map(|_: u128| {
            self.step();
            self.state
        });
        self.state = before;
        for group in &mut groups {
            for (slot, state) in group.iter_mut().zip(&mut states) {
                *slot = number(output(*state));
                self.state = *state;
                *state = state.wrapping_mul(STRIDE).wrapping_add(added);
            }
        }
        for slot in groups.into_remainder() {
            *slot = number(self.next_u64());
        }
    }

    #[inline(always)]
    fn step(&mut self) {
        self.state = self
            .state
            .wrapping_mul(MULTIPLIER)
            .wrapping_add(self.increment);
    }
}

#[inline(always)]
fn output(state: u128) -> u64 {
    let folded = (state >> 64) as u64 ^ state as u64;
    folded.rotate_right((state >> 122) as u32)
}

/// Uniform in `[0, 1)` from the upper 53 bits.
#[inline(always)]
fn unit(word: u64) -> f64 {
    (word >> 11) as i64 as f64 * (1.0 / (1_u64 << 53) as f64)
}

impl Bits for Pcg64 {
    #[inline]
    fn next_u32(&mut self) -> u32 {
        if let Some(high) = self.kept.take() {
            return high;
        }
        let word = self.next_u64();
        self.kept = Some((word >> 32) as u32);
        word as u32
    }

    #[inline]
    fn next_u64(&mut self) -> u64 {
        self.step();
        output(self.state)
    }

    #[inline]
    fn next_f64(&mut self) -> f64 {
        unit(self.next_u64())
    }

    fn fill_f64(&mut self, out: &mut [f64]) {
        self.fill(out, unit);
    }

    fn fill_u64<T>(&mut self, out: &mut [T], number: impl FnMut(u64) -> T) {
        self.fill(out, number);
    }

    #[inline]
    fn each_u32(&mut self, mut take: impl FnMut(u32) -> bool) {
        if self.kept.take().is_some_and(&mut take) {
            return;
        }
        loop {
            let word = self.next_u64();
            if take(word as u32) {
                self.kept = Some((word >> 32) as u32);
                return;
            }
            if take((word >> 32) as u32) {
                return;
            }
        }
    }
}
