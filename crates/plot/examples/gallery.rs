//! Draws one of each kind of figure into a folder: `cargo run --example gallery -- FOLDER`.
//!
//! All numbers are made up by formulas; nothing is trained here.

use std::path::PathBuf;

use chainrule_error::Result;
use chainrule_plot::{
    BarPlot, Cell, Column, CurveGrid, Figure, ImageGrid, LinePlot, Panel, ScatterPlot, Series,
    TablePlot,
};

fn main() -> Result<()> {
    let folder: PathBuf = std::env::args_os()
        .nth(1)
        .unwrap_or_else(|| ".".into())
        .into();
    let figures = [
        ("line", line()?),
        ("gaps", gaps()?),
        ("curve_grid", curve_grid()?),
        ("table", table()?),
        ("bars", bars()?),
        ("bars_horizontal", lying_bars()?),
        ("scatter", scatter()?),
        ("images", images()?),
    ];
    for (name, figure) in &figures {
        figure.save(folder.join(format!("{name}.png")))?;
    }
    let [line, gaps, _, _, bars, _, scatter, _] = figures.map(|(_, figure)| figure);
    Figure::grid(2, &[line, gaps, bars, scatter])?.save(folder.join("gallery.png"))
}

/// A repeatable wobble between -1 and 1.
fn wobble(i: usize) -> f64 {
    ((i * 7919 % 104_729) as f64 * 12.9898).sin()
}

/// An accuracy that rises from `start` to `end`, measured every 20 000 samples.
fn rising(points: usize, start: f64, end: f64, pace: f64, noise: f64) -> Vec<(f64, f64)> {
    let rise = |i: usize| end - (end - start) * (-pace * i as f64).exp() + noise * wobble(i);
    (0..points)
        .map(|i| ((i + 1) as f64 * 20_000.0, rise(i)))
        .collect()
}

fn line() -> Result<Figure> {
    LinePlot::new("Loss per epoch, η = 0.01")
        .x_label("epoch")
        .y_label("mean cross-entropy, −Σ log p(yᵢ)")
        .values(
            "plain",
            &(1..=30)
                .map(|i| 2.3 / f64::from(i).sqrt())
                .collect::<Vec<_>>(),
        )
        .values(
            "momentum",
            &(1..=30)
                .map(|i| 2.2 / f64::from(i).powf(0.8))
                .collect::<Vec<_>>(),
        )
        .values(
            "Adam",
            &(1..=30).map(|i| 1.9 / f64::from(i)).collect::<Vec<_>>(),
        )
        .draw()
}

fn gaps() -> Result<Figure> {
    let values: Vec<f64> = (0..40)
        .map(|i| {
            if i == 12 || i > 30 {
                f64::NAN
            } else {
                1.2f64.powi(i) + 20.0 * wobble(i as usize)
            }
        })
        .collect();
    LinePlot::new("A loss that runs away")
        .x_label("step")
        .y_label("loss")
        .series(Series::values("rate 0.5", &values))
        .note("diverged at step 31")
        .draw()
}

fn curve_grid() -> Result<Figure> {
    let panel = |setting: &str, points, start, end, pace, gap| {
        let train = rising(points, start, end, pace, 0.002);
        let test: Vec<_> = train
            .iter()
            .enumerate()
            .map(|(i, &(x, y))| (x, y - gap * (1.0 + 0.4 * wobble(i))))
            .collect();
        Panel::new(setting)
            .line("train_accuracy", &train)
            .line("test_accuracy", &test)
    };
    let flat: Vec<_> = (1..=13)
        .map(|i| (f64::from(i) * 20_000.0, 0.0986))
        .collect();
    let flat_test: Vec<_> = flat.iter().map(|&(x, _)| (x, 0.098)).collect();
    CurveGrid::new("Learning Curves for all Tasks and Hyper-parameter settings")
        .column(Column::new(
            "Task 1",
            vec![
                panel(
                    "Epochs: 5, Learning rate: 0.0001",
                    13,
                    0.1,
                    0.31,
                    0.05,
                    0.003,
                ),
                panel(
                    "Epochs: 5, Learning rate: 0.005",
                    13,
                    0.5,
                    0.88,
                    0.3,
                    -0.004,
                ),
                panel("Epochs: 5, Learning rate: 0.1", 13, 0.86, 0.921, 0.5, 0.004),
            ],
        ))
        .column(Column::new(
            "Task 2",
            vec![
                panel(
                    "Epochs: 15, Learning rate: 0.0001",
                    41,
                    0.08,
                    0.42,
                    0.03,
                    0.002,
                ),
                panel(
                    "Epochs: 15, Learning rate: 0.005",
                    41,
                    0.55,
                    0.917,
                    0.2,
                    0.001,
                ),
                panel(
                    "Epochs: 15, Learning rate: 0.1",
                    41,
                    0.88,
                    0.985,
                    0.12,
                    0.012,
                ),
            ],
        ))
        .column(Column::new(
            "Task 3",
            vec![
                panel("Epochs: 5, Learning rate: 0.003", 13, 0.4, 0.86, 0.4, 0.004),
                panel(
                    "Epochs: 40, Learning rate: 0.003",
                    110,
                    0.5,
                    0.94,
                    0.06,
                    0.005,
                ),
                panel(
                    "Epochs: 40, Learning rate: 0.05",
                    110,
                    0.9,
                    0.999,
                    0.08,
                    0.02,
                ),
            ],
        ))
        .column(Column::new(
            "Task 4",
            vec![
                Panel::new("Epochs: 5, Learning rate: 0.01")
                    .line("train_accuracy", &flat)
                    .line("test_accuracy", &flat_test)
                    .note("diverged at step 83, layer conv2d_1"),
                panel(
                    "Epochs: 10, Learning rate: 0.001",
                    27,
                    0.9,
                    0.986,
                    0.2,
                    0.004,
                ),
                panel(
                    "Epochs: 20, Learning rate: 0.001",
                    55,
                    0.91,
                    0.997,
                    0.15,
                    0.011,
                ),
            ],
        ))
        .draw()
}

fn table() -> Result<Figure> {
    let row = |values: [&str; 3]| values.map(Cell::new).to_vec();
    TablePlot::new("Test accuracy after the last epoch")
        .columns(&["Setting 1", "Setting 2", "Setting 3"])
        .row("Model 1", row(["0.2086", "0.8766", "0.918"]))
        .row("Model 2", row(["0.4102", "0.9148", "0.9608"]))
        .row("Model 3", row(["0.8507", "0.9344", "0.9703"]))
        .row(
            "Model 4",
            vec![
                Cell::muted("diverged"),
                "0.9816".into(),
                Cell::best("0.9839"),
            ],
        )
        .caption("On the 10 000 images of the test set. Model 4 at rate 0.01 diverged at step 83.")
        .draw()
}

const DIGITS: [(&str, f64); 10] = [
    ("0", 5923.0),
    ("1", 6742.0),
    ("2", 5958.0),
    ("3", 6131.0),
    ("4", 5842.0),
    ("5", 5421.0),
    ("6", 5918.0),
    ("7", 6265.0),
    ("8", 5851.0),
    ("9", 5949.0),
];

fn bars() -> Result<Figure> {
    BarPlot::new("Images per digit")
        .x_label("digit")
        .y_label("images")
        .bars(&DIGITS)
        .draw()
}

fn lying_bars() -> Result<Figure> {
    BarPlot::new("Seconds per epoch")
        .x_label("seconds")
        .bar("Model 1, one linear layer", 0.31)
        .bar("Model 2, one hidden layer of 32", 0.52)
        .bar("Model 3, two hidden layers of 64 and 32", 0.94)
        .bar("Model 4, two convolutions", 7.25)
        .horizontal()
        .draw()
}

fn scatter() -> Result<Figure> {
    let moon = |side: f64| -> Vec<(f64, f64)> {
        (0..120usize)
            .map(|i| {
                let angle = i as f64 / 119.0 * std::f64::consts::PI;
                let x = side * angle.cos() + 0.5 - 0.5 * side + 0.12 * wobble(i + 1);
                (
                    x,
                    side * angle.sin() + 0.25 - 0.25 * side + 0.12 * wobble(3 * i + 50),
                )
            })
            .collect()
    };
    ScatterPlot::new("Two moons")
        .x_label("x₁")
        .y_label("x₂")
        .class("upper", &moon(1.0))
        .class("lower", &moon(-1.0))
        .draw()
}

fn images() -> Result<Figure> {
    let ring = |radius: f64| -> Vec<u8> {
        (0..28 * 28)
            .map(|i| {
                let (x, y) = (f64::from(i % 28) - 13.5, f64::from(i / 28) - 13.5);
                let away = (x.hypot(y) - radius).abs();
                (255.0 * (1.5 - away * 0.6).clamp(0.0, 1.0)) as u8
            })
            .collect()
    };
    (1..=10)
        .fold(ImageGrid::new("Rings of growing radius"), |grid, r| {
            grid.image(28, 28, &ring(f64::from(r)), format!("r = {r}"))
        })
        .caption("28 × 28 pixels each, from 0 (black) to 255 (white)")
        .draw()
}
