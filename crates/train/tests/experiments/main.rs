//! Experiments on a small made-up task, a file for each idea.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

#[path = "../common/mod.rs"]
mod common;
mod comparing;
mod diverging;
mod exporting;
mod grid;
mod grid_rules;
mod keeping;
mod ranges;
mod refusals;
mod repeats;
mod rules;
mod task;
mod watching;
