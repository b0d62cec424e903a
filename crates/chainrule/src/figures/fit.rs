//! Figures of one network: its history, its confusions, its worst mistakes.

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Scalar;
use chainrule_plot::{Column, CurveGrid, Figure, HeatMap, ImageGrid, Panel, Series};
use chainrule_train::{ConfusionMatrix, Ending, History, Mistakes, grouped};

/// Draws a history: the loss and the accuracy side by side, of training and of validation, with a
/// mark at each epoch and one at the best.
///
/// # Errors
///
/// When the figure would be too large.
pub fn plot_history<F: Scalar>(history: &History<F>) -> Result<Figure> {
    let mut name = history.setting.to_string();
    let mut note = history.remark();
    // An early stop is no mishap: the marks say enough, in a place where they hide no curve.
    if let Ending::Complete | Ending::Stopped { .. } = history.ending {
        note = None;
    }
    if let Ending::Stopped { .. } = history.ending {
        name.push_str(&format!(": stopped after epoch {}", history.epochs()));
    }
    fit_curves(&FitCurves {
        name: &name,
        metrics: history.metrics(),
        best: history.best_epoch(),
        monitor: history.monitor(),
        note,
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
        grouped(matrix.samples())
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
    let (wrong, samples) = (grouped(mistakes.wrong), grouped(mistakes.samples));
    let title = format!("{}: {wrong} of {samples} wrong", mistakes.name);
    if mistakes.worst.is_empty() {
        return Err(Error::new(ErrorKind::Value, "there are no mistakes to draw").got(title));
    }
    let count = mistakes.worst.len();
    let grid = ImageGrid::new(format!("{title}, the {count} worst"))
        .columns(count.min(5))
        .side(196.0)
        .caption("true → predicted, with the probability of the predicted class");
    let images = mistakes.worst.iter();
    let grid = images.fold(grid, |grid, mistake| {
        let (rows, columns) = mistake.image.dim();
        let pixels: Vec<u8> = mistake.image.iter().copied().collect();
        grid.image(rows, columns, &pixels, mistakes.label(mistake))
    });
    grid.draw()
}

#[cfg(test)]
mod tests {
    use chainrule_data::{Dataset, Splits};
    use chainrule_nn::Model;
    use chainrule_train::{EarlyStopping, Fit};
    use ndarray::Array2;

    use super::*;
    use crate::notebook::NotebookDisplay;

    fn data() -> Splits {
        let pixels = Array2::from_shape_fn((40, 4), |(i, j)| ((i * 4 + j) * 7_919 % 251) as u8);
        let labels = (0..40).map(|i| (i * i / 3 % 2) as u8).collect();
        let part = Dataset::from_arrays("noise", pixels, labels, [1, 2, 2], ["a", "b"]).unwrap();
        Splits::new("noise", part.clone(), None, part).unwrap()
    }

    #[test]
    fn a_history_its_confusions_and_its_mistakes_are_pictures_with_words() {
        let model = Model::input(4).dense(2).softmax();
        let mut fit = Fit::new(&model, &data()).batch_size(10).epochs(9).quiet();
        let history = fit.run().unwrap();
        let text = plot_history(&history).unwrap().description().to_owned();
        assert!(text.contains("\"loss\" has 9 points"), "{text}");
        assert!(text.contains("best loss: epoch"), "{text}");
        let stopping = EarlyStopping::patience(1).monitor("acc").min_change(0.9);
        let history = fit.callback(stopping).run().unwrap();
        let text = plot_history(&history).unwrap().description().to_owned();
        assert!(text.contains(": stopped after epoch 2"), "{text}");
        assert!(text.contains("best acc: epoch"), "{text}");
        let _ = history.bundle();
        let matrix = ConfusionMatrix::of(&history.network, &data().test).unwrap();
        let text = plot_confusion_matrix(&matrix)
            .unwrap()
            .description()
            .to_owned();
        assert!(
            text.contains("% of 40 right") && text.contains("recall"),
            "{text}"
        );
        let mistakes = Mistakes::worst(&history.network, &data().test, 3).unwrap();
        let text = plot_mistakes(&mistakes).unwrap().description().to_owned();
        assert!(text.contains(&mistakes.label(&mistakes.worst[0])), "{text}");
        let none = Mistakes {
            worst: vec![],
            ..mistakes
        };
        assert!(plot_mistakes(&none).is_err());
        let _ = none.bundle();
    }
}
