use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use super::*;

/// Does something in a pool of so many threads, all of which are awake.
fn awake<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("threads").install(|| wide_awake(work))
}

fn sum(numbers: &[u64]) -> u64 {
    match numbers {
        [] => 0,
        [one] => *one,
        _ => {
            let (first, last) = numbers.split_at(numbers.len() / 2);
            let (mut a, mut b) = (0, 0);
            join(|| a = sum(first), || b = sum(last));
            a + b
        }
    }
}

#[test]
fn joins_within_joins_are_all_computed_on_any_number_of_threads() {
    // Ten levels: more than there is room for at once.
    let numbers: Vec<u64> = (0..1_000).collect();
    for threads in [1, 2, 3, 5] {
        let all = awake(threads, || (0..200).all(|_| sum(&numbers) == 499_500));
        assert!(all, "{threads}");
    }
}

#[test]
fn both_halves_are_at_work_at_once() {
    // Each waits for the other.
    for threads in [2, 3] {
        awake(threads, || {
            for _ in 0..100 {
                let both = Barrier::new(2);
                join(|| _ = both.wait(), || _ = both.wait());
            }
        });
    }
}

#[test]
fn what_is_open_is_offered_to_whoever_comes_first() {
    // Three joins deep, and all four ends wait for each other.
    awake(4, || {
        let all = Barrier::new(4);
        let wait = || _ = all.wait();
        join(|| join(|| join(wait, wait), wait), wait);
    });
}

#[test]
fn a_thread_that_waits_takes_what_others_offer() {
    // The second half is cut once more, and its end is left to the thread that is ready first.
    awake(2, || {
        let (first, taken) = (thread::current().id(), AtomicUsize::new(0));
        let both = Barrier::new(2);
        join(
            || _ = both.wait(),
            || {
                both.wait();
                let there = Barrier::new(2);
                join(
                    || _ = there.wait(),
                    || {
                        there.wait();
                        taken.fetch_add(
                            usize::from(thread::current().id() == first),
                            Ordering::Relaxed,
                        );
                    },
                );
            },
        );
        assert_eq!(taken.into_inner(), 1);
    });
}

#[test]
fn nobody_has_to_take_it() {
    // The other thread is busy until the join is over.
    awake(2, || {
        let (there, over) = (Barrier::new(2), Barrier::new(2));
        rayon::in_place_scope(|scope| {
            let (there, over) = (&there, &over);
            scope.spawn(move |_| {
                there.wait();
                over.wait();
            });
            there.wait();
            let here = thread::current().id();
            let mut second = None;
            join(|| {}, || second = Some(thread::current().id()));
            assert_eq!(second, Some(here));
            over.wait();
        });
    });
}

#[test]
fn threads_that_had_nothing_to_do_for_long_are_there_again() {
    let numbers: Vec<u64> = (0..100).collect();
    let both = awake(3, || {
        let first = sum(&numbers);
        thread::sleep(2 * awake::PATIENT);
        let together = Barrier::new(2);
        join(|| _ = together.wait(), || _ = together.wait());
        (first, sum(&numbers))
    });
    assert_eq!(both, (4_950, 4_950));
}

#[test]
fn panics_of_either_half_come_back_when_both_are_over() {
    for threads in [1, 2] {
        let others = awake(threads, || {
            let over = AtomicUsize::new(0);
            let slow = || {
                thread::sleep(Duration::from_millis(2));
                over.fetch_add(1, Ordering::Relaxed);
            };
            let fails = || panic!("a student's own");
            let mut messages = Vec::new();
            for first in [true, false] {
                let result = catch_unwind(AssertUnwindSafe(|| match first {
                    true => join(fails, slow),
                    false => join(slow, fails),
                }));
                let payload = result.expect_err("a panic");
                messages.push(
                    payload
                        .downcast_ref::<&str>()
                        .map(|text| (*text).to_owned()),
                );
            }
            assert_eq!(
                messages,
                [const { "a student's own" }; 2].map(|m| Some(m.to_owned()))
            );
            // Joins go on as before.
            assert_eq!(sum(&[3, 4, 5]), 12);
            over.into_inner()
        });
        assert!((1..=2).contains(&others), "{threads}: {others}");
    }
}

#[test]
fn outside_a_pool_both_are_computed_here() {
    let here = thread::current().id();
    let mut both = Vec::new();
    let mut second = None;
    wide_awake(|| {
        join(
            || both.push(thread::current().id()),
            || second = Some(thread::current().id()),
        );
    });
    assert_eq!((both, second), (vec![here], Some(here)));
}
