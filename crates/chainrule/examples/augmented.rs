//! Draws augmented images of MNIST and Fashion-MNIST into a folder:
//! `cargo run --release -p chainrule --example augmented -- FOLDER`.

use std::path::PathBuf;

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
    Ok(())
}
