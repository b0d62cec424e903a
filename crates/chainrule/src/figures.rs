//! Figures of results: what joins training to plotting.

use chainrule_data::Card;
use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Scalar;
use chainrule_plot::{BarPlot, Cell, Column, CurveGrid, Figure, ImageGrid, Panel, TablePlot};
use chainrule_train::{Results, Run};

/// Draws the learning curves of several experiments: a column for each, a row for each setting,
/// accuracy on the measured part of the training set and on the test set.
///
/// A single experiment has its settings side by side, a column for each.
///
/// A run that diverged shows what was measured until then, and says where it ended.
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
        .x_label("Number of samples processed");
    let columns = experiments.iter().map(|results| {
        Column::new(
            &results.name,
            results.runs.iter().map(setting_panel).collect(),
        )
    });
    columns.fold(grid, CurveGrid::column).draw()
}

fn curves<F: Scalar>(results: &Results<F>) -> Result<Figure> {
    let grid = CurveGrid::new(format!("{}: learning curves", results.name))
        .x_label("Number of samples processed");
    let column = |run: &Run<F>| {
        Column::new(
            run.setting.to_string(),
            vec![panel(Panel::new("Accuracy"), run)],
        )
    };
    results
        .runs
        .iter()
        .map(column)
        .fold(grid, CurveGrid::column)
        .draw()
}

fn setting_panel<F: Scalar>(run: &Run<F>) -> Panel {
    panel(Panel::new(run.setting.to_string()), run)
}

fn panel<F: Scalar>(panel: Panel, run: &Run<F>) -> Panel {
    let curve = |accuracy: fn(&chainrule_train::Point) -> f64| -> Vec<_> {
        run.curve
            .iter()
            .map(|point| (point.samples as f64, accuracy(point)))
            .collect()
    };
    let panel = panel
        .line("train_accuracy", &curve(|point| point.train_accuracy))
        .line("test_accuracy", &curve(|point| point.test_accuracy));
    match &run.divergence {
        Some(divergence) => panel.note(divergence.to_string()),
        None => panel,
    }
}

/// Draws the test accuracies after the last step as a table: a row for each experiment, a column
/// for each setting.
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
    let best = runs.map(accuracy).fold(0.0, f64::max);
    let cell = |run: &Run<F>| {
        let text = run.outcome();
        let cell = match run.final_test_accuracy {
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

/// 55000 as `55 000`, with the narrow space that belongs there.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let (head, tail) = digits.split_at(first);
    let groups = tail
        .as_bytes()
        .chunks(3)
        .map(|group| String::from_utf8_lossy(group).into_owned());
    let head = (!head.is_empty()).then(|| head.to_owned());
    head.into_iter()
        .chain(groups)
        .collect::<Vec<_>>()
        .join("\u{202f}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_in_groups() {
        let spaced = |number| grouped(number).replace('\u{202f}', " ");
        assert_eq!(spaced(0), "0");
        assert_eq!(spaced(999), "999");
        assert_eq!(spaced(5_000), "5 000");
        assert_eq!(spaced(1_234_567), "1 234 567");
    }
}
