//! What settings come to over their seeds: mean curves with bands, and a table.

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Scalar;
use chainrule_plot::{Cell, CurveGrid, Figure, LinePlot, Panel, Series, TablePlot};
use chainrule_train::{MeanCurve, Measure, Results, ResultsSummary};

use super::{SAMPLES, in_rows};

/// More curves than this in one pair of axes cannot be told apart: each gets a panel of its own.
const TOGETHER: usize = 6;
/// The share of the measurements that may lie outside of panels: the first steps, and what never
/// learns, would press everything else into a corner.
const OUTSIDE: f64 = 0.1;

/// The mean curve of each setting over its seeds, with a band of one standard deviation (divided
/// by n − 1) about it.
///
/// Up to six settings stand in one plot. Of more, each has a panel of its own with the means of all
/// the others in grey behind it; all panels have one range, which leaves out the worst tenth of
/// all measurements, unless [`y_range`](Self::y_range) sets it. Only runs that came to their end
/// count; the label says how many did not.
///
/// ```
/// use chainrule::prelude::*;
///
/// # let mut mnist = Mnist::load()?;
/// # mnist.train = mnist.train.first(1_000)?;
/// # mnist.test = mnist.test.first(500)?;
/// let model = Model::input(784).dense(10).softmax();
/// let results = Experiment::new("Rates", &model, &mnist)
///     .settings(&[(1, 0.01), (1, 0.1)])
///     .repeats(3)
/// #   .log_every(200)
/// #   .quiet()
///     .run()?;
/// let figure = MeanCurves::of(&results).measure(Measure::TestLoss).draw()?;
/// # assert!(figure.description().contains("Rates: test loss"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MeanCurves {
    name: String,
    /// A setting's curves for every measure, so that it can be chosen afterwards.
    curves: Vec<(Measure, Vec<MeanCurve>)>,
    measure: Measure,
    y_range: Option<(f64, f64)>,
}

impl MeanCurves {
    /// Of an experiment's results: the test accuracy, unless another measure is chosen.
    pub fn of<F: Scalar>(results: &Results<F>) -> Self {
        let measures = [
            Measure::TestAccuracy,
            Measure::TrainAccuracy,
            Measure::TestLoss,
            Measure::TrainLoss,
        ];
        Self {
            name: results.name.clone(),
            curves: measures.map(|m| (m, results.mean_curves(m))).to_vec(),
            measure: Measure::default(),
            y_range: None,
        }
    }

    /// What is drawn: `Measure::TestLoss`.
    pub fn measure(mut self, measure: Measure) -> Self {
        self.measure = measure;
        self
    }

    /// Shows y from `low` to `high`.
    pub fn y_range(mut self, low: f64, high: f64) -> Self {
        self.y_range = Some((low, high));
        self
    }

    /// Draws the figure.
    ///
    /// # Errors
    ///
    /// When there are no runs, the range is empty, or the figure would be too large.
    pub fn draw(&self) -> Result<Figure> {
        let found = self.curves.iter().find(|(known, _)| *known == self.measure);
        let curves = found.map_or(&[] as &[_], |(_, curves)| curves.as_slice());
        if curves.is_empty() {
            return Err(Error::new(ErrorKind::Value, "there are no runs to draw")
                .got(format!("the results of “{}”, without runs", self.name)));
        }
        if curves.len() <= TOGETHER {
            self.together(curves)
        } else {
            self.apart(curves)
        }
    }

    fn together(&self, curves: &[MeanCurve]) -> Result<Figure> {
        let title = format!("{}: {}", self.name, self.measure.name());
        let plot = LinePlot::new(title).x_label(SAMPLES).y_label(over(curves));
        let plot = curves.iter().fold(plot, |plot, curve| {
            let plot = plot.line(label(curve), &line(curve));
            match banded(curve) {
                true => plot.band("", &band(curve)),
                false => plot,
            }
        });
        match self.y_range {
            Some((low, high)) => plot.y_range(low, high),
            None => plot,
        }
        .draw()
    }

    fn apart(&self, curves: &[MeanCurve]) -> Result<Figure> {
        let range = self.y_range.or_else(|| self.usual_range(curves));
        let panel = |(i, curve): (usize, &MeanCurve)| {
            let mut panel = Panel::new(self.measure.name());
            for (j, other) in curves.iter().enumerate() {
                if i != j {
                    panel = panel.backdrop(Series::new(other.label.clone(), line(other)));
                }
            }
            panel = panel.line("", &line(curve));
            if banded(curve) {
                panel = panel.band("± standard deviation", &band(curve));
            }
            if let Some((low, high)) = range {
                panel = panel.y_range(low, high);
            }
            if let Some(note) = self.note(curve, range) {
                panel = panel.note(note);
            }
            (curve.label.clone(), panel)
        };
        let panels = curves.iter().enumerate().map(panel).collect();
        let title = format!("{}: {}, {}", self.name, self.measure.name(), over(curves));
        in_rows(CurveGrid::new(title).x_label(SAMPLES), panels).draw()
    }

    /// What a panel says of runs without an end, and of a curve that lies outside.
    fn note(&self, curve: &MeanCurve, range: Option<(f64, f64)>) -> Option<String> {
        let mut notes: Vec<_> = curve.remark.iter().cloned().collect();
        if let (Some((low, high)), Some((_, last))) = (range, curve.points.last()) {
            let inside = |mean: f64| (low..=high).contains(&mean);
            if !curve.points.iter().any(|(_, spread)| inside(spread.mean)) {
                notes.push(format!("ends at {last:.4}"));
            }
        }
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    /// From the best to where the worst tenth of all means begins.
    fn usual_range(&self, curves: &[MeanCurve]) -> Option<(f64, f64)> {
        let spreads = curves.iter().flat_map(|curve| &curve.points);
        let (mut lows, mut highs): (Vec<f64>, Vec<f64>) =
            spreads.map(|(_, spread)| spread.band()).unzip();
        lows.retain(|value| value.is_finite());
        highs.retain(|value| value.is_finite());
        lows.sort_by(f64::total_cmp);
        highs.sort_by(f64::total_cmp);
        let outside = (lows.len() as f64 * OUTSIDE) as usize;
        let more_is_better = matches!(self.measure, Measure::TestAccuracy | Measure::TrainAccuracy);
        let (low, high) = match more_is_better {
            true => (*lows.get(outside)?, *highs.last()?),
            false => (*lows.first()?, *highs.get(highs.len() - 1 - outside)?),
        };
        let room = (high - low) * 0.05;
        (room > 0.0).then_some((low - room, high + room))
    }
}

/// Draws the mean test accuracy of each setting over its seeds, with a band of one standard
/// deviation; see [`MeanCurves`] for other measures and ranges.
///
/// # Errors
///
/// As [`MeanCurves::draw`].
pub fn plot_mean_curves<F: Scalar>(results: &Results<F>) -> Result<Figure> {
    MeanCurves::of(results).draw()
}

/// Draws the [summary](Results::summary) of an experiment as a table: a row for each setting, with
/// mean ± standard deviation of the accuracies, the best epoch and the time.
///
/// # Errors
///
/// When there are no runs, or the figure would be too large.
pub fn plot_results_table<F: Scalar>(results: &Results<F>) -> Result<Figure> {
    summary_table(&results.summary())
}

pub(crate) fn summary_table(summary: &ResultsSummary) -> Result<Figure> {
    let table = TablePlot::new(summary.name.clone())
        .columns(&ResultsSummary::COLUMNS)
        .caption(summary.caption());
    let best = summary.best();
    let rows = summary.rows.iter().enumerate();
    let table = rows.fold(table, |table, (i, row)| {
        let cells = row
            .cells()
            .into_iter()
            .enumerate()
            .map(|(c, text)| match text {
                text if c == 2 && best == Some(i) && summary.rows.len() > 1 => Cell::best(text),
                text if text == "–" => Cell::muted(text),
                text => Cell::new(text),
            });
        table.row(row.label.clone(), cells.collect())
    });
    table.draw()
}

/// `mean ± one standard deviation over 5 seeds`, `one run each`
fn over(curves: &[MeanCurve]) -> String {
    match curves.iter().map(|curve| curve.runs).max() {
        Some(runs) if runs > 1 => format!("mean ± one standard deviation over {runs} seeds"),
        _ => "one run each".to_owned(),
    }
}

fn label(curve: &MeanCurve) -> String {
    match &curve.remark {
        Some(remark) => format!("{} ({remark})", curve.label),
        None => curve.label.clone(),
    }
}

pub(super) fn banded(curve: &MeanCurve) -> bool {
    curve.finished > 1
}

pub(super) fn line(curve: &MeanCurve) -> Vec<(f64, f64)> {
    let points = curve.points.iter();
    points
        .map(|(samples, spread)| (*samples as f64, spread.mean))
        .collect()
}

pub(super) fn band(curve: &MeanCurve) -> Vec<(f64, f64, f64)> {
    let points = curve.points.iter();
    points
        .map(|(samples, spread)| {
            let (low, high) = spread.band();
            (*samples as f64, low, high)
        })
        .collect()
}
