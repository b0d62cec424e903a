//! What a step of every update rule costs, beside its limit, on 784-100-30-10 in f32:
//! `cargo run --release -p chainrule-nn --example step_costs`.
#![allow(clippy::print_stdout, reason = "an example shows what it computes")]

use chainrule_nn::{Result, step_costs};

fn main() -> Result<()> {
    println!("{}", step_costs()?);
    Ok(())
}
