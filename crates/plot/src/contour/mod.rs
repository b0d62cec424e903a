//! A surface over the plane as filled contours, with paths on it.

mod draw;
mod grid;
mod levels;

use chainrule_error::{Error, ErrorKind, Result};

use crate::figure::Figure;
use crate::numbers::short;
use crate::series::Series;
use crate::ticks::drawable;
use crate::view::{check_range, check_series, describe_axes};

use grid::Grid;
use levels::Levels;

/// How the levels are found.
#[derive(Clone, Debug)]
enum Spacing {
    Equal,
    Logarithmic,
    Given(Vec<f64>),
}

/// A function of two variables as filled contours, with paths on it: what an optimizer does on a
/// surface.
///
/// The ground is pale, so that the paths stand out. Each has a colour, a dash pattern and a shape at
/// its end; all that begin in one place share a ring there.
///
/// ```
/// use chainrule_plot::ContourPlot;
///
/// let path: Vec<(f64, f64)> = (0..4).map(|t| 0.5_f64.powi(t)).map(|t| (-1.6 * t, 0.8 * t)).collect();
/// let figure = ContourPlot::new("A bowl")
///     .x_label("x")
///     .y_label("y")
///     .surface((-2.0, 2.0), (-1.0, 1.0), |x, y| x * x + 4.0 * y * y)
///     .path("descent", &path)
///     .minimum(0.0, 0.0)
///     .draw()?;
/// assert_eq!(
///     figure.description(),
///     "Contour plot \"A bowl\": x axis \"x\", y axis \"y\". Values from 0 to 8; 7 levels, from 1 \
///      to 7. Path \"descent\" has 4 points, from (-1.6, 0.8) to (-0.2, 0.1). \
///      Minimum at (0, 0)."
/// );
/// # Ok::<(), chainrule_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ContourPlot {
    title: String,
    x_label: String,
    y_label: String,
    grid: Option<Grid>,
    spacing: Spacing,
    paths: Vec<Series>,
    minima: Vec<(f64, f64)>,
}

impl ContourPlot {
    /// A plot without a surface yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            x_label: String::new(),
            y_label: String::new(),
            grid: None,
            spacing: Spacing::Equal,
            paths: Vec::new(),
            minima: Vec::new(),
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

    /// The surface: a function over these ranges of x and y. It is looked at now, on a fine grid,
    /// and not kept.
    #[must_use]
    pub fn surface(
        mut self,
        x_range: (f64, f64),
        y_range: (f64, f64),
        function: impl Fn(f64, f64) -> f64,
    ) -> Self {
        self.grid = Some(Grid::of(x_range, y_range, function));
        self
    }

    /// The surface from values at the corners of a regular grid over these ranges: a row for each y,
    /// from low to high, of as many values as there are x.
    ///
    /// ```
    /// use chainrule_plot::ContourPlot;
    ///
    /// let rows = [vec![0.0, 1.0, 4.0], vec![1.0, 2.0, 5.0]];
    /// let figure = ContourPlot::new("Six values").values((0.0, 2.0), (0.0, 1.0), &rows).draw()?;
    /// assert!(figure.description().contains("Values from 0 to 5"));
    /// # Ok::<(), chainrule_error::Error>(())
    /// ```
    #[must_use]
    pub fn values(mut self, x_range: (f64, f64), y_range: (f64, f64), rows: &[Vec<f64>]) -> Self {
        self.grid = Some(Grid {
            x_range,
            y_range,
            rows: rows.to_vec(),
        });
        self
    }

    /// Levels at equal factors, 1, 2, 5, 10, …, over five powers of ten at most: for surfaces
    /// that are steep far from where it matters, as Rosenbrock's is. The lowest band holds all that
    /// lies below them, zero and negative values too.
    #[must_use]
    pub fn log_levels(mut self) -> Self {
        self.spacing = Spacing::Logarithmic;
        self
    }

    /// Levels of one's choice, rising.
    #[must_use]
    pub fn levels(mut self, levels: &[f64]) -> Self {
        self.spacing = Spacing::Given(levels.to_vec());
        self
    }

    /// Adds a path through these points (x, y). What lies outside the ranges is cut off.
    #[must_use]
    pub fn path(mut self, label: impl Into<String>, points: &[(f64, f64)]) -> Self {
        self.paths.push(Series::new(label, points.iter().copied()));
        self
    }

    /// Marks a minimum with a cross.
    #[must_use]
    pub fn minimum(mut self, x: f64, y: f64) -> Self {
        self.minima.push((x, y));
        self
    }

    /// Draws the figure.
    ///
    /// # Errors
    ///
    /// Without a surface, with a range that is empty or not finite, with rows of values that are
    /// fewer than two or of different lengths, with no finite value, with levels that do not rise,
    /// with logarithmic levels where nothing is positive, or with a minimum that is not finite.
    pub fn draw(&self) -> Result<Figure> {
        let place = format!("contour plot \"{}\"", self.title);
        let Some(grid) = &self.grid else {
            return Err(
                Error::new(ErrorKind::Value, format!("{place} has nothing to draw"))
                    .expected("a surface")
                    .got("none")
                    .hint(".surface((-2.0, 2.0), (-1.0, 1.0), |x, y| x * x + y * y)"),
            );
        };
        check_range(Some(grid.x_range), &place, "x")?;
        check_range(Some(grid.y_range), &place, "y")?;
        grid.check(&place)?;
        check_series(&self.paths, &place)?;
        if let Some(&(x, y)) = self
            .minima
            .iter()
            .find(|&&(x, y)| !(drawable(x) && drawable(y)))
        {
            return Err(Error::new(ErrorKind::Value, format!("{place}, minimum"))
                .expected("a finite place")
                .got(format!("({}, {})", short(x), short(y))));
        }
        let levels = Levels::find(&self.spacing, grid, &place)?;
        Figure::draw(&self.canvas(grid, &levels), self.describe(grid, &levels))
    }

    fn describe(&self, grid: &Grid, levels: &Levels) -> String {
        let mut text = format!("Contour plot \"{}\"", self.title);
        text.push_str(&describe_axes(&self.x_label, &self.y_label));
        let (low, high) = grid.extremes().unwrap_or((f64::NAN, f64::NAN));
        text.push_str(&format!(" Values from {} to {}", short(low), short(high)));
        match grid.missing() {
            0 => text.push_str("; "),
            lost => text.push_str(&format!(", {lost} not finite and grey; ")),
        }
        text.push_str(&levels.describe());
        for path in &self.paths {
            text.push_str(&format!(" Path {}.", path.describe()));
        }
        for &(x, y) in &self.minima {
            text.push_str(&format!(" Minimum at ({}, {}).", short(x), short(y)));
        }
        text
    }
}
