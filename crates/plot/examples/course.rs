//! Draws the figures of a first course into a folder: `cargo run --example course -- FOLDER`.
//!
//! All numbers are made up by formulas; nothing is trained here.

use std::path::PathBuf;

use chainrule_error::Result;
use chainrule_plot::{BarPlot, Figure, ImageGrid, LinePlot, ScatterPlot, ScatterPlot3d};

fn main() -> Result<()> {
    let folder: PathBuf = std::env::args_os()
        .nth(1)
        .unwrap_or_else(|| ".".into())
        .into();
    let figures = [
        ("xor", xor()?),
        ("xor_space", xor_space(-60.0, 24.0)?),
        ("xor_turned", xor_space(35.0, 40.0)?),
        ("xor_above", xor_space(-90.0, 90.0)?),
        ("xor_below", xor_space(-60.0, -30.0)?),
        ("xor_level", xor_space(-90.0, 0.0)?),
        ("cloud", cloud()?),
        ("digit", digit()?),
        ("weights", weights()?),
        ("experiments", experiments().draw()?),
        ("experiments_lying", experiments().horizontal().draw()?),
        ("alternating", alternating()?),
        ("epochs", epochs()?),
        ("seeds", seeds()?),
        ("log", log()?),
    ];
    for (name, figure) in &figures {
        figure.save(folder.join(format!("{name}.png")))?;
    }
    Figure::grid(3, &figures.map(|(_, figure)| figure))?.save(folder.join("course.png"))
}

/// A repeatable wobble between -1 and 1.
fn wobble(i: usize) -> f64 {
    ((i * 7919 % 104_729) as f64 * 12.9898).sin()
}

fn xor() -> Result<Figure> {
    ScatterPlot::new("XOR in the plane")
        .x_label("x₁")
        .y_label("x₂")
        .class("class 0", &[(0.0, 0.0), (1.0, 1.0)])
        .class("class 1", &[(0.0, 1.0), (1.0, 0.0)])
        .point_size(17.0)
        .equal_axes()
        .draw()
}

fn xor_space(azimuth: f64, elevation: f64) -> Result<Figure> {
    ScatterPlot3d::new("XOR with a third coordinate")
        .x_label("x_1")
        .y_label("x₂")
        .z_label("x₃")
        .class("class 0", &[(0.0, 0.0, 0.0), (1.0, 1.0, 0.0)])
        .class("class 1", &[(0.0, 1.0, 1.0), (1.0, 0.0, 1.0)])
        .plane("x₃ = ½", 0.5)
        .point_size(17.0)
        .view(azimuth, elevation)
        .draw()
}

fn cloud() -> Result<Figure> {
    let cloud = |k: usize, far: f64| -> Vec<(f64, f64, f64)> {
        let at = |i: usize| far + 900.0 * (wobble(i) + wobble(i + 7) + wobble(i + 31));
        (0..60)
            .map(|i| {
                (
                    at(3 * i + k),
                    at(3 * i + k + 400),
                    at(3 * i + k + 800) * 1e-9,
                )
            })
            .collect()
    };
    ScatterPlot3d::new("Three clouds")
        .x_label("first component")
        .y_label("second component")
        .z_label("third component")
        .class("setosa", &cloud(1, 0.0))
        .class("versicolor", &cloud(50, 3000.0))
        .class("virginica", &cloud(99, 6000.0))
        .draw()
}

fn digit() -> Result<Figure> {
    let ring: Vec<f64> = (0..28 * 28)
        .map(|i| (f64::from(i % 28) - 13.5, f64::from(i / 28) - 13.5))
        .map(|(x, y)| 1.4 - 0.5 * (x.hypot(y * 0.7) - 7.0).abs())
        .map(|v| v.clamp(0.0, 1.0))
        .collect();
    ImageGrid::new("[1 0 0 0 0 0 0 0 0 0]")
        .values(28, 28, &ring, "")
        .side(280.0)
        .axes()
        .draw()
}

fn weights() -> Result<Figure> {
    let unit = |k: usize| -> Vec<f64> {
        let at = |i: usize| ((i % 28) as f64 - 13.5, (i / 28) as f64 - 13.5);
        let wave =
            |(x, y): (f64, f64)| (x * k as f64 / 14.0).sin() * (-(x * x + y * y) / 90.0).exp();
        (0..784)
            .map(|i| 0.09 * wave(at(i)) + 0.02 * wobble(i + k))
            .collect()
    };
    (1..=12)
        .fold(
            ImageGrid::new("What twelve hidden units look for").columns(6),
            |grid, k| grid.values(28, 28, &unit(k), format!("unit {k}")),
        )
        .caption("Weights from the 784 pixels to each unit, after 300 iterations")
        .draw()
}

fn experiments() -> BarPlot {
    BarPlot::new("Share of wrong answers after 300 iterations")
        .y_label("error in %")
        .names(&["train", "test"])
        .group("40 units", &[0.1, 28.2])
        .group("40 units, dropout", &[16.0, 18.7])
        .group("100 units, dropout, batches of 100", &[15.8, 17.7])
        .group("tanh, softmax", &[4.6, 12.7])
}

fn alternating() -> Result<Figure> {
    let xs = || (0..8).map(|i| f64::from(i) / 8.0);
    let network = |x: f64| {
        let fades = (1.0 - x).powi(2);
        0.5 - 0.5 * fades * (x * 8.0 * std::f64::consts::PI).cos()
    };
    let curve: Vec<(f64, f64)> = (0..=400)
        .map(|i| f64::from(i) / 400.0)
        .map(|x| (x, network(x)))
        .collect();
    let truth: Vec<(f64, f64)> = xs().zip([0.0, 1.0].into_iter().cycle()).collect();
    let prediction: Vec<(f64, f64)> = xs().map(|x| (x, network(x))).collect();
    ScatterPlot::new("Eight alternating points")
        .x_label("x")
        .y_label("y")
        .class("prediction", &prediction)
        .class("truth", &truth)
        .hollow()
        .line("network between the points", &curve)
        .x_range(-0.1, 1.1)
        .y_range(-0.1, 1.1)
        .draw()
}

fn epochs() -> Result<Figure> {
    let accuracy = |end: f64, lack: f64| -> Vec<(f64, f64)> {
        (0..20u32)
            .map(|i| {
                (
                    f64::from(i),
                    end - lack / f64::from(i + 1) + 0.03 * wobble(i as usize),
                )
            })
            .collect()
    };
    LinePlot::new("Accuracy while learning")
        .x_label("epoch")
        .y_label("accuracy in %")
        .line("train", &accuracy(99.6, 5.0))
        .line("test", &accuracy(97.3, 3.5))
        .markers()
        .reference("published 97.18 %", 97.18)
        .draw()
}

fn seeds() -> Result<Figure> {
    let mean = |end: f64| -> Vec<(f64, f64)> {
        (0..=300)
            .map(|i| (f64::from(i), end - 0.6 * (-f64::from(i) / 40.0).exp()))
            .collect()
    };
    let around = |mean: &[(f64, f64)], by: f64| -> Vec<(f64, f64, f64)> {
        mean.iter()
            .map(|&(x, y)| (x, by * (1.0 + 0.4 * (x / 11.0).sin()), y))
            .map(|(x, by, y)| (x, y - by, y + by))
            .collect()
    };
    let (train, test) = (mean(0.99), mean(0.96));
    LinePlot::new("Ten seeds: mean and one standard deviation")
        .x_label("iteration")
        .y_label("accuracy")
        .line("train", &train)
        .band("", &around(&train, 0.02))
        .line("test", &test)
        .band("± one standard deviation", &around(&test, 0.035))
        .draw()
}

fn log() -> Result<Figure> {
    let loss = |pace: f64| -> Vec<(f64, f64)> {
        (0..=200)
            .map(f64::from)
            .map(|x| (10f64.powf(x / 40.0 - 4.0), (-x / pace).exp()))
            .collect()
    };
    LinePlot::new("Loss after one epoch, by learning rate")
        .x_label("learning rate")
        .y_label("mean squared error")
        .line("plain", &loss(40.0))
        .line("momentum", &loss(20.0))
        .log_x()
        .log_y()
        .draw()
}
