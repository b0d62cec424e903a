//! One run of the fifth homework's nets, as a line of JSON that `tests/keras/fashion.py` holds beside
//! Keras's: `cargo run --release -p chainrule --example beside_keras -- sigmoid 1`

use std::time::Instant;

use chainrule::prelude::*;

#[expect(clippy::print_stdout, reason = "the script reads what it prints")]
fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let activation = words.next().unwrap_or_else(|| "relu".to_owned());
    let seed: u64 = words.next().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let data = FashionMnist::load()?.standardized();
    let mut model = Model::input(784);
    for units in [20, 40, 20] {
        model = match activation.as_str() {
            "sigmoid" => model.dense(units).sigmoid(),
            _ => model.dense(units).relu(),
        };
    }
    let model = model.dense(10).softmax();
    let fit = |metrics| {
        let fit = Fit::new(&model, &data).optimizer(Rule::adam());
        let fit = fit.learning_rate(0.001).batch_size(128).epochs(20);
        let fit = fit.seed(seed).train_metrics(metrics).validate_on_test();
        let stopping = EarlyStopping::patience(2).keep_last_weights();
        fit.callback(stopping).quiet().run()
    };
    // Timed without measuring the training set after each epoch, as Keras's is; the same steps are
    // taken again for that.
    let started = Instant::now();
    let running = fit(TrainMetrics::RunningMean)?;
    let seconds = started.elapsed().as_secs_f64();
    let fixed = fit(TrainMetrics::AfterEpoch)?;
    let most = |history: &History, metric| -> Result<f64> {
        Ok(history.metric(metric)?.iter().copied().fold(0.0, f64::max))
    };
    let last =
        |metric| -> Result<f64> { Ok(fixed.metric(metric)?.last().copied().unwrap_or(f64::NAN)) };
    let least = fixed
        .metric("val_loss")?
        .iter()
        .copied()
        .fold(f64::INFINITY, f64::min);
    println!(
        "{{\"by\": \"chainrule\", \"activation\": \"{activation}\", \"seed\": {seed}, \"epochs\": {}, \
         \"seconds\": {seconds}, \"running_acc\": {}, \"acc\": {}, \"val_acc\": {}, \"last_acc\": {}, \
         \"last_val_acc\": {}, \"val_loss\": {least}}}",
        running.epochs(),
        most(&running, "acc")?,
        most(&fixed, "acc")?,
        most(&fixed, "val_acc")?,
        last("acc")?,
        last("val_acc")?,
    );
    Ok(())
}
