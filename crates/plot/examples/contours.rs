//! Draws contour plots into a folder: `cargo run --example contours -- FOLDER`.

use std::path::PathBuf;

use chainrule_error::Result;
use chainrule_plot::{ContourPlot, Figure};

fn main() -> Result<()> {
    let folder: PathBuf = std::env::args_os()
        .nth(1)
        .unwrap_or_else(|| ".".into())
        .into();
    for (name, figure) in [
        ("valley", valley()?),
        ("waves", waves()?),
        ("coarse", coarse()?),
    ] {
        figure.save(folder.join(format!("{name}.png")))?;
    }
    Ok(())
}

/// Twelve spirals into a minimum, at twelve speeds: as many names as a legend has to bear.
fn valley() -> Result<Figure> {
    let surface = |x: f64, y: f64| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2);
    let plot = ContourPlot::new("Twelve paths over Rosenbrock's valley")
        .x_label("x")
        .y_label("y")
        .surface((-1.8, 1.8), (-0.8, 2.0), surface)
        .log_levels()
        .minimum(1.0, 1.0);
    let path = |k: u32| -> Vec<(f64, f64)> {
        let at = |t: u32| {
            let (t, k) = (f64::from(t) / 60.0, f64::from(k));
            let fade = (-t * (1.0 + k / 3.0)).exp();
            let turn = t * (0.4 + k / 4.0);
            (1.0 - 2.2 * fade * turn.cos(), 1.0 - 0.9 * fade * turn.sin())
        };
        (0..40 + 12 * k).map(at).collect()
    };
    let names = [
        "SGD",
        "momentum",
        "Nesterov momentum",
        "AdaGrad",
        "Adadelta",
        "RMSProp",
    ];
    let more = [
        "centred RMSProp",
        "Adam",
        "AdaMax",
        "Nadam",
        "AMSGrad",
        "AdamW",
    ];
    let plot = names
        .iter()
        .chain(&more)
        .zip(0..)
        .fold(plot, |plot, (name, k)| {
            plot.path(format!("{name}, learning rate 0.0{}", k + 1), &path(k))
        });
    plot.draw()
}

fn waves() -> Result<Figure> {
    ContourPlot::new("No paths, values of both signs, and none outside the circle")
        .surface((-4.0, 4.0), (-3.0, 3.0), |x, y| {
            (1.0 - (x / 4.0).powi(2) - (y / 3.0).powi(2)).sqrt() * (2.0 * x).sin() * y.cos()
        })
        .draw()
}

fn coarse() -> Result<Figure> {
    let rows: Vec<Vec<f64>> = (0..4)
        .map(|r| {
            (0..5)
                .map(|c| f64::from((r * 3 + c * 2) % 5) * 1e6)
                .collect()
        })
        .collect();
    ContourPlot::new("Twenty values")
        .x_label("column")
        .y_label("row")
        .values((0.0, 4.0), (0.0, 3.0), &rows)
        .path("a path that leaves", &[(0.5, 0.5), (2.0, 2.5), (5.0, 2.0)])
        .draw()
}
