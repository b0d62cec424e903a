//! The newer method: the high half of a product is the number, the low half says when to draw
//! again.

use super::{Bits, Method, Narrow};

/// Multiplication with rejection; source: D. Lemire, *Fast Random Integer Generation in an
/// Interval*, ACM TOMACS 29 (2019).
pub(crate) struct Lemire;

impl Method for Lemire {
    fn narrow<B: Bits, N: Narrow, T>(
        bits: &mut B,
        span: N,
        out: &mut [T],
        number: impl Fn(N) -> T,
    ) {
        if out.is_empty() {
            return;
        }
        let whole = (1_u32 << N::BITS) - 1;
        // If all numbers fit, so many sides would not fit into the type; and none is rejected.
        let sides = span.widen() + 1;
        let threshold = (whole - span.widen()) % sides;
        let mut done = 0;
        bits.each_u32(|mut word| {
            for _ in 0..32 / N::BITS {
                let product = (word & whole) * sides;
                word = word.checked_shr(N::BITS).unwrap_or_default();
                match out.get_mut(done) {
                    Some(slot) => *slot = number(N::cut(product >> N::BITS)),
                    None => return true,
                }
                done += usize::from(product & whole >= threshold);
            }
            done == out.len()
        });
    }

    fn u32<B: Bits, T>(bits: &mut B, span: u32, out: &mut [T], number: impl Fn(u32) -> T) {
        match span {
            u32::MAX => out
                .iter_mut()
                .for_each(|slot| *slot = number(bits.next_u32())),
            _ => (out.iter_mut()).for_each(|slot| *slot = number(up_to_u32(bits, span))),
        }
    }

    fn u64<B: Bits, T>(bits: &mut B, span: u64, out: &mut [T], number: impl Fn(u64) -> T) {
        match span {
            u64::MAX => out
                .iter_mut()
                .for_each(|slot| *slot = number(bits.next_u64())),
            _ => (out.iter_mut()).for_each(|slot| *slot = number(up_to_u64(bits, span))),
        }
    }
}

/// A number from 0 to `span`, which is below `u32::MAX`.
#[inline(always)]
fn up_to_u32(bits: &mut impl Bits, span: u32) -> u32 {
    let sides = span + 1;
    let mut product = u64::from(bits.next_u32()) * u64::from(sides);
    // What is rejected is less than `sides`; so the division is seldom needed.
    if (product as u32) < sides {
        let threshold = (u32::MAX - span) % sides;
        while (product as u32) < threshold {
            product = u64::from(bits.next_u32()) * u64::from(sides);
        }
    }
    (product >> 32) as u32
}

/// A number from 0 to `span`, which is below `u64::MAX`.
#[inline(always)]
fn up_to_u64(bits: &mut impl Bits, span: u64) -> u64 {
    let sides = span + 1;
    let mut product = u128::from(bits.next_u64()) * u128::from(sides);
    if (product as u64) < sides {
        let threshold = (u64::MAX - span) % sides;
        while (product as u64) < threshold {
            product = u128::from(bits.next_u64()) * u128::from(sides);
        }
    }
    (product >> 64) as u64
}

/// A single number from 0 to `span`, which is below `u64::MAX`.
#[inline]
pub(crate) fn up_to(bits: &mut impl Bits, span: u64) -> u64 {
    match u32::try_from(span) {
        Ok(0) => 0,
        Ok(u32::MAX) => bits.next_u32().into(),
        Ok(span) => up_to_u32(bits, span).into(),
        Err(_) => up_to_u64(bits, span),
    }
}
