//! Bars: amounts side by side, such as how many images a class has.

use chainrule_error::{Error, ErrorKind, Result};

use crate::canvas::{Align, Canvas, Rect, Style};
use crate::figure::Figure;
use crate::frame::{Look, y_axis, y_labels_width};
use crate::numbers::{display, short};
use crate::palette::{FAINT, GRID, SPINE, TEXT, color};
use crate::text::Weight;
use crate::ticks::{Axis, Notation, drawable, range};
use crate::view::{HEIGHT, MARGIN, WIDTH, describe_axes, foot, head};

const VALUE: Style = Style::new(12.5, Weight::SemiBold, TEXT);

/// Labelled bars that begin at zero, upright or lying.
///
/// ```
/// use chainrule_plot::BarPlot;
///
/// let figure = BarPlot::new("Images per digit")
///     .y_label("images")
///     .bars(&[("0", 5923.0), ("1", 6742.0), ("2", 5958.0)])
///     .draw()?;
/// assert_eq!(
///     figure.description(),
///     "Bar plot \"Images per digit\": y axis \"images\". 0: 5923, 1: 6742, 2: 5958."
/// );
/// # Ok::<(), chainrule_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct BarPlot {
    title: String,
    x_label: String,
    y_label: String,
    bars: Vec<(String, f64)>,
    horizontal: bool,
}

impl BarPlot {
    /// A plot without bars yet.
    pub fn new(title: impl Into<String>) -> Self {
        let (x_label, y_label) = (String::new(), String::new());
        Self {
            title: title.into(),
            x_label,
            y_label,
            bars: Vec::new(),
            horizontal: false,
        }
    }

    /// What stands below the plot.
    #[must_use]
    pub fn x_label(mut self, label: impl Into<String>) -> Self {
        self.x_label = label.into();
        self
    }

    /// What stands above the plot's left end.
    #[must_use]
    pub fn y_label(mut self, label: impl Into<String>) -> Self {
        self.y_label = label.into();
        self
    }

    /// Adds a bar.
    #[must_use]
    pub fn bar(mut self, label: impl Into<String>, value: f64) -> Self {
        self.bars.push((label.into(), value));
        self
    }

    /// Adds bars in their order.
    #[must_use]
    pub fn bars<S: AsRef<str>>(mut self, bars: &[(S, f64)]) -> Self {
        self.bars.extend(
            bars.iter()
                .map(|(label, value)| (label.as_ref().to_owned(), *value)),
        );
        self
    }

    /// Lets the bars lie, which long labels need.
    #[must_use]
    pub fn horizontal(mut self) -> Self {
        self.horizontal = true;
        self
    }

    /// Draws the figure.
    ///
    /// # Errors
    ///
    /// Without bars, or with more than can be drawn (60 upright, 1000 lying). A value that is not
    /// finite is written in place of its bar.
    pub fn draw(&self) -> Result<Figure> {
        let place = format!("bar plot \"{}\"", self.title);
        if self.bars.is_empty() {
            return Err(
                Error::new(ErrorKind::Value, format!("{place} has nothing to draw"))
                    .expected("at least one bar")
                    .got("none")
                    .hint("BarPlot::new(\"…\").bar(\"first\", 5923.0)"),
            );
        }
        let most = if self.horizontal { 1000 } else { 60 };
        if self.bars.len() > most {
            let hint = if self.horizontal {
                "show fewer"
            } else {
                "show fewer, or add .horizontal()"
            };
            return Err(
                Error::new(ErrorKind::Value, format!("{place} has too many bars"))
                    .expected(format!("at most {most}"))
                    .got(self.bars.len().to_string())
                    .hint(hint),
            );
        }
        let canvas = if self.horizontal {
            self.lying()
        } else {
            self.upright()
        };
        Figure::draw(&canvas, self.describe())
    }

    /// From zero to a little beyond the largest, on both sides if need be.
    fn range(&self) -> (f64, f64) {
        let values = self.bars.iter().map(|bar| bar.1).chain([0.0]);
        let Some((low, high)) = range(values.clone(), 0.0) else {
            return (0.0, 1.0);
        };
        if values.filter(|&v| drawable(v)).all(|v| v == 0.0) {
            return (0.0, 1.0);
        }
        let air = (high - low) * 0.09;
        (
            if low < 0.0 { low - air } else { 0.0 },
            if high > 0.0 { high + air } else { 0.0 },
        )
    }

    fn upright(&self) -> Canvas {
        let look = Look::SINGLE;
        let mut canvas = Canvas::new(WIDTH, HEIGHT);
        let top = head(&mut canvas, &look, &self.title, &self.y_label, WIDTH);
        let slot = (WIDTH - 2.0 * MARGIN - 50.0) / self.bars.len() as f64;
        let wrapped: Vec<Vec<String>> = self
            .bars
            .iter()
            .map(|(label, _)| look.tick.wrap(label, slot - 6.0, 2))
            .collect();
        let lines = wrapped.iter().map(Vec::len).max().unwrap_or(1) as f64;
        let bottom = HEIGHT - foot(&look, &self.x_label) - (lines - 1.0) * look.tick.leading();
        let (low, high) = self.range();
        let y = y_axis((low, high), bottom - top);
        let left = MARGIN + y_labels_width(&y, &look.tick);
        let area = Rect {
            x0: left,
            y0: top,
            x1: WIDTH - MARGIN,
            y1: bottom,
        };
        let at = |value: f64| area.y1 - y.place(value) * area.height();
        for (value, label) in &y.ticks {
            canvas.segment((area.x0, at(*value)), (area.x1, at(*value)), 1.0, GRID);
            let baseline = at(*value) + look.tick.size * 0.36;
            canvas.text((area.x0 - 7.0, baseline), Align::End, look.tick, label);
        }
        if let Some(factor) = &y.factor {
            canvas.text((area.x0, area.y0 - 5.0), Align::Start, look.tick, factor);
        }
        let slot = area.width() / self.bars.len() as f64;
        for (i, ((_, value), label)) in self.bars.iter().zip(&wrapped).enumerate() {
            let middle = area.x0 + slot * (i as f64 + 0.5);
            let half = (slot * 0.36).min(40.0);
            let (zero, end) = (
                at(0.0),
                if drawable(*value) {
                    at(*value)
                } else {
                    at(0.0)
                },
            );
            let (y0, y1) = (zero.min(end), zero.max(end));
            canvas.fill(
                Rect {
                    x0: middle - half,
                    y0,
                    x1: middle + half,
                    y1,
                },
                color(0),
            );
            let text = display(*value);
            let baseline = if *value < 0.0 { y1 + 15.0 } else { y0 - 6.0 };
            if VALUE.width(&text) <= slot + 2.0 {
                canvas.text((middle, baseline), Align::Middle, VALUE, &text);
            }
            for (k, line) in label.iter().enumerate() {
                let baseline =
                    area.y1 + 7.0 + look.tick.size * 0.85 + look.tick.leading() * k as f64;
                canvas.text((middle, baseline), Align::Middle, look.tick, line);
            }
        }
        canvas.segment((area.x0, at(0.0)), (area.x1, at(0.0)), 1.0, SPINE);
        let text = look.label.shorten(&self.x_label, area.width());
        let middle = (area.x0 + area.x1) / 2.0;
        canvas.text(
            (middle, HEIGHT - MARGIN + 4.0),
            Align::Middle,
            look.label,
            &text,
        );
        canvas
    }

    fn lying(&self) -> Canvas {
        let look = Look::SINGLE;
        let most = WIDTH * 0.36;
        let wrapped: Vec<Vec<String>> = self
            .bars
            .iter()
            .map(|(label, _)| look.label.wrap(label, most, 2))
            .collect();
        let slot = if wrapped.iter().any(|lines| lines.len() > 1) {
            42.0
        } else {
            32.0
        };
        let mut probe = Canvas::new(1.0, 1.0);
        let top = head(&mut probe, &look, &self.title, &self.y_label, WIDTH);
        let bottom = top + slot * self.bars.len() as f64;
        let height = bottom + foot(&look, &self.x_label);
        let mut canvas = Canvas::new(WIDTH, height);
        head(&mut canvas, &look, &self.title, &self.y_label, WIDTH);
        let labels = wrapped
            .iter()
            .flatten()
            .map(|line| look.label.width(line))
            .fold(0.0, f64::max);
        let left = MARGIN + labels + 10.0;
        let values = self
            .bars
            .iter()
            .map(|bar| VALUE.width(&display(bar.1)))
            .fold(0.0, f64::max);
        let area = Rect {
            x0: left,
            y0: top,
            x1: WIDTH - MARGIN - values * 0.6,
            y1: bottom,
        };
        let (low, high) = self.range();
        let most_ticks = ((area.width() / 90.0) as usize).max(2);
        let axis = Axis::new(low, high, most_ticks, false, Notation::Auto);
        let at = |value: f64| area.x0 + axis.place(value) * area.width();
        for (value, label) in &axis.ticks {
            canvas.segment((at(*value), area.y0), (at(*value), area.y1), 1.0, GRID);
            let baseline = area.y1 + 7.0 + look.tick.size * 0.85;
            canvas.text((at(*value), baseline), Align::Middle, look.tick, label);
        }
        for (i, ((_, value), label)) in self.bars.iter().zip(&wrapped).enumerate() {
            let middle = area.y0 + slot * (i as f64 + 0.5);
            let (zero, end) = (
                at(0.0),
                if drawable(*value) {
                    at(*value)
                } else {
                    at(0.0)
                },
            );
            let (x0, x1) = (zero.min(end), zero.max(end));
            canvas.fill(
                Rect {
                    x0,
                    y0: middle - 11.0,
                    x1,
                    y1: middle + 11.0,
                },
                color(0),
            );
            let baseline = middle + look.label.size * 0.36;
            for (k, line) in label.iter().enumerate() {
                let down =
                    (k as f64 - (label.len() - 1) as f64 / 2.0) * (look.label.leading() - 1.0);
                canvas.text(
                    (area.x0 - 10.0, baseline + down),
                    Align::End,
                    look.label,
                    line,
                );
            }
            let (x, align) = if *value < 0.0 {
                (x0 - 6.0, Align::End)
            } else {
                (x1 + 6.0, Align::Start)
            };
            canvas.text((x, baseline), align, VALUE, &display(*value));
        }
        canvas.segment((at(0.0), area.y0), (at(0.0), area.y1), 1.0, SPINE);
        let factor = axis.factor.as_deref().unwrap_or_default();
        let baseline = height - MARGIN + 4.0;
        let tick = Style {
            color: FAINT,
            ..look.tick
        };
        let end = if self.x_label.is_empty() {
            area.y1 + 2.0 * tick.leading()
        } else {
            baseline
        };
        canvas.text((area.x1, end), Align::End, tick, factor);
        let text = look.label.shorten(&self.x_label, area.width() * 0.8);
        canvas.text(
            ((area.x0 + area.x1) / 2.0, baseline),
            Align::Middle,
            look.label,
            &text,
        );
        canvas
    }

    fn describe(&self) -> String {
        let axes = describe_axes(&self.x_label, &self.y_label);
        let bars: Vec<String> = self
            .bars
            .iter()
            .map(|(label, value)| format!("{label}: {}", short(*value)))
            .collect();
        format!("Bar plot \"{}\"{axes} {}.", self.title, bars.join(", "))
    }
}
