//! The kernel's side of the Jupyter messaging protocol.
//!
//! [`serve`] reads a connection file, binds the five sockets, and drives an [`Evaluator`] until a
//! front end asks it to end. This crate knows nothing of Rust cells: what a cell means is the
//! evaluator's affair, and what a front end wants to hear is this crate's.
//!
//! ```text
//! shell, control → kernel ─┬─ at once: kernel_info, history, comm_info, interrupt, shutdown
//!                          ├─ aside, on threads of their own: complete, inspect, is_complete
//!                          └─ queue → one worker thread → Evaluator::execute
//! stdin          ⇄ Host::input
//! iopub          ← publisher ← statuses, and the outputs of the running cell
//! ```
//!
//! The sockets never wait for the evaluator: while a cell runs, everything else is answered. The
//! wire itself (framing, signatures) is the work of `jupyter-zmq-client` and `zeromq`.
//!
//! Deliberately absent: history of earlier sessions, comms, the debugger, subshells.

mod connection;
mod evaluator;
mod execute;
mod history;
mod kernel;
mod message;
mod offsets;
mod outputs;
mod process;
mod publisher;
mod queue;
mod replies;
mod server;
mod sockets;
mod stdin;
mod weight;

pub use evaluator::{
    Bundle, Cell, Completeness, Completion, Completions, Evaluator, Failure, Host, KernelInfo,
    Language, Map, Outcome, Output,
};
pub use server::{Settings, serve, serve_with};

/// Locks a mutex whose data stays valid even if a thread that held it panicked.
fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
