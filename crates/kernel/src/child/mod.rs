//! The process that runs the cells, seen from both sides.
//!
//! `adopt` runs in that process, everything else in the kernel: `relay` reads what it writes,
//! `parse` takes that apart, `control` talks to the library inside.

mod adopt;
mod control;
mod overflow;
mod parse;
mod relay;

pub(crate) use adopt::SOCKET as ADOPT_SOCKET;
pub use adopt::adopt;
pub(crate) use adopt::end_with_the_kernel;
pub(crate) use control::Control;
pub(crate) use parse::{ERROR, PANIC, Piece, whole_characters};
pub(crate) use relay::{Relay, Sink};
