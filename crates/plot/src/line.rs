//! A line plot: one figure, a few labelled curves.

use chainrule_error::{Error, ErrorKind, Result};

use crate::canvas::{Align, Canvas, Rect};
use crate::figure::Figure;
use crate::frame::{Frame, Look, x_axis, y_axis, y_labels_width};
use crate::legend::{self, Entry, Legend, Sample};
use crate::numbers::short;
use crate::palette::{color, dash};
use crate::series::Series;
use crate::ticks::{Notation, range};

pub(crate) const WIDTH: f64 = 720.0;
pub(crate) const HEIGHT: f64 = 430.0;
pub(crate) const MARGIN: f64 = 24.0;

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

/// `: x axis "epoch", y axis "loss".`
pub(crate) fn describe_axes(x_label: &str, y_label: &str) -> String {
    let axis = |name: &str, label: &str| {
        if label.is_empty() {
            String::new()
        } else {
            format!("{name} axis \"{label}\"")
        }
    };
    let parts: Vec<String> = [axis("x", x_label), axis("y", y_label)]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        ".".to_owned()
    } else {
        format!(": {}.", parts.join(", "))
    }
}

/// What one pair of axes shows.
pub(crate) struct View<'a> {
    pub(crate) series: &'a [Series],
    pub(crate) x_range: Option<(f64, f64)>,
    pub(crate) y_range: Option<(f64, f64)>,
    pub(crate) notation: Notation,
    pub(crate) note: Option<&'a str>,
    /// The room that the labels of the y axis take at least, to align plots below each other.
    pub(crate) labels: f64,
}

/// The least span of y that values between 0 and 1 are magnified to in a grid of curves.
const LEAST_SHARE: f64 = 0.02;

pub(crate) struct Drawn {
    pub(crate) frame: Frame,
    pub(crate) legend_placed: bool,
}

impl View<'_> {
    /// Draws axes, curves, note and legend into the area, which includes the tick labels' room on
    /// the left. With `rows` above zero the legend takes that height above the plot.
    pub(crate) fn draw(
        &self,
        canvas: &mut Canvas,
        look: &Look,
        area: Rect,
        legend: Option<&Legend>,
        rows: f64,
    ) -> Drawn {
        let area = Rect {
            y0: area.y0 + rows,
            ..area
        };
        let whole_width = area;
        let points = || self.series.iter().flat_map(Series::drawable);
        let empty = points().next().is_none();
        let x_range = self.x_range.or_else(|| range(points().map(|p| p.0), 0.03));
        let mut y_range = self.y_range.or_else(|| range(points().map(|p| p.1), 0.06));
        if let (Some((low, high)), None) = (&mut y_range, self.y_range)
            && self.notation == Notation::Scientific
            && points().all(|(_, y)| (0.0..=1.0).contains(&y))
            && *high - *low < LEAST_SHARE
        {
            // Two flat accuracies are flat, however little lies between them.
            let middle = (*low + *high) / 2.0;
            (*low, *high) = (middle - LEAST_SHARE / 2.0, middle + LEAST_SHARE / 2.0);
        }
        let whole = points().all(|(x, _)| x.fract() == 0.0);
        let mut y = y_axis(y_range.unwrap_or((0.0, 1.0)), area.height());
        if empty {
            // A frame without numbers: there is nothing that they could count.
            if self.y_range.is_none() {
                y.ticks.clear();
                y.factor = None;
            }
        }
        let area = Rect {
            x0: area.x0 + y_labels_width(&y, &look.tick).max(self.labels),
            ..area
        };
        let mut x = x_axis(
            x_range.unwrap_or((0.0, 1.0)),
            area.width(),
            whole,
            self.notation,
            &look.tick,
        );
        if empty && self.x_range.is_none() {
            x.ticks.clear();
            x.factor = None;
        }
        let frame = Frame { area, x, y };
        frame.draw(canvas, look);
        let mut trails = Vec::new();
        for (i, series) in self.series.iter().enumerate() {
            trails.extend(frame.line(canvas, look, i, series));
        }
        let mut taken = Vec::new();
        if let Some(text) = self.note {
            taken.push(legend::note(canvas, area, look, text, &trails));
        } else if empty {
            let style = crate::canvas::Style {
                color: crate::palette::FAINT,
                ..look.note
            };
            let middle = ((area.x0 + area.x1) / 2.0, (area.y0 + area.y1) / 2.0);
            let text = if self.series.iter().all(|s| s.points.is_empty()) {
                "no points to draw"
            } else {
                "no finite values to draw"
            };
            canvas.text(
                middle,
                Align::Middle,
                style,
                &style.shorten(text, area.width() - 16.0),
            );
            taken.push(Rect::new(area.x0, middle.1 - 20.0, area.width(), 30.0));
        }
        let mut legend_placed = true;
        if let Some(legend) = legend {
            if rows > 0.0 {
                let middle = area.y0 - rows + look.legend.leading() * 0.5;
                // The names may begin above the tick labels.
                let left = if legend.rows(area.width()) == 1 {
                    area.x0
                } else {
                    whole_width.x0
                };
                legend.draw_rows(canvas, left, middle, area.x1 - left);
            } else if let Some(place) = legend.place(area, &trails, &taken) {
                legend.draw(canvas, place);
            } else {
                legend_placed = false;
            }
        }
        Drawn {
            frame,
            legend_placed,
        }
    }
}

/// A legend of lines. A single series whose name is the only one still gets its name.
pub(crate) fn line_entries(series: &[Series]) -> Vec<Entry> {
    series
        .iter()
        .enumerate()
        .map(|(i, series)| Entry {
            label: series.label.clone(),
            color: color(i),
            sample: Sample::Line(dash(i)),
        })
        .collect()
}

/// Title and y label at the top left; returns where the plot may begin.
pub(crate) fn head(
    canvas: &mut Canvas,
    look: &Look,
    title: &str,
    y_label: &str,
    width: f64,
) -> f64 {
    let mut y = MARGIN - 6.0;
    if !title.trim().is_empty() {
        for line in look.title.wrap(title, width - 2.0 * MARGIN, 2) {
            y += look.title.leading();
            canvas.text((MARGIN, y - 5.0), Align::Start, look.title, &line);
        }
        y += 4.0;
    }
    if !y_label.trim().is_empty() {
        y += look.label.leading();
        let text = look.label.shorten(y_label, width - 2.0 * MARGIN);
        canvas.text((MARGIN, y - 3.0), Align::Start, look.label, &text);
    }
    y + 14.0
}

/// The height below the plot: tick labels, x label, margin.
pub(crate) fn foot(look: &Look, x_label: &str) -> f64 {
    let label = if x_label.trim().is_empty() {
        0.0
    } else {
        look.label.leading() + 6.0
    };
    look.tick.leading() + 8.0 + label + MARGIN * 0.75
}

/// The x label in the middle below the plot, and the factor at its right end.
pub(crate) fn axis_titles(
    canvas: &mut Canvas,
    look: &Look,
    frame: &Frame,
    x_label: &str,
    baseline: f64,
) {
    let area = frame.area;
    let factor = frame.x.factor.as_deref().unwrap_or_default();
    let factor_width = look.tick.width(factor);
    let baseline = if x_label.trim().is_empty() && !factor.is_empty() {
        area.y1 + 2.0 * look.tick.leading() + 4.0
    } else {
        baseline
    };
    canvas.text((area.x1, baseline), Align::End, look.tick, factor);
    let end = area.x1
        - if factor.is_empty() {
            0.0
        } else {
            factor_width + 8.0
        };
    let start = area.x0 - y_labels_width(&frame.y, &look.tick);
    let text = look.label.shorten(x_label, end - start);
    // In the middle, or as far left of it as the factor needs.
    let middle = ((area.x0 + area.x1) / 2.0).min(end - look.label.width(&text) / 2.0);
    canvas.text((middle, baseline), Align::Middle, look.label, &text);
}

pub(crate) fn check_series(series: &[Series], place: &str) -> Result<()> {
    for series in series {
        if let Some((x, y)) = series.mismatch {
            let label = &series.label;
            return Err(
                Error::new(ErrorKind::Shape, format!("{place}, series \"{label}\""))
                    .expected("as many y as x")
                    .got(format!("{x} x and {y} y"))
                    .hint("check where the two lists come from; one of them may include the start"),
            );
        }
    }
    Ok(())
}

pub(crate) fn check_range(range: Option<(f64, f64)>, place: &str, axis: &str) -> Result<()> {
    let Some((low, high)) = range else {
        return Ok(());
    };
    let sound = crate::ticks::drawable(low) && crate::ticks::drawable(high);
    if sound && high - low > low.abs().max(high.abs()) * 1e-9 && high - low > 1e-290 {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Value,
        format!("{place}, range of the {axis} axis"),
    )
    .expected("a finite low end below a finite high end")
    .got(format!("{} to {}", short(low), short(high)))
    .hint(format!(".{axis}_range(0.0, 1.0)")))
}
