//! Learning curves and the summary table of experiments.

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Scalar;
use chainrule_plot::{Cell, Column, CurveGrid, Figure, Panel, TablePlot};
use chainrule_train::{Measure, Point, Results, SettingSummary};

use super::mean_curves::{band, banded, line, plot_results_table};

pub(super) const SAMPLES: &str = "Number of samples processed";

/// As many panels stand side by side; more come in rows.
const IN_ONE_ROW: usize = 6;
const COLUMNS: usize = 4;

/// Draws the learning curves of several experiments: a column for each, a row for each setting,
/// accuracy on the measured part of the training set and on the test set.
///
/// A single experiment has its settings side by side, a column for each; more than six of them come
/// in rows of four. Where runs [repeat](chainrule_train::Experiment::repeats), a setting's panel
/// has the means over its seeds, with bands of one standard deviation (divided by n − 1).
///
/// A run that diverged or was interrupted shows what was measured until then, and says where it
/// ended; of several, the panel says how many.
///
/// # Errors
///
/// When there are no experiments.
pub fn plot_learning_curves<F: Scalar>(experiments: &[&Results<F>]) -> Result<Figure> {
    some(experiments)?;
    let measures = Measures::ACCURACY;
    if let [results] = experiments {
        let panels = measures.titled(&measures.shown(results));
        return side_by_side(&results.name, "learning curves", panels);
    }
    let grid = CurveGrid::new("Learning Curves for all Tasks and Hyper-parameter settings")
        .x_label(SAMPLES);
    measures.columns(grid, experiments).draw()
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
    let measures = Measures::LOSS;
    if let [results] = experiments {
        let panels = measures.titled(&measures.shown(results));
        return side_by_side(&results.name, "losses", panels);
    }
    let grid = CurveGrid::new("Loss on the training and the test set").x_label(SAMPLES);
    measures.columns(grid, experiments).draw()
}

/// The two curves of a panel: their measures, their names, and what they are together.
struct Measures {
    pair: [(Measure, &'static str); 2],
    title: &'static str,
}

/// What a panel shows: a run, or the means of a setting with bands.
struct Shown {
    name: String,
    note: Option<String>,
    lines: [Vec<(f64, f64)>; 2],
    bands: Option<[Vec<(f64, f64, f64)>; 2]>,
}

impl Measures {
    const ACCURACY: Self = Self {
        pair: [
            (Measure::TrainAccuracy, "train_accuracy"),
            (Measure::TestAccuracy, "test_accuracy"),
        ],
        title: "Accuracy",
    };
    const LOSS: Self = Self {
        pair: [
            (Measure::TrainLoss, "train_loss"),
            (Measure::TestLoss, "test_loss"),
        ],
        title: "Loss",
    };

    /// Each run, or each setting where runs repeat.
    fn shown<F: Scalar>(&self, results: &Results<F>) -> Vec<Shown> {
        if !results.has_repeats() {
            let runs = results.runs.iter();
            return runs
                .map(|run| self.curve(&run.curve, run.setting.to_string(), run.remark()))
                .collect();
        }
        let [one, other] = self.pair.map(|(measure, _)| results.mean_curves(measure));
        let pairs = one.into_iter().zip(other);
        pairs
            .map(|(one, other)| Shown {
                lines: [line(&one), line(&other)],
                bands: banded(&one).then(|| [band(&one), band(&other)]),
                name: one.label,
                note: one.remark,
            })
            .collect()
    }

    fn curve(&self, points: &[Point], name: String, note: Option<String>) -> Shown {
        let line = |measure: Measure| {
            let points = points.iter();
            points
                .map(|point| (point.samples as f64, measure.of(point)))
                .collect()
        };
        Shown {
            name,
            note,
            lines: self.pair.map(|(measure, _)| line(measure)),
            bands: None,
        }
    }

    /// Panels with their names, to stand below these.
    fn titled(&self, shown: &[Shown]) -> Vec<(String, Panel)> {
        let panel = |shown: &Shown| (shown.name.clone(), self.panel(self.title, shown));
        shown.iter().map(panel).collect()
    }

    /// A column for each experiment, the settings at the side of the panels.
    fn columns<F: Scalar>(&self, grid: CurveGrid, experiments: &[&Results<F>]) -> CurveGrid {
        let columns = experiments.iter().map(|results| {
            let shown = self.shown(results);
            let panels = shown.iter().map(|shown| self.panel(&shown.name, shown));
            Column::new(&results.name, panels.collect())
        });
        columns.fold(grid, CurveGrid::column)
    }

    fn panel(&self, label: &str, shown: &Shown) -> Panel {
        let mut panel = Panel::new(label);
        for (i, (_, name)) in self.pair.iter().enumerate() {
            panel = panel.line(*name, &shown.lines[i]);
            if let Some(bands) = &shown.bands {
                panel = panel.band("± standard deviation", &bands[i]);
            }
        }
        match &shown.note {
            Some(note) => panel.note(note),
            None => panel,
        }
    }
}

/// What is drawn of a run, or of the runs of a setting together, be they finished or not.
pub(crate) struct Curve<'a> {
    pub(crate) setting: String,
    pub(crate) points: &'a [Point],
    pub(crate) note: Option<String>,
}

/// Draws one experiment's curves, a panel for each of its settings.
pub(crate) fn learning_curves(name: &str, curves: &[Curve<'_>]) -> Result<Figure> {
    let measures = Measures::ACCURACY;
    let shown = curves
        .iter()
        .map(|curve| measures.curve(curve.points, curve.setting.clone(), curve.note.clone()));
    side_by_side(
        name,
        "learning curves",
        measures.titled(&shown.collect::<Vec<_>>()),
    )
}

fn side_by_side(name: &str, what: &str, panels: Vec<(String, Panel)>) -> Result<Figure> {
    let grid = CurveGrid::new(format!("{name}: {what}")).x_label(SAMPLES);
    in_rows(grid, panels).draw()
}

/// A column for each panel, its name above it; of many, rows.
pub(super) fn in_rows(grid: CurveGrid, panels: Vec<(String, Panel)>) -> CurveGrid {
    if panels.len() <= IN_ONE_ROW {
        let columns = panels.into_iter();
        return columns
            .map(|(name, panel)| Column::new(name, vec![panel]))
            .fold(grid, CurveGrid::column);
    }
    let mut columns = vec![Column::new("", Vec::new()); COLUMNS];
    for (i, (name, panel)) in panels.into_iter().enumerate() {
        columns[i % COLUMNS].panels.push(panel.title(name));
    }
    columns.into_iter().fold(grid, CurveGrid::column)
}

/// Draws the final test accuracies as a table: a row for each experiment, a column for each
/// setting; where runs repeat, mean ± standard deviation over the seeds. What an interrupted run
/// had reached last says so. Of a single experiment with more than six settings it is
/// [`plot_results_table`].
///
/// # Errors
///
/// When there are no experiments.
pub fn plot_summary_table<F: Scalar>(experiments: &[&Results<F>]) -> Result<Figure> {
    some(experiments)?;
    let rows: Vec<_> = experiments.iter().map(|results| entries(results)).collect();
    let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
    if let [results] = experiments
        && widest > IN_ONE_ROW
    {
        return plot_results_table(results);
    }
    let settings: Vec<_> = (1..=widest).map(|i| format!("Setting {i}")).collect();
    let accuracies = rows.iter().flatten().filter_map(|entry| entry.accuracy);
    let best = accuracies.fold(0.0, f64::max);
    let cell = |entry: Entry| {
        let cell = match entry.accuracy {
            None => Cell::muted(entry.text),
            Some(accuracy) if accuracy == best => Cell::best(entry.text),
            Some(_) => Cell::new(entry.text),
        };
        cell.detail(entry.detail)
    };
    let table = TablePlot::new("Test accuracy after the last epoch").columns(&settings);
    let rows = experiments.iter().zip(rows);
    let mut table = rows.fold(table, |table, (results, entries)| {
        let mut cells: Vec<_> = entries.into_iter().map(cell).collect();
        cells.resize_with(widest, || Cell::muted("–"));
        table.row(&results.name, cells)
    });
    if experiments.iter().any(|results| results.has_repeats()) {
        table = table.caption(
            "Mean ± standard deviation over the seeds (divided by n − 1), of the runs that came to \
             their end.",
        );
    }
    table.draw()
}

/// What a cell of the summary table says.
struct Entry {
    text: String,
    /// What it is judged by; none of what did not come to its end.
    accuracy: Option<f64>,
    detail: String,
}

fn entries<F: Scalar>(results: &Results<F>) -> Vec<Entry> {
    if results.has_repeats() {
        return results.summary().rows.into_iter().map(mean_entry).collect();
    }
    let runs = results.runs.iter();
    runs.map(|run| {
        let setting = &run.setting;
        let named = || format!("{} epochs, rate {}", setting.epochs, setting.learning_rate);
        Entry {
            text: run.outcome(),
            accuracy: run.final_test_accuracy.filter(|_| !run.interrupted),
            detail: setting.name.clone().unwrap_or_else(named),
        }
    })
    .collect()
}

fn mean_entry(row: SettingSummary) -> Entry {
    let accuracy = row.test_accuracy;
    Entry {
        text: accuracy.map_or("–".to_owned(), |spread| spread.to_string()),
        accuracy: accuracy.map(|spread| spread.mean),
        detail: match row.finished == row.runs {
            true => row.label,
            false => format!("{} ({})", row.label, row.runs_in_words()),
        },
    }
}

fn some<F: Scalar>(experiments: &[&Results<F>]) -> Result<()> {
    if experiments.is_empty() {
        return Err(Error::new(ErrorKind::Value, "there are no results to draw")
            .hint("give the results of experiments: plot_learning_curves(&[&task1, &task2])"));
    }
    Ok(())
}
