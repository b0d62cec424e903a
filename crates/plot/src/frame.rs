//! The inside of a plot: grid, spines, tick labels, and curves clipped to it.

use crate::canvas::{Align, Canvas, Rect, Style};
use crate::palette::{FAINT, GRID, INK, Rgb, SPINE, TEXT, WHITE, color, dash};
use crate::series::Series;
use crate::text::Weight;
use crate::ticks::{Axis, Notation};

/// The type sizes and line widths of a figure, in logical pixels.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) title: Style,
    pub(crate) label: Style,
    pub(crate) tick: Style,
    pub(crate) legend: Style,
    pub(crate) note: Style,
    pub(crate) line: f64,
}

impl Look {
    /// A figure on its own.
    pub(crate) const SINGLE: Self = Self {
        title: Style::new(18.0, Weight::SemiBold, INK),
        label: Style::new(13.5, Weight::Regular, TEXT),
        tick: Style::new(12.5, Weight::Regular, FAINT),
        legend: Style::new(13.0, Weight::Regular, TEXT),
        note: Style::new(15.0, Weight::SemiBold, crate::palette::WARN_TEXT),
        line: 2.0,
    };

    /// One of many panels.
    pub(crate) const PANEL: Self = Self {
        title: Style::new(14.5, Weight::SemiBold, INK),
        label: Style::new(12.0, Weight::Regular, TEXT),
        tick: Style::new(12.0, Weight::Regular, FAINT),
        legend: Style::new(12.0, Weight::Regular, TEXT),
        note: Style::new(14.0, Weight::SemiBold, crate::palette::WARN_TEXT),
        line: 1.75,
    };
}

/// A rectangle of the canvas with an axis along its bottom and one along its left side.
pub(crate) struct Frame {
    pub(crate) area: Rect,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
}

/// Logical pixels between a tick label and the axis, and between neighbouring labels.
const TICK_GAP: f64 = 7.0;
const LABEL_GAP: f64 = 14.0;
/// From so many points on, a line is thinned.
const MANY: usize = 2000;

impl Frame {
    /// Where a point lies on the canvas.
    pub(crate) fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (
            self.area.x0 + self.x.place(x) * self.area.width(),
            self.area.y1 - self.y.place(y) * self.area.height(),
        )
    }

    /// Grid lines, the two spines, and the labels of the ticks.
    pub(crate) fn draw(&self, canvas: &mut Canvas, look: &Look) {
        let Rect { x0, y0, x1, y1 } = self.area;
        for (value, label) in &self.x.ticks {
            let (x, _) = self.at((*value, self.y.low));
            canvas.segment((x, y0), (x, y1), 1.0, GRID);
            let y = y1 + TICK_GAP + look.tick.size * 0.85;
            canvas.text((x, y), Align::Middle, look.tick, label);
        }
        for (value, label) in &self.y.ticks {
            let (_, y) = self.at((self.x.low, *value));
            canvas.segment((x0, y), (x1, y), 1.0, GRID);
            let y = y + look.tick.size * 0.36;
            canvas.text((x0 - TICK_GAP, y), Align::End, look.tick, label);
        }
        if let Some(factor) = &self.y.factor {
            canvas.text((x0, y0 - 5.0), Align::Start, look.tick, factor);
        }
        canvas.segment((x0, y0), (x0, y1), 1.0, SPINE);
        canvas.segment((x0 - 0.5, y1), (x1, y1), 1.0, SPINE);
    }

    /// Draws a series as line number `index` of the palette; returns where it runs.
    pub(crate) fn line(
        &self,
        canvas: &mut Canvas,
        look: &Look,
        index: usize,
        series: &Series,
    ) -> Vec<(f64, f64)> {
        self.curve(canvas, look.line, (color(index), dash(index)), series)
    }

    /// Draws a series as a line of this width, colour and dash pattern; returns where it runs.
    pub(crate) fn curve(
        &self,
        canvas: &mut Canvas,
        line: f64,
        (ink, dash): (Rgb, &[f64]),
        series: &Series,
    ) -> Vec<(f64, f64)> {
        let mut trail = Vec::new();
        for run in series.runs() {
            let points = thin(run.iter().map(|&p| self.at(p)).collect());
            // Thousands of points are noise: finer lines leave it some structure.
            let width = if run.len() < MANY { line } else { line * 0.6 };
            for piece in clip(&points, self.area) {
                canvas.stroke(&piece, width, dash, ink);
                trail.extend(along(&piece));
            }
            let marked = series.markers || run.len() == 1;
            for &point in points
                .iter()
                .filter(|&&p| marked && self.area.grown(0.5).holds(p))
            {
                self.dot(canvas, point, line, ink);
                trail.push(point);
            }
        }
        trail
    }

    fn dot(&self, canvas: &mut Canvas, at: (f64, f64), line: f64, ink: Rgb) {
        canvas.disc(at, line * 1.7 + 1.0, WHITE);
        canvas.disc(at, line * 1.7, ink);
    }
}

/// An x axis with as many ticks as have room beside each other.
pub(crate) fn x_axis(
    (low, high): (f64, f64),
    room: f64,
    whole: bool,
    notation: Notation,
    tick: &Style,
) -> Axis {
    let mut most = ((room / 34.0) as usize).clamp(2, 10);
    loop {
        let axis = Axis::new(low, high, most, whole, notation);
        let free = axis.ticks.windows(2).all(|pair| {
            let apart = (axis.place(pair[1].0) - axis.place(pair[0].0)) * room;
            apart >= (tick.width(&pair[0].1) + tick.width(&pair[1].1)) / 2.0 + LABEL_GAP
        });
        if free || most <= 1 {
            return axis;
        }
        most -= 1;
        if most == 1 {
            // Not even two labels fit beside each other: one is better than a smear.
            return Axis {
                ticks: axis.ticks.into_iter().take(1).collect(),
                ..axis
            };
        }
    }
}

/// A y axis with ticks a good line apart.
pub(crate) fn y_axis((low, high): (f64, f64), room: f64) -> Axis {
    Axis::new(
        low,
        high,
        ((room / 28.0) as usize).clamp(2, 8),
        false,
        Notation::Auto,
    )
}

/// The width that the labels of a y axis take, with their gap.
pub(crate) fn y_labels_width(axis: &Axis, tick: &Style) -> f64 {
    axis.ticks
        .iter()
        .map(|(_, label)| tick.width(label))
        .fold(0.0, f64::max)
        + TICK_GAP
}

/// Leaves out points that no eye can tell apart: of all that share half a pixel's column, the
/// first, lowest, highest and last remain.
fn thin(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    if points.len() < MANY {
        return points;
    }
    let column = |point: &(f64, f64)| (point.0 * 2.0).floor();
    let mut kept = Vec::new();
    for group in points.chunk_by(|a, b| column(a) == column(b)) {
        let extreme = |sign: f64| {
            (0..group.len()).max_by(|&a, &b| (group[a].1 * sign).total_cmp(&(group[b].1 * sign)))
        };
        let mut places = vec![0, group.len() - 1];
        places.extend(extreme(1.0).into_iter().chain(extreme(-1.0)));
        places.sort_unstable();
        places.dedup();
        kept.extend(places.into_iter().map(|i| group[i]));
    }
    kept
}

/// The parts of a polyline that lie within the area.
fn clip(points: &[(f64, f64)], area: Rect) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    for pair in points.windows(2) {
        let Some((from, to)) = clip_segment(pair[0], pair[1], area) else {
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&from) => piece.push(to),
            _ => pieces.push(vec![from, to]),
        }
    }
    pieces
}

/// Liang and Barsky: the share of the segment within each pair of sides.
fn clip_segment(from: (f64, f64), to: (f64, f64), area: Rect) -> Option<((f64, f64), (f64, f64))> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    for (delta, low, high) in [
        (dx, area.x0 - from.0, area.x1 - from.0),
        (dy, area.y0 - from.1, area.y1 - from.1),
    ] {
        // A hair of tolerance: a point on the frame belongs to it.
        if delta.abs() < 1e-12 {
            if low > 1e-6 || high < -1e-6 {
                return None;
            }
            continue;
        }
        let (a, b) = (low / delta, high / delta);
        enter = enter.max(a.min(b));
        leave = leave.min(a.max(b));
    }
    if enter > leave {
        return None;
    }
    let at = |share: f64| (from.0 + dx * share, from.1 + dy * share);
    let start = if enter <= 0.0 { from } else { at(enter) };
    let stop = if leave >= 1.0 { to } else { at(leave) };
    Some((start, stop))
}

/// Points every few pixels along a polyline, to ask what a legend would cover.
pub(crate) fn along(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut out: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let steps = ((to.0 - from.0).hypot(to.1 - from.1) / 4.0)
            .ceil()
            .clamp(1.0, 2000.0) as usize;
        out.extend((1..=steps).map(|i| {
            let share = i as f64 / steps as f64;
            (
                from.0 + (to.0 - from.0) * share,
                from.1 + (to.1 - from.1) * share,
            )
        }));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Rect = Rect {
        x0: 0.0,
        y0: 0.0,
        x1: 10.0,
        y1: 10.0,
    };

    #[test]
    fn lines_end_at_the_frame() {
        let pieces = clip(
            &[
                (-5.0, 5.0),
                (5.0, 5.0),
                (5.0, 25.0),
                (8.0, 25.0),
                (8.0, 5.0),
            ],
            AREA,
        );
        assert_eq!(
            pieces,
            [
                vec![(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)],
                vec![(8.0, 10.0), (8.0, 5.0)]
            ]
        );
        assert!(clip(&[(20.0, 0.0), (20.0, 10.0)], AREA).is_empty());
        assert!(clip(&[(-1.0, 9.0), (5.0, 30.0)], AREA).is_empty());
        assert!(clip(&[(0.0, 1e300), (10.0, 1e300)], AREA).is_empty());
    }

    #[test]
    fn a_hundred_thousand_points_become_few_but_keep_their_extremes() {
        let points: Vec<(f64, f64)> = (0..100_000)
            .map(|i| {
                (
                    f64::from(i) / 1000.0,
                    if i == 77_777 { 500.0 } else { f64::from(i % 7) },
                )
            })
            .collect();
        let thinned = thin(points.clone());
        assert!(thinned.len() <= 4 * 201, "{}", thinned.len());
        assert!(thinned.contains(&points[77_777]));
        assert_eq!(thinned.first(), points.first());
        assert_eq!(thinned.last(), points.last());
    }

    #[test]
    fn tick_labels_never_touch() {
        let tick = Look::SINGLE.tick;
        for room in [40.0, 90.0, 200.0, 640.0] {
            for range in [
                (0.0, 1.0),
                (1e6, 1e6 + 3.0),
                (-123_456.0, 99_999.0),
                (0.0, 1e-7),
            ] {
                let axis = x_axis(range, room, false, Notation::Auto, &tick);
                for pair in axis.ticks.windows(2) {
                    let apart = (axis.place(pair[1].0) - axis.place(pair[0].0)) * room;
                    let half = (tick.width(&pair[0].1) + tick.width(&pair[1].1)) / 2.0;
                    assert!(apart > half + 5.0, "{room} {range:?} {axis:?}");
                }
            }
        }
    }
}
