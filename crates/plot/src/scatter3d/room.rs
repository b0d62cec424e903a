//! The room that the points stand in: walls behind them, a floor, and three labelled axes.

use crate::canvas::{Align, Canvas, Rect, Style};
use crate::frame::Look;
use crate::palette::{Rgb, SPINE};
use crate::ticks::{Axis, Notation};
use crate::view::{MARGIN, WIDTH};

use super::projection::{Place, Projection, corners};

/// The walls and the floor: fainter than the grid on them.
const WALLS: [Rgb; 3] = [Rgb(248, 249, 250), Rgb(245, 247, 249), Rgb(241, 243, 246)];
/// A grid on tinted walls has to be a little stronger than one on white.
const LINE: Rgb = Rgb(222, 226, 231);
/// Logical pixels from an axis to its numbers, and from those to its name.
const TICK: f64 = 5.0;
const TICK_GAP: f64 = 8.0;
const NAME_GAP: f64 = 8.0;
/// An axis seen along its length has no room for numbers.
const LEAST_LENGTH: f64 = 40.0;

/// The box of the three axes.
pub(super) struct Room<'a> {
    pub(super) projection: Projection,
    pub(super) axes: [Axis; 3],
    pub(super) names: [&'a str; 3],
}

/// An edge of the room that carries an axis.
struct Edge {
    axis: usize,
    ends: [(f64, f64); 2],
    start: Place,
    /// Away from the room, in the picture.
    out: (f64, f64),
}

impl Room<'_> {
    /// Where a point with these coordinates stands in the cube.
    pub(super) fn place(&self, point: [f64; 3]) -> Place {
        std::array::from_fn(|i| 2.0 * self.axes[i].place(point[i]) - 1.0)
    }

    /// As many ticks as have room along each axis.
    pub(super) fn set_ticks(&mut self, look: &Look) {
        for axis in 0..3 {
            let edge = self.edge(axis);
            let (low, high) = (self.axes[axis].low, self.axes[axis].high);
            let mut most = ((edge.length() / 32.0) as usize).clamp(2, 7);
            loop {
                self.axes[axis] = Axis::new(low, high, most, false, Notation::Auto);
                let boxes: Vec<Rect> = self.numbers(&edge, look).map(|(_, place)| place).collect();
                if most <= 2 || !boxes.windows(2).any(|pair| meet(pair[0], pair[1])) {
                    break;
                }
                most -= 1;
            }
        }
    }

    /// Walls, floor and grid; then axes, numbers and names. Returns what the texts take.
    pub(super) fn draw(&self, canvas: &mut Canvas, look: &Look) -> Vec<Rect> {
        for axis in 0..3 {
            self.wall(canvas, axis);
        }
        let mut taken = Vec::new();
        for axis in 0..3 {
            let edge = self.edge(axis);
            canvas.segment(edge.ends[0], edge.ends[1], 1.25, SPINE);
            taken.extend(self.label(canvas, look, &edge));
        }
        taken
    }

    /// The face of the cube behind the points, with the grid of the two other axes.
    fn wall(&self, canvas: &mut Canvas, axis: usize) {
        // The floor carries the shadows: it stays the floor even seen from below.
        let back = if axis == 2 {
            -1.0
        } else {
            self.projection.eye.back(axis)
        };
        let (a, b) = ((axis + 1) % 3, (axis + 2) % 3);
        let at = |u: f64, v: f64| {
            let mut place = [back; 3];
            (place[a], place[b]) = (u, v);
            self.projection.at(place)
        };
        let outline = [at(-1.0, -1.0), at(1.0, -1.0), at(1.0, 1.0), at(-1.0, 1.0)];
        canvas.polygon(&outline, WALLS[axis]);
        for (value, _) in &self.axes[a].ticks {
            let u = 2.0 * self.axes[a].place(*value) - 1.0;
            canvas.segment(at(u, -1.0), at(u, 1.0), 1.0, LINE);
        }
        for (value, _) in &self.axes[b].ticks {
            let v = 2.0 * self.axes[b].place(*value) - 1.0;
            canvas.segment(at(-1.0, v), at(1.0, v), 1.0, LINE);
        }
        let closed: Vec<(f64, f64)> = outline.iter().chain(&outline[..1]).copied().collect();
        for pair in closed.windows(2) {
            canvas.segment(pair[0], pair[1], 1.0, LINE);
        }
    }

    /// The edge that an axis' numbers stand at: for x and y the lower one of the floor, for z the
    /// one at the left.
    fn edge(&self, axis: usize) -> Edge {
        let (a, b) = ((axis + 1) % 3, (axis + 2) % 3);
        let signs = [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)];
        let rank = |place: Place| {
            let ends = [-1.0, 1.0].map(|t| {
                let mut place = place;
                place[axis] = t;
                self.projection.at(place)
            });
            let (x, y) = (ends[0].0 + ends[1].0, ends[0].1 + ends[1].1);
            // Seen straight from the front two edges are equally low: the right one has more room,
            // on a map the left one is usual.
            let sideways = if self.projection.eye.sees_a_map() {
                -x
            } else {
                x
            };
            if axis == 2 { -x } else { y + sideways * 1e-3 }
        };
        let start = signs
            .map(|(u, v)| {
                let mut place = [-1.0; 3];
                (place[a], place[b]) = (u, v);
                place
            })
            .into_iter()
            .filter(|place| axis == 2 || place[2] < 0.0)
            .fold(None, |best: Option<Place>, place| match best {
                Some(best) if rank(best) >= rank(place) - 1e-9 => Some(best),
                _ => Some(place),
            })
            .unwrap_or([-1.0; 3]);
        let mut end = start;
        end[axis] = 1.0;
        let ends = [self.projection.at(start), self.projection.at(end)];
        let middle = self.projection.at([0.0; 3]);
        let (dx, dy) = (ends[1].0 - ends[0].0, ends[1].1 - ends[0].1);
        let length = dx.hypot(dy).max(1e-9);
        let (nx, ny) = (-dy / length, dx / length);
        let from_middle = (
            (ends[0].0 + ends[1].0) / 2.0 - middle.0,
            (ends[0].1 + ends[1].1) / 2.0 - middle.1,
        );
        let side = if nx * from_middle.0 + ny * from_middle.1 < 0.0 {
            -1.0
        } else {
            1.0
        };
        let out = (nx * side, ny * side);
        let beyond = corners().map(|corner| {
            let (x, y) = self.projection.at(corner);
            (x - ends[0].0) * out.0 + (y - ends[0].1) * out.1
        });
        // An edge with a part of the room beyond it has its numbers at its side.
        let out = if beyond.iter().all(|&away| away < 1.0) {
            out
        } else {
            (if from_middle.0 < 0.0 { -1.0 } else { 1.0 }, 0.0)
        };
        Edge {
            axis,
            ends,
            start,
            out,
        }
    }

    /// Each tick's place on its edge, and the box of its number beside it.
    fn numbers<'b>(
        &'b self,
        edge: &'b Edge,
        look: &'b Look,
    ) -> impl Iterator<Item = ((f64, f64), Rect)> + 'b {
        let axis = &self.axes[edge.axis];
        axis.ticks.iter().map(move |(value, label)| {
            let mut place = edge.start;
            place[edge.axis] = 2.0 * axis.place(*value) - 1.0;
            let at = self.projection.at(place);
            (at, beside(at, edge.out, TICK_GAP, look.tick, label))
        })
    }

    /// Where the name of an axis goes, and as much of it as there is room for: beyond the numbers
    /// of x and y, above the upper end of z.
    fn name(
        &self,
        look: &Look,
        edge: &Edge,
        numbers: &[Rect],
        (name, factor): (&str, &str),
    ) -> (Rect, String) {
        let style = look.label;
        let [start, end] = edge.ends;
        let fit = |room: f64| {
            let room = (room - style.width(factor) - style.width(" ")).max(20.0);
            format!("{} {factor}", style.shorten(name, room))
                .trim()
                .to_owned()
        };
        if edge.axis == 2 {
            let right = end.0 + 4.0;
            let text = fit(right - MARGIN);
            let (width, height) = (style.width(&text), style.size * 0.74);
            let top = end.1 - NAME_GAP - height;
            return (Rect::new(right - width, top, width, height), text);
        }
        let deepest = numbers
            .iter()
            .map(|r| extent(*r, edge.out))
            .fold(0.0, f64::max);
        let middle = ((start.0 + end.0) / 2.0, (start.1 + end.1) / 2.0);
        let place = |text: &str| {
            let gap = TICK_GAP + deepest + NAME_GAP;
            beside(middle, edge.out, gap, style, text)
        };
        let mut text = fit(MOST_NAME);
        let beyond = |place: Rect| (place.x1 + MARGIN - WIDTH).max(MARGIN - place.x0);
        let over = beyond(place(&text));
        if over > 0.0 {
            // A box beside the room moves out by half of what it is wider.
            text = fit(style.width(&text) - 2.0 * over);
        }
        (place(&text), text)
    }

    fn label(&self, canvas: &mut Canvas, look: &Look, edge: &Edge) -> Vec<Rect> {
        if edge.length() < LEAST_LENGTH {
            return Vec::new();
        }
        let axis = &self.axes[edge.axis];
        let mut taken = Vec::new();
        for ((at, place), (_, label)) in self.numbers(edge, look).zip(&axis.ticks) {
            let end = (at.0 + edge.out.0 * TICK, at.1 + edge.out.1 * TICK);
            canvas.segment(at, end, 1.0, SPINE);
            write(canvas, place, look.tick, label);
            taken.push(place);
        }
        let name = self.names[edge.axis].trim();
        let factor = axis.factor.as_deref().unwrap_or_default();
        if !name.is_empty() || !factor.is_empty() {
            let (place, name) = self.name(look, edge, &taken, (name, factor));
            write(canvas, place, look.label, &name);
            taken.push(place);
        }
        taken
    }
}

/// How wide the name of an axis may be.
const MOST_NAME: f64 = 240.0;

impl Edge {
    fn length(&self) -> f64 {
        (self.ends[1].0 - self.ends[0].0).hypot(self.ends[1].1 - self.ends[0].1)
    }
}

/// The box of a text that lies this far from a point in a direction.
fn beside(at: (f64, f64), out: (f64, f64), gap: f64, style: Style, text: &str) -> Rect {
    let (width, height) = (style.width(text), style.size * 0.74);
    let away = gap + (width * out.0.abs() + height * out.1.abs()) / 2.0;
    let (x, y) = (at.0 + out.0 * away, at.1 + out.1 * away);
    Rect::new(x - width / 2.0, y - height / 2.0, width, height)
}

/// How much of a box lies along a direction.
fn extent(area: Rect, out: (f64, f64)) -> f64 {
    area.width() * out.0.abs() + area.height() * out.1.abs()
}

fn write(canvas: &mut Canvas, place: Rect, style: Style, text: &str) {
    let at = ((place.x0 + place.x1) / 2.0, place.y1);
    canvas.text(at, Align::Middle, style, text);
}

fn meet(a: Rect, b: Rect) -> bool {
    a.x0 < b.x1 + 6.0 && b.x0 < a.x1 + 6.0 && a.y0 < b.y1 + 4.0 && b.y0 < a.y1 + 4.0
}
