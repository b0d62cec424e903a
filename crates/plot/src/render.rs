//! From a canvas to pixels, by plotters' bitmap backend.
//!
//! Shapes are drawn on a plane of twice the figure's resolution and averaged down, band by band:
//! plotters works on whole pixels, and that is how a curve becomes smooth. Texts lie above all
//! shapes and are drawn at the figure's own resolution.

use chainrule_error::{Error, ErrorKind, Result};
use plotters::backend::{BitMapBackend, DrawingBackend};
use plotters::style::{Color, RGBColor};

use crate::canvas::{Align, Canvas, Label, Shape};
use crate::palette::{Rgb, WHITE};
use crate::text;

/// Pixels per logical pixel.
pub(crate) const SCALE: u32 = 2;
/// Samples per pixel in each direction while shapes are drawn.
const SAMPLES: u32 = 2;
/// Samples per logical pixel in each direction: the finest column that can be filled.
pub(crate) const GRAIN: f64 = (SCALE * SAMPLES) as f64;
/// Rows of pixels that are drawn at once; bounds the memory, not the picture.
const BAND: u32 = 256;
/// 40 million pixels: a figure of 1200 logical pixels may be 8300 high.
const MOST_PIXELS: f64 = 40e6;

impl Canvas {
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
                Shape::Wash { area, color, alpha } => {
                    let (from, to) = (at((area.x0, area.y0)), at((area.x1, area.y1)));
                    backend.draw_rect(from, to, &ink(*color).mix(*alpha), true)
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
            Self::Fill { area, .. } | Self::Wash { area, .. } => (area.y0, area.y1),
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
                let color = RGBColor(r, g, b).mix(f64::from(cover)).to_backend_color();
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
