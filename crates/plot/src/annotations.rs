//! What helps to read curves: a band about one, and a line at a value to compare with.

use chainrule_error::{Error, ErrorKind, Result};

use crate::canvas::{Canvas, Rect};
use crate::frame::{Frame, along};
use crate::legend::{Entry, Sample};
use crate::log_axis::placeable;
use crate::numbers::short;
use crate::palette::{TEXT, color};
use crate::render::GRAIN;
use crate::ticks::drawable;

/// How much of a band's colour lies over what is beneath.
pub(crate) const BAND_ALPHA: f64 = 0.2;
/// Dashes of reference lines in turn; all finer than those of curves.
const REFERENCE_DASHES: [&[f64]; 3] = [&[4.0, 3.0], &[1.5, 2.5], &[8.0, 2.5, 1.5, 2.5]];
pub(crate) const REFERENCE_WIDTH: f64 = 1.25;

/// The room between a low and a high curve: (x, low, high).
#[derive(Clone, Debug)]
pub(crate) struct Band {
    pub(crate) label: String,
    pub(crate) points: Vec<(f64, f64, f64)>,
    /// Which series' colour it has.
    pub(crate) series: usize,
}

impl Band {
    /// A band about the last of so many series.
    pub(crate) fn about_last(label: String, points: &[(f64, f64, f64)], series: usize) -> Self {
        Self {
            label,
            points: points.to_vec(),
            series: series.saturating_sub(1),
        }
    }

    pub(crate) fn drawable(&self) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        let points = self.points.iter().copied();
        points.filter(|&(x, low, high)| [x, low, high].into_iter().all(drawable))
    }

    /// The band with gaps where a logarithmic axis has no place.
    pub(crate) fn positive(&self, log_x: bool, log_y: bool) -> Self {
        let lost = |&(x, low, high): &(f64, f64, f64)| {
            log_x && !placeable(x) || log_y && !(placeable(low) && placeable(high))
        };
        let mut kept = self.clone();
        for point in kept.points.iter_mut().filter(|point| lost(point)) {
            *point = (f64::NAN, f64::NAN, f64::NAN);
        }
        kept
    }

    /// Fills the band as far as it lies in the frame; returns points all over it.
    pub(crate) fn draw(&self, canvas: &mut Canvas, frame: &Frame) -> Vec<(f64, f64)> {
        let ink = color(self.series);
        let sound = |&(x, low, high): &(f64, f64, f64)| {
            frame.x.has_place(x) && frame.y.has_place(low) && frame.y.has_place(high)
        };
        let mut trail = Vec::new();
        for run in self.points.split(|point| !sound(point)) {
            // Every column of samples once: overlapping strips would show as darker stripes.
            let mut next = f64::NEG_INFINITY;
            for pair in run.windows(2) {
                let [from, to] = [pair[0], pair[1]].map(|(x, low, high)| {
                    let (x, bottom) = frame.at((x, low));
                    (x, bottom, frame.at((x, high)).1)
                });
                let (start, end) = (from.0.max(frame.area.x0), to.0.min(frame.area.x1));
                let mut column = (start * GRAIN).floor().max(next);
                while column < (end * GRAIN).floor() {
                    let x = column / GRAIN;
                    let share = ((x + 0.5 / GRAIN - from.0) / (to.0 - from.0)).clamp(0.0, 1.0);
                    let y =
                        |a: f64, b: f64| (a + (b - a) * share).clamp(frame.area.y0, frame.area.y1);
                    let (bottom, top) = (y(from.1, to.1), y(from.2, to.2));
                    if bottom > top {
                        canvas.wash(
                            Rect::new(x, top, 1.0 / GRAIN, bottom - top),
                            ink,
                            BAND_ALPHA,
                        );
                        if column % (8.0 * GRAIN) == 0.0 {
                            trail.extend(along(&[(x, top), (x, bottom)]));
                        }
                    }
                    column += 1.0;
                    next = column;
                }
            }
        }
        trail
    }

    pub(crate) fn entry(&self) -> Entry {
        Entry {
            label: self.label.clone(),
            color: color(self.series).over_white(BAND_ALPHA * 1.5),
            sample: Sample::Area,
        }
    }

    /// A band whose low end lies above its high one, or whose x run backwards, is a mistake.
    pub(crate) fn check(&self, place: &str) -> Result<()> {
        let place = || format!("{place}, band \"{}\"", self.label);
        if let Some((x, low, high)) = self.drawable().find(|(_, low, high)| low > high) {
            let got = format!("{} and {} at x = {}", short(low), short(high), short(x));
            return Err(Error::new(ErrorKind::Value, place())
                .expected("a low end that is not above its high end")
                .got(got)
                .hint(
                    "give points (x, low, high), such as (x, mean - deviation, mean + deviation)",
                ));
        }
        let xs: Vec<f64> = self.drawable().map(|point| point.0).collect();
        if let Some(pair) = xs.windows(2).find(|pair| pair[0] > pair[1]) {
            return Err(Error::new(ErrorKind::Value, place())
                .expected("x in rising order")
                .got(format!("{} after {}", short(pair[1]), short(pair[0])))
                .hint("sort the points by x first"));
        }
        Ok(())
    }

    /// ` Band "±1 σ" about "test" has 20 points, from 0.8 to 0.9 at x = 1, …`
    pub(crate) fn describe(&self, about: Option<&str>) -> String {
        let count = self.points.len();
        let many = if count == 1 { "point" } else { "points" };
        let about = about.map_or_else(String::new, |label| format!(" about \"{label}\""));
        let mut text = format!(" Band \"{}\"{about} has {count} {many}", self.label);
        let at = |(x, low, high): (f64, f64, f64)| {
            format!("from {} to {} at x = {}", short(low), short(high), short(x))
        };
        let (first, last) = (self.drawable().next(), self.drawable().last());
        if let (Some(first), Some(last)) = (first, last) {
            text.push_str(&format!(", {}", at(first)));
            if count > 1 {
                text.push_str(&format!(", {}", at(last)));
            }
        }
        let lost = count - self.drawable().count();
        if lost > 0 {
            text.push_str(&format!(", {lost} not finite and left out"));
        }
        text.push('.');
        text
    }
}

/// A horizontal line at a value to compare with.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) label: String,
    pub(crate) value: f64,
}

impl Reference {
    /// Draws the line across the frame; returns where it runs.
    pub(crate) fn draw(&self, canvas: &mut Canvas, frame: &Frame, index: usize) -> Vec<(f64, f64)> {
        if !frame.y.holds(self.value) {
            return Vec::new();
        }
        let (_, y) = frame.at((frame.x.low, self.value));
        let ends = [(frame.area.x0, y), (frame.area.x1, y)];
        canvas.stroke(&ends, REFERENCE_WIDTH, reference_dash(index), TEXT);
        along(&ends)
    }

    pub(crate) fn entry(&self, index: usize) -> Entry {
        Entry {
            label: self.label.clone(),
            color: TEXT,
            sample: Sample::Fine(reference_dash(index)),
        }
    }

    pub(crate) fn check(&self, place: &str, log: bool) -> Result<()> {
        if drawable(self.value) && (!log || placeable(self.value)) {
            return Ok(());
        }
        let place = format!("{place}, reference \"{}\"", self.label);
        Err(Error::new(ErrorKind::Value, place)
            .expected(if log {
                "a finite value above zero: the y axis is logarithmic"
            } else {
                "a finite value"
            })
            .got(short(self.value))
            .hint(".reference(\"published 97.18 %\", 97.18)"))
    }

    pub(crate) fn describe(&self) -> String {
        format!(
            " Reference line \"{}\" at {}.",
            self.label,
            short(self.value)
        )
    }
}

fn reference_dash(index: usize) -> &'static [f64] {
    REFERENCE_DASHES[index % REFERENCE_DASHES.len()]
}
