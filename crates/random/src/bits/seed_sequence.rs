//! The hash that turns seeds of any size into well-mixed states.

use crate::error::Result;
use crate::seed::{Seed, entropy_words};

/// How many words the pool has.
const POOL: usize = 4;
const INIT_A: u32 = 0x43b0_d7e5;
const MULT_A: u32 = 0x931e_8875;
const INIT_B: u32 = 0x8b51_f9dd;
const MULT_B: u32 = 0x58f3_8ded;
const MIX_LEFT: u32 = 0xca01_f9dd;
const MIX_RIGHT: u32 = 0x4973_f715;

/// Turns a seed into states that have nothing to do with those of its neighbours, and spawns
/// children whose streams have nothing to do with each other.
///
/// A seed is a non-negative integer or a list of them. One of more than 128 bits is written as the
/// list of its 32-bit words, the lowest first, which NumPy takes for the same seed.
///
/// Source: M. E. O'Neill, *Developing a seed_seq Alternative* (2015), as NumPy settled it in
/// NEP 19.
///
/// ```
/// use chainrule_random::SeedSequence;
///
/// let mut sequence = SeedSequence::new(42)?;
/// assert_eq!(sequence.generate_state(2), [3_444_837_047, 2_669_555_309]);
/// let children = sequence.spawn(2);
/// assert_eq!(children[1].spawn_key(), [1]);
/// # Ok::<(), chainrule_random::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedSequence {
    entropy: Vec<u32>,
    spawn_key: Vec<u32>,
    children_spawned: u32,
    pool: [u32; POOL],
}

impl SeedSequence {
    /// The sequence of a seed.
    ///
    /// # Errors
    /// If a number is negative.
    pub fn new(seed: impl Seed) -> Result<Self> {
        Ok(Self::assemble(entropy_words(seed)?, Vec::new()))
    }

    /// The sequence of a seed and a key, such as [`spawn`](Self::spawn) gives its children.
    ///
    /// # Errors
    /// If a number is negative.
    pub fn with_spawn_key(seed: impl Seed, spawn_key: &[u32]) -> Result<Self> {
        Ok(Self::assemble(entropy_words(seed)?, spawn_key.to_vec()))
    }

    pub(crate) fn from_words(entropy: Vec<u32>) -> Self {
        Self::assemble(entropy, Vec::new())
    }

    fn assemble(entropy: Vec<u32>, spawn_key: Vec<u32>) -> Self {
        let pool = pool(&entropy, &spawn_key);
        Self {
            entropy,
            spawn_key,
            children_spawned: 0,
            pool,
        }
    }

    /// The seed as 32-bit words, the lowest first.
    pub fn entropy(&self) -> &[u32] {
        &self.entropy
    }

    /// Which child of which child this is; empty for the first of the family.
    pub fn spawn_key(&self) -> &[u32] {
        &self.spawn_key
    }

    /// How many children were spawned.
    pub fn children_spawned(&self) -> u32 {
        self.children_spawned
    }

    /// The next `count` children. Children of later calls are different ones.
    pub fn spawn(&mut self, count: u32) -> Vec<Self> {
        let first = self.children_spawned;
        self.children_spawned = first.wrapping_add(count);
        (0..count)
            .map(|i| {
                let mut key = self.spawn_key.clone();
                key.push(first.wrapping_add(i));
                Self::assemble(self.entropy.clone(), key)
            })
            .collect()
    }

    /// `count` words to seed a generator with.
    pub fn generate_state(&self, count: usize) -> Vec<u32> {
        self.words().take(count).collect()
    }

    /// `count` words of 64 bits to seed a generator with.
    pub fn generate_state_u64(&self, count: usize) -> Vec<u64> {
        let mut words = self.words();
        let mut next = || u64::from(words.next().unwrap_or_default());
        (0..count).map(|_| next() | next() << 32).collect()
    }

    /// The endless stream of words that the pool gives.
    fn words(&self) -> impl Iterator<Item = u32> {
        let mut factor = INIT_B;
        self.pool.iter().cycle().map(move |&word| {
            let word = word ^ factor;
            factor = factor.wrapping_mul(MULT_B);
            fold(word.wrapping_mul(factor))
        })
    }
}

fn pool(entropy: &[u32], spawn_key: &[u32]) -> [u32; POOL] {
    let mut words = entropy.to_vec();
    if !spawn_key.is_empty() && words.len() < POOL {
        // So that a short seed with a key is no other seed without one.
        words.resize(POOL, 0);
    }
    words.extend_from_slice(spawn_key);

    let mut factor = INIT_A;
    let mut hash = |word: u32| {
        let word = word ^ factor;
        factor = factor.wrapping_mul(MULT_A);
        fold(word.wrapping_mul(factor))
    };
    let mut pool: [u32; POOL] =
        std::array::from_fn(|i| hash(words.get(i).copied().unwrap_or_default()));
    for source in 0..POOL {
        for target in (0..POOL).filter(|&target| target != source) {
            pool[target] = mix(pool[target], hash(pool[source]));
        }
    }
    for &word in words.iter().skip(POOL) {
        for slot in &mut pool {
            *slot = mix(*slot, hash(word));
        }
    }
    pool
}

fn fold(word: u32) -> u32 {
    word ^ word >> 16
}

fn mix(left: u32, right: u32) -> u32 {
    fold(
        left.wrapping_mul(MIX_LEFT)
            .wrapping_sub(right.wrapping_mul(MIX_RIGHT)),
    )
}
