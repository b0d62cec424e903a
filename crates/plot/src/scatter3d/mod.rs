//! A scatter plot in space: points by class in a room with three axes, seen from a side of one's
//! choice.

mod draw;
mod projection;
mod room;

use chainrule_error::{Error, ErrorKind, Result};

use crate::figure::Figure;
use crate::numbers::short;
use crate::palette::{Marker, Rgb, color, marker};
use crate::scatter::{POINT_SIZE, PointStyle, check_size};
use crate::ticks::drawable;
use crate::view::check_range;

#[derive(Clone, Debug)]
struct Class {
    label: String,
    points: Vec<[f64; 3]>,
    style: PointStyle,
}

#[derive(Clone, Debug)]
struct Plane {
    label: String,
    z: f64,
}

/// Points (x, y, z) by class.
///
/// A thin line leads from each point down to its shadow on the floor, and near points are larger
/// than far ones: so a reader can tell where each of them stands. With more than 100 points the
/// lines are left out, with more than 2000 the shadows.
///
/// ```
/// use chainrule_plot::ScatterPlot3d;
///
/// let figure = ScatterPlot3d::new("XOR with a third coordinate")
///     .x_label("x₁")
///     .y_label("x₂")
///     .z_label("x₃")
///     .class("0", &[(0.0, 0.0, 0.0), (1.0, 1.0, 0.0)])
///     .class("1", &[(0.0, 1.0, 1.0), (1.0, 0.0, 1.0)])
///     .plane("x₃ = ½ separates them", 0.5)
///     .point_size(14.0)
///     .draw()?;
/// assert_eq!(
///     figure.description(),
///     "Scatter plot in space \"XOR with a third coordinate\": x axis \"x₁\", y axis \"x₂\", \
///      z axis \"x₃\"; seen from azimuth -60°, elevation 24°. \
///      Class \"0\" has 2 points, from (0, 0, 0) to (1, 1, 0). \
///      Class \"1\" has 2 points, from (0, 1, 1) to (1, 0, 1). \
///      Plane \"x₃ = ½ separates them\" at z = 0.5."
/// );
/// # Ok::<(), chainrule_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ScatterPlot3d {
    title: String,
    labels: [String; 3],
    classes: Vec<Class>,
    planes: Vec<Plane>,
    ranges: [Option<(f64, f64)>; 3],
    point_size: f64,
    azimuth: f64,
    elevation: f64,
}

const AXES: [&str; 3] = ["x", "y", "z"];

impl ScatterPlot3d {
    /// A plot without points yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            labels: Default::default(),
            classes: Vec::new(),
            planes: Vec::new(),
            ranges: [None; 3],
            point_size: POINT_SIZE,
            azimuth: -60.0,
            elevation: 24.0,
        }
    }

    /// What stands beside the x axis.
    #[must_use]
    pub fn x_label(self, label: impl Into<String>) -> Self {
        self.label(0, label)
    }

    /// What stands beside the y axis.
    #[must_use]
    pub fn y_label(self, label: impl Into<String>) -> Self {
        self.label(1, label)
    }

    /// What stands beside the z axis, which runs upwards.
    #[must_use]
    pub fn z_label(self, label: impl Into<String>) -> Self {
        self.label(2, label)
    }

    fn label(mut self, axis: usize, label: impl Into<String>) -> Self {
        self.labels[axis] = label.into();
        self
    }

    /// Adds a class of points (x, y, z) with the next colour and shape.
    #[must_use]
    pub fn class(self, label: impl Into<String>, points: &[(f64, f64, f64)]) -> Self {
        let next = self.classes.len();
        self.class_as(label, points, marker(next), color(next))
    }

    /// Adds a class of points with a shape and colour of one's choice.
    #[must_use]
    pub fn class_as(
        mut self,
        label: impl Into<String>,
        points: &[(f64, f64, f64)],
        marker: Marker,
        color: Rgb,
    ) -> Self {
        self.classes.push(Class {
            label: label.into(),
            points: points.iter().map(|&(x, y, z)| [x, y, z]).collect(),
            style: PointStyle {
                marker,
                color,
                hollow: false,
            },
        });
        self
    }

    /// Draws the points of the class added last as outlines, large enough that a filled point in
    /// the same place lies inside.
    #[must_use]
    pub fn hollow(mut self) -> Self {
        if let Some(class) = self.classes.last_mut() {
            class.style.hollow = true;
        }
        self
    }

    /// Adds a horizontal plane at this z that lets shine through what lies behind it, such as the
    /// one that separates two classes.
    #[must_use]
    pub fn plane(mut self, label: impl Into<String>, z: f64) -> Self {
        let label = label.into();
        self.planes.push(Plane { label, z });
        self
    }

    /// The size of a point in the middle of the room in logical pixels, about its diameter: 7
    /// unless told, 14 is large.
    #[must_use]
    pub fn point_size(mut self, size: f64) -> Self {
        self.point_size = size;
        self
    }

    /// Where the eye is, in degrees: `azimuth` from the x axis towards the y axis, `elevation`
    /// above the floor from -90 to 90. Unless told they are -60 and 24: from the front, where x
    /// runs to the right, a little from the right and from above.
    #[must_use]
    pub fn view(mut self, azimuth: f64, elevation: f64) -> Self {
        (self.azimuth, self.elevation) = (azimuth, elevation);
        self
    }

    /// Shows x from `low` to `high` instead of what the points need.
    #[must_use]
    pub fn x_range(self, low: f64, high: f64) -> Self {
        self.range(0, low, high)
    }

    /// Shows y from `low` to `high` instead of what the points need.
    #[must_use]
    pub fn y_range(self, low: f64, high: f64) -> Self {
        self.range(1, low, high)
    }

    /// Shows z from `low` to `high` instead of what points and planes need.
    #[must_use]
    pub fn z_range(self, low: f64, high: f64) -> Self {
        self.range(2, low, high)
    }

    fn range(mut self, axis: usize, low: f64, high: f64) -> Self {
        self.ranges[axis] = Some((low, high));
        self
    }

    /// Draws the figure.
    ///
    /// # Errors
    ///
    /// Without a class, with a range that is empty or not finite, with a plane or a view that is
    /// not finite, with an elevation beyond ±90, or with a point size that is not from 1 to 100.
    /// Points that are not finite are left out and counted in the description; points outside a
    /// range are left out.
    pub fn draw(&self) -> Result<Figure> {
        let place = format!("scatter plot in space \"{}\"", self.title);
        if self.classes.is_empty() {
            return Err(
                Error::new(ErrorKind::Value, format!("{place} has nothing to draw"))
                    .expected("at least one class of points")
                    .got("none")
                    .hint("ScatterPlot3d::new(\"…\").class(\"a\", &[(0.0, 1.0, 0.5)])"),
            );
        }
        for (range, axis) in self.ranges.iter().zip(AXES) {
            check_range(*range, &place, axis)?;
        }
        check_size(self.point_size, &place)?;
        if !self.azimuth.is_finite() || !(-90.0..=90.0).contains(&self.elevation) {
            let (azimuth, elevation) = (short(self.azimuth), short(self.elevation));
            return Err(Error::new(ErrorKind::Value, format!("{place}, view"))
                .expected("degrees: a finite azimuth, and an elevation from -90 to 90")
                .got(format!("azimuth {azimuth}, elevation {elevation}"))
                .hint(".view(-60.0, 24.0)"));
        }
        if let Some(plane) = self.planes.iter().find(|plane| !drawable(plane.z)) {
            let place = format!("{place}, plane \"{}\"", plane.label);
            return Err(Error::new(ErrorKind::Value, place)
                .expected("a finite z")
                .got(short(plane.z))
                .hint(".plane(\"between the classes\", 0.5)"));
        }
        Figure::draw(&self.canvas(), self.describe())
    }

    fn describe(&self) -> String {
        let mut text = format!("Scatter plot in space \"{}\": ", self.title);
        for (label, axis) in self.labels.iter().zip(AXES) {
            if !label.is_empty() {
                let gap = if axis == "x" || text.ends_with(": ") {
                    ""
                } else {
                    ", "
                };
                text.push_str(&format!("{gap}{axis} axis \"{label}\""));
            }
        }
        let gap = if text.ends_with(": ") { "" } else { "; " };
        let (azimuth, elevation) = (short(self.azimuth), short(self.elevation));
        text.push_str(&format!(
            "{gap}seen from azimuth {azimuth}°, elevation {elevation}°."
        ));
        for class in &self.classes {
            text.push_str(&class.describe());
        }
        for plane in &self.planes {
            text.push_str(&format!(
                " Plane \"{}\" at z = {}.",
                plane.label,
                short(plane.z)
            ));
        }
        text
    }
}

impl Class {
    /// ` Class "0" has 2 points, from (0, 0, 0) to (1, 1, 0).`
    fn describe(&self) -> String {
        let count = self.points.len();
        let many = if count == 1 { "point" } else { "points" };
        let mut text = match count {
            0 => format!(" Class \"{}\" has no points", self.label),
            _ => format!(" Class \"{}\" has {count} {many}", self.label),
        };
        let drawn = || self.points.iter().filter(|point| drawable_point(point));
        let at = |point: &[f64; 3]| format!("({})", point.map(short).join(", "));
        match (drawn().next(), drawn().next_back()) {
            (Some(first), Some(last)) if count > 1 => {
                text.push_str(&format!(", from {} to {}", at(first), at(last)));
            }
            (Some(only), _) => text.push_str(&format!(" at {}", at(only))),
            _ => {}
        }
        match (count - drawn().count(), count) {
            (0, _) => {}
            (lost, all) if lost == all => text.push_str(", none of them finite"),
            (lost, _) => text.push_str(&format!(", {lost} not finite and left out")),
        }
        text + "."
    }
}

fn drawable_point(point: &[f64; 3]) -> bool {
    point.iter().all(|&value| drawable(value))
}
