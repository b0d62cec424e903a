//! A list of shapes and texts in logical pixels, and its rendering to an RGB buffer.
//!
//! Shapes are drawn by plotters' bitmap backend on a plane of twice the figure's resolution and
//! averaged down, band by band: plotters works on whole pixels, and that is how a curve becomes
//! smooth. Texts lie above all shapes and are drawn at the figure's own resolution.

use chainrule_error::{Error, ErrorKind, Result};
use plotters::backend::{BitMapBackend, DrawingBackend};
use plotters::style::RGBColor;

use crate::palette::{Marker, Rgb, WHITE};
use crate::text::{self, Weight};

/// Pixels per logical pixel.
pub(crate) const SCALE: u32 = 2;
/// Samples per pixel in each direction while shapes are drawn.
const SAMPLES: u32 = 2;
/// Rows of pixels that are drawn at once; bounds the memory, not the picture.
const BAND: u32 = 256;
/// 40 million pixels: a figure of 1200 logical pixels may be 8300 high.
const MOST_PIXELS: f64 = 40e6;

/// A rectangle in logical pixels, `y` downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rect {
    pub(crate) x0: f64,
    pub(crate) y0: f64,
    pub(crate) x1: f64,
    pub(crate) y1: f64,
}

impl Rect {
    pub(crate) fn new(x0: f64, y0: f64, width: f64, height: f64) -> Self {
        Self {
            x0,
            y0,
            x1: x0 + width,
            y1: y0 + height,
        }
    }

    pub(crate) fn width(&self) -> f64 {
        self.x1 - self.x0
    }

    pub(crate) fn height(&self) -> f64 {
        self.y1 - self.y0
    }

    pub(crate) fn grown(&self, by: f64) -> Self {
        Self {
            x0: self.x0 - by,
            y0: self.y0 - by,
            x1: self.x1 + by,
            y1: self.y1 + by,
        }
    }

    pub(crate) fn holds(&self, (x, y): (f64, f64)) -> bool {
        (self.x0..=self.x1).contains(&x) && (self.y0..=self.y1).contains(&y)
    }
}

/// Which point of a text the given position is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) size: f64,
    pub(crate) weight: Weight,
    pub(crate) color: Rgb,
}

impl Style {
    pub(crate) const fn new(size: f64, weight: Weight, color: Rgb) -> Self {
        Self {
            size,
            weight,
            color,
        }
    }

    pub(crate) fn width(&self, text: &str) -> f64 {
        text::width(text, self.size, self.weight)
    }

    pub(crate) fn shorten(&self, text: &str, room: f64) -> String {
        text::shorten(text, self.size, self.weight, room)
    }

    pub(crate) fn wrap(&self, text: &str, room: f64, lines: usize) -> Vec<String> {
        text::wrap(text, self.size, self.weight, room, lines)
    }

    /// From one baseline to the next.
    pub(crate) fn leading(&self) -> f64 {
        (self.size * 1.35).round()
    }
}

enum Shape {
    Fill {
        area: Rect,
        color: Rgb,
    },
    Polygon {
        points: Vec<(f64, f64)>,
        color: Rgb,
    },
    Disc {
        center: (f64, f64),
        radius: f64,
        color: Rgb,
    },
    Segment {
        from: (f64, f64),
        to: (f64, f64),
        width: f64,
        color: Rgb,
    },
}

struct Label {
    text: String,
    at: (f64, f64),
    align: Align,
    style: Style,
    upright: bool,
}

/// What a figure consists of, before it has pixels.
pub(crate) struct Canvas {
    width: f64,
    height: f64,
    shapes: Vec<Shape>,
    labels: Vec<Label>,
}

impl Canvas {
    /// A white canvas of this many logical pixels.
    pub(crate) fn new(width: f64, height: f64) -> Self {
        let (width, height) = (width.ceil().max(1.0), height.ceil().max(1.0));
        Self {
            width,
            height,
            shapes: Vec::new(),
            labels: Vec::new(),
        }
    }

    /// How much has been drawn, for [`Canvas::rewind`].
    pub(crate) fn mark(&self) -> (usize, usize) {
        (self.shapes.len(), self.labels.len())
    }

    /// Takes back what was drawn since the mark.
    pub(crate) fn rewind(&mut self, (shapes, labels): (usize, usize)) {
        self.shapes.truncate(shapes);
        self.labels.truncate(labels);
    }

    pub(crate) fn fill(&mut self, area: Rect, color: Rgb) {
        self.shapes.push(Shape::Fill { area, color });
    }

    pub(crate) fn disc(&mut self, center: (f64, f64), radius: f64, color: Rgb) {
        self.shapes.push(Shape::Disc {
            center,
            radius,
            color,
        });
    }

    pub(crate) fn segment(&mut self, from: (f64, f64), to: (f64, f64), width: f64, color: Rgb) {
        self.shapes.push(Shape::Segment {
            from,
            to,
            width,
            color,
        });
    }

    /// A rectangle with round corners.
    pub(crate) fn pill(&mut self, area: Rect, radius: f64, color: Rgb) {
        let r = radius.min(area.width() / 2.0).min(area.height() / 2.0);
        self.fill(
            Rect {
                x0: area.x0 + r,
                x1: area.x1 - r,
                ..area
            },
            color,
        );
        self.fill(
            Rect {
                y0: area.y0 + r,
                y1: area.y1 - r,
                ..area
            },
            color,
        );
        for x in [area.x0 + r, area.x1 - r] {
            for y in [area.y0 + r, area.y1 - r] {
                self.disc((x, y), r, color);
            }
        }
    }

    /// A line through all points with round joins, dashed if `dash` has lengths.
    pub(crate) fn stroke(&mut self, points: &[(f64, f64)], width: f64, dash: &[f64], color: Rgb) {
        let round = width >= 1.0;
        // A hair smaller than the line, or each joint would be a bead on it.
        let joint = (width - 0.3) / 2.0;
        let (mut part, mut left) = (0, dash.first().copied().unwrap_or(f64::INFINITY));
        for pair in points.windows(2) {
            let (mut from, to) = (pair[0], pair[1]);
            loop {
                let length = (to.0 - from.0).hypot(to.1 - from.1);
                let reach = length.min(left);
                let part_of = if length > 0.0 { reach / length } else { 1.0 };
                let stop = (
                    from.0 + (to.0 - from.0) * part_of,
                    from.1 + (to.1 - from.1) * part_of,
                );
                if part % 2 == 0 {
                    self.segment(from, stop, width, color);
                    if round && dash.is_empty() {
                        self.disc(stop, joint, color);
                    }
                }
                left -= reach;
                if length <= reach {
                    break;
                }
                from = stop;
                part = (part + 1) % dash.len().max(1);
                left = dash.get(part).copied().unwrap_or(f64::INFINITY);
            }
        }
        if let Some(&first) = points.first()
            && round
            && dash.is_empty()
        {
            self.disc(first, joint, color);
        }
    }

    /// A point of a class; `size` is about its diameter.
    pub(crate) fn marker(&mut self, (x, y): (f64, f64), shape: Marker, size: f64, color: Rgb) {
        let r = size / 2.0;
        match shape {
            Marker::Disc => self.disc((x, y), r, color),
            Marker::Square => {
                let r = r * 0.9;
                self.fill(Rect::new(x - r, y - r, 2.0 * r, 2.0 * r), color);
            }
            Marker::Triangle => {
                let (w, up, down) = (r * 1.1, r * 1.2, r * 0.75);
                let points = vec![(x, y - up), (x + w, y + down), (x - w, y + down)];
                self.shapes.push(Shape::Polygon { points, color });
            }
            Marker::Diamond => {
                let r = r * 1.2;
                let points = vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)];
                self.shapes.push(Shape::Polygon { points, color });
            }
            Marker::Cross => {
                let r = r * 0.85;
                self.segment((x - r, y - r), (x + r, y + r), size * 0.3, color);
                self.segment((x - r, y + r), (x + r, y - r), size * 0.3, color);
            }
        }
    }

    /// One line of text; `at` is on its baseline.
    pub(crate) fn text(&mut self, at: (f64, f64), align: Align, style: Style, text: &str) {
        self.labels.push(Label {
            text: text.to_owned(),
            at,
            align,
            style,
            upright: true,
        });
    }

    /// One line of text that reads upwards; `at` is on its baseline.
    pub(crate) fn text_up(&mut self, at: (f64, f64), align: Align, style: Style, text: &str) {
        self.labels.push(Label {
            text: text.to_owned(),
            at,
            align,
            style,
            upright: false,
        });
    }

    /// Draws everything: RGB bytes row by row, with their width and height in pixels.
    pub(crate) fn render(&self) -> Result<(Vec<u8>, u32, u32)> {
        let scale = f64::from(SCALE);
        check_size(self.width * scale, self.height * scale)?;
        let (width, height) = (self.width as u32 * SCALE, self.height as u32 * SCALE);
        let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
        let mut plane = vec![255; (width * SAMPLES) as usize * (BAND * SAMPLES) as usize * 3];
        for top in (0..height).step_by(BAND as usize) {
            let rows = BAND.min(height - top);
            self.draw_band(&mut plane, (width * SAMPLES, rows * SAMPLES), top * SAMPLES)?;
            average(&plane, width, rows, &mut pixels);
        }
        let mut backend = BitMapBackend::with_buffer(&mut pixels, (width, height));
        for label in &self.labels {
            label.draw(&mut backend)?;
        }
        drop(backend);
        Ok((pixels, width, height))
    }

    fn draw_band(&self, plane: &mut [u8], size: (u32, u32), top: u32) -> Result<()> {
        let mut backend = BitMapBackend::with_buffer(plane, size);
        let s = f64::from(SCALE * SAMPLES);
        let band = (f64::from(top) / s, f64::from(top + size.1) / s);
        let at = |(x, y): (f64, f64)| ((x * s).round() as i32, (y * s).round() as i32 - top as i32);
        let (right, bottom) = (size.0 as i32, size.1 as i32);
        backend
            .draw_rect((0, 0), (right, bottom), &ink(WHITE), true)
            .map_err(broken)?;
        for shape in self.shapes.iter().filter(|shape| shape.meets(band)) {
            match shape {
                Shape::Fill { area, color } => {
                    let (from, to) = (at((area.x0, area.y0)), at((area.x1, area.y1)));
                    backend.draw_rect(from, to, &ink(*color), true)
                }
                Shape::Polygon { points, color } => {
                    backend.fill_polygon(points.iter().map(|&p| at(p)), &ink(*color))
                }
                Shape::Disc {
                    center,
                    radius,
                    color,
                } => {
                    let radius = (radius * s).round() as u32;
                    backend.draw_circle(at(*center), radius, &ink(*color), true)
                }
                Shape::Segment {
                    from,
                    to,
                    width,
                    color,
                } => {
                    let corners = thick(*from, *to, *width - 0.5 / s);
                    if from.0 == to.0 || from.1 == to.1 {
                        // Exact edges for what is straight: grids, spines, flat curves.
                        let half = width / 2.0;
                        let (dx, dy) = if from.1 == to.1 {
                            (0.0, half)
                        } else {
                            (half, 0.0)
                        };
                        let a = at((from.0.min(to.0) - dx, from.1.min(to.1) - dy));
                        let b = at((from.0.max(to.0) + dx, from.1.max(to.1) + dy));
                        backend.draw_rect(a, b, &ink(*color), true)
                    } else {
                        backend.fill_polygon(corners.map(at), &ink(*color))
                    }
                }
            }
            .map_err(broken)?;
        }
        Ok(())
    }
}

impl Shape {
    /// Whether anything of it lies between these heights.
    fn meets(&self, (top, bottom): (f64, f64)) -> bool {
        let (low, high) = match self {
            Self::Fill { area, .. } => (area.y0, area.y1),
            Self::Polygon { points, .. } => {
                points.iter().fold((f64::MAX, f64::MIN), |(low, high), p| {
                    (low.min(p.1), high.max(p.1))
                })
            }
            Self::Disc { center, radius, .. } => (center.1 - radius, center.1 + radius),
            Self::Segment {
                from, to, width, ..
            } => (from.1.min(to.1) - width, from.1.max(to.1) + width),
        };
        high + 2.0 >= top && low - 2.0 <= bottom
    }
}

impl Label {
    fn draw(&self, backend: &mut BitMapBackend<'_>) -> Result<()> {
        let scale = f64::from(SCALE);
        let size = self.style.size * scale;
        let long = text::width(&self.text, size, self.style.weight);
        let back = match self.align {
            Align::Start => 0.0,
            Align::Middle => long / 2.0,
            Align::End => long,
        };
        // `along` runs with the text, `across` from the top of its letters downwards.
        let (x, y) = (self.at.0 * scale, self.at.1 * scale);
        let (along, across) = if self.upright {
            (x - back, y)
        } else {
            (-y - back, x)
        };
        let (start, base) = (along.floor(), across.round());
        let Rgb(r, g, b) = self.style.color;
        let mut result = Ok(());
        text::rasterize(
            &self.text,
            size,
            self.style.weight,
            (along - start, 0.0),
            |u, v, cover| {
                let (u, v) = (u + start as i32, v + base as i32);
                let point = if self.upright { (u, v) } else { (v, -1 - u) };
                let color = plotters::style::Color::to_backend_color(&plotters::style::Color::mix(
                    &RGBColor(r, g, b),
                    f64::from(cover),
                ));
                if let Err(error) = backend.draw_pixel(point, color) {
                    result = Err(broken(error));
                }
            },
        );
        result
    }
}

/// Refuses what no screen shows and no memory should hold.
pub(crate) fn check_size(width: f64, height: f64) -> Result<()> {
    if width * height <= MOST_PIXELS && width <= 65_000.0 && height <= 65_000.0 {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Value, "the figure is too large")
        .expected(format!("at most {} million pixels", MOST_PIXELS / 1e6))
        .got(format!("{width:.0} × {height:.0} pixels"))
        .hint("draw fewer rows, images or panels, or several figures"))
}

fn ink(Rgb(r, g, b): Rgb) -> RGBColor {
    RGBColor(r, g, b)
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Internal, "drawing into memory failed")
        .source(error)
        .hint("please report")
}

/// The four corners of a thick line.
fn thick(from: (f64, f64), to: (f64, f64), width: f64) -> [(f64, f64); 4] {
    let length = (to.0 - from.0).hypot(to.1 - from.1).max(1e-9);
    let (nx, ny) = (
        -(to.1 - from.1) / length * width / 2.0,
        (to.0 - from.0) / length * width / 2.0,
    );
    [
        (from.0 + nx, from.1 + ny),
        (to.0 + nx, to.1 + ny),
        (to.0 - nx, to.1 - ny),
        (from.0 - nx, from.1 - ny),
    ]
}

/// Appends `rows` rows of pixels, each the mean of its samples.
fn average(plane: &[u8], width: u32, rows: u32, pixels: &mut Vec<u8>) {
    let stride = (width * SAMPLES) as usize * 3;
    for row in plane.chunks_exact(stride * 2).take(rows as usize) {
        let (upper, lower) = row.split_at(stride);
        for (a, b) in upper.chunks_exact(6).zip(lower.chunks_exact(6)) {
            for c in 0..3 {
                let sum =
                    u16::from(a[c]) + u16::from(a[c + 3]) + u16::from(b[c]) + u16::from(b[c + 3]);
                pixels.push(((sum + 2) / 4) as u8);
            }
        }
    }
}
