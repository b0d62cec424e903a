//! The README's network, and its picture: `cargo run --release -p chainrule --example
//! first_network` draws `crates/chainrule/examples/first_network.png` anew.

use chainrule::prelude::*;

#[rustfmt::skip] // The lines stand in the README as they are here; a test compares them.
fn main() -> Result<()> {
let mnist = Mnist::load()?;                 // 60 000 images to train on, 10 000 to test
let model = Model::input(784).dense(32).relu().dense(10).softmax();
let results = Experiment::new("784-32-10", &model, &mnist)
    .settings(&[(5, 0.005), (5, 0.1)])      // epochs and learning rate
    .run()?;
let figure = plot_learning_curves(&[&results])?;
    figure.save(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/first_network.png"))
}
