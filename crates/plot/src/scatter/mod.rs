//! A scatter plot: points in the plane, a colour and a shape per class.

mod class;
mod draw;

use chainrule_error::{Error, ErrorKind, Result};

use crate::figure::Figure;
use crate::palette::{Marker, Rgb, color, marker};
use crate::series::Series;
use crate::view::{check_range, check_series, describe_axes};

pub(crate) use class::{POINT_SIZE, PointStyle, check_size, reach};

#[derive(Clone, Debug)]
struct Class {
    series: Series,
    style: PointStyle,
}

#[derive(Clone, Debug)]
struct Curve {
    series: Series,
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
///
/// Where points of several classes lie in one place, those below are drawn larger, so that each
/// class stays visible. Points that are to be compared, such as a prediction and the truth, show
/// better with one class [hollow](ScatterPlot::hollow).
#[derive(Clone, Debug)]
pub struct ScatterPlot {
    title: String,
    x_label: String,
    y_label: String,
    classes: Vec<Class>,
    lines: Vec<Curve>,
    x_range: Option<(f64, f64)>,
    y_range: Option<(f64, f64)>,
    point_size: f64,
    equal_axes: bool,
}

impl ScatterPlot {
    /// A plot without points yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            x_label: String::new(),
            y_label: String::new(),
            classes: Vec::new(),
            lines: Vec::new(),
            x_range: None,
            y_range: None,
            point_size: POINT_SIZE,
            equal_axes: false,
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
        let (shape, ink) = (marker(self.classes.len()), color(self.next_color()));
        self.class_as(label, points, shape, ink)
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
        let style = PointStyle {
            marker,
            color,
            hollow: false,
        };
        self.classes.push(Class { series, style });
        self
    }

    /// Draws the points of the class added last as outlines, large enough that a filled point in
    /// the same place lies inside: the truth around a prediction.
    ///
    /// ```
    /// use chainrule_plot::ScatterPlot;
    ///
    /// let figure = ScatterPlot::new("Truth and prediction")
    ///     .class("prediction", &[(0.0, 0.02), (0.5, 0.96)])
    ///     .class("truth", &[(0.0, 0.0), (0.5, 1.0)])
    ///     .hollow()
    ///     .draw()?;
    /// assert!(figure.description().contains("Class \"truth\" has 2 points"));
    /// # Ok::<(), chainrule_error::Error>(())
    /// ```
    #[must_use]
    pub fn hollow(mut self) -> Self {
        if let Some(class) = self.classes.last_mut() {
            class.style.hollow = true;
        }
        self
    }

    /// The size of every point in logical pixels, about its diameter: 7 unless told, 14 is large.
    #[must_use]
    pub fn point_size(mut self, size: f64) -> Self {
        self.point_size = size;
        self
    }

    /// Adds a thin curve through these points (x, y), below all classes, with the next colour:
    /// what a network computes between the points that it learned from.
    ///
    /// ```
    /// use chainrule_plot::ScatterPlot;
    ///
    /// let curve: Vec<(f64, f64)> = (0..=100).map(|i| f64::from(i) / 100.0).map(|x| (x, x * x)).collect();
    /// let figure = ScatterPlot::new("A function and what is known of it")
    ///     .class("truth", &[(0.0, 0.0), (0.5, 0.25), (1.0, 1.0)])
    ///     .line("network", &curve)
    ///     .draw()?;
    /// assert!(figure.description().ends_with("Line \"network\" has 101 points, from (0, 0) to (1, 1)."));
    /// # Ok::<(), chainrule_error::Error>(())
    /// ```
    #[must_use]
    pub fn line(mut self, label: impl Into<String>, points: &[(f64, f64)]) -> Self {
        let (series, color) = (
            Series::new(label, points.iter().copied()),
            color(self.next_color()),
        );
        self.lines.push(Curve { series, color });
        self
    }

    fn next_color(&self) -> usize {
        self.classes.len() + self.lines.len()
    }

    /// Gives both axes one scale: a unit of x is as long as a unit of y, a circle is round.
    #[must_use]
    pub fn equal_axes(mut self) -> Self {
        self.equal_axes = true;
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
    /// Without a class or a line, with a range that is empty or not finite, with a point size that
    /// is not from 1 to 100, or with equal axes when one range is more than 20 times the other.
    /// Points that are not finite are left out and counted in the description.
    pub fn draw(&self) -> Result<Figure> {
        let place = format!("scatter plot \"{}\"", self.title);
        if self.classes.is_empty() && self.lines.is_empty() {
            return Err(
                Error::new(ErrorKind::Value, format!("{place} has nothing to draw"))
                    .expected("at least one class of points")
                    .got("none")
                    .hint("ScatterPlot::new(\"…\").class(\"a\", &[(0.0, 1.0)])"),
            );
        }
        let classes = self.classes.iter().map(|class| class.series.clone());
        let lines = self.lines.iter().map(|line| line.series.clone());
        check_series(&classes.chain(lines).collect::<Vec<Series>>(), &place)?;
        check_range(self.x_range, &place, "x")?;
        check_range(self.y_range, &place, "y")?;
        check_size(self.point_size, &place)?;
        self.check_ratio(&place)?;
        Figure::draw(&self.canvas(), self.describe())
    }

    fn describe(&self) -> String {
        let axes = describe_axes(&self.x_label, &self.y_label);
        let classes = self.classes.iter().map(|class| &class.series);
        let classes = classes.map(|series| format!(" Class {}.", series.describe()));
        let lines = self.lines.iter().map(|line| &line.series);
        let lines = lines.map(|series| format!(" Line {}.", series.describe()));
        format!(
            "Scatter plot \"{}\"{axes}{}",
            self.title,
            classes.chain(lines).collect::<String>()
        )
    }
}
