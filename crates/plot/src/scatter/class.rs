//! A class of points: what a scatter plot in the plane and one in space have in common.

use chainrule_error::{Error, ErrorKind, Result};

use crate::canvas::Canvas;
use crate::legend::{Entry, Sample};
use crate::numbers::short;
use crate::palette::{Marker, Rgb, WHITE};

/// The size of a point unless told, in logical pixels.
pub(crate) const POINT_SIZE: f64 = 7.0;
const SIZES: std::ops::RangeInclusive<f64> = 1.0..=100.0;

/// How the points of a class look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PointStyle {
    pub(crate) marker: Marker,
    pub(crate) color: Rgb,
    pub(crate) hollow: bool,
}

impl PointStyle {
    /// Draws one point with a white rim, which keeps points apart that lie on each other.
    pub(crate) fn draw(&self, canvas: &mut Canvas, at: (f64, f64), size: f64) {
        if self.hollow {
            let (size, width) = (hollow_size(size), hollow_width(size));
            canvas.hollow(at, self.marker, size, width + 2.0, WHITE);
            canvas.hollow(at, self.marker, size, width, self.color);
        } else {
            canvas.marker(at, self.marker, size + 2.0, WHITE);
            canvas.marker(at, self.marker, size, self.color);
        }
    }

    pub(crate) fn entry(&self, label: &str) -> Entry {
        Entry {
            label: label.to_owned(),
            color: self.color,
            sample: if self.hollow {
                Sample::Hollow(self.marker)
            } else {
                Sample::Point(self.marker)
            },
        }
    }
}

/// A hollow point goes around a filled one of the same setting, rim included.
fn hollow_size(size: f64) -> f64 {
    size + 2.0 + 2.0 + 2.0 * hollow_width(size)
}

fn hollow_width(size: f64) -> f64 {
    (size * 0.16).clamp(1.75, 4.0)
}

/// How far from its middle a point of this size reaches.
pub(crate) fn reach(size: f64) -> f64 {
    0.6 * hollow_size(size)
}

pub(crate) fn check_size(size: f64, place: &str) -> Result<()> {
    if SIZES.contains(&size) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Value, format!("{place}, point size"))
        .expected(format!(
            "{} to {} logical pixels",
            SIZES.start(),
            SIZES.end()
        ))
        .got(short(size))
        .hint(format!(
            ".point_size({POINT_SIZE}) is the usual size, 14 a large one"
        )))
}

/// How many classes drawn later have a point in the same place, by the order of drawing. Each of
/// them makes the earlier point larger: a rim of every class stays visible.
pub(crate) fn covers(points: impl DoubleEndedIterator<Item = ((f64, f64), usize)>) -> Vec<usize> {
    let mut above: std::collections::HashMap<(i64, i64), Vec<usize>> = Default::default();
    let mut counts: Vec<usize> = points
        .rev()
        .map(|((x, y), class)| {
            let cell = ((x * 2.0).round() as i64, (y * 2.0).round() as i64);
            let classes = above.entry(cell).or_default();
            if !classes.contains(&class) {
                classes.push(class);
            }
            classes.iter().filter(|&&other| other != class).count()
        })
        .collect();
    counts.reverse();
    counts
}

/// What a point's size becomes below so many others.
pub(crate) fn enlarged(size: f64, covers: usize) -> f64 {
    size + covers.min(4) as f64 * (size * 0.5 + 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_below_others_are_told_by_class() {
        let (here, there) = ((10.0, 10.0), (30.0, 10.0));
        let points = [(here, 0), (there, 0), (here, 0), (here, 1), (here, 2)];
        assert_eq!(covers(points.into_iter()), [2, 0, 2, 1, 0]);
        assert_eq!(enlarged(7.0, 0), 7.0);
        assert!(
            enlarged(7.0, 1) > 7.0 + 2.0 + 2.0,
            "a rim beyond the other's"
        );
    }

    #[test]
    fn a_hollow_point_goes_around_a_filled_one() {
        for size in [3.0, 7.0, 14.0, 40.0] {
            let inside = hollow_size(size) - hollow_width(size);
            assert!(inside >= size + 2.0, "{size}");
        }
    }
}
