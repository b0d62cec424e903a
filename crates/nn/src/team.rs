//! Work that is shared between the threads of a pool, if the caller is one of them.
//!
//! Nothing here starts a thread: a step that is called from a thread of its own is computed there.
//! Training enters a pool when it has more threads than runs.

use std::cell::Cell;

thread_local! {
    static ALONE: Cell<bool> = const { Cell::new(false) };
}

/// Whether there are other threads to share work with.
pub(crate) fn is_shared() -> bool {
    has_others() && !ALONE.get()
}

/// How many threads share what this one calls for.
pub(crate) fn threads() -> usize {
    if is_shared() {
        rayon::current_num_threads()
    } else {
        1
    }
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
        rayon::join(first, second);
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
    parts_from(0, values, len, beside, each);
}

fn parts_from<T: Send, B: Send>(
    first: usize,
    values: &mut [T],
    len: usize,
    beside: &mut [B],
    each: &(impl Fn(usize, &mut [T], &mut B) + Sync),
) {
    let parts = values.len().div_ceil(len);
    assert!(
        beside.len() >= parts,
        "something beside each part; please report"
    );
    if parts < 2 {
        if let Some(beside) = beside.first_mut().filter(|_| parts == 1) {
            each(first, values, beside);
        }
        return;
    }
    let (values, last_values) = values.split_at_mut(parts / 2 * len);
    let (beside, last_beside) = beside.split_at_mut(parts / 2);
    join(
        || parts_from(first, values, len, beside, each),
        || parts_from(first + parts / 2, last_values, len, last_beside, each),
    );
}
