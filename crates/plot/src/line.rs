//! A line plot: one figure, a few labelled curves.

use chainrule_error::{Error, ErrorKind, Result};

use crate::annotations::{Band, Reference};
use crate::canvas::{Canvas, Rect};
use crate::figure::Figure;
use crate::frame::Look;
use crate::legend::{Entry, Legend};
use crate::series::Series;
use crate::ticks::Notation;
use crate::view::{
    Extras, HEIGHT, MARGIN, View, WIDTH, axis_titles, check_log_range, check_range, check_series,
    describe_axes, foot, head, line_entries,
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
    bands: Vec<Band>,
    references: Vec<Reference>,
    markers: bool,
    log_x: bool,
    log_y: bool,
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
            bands: Vec::new(),
            references: Vec::new(),
            markers: false,
            log_x: false,
            log_y: false,
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

    /// Adds a curve through these points (x, y) with a disc at each of them.
    #[must_use]
    pub fn line_with_markers(self, label: impl Into<String>, points: &[(f64, f64)]) -> Self {
        self.series(Series::new(label, points.iter().copied()).markers())
    }

    /// Marks each point of every curve with a disc, such as each epoch of twenty.
    #[must_use]
    pub fn markers(mut self) -> Self {
        self.markers = true;
        self
    }

    /// Adds a band between `low` and `high`, from points (x, low, high) in the order of x, such as
    /// one standard deviation about a mean over seeds. It has the colour of the curve added last;
    /// with an empty label the legend does not list it.
    ///
    /// ```
    /// use chainrule_plot::LinePlot;
    ///
    /// let mean = [(1.0, 0.90), (2.0, 0.94), (3.0, 0.95)];
    /// let band = mean.map(|(x, y)| (x, y - 0.01, y + 0.01));
    /// let figure = LinePlot::new("Five seeds")
    ///     .line("mean", &mean)
    ///     .band("± one standard deviation", &band)
    ///     .reference("published", 0.96)
    ///     .draw()?;
    /// assert!(figure.description().ends_with(
    ///     "Band \"± one standard deviation\" about \"mean\" has 3 points, from 0.89 to 0.91 at \
    ///      x = 1, from 0.94 to 0.96 at x = 3. Reference line \"published\" at 0.96."
    /// ));
    /// # Ok::<(), chainrule_error::Error>(())
    /// ```
    #[must_use]
    pub fn band(mut self, label: impl Into<String>, points: &[(f64, f64, f64)]) -> Self {
        let band = Band::about_last(label.into(), points, self.series.len());
        self.bands.push(band);
        self
    }

    /// Adds a dashed line across the plot at this y, to compare the curves with. The axis reaches
    /// as far as it needs, unless [`LinePlot::y_range`] is set.
    #[must_use]
    pub fn reference(mut self, label: impl Into<String>, y: f64) -> Self {
        let label = label.into();
        self.references.push(Reference { label, value: y });
        self
    }

    /// Makes the y axis logarithmic: equal lengths are equal factors. Values that are not positive
    /// have no place on it: they leave gaps and are counted in the description.
    ///
    /// ```
    /// use chainrule_plot::LinePlot;
    ///
    /// let loss: Vec<(f64, f64)> = (0..30).map(f64::from).map(|x| (x, (-x / 3.0).exp())).collect();
    /// let figure = LinePlot::new("Loss").line("train", &loss).log_y().draw()?;
    /// assert!(figure.description().contains("The y axis is logarithmic."));
    /// # Ok::<(), chainrule_error::Error>(())
    /// ```
    #[must_use]
    pub fn log_y(mut self) -> Self {
        self.log_y = true;
        self
    }

    /// Makes the x axis logarithmic, as for learning rates. See [`LinePlot::log_y`].
    #[must_use]
    pub fn log_x(mut self) -> Self {
        self.log_x = true;
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
    /// Without any series, with an x and y of different lengths, with a range that is empty or not
    /// finite (or not positive on a logarithmic axis), with a reference that is not finite, or
    /// with a band whose low end lies above its high end or whose x are not in order. NaN and
    /// infinite values are no errors: they leave gaps.
    pub fn draw(&self) -> Result<Figure> {
        self.check()?;
        let look = Look::SINGLE;
        let mut canvas = Canvas::new(WIDTH, HEIGHT);
        let top = head(&mut canvas, &look, &self.title, &self.y_label, WIDTH);
        let bottom = foot(&look, &self.x_label);
        let (series, bands) = self.shown();
        let legend = Legend::new(self.entries(&series), &look, WIDTH - 2.0 * MARGIN);
        let view = View {
            series: &series,
            x_range: self.x_range,
            y_range: self.y_range,
            notation: Notation::Auto,
            note: self.note.as_deref(),
            labels: 0.0,
            extras: Extras {
                bands: &bands,
                references: &self.references,
                backdrop: &[],
                log_x: self.log_x,
                log_y: self.log_y,
            },
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

    fn check(&self) -> Result<()> {
        let place = format!("line plot \"{}\"", self.title);
        if self.series.is_empty() && self.bands.is_empty() && self.note.is_none() {
            return Err(
                Error::new(ErrorKind::Value, format!("{place} has nothing to draw"))
                    .expected("at least one series")
                    .got("none")
                    .hint("LinePlot::new(\"Loss\").line(\"train\", &[(1.0, 2.3), (2.0, 1.1)])"),
            );
        }
        check_series(&self.series, &place)?;
        for band in &self.bands {
            band.check(&place)?;
        }
        for reference in &self.references {
            reference.check(&place, self.log_y)?;
        }
        check_range(self.x_range, &place, "x")?;
        check_range(self.y_range, &place, "y")?;
        for (log, range, axis) in [
            (self.log_x, self.x_range, "x"),
            (self.log_y, self.y_range, "y"),
        ] {
            if let (true, Some(range)) = (log, range) {
                check_log_range(range, &place, axis)?;
            }
        }
        Ok(())
    }

    /// The series and bands as the axes have a place for them.
    fn shown(&self) -> (Vec<Series>, Vec<Band>) {
        let series = self.series.iter().map(|series| {
            let series = series.positive(self.log_x, self.log_y);
            let markers = series.markers || self.markers;
            Series { markers, ..series }
        });
        let bands = self
            .bands
            .iter()
            .map(|band| band.positive(self.log_x, self.log_y));
        (series.collect(), bands.collect())
    }

    fn entries(&self, series: &[Series]) -> Vec<Entry> {
        let mut entries = Vec::new();
        let lines = line_entries(series);
        let bands_of = |i| {
            self.bands
                .iter()
                .filter(move |band| band.series == i)
                .map(Band::entry)
        };
        let alone = if lines.is_empty() { 1 } else { 0 };
        for (i, line) in lines
            .into_iter()
            .map(Some)
            .chain((0..alone).map(|_| None))
            .enumerate()
        {
            entries.extend(line);
            entries.extend(bands_of(i));
        }
        let references = self.references.iter().enumerate();
        entries.extend(references.map(|(i, reference)| reference.entry(i)));
        entries
    }

    fn describe(&self) -> String {
        let mut text = format!("Line plot \"{}\"", self.title);
        text.push_str(&describe_axes(&self.x_label, &self.y_label));
        for (log, axis) in [(self.log_x, "x"), (self.log_y, "y")] {
            if log {
                text.push_str(&format!(" The {axis} axis is logarithmic."));
            }
        }
        for series in &self.series {
            text.push_str(&format!(" {}", series.describe()));
            let kept = series.positive(self.log_x, self.log_y).drawable().count();
            match series.drawable().count() - kept {
                0 => text.push('.'),
                lost => text.push_str(&format!(", {lost} not positive and left out.")),
            }
        }
        for band in &self.bands {
            let about = self.series.get(band.series).map(|s| s.label.as_str());
            text.push_str(&band.describe(about));
        }
        for reference in &self.references {
            text.push_str(&reference.describe());
        }
        if let Some(note) = &self.note {
            text.push_str(&format!(" Note: {note}."));
        }
        text
    }
}
