//! Drawing a contour plot: the ground, contours, paths, and beside them the levels and the names.

use crate::canvas::{Align, Canvas, Rect, Style};
use crate::frame::{Frame, Look, x_axis, y_axis, y_labels_width};
use crate::legend::{Entry, Legend, Sample};
use crate::palette::{INK, Marker, Rgb, SPINE, WHITE, color, dash, marker};
use crate::scatter::PointStyle;
use crate::text::tabular;
use crate::ticks::Notation;
use crate::view::{MARGIN, axis_titles, foot, head};

use super::ContourPlot;
use super::grid::Grid;
use super::levels::Levels;

const WIDTH: f64 = 940.0;
const HEIGHT: f64 = 500.0;
/// The side of the squares that the ground is made of: one pixel.
const PIXEL: f64 = 0.5;
/// Contours are straight over so many logical pixels.
const STRAIGHT: f64 = 1.5;
const CONTOUR: Rgb = Rgb(132, 150, 175);
const CONTOUR_WIDTH: f64 = 0.75;
const PATH: f64 = 2.0;
/// The white beside a path on each side.
const HALO: f64 = 0.9;
const END_SIZE: f64 = 10.0;
const START_SIZE: f64 = 9.0;
const MINIMUM_SIZE: f64 = 12.0;
/// The bar of colours, and what lies between it and its neighbours.
const BAR: f64 = 13.0;
const APART: f64 = 16.0;

impl ContourPlot {
    pub(super) fn canvas(&self, grid: &Grid, levels: &Levels) -> Canvas {
        let look = Look::SINGLE;
        let mut canvas = Canvas::new(WIDTH, HEIGHT);
        let top = head(&mut canvas, &look, &self.title, &self.y_label, WIDTH);
        let bottom = HEIGHT - foot(&look, &self.x_label);
        let labels = levels.all.iter().map(|(_, label)| tabular(label));
        let labels = labels.map(|label| look.tick.width(&label));
        let labels = labels.fold(0.0, f64::max).ceil();
        let legend = Legend::whole(self.entries(), &look, WIDTH * 0.36);
        let names = legend
            .as_ref()
            .map_or(0.0, |legend| APART + legend.size().0);
        let beside = APART + BAR + 7.0 + labels + names;
        let y = y_axis(grid.y_range, bottom - top);
        let area = Rect {
            x0: (MARGIN + y_labels_width(&y, &look.tick)).ceil(),
            y0: top.ceil(),
            x1: (WIDTH - MARGIN - beside).floor(),
            y1: bottom.floor(),
        };
        let x = x_axis(
            grid.x_range,
            area.width(),
            false,
            Notation::Auto,
            &look.tick,
        );
        let frame = Frame { area, x, y };
        frame.draw(&mut canvas, &look);
        ground(&mut canvas, area, grid, levels);
        contours(&mut canvas, area, grid, levels);
        self.draw_paths(&mut canvas, &frame);
        bar(&mut canvas, area, levels, &look.tick);
        if let Some(legend) = legend {
            let (width, height) = legend.size();
            let left = area.x1 + APART + BAR + 7.0 + labels + APART;
            legend.draw(&mut canvas, Rect::new(left, area.y0 - 6.0, width, height));
        }
        let baseline = HEIGHT - MARGIN + 4.0;
        axis_titles(&mut canvas, &look, &frame, &self.x_label, baseline);
        canvas
    }

    fn draw_paths(&self, canvas: &mut Canvas, frame: &Frame) {
        // All white below all colours: else of two paths in one place the later would hide the other.
        for path in &self.paths {
            frame.curve(canvas, PATH + 2.0 * HALO, (WHITE, &[]), path);
        }
        for (i, path) in self.paths.iter().enumerate() {
            frame.curve(canvas, PATH, (color(i), dash(i)), path);
        }
        let inside = |point| {
            let at = frame.at(point);
            frame.area.grown(0.5).holds(at).then_some(at)
        };
        for at in self.minima.iter().filter_map(|&point| inside(point)) {
            canvas.marker(at, Marker::Cross, MINIMUM_SIZE + 3.0, WHITE);
            canvas.marker(at, Marker::Cross, MINIMUM_SIZE, INK);
        }
        for (i, path) in self.paths.iter().enumerate() {
            if let Some(at) = path.drawable().last().and_then(inside) {
                end(i).draw(canvas, at, END_SIZE);
            }
        }
        for at in self.starts().into_iter().filter_map(inside) {
            canvas.hollow(at, Marker::Disc, START_SIZE, 4.5, WHITE);
            canvas.hollow(at, Marker::Disc, START_SIZE, 2.0, INK);
        }
    }

    /// Where paths begin, each place once.
    fn starts(&self) -> Vec<(f64, f64)> {
        let mut starts = Vec::new();
        for start in self.paths.iter().filter_map(|path| path.drawable().next()) {
            if !starts.contains(&start) {
                starts.push(start);
            }
        }
        starts
    }

    fn entries(&self) -> Vec<Entry> {
        let path = |(i, label): (usize, &String)| Entry {
            label: label.clone(),
            color: color(i),
            sample: Sample::Path(dash(i), marker(i)),
        };
        let labels = self.paths.iter().map(|path| &path.label);
        let mut entries: Vec<_> = labels.enumerate().map(path).collect();
        let mut add = |label: &str, sample, count: usize| {
            if count > 0 {
                entries.push(Entry {
                    label: label.to_owned(),
                    color: INK,
                    sample,
                });
            }
        };
        add("start", Sample::Hollow(Marker::Disc), self.starts().len());
        let minima = self.minima.len();
        let name = if minima > 1 { "minima" } else { "minimum" };
        add(name, Sample::Point(Marker::Cross), minima);
        entries
    }
}

fn end(index: usize) -> PointStyle {
    PointStyle {
        marker: marker(index),
        color: color(index),
        hollow: false,
    }
}

/// Every pixel in the colour of its band, whole runs of them at once.
fn ground(canvas: &mut Canvas, area: Rect, grid: &Grid, levels: &Levels) {
    let (columns, rows) = (area.width() / PIXEL, area.height() / PIXEL);
    for row in 0..rows as usize {
        let up = 1.0 - (row as f64 + 0.5) / rows;
        let band = |column: usize| levels.band(grid.at((column as f64 + 0.5) / columns, up));
        let y = area.y0 + row as f64 * PIXEL;
        let bands: Vec<_> = (0..columns as usize).map(band).collect();
        let mut x = area.x0;
        for run in bands.chunk_by(|a, b| a == b) {
            let width = run.len() as f64 * PIXEL;
            canvas.fill(Rect::new(x, y, width, PIXEL), levels.color(run[0]));
            x += width;
        }
    }
}

/// A fine line along every level, by marching squares (Lorensen and Cline, *Marching cubes*, 1987,
/// in the plane).
fn contours(canvas: &mut Canvas, area: Rect, grid: &Grid, levels: &Levels) {
    let columns = (area.width() / STRAIGHT).ceil() as usize;
    let rows = (area.height() / STRAIGHT).ceil() as usize;
    let at = |c: usize, r: usize| {
        let (across, up) = (c as f64 / columns as f64, r as f64 / rows as f64);
        let place = (
            area.x0 + across * area.width(),
            area.y1 - up * area.height(),
        );
        (place, grid.at(across, up))
    };
    for r in 0..rows {
        for c in 0..columns {
            let corners = [at(c, r), at(c + 1, r), at(c + 1, r + 1), at(c, r + 1)];
            for (level, _) in &levels.all {
                for [from, to] in crossing(corners, *level) {
                    canvas.segment(from, to, CONTOUR_WIDTH, CONTOUR);
                }
            }
        }
    }
}

type Place = (f64, f64);

/// Where a level runs through a square, given its corners in turn with their values.
fn crossing(corners: [(Place, f64); 4], level: f64) -> Vec<[Place; 2]> {
    if corners.iter().any(|(_, value)| value.is_nan()) {
        return Vec::new();
    }
    let sides = (0..4).map(|i| (corners[i], corners[(i + 1) % 4]));
    let points: Vec<Place> = sides
        .filter(|((_, a), (_, b))| (*a < level) != (*b < level))
        .map(|((p, a), (q, b))| {
            let share = ((level - a) / (b - a)).clamp(0.0, 1.0);
            (p.0 + (q.0 - p.0) * share, p.1 + (q.1 - p.1) * share)
        })
        .collect();
    match points[..] {
        [a, b] => vec![[a, b]],
        [a, b, c, d] => {
            // A saddle: its middle says which corners hang together.
            let middle = corners.iter().map(|(_, value)| value / 4.0).sum::<f64>();
            if (middle < level) == (corners[0].1 < level) {
                vec![[a, b], [c, d]]
            } else {
                vec![[a, d], [b, c]]
            }
        }
        _ => Vec::new(),
    }
}

/// The bands above each other, with the levels between them.
fn bar(canvas: &mut Canvas, area: Rect, levels: &Levels, tick: &Style) {
    let bands = levels.all.len() + 1;
    let height = area.height() / bands as f64;
    let left = area.x1 + APART;
    for band in 0..bands {
        let y = area.y1 - (band + 1) as f64 * height;
        canvas.fill(Rect::new(left, y, BAR, height), levels.color(Some(band)));
    }
    let every = (tick.leading() / height).ceil().max(1.0) as usize;
    for (i, (_, label)) in levels.all.iter().enumerate() {
        let y = area.y1 - (i + 1) as f64 * height;
        canvas.segment((left, y), (left + BAR, y), CONTOUR_WIDTH, CONTOUR);
        if i % every == 0 {
            let at = (left + BAR + 7.0, y + tick.size * 0.36);
            canvas.text(at, Align::Start, *tick, &tabular(label));
        }
    }
    let corners = [
        (left, area.y0),
        (left + BAR, area.y0),
        (left + BAR, area.y1),
        (left, area.y1),
        (left, area.y0),
    ];
    for pair in corners.windows(2) {
        canvas.segment(pair[0], pair[1], 1.0, SPINE);
    }
    if let Some(factor) = &levels.factor {
        canvas.text((left, area.y0 - 5.0), Align::Start, *tick, factor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [Place; 4] = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];

    fn lines(values: [f64; 4], level: f64) -> Vec<[Place; 2]> {
        let mut corners = [((0.0, 0.0), 0.0); 4];
        for (corner, (place, value)) in corners.iter_mut().zip(SQUARE.into_iter().zip(values)) {
            *corner = (place, value);
        }
        crossing(corners, level)
    }

    #[test]
    fn a_level_runs_where_the_value_is() {
        // The plane 4x crosses 1 at a quarter.
        assert_eq!(
            lines([0.0, 4.0, 4.0, 0.0], 1.0),
            [[(0.25, 0.0), (0.25, 1.0)]]
        );
        assert!(lines([0.0, 4.0, 4.0, 0.0], 5.0).is_empty());
        assert!(lines([0.0, f64::NAN, 4.0, 0.0], 1.0).is_empty());
    }

    #[test]
    fn a_saddle_keeps_apart_what_its_middle_says() {
        let low = lines([0.0, 1.0, 0.0, 1.0], 0.6);
        let high = lines([0.0, 1.0, 0.0, 1.0], 0.4);
        assert_eq!((low.len(), high.len()), (2, 2));
        assert_ne!(low, high);
        // Each line lies about one corner: below the level in the middle, about a high corner.
        let near = |line: &[Place; 2], (x, y): Place| {
            line.iter().all(|p| (p.0 - x).abs() + (p.1 - y).abs() < 0.7)
        };
        assert!(low.iter().any(|line| near(line, (1.0, 0.0))), "{low:?}");
        assert!(high.iter().any(|line| near(line, (0.0, 0.0))), "{high:?}");
    }
}
