//! Figures of results: what joins training to plotting.

mod fit;
mod network;

use chainrule_data::{Card, Toy};
use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Scalar;
use chainrule_plot::{
    BarPlot, Cell, Column, CurveGrid, Figure, ImageGrid, Panel, ScatterPlot, TablePlot,
};
use chainrule_train::{Point, Results, Run, grouped};

pub(crate) use fit::{FitCurves, fit_curves};
pub use fit::{plot_confusion_matrix, plot_history, plot_mistakes};
pub use network::plot_trace;

const SAMPLES: &str = "Number of samples processed";

/// Draws the learning curves of several experiments: a column for each, a row for each setting,
/// accuracy on the measured part of the training set and on the test set.
///
/// A single experiment has its settings side by side, a column for each.
///
/// A run that diverged or was interrupted shows what was measured until then, and says where it
/// ended.
///
/// # Errors
///
/// When there are no experiments.
pub fn plot_learning_curves<F: Scalar>(experiments: &[&Results<F>]) -> Result<Figure> {
    some(experiments)?;
    if let [results] = experiments {
        return curves(results);
    }
    let grid = CurveGrid::new("Learning Curves for all Tasks and Hyper-parameter settings")
        .x_label(SAMPLES);
    let columns = experiments.iter().map(|results| {
        Column::new(
            &results.name,
            results.runs.iter().map(setting_panel).collect(),
        )
    });
    columns.fold(grid, CurveGrid::column).draw()
}

fn curves<F: Scalar>(results: &Results<F>) -> Result<Figure> {
    let curves: Vec<_> = results.runs.iter().map(Curve::of).collect();
    learning_curves(&results.name, &curves)
}

/// What is drawn of a run, be it finished or not.
pub(crate) struct Curve<'a> {
    pub(crate) setting: String,
    pub(crate) points: &'a [Point],
    pub(crate) note: Option<String>,
}

impl<'a> Curve<'a> {
    fn of<F: Scalar>(run: &'a Run<F>) -> Self {
        Self {
            setting: run.setting.to_string(),
            points: &run.curve,
            note: run.remark(),
        }
    }

    fn panel(&self, label: impl Into<String>) -> Panel {
        let panel = Panel::new(label)
            .line("train_accuracy", &self.line(|point| point.train_accuracy))
            .line("test_accuracy", &self.line(|point| point.test_accuracy));
        self.noted(panel)
    }

    fn loss_panel(&self, label: impl Into<String>) -> Panel {
        let panel = Panel::new(label)
            .line("train_loss", &self.line(|point| point.train_loss))
            .line("test_loss", &self.line(|point| point.test_loss));
        self.noted(panel)
    }

    fn line(&self, value: fn(&Point) -> f64) -> Vec<(f64, f64)> {
        let points = self.points.iter();
        points
            .map(|point| (point.samples as f64, value(point)))
            .collect()
    }

    fn noted(&self, panel: Panel) -> Panel {
        match &self.note {
            Some(note) => panel.note(note),
            None => panel,
        }
    }
}

/// Draws one experiment's curves, a column for each of its settings.
pub(crate) fn learning_curves(name: &str, curves: &[Curve<'_>]) -> Result<Figure> {
    let grid = CurveGrid::new(format!("{name}: learning curves")).x_label(SAMPLES);
    let column = |curve: &Curve<'_>| {
        let panels = vec![curve.panel("Accuracy")];
        Column::new(curve.setting.clone(), panels)
    };
    curves
        .iter()
        .map(column)
        .fold(grid, CurveGrid::column)
        .draw()
}

/// Draws the losses of several experiments, as [`plot_learning_curves`] draws their accuracies: on
/// the measured part of the training set and on the test set. Where the one falls and the other
/// rises, a network over-fits.
///
/// # Errors
///
/// When there are no experiments.
pub fn plot_loss_curves<F: Scalar>(experiments: &[&Results<F>]) -> Result<Figure> {
    some(experiments)?;
    if let [results] = experiments {
        let columns = results.runs.iter().map(|run| {
            let curve = Curve::of(run);
            Column::new(curve.setting.clone(), vec![curve.loss_panel("Loss")])
        });
        let grid = CurveGrid::new(format!("{}: losses", results.name)).x_label(SAMPLES);
        return columns.fold(grid, CurveGrid::column).draw();
    }
    let grid = CurveGrid::new("Loss on the training and the test set").x_label(SAMPLES);
    let columns = experiments.iter().map(|results| {
        let panel = |run| {
            let curve = Curve::of(run);
            curve.loss_panel(&curve.setting)
        };
        Column::new(&results.name, results.runs.iter().map(panel).collect())
    });
    columns.fold(grid, CurveGrid::column).draw()
}

fn setting_panel<F: Scalar>(run: &Run<F>) -> Panel {
    let curve = Curve::of(run);
    curve.panel(&curve.setting)
}

/// Draws the test accuracies after the last step as a table: a row for each experiment, a column
/// for each setting. What an interrupted run had reached last says so.
///
/// # Errors
///
/// When there are no experiments.
pub fn plot_summary_table<F: Scalar>(experiments: &[&Results<F>]) -> Result<Figure> {
    some(experiments)?;
    let widest = experiments
        .iter()
        .map(|results| results.runs.len())
        .max()
        .unwrap_or(0);
    let settings: Vec<_> = (1..=widest).map(|i| format!("Setting {i}")).collect();
    let accuracy = |run: &Run<F>| run.final_test_accuracy.unwrap_or(0.0);
    let runs = experiments.iter().flat_map(|results| &results.runs);
    let runs = runs.filter(|run| !run.interrupted);
    let best = runs.map(accuracy).fold(0.0, f64::max);
    let cell = |run: &Run<F>| {
        let text = run.outcome();
        let cell = match run.final_test_accuracy {
            _ if run.interrupted => Cell::muted(text),
            None => Cell::muted(text),
            Some(accuracy) if accuracy == best => Cell::best(text),
            Some(_) => Cell::new(text),
        };
        let setting = &run.setting;
        let named = || format!("{} epochs, rate {}", setting.epochs, setting.learning_rate);
        cell.detail(setting.name.clone().unwrap_or_else(named))
    };
    let table = TablePlot::new("Test accuracy after the last epoch").columns(&settings);
    let table = experiments.iter().fold(table, |table, results| {
        let mut cells: Vec<_> = results.runs.iter().map(cell).collect();
        cells.resize_with(widest, || Cell::muted("–"));
        table.row(&results.name, cells)
    });
    table.draw()
}

fn some<F: Scalar>(experiments: &[&Results<F>]) -> Result<()> {
    if experiments.is_empty() {
        return Err(Error::new(ErrorKind::Value, "there are no results to draw")
            .hint("give the results of experiments: plot_learning_curves(&[&task1, &task2])"));
    }
    Ok(())
}

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
