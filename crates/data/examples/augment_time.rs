//! How long a batch of 100 images takes to draw, as stored and augmented:
//! `cargo run --release -p chainrule-data --example augment_time`.
#![allow(clippy::print_stdout, reason = "an example shows what it computes")]

use std::time::Instant;

use chainrule_data::{Augment, Mnist, Result};

fn main() -> Result<()> {
    let train = Mnist::load()?.train;
    let indices: Vec<u32> = (0..100).map(|i| i * 593).collect();
    let (mut x, mut labels) = (vec![0.0_f32; 100 * 784], [0; 100]);
    let augment = Augment::new().shift(2.0).rotate(15.0).scale(0.1);
    let mut source = augment.source(&train, 1)?;
    let mut least = [f64::INFINITY; 2];
    // The least of many, since others use the machine too.
    for _ in 0..1_000 {
        let began = Instant::now();
        train.fill_batch(&indices, &mut x, &mut labels)?;
        least[0] = least[0].min(began.elapsed().as_secs_f64());
        let began = Instant::now();
        train.fill_batch_augmented(&indices, &mut x, &mut labels, &mut source)?;
        least[1] = least[1].min(began.elapsed().as_secs_f64());
    }
    let [plain, augmented] = least.map(|seconds| seconds * 1e6);
    println!("a batch of 100: {plain:.0} µs as stored, {augmented:.0} µs augmented");
    Ok(())
}
