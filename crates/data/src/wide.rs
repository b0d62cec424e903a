//! Loops in the widest registers that the machine has, which [`pulp`] chooses when the program runs.
//! A step of 784-20-40-20-10 on standardized pixels takes a tenth less so.

use pulp::{Arch, Simd, WithSimd};

/// A loop over some numbers.
pub(crate) trait Loop {
    /// Always inlined: what is not would be compiled for any processor.
    fn run(self);
}

/// Runs it in the widest registers.
pub(crate) fn wide(work: impl Loop) {
    struct Work<L>(L);
    impl<L: Loop> WithSimd for Work<L> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            self.0.run();
        }
    }
    Arch::new().dispatch(Work(work));
}
