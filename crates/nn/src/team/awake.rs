//! Threads that stay awake between two parts of a step.
//!
//! A step's parts take some millionths of a second. A thread that has nothing to do between two of
//! them and goes to sleep takes longer to be woken than the part that it is wanted for, on a virtual
//! machine ten times as long. So a pool's threads stay awake while training is at work.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use rayon::Yield;

use super::offers::{Crew, Member};

/// Computes something on this thread of a pool, while the others look out for what it shares.
/// Elsewhere it is just computed.
pub fn wide_awake<R>(compute: impl FnOnce() -> R) -> R {
    /// Lets the others go, however this ends.
    struct Ending<'a>(&'a AtomicBool);
    impl Drop for Ending<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Release);
        }
    }
    let Some(own) = rayon::current_thread_index() else {
        return compute();
    };
    let over = AtomicBool::new(false);
    let crew = Crew::of(rayon::current_num_threads());
    rayon::in_place_scope(|scope| {
        let (crew, over) = (&crew, &over);
        scope.spawn_broadcast(move |_, thread| {
            if thread.index() != own {
                Member::of(crew, thread.index(), |member| look_out(member, over));
            }
        });
        let _ending = Ending(over);
        Member::of(crew, own, |_| compute())
    })
}

/// How long a thread that finds nothing to do looks for it without a pause, and how long it then
/// lets others have the processor before it looks again.
const EAGER: Duration = Duration::from_millis(1);
pub(super) const PATIENT: Duration = Duration::from_millis(20);
const PAUSE: Duration = Duration::from_micros(200);

/// How often it looks between two looks at the clock, and at what went through the pool.
const LOOKS: u32 = 64;

/// Takes what there is to do until it is over.
fn look_out(member: &Member, over: &AtomicBool) {
    let mut idle_since = Instant::now();
    while !over.load(Ordering::Acquire) {
        let mut found = rayon::yield_now() == Some(Yield::Executed);
        for _ in 0..LOOKS {
            if member.take() {
                found = true;
            } else {
                std::hint::spin_loop();
            }
        }
        if found {
            idle_since = Instant::now();
            continue;
        }
        match idle_since.elapsed() {
            idle if idle < EAGER => {}
            idle if idle < PATIENT => thread::yield_now(),
            _ => thread::sleep(PAUSE),
        }
    }
}
