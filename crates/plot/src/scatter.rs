//! A scatter plot: points in the plane, a colour and a shape per class.

use chainrule_error::{Error, ErrorKind, Result};

use crate::canvas::{Canvas, Rect};
use crate::figure::Figure;
use crate::frame::{Frame, Look, x_axis, y_axis, y_labels_width};
use crate::legend::{Entry, Legend, Sample};
use crate::palette::{Marker, Rgb, WHITE, color, marker};
use crate::series::Series;
use crate::ticks::{Notation, range};
use crate::view::{
    HEIGHT, MARGIN, WIDTH, axis_titles, check_range, check_series, describe_axes, foot, head,
};

#[derive(Clone, Debug)]
struct Class {
    series: Series,
    marker: Marker,
    color: Rgb,
}

/// Points (x, y) by class.
///
/// ```
/// use chainrule_plot::ScatterPlot;
///
/// let figure = ScatterPlot::new("Two moons")
///     .x_label("x₁")
///     .y_label("x₂")
///     .class("upper", &[(0.0, 1.0), (0.5, 0.8), (1.0, 0.1)])
///     .class("lower", &[(0.5, 0.2), (1.0, -0.5), (2.0, 0.4)])
///     .draw()?;
/// assert!(figure.description().contains("Class \"upper\" has 3 points"));
/// # Ok::<(), chainrule_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ScatterPlot {
    title: String,
    x_label: String,
    y_label: String,
    classes: Vec<Class>,
    x_range: Option<(f64, f64)>,
    y_range: Option<(f64, f64)>,
}

impl ScatterPlot {
    /// A plot without points yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            x_label: String::new(),
            y_label: String::new(),
            classes: Vec::new(),
            x_range: None,
            y_range: None,
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

    /// Adds a class of points with the next colour and shape.
    #[must_use]
    pub fn class(self, label: impl Into<String>, points: &[(f64, f64)]) -> Self {
        let next = self.classes.len();
        self.class_as(label, points, marker(next), color(next))
    }

    /// Adds a class of points with a shape and colour of one's choice.
    #[must_use]
    pub fn class_as(
        mut self,
        label: impl Into<String>,
        points: &[(f64, f64)],
        marker: Marker,
        color: Rgb,
    ) -> Self {
        let series = Series::new(label, points.iter().copied());
        self.classes.push(Class {
            series,
            marker,
            color,
        });
        self
    }

    /// Shows x from `low` to `high` instead of what the points need.
    #[must_use]
    pub fn x_range(mut self, low: f64, high: f64) -> Self {
        self.x_range = Some((low, high));
        self
    }

    /// Shows y from `low` to `high` instead of what the points need.
    #[must_use]
    pub fn y_range(mut self, low: f64, high: f64) -> Self {
        self.y_range = Some((low, high));
        self
    }

    /// Draws the figure.
    ///
    /// # Errors
    ///
    /// Without a class, or with a range that is empty or not finite. Points that are not finite
    /// are left out and counted in the description.
    pub fn draw(&self) -> Result<Figure> {
        let place = format!("scatter plot \"{}\"", self.title);
        if self.classes.is_empty() {
            return Err(
                Error::new(ErrorKind::Value, format!("{place} has nothing to draw"))
                    .expected("at least one class of points")
                    .got("none")
                    .hint("ScatterPlot::new(\"…\").class(\"a\", &[(0.0, 1.0)])"),
            );
        }
        let series: Vec<Series> = self
            .classes
            .iter()
            .map(|class| class.series.clone())
            .collect();
        check_series(&series, &place)?;
        check_range(self.x_range, &place, "x")?;
        check_range(self.y_range, &place, "y")?;

        let look = Look::SINGLE;
        let mut canvas = Canvas::new(WIDTH, HEIGHT);
        let top = head(&mut canvas, &look, &self.title, &self.y_label, WIDTH);
        let bottom = HEIGHT - foot(&look, &self.x_label);
        let legend = Legend::new(self.entries(), &look, WIDTH - 2.0 * MARGIN);
        let area = Rect {
            x0: MARGIN,
            y0: top,
            x1: WIDTH - MARGIN,
            y1: bottom,
        };
        let frame = self.frame(&look, area);
        let dots = self.dots(&frame);
        let trail: Vec<(f64, f64)> = dots.iter().map(|&(at, _)| at).collect();
        let inside = legend
            .as_ref()
            .map(|legend| legend.place(frame.area, &trail, &[]));
        let frame = match (&legend, inside) {
            (Some(legend), Some(Some(corner))) => {
                frame.draw(&mut canvas, &look);
                legend.draw(&mut canvas, corner);
                frame
            }
            (Some(legend), _) => {
                let rows = legend.rows(area.width()) as f64 * look.legend.leading() + 8.0;
                let frame = self.frame(
                    &look,
                    Rect {
                        y0: area.y0 + rows,
                        ..area
                    },
                );
                frame.draw(&mut canvas, &look);
                let middle = area.y0 + look.legend.leading() * 0.5;
                legend.draw_rows(&mut canvas, frame.area.x0, middle, frame.area.width());
                frame
            }
            (None, _) => {
                frame.draw(&mut canvas, &look);
                frame
            }
        };
        for (at, class) in self.dots(&frame) {
            let class = &self.classes[class];
            // A white rim keeps points apart that lie on each other.
            canvas.marker(at, class.marker, 9.0, WHITE);
            canvas.marker(at, class.marker, 7.0, class.color);
        }
        axis_titles(
            &mut canvas,
            &look,
            &frame,
            &self.x_label,
            HEIGHT - MARGIN + 4.0,
        );
        Figure::draw(&canvas, self.describe())
    }

    fn frame(&self, look: &Look, area: Rect) -> Frame {
        let points = || {
            self.classes
                .iter()
                .flat_map(|class| class.series.drawable())
        };
        let span = |set: Option<(f64, f64)>, found: Option<(f64, f64)>| set.or(found);
        let x = span(self.x_range, range(points().map(|p| p.0), 0.05)).unwrap_or((0.0, 1.0));
        let y = span(self.y_range, range(points().map(|p| p.1), 0.07)).unwrap_or((0.0, 1.0));
        let y = y_axis(y, area.height());
        let area = Rect {
            x0: area.x0 + y_labels_width(&y, &look.tick),
            ..area
        };
        let x = x_axis(x, area.width(), false, Notation::Auto, &look.tick);
        Frame { area, x, y }
    }

    /// Where the points lie, with their classes: the classes take turns, so that none hides all
    /// of another.
    fn dots(&self, frame: &Frame) -> Vec<((f64, f64), usize)> {
        let mut dots: Vec<(usize, usize, (f64, f64))> = Vec::new();
        for (class, of) in self.classes.iter().enumerate() {
            let points = of.series.drawable().map(|p| frame.at(p));
            let seen = points.filter(|&p| frame.area.grown(0.5).holds(p));
            dots.extend(seen.enumerate().map(|(turn, p)| (turn, class, p)));
        }
        dots.sort_by_key(|&(turn, class, _)| (turn, class));
        dots.into_iter().map(|(_, class, p)| (p, class)).collect()
    }

    fn entries(&self) -> Vec<Entry> {
        self.classes
            .iter()
            .map(|class| Entry {
                label: class.series.label.clone(),
                color: class.color,
                sample: Sample::Point(class.marker),
            })
            .collect()
    }

    fn describe(&self) -> String {
        let axes = describe_axes(&self.x_label, &self.y_label);
        let classes = self
            .classes
            .iter()
            .map(|class| format!(" Class {}.", class.series.describe()));
        format!(
            "Scatter plot \"{}\"{axes}{}",
            self.title,
            classes.collect::<String>()
        )
    }
}
