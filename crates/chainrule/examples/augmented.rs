//! Draws augmented images of MNIST and Fashion-MNIST into a folder, and times a batch:
//! `cargo run --release -p chainrule --example augmented -- FOLDER`.
#![allow(clippy::print_stdout, reason = "an example shows what it computes")]

use std::{path::PathBuf, time::Instant};

use chainrule::prelude::*;

fn main() -> Result<()> {
    let folder: PathBuf = std::env::args_os()
        .nth(1)
        .unwrap_or_else(|| ".".into())
        .into();
    let augment = Augment::new().shift(2.0).rotate(15.0).scale(0.1);
    let (mnist, fashion) = (Mnist::load()?.train, FashionMnist::load()?.train);
    plot_augmented(&mnist, &[0, 1, 2], &augment, 1)?.save(folder.join("mnist.png"))?;
    plot_augmented(&fashion, &[0, 1], &augment, 1)?.save(folder.join("fashion.png"))?;
    let indices: Vec<u32> = (0..100).map(|i| i * 593).collect();
    let (mut x, mut labels) = (vec![0.0_f32; 100 * 784], [0; 100]);
    let mut source = augment.source(&mnist, 1)?;
    let mut least = [f64::INFINITY; 2];
    for _ in 0..300 {
        let began = Instant::now();
        mnist.fill_batch(&indices, &mut x, &mut labels)?;
        least[0] = least[0].min(began.elapsed().as_secs_f64());
        let began = Instant::now();
        mnist.fill_batch_augmented(&indices, &mut x, &mut labels, &mut source)?;
        least[1] = least[1].min(began.elapsed().as_secs_f64());
    }
    let [plain, augmented] = least.map(|seconds| seconds * 1e6);
    println!("a batch of 100: {plain:.0} µs as stored, {augmented:.0} µs augmented");
    Ok(())
}
