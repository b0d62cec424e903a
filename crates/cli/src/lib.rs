//! `cargo lab`: everything behind its commands, one module each, so that tests call the same code.
//!
//! Deliberately absent: anything that a notebook uses. The libraries know nothing of this crate.

pub mod args;
pub mod bench;
pub mod data;
pub mod doctor;
pub mod lab;
pub mod latency;
pub mod places;
pub mod run;
pub mod session;
pub mod setup;
pub mod spare;
mod statistics;
pub mod test;
pub mod toolchain;
pub mod tools;
pub mod tree;
