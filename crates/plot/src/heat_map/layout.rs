//! Where a heat map's cells and texts go.

use chainrule_error::Result;

use crate::canvas::{Align, Canvas, Rect, Style};
use crate::numbers::display;
use crate::palette::{FAINT, INK, Rgb, SERIES_COLORS, SPINE, TEXT, WHITE};
use crate::render::check_size;
use crate::text::{Weight, tabular};

use super::HeatMap;

const MARGIN: f64 = 28.0;
const TITLE: Style = Style::new(18.0, Weight::SemiBold, INK);
const AXIS: Style = Style::new(13.5, Weight::SemiBold, TEXT);
const NAME: Style = Style::new(13.0, Weight::Regular, TEXT);
const CAPTION: Style = Style::new(13.0, Weight::Regular, FAINT);
/// From one cell to the next.
const GAP: f64 = 2.0;
const ROW: f64 = 38.0;
const LEAST_CELL: f64 = 50.0;
/// Names of columns that are longer stand upright.
const MOST_CELL: f64 = 82.0;
const MOST_NAME: f64 = 180.0;
/// Between the cells and the texts beside and below them.
const APART: f64 = 10.0;
/// The colour of the greatest amount, over white: dark enough for white numbers.
const STRONGEST: f64 = 0.95;

/// White or ink, whichever stands out more from the ground.
fn on(ground: Rgb) -> Rgb {
    if WHITE.contrast(ground) > INK.contrast(ground) {
        WHITE
    } else {
        INK
    }
}

impl HeatMap {
    pub(super) fn canvas(&self) -> Result<Canvas> {
        let widest = |names: &mut dyn Iterator<Item = &String>| {
            names.map(|name| NAME.width(name)).fold(0.0, f64::max)
        };
        let columns = widest(&mut self.columns.iter());
        let upright = columns > MOST_CELL - 8.0;
        let numbers = self.rows.iter().flat_map(|(_, cells)| cells);
        let numbers = numbers.map(|&amount| NAME.width(&tabular(&display(amount))) + 12.0);
        let below = self.below.iter().flat_map(|(_, cells)| cells);
        let below = below.map(|text| NAME.width(text) + 8.0);
        let least = if upright { 0.0 } else { columns + 8.0 };
        let cell = numbers
            .chain(below)
            .fold(least.max(LEAST_CELL), f64::max)
            .ceil();
        let names = self.rows.iter().map(|(name, _)| name);
        let names = widest(&mut names.chain(self.below.iter().map(|(name, _)| name)));
        let names = names.min(MOST_NAME).ceil();
        let axis = |label: &str| {
            if label.trim().is_empty() {
                0.0
            } else {
                AXIS.leading() + 4.0
            }
        };
        let left = MARGIN + axis(&self.y_label) + names + APART;
        let map = self.columns.len() as f64 * (cell + GAP) - GAP;
        let beside = self.beside.as_ref().map_or(0.0, |(name, cells)| {
            let cells = widest(&mut cells.iter().chain([name]));
            2.0 * APART + cells.ceil()
        });
        let width = (left + map + beside + MARGIN).max(420.0);
        let wrap = |style: Style, text: &str, lines| {
            if text.trim().is_empty() {
                vec![]
            } else {
                style.wrap(text, width - 2.0 * MARGIN, lines)
            }
        };
        let (title, caption) = (wrap(TITLE, &self.title, 2), wrap(CAPTION, &self.caption, 6));
        let head = if upright {
            columns.min(MOST_NAME)
        } else {
            NAME.leading()
        };
        let top = MARGIN
            + title.len() as f64 * TITLE.leading()
            + if title.is_empty() { 0.0 } else { 10.0 }
            + axis(&self.x_label)
            + head
            + 8.0;
        let bottom = top + self.rows.len() as f64 * (ROW + GAP) - GAP;
        let foot = if self.below.is_some() {
            APART + NAME.leading() + 4.0
        } else {
            0.0
        };
        let mut height = bottom + foot + MARGIN * 0.8;
        if !caption.is_empty() {
            height += 10.0 + caption.len() as f64 * CAPTION.leading();
        }
        check_size(width * 2.0, height * 2.0)?;

        let mut canvas = Canvas::new(width, height);
        for (i, line) in title.iter().enumerate() {
            let y = MARGIN + TITLE.leading() * (i as f64 + 0.6);
            canvas.text((MARGIN, y), Align::Start, TITLE, line);
        }
        if !self.x_label.trim().is_empty() {
            let at = (left + map / 2.0, top - head - 8.0 - 6.0);
            canvas.text(at, Align::Middle, AXIS, &AXIS.shorten(&self.x_label, map));
        }
        if !self.y_label.trim().is_empty() {
            let at = (MARGIN + AXIS.size * 0.8, f64::midpoint(top, bottom));
            let text = AXIS.shorten(&self.y_label, bottom - top);
            canvas.text_up(at, Align::Middle, AXIS, &text);
        }
        let x = |c: usize| left + c as f64 * (cell + GAP);
        let y = |r: usize| top + r as f64 * (ROW + GAP);
        for (c, name) in self.columns.iter().enumerate() {
            if upright {
                let at = (x(c) + cell / 2.0 + NAME.size * 0.36, top - 8.0);
                canvas.text_up(at, Align::Start, NAME, &NAME.shorten(name, MOST_NAME));
            } else {
                canvas.text((x(c) + cell / 2.0, top - 8.0), Align::Middle, NAME, name);
            }
        }
        for (r, (name, cells)) in self.rows.iter().enumerate() {
            let line = y(r) + ROW / 2.0 + NAME.size * 0.36;
            let name = NAME.shorten(name, MOST_NAME);
            canvas.text((left - APART, line), Align::End, NAME, &name);
            for (c, &amount) in cells.iter().enumerate() {
                let area = Rect::new(x(c), y(r), cell, ROW);
                self.cell(&mut canvas, area, (r, c), amount);
            }
        }
        // A thin frame holds the pale cells together.
        let frame = Rect::new(left, top, map, bottom - top).grown(2.5);
        let corners = [
            (frame.x0, frame.y0),
            (frame.x1, frame.y0),
            (frame.x1, frame.y1),
            (frame.x0, frame.y1),
            (frame.x0, frame.y0),
        ];
        for pair in corners.windows(2) {
            canvas.segment(pair[0], pair[1], 1.0, SPINE);
        }
        if let Some((name, cells)) = &self.beside {
            let right = left + map + beside;
            canvas.text((right, top - 8.0), Align::End, NAME, name);
            for (r, text) in cells.iter().enumerate() {
                let at = (right, y(r) + ROW / 2.0 + NAME.size * 0.36);
                canvas.text(at, Align::End, NAME, &tabular(text));
            }
        }
        if let Some((name, cells)) = &self.below {
            let line = bottom + APART + NAME.leading() * 0.8;
            let name = NAME.shorten(name, MOST_NAME);
            canvas.text((left - APART, line), Align::End, NAME, &name);
            for (c, text) in cells.iter().enumerate() {
                let at = (x(c) + cell / 2.0, line);
                canvas.text(at, Align::Middle, NAME, &tabular(text));
            }
        }
        for (i, line) in caption.iter().enumerate() {
            let y = bottom + foot + 10.0 + CAPTION.leading() * (i as f64 + 0.8);
            canvas.text((MARGIN, y), Align::Start, CAPTION, line);
        }
        Ok(canvas)
    }

    fn cell(&self, canvas: &mut Canvas, area: Rect, (r, c): (usize, usize), amount: f64) {
        let off = self.diagonal && r != c;
        let color = if off {
            SERIES_COLORS[1]
        } else {
            SERIES_COLORS[0]
        };
        let ground = color.over_white(STRONGEST * self.strength(r, c));
        canvas.fill(area, ground);
        let weight = if self.diagonal && r == c {
            Weight::SemiBold
        } else {
            Weight::Regular
        };
        let ink = if amount == 0.0 { FAINT } else { on(ground) };
        let style = Style::new(NAME.size, weight, ink);
        let at = (
            f64::midpoint(area.x0, area.x1),
            f64::midpoint(area.y0, area.y1) + style.size * 0.36,
        );
        let text = tabular(&display(amount));
        canvas.text(at, Align::Middle, style, &text);
    }
}
