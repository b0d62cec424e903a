//! The Mersenne Twister MT19937.

use super::Bits;

pub(crate) const WORDS: usize = 624;
const SHIFT: usize = 397;
const TWIST: u32 = 0x9908_b0df;

/// The Mersenne Twister with 32-bit words, the bit generator beneath
/// [`RandomState`](crate::RandomState).
///
/// It is made from a `RandomState` or through rand's
/// [`SeedableRng`](rand_core::SeedableRng); `seed_from_u64(n)` gives the words of NumPy's
/// `RandomState(n)` for every seed that NumPy takes.
///
/// Source: M. Matsumoto and T. Nishimura, *Mersenne Twister: a 623-dimensionally equidistributed
/// uniform pseudo-random number generator*, ACM TOMACS 8 (1998), with the authors' initialisation
/// of 2002.
///
/// ```
/// use chainrule_random::Mt19937;
/// use rand_core::{Rng, SeedableRng};
///
/// let mut words = Mt19937::seed_from_u64(5489);
/// assert_eq!(words.next_u32(), 3_499_211_612); // the reference implementation's first word
/// ```
#[derive(Clone)]
pub struct Mt19937 {
    key: [u32; WORDS],
    /// The words of `key` as they are handed out, kept so that a block is tempered at once.
    tempered: [u32; WORDS],
    position: usize,
}

impl Mt19937 {
    /// The state that a single number gives.
    pub(crate) fn from_number(seed: u32) -> Self {
        let mut key = [0; WORDS];
        let mut word = seed;
        for (i, slot) in key.iter_mut().enumerate() {
            *slot = word;
            word = (word ^ (word >> 30))
                .wrapping_mul(1_812_433_253)
                .wrapping_add(i as u32 + 1);
        }
        Self::from_key(key, WORDS)
    }

    /// The state that an array of numbers gives.
    ///
    /// # Panics
    /// If the array is empty: what calls this has refused it.
    pub(crate) fn from_array(seed: &[u32]) -> Self {
        assert!(!seed.is_empty(), "an empty seed; please report this");
        let mut key = Self::from_number(19_650_218).key;
        let spread = |key: &[u32; WORDS], at: usize, factor: u32| {
            let before = key[at - 1];
            key[at] ^ (before ^ (before >> 30)).wrapping_mul(factor)
        };
        let mut at = 1;
        let next = |key: &mut [u32; WORDS], at: usize| {
            if at + 1 < WORDS {
                return at + 1;
            }
            key[0] = key[WORDS - 1];
            1
        };
        for round in 0..WORDS.max(seed.len()) {
            let j = round % seed.len();
            key[at] = spread(&key, at, 1_664_525)
                .wrapping_add(seed[j])
                .wrapping_add(j as u32);
            at = next(&mut key, at);
        }
        for _ in 1..WORDS {
            key[at] = spread(&key, at, 1_566_083_941).wrapping_sub(at as u32);
            at = next(&mut key, at);
        }
        key[0] = 1 << 31;
        Self::from_key(key, WORDS)
    }

    /// The generator whose next word is number `position` of the block `key`.
    pub(crate) fn from_key(key: [u32; WORDS], position: usize) -> Self {
        let tempered = key.map(temper);
        Self {
            key,
            tempered,
            position,
        }
    }

    /// The 624 words of the current block, as the recurrence has them.
    pub fn key(&self) -> &[u32; WORDS] {
        &self.key
    }

    /// How many words of the current block are used up, 0 to 624.
    pub fn position(&self) -> usize {
        self.position
    }

    /// What is left of the block, or the next block.
    #[inline]
    pub(crate) fn rest(&mut self) -> &[u32] {
        if self.position >= WORDS {
            self.next_block();
        }
        &self.tempered[self.position..]
    }

    /// Takes words off [`rest`](Self::rest).
    #[inline]
    pub(crate) fn consume(&mut self, words: usize) {
        self.position += words;
    }

    #[cold]
    #[inline(never)]
    fn next_block(&mut self) {
        let key = &mut self.key;
        for i in 0..WORDS - SHIFT {
            key[i] = twist(key[i], key[i + 1], key[i + SHIFT]);
        }
        for i in WORDS - SHIFT..WORDS - 1 {
            key[i] = twist(key[i], key[i + 1], key[i + SHIFT - WORDS]);
        }
        key[WORDS - 1] = twist(key[WORDS - 1], key[0], key[SHIFT - 1]);
        for (out, &word) in self.tempered.iter_mut().zip(key.iter()) {
            *out = temper(word);
        }
        self.position = 0;
    }
}

#[inline(always)]
fn twist(high: u32, low: u32, shifted: u32) -> u32 {
    let word = (high & 0x8000_0000) | (low & 0x7fff_ffff);
    shifted ^ (word >> 1) ^ ((word & 1).wrapping_neg() & TWIST)
}

#[inline(always)]
fn temper(mut word: u32) -> u32 {
    word ^= word >> 11;
    word ^= (word << 7) & 0x9d2c_5680;
    word ^= (word << 15) & 0xefc6_0000;
    word ^ (word >> 18)
}

/// Uniform in `[0, 1)` from 27 bits of one word and 26 of the next.
#[inline(always)]
pub(crate) fn unit(high: u32, low: u32) -> f64 {
    let (high, low) = ((high >> 5) as i32, (low >> 6) as i32);
    (f64::from(high) * f64::from(1 << 26) + f64::from(low)) * (1.0 / (1_u64 << 53) as f64)
}

impl Bits for Mt19937 {
    #[inline]
    fn next_u32(&mut self) -> u32 {
        let word = self.rest()[0];
        self.position += 1;
        word
    }

    #[inline]
    fn next_u64(&mut self) -> u64 {
        let high = self.next_u32();
        u64::from(high) << 32 | u64::from(self.next_u32())
    }

    #[inline]
    fn next_f64(&mut self) -> f64 {
        let high = self.next_u32();
        unit(high, self.next_u32())
    }

    fn fill_f64(&mut self, out: &mut [f64]) {
        let mut left = out;
        while !left.is_empty() {
            let rest = self.rest();
            if rest.len() == 1 {
                // An odd number of words was drawn before: this pair spans two blocks.
                left[0] = self.next_f64();
                left = &mut left[1..];
                continue;
            }
            let pairs = left.len().min(rest.len() / 2);
            let (now, later) = left.split_at_mut(pairs);
            for (slot, pair) in now.iter_mut().zip(rest.chunks_exact(2)) {
                *slot = unit(pair[0], pair[1]);
            }
            self.consume(2 * pairs);
            left = later;
        }
    }

    #[inline]
    fn each_u32(&mut self, mut take: impl FnMut(u32) -> bool) {
        loop {
            let rest = self.rest();
            let all = rest.len();
            if let Some(last) = rest.iter().position(|&word| take(word)) {
                return self.consume(last + 1);
            }
            self.consume(all);
        }
    }
}

impl PartialEq for Mt19937 {
    fn eq(&self, other: &Self) -> bool {
        self.position == other.position && self.key == other.key
    }
}

impl Eq for Mt19937 {}

impl std::fmt::Debug for Mt19937 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mt19937")
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
