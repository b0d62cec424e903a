//! The inner loops of dense layers, in the widest registers that the machine has.
//!
//! The rule of the folder: a kernel works on slices, row by row, and is generic over the arithmetic
//! and over the registers, which [`pulp`] chooses when the program runs. Every number of a result
//! is one sum whose terms are added in a fixed order, by fused multiply-adds where there are any. It
//! does not depend on which other rows are computed beside it, and so not on how rows are shared out
//! between threads. Beside each kernel stand the loops that it must agree with, in its tests.

mod ahead;
mod exp;
pub(crate) mod lanes;
pub(crate) mod masked;
pub(crate) mod panel;
mod probes;
pub(crate) mod product;
mod registers;
mod rows;
pub(crate) mod sets;
pub(crate) mod sparse;
#[cfg(test)]
mod tests;
mod transpose;

pub(crate) use exp::Exponentials;
pub(crate) use lanes::Lanes;
pub(crate) use panel::width_in_blocks;
pub(crate) use registers::{for_rows, lanes_of, loops, widest};
pub(crate) use transpose::{transpose, transpose_part};

/// sums += a·b, register by register.
#[inline(always)]
pub(crate) fn add<S: pulp::Simd, F: Lanes, const K: usize>(
    simd: S,
    sums: &mut [F::Register<S>; K],
    a: F,
    b: &[F::Register<S>; K],
) {
    let a = F::splat(simd, a);
    for k in 0..K {
        sums[k] = F::multiply_add(simd, a, b[k], sums[k]);
    }
}
