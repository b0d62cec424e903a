//! Drawing points in space: the far ones first, each on the line down to its shadow.

use crate::canvas::{Canvas, Rect};
use crate::frame::Look;
use crate::legend::{Entry, Legend, Sample};
use crate::palette::{Rgb, color};
use crate::render::GRAIN;
use crate::scatter::reach;
use crate::ticks::{Axis, Notation, range};
use crate::view::{MARGIN, WIDTH, head};

use super::projection::{Eye, Place, Projection, corners};
use super::room::Room;
use super::{ScatterPlot3d, drawable_point};

const HEIGHT: f64 = 540.0;
/// Around the room, for numbers and names.
const SIDE: f64 = 120.0;
const BELOW: f64 = 62.0;
const SHADOW: Rgb = Rgb(190, 196, 204);
const DROP: Rgb = Rgb(150, 157, 167);
const PLANE_ALPHA: f64 = 0.28;
/// Beyond so many points the lines to the floor would hide more than they tell.
const MOST_DROPS: usize = 100;
const MOST_SHADOWS: usize = 2000;

impl ScatterPlot3d {
    pub(super) fn canvas(&self) -> Canvas {
        let look = Look::SINGLE;
        let mut canvas = Canvas::new(WIDTH, HEIGHT);
        let top = head(&mut canvas, &look, &self.title, "", WIDTH);
        let legend = Legend::new(self.entries(), &look, WIDTH - 2.0 * MARGIN);
        let area = Rect {
            x0: MARGIN,
            y0: top,
            x1: WIDTH - MARGIN,
            y1: HEIGHT - MARGIN,
        };
        let mark = canvas.mark();
        let mut room = self.room(&look, area);
        let mut taken = room.draw(&mut canvas, &look);
        if let Some(legend) = &legend {
            taken.extend(self.trail(&room));
            if let Some(corner) = legend.place(area, &[], &taken) {
                legend.draw(&mut canvas, corner);
            } else {
                canvas.rewind(mark);
                let rows = legend.rows(area.width()) as f64 * look.legend.leading() + 8.0;
                let y0 = area.y0 + rows;
                room = self.room(&look, Rect { y0, ..area });
                room.draw(&mut canvas, &look);
                let middle = area.y0 + look.legend.leading() * 0.5;
                legend.draw_rows(&mut canvas, area.x0, middle, area.width());
            }
        }
        self.layers(&mut canvas, &room);
        canvas
    }

    fn room(&self, look: &Look, area: Rect) -> Room<'_> {
        let points = || {
            let points = self.classes.iter().flat_map(|class| &class.points);
            points.filter(|point| drawable_point(point))
        };
        let planes = || self.planes.iter().map(|plane| plane.z);
        let axes = [0, 1, 2].map(|i| {
            let values = points().map(|point| point[i]);
            let values = values.chain(planes().filter(|_| i == 2));
            let found = range(values, 0.08).unwrap_or((0.0, 1.0));
            let (low, high) = self.ranges[i].unwrap_or(found);
            Axis::new(low, high, 5, false, Notation::Auto)
        });
        let inside = Rect {
            x0: area.x0 + SIDE,
            y0: area.y0 + 4.0,
            x1: area.x1 - SIDE,
            y1: area.y1 - BELOW + MARGIN,
        };
        let mut room = Room {
            projection: Projection::fit(Eye::new(self.azimuth, self.elevation), inside),
            axes,
            names: [&self.labels[0], &self.labels[1], &self.labels[2]],
        };
        room.set_ticks(look);
        room
    }

    /// The points within the ranges: where they stand, and their classes.
    fn dots(&self, room: &Room<'_>) -> Vec<(Place, usize)> {
        let mut dots = Vec::new();
        for (class, of) in self.classes.iter().enumerate() {
            let points = of.points.iter().filter(|point| drawable_point(point));
            let places = points.map(|&point| room.place(point));
            let seen = places.filter(|place| place.iter().all(|v| v.abs() <= 1.0 + 1e-9));
            dots.extend(seen.map(|place| (place, class)));
        }
        dots
    }

    /// Paints layer by layer, the one behind first: layers lie between the horizontal planes.
    fn layers(&self, canvas: &mut Canvas, room: &Room<'_>) {
        let eye = room.projection.eye;
        let mut dots = self.dots(room);
        let nearness = |dot: &(Place, usize)| eye.nearness(dot.0);
        dots.sort_by(|a, b| nearness(a).total_cmp(&nearness(b)));
        let mut planes: Vec<(f64, Rgb)> = (0..)
            .zip(&self.planes)
            .map(|(i, plane)| (2.0 * room.axes[2].place(plane.z) - 1.0, self.plane_color(i)))
            .filter(|plane| plane.0.abs() <= 1.0)
            .collect();
        planes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut bounds = vec![-1.0];
        bounds.extend(planes.iter().map(|plane| plane.0));
        bounds.push(1.0);
        let mut order: Vec<usize> = (0..=planes.len()).collect();
        let from_above = eye.back(2) < 0.0;
        if !from_above {
            order.reverse();
        }
        let drops = dots.len() <= MOST_DROPS;
        if dots.len() <= MOST_SHADOWS {
            for (place, _) in &dots {
                self.shadow(canvas, room, *place);
            }
        }
        for (turn, &layer) in order.iter().enumerate() {
            let (low, high) = (bounds[layer], bounds[layer + 1]);
            let last = layer == planes.len();
            for &([x, y, z], class) in &dots {
                if drops && z > low {
                    let at = |z: f64| room.projection.at([x, y, z]);
                    canvas.stroke(&[at(low), at(z.min(high))], 1.0, &[3.0, 2.0], DROP);
                }
                if z >= low && (z < high || last) {
                    let size = self.point_size * eye.nearness([x, y, z]).powf(1.4);
                    let at = room.projection.at([x, y, z]);
                    self.classes[class].style.draw(canvas, at, size);
                }
            }
            if turn < planes.len() {
                let plane = planes[if from_above { layer } else { layer - 1 }];
                wash_plane(canvas, room, plane);
            }
        }
    }

    /// A small disc on the floor below a point, flat as the floor is.
    fn shadow(&self, canvas: &mut Canvas, room: &Room<'_>, [x, y, _]: Place) {
        let radius = self.point_size * 0.0016 + 0.012;
        let outline: Vec<(f64, f64)> = (0..24)
            .map(|i| (f64::from(i) / 24.0 * std::f64::consts::TAU).sin_cos())
            .map(|(sin, cos)| {
                room.projection
                    .at([x + radius * cos, y + radius * sin, -1.0])
            })
            .collect();
        canvas.polygon(&outline, SHADOW);
    }

    /// Boxes over the room's outline and the points, which a legend may not cover.
    fn trail(&self, room: &Room<'_>) -> Vec<Rect> {
        let dots = self.dots(room);
        let away = reach(self.point_size) * 1.3;
        let dots = dots
            .iter()
            .map(|(place, _)| (room.projection.at(*place), away));
        let mut boxes: Vec<Rect> = dots
            .map(|((x, y), away)| Rect::new(x, y, 0.0, 0.0).grown(away))
            .collect();
        let places = corners();
        for (i, a) in places.iter().enumerate() {
            for b in &places[i + 1..] {
                let changed = a.iter().zip(b).filter(|(a, b)| a != b).count();
                if changed == 1 {
                    boxes.extend((0..=20).map(|t| {
                        let t = f64::from(t) / 20.0;
                        let place = [0, 1, 2].map(|k| a[k] + (b[k] - a[k]) * t);
                        let (x, y) = room.projection.at(place);
                        Rect::new(x, y, 0.0, 0.0).grown(2.0)
                    }));
                }
            }
        }
        boxes
    }

    fn plane_color(&self, index: usize) -> Rgb {
        color(self.classes.len() + index)
    }

    fn entries(&self) -> Vec<Entry> {
        let classes = self.classes.iter();
        let classes = classes.map(|class| class.style.entry(&class.label));
        let planes = self.planes.iter().enumerate().map(|(i, plane)| Entry {
            label: plane.label.clone(),
            color: self.plane_color(i).over_white(PLANE_ALPHA * 1.4),
            sample: Sample::Area,
        });
        classes.chain(planes).collect()
    }
}

/// A plane across the room that lets shine through what has been drawn.
fn wash_plane(canvas: &mut Canvas, room: &Room<'_>, (z, ink): (f64, Rgb)) {
    let corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
    let outline = corners.map(|(x, y)| room.projection.at([x, y, z]));
    let edges: Vec<_> = (0..4).map(|i| (outline[i], outline[(i + 1) % 4])).collect();
    let (start, end) = ends(outline.iter().map(|p| p.0));
    let mut column = (start * GRAIN).round();
    while column < (end * GRAIN).round() {
        let x = (column + 0.5) / GRAIN;
        let crossed = edges.iter().filter(|(a, b)| (a.0 <= x) != (b.0 <= x));
        let heights = crossed.map(|(a, b)| a.1 + (b.1 - a.1) * (x - a.0) / (b.0 - a.0));
        let (top, bottom) = ends(heights);
        if top < bottom {
            let strip = Rect::new(column / GRAIN, top, 1.0 / GRAIN, bottom - top);
            canvas.wash(strip, ink, PLANE_ALPHA);
        }
        column += 1.0;
    }
    for (from, to) in edges {
        canvas.segment(from, to, 1.25, ink.over_white(0.6));
    }
}

/// The least and the largest.
fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::MAX, f64::MIN), |(low, high), v| {
        (low.min(v), high.max(v))
    })
}
