//! Which registers work is done in: chosen when the program runs.

use std::marker::PhantomData;

use pulp::{Arch, Simd, WithSimd};

use super::Lanes;

/// Does it in the widest registers of the machine.
#[inline]
pub(crate) fn widest<W: WithSimd>(work: W) -> W::Output {
    Arch::new().dispatch(work)
}

/// Does what goes through rows of so many numbers in the widest registers that a row fills: of a
/// register that is wider nothing could be used.
#[inline]
pub(crate) fn for_rows<F, W: WithSimd>(columns: usize, work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if let Arch::V4(_) = Arch::new()
        && columns * size_of::<F>() < size_of::<[u8; 64]>()
        && let Some(narrower) = pulp::x86::V3::try_new()
    {
        return Simd::vectorize(narrower, work);
    }
    widest(work)
}

/// Does loops that the compiler puts into registers by itself, in the widest of the machine: sums and
/// comparisons of numbers that are in the first cache take 0.5 to 0.8 of the time that they take in
/// those that every processor of its kind has.
#[inline]
pub(crate) fn loops<R>(work: impl FnOnce() -> R) -> R {
    struct Loops<W>(W);
    impl<R, W: FnOnce() -> R> WithSimd for Loops<W> {
        type Output = R;

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> R {
            (self.0)()
        }
    }
    widest(Loops(work))
}

/// How many numbers the widest register holds.
pub(crate) fn lanes_of<F: Lanes>() -> usize {
    struct Count<F>(PhantomData<F>);
    impl<F: Lanes> WithSimd for Count<F> {
        type Output = usize;

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            F::lanes::<S>()
        }
    }
    widest(Count::<F>(PhantomData))
}
