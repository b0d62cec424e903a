//! Which registers work is done in: chosen when the program runs.

use pulp::{Arch, WithSimd};

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
        return pulp::Simd::vectorize(narrower, work);
    }
    widest(work)
}
