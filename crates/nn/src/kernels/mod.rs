//! The inner loops of dense layers, in the widest registers that the machine has.
//!
//! The rule of the folder: a kernel works on slices, row by row, and is generic over the arithmetic
//! and over the registers, which [`pulp`] chooses when the program runs. Every number of a result
//! is one sum whose terms are added in a fixed order, by fused multiply-adds where there are any. It
//! does not depend on which other rows are computed beside it, and so not on how rows are shared out
//! between threads. Beside each kernel stand the loops that it must agree with, in its tests.

pub(crate) mod panel;
pub(crate) mod product;
pub(crate) mod sparse;
#[cfg(test)]
mod tests;

/// f32 or f64 as lanes of a register.
pub trait Real: Copy + Send + Sync + 'static {
    #[doc(hidden)]
    type Vector<S: pulp::Simd>: Copy;

    /// How many numbers a register holds.
    #[doc(hidden)]
    fn lanes<S: pulp::Simd>() -> usize;

    /// The whole vectors that a slice begins with.
    #[doc(hidden)]
    fn vectors<S: pulp::Simd>(slice: &[Self]) -> &[Self::Vector<S>];

    #[doc(hidden)]
    fn vectors_mut<S: pulp::Simd>(slice: &mut [Self]) -> &mut [Self::Vector<S>];

    #[doc(hidden)]
    fn splat<S: pulp::Simd>(simd: S, value: Self) -> Self::Vector<S>;

    /// a·b + c.
    #[doc(hidden)]
    fn multiply_add<S: pulp::Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;

    #[doc(hidden)]
    fn plus<S: pulp::Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
}

macro_rules! real {
    ($($float:ident $vector:ident $lanes:ident $as_simd:ident $as_mut_simd:ident $splat:ident $fma:ident $add:ident)*) => {$(
        impl Real for $float {
            type Vector<S: pulp::Simd> = S::$vector;

            #[inline(always)]
            fn lanes<S: pulp::Simd>() -> usize {
                S::$lanes
            }

            #[inline(always)]
            fn vectors<S: pulp::Simd>(slice: &[Self]) -> &[Self::Vector<S>] {
                S::$as_simd(slice).0
            }

            #[inline(always)]
            fn vectors_mut<S: pulp::Simd>(slice: &mut [Self]) -> &mut [Self::Vector<S>] {
                S::$as_mut_simd(slice).0
            }

            #[inline(always)]
            fn splat<S: pulp::Simd>(simd: S, value: Self) -> Self::Vector<S> {
                simd.$splat(value)
            }

            #[inline(always)]
            fn multiply_add<S: pulp::Simd>(
                simd: S,
                a: Self::Vector<S>,
                b: Self::Vector<S>,
                c: Self::Vector<S>,
            ) -> Self::Vector<S> {
                simd.$fma(a, b, c)
            }

            #[inline(always)]
            fn plus<S: pulp::Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S> {
                simd.$add(a, b)
            }
        }
    )*};
}

real!(
    f32 f32s F32_LANES as_simd_f32s as_mut_simd_f32s splat_f32s mul_add_e_f32s add_f32s
    f64 f64s F64_LANES as_simd_f64s as_mut_simd_f64s splat_f64s mul_add_e_f64s add_f64s
);

/// sums += a·b, register by register.
#[inline(always)]
pub(crate) fn add<S: pulp::Simd, F: Real, const K: usize>(
    simd: S,
    sums: &mut [F::Vector<S>; K],
    a: F,
    b: &[F::Vector<S>; K],
) {
    let a = F::splat(simd, a);
    for k in 0..K {
        sums[k] = F::multiply_add(simd, a, b[k], sums[k]);
    }
}
