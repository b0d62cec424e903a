//! A full stack has to be told as one.
//!
//! Rust's own handler says "has overflowed its stack" when a recursion never ends. evcxr replaces it
//! by one that says "Segmentation fault" and cannot run when there is no stack left.

use std::thread;
use std::time::Duration;

/// Puts Rust's handler back as soon as evcxr has installed its own, which it does first of all.
pub(super) fn keep_rusts_handler() {
    let Some(rusts) = handler() else { return };
    let watch = move || {
        for _ in 0..1000 {
            thread::sleep(Duration::from_millis(2));
            if handler().is_some_and(|now| now.sa_sigaction != rusts.sa_sigaction) {
                restore(&rusts);
                return;
            }
        }
    };
    // Without the thread a full stack is told as a segmentation fault.
    let _ = thread::Builder::new().spawn(watch);
}

/// Makes `action` what happens on a segmentation fault.
fn restore(action: &libc::sigaction) {
    #[expect(unsafe_code, reason = "no safe interface restores a signal handler")]
    // SAFETY: the action is one that the standard library installed for this very signal in this
    // process, read unchanged from the system; it stays valid for ever.
    unsafe {
        libc::sigaction(libc::SIGSEGV, action, std::ptr::null_mut());
    }
}

/// What happens on a segmentation fault now.
fn handler() -> Option<libc::sigaction> {
    #[expect(unsafe_code, reason = "no safe interface reads a signal handler")]
    // SAFETY: `sigaction` is a plain C structure for which zeros are a valid value, and with a null
    // pointer for the new action the call only writes the present one to `action`.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        let read = libc::sigaction(libc::SIGSEGV, std::ptr::null(), &raw mut action);
        (read == 0).then_some(action)
    }
}
