//! Independent runs side by side on the cores.

use std::{
    collections::VecDeque,
    num::NonZero,
    sync::{Mutex, PoisonError},
};

use crate::{Event, Observer};

/// How many threads the machine runs at a time.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// Lets runs on several threads tell one observer, one at a time.
struct Shared<'a, 'b>(&'a Mutex<&'b mut dyn Observer>);

impl Observer for Shared<'_, '_> {
    fn observe(&mut self, event: &Event<'_>) {
        // An observer that panicked in another thread has ended that run; this one goes on.
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .observe(event);
    }
}

/// Computes every piece of work, at most `threads` at a time, and gives the results in order.
///
/// The longest runs begin first, so that none of them is left for the end alone; work is given
/// with its length. Scoped threads end with the call: a notebook cell leaves no thread behind.
pub(crate) fn side_by_side<W: Send, R: Send>(
    work: Vec<(usize, W)>,
    threads: usize,
    observer: &mut dyn Observer,
    compute: impl Fn(usize, W, &mut dyn Observer) -> R + Sync,
) -> Vec<R> {
    let count = work.len();
    let mut queue: Vec<_> = work
        .into_iter()
        .enumerate()
        .map(|(run, (length, work))| (length, run, work))
        .collect();
    queue.sort_by_key(|&(length, run, _)| (std::cmp::Reverse(length), run));
    let queue = Mutex::new(VecDeque::from(queue));
    let results = Mutex::new((0..count).map(|_| None).collect::<Vec<Option<R>>>());
    let observer = Mutex::new(observer);
    let worker = || {
        let mut observer = Shared(&observer);
        loop {
            let next = queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop_front();
            let Some((_, run, work)) = next else { return };
            let result = compute(run, work, &mut observer);
            results.lock().unwrap_or_else(PoisonError::into_inner)[run] = Some(result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(worker);
        }
        worker();
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results
        .into_iter()
        .map(|result| result.expect("every run was computed; please report"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Silent;

    #[test]
    fn results_come_in_order_whatever_the_number_of_threads() {
        for threads in [1, 2, 7] {
            let work = (0..20).map(|i| (i * 7 % 5, i)).collect();
            let squares = side_by_side(work, threads, &mut Silent, |run, work: usize, _| {
                assert_eq!(run, work);
                work * work
            });
            assert_eq!(squares, (0..20).map(|i| i * i).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_longest_begins_first() {
        let order = Mutex::new(Vec::new());
        side_by_side(
            vec![(1, ()), (9, ()), (5, ())],
            1,
            &mut Silent,
            |run, (), _| {
                order.lock().unwrap().push(run);
            },
        );
        assert_eq!(order.into_inner().unwrap(), [1, 2, 0]);
    }
}
