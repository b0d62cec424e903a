//! How long loading takes, how fast batches are drawn, and how much memory it needs at most.
//!
//! `cargo run --release -p chainrule-data --example load_time`

#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use std::time::Instant;

use chainrule_data::{BatchSampler, FashionMnist, Mnist, Places, Result, Splits};

fn main() -> Result<()> {
    // The cache would be looked at first, and is not what is measured here.
    let mut places = Places::from_environment();
    places.variable = None;
    places.cache = None;
    time("Mnist::load", || Mnist::load_with(&places))?;
    let mnist = time("Mnist::load again", || Mnist::load_with(&places))?;
    println!("peak memory      {}", peak_memory());
    time("FashionMnist::load", || FashionMnist::load_with(&places))?;

    let mut sampler = BatchSampler::new(mnist.train.len(), 100, 42)?;
    let mut pixels = vec![0.0_f32; 100 * mnist.train.features()];
    let mut labels = vec![0; 100];
    for epoch in 1..=3 {
        let start = Instant::now();
        sampler.start_epoch();
        while let Some(indices) = sampler.next_batch() {
            mnist.train.fill_batch(indices, &mut pixels, &mut labels)?;
        }
        let batches = sampler.batches_per_epoch() as f64;
        let each = start.elapsed().as_secs_f64() / batches * 1e6;
        println!("epoch {epoch} of batches: {each:.1} µs for a batch of 100");
    }
    Ok(())
}

fn time(what: &str, load: impl FnOnce() -> Result<Splits>) -> Result<Splits> {
    let start = Instant::now();
    let splits = load()?;
    println!(
        "{what:<18} {:.3} s  {splits:?}",
        start.elapsed().as_secs_f64()
    );
    Ok(splits)
}

/// The kernel's own count of the most memory this process ever held, where it has one.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown here".to_owned(), |line| line.trim().to_owned())
}
