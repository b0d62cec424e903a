//! Work that is shared between the threads of a pool, if the caller is one of them.
//!
//! Nothing here starts a thread: a step that is called from a thread of its own is computed there.
//! Training enters a pool when it has more threads than runs.

mod awake;
mod offers;
#[cfg(test)]
mod tests;

use std::cell::Cell;

pub use awake::wide_awake;

thread_local! {
    static ALONE: Cell<bool> = const { Cell::new(false) };
    /// How many threads share what this one calls for, if they are not all of the pool's.
    static SHARE: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Whether there are other threads to share work with.
pub(crate) fn is_shared() -> bool {
    threads() > 1
}

/// How many threads share what this one calls for, and how many tasks it is best cut into: to hand a
/// task over, or only to offer it, takes as long as some samples of a small network.
pub(crate) fn threads() -> usize {
    if has_others() && !ALONE.get() {
        SHARE.get().unwrap_or_else(rayon::current_num_threads)
    } else {
        1
    }
}

/// Does something with half of the threads, while the others do the other half of it.
pub(crate) fn with_half<R>(work: impl FnOnce() -> R) -> R {
    /// Puts it back, however the work ends.
    struct Back(Option<usize>);
    impl Drop for Back {
        fn drop(&mut self) {
            SHARE.set(self.0);
        }
    }
    let half = threads().div_ceil(2);
    let _back = Back(SHARE.replace(Some(half)));
    work()
}

fn has_others() -> bool {
    rayon::current_thread_index().is_some() && rayon::current_num_threads() > 1
}

/// From now on computes what this thread calls for on this thread alone, or shares it again. Says
/// whether there are others to share with. The numbers are the same.
pub fn compute_alone(alone: bool) -> bool {
    ALONE.set(alone);
    has_others()
}

/// Does both, the second perhaps on another thread.
pub(crate) fn join(first: impl FnOnce() + Send, second: impl FnOnce() + Send) {
    if is_shared() {
        offers::join(first, second);
    } else {
        first();
        second();
    }
}

/// Calls `each` with every part of `values` of `len` numbers, its place among them, and the item
/// of `beside` in the same place.
pub(crate) fn for_parts<T: Send, B: Send>(
    values: &mut [T],
    len: usize,
    beside: &mut [B],
    each: &(impl Fn(usize, &mut [T], &mut B) + Sync),
) {
    parts_from(0, values, len, beside, each, threads());
}

fn parts_from<T: Send, B: Send>(
    first: usize,
    values: &mut [T],
    len: usize,
    beside: &mut [B],
    each: &(impl Fn(usize, &mut [T], &mut B) + Sync),
    tasks: usize,
) {
    let parts = values.len().div_ceil(len);
    assert!(
        beside.len() >= parts,
        "something beside each part; please report"
    );
    if parts < 2 || tasks < 2 {
        for (part, (values, beside)) in values.chunks_mut(len).zip(beside).enumerate() {
            each(first + part, values, beside);
        }
        return;
    }
    // As near to the middle as parts can be cut.
    let half = parts.div_ceil(2);
    let (values, last_values) = values.split_at_mut(half * len);
    let (beside, last_beside) = beside.split_at_mut(half);
    join(
        || parts_from(first, values, len, beside, each, tasks.div_ceil(2)),
        || parts_from(first + half, last_values, len, last_beside, each, tasks / 2),
    );
}
