//! Experiments on a small made-up task, a file for each idea.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod diverging;
mod keeping;
mod refusals;
mod rules;
mod task;
mod watching;
