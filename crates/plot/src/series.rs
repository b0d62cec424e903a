//! A labelled list of points, and how its numbers are told in words.

use crate::log_axis::placeable;
use crate::numbers::short;
use crate::ticks::drawable;

/// A labelled list of points, drawn as one line.
///
/// Points that are NaN or infinite leave a gap in the line; the description counts them.
///
/// ```
/// use chainrule_plot::{LinePlot, Series};
///
/// let series = Series::new("sine", (0..50).map(|i| f64::from(i) * 0.1).map(|x| (x, x.sin())));
/// let figure = LinePlot::new("A wave").series(series).draw()?;
/// assert!(figure.description().contains("\"sine\" has 50 points"));
/// # Ok::<(), chainrule_error::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub(crate) label: String,
    pub(crate) points: Vec<(f64, f64)>,
    pub(crate) markers: bool,
    /// The lengths of x and y when they differ; told as an error when the figure is drawn.
    pub(crate) mismatch: Option<(usize, usize)>,
}

impl Series {
    /// A series of points (x, y).
    pub fn new(label: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let points = points.into_iter().collect();
        Self {
            label: label.into(),
            points,
            markers: false,
            mismatch: None,
        }
    }

    /// A series of values over 1, 2, 3, …
    pub fn values(label: impl Into<String>, values: &[f64]) -> Self {
        Self::new(
            label,
            values.iter().enumerate().map(|(i, &y)| ((i + 1) as f64, y)),
        )
    }

    /// A series from x and y apart. Different lengths are an error when the figure is drawn.
    pub fn xy(label: impl Into<String>, x: &[f64], y: &[f64]) -> Self {
        let mismatch = (x.len() != y.len()).then_some((x.len(), y.len()));
        let points = x.iter().copied().zip(y.iter().copied());
        Self {
            mismatch,
            ..Self::new(label, points)
        }
    }

    /// Also marks each point with a disc.
    #[must_use]
    pub fn markers(mut self) -> Self {
        self.markers = true;
        self
    }

    /// The points that can be drawn.
    pub(crate) fn drawable(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.points
            .iter()
            .copied()
            .filter(|&(x, y)| drawable(x) && drawable(y))
    }

    /// The series with gaps where a logarithmic axis has no place.
    pub(crate) fn positive(&self, log_x: bool, log_y: bool) -> Self {
        let lost = |&(x, y): &(f64, f64)| log_x && !placeable(x) || log_y && !placeable(y);
        let mut kept = self.clone();
        for point in kept.points.iter_mut().filter(|point| lost(point)) {
            *point = (f64::NAN, f64::NAN);
        }
        kept
    }

    /// Runs of neighbouring points that can be drawn.
    pub(crate) fn runs(&self) -> impl Iterator<Item = &[(f64, f64)]> {
        self.points
            .split(|&(x, y)| !drawable(x) || !drawable(y))
            .filter(|run| !run.is_empty())
    }

    /// `"train" has 13 points, from (20000, 0.1) to (260000, 0.92)`.
    pub(crate) fn describe(&self) -> String {
        let (label, count) = (&self.label, self.points.len());
        let many = if count == 1 { "point" } else { "points" };
        let lost = count - self.drawable().count();
        let at = |(x, y): (f64, f64)| format!("({}, {})", short(x), short(y));
        let mut text = match count {
            0 => format!("\"{label}\" has no points"),
            _ => format!("\"{label}\" has {count} {many}"),
        };
        match (self.drawable().next(), self.drawable().last()) {
            (Some(first), Some(last)) if count > 1 => {
                text.push_str(&format!(", from {} to {}", at(first), at(last)));
            }
            (Some(only), _) => text.push_str(&format!(" at {}", at(only))),
            _ => {}
        }
        if lost > 0 {
            let finite = if lost == count {
                "none of them finite"
            } else {
                "not finite and left out"
            };
            let number = if lost == count {
                String::new()
            } else {
                format!("{lost} ")
            };
            text.push_str(&format!(", {number}{finite}"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_tell_first_last_and_what_is_missing() {
        let nan = f64::NAN;
        let table = [
            (Series::values("a", &[]), "\"a\" has no points"),
            (Series::values("a", &[0.5]), "\"a\" has 1 point at (1, 0.5)"),
            (
                Series::values("a", &[0.5, 0.25]),
                "\"a\" has 2 points, from (1, 0.5) to (2, 0.25)",
            ),
            (
                Series::values("a", &[0.5, nan, f64::INFINITY, 0.25, nan]),
                "\"a\" has 5 points, from (1, 0.5) to (4, 0.25), 3 not finite and left out",
            ),
            (
                Series::values("a", &[nan, nan]),
                "\"a\" has 2 points, none of them finite",
            ),
        ];
        for (series, text) in table {
            assert_eq!(series.describe(), text);
        }
    }

    #[test]
    fn gaps_split_a_series_into_runs() {
        let series = Series::values("a", &[f64::NAN, 1.0, 2.0, f64::NAN, f64::NAN, 3.0]);
        let lengths: Vec<usize> = series.runs().map(<[_]>::len).collect();
        assert_eq!(lengths, [2, 1]);
    }
}
