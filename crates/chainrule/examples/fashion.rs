//! The ten runs of the fifth homework, and the pictures of one of them:
//! `cargo run --release -p chainrule --example fashion -- FOLDER`

use std::{path::PathBuf, time::Instant};

use chainrule::prelude::*;

#[expect(clippy::print_stdout, reason = "an example shows what it computed")]
fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let data = FashionMnist::load()?.standardized();
    let begin = Model::input(784);
    let relu = begin
        .clone()
        .dense(20)
        .relu()
        .dense(40)
        .relu()
        .dense(20)
        .relu();
    let sigmoid = begin
        .dense(20)
        .sigmoid()
        .dense(40)
        .sigmoid()
        .dense(20)
        .sigmoid();
    let started = Instant::now();
    let mut shown = None;
    for rate in [0.0001, 0.001, 0.01, 0.1, 1.0] {
        for (name, hidden) in [("relu", &relu), ("sigmoid", &sigmoid)] {
            let model = hidden.clone().dense(10).softmax();
            let history = Fit::new(&model, &data)
                .optimizer(Rule::adam())
                .learning_rate(rate)
                .batch_size(128)
                .epochs(20)
                .train_metrics(TrainMetrics::RunningMean)
                .validate_on_test()
                .until_nan()
                .callback(EarlyStopping::patience(2).keep_last_weights())
                .quiet()
                .run()?;
            let most = |metric| -> Result<f64> {
                Ok(history.metric(metric)?.iter().copied().fold(0.0, f64::max))
            };
            println!(
                "{name:<8} {rate:<7} {:>5.1} s  acc {:.4}  val_acc {:.4}  {}",
                history.seconds,
                most("acc")?,
                most("val_acc")?,
                history.remark().unwrap_or_default()
            );
            if (name, rate) == ("relu", 0.001) {
                shown = Some(history);
            }
        }
    }
    println!("{:.1} s in all", started.elapsed().as_secs_f64());
    let (Some(history), Some(folder)) = (shown, folder) else {
        return Ok(());
    };
    let matrix = ConfusionMatrix::of(&history.network, &data.test)?;
    let mistakes = Mistakes::worst(&history.network, &data.test, 18)?;
    println!("{history}\n{matrix}\n{mistakes}");
    plot_history(&history)?.save(folder.join("history.png"))?;
    plot_confusion_matrix(&matrix)?.save(folder.join("confusion.png"))?;
    plot_mistakes(&mistakes)?.save(folder.join("mistakes.png"))
}
