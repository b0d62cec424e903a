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
        let per_word = (32 / N::BITS) as usize;
        let mut done = 0;
        bits.each_u32(|word| {
            let products = |i: usize| (word >> (i as u32 * N::BITS) & whole) * sides;
            if let Some(slots) = out.get_mut(done..done + per_word) {
                let mut fit = true;
                for (i, slot) in slots.iter_mut().enumerate() {
                    let product = products(i);
                    *slot = number(N::cut(product >> N::BITS));
                    fit &= product & whole >= threshold;
                }
                if fit {
                    done += per_word;
                    return done == out.len();
                }
            }
            for product in (0..per_word).map(products) {
                if done < out.len() && product & whole >= threshold {
                    out[done] = number(N::cut(product >> N::BITS));
                    done += 1;
                }
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
            _ => u64_in_blocks(bits, span, out, number),
        }
    }
}

/// Numbers from 0 to `span`, which is below `u64::MAX`.
fn u64_in_blocks<T>(bits: &mut impl Bits, span: u64, out: &mut [T], number: impl Fn(u64) -> T) {
    let sides = span + 1;
    let threshold = (u64::MAX - span) % sides;
    if threshold > u64::MAX >> 8 {
        return often_rejected(bits, span, out, number);
    }
    for part in out.chunks_mut(64) {
        let before = bits.clone();
        let mut fit = true;
        bits.fill_u64(part, |word| {
            let product = u128::from(word) * u128::from(sides);
            fit &= product as u64 >= threshold;
            number((product >> 64) as u64)
        });
        if !fit {
            *bits = before;
            part.fill_with(|| number(up_to_u64(bits, span)));
        }
    }
}

/// The same for a range of which many words are rejected: without a branch for each, which would be
/// mispredicted. No block of words is larger than what is missing, so that none is drawn in vain.
fn often_rejected<T>(bits: &mut impl Bits, span: u64, out: &mut [T], number: impl Fn(u64) -> T) {
    let sides = span + 1;
    let threshold = (u64::MAX - span) % sides;
    let mut block = [0; 64];
    let mut done = 0;
    while done < out.len() {
        let words = &mut block[..(out.len() - done).min(64)];
        bits.fill_u64(words, |word| word);
        for &word in &*words {
            let product = u128::from(word) * u128::from(sides);
            out[done] = number((product >> 64) as u64);
            done += usize::from(product as u64 >= threshold);
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
