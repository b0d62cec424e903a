//! Memory that is asked for before it is needed.
//!
//! The rows of a shuffled batch lie anywhere in memory, and a first layer waited for them for a tenth
//! to a sixth of a step. Asked for while the rows before them are worked on, they are there in time.

/// The usual size of a cache line, in bytes. A wrong guess costs time, nothing else.
pub(super) const CACHE_LINE: usize = 64;

/// Asks for a row without waiting for it.
#[cfg(target_arch = "x86_64")]
#[expect(
    unsafe_code,
    reason = "the instruction takes a pointer; see the module's documentation"
)]
#[inline]
pub(super) fn ask_for<T>(row: &[T]) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

    for line in row.chunks(CACHE_LINE / size_of::<T>()) {
        // SAFETY: the pointer is that of a reference, and the instruction, which every x86-64
        // processor has, changes nothing but what the caches hold.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) };
    }
}

/// Elsewhere nothing is asked for.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
pub(super) fn ask_for<T>(_: &[T]) {}
