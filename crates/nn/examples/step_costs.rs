//! What a step of every update rule costs, beside plain SGD, on 784-100-30-10 in f32:
//! `cargo run --release -p chainrule-nn --example step_costs`.
#![allow(clippy::print_stdout, reason = "an example shows what it computes")]

use std::time::Instant;

use chainrule_nn::{Model, Result, Rule, Targets};

fn main() -> Result<()> {
    let model = Model::input(784)
        .dense(100)
        .relu()
        .dense(30)
        .relu()
        .dense(10)
        .softmax();
    let mut network = model.build(1)?;
    let mut workspace = network.workspace(100)?;
    let labels: Vec<u8> = (0..100).map(|i| i % 10).collect();
    let mut fill = 1_u32;
    workspace.input_mut(100).iter_mut().for_each(|x| {
        fill = fill.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *x = (fill >> 8) as f32 / 16_777_216.0;
    });
    let targets = Targets::from(&labels);
    let gradient = microseconds(200, || {
        network
            .forward_backward_in(&mut workspace, 100, targets)
            .map(drop)
    })?;
    println!("gradient of a batch of 100   {gradient:8.1} µs\n");
    println!(
        "{:<18} {:>8} {:>7} {:>14}",
        "rule", "step", "× SGD", "arrays touched"
    );
    let mut of_sgd = 0.0;
    for rule in Rule::all() {
        let mut optimizer = rule.optimizer(1e-6)?;
        let step = microseconds(500, || optimizer.step(&mut network, workspace.gradients()))?;
        if rule == Rule::Sgd {
            of_sgd = step;
        }
        let arrays = 2 + rule.slots().len();
        println!(
            "{:<18} {step:>5.1} µs {:>7.2} {arrays:>14}",
            rule.name(),
            step / of_sgd
        );
    }
    Ok(())
}

/// The least of many, since others use the machine too.
fn microseconds(times: usize, mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut least = f64::INFINITY;
    for _ in 0..times {
        let started = Instant::now();
        work()?;
        least = least.min(started.elapsed().as_secs_f64());
    }
    Ok(least * 1e6)
}
