//! Bars that lie, their labels at the left and their values at their ends.

use crate::canvas::{Align, Canvas, Rect, Style};
use crate::frame::Look;
use crate::log_axis::log_x_axis;
use crate::numbers::display;
use crate::palette::{FAINT, GRID, SPINE, color};
use crate::ticks::{Axis, Notation};
use crate::view::{MARGIN, WIDTH, foot, head};

use super::{BarPlot, LEGEND_GAP, VALUE};

/// Half the height of one of a few bars.
const GROUPED_HALF: f64 = 10.0;
/// Half the height of one of four or more: their values just have room.
const CROWDED_HALF: f64 = 8.0;

impl BarPlot {
    pub(super) fn lying(&self) -> Canvas {
        let look = Look::SINGLE;
        let most = WIDTH * 0.36;
        let wrapped: Vec<Vec<String>> = self
            .groups
            .iter()
            .map(|group| look.label.wrap(&group.label, most, 2))
            .collect();
        let each = self.each() as f64;
        let grouped_half = if each < 4.0 {
            GROUPED_HALF
        } else {
            CROWDED_HALF
        };
        let slot = if each > 1.0 {
            each * 2.0 * grouped_half + 14.0
        } else if wrapped.iter().any(|lines| lines.len() > 1) {
            42.0
        } else {
            32.0
        };
        let mut probe = Canvas::new(1.0, 1.0);
        let top = head(&mut probe, &look, &self.title, &self.y_label, WIDTH);
        let legend = self.legend(&look);
        let names_middle = top + look.legend.leading() * 0.5;
        let top = top
            + legend.as_ref().map_or(0.0, |legend| {
                let rows = legend.rows(WIDTH - 2.0 * MARGIN) as f64;
                rows * look.legend.leading() + LEGEND_GAP
            });
        let bottom = top + slot * self.groups.len() as f64;
        let height = bottom + foot(&look, &self.x_label);
        let mut canvas = Canvas::new(WIDTH, height);
        head(&mut canvas, &look, &self.title, &self.y_label, WIDTH);
        if let Some(legend) = &legend {
            legend.draw_rows(&mut canvas, MARGIN, names_middle, WIDTH - 2.0 * MARGIN);
        }
        let labels = wrapped
            .iter()
            .flatten()
            .map(|line| look.label.width(line))
            .fold(0.0, f64::max);
        let left = MARGIN + labels + 10.0;
        let values = self
            .values()
            .map(|value| VALUE.width(&display(value)))
            .fold(0.0, f64::max);
        let area = Rect {
            x0: left,
            y0: top,
            x1: WIDTH - MARGIN - values * 0.6,
            y1: bottom,
        };
        let (low, high) = self.range();
        let most_ticks = ((area.width() / 90.0) as usize).max(2);
        let axis = if self.log {
            log_x_axis((low, high), area.width(), &look.tick)
        } else {
            Axis::new(low, high, most_ticks, false, Notation::Auto)
        };
        let at = |value: f64| area.x0 + axis.place(value) * area.width();
        for (value, label) in &axis.ticks {
            canvas.segment((at(*value), area.y0), (at(*value), area.y1), 1.0, GRID);
            let baseline = area.y1 + 7.0 + look.tick.size * 0.85;
            canvas.text((at(*value), baseline), Align::Middle, look.tick, label);
        }
        let half = if each > 1.0 { grouped_half } else { 11.0 };
        for (i, (group, label)) in self.groups.iter().zip(&wrapped).enumerate() {
            let middle = area.y0 + slot * (i as f64 + 0.5);
            let baseline = middle + look.label.size * 0.36;
            for (k, line) in label.iter().enumerate() {
                let down =
                    (k as f64 - (label.len() - 1) as f64 / 2.0) * (look.label.leading() - 1.0);
                canvas.text(
                    (area.x0 - 10.0, baseline + down),
                    Align::End,
                    look.label,
                    line,
                );
            }
            for (j, value) in group.values.iter().enumerate() {
                let middle = middle + (2.0 * j as f64 + 1.0 - each) * half;
                let (zero, end) = (at(self.base()), at(self.end(*value)));
                let (x0, x1) = (zero.min(end), zero.max(end));
                // Bars of one group are kept apart by a hair.
                let half = if each > 1.0 { half - 1.0 } else { half };
                let bar = Rect {
                    x0,
                    y0: middle - half,
                    x1,
                    y1: middle + half,
                };
                canvas.fill(bar, color(j));
                let (x, align) = if *value < 0.0 {
                    (x0 - 6.0, Align::End)
                } else {
                    (x1 + 6.0, Align::Start)
                };
                let baseline = middle + look.label.size * 0.36;
                canvas.text((x, baseline), align, VALUE, &display(*value));
            }
        }
        let zero = at(self.base());
        canvas.segment((zero, area.y0), (zero, area.y1), 1.0, SPINE);
        let factor = axis.factor.as_deref().unwrap_or_default();
        let baseline = height - MARGIN + 4.0;
        let tick = Style {
            color: FAINT,
            ..look.tick
        };
        let end = if self.x_label.is_empty() {
            area.y1 + 2.0 * tick.leading()
        } else {
            baseline
        };
        canvas.text((area.x1, end), Align::End, tick, factor);
        let text = look.label.shorten(&self.x_label, area.width() * 0.8);
        canvas.text(
            ((area.x0 + area.x1) / 2.0, baseline),
            Align::Middle,
            look.label,
            &text,
        );
        canvas
    }
}
