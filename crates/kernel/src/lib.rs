//! The Jupyter kernel for Rust notebooks.
//!
//! evcxr compiles and runs the cells; this crate gives it a session that is ready at once, and makes
//! of what it answers what a student expects of a notebook: output as it comes, errors that are
//! errors, a stop button that keeps the work. `chainrule-jupyter` speaks with the front end.
//!
//! ```text
//! chainrule-jupyter ⇄ Kernel ─→ cell: head, rewrite ─→ engine (a thread with evcxr)
//!                       ↑                                   │ starts
//!                     stage ←── child: relay, parse ←── the process that runs the cells
//!                       │                                   ↑ control: stop, flush
//!                     screen, failure → the front end
//! ```
//!
//! `kernels/README.md` describes sessions, sockets and the lines between the processes.

#![cfg(unix)]

mod anew;
mod cell;
mod child;
mod complete;
mod engine;
mod failure;
mod folder;
mod judge;
mod kernel;
mod link;
mod memory;
mod run;
mod screen;
mod settings;
mod shell;
mod sources;
mod stage;
mod start;
mod stop;
mod symbols;
mod table;
mod told;
mod warm;
mod words;

pub use child::adopt;
pub use kernel::Kernel;
pub use settings::Settings;
pub use shell::become_shell;
pub use sources::lay_out;
pub use warm::warm;
