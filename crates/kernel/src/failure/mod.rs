//! What a student reads when a cell fails: its own line marked, what happened, what to do.
//!
//! One file for each way to fail: `compile` for what the compiler refuses, `run` for panics and
//! errors that `?` met, `crash` for the end of the process, `disk` for one that is full, `input` for
//! what a notebook does not have. `snippet` draws, `hint` knows notebooks.

mod compile;
mod crash;
mod disk;
mod hint;
mod input;
mod run;
mod snippet;

pub(crate) use compile::{Cells, compile_failure};
pub(crate) use crash::{interrupted, killed, replaced, stopped_early, terminated};
pub(crate) use disk::{disk_full, is_disk_full};
pub(crate) use hint::{Gone, for_message};
pub(crate) use input::no_standard_input;
pub(crate) use run::{Kept, Panicked, panic_failure, question_mark_failure};
