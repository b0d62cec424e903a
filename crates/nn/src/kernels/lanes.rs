//! Numbers in the widest registers of the machine, for f32 and f64 alike.
//!
//! `pulp` names its operations by the type of the number. Here they have one name, so that a
//! kernel is written once for both.

use pulp::{Simd, WithSimd};

/// A number that fills the registers of an instruction set `S`.
///
/// Public only because it stands above a public trait: nobody outside can name it.
pub trait Lanes: Copy + Send + Sync + 'static {
    /// As many of them as a register holds.
    type Register<S: Simd>: Copy;

    /// How many that is.
    fn lanes<S: Simd>() -> usize;

    /// The whole registers that a slice begins with.
    fn registers<S: Simd>(from: &[Self]) -> &[Self::Register<S>];

    /// The same, to be written.
    fn registers_mut<S: Simd>(to: &mut [Self]) -> &mut [Self::Register<S>];

    /// The same number in every lane.
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Register<S>;

    /// The first numbers of a slice, which has to have as many.
    fn load<S: Simd>(simd: S, from: &[Self]) -> Self::Register<S>;

    /// Overwrites the first numbers of a slice, which has to have as many.
    fn store<S: Simd>(simd: S, register: Self::Register<S>, to: &mut [Self]);

    /// a + b, lane by lane.
    fn plus<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Register<S>;

    /// a·b + c, rounded once where the machine can.
    fn multiply_add<S: Simd>(
        simd: S,
        a: Self::Register<S>,
        b: Self::Register<S>,
        c: Self::Register<S>,
    ) -> Self::Register<S>;

    /// The sum of all lanes.
    fn total<S: Simd>(simd: S, register: Self::Register<S>) -> Self;
}

macro_rules! lanes {
    ($float:ident $register:ident $count:ident $splat:ident $as:ident $as_mut:ident
     $add:ident $mul_add:ident $sum:ident) => {
        impl Lanes for $float {
            type Register<S: Simd> = S::$register;

            #[inline(always)]
            fn lanes<S: Simd>() -> usize {
                S::$count
            }

            #[inline(always)]
            fn registers<S: Simd>(from: &[Self]) -> &[S::$register] {
                S::$as(from).0
            }

            #[inline(always)]
            fn registers_mut<S: Simd>(to: &mut [Self]) -> &mut [S::$register] {
                S::$as_mut(to).0
            }

            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: Self) -> S::$register {
                simd.$splat(value)
            }

            #[inline(always)]
            fn load<S: Simd>(_: S, from: &[Self]) -> S::$register {
                S::$as(&from[..S::$count]).0[0]
            }

            #[inline(always)]
            fn store<S: Simd>(_: S, register: S::$register, to: &mut [Self]) {
                S::$as_mut(&mut to[..S::$count]).0[0] = register;
            }

            #[inline(always)]
            fn plus<S: Simd>(simd: S, a: S::$register, b: S::$register) -> S::$register {
                simd.$add(a, b)
            }

            #[inline(always)]
            fn multiply_add<S: Simd>(
                simd: S,
                a: S::$register,
                b: S::$register,
                c: S::$register,
            ) -> S::$register {
                simd.$mul_add(a, b, c)
            }

            #[inline(always)]
            fn total<S: Simd>(simd: S, register: S::$register) -> Self {
                simd.$sum(register)
            }
        }
    };
}

lanes!(f32 f32s F32_LANES splat_f32s as_simd_f32s as_mut_simd_f32s
       add_f32s mul_add_e_f32s reduce_sum_f32s);
lanes!(f64 f64s F64_LANES splat_f64s as_simd_f64s as_mut_simd_f64s
       add_f64s mul_add_e_f64s reduce_sum_f64s);

/// Does it in a function of its own. Where the inner loops of several kernels are in one function,
/// the compiler runs out of registers: half the speed.
#[inline(never)]
pub(crate) fn apart<S: Simd, W: WithSimd>(simd: S, work: W) -> W::Output {
    simd.vectorize(work)
}
