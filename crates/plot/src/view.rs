//! One pair of axes with everything around it: title, labels, curves, note and legend.

use chainrule_error::{Error, ErrorKind, Result};

use crate::annotations::{Band, Reference};
use crate::canvas::{Align, Canvas, Rect, Style};
use crate::frame::{Frame, Look, x_axis, y_axis, y_labels_width};
use crate::legend::{self, Entry, Legend, Sample};
use crate::log_axis::{log_range, log_x_axis, log_y_axis, placeable};
use crate::numbers::short;
use crate::palette::{BACKDROP, FAINT, color, dash};
use crate::series::Series;
use crate::ticks::{Notation, drawable, range};

/// The size of a figure with one pair of axes, in logical pixels.
pub(crate) const WIDTH: f64 = 720.0;
pub(crate) const HEIGHT: f64 = 430.0;
pub(crate) const MARGIN: f64 = 24.0;

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
    pub(crate) extras: Extras<'a>,
}

/// What a plot of curves may have besides them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Extras<'a> {
    pub(crate) bands: &'a [Band],
    pub(crate) references: &'a [Reference],
    /// Thin grey curves behind all others.
    pub(crate) backdrop: &'a [Series],
    pub(crate) log_x: bool,
    pub(crate) log_y: bool,
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
        let banded = || self.extras.bands.iter().flat_map(Band::drawable);
        let empty = points().next().is_none() && banded().next().is_none();
        let (x_range, mut y_range) = self.ranges();
        if let (Some((low, high)), None) = (&mut y_range, self.y_range)
            && self.notation == Notation::Scientific
            && points().all(|(_, y)| (0.0..=1.0).contains(&y))
            && *high - *low < LEAST_SHARE
        {
            // Two flat accuracies are flat, however little lies between them.
            let middle = (*low + *high) / 2.0;
            (*low, *high) = (middle - LEAST_SHARE / 2.0, middle + LEAST_SHARE / 2.0);
        }
        let whole = points()
            .map(|p| p.0)
            .chain(banded().map(|p| p.0))
            .all(|x| x.fract() == 0.0);
        let mut y = match y_range {
            Some(range) if self.extras.log_y => log_y_axis(range, area.height()),
            _ => y_axis(y_range.unwrap_or((0.0, 1.0)), area.height()),
        };
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
        let mut x = match x_range {
            Some(range) if self.extras.log_x => log_x_axis(range, area.width(), &look.tick),
            _ => x_axis(
                x_range.unwrap_or((0.0, 1.0)),
                area.width(),
                whole,
                self.notation,
                &look.tick,
            ),
        };
        if empty && self.x_range.is_none() {
            x.ticks.clear();
            x.factor = None;
        }
        let frame = Frame { area, x, y };
        frame.draw(canvas, look);
        let mut trails = Vec::new();
        for series in self.extras.backdrop {
            // The legend may lie on them: they are there for their shape.
            frame.curve(canvas, look.line * 0.6, (BACKDROP, &[]), series);
        }
        for band in self.extras.bands {
            trails.extend(band.draw(canvas, &frame));
        }
        for (i, reference) in self.extras.references.iter().enumerate() {
            trails.extend(reference.draw(canvas, &frame, i));
        }
        for (i, series) in self.series.iter().enumerate() {
            trails.extend(frame.line(canvas, look, i, series));
        }
        let mut taken = Vec::new();
        if let Some(text) = self.note {
            taken.push(legend::note(canvas, area, look, text, &trails));
        } else if empty {
            let style = Style {
                color: FAINT,
                ..look.note
            };
            let middle = ((area.x0 + area.x1) / 2.0, (area.y0 + area.y1) / 2.0);
            let text = if self.series.iter().all(|s| s.points.is_empty()) {
                "no points to draw"
            } else if self.extras.log_x || self.extras.log_y {
                "no positive values to draw"
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

/// Low and high end, if anything tells them.
type Range = Option<(f64, f64)>;

impl View<'_> {
    /// The ranges of x and y: those set, or what curves, bands and references need.
    fn ranges(&self) -> (Range, Range) {
        let points = || self.series.iter().flat_map(Series::drawable);
        let banded = || self.extras.bands.iter().flat_map(Band::drawable);
        let references = self
            .extras
            .references
            .iter()
            .map(|reference| reference.value);
        let xs = points().map(|p| p.0).chain(banded().map(|p| p.0));
        let ys = points()
            .map(|p| p.1)
            .chain(banded().flat_map(|(_, low, high)| [low, high]));
        let ys = ys.chain(references);
        let x = self.x_range.or_else(|| match self.extras.log_x {
            true => log_range(xs, 0.03),
            false => range(xs, 0.03),
        });
        let y = self.y_range.or_else(|| match self.extras.log_y {
            true => log_range(ys, 0.06),
            false => range(ys, 0.06),
        });
        (x, y)
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
            sample: if series.markers {
                Sample::Dotted(dash(i))
            } else {
                Sample::Line(dash(i))
            },
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
    let sound = drawable(low) && drawable(high);
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

/// A logarithmic axis has no zero.
pub(crate) fn check_log_range((low, high): (f64, f64), place: &str, axis: &str) -> Result<()> {
    if placeable(low) {
        return Ok(());
    }
    let place = format!("{place}, range of the logarithmic {axis} axis");
    Err(Error::new(ErrorKind::Value, place)
        .expected("a low end above zero")
        .got(format!("{} to {}", short(low), short(high)))
        .hint(format!(
            ".{axis}_range(0.001, 1.0), or leave .log_{axis}() out"
        )))
}
