//! The homework's four models in twelve settings, on the command line: times and accuracies.
//!
//! `cargo run --release -p chainrule-train --example four_models [-- SEED]`

use chainrule_data::Mnist;
use chainrule_nn::{Init, Model, Reduction};
use chainrule_train::{Experiment, Result};

fn main() -> Result<()> {
    let seed = std::env::args()
        .nth(1)
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(1);
    let mnist = Mnist::load()?.with_validation(5_000)?;
    let biases = Init::UnitsUniform;
    // The homework counted a convolution's fans as filters·channels·9 and the filters.
    let conv = |channels: f64| Init::Uniform((6.0 / (72.0 * channels + 8.0)).sqrt());
    let models = [
        Model::input(784).dense(10).softmax().biases(biases),
        Model::input(784)
            .dense(32)
            .relu()
            .dense(10)
            .softmax()
            .biases(biases),
        Model::input(784)
            .dense(32)
            .relu()
            .dense(32)
            .relu()
            .dense(10)
            .softmax()
            .biases(biases),
        Model::input([1, 28, 28])
            .conv2d(8, 3)
            .with_weights(conv(1.0))
            .max_pool2d(2)
            .conv2d(8, 3)
            .with_weights(conv(8.0))
            .max_pool2d(2)
            .flatten()
            .dense(32)
            .relu()
            .dense(10)
            .softmax()
            .biases(biases)
            .reduction(Reduction::Sum),
    ];
    let settings = [
        [(5, 0.0001), (5, 0.005), (5, 0.1)],
        [(15, 0.0001), (15, 0.005), (15, 0.1)],
        [(5, 0.003), (40, 0.003), (40, 0.05)],
        [(5, 0.01), (10, 0.001), (20, 0.001)],
    ];
    let mut seconds = 0.0;
    for (i, (model, settings)) in models.iter().zip(settings).enumerate() {
        let experiment = Experiment::new(format!("Model {}", i + 1), model, &mnist);
        let results = experiment.settings(&settings).seed(seed).run()?;
        #[expect(clippy::print_stdout, reason = "an example shows what it computed")]
        for run in &results.runs {
            let rate = run.samples_per_second();
            println!(
                "{}: {} {:.1} s, {:.1} s of them measuring, {rate:.0} samples/s",
                run.setting,
                run.outcome(),
                run.seconds,
                run.measuring_seconds
            );
        }
        seconds += results.seconds;
    }
    #[expect(clippy::print_stdout, reason = "an example shows what it computed")]
    {
        println!("all: {seconds:.1} s");
    }
    Ok(())
}
