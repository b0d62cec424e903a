//! The second half of a join, offered to the threads that look out for it.
//!
//! A step of a small network has four or five joins of a few millionths of a second. `rayon::join`
//! hands its second half over in 0.5 µs, 1.2 µs where the processors are far apart: whoever takes it
//! looks through queues that the owner writes, and the owner waits by system calls. Here it lies in a
//! line of the cache that the others watch, which takes 0.1 and 0.5 µs. What finds no room there goes
//! through rayon, whose threads these are.

#![expect(
    unsafe_code,
    reason = "another thread is given a borrowed closure; in return, training is 2 to 10 % \
              faster"
)]

use std::{
    any::Any,
    cell::{Cell, RefCell, UnsafeCell},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    thread,
};

/// How many offers of one thread are open at once: joins within joins.
const DEPTH: usize = 4;

/// How often a thread that waits looks before it lets others have the processor.
const EAGER: u32 = 10_000;

/// Nobody has to do with it.
const EMPTY: u8 = 0;
/// Who takes it first may compute it.
const OFFERED: u8 = 1;
/// Somebody computes it.
const TAKEN: u8 = 2;
/// It has been computed.
const DONE: u8 = 3;

type Task = *mut (dyn FnMut() + Send);
type Panic = Box<dyn Any + Send>;

/// One task, in lines of its own: processors ask for two at a time.
#[repr(align(128))]
struct Offer {
    state: AtomicU8,
    /// Written by the thread that offers, before that; read by the one that took it.
    task: UnsafeCell<Option<Task>>,
    /// Written by the thread that took it, before it is done; read by the one that offered.
    panic: UnsafeCell<Option<Panic>>,
}

// SAFETY: `state` says which thread may touch the other two. Only the thread that offers does while it
// is empty; what it wrote comes before OFFERED, a release that whoever takes it acquires. From TAKEN on
// only that one does, and what it wrote comes before DONE, a release that the thread that offers
// acquires before it makes it empty again. A task that is withdrawn nobody else has touched. A task may
// be sent, as its type says, and so may what it panicked with.
unsafe impl Sync for Offer {}
// SAFETY: the same.
unsafe impl Send for Offer {}

impl Offer {
    fn none() -> Self {
        Self {
            state: AtomicU8::new(EMPTY),
            task: UnsafeCell::new(None),
            panic: UnsafeCell::new(None),
        }
    }

    /// Computes it, if it is to be had.
    fn take(&self) -> bool {
        let is_open = self.state.load(Ordering::Relaxed) == OFFERED;
        let take = |state: &AtomicU8| {
            state
                .compare_exchange(OFFERED, TAKEN, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
        };
        if !is_open || !take(&self.state) {
            return false;
        }
        // SAFETY: this thread has taken it, so nobody else reads or writes the two cells until it is
        // done; and what the task borrows lives until then, since `join` does not end before.
        let outcome =
            unsafe { (*self.task.get()).map(|task| catch_unwind(AssertUnwindSafe(&mut *task))) };
        if let Some(Err(panic)) = outcome {
            // SAFETY: as above.
            unsafe { *self.panic.get() = Some(panic) };
        }
        self.state.store(DONE, Ordering::Release);
        true
    }
}

/// The threads of a pool that are awake, and what each of them offers.
pub(super) struct Crew(Box<[[Offer; DEPTH]]>);

impl Crew {
    pub(super) fn of(threads: usize) -> Arc<Self> {
        let offers = |_| [(); DEPTH].map(|()| Offer::none());
        Arc::new(Self((0..threads).map(offers).collect()))
    }
}

/// One of them.
pub(super) struct Member {
    crew: Arc<Crew>,
    index: usize,
    /// How many of its offers are open.
    open: Cell<usize>,
}

thread_local! {
    static HERE: RefCell<Option<Rc<Member>>> = const { RefCell::new(None) };
}

impl Member {
    /// Does something as one of the crew.
    pub(super) fn of<R>(crew: &Arc<Crew>, index: usize, work: impl FnOnce(&Self) -> R) -> R {
        /// Makes this thread what it was, however the work ends.
        struct Back(Option<Rc<Member>>);
        impl Drop for Back {
            fn drop(&mut self) {
                HERE.set(self.0.take());
            }
        }
        let member = Rc::new(Self {
            crew: Arc::clone(crew),
            index,
            open: Cell::new(0),
        });
        let _back = Back(HERE.replace(Some(Rc::clone(&member))));
        work(&member)
    }

    /// What this thread is, if it belongs to a crew.
    fn here() -> Option<Rc<Self>> {
        HERE.with_borrow(Clone::clone)
    }

    /// Computes what another one offers, if there is something.
    pub(super) fn take(&self) -> bool {
        let others = self.crew.0.iter().enumerate();
        others
            .filter(|&(i, _)| i != self.index)
            .any(|(_, offers)| offers.iter().any(Offer::take))
    }

    fn join(&self, first: impl FnOnce(), second: impl FnOnce() + Send) {
        let open = self.open.get();
        let offer = &self.crew.0[self.index][open];
        let mut second = Some(second);
        let mut task = || {
            if let Some(second) = second.take() {
                second();
            }
        };
        let task: *mut (dyn FnMut() + Send + '_) = &raw mut task;
        // SAFETY: the two types differ by a lifetime alone. `Open` is dropped before `task` and what
        // that borrows, on every way out of this function, and then nobody has the task any more.
        let lasting = unsafe { std::mem::transmute::<*mut (dyn FnMut() + Send + '_), Task>(task) };
        // SAFETY: an offer that is not open is empty, and then only this thread touches it.
        unsafe { *offer.task.get() = Some(lasting) };
        self.open.set(open + 1);
        offer.state.store(OFFERED, Ordering::Release);
        let mut offered = Open {
            member: self,
            offer,
            is_settled: false,
        };
        first();
        let outcome = offered.settle();
        drop(offered);
        match outcome {
            // SAFETY: it was withdrawn, so the task is this thread's alone.
            Outcome::Withdrawn => unsafe { (*task)() },
            Outcome::Computed(None) => {}
            Outcome::Computed(Some(panic)) => resume_unwind(panic),
        }
    }
}

enum Outcome {
    /// Nobody took it.
    Withdrawn,
    /// Somebody did, and perhaps it panicked.
    Computed(Option<Panic>),
}

/// An offer that is open, until it is settled.
struct Open<'a> {
    member: &'a Member,
    offer: &'a Offer,
    is_settled: bool,
}

impl Open<'_> {
    /// Withdraws it, or waits until it has been computed.
    fn settle(&mut self) -> Outcome {
        self.is_settled = true;
        let state = &self.offer.state;
        let withdraw = || {
            state
                .compare_exchange(OFFERED, EMPTY, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        };
        if state.load(Ordering::Relaxed) == OFFERED && withdraw() {
            return Outcome::Withdrawn;
        }
        let mut looks = 0;
        while state.load(Ordering::Acquire) != DONE {
            if self.member.take() {
                continue;
            }
            looks += 1;
            if looks < EAGER {
                std::hint::spin_loop();
            } else {
                thread::yield_now();
            }
        }
        // SAFETY: it is done, so that only this thread touches it.
        let panic = unsafe { (*self.offer.panic.get()).take() };
        state.store(EMPTY, Ordering::Relaxed);
        Outcome::Computed(panic)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if !self.is_settled {
            self.settle();
        }
        self.member.open.set(self.member.open.get() - 1);
    }
}

/// Does both, the second perhaps on another thread of the pool.
pub(super) fn join(first: impl FnOnce() + Send, second: impl FnOnce() + Send) {
    match Member::here() {
        Some(member) if member.open.get() < DEPTH => member.join(first, second),
        _ => {
            rayon::join(first, second);
        }
    }
}
