//! Bars that stand, their labels below them and their values above.

use crate::canvas::{Align, Canvas, Rect};
use crate::frame::{Look, y_axis, y_labels_width};
use crate::log_axis::log_y_axis;
use crate::numbers::display;
use crate::palette::{GRID, SPINE, color};
use crate::view::{HEIGHT, MARGIN, WIDTH, foot, head};

use super::{BarPlot, LEGEND_GAP, VALUE};

impl BarPlot {
    pub(super) fn upright(&self) -> Canvas {
        let look = Look::SINGLE;
        let mut canvas = Canvas::new(WIDTH, HEIGHT);
        let top = head(&mut canvas, &look, &self.title, &self.y_label, WIDTH);
        let legend = self.legend(&look);
        let slot = (WIDTH - 2.0 * MARGIN - 50.0) / self.groups.len() as f64;
        let wrapped: Vec<Vec<String>> = self
            .groups
            .iter()
            .map(|group| look.tick.wrap(&group.label, slot - 6.0, 2))
            .collect();
        let lines = wrapped.iter().map(Vec::len).max().unwrap_or(1) as f64;
        let bottom = HEIGHT - foot(&look, &self.x_label) - (lines - 1.0) * look.tick.leading();
        let names_middle = top + look.legend.leading() * 0.5;
        let top = top
            + legend.as_ref().map_or(0.0, |legend| {
                let rows = legend.rows(WIDTH - 2.0 * MARGIN) as f64;
                rows * look.legend.leading() + LEGEND_GAP
            });
        let (low, high) = self.range();
        let y = if self.log {
            log_y_axis((low, high), bottom - top)
        } else {
            y_axis((low, high), bottom - top)
        };
        let left = MARGIN + y_labels_width(&y, &look.tick);
        let area = Rect {
            x0: left,
            y0: top,
            x1: WIDTH - MARGIN,
            y1: bottom,
        };
        let at = |value: f64| area.y1 - y.place(value) * area.height();
        if let Some(legend) = &legend {
            legend.draw_rows(&mut canvas, MARGIN, names_middle, WIDTH - 2.0 * MARGIN);
        }
        for (value, label) in &y.ticks {
            canvas.segment((area.x0, at(*value)), (area.x1, at(*value)), 1.0, GRID);
            let baseline = at(*value) + look.tick.size * 0.36;
            canvas.text((area.x0 - 7.0, baseline), Align::End, look.tick, label);
        }
        if let Some(factor) = &y.factor {
            canvas.text((area.x0, area.y0 - 5.0), Align::Start, look.tick, factor);
        }
        let slot = area.width() / self.groups.len() as f64;
        let each = self.each() as f64;
        // Half a bar: a group takes most of its slot, and no bar is a wall.
        let half = (slot * 0.36 / each).min(40.0 / each.sqrt());
        let widest = self
            .values()
            .map(|value| VALUE.width(&display(value)))
            .fold(0.0, f64::max);
        for (i, (group, label)) in self.groups.iter().zip(&wrapped).enumerate() {
            let middle = area.x0 + slot * (i as f64 + 0.5);
            for (j, value) in group.values.iter().enumerate() {
                let middle = middle + (2.0 * j as f64 + 1.0 - each) * half;
                let (zero, end) = (at(self.base()), at(self.end(*value)));
                let (y0, y1) = (zero.min(end), zero.max(end));
                // Bars of one group are kept apart by a hair.
                let half = if each > 1.0 {
                    (half - 1.0).max(0.5)
                } else {
                    half
                };
                let bar = Rect {
                    x0: middle - half,
                    y0,
                    x1: middle + half,
                    y1,
                };
                canvas.fill(bar, color(j));
                let text = display(*value);
                let baseline = if *value < 0.0 { y1 + 15.0 } else { y0 - 6.0 };
                // Of grouped bars all are told or none, lest one seem to be missing.
                let told = if each > 1.0 {
                    widest <= 2.0 * half
                } else {
                    VALUE.width(&text) <= slot + 2.0
                };
                if told {
                    canvas.text((middle, baseline), Align::Middle, VALUE, &text);
                }
            }
            for (k, line) in label.iter().enumerate() {
                let baseline =
                    area.y1 + 7.0 + look.tick.size * 0.85 + look.tick.leading() * k as f64;
                canvas.text((middle, baseline), Align::Middle, look.tick, line);
            }
        }
        let zero = at(self.base());
        canvas.segment((area.x0, zero), (area.x1, zero), 1.0, SPINE);
        let text = look.label.shorten(&self.x_label, area.width());
        let middle = (area.x0 + area.x1) / 2.0;
        canvas.text(
            (middle, HEIGHT - MARGIN + 4.0),
            Align::Middle,
            look.label,
            &text,
        );
        canvas
    }
}
