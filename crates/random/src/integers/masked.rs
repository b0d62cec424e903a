//! The legacy method: cut to the bits that the range needs, and draw again what is above it.

use super::{Bits, Method, Narrow};

/// Masked rejection, with 8- and 16-bit numbers cut from a word one after the other.
pub(crate) struct Masked;

impl Method for Masked {
    fn narrow<B: Bits, N: Narrow, T>(
        bits: &mut B,
        span: N,
        out: &mut [T],
        number: impl Fn(N) -> T,
    ) {
        let span = span.widen();
        let mask = mask(span.into()) as u32;
        let mut done = 0;
        if out.is_empty() {
            return;
        }
        bits.each_u32(|mut word| {
            for _ in 0..32 / N::BITS {
                let value = word & mask;
                word >>= N::BITS;
                // Written whether it fits or not: a branch here would be mispredicted too often.
                match out.get_mut(done) {
                    Some(slot) => *slot = number(N::cut(value)),
                    None => return true,
                }
                done += usize::from(value <= span);
            }
            done == out.len()
        });
    }

    fn u32<B: Bits, T>(bits: &mut B, span: u32, out: &mut [T], number: impl Fn(u32) -> T) {
        let mask = mask(span.into()) as u32;
        let mut done = 0;
        if out.is_empty() {
            return;
        }
        bits.each_u32(|word| {
            let value = word & mask;
            out[done] = number(value);
            done += usize::from(value <= span);
            done == out.len()
        });
    }

    fn u64<B: Bits, T>(bits: &mut B, span: u64, out: &mut [T], number: impl Fn(u64) -> T) {
        let mask = mask(span);
        for slot in out {
            *slot = loop {
                let value = bits.next_u64() & mask;
                if value <= span {
                    break number(value);
                }
            };
        }
    }
}

/// The smallest 2ⁿ − 1 that is not below `span`.
#[inline(always)]
pub(crate) fn mask(span: u64) -> u64 {
    u64::MAX
        .checked_shr(span.leading_zeros())
        .unwrap_or_default()
}
