//! Figures of one network: its history, its confusions, its worst mistakes.

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Scalar;
use chainrule_plot::{Column, CurveGrid, Figure, HeatMap, ImageGrid, Panel, Series};
use chainrule_train::{ConfusionMatrix, History, Mistakes};

/// Draws a history: the loss and the accuracy side by side, of training and of validation, with a
/// mark at each epoch and one at the best.
///
/// # Errors
///
/// When the figure would be too large.
pub fn plot_history<F: Scalar>(history: &History<F>) -> Result<Figure> {
    let name = history.setting.to_string();
    fit_curves(&FitCurves {
        name: &name,
        metrics: history.metrics(),
        best: history.best_epoch(),
        monitor: history.monitor(),
        note: history.remark(),
    })
}

/// What is drawn of a fit, be it finished or not.
pub(crate) struct FitCurves<'a> {
    pub(crate) name: &'a str,
    pub(crate) metrics: &'a [(String, Vec<f64>)],
    pub(crate) best: Option<usize>,
    pub(crate) monitor: &'a str,
    pub(crate) note: Option<String>,
}

pub(crate) fn fit_curves(fit: &FitCurves<'_>) -> Result<Figure> {
    let mut grid = CurveGrid::new(fit.name).x_label("epoch");
    for (title, metrics) in [
        ("Loss", ["loss", "val_loss"]),
        ("Accuracy", ["acc", "val_acc"]),
    ] {
        let mut panel = Panel::new(title.to_lowercase());
        let mut marked = None;
        for name in metrics {
            let Some((_, values)) = fit.metrics.iter().find(|(known, _)| known == name) else {
                continue;
            };
            panel = panel.series(Series::values(name, values).markers());
            let best = fit
                .best
                .and_then(|best| Some((best, *values.get(best - 1)?)));
            // Where the monitor is of the other panel, the validation's curve has the mark.
            if let Some((best, value)) = best
                && !(marked.is_some() && fit.monitor == metrics[0])
            {
                marked = Some((best, value));
            }
        }
        if let Some((best, value)) = marked {
            let label = format!("best {}: epoch {best}", fit.monitor);
            panel = panel.series(Series::new(label, [(best as f64, value)]).markers());
        }
        if let Some(note) = fit.note.as_ref().filter(|_| title == "Loss") {
            panel = panel.note(note);
        }
        grid = grid.column(Column::new(title, vec![panel]));
    }
    grid.draw()
}

/// Draws a confusion matrix: a row for each class, a column for what it was taken for, with recall
/// and precision. What is right is blue, mistakes are orange.
///
/// # Errors
///
/// When the figure would be too large.
pub fn plot_confusion_matrix(matrix: &ConfusionMatrix) -> Result<Figure> {
    let shares = |shares: Vec<Option<f64>>| -> Vec<String> {
        let text =
            |share: Option<f64>| share.map_or("–".to_owned(), |share| format!("{share:.3}"));
        shares.into_iter().map(text).collect()
    };
    let percent = matrix.accuracy() * 100.0;
    let title = format!(
        "{}: {percent:.2} % of {} right",
        matrix.name,
        matrix.samples()
    );
    let map = HeatMap::new(title)
        .x_label("predicted")
        .y_label("true")
        .columns(&matrix.classes)
        .shares_of_rows()
        .set_off_diagonal()
        .beside("recall", &shares(matrix.recall()))
        .below("precision", &shares(matrix.precision()));
    let rows = matrix.classes.iter().zip(matrix.counts.outer_iter());
    let map = rows.fold(map, |map, (name, row)| {
        let counts: Vec<_> = row.iter().map(|&count| count as f64).collect();
        map.row(name, &counts)
    });
    let lost: usize = matrix.without_class.iter().sum();
    let map = match lost {
        0 => map,
        lost => map.caption(format!(
            "{lost} samples were given no class: their scores are NaN."
        )),
    };
    map.draw()
}

/// Draws the worst mistakes as images, each with its class, what it was taken for, and with what
/// probability.
///
/// # Errors
///
/// When there are no mistakes, or the figure would be too large.
pub fn plot_mistakes(mistakes: &Mistakes) -> Result<Figure> {
    let (wrong, samples) = (mistakes.wrong, mistakes.samples);
    let title = format!("{}: {wrong} of {samples} wrong", mistakes.name);
    if mistakes.worst.is_empty() {
        return Err(Error::new(ErrorKind::Value, "there are no mistakes to draw").got(title));
    }
    let count = mistakes.worst.len();
    let grid = ImageGrid::new(format!("{title}, the {count} worst"))
        .columns(count.min(6))
        .side(140.0)
        .caption("true → predicted, with the probability of the predicted class");
    let images = mistakes.worst.iter();
    let grid = images.fold(grid, |grid, mistake| {
        let (rows, columns) = mistake.image.dim();
        let pixels: Vec<u8> = mistake.image.iter().copied().collect();
        grid.image(rows, columns, &pixels, mistakes.label(mistake))
    });
    grid.draw()
}
