//! The kernel's side of the protocol, seen from the other side: a client of `jupyter-zmq-client`
//! over loopback, and an evaluator that does what the cell's text says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod bad_input;
mod cells;
mod client;
mod fake;
mod input;
mod life;
mod requests;
