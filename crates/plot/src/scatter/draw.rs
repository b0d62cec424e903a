//! Drawing a scatter plot: axes, curves below, the points above, and the legend beside them.

use chainrule_error::{Error, ErrorKind, Result};

use crate::canvas::{Canvas, Rect};
use crate::frame::{Frame, Look, x_axis, y_axis, y_labels_width};
use crate::legend::{Entry, Legend, Sample};
use crate::numbers::short;
use crate::series::Series;
use crate::ticks::{Axis, Notation, range};
use crate::view::{HEIGHT, MARGIN, WIDTH, axis_titles, foot, head};

use super::ScatterPlot;
use super::class::{covers, enlarged, reach};

/// A curve below the points is finer than one that is the matter itself.
const LINE: f64 = 1.5;
/// The longer side of the axes when both have one scale, about.
const EQUAL_SIDE: f64 = 320.0;
const MOST_RATIO: f64 = 20.0;

impl ScatterPlot {
    pub(super) fn canvas(&self) -> Canvas {
        let look = Look::SINGLE;
        let (width, height) = self.extent(&look);
        let mut canvas = Canvas::new(width, height);
        let top = head(&mut canvas, &look, &self.title, &self.y_label, width);
        let bottom = height - foot(&look, &self.x_label);
        let legend = Legend::new(self.entries(), &look, width - 2.0 * MARGIN);
        let area = Rect {
            x0: MARGIN,
            y0: top,
            x1: width - MARGIN,
            y1: bottom,
        };
        let frame = self.frame(&look, area);
        let inside = legend
            .as_ref()
            .map(|legend| legend.place(frame.area, &self.trail(&frame), &[]));
        let frame = match (&legend, inside) {
            (Some(legend), Some(Some(corner))) => {
                frame.draw(&mut canvas, &look);
                legend.draw(&mut canvas, corner);
                frame
            }
            (Some(legend), _) => {
                let rows = legend.rows(area.width()) as f64 * look.legend.leading() + 8.0;
                let frame = self.frame(
                    &look,
                    Rect {
                        y0: area.y0 + rows,
                        ..area
                    },
                );
                frame.draw(&mut canvas, &look);
                let middle = area.y0 + look.legend.leading() * 0.5;
                // Names in several rows may begin above the tick labels.
                let left = if legend.rows(frame.area.width()) == 1 {
                    frame.area.x0
                } else {
                    area.x0
                };
                legend.draw_rows(&mut canvas, left, middle, area.x1 - left);
                frame
            }
            (None, _) => {
                frame.draw(&mut canvas, &look);
                frame
            }
        };
        for line in &self.lines {
            frame.curve(&mut canvas, LINE, (line.color, &[]), &line.series);
        }
        let dots = self.dots(&frame);
        let filled = dots.iter().filter(|dot| !self.classes[dot.1].style.hollow);
        let sizes = covers(filled.clone().copied());
        for (&(at, class), below) in filled.zip(sizes) {
            let size = enlarged(self.point_size, below);
            self.classes[class].style.draw(&mut canvas, at, size);
        }
        for &(at, class) in dots.iter().filter(|dot| self.classes[dot.1].style.hollow) {
            self.classes[class]
                .style
                .draw(&mut canvas, at, self.point_size);
        }
        axis_titles(
            &mut canvas,
            &look,
            &frame,
            &self.x_label,
            height - MARGIN + 4.0,
        );
        canvas
    }

    /// One scale for both axes cannot show a strip that is all but a line.
    pub(super) fn check_ratio(&self, place: &str) -> Result<()> {
        if !self.equal_axes {
            return Ok(());
        }
        let frame = self.frame(&Look::SINGLE, Rect::new(0.0, 0.0, WIDTH, HEIGHT));
        let ratio = frame.x.span() / frame.y.span();
        if (1.0 / MOST_RATIO..=MOST_RATIO).contains(&ratio) {
            return Ok(());
        }
        let span = |axis: &Axis| format!("{} to {}", short(axis.low), short(axis.high));
        Err(Error::new(ErrorKind::Value, format!("{place}, equal axes"))
            .expected(format!(
                "ranges of which none is {MOST_RATIO} times the other"
            ))
            .got(format!(
                "x from {}, y from {}",
                span(&frame.x),
                span(&frame.y)
            ))
            .hint("set .x_range and .y_range, or leave .equal_axes() out"))
    }

    /// The figure's width and height: with one scale for both axes, what their ranges need.
    fn extent(&self, look: &Look) -> (f64, f64) {
        if !self.equal_axes {
            return (WIDTH, HEIGHT);
        }
        let frame = self.frame(look, Rect::new(0.0, 0.0, EQUAL_SIDE, EQUAL_SIDE));
        let ratio = frame.x.span() / frame.y.span();
        let (wide, high) = (EQUAL_SIDE * ratio, EQUAL_SIDE);
        let beside = 2.0 * MARGIN + y_labels_width(&frame.y, &look.tick);
        let width = (wide + beside).clamp(360.0, WIDTH);
        let mut probe = Canvas::new(1.0, 1.0);
        let top = head(&mut probe, look, &self.title, &self.y_label, width);
        let high = high.min((width - beside) / ratio).max(80.0);
        (width, top + high + foot(look, &self.x_label))
    }

    fn frame(&self, look: &Look, area: Rect) -> Frame {
        let points = || {
            let classes = self.classes.iter().map(|class| &class.series);
            let lines = self.lines.iter().map(|line| &line.series);
            classes.chain(lines).flat_map(Series::drawable)
        };
        let span = |set: Option<(f64, f64)>, found: Option<(f64, f64)>| set.or(found);
        let x = span(self.x_range, range(points().map(|p| p.0), 0.05)).unwrap_or((0.0, 1.0));
        let y = span(self.y_range, range(points().map(|p| p.1), 0.07)).unwrap_or((0.0, 1.0));
        let mut y = y_axis(y, area.height());
        let mut area = Rect {
            x0: area.x0 + y_labels_width(&y, &look.tick),
            ..area
        };
        let mut x = x_axis(x, area.width(), false, Notation::Auto, &look.tick);
        if self.equal_axes {
            let ratio = x.span() / y.span();
            let height = area.height().min(area.width() / ratio).max(20.0);
            let width = (height * ratio).clamp(20.0, area.width());
            area.y0 = area.y1 - height;
            area.x1 = area.x0 + width;
            y = y_axis((y.low, y.high), height);
            x = x_axis((x.low, x.high), width, false, Notation::Auto, &look.tick);
        }
        Frame { area, x, y }
    }

    /// Where the points lie, with their classes: the classes take turns, so that none hides all
    /// of another.
    fn dots(&self, frame: &Frame) -> Vec<((f64, f64), usize)> {
        let mut dots: Vec<(usize, usize, (f64, f64))> = Vec::new();
        for (class, of) in self.classes.iter().enumerate() {
            let points = of.series.drawable().map(|p| frame.at(p));
            let seen = points.filter(|&p| frame.area.grown(0.5).holds(p));
            dots.extend(seen.enumerate().map(|(turn, p)| (turn, class, p)));
        }
        dots.sort_by_key(|&(turn, class, _)| (turn, class));
        dots.into_iter().map(|(_, class, p)| (p, class)).collect()
    }

    /// What a legend may not cover: the points with their extent, and the curves.
    fn trail(&self, frame: &Frame) -> Vec<(f64, f64)> {
        let mut probe = Canvas::new(1.0, 1.0);
        let mut trail: Vec<(f64, f64)> = Vec::new();
        for line in &self.lines {
            trail.extend(frame.curve(&mut probe, LINE, (line.color, &[]), &line.series));
        }
        let dots = self.dots(frame);
        // Points of the usual size are within the legend's clearance anyway.
        let more = (reach(self.point_size) - reach(super::class::POINT_SIZE)).max(0.0);
        for &((x, y), _) in &dots {
            trail.push((x, y));
            if more > 0.0 {
                trail.extend([(x - more, y), (x + more, y), (x, y - more), (x, y + more)]);
            }
        }
        trail
    }

    fn entries(&self) -> Vec<Entry> {
        let classes = self.classes.iter();
        let classes = classes.map(|class| class.style.entry(&class.series.label));
        let lines = self.lines.iter().map(|line| Entry {
            label: line.series.label.clone(),
            color: line.color,
            sample: Sample::Line(&[]),
        });
        classes.chain(lines).collect()
    }
}
