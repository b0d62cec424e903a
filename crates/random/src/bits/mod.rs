//! Where the bits come from: the Mersenne Twister, PCG64, and the hash that spreads seeds.
//!
//! The rule of this folder: a bit generator gives words and uniform numbers, in the order that
//! NumPy draws them, and knows no distribution.
//!
//! They are our own because the crates that have these generators do not let their state out and in,
//! and hand out one word at a time.

mod mt19937;
mod pcg64;
mod rand_traits;
mod seed_sequence;

pub use mt19937::Mt19937;
pub use pcg64::Pcg64;
pub use seed_sequence::SeedSequence;

/// What a distribution asks of a bit generator.
pub trait Bits: Clone {
    fn next_u32(&mut self) -> u32;

    fn next_u64(&mut self) -> u64;

    /// Uniform in `[0, 1)`, a multiple of 2⁻⁵³.
    fn next_f64(&mut self) -> f64;

    /// Uniform in `[0, 1)`, a multiple of 2⁻²⁴.
    #[inline]
    fn next_f32(&mut self) -> f32 {
        (self.next_u32() >> 8) as f32 * (1.0 / (1 << 24) as f32)
    }

    /// The same numbers as so many calls of [`next_f64`](Self::next_f64), faster.
    fn fill_f64(&mut self, out: &mut [f64]);

    /// What `number` makes of the words of so many calls of [`next_u64`](Self::next_u64), faster.
    fn fill_u64<T>(&mut self, out: &mut [T], mut number: impl FnMut(u64) -> T) {
        out.iter_mut()
            .for_each(|slot| *slot = number(self.next_u64()));
    }

    /// Hands 32-bit words to `take` until it answers that it has enough; the last word handed out
    /// is consumed. Saves the check for the end of a block at every word.
    fn each_u32(&mut self, take: impl FnMut(u32) -> bool);
}
