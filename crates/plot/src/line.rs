//! A line plot: one figure, a few labelled curves.

use chainrule_error::{Error, ErrorKind, Result};

use crate::canvas::{Canvas, Rect};
use crate::figure::Figure;
use crate::frame::Look;
use crate::legend::Legend;
use crate::series::Series;
use crate::ticks::Notation;
use crate::view::{
    HEIGHT, MARGIN, View, WIDTH, axis_titles, check_range, check_series, describe_axes, foot, head,
    line_entries,
};

/// Curves over a common x axis.
///
/// ```
/// use chainrule_plot::LinePlot;
///
/// let figure = LinePlot::new("Accuracy while learning")
///     .x_label("epoch")
///     .y_label("accuracy")
///     .line("train", &[(1.0, 0.62), (2.0, 0.85), (3.0, 0.91)])
///     .line("test", &[(1.0, 0.60), (2.0, 0.84), (3.0, 0.89)])
///     .y_range(0.0, 1.0)
///     .draw()?;
/// assert_eq!(
///     figure.description(),
///     "Line plot \"Accuracy while learning\": x axis \"epoch\", y axis \"accuracy\". \
///      \"train\" has 3 points, from (1, 0.62) to (3, 0.91). \
///      \"test\" has 3 points, from (1, 0.6) to (3, 0.89)."
/// );
/// # Ok::<(), chainrule_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LinePlot {
    title: String,
    x_label: String,
    y_label: String,
    series: Vec<Series>,
    y_range: Option<(f64, f64)>,
    x_range: Option<(f64, f64)>,
    note: Option<String>,
}

impl LinePlot {
    /// A plot without curves yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            x_label: String::new(),
            y_label: String::new(),
            series: Vec::new(),
            y_range: None,
            x_range: None,
            note: None,
        }
    }

    /// What runs along the bottom.
    #[must_use]
    pub fn x_label(mut self, label: impl Into<String>) -> Self {
        self.x_label = label.into();
        self
    }

    /// What runs upwards.
    #[must_use]
    pub fn y_label(mut self, label: impl Into<String>) -> Self {
        self.y_label = label.into();
        self
    }

    /// Adds a curve through these points (x, y).
    #[must_use]
    pub fn line(self, label: impl Into<String>, points: &[(f64, f64)]) -> Self {
        self.series(Series::new(label, points.iter().copied()))
    }

    /// Adds a curve of values over 1, 2, 3, …
    #[must_use]
    pub fn values(self, label: impl Into<String>, values: &[f64]) -> Self {
        self.series(Series::values(label, values))
    }

    /// Adds a curve from x and y apart; they must have one length.
    #[must_use]
    pub fn xy(self, label: impl Into<String>, x: &[f64], y: &[f64]) -> Self {
        self.series(Series::xy(label, x, y))
    }

    /// Adds a series.
    #[must_use]
    pub fn series(mut self, series: Series) -> Self {
        self.series.push(series);
        self
    }

    /// Shows y from `low` to `high` instead of what the curves need.
    #[must_use]
    pub fn y_range(mut self, low: f64, high: f64) -> Self {
        self.y_range = Some((low, high));
        self
    }

    /// Shows x from `low` to `high` instead of what the curves need.
    #[must_use]
    pub fn x_range(mut self, low: f64, high: f64) -> Self {
        self.x_range = Some((low, high));
        self
    }

    /// Writes a remark into the plot, such as `diverged at step 83`.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.note = Some(text.into());
        self
    }

    /// Draws the figure.
    ///
    /// # Errors
    ///
    /// Without any series, with an x and y of different lengths, or with a range that is empty or
    /// not finite. NaN and infinite values are no errors: they leave gaps.
    pub fn draw(&self) -> Result<Figure> {
        let place = format!("line plot \"{}\"", self.title);
        if self.series.is_empty() && self.note.is_none() {
            return Err(
                Error::new(ErrorKind::Value, format!("{place} has nothing to draw"))
                    .expected("at least one series")
                    .got("none")
                    .hint("LinePlot::new(\"Loss\").line(\"train\", &[(1.0, 2.3), (2.0, 1.1)])"),
            );
        }
        check_series(&self.series, &place)?;
        check_range(self.x_range, &place, "x")?;
        check_range(self.y_range, &place, "y")?;

        let look = Look::SINGLE;
        let mut canvas = Canvas::new(WIDTH, HEIGHT);
        let top = head(&mut canvas, &look, &self.title, &self.y_label, WIDTH);
        let bottom = foot(&look, &self.x_label);
        let entries = line_entries(&self.series);
        let legend = Legend::new(entries, &look, WIDTH - 2.0 * MARGIN);
        let view = View {
            series: &self.series,
            x_range: self.x_range,
            y_range: self.y_range,
            notation: Notation::Auto,
            note: self.note.as_deref(),
            labels: 0.0,
        };
        let area = Rect {
            x0: MARGIN,
            y0: top,
            x1: WIDTH - MARGIN,
            y1: HEIGHT - bottom,
        };
        let mark = canvas.mark();
        let mut drawn = view.draw(&mut canvas, &look, area, legend.as_ref(), 0.0);
        if let (false, Some(legend)) = (drawn.legend_placed, &legend) {
            // No corner is free: the legend goes above the plot and the plot makes room.
            canvas.rewind(mark);
            let rows = legend.rows(area.width()) as f64 * look.legend.leading() + 8.0;
            drawn = view.draw(&mut canvas, &look, area, Some(legend), rows);
        }
        axis_titles(
            &mut canvas,
            &look,
            &drawn.frame,
            &self.x_label,
            HEIGHT - MARGIN + 4.0,
        );
        Figure::draw(&canvas, self.describe())
    }

    fn describe(&self) -> String {
        let mut text = format!("Line plot \"{}\"", self.title);
        text.push_str(&describe_axes(&self.x_label, &self.y_label));
        for series in &self.series {
            text.push_str(&format!(" {}.", series.describe()));
        }
        if let Some(note) = &self.note {
            text.push_str(&format!(" Note: {note}."));
        }
        text
    }
}
