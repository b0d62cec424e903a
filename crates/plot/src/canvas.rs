//! What a figure consists of: shapes and texts in logical pixels, texts above all shapes.

use crate::palette::{Marker, Rgb};
use crate::text::{self, Weight};

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

/// Corners of a circle that is drawn as a line.
const CIRCLE: usize = 48;

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

/// What is filled with a colour.
pub(crate) enum Shape {
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
    /// A rectangle that lets what lies beneath shine through.
    Wash {
        area: Rect,
        color: Rgb,
        alpha: f64,
    },
}

/// One line of text in its place.
pub(crate) struct Label {
    pub(crate) text: String,
    pub(crate) at: (f64, f64),
    pub(crate) align: Align,
    pub(crate) style: Style,
    pub(crate) upright: bool,
}

/// What a figure consists of, before it has pixels.
pub(crate) struct Canvas {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) shapes: Vec<Shape>,
    pub(crate) labels: Vec<Label>,
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

    pub(crate) fn wash(&mut self, area: Rect, color: Rgb, alpha: f64) {
        self.shapes.push(Shape::Wash { area, color, alpha });
    }

    pub(crate) fn polygon(&mut self, points: &[(f64, f64)], color: Rgb) {
        let points = points.to_vec();
        self.shapes.push(Shape::Polygon { points, color });
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
                self.polygon(&[(x, y - up), (x + w, y + down), (x - w, y + down)], color);
            }
            Marker::Diamond => {
                let r = r * 1.2;
                self.polygon(&[(x, y - r), (x + r, y), (x, y + r), (x - r, y)], color);
            }
            Marker::Cross => {
                let r = r * 0.85;
                self.segment((x - r, y - r), (x + r, y + r), size * 0.3, color);
                self.segment((x - r, y + r), (x + r, y - r), size * 0.3, color);
            }
        }
    }

    /// The outline of a marker of this size: a point of another class may lie inside it.
    pub(crate) fn hollow(
        &mut self,
        (x, y): (f64, f64),
        shape: Marker,
        size: f64,
        width: f64,
        color: Rgb,
    ) {
        let r = size / 2.0;
        let corners: Vec<(f64, f64)> = match shape {
            Marker::Disc => (0..CIRCLE)
                .map(|i| (i as f64 / CIRCLE as f64 * std::f64::consts::TAU).sin_cos())
                .map(|(sin, cos)| (x + r * cos, y + r * sin))
                .collect(),
            Marker::Square => {
                let r = r * 0.9;
                vec![
                    (x - r, y - r),
                    (x + r, y - r),
                    (x + r, y + r),
                    (x - r, y + r),
                ]
            }
            Marker::Triangle => {
                let (w, up, down) = (r * 1.2, r * 1.3, r * 0.8);
                vec![(x, y - up), (x + w, y + down), (x - w, y + down)]
            }
            Marker::Diamond => {
                let r = r * 1.2;
                vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
            }
            Marker::Cross => {
                // Only the ends of the arms: a cross has no inside of its own.
                for (dx, dy) in [(-r, -r), (r, -r), (r, r), (-r, r)] {
                    let at = |share: f64| (x + dx * share, y + dy * share);
                    self.segment(at(0.45), at(0.9), width, color);
                }
                return;
            }
        };
        let closed: Vec<(f64, f64)> = corners.iter().chain(&corners[..1]).copied().collect();
        self.stroke(&closed, width, &[], color);
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
}
