//! Draws as the lines of standard input say, and prints what came, a line each: our side of
//! `tests/goldens/differential.py`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool of the tests"
)]

use std::io::BufRead;

#[path = "../tests/common/mod.rs"]
mod common;

fn main() {
    let mut session = common::Session::default();
    for line in std::io::stdin().lock().lines() {
        println!("{}", session.call(&line.unwrap()));
    }
}
