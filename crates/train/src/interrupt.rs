//! The wish that training ends soon, for whatever listens to it.
//!
//! There is one flag in a process. A front end raises it when its user presses *stop*; training
//! looks at it before every batch and between the pieces of a measurement, ends there, and keeps
//! its network and its curve. Who raised the flag lowers it before the next piece of work: until
//! then everything that listens ends at once.
//!
//! ```
//! use chainrule_train::interrupt;
//!
//! interrupt::clear();
//! let mut steps = 0;
//! while !interrupt::poll() {
//!     steps += 1;
//!     if steps == 3 {
//!         interrupt::request(); // elsewhere: another thread, a signal's handler
//!     }
//! }
//! assert_eq!(steps, 3);
//! interrupt::clear();
//! ```

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

static REQUESTED: AtomicBool = AtomicBool::new(false);
static LISTENERS: AtomicUsize = AtomicUsize::new(0);
/// When a loop last looked: milliseconds after [`start`], one more; 0 if none did.
static POLLED: AtomicU64 = AtomicU64::new(0);

/// A loop that looked at the flag so long ago still counts as one that listens.
const ATTENTION: Duration = Duration::from_secs(1);

/// Asks whatever listens to end soon.
pub fn request() {
    REQUESTED.store(true, Ordering::Release);
}

/// Takes the wish back, before work that is to run again.
pub fn clear() {
    REQUESTED.store(false, Ordering::Release);
    POLLED.store(0, Ordering::Release);
}

/// Whether training is to end. Costs one load.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Acquire)
}

/// As [`requested`], for a loop written by hand: it counts as listening for the next second.
pub fn poll() -> bool {
    POLLED.store(now() + 1, Ordering::Release);
    requested()
}

/// Whether something runs now that will end soon after a [`request`].
pub fn is_listening() -> bool {
    let polled = POLLED.load(Ordering::Acquire);
    let attentive = polled > 0 && now() + 1 - polled <= ATTENTION.as_millis() as u64;
    attentive || LISTENERS.load(Ordering::Acquire) > 0
}

fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_millis() as u64
}

/// Says, as long as it lives, that something runs which looks at the flag often.
#[derive(Debug)]
pub struct Listening(());

impl Listening {
    /// Begins to count as listening.
    #[must_use = "listening ends when this is dropped"]
    pub fn new() -> Self {
        LISTENERS.fetch_add(1, Ordering::AcqRel);
        Self(())
    }
}

impl Default for Listening {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENERS.fetch_sub(1, Ordering::AcqRel);
    }
}
