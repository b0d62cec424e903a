//! Figures of results: what joins training to plotting.
//!
//! Learning curves and the table of experiments are in `curves`, what settings come to over their
//! seeds in `mean_curves`, one network's history and mistakes in `fit`, its trace in `trace_plot`,
//! races in `race`, augmented images in `augmented`, what steps cost in `costs`; data here.

mod augmented;
mod costs;
mod curves;
mod fit;
mod layer;
mod mean_curves;
mod network;
mod race;
mod trace_plot;

use chainrule_data::{Card, Toy};
use chainrule_error::Result;
use chainrule_plot::{BarPlot, Figure, ImageGrid, ScatterPlot};
use chainrule_train::grouped;

pub use augmented::plot_augmented;
pub(crate) use costs::step_costs;
pub(crate) use curves::{Curve, learning_curves};
use curves::{SAMPLES, in_rows};
pub use curves::{plot_learning_curves, plot_loss_curves, plot_summary_table};
pub(crate) use fit::{FitCurves, fit_curves};
pub use fit::{plot_confusion_matrix, plot_history, plot_mistakes};
pub(crate) use mean_curves::summary_table;
pub use mean_curves::{MeanCurves, plot_mean_curves, plot_results_table};
pub use race::{plot_race, plot_race_table};
pub use trace_plot::{TracePlot, plot_trace};

/// Draws a toy problem: the points of the plane by class, or points of a line against their class.
pub(crate) fn toy(toy: &Toy) -> Result<Figure> {
    let flat = toy.x.ncols() == 1;
    let plot = ScatterPlot::new(toy.name.clone());
    let plot = if flat {
        plot.x_label("x").y_label("class")
    } else {
        plot.x_label("x₁").y_label("x₂")
    };
    let classes = (0..=1).map(|class| {
        let points = toy.of_class(class).into_iter();
        let points: Vec<_> = points
            .map(|row| (row[0], row.get(1).copied().unwrap_or(f64::from(class))))
            .collect();
        (format!("class {class}"), points)
    });
    classes
        .fold(plot, |plot, (label, points)| plot.class(label, &points))
        .draw()
}

/// How many images of each class a card shows.
const IMAGES: usize = 3;

/// Draws a data set's card: images of each class with their labels, and how often each occurs.
pub(crate) fn card(card: &Card) -> Result<Figure> {
    let [channels, height, width] = card.sample_shape;
    let parts: Vec<_> = card
        .parts
        .iter()
        .map(|part| format!("{} {}", grouped(part.samples), part.name))
        .collect();
    let mut images = ImageGrid::new(format!("{}: {}", card.name, parts.join(", ")))
        .columns(card.strip.len())
        .caption(format!(
            "{channels} × {height} × {width} pixels, stored as bytes from {} to {}",
            card.value_range.0, card.value_range.1
        ));
    for row in 0..IMAGES {
        for class in &card.strip {
            let blank = || vec![0; channels * height * width];
            let pixels = class
                .images
                .get(row)
                .map_or_else(blank, |i| i.iter().copied().collect());
            images = images.image(channels * height, width, &pixels, &class.name);
        }
    }
    let first = card.parts.first().map_or("", |part| part.name.as_str());
    let balance: Vec<_> = card
        .classes
        .iter()
        .map(|class| {
            (
                class.name.clone(),
                class.counts.first().map_or(0.0, |&n| n as f64),
            )
        })
        .collect();
    let bars = BarPlot::new(format!("Images of each class to {first}"))
        .y_label("images")
        .bars(&balance);
    Figure::grid(1, &[images.draw()?, bars.draw()?])
}
