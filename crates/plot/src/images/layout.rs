//! Drawing images side by side: where each goes, its pixels, its ticks, and the bar of colours.

use chainrule_error::Result;

use crate::canvas::{Align, Canvas, Rect, Style};
use crate::palette::{FAINT, INK, Rgb, SPINE, TEXT, WARN_TEXT};
use crate::render::check_size;
use crate::text::Weight;
use crate::ticks::{Axis, Notation};

use super::scale::Scale;
use super::{ImageGrid, Pixels, Tile};

const MARGIN: f64 = 24.0;
const GAP: f64 = 12.0;
const TITLE: Style = Style::new(18.0, Weight::SemiBold, INK);
const LABEL: Style = Style::new(13.5, Weight::Regular, TEXT);
const CAPTION: Style = Style::new(13.0, Weight::Regular, FAINT);
const TICK: Style = Style::new(12.0, Weight::Regular, FAINT);
const EDGE: Rgb = Rgb(206, 211, 217);
/// From an image to the numbers of its rows and columns.
const TICK_GAP: f64 = 7.0;
/// Between the images and the bar of colours, and how wide the bar is.
const BAR_GAP: f64 = 20.0;
const BAR: f64 = 14.0;
const MOST_BAR: f64 = 320.0;
const LEAST_BAR: f64 = 84.0;

impl ImageGrid {
    pub(super) fn canvas(&self) -> Result<Canvas> {
        let tall = self.tiles.iter().map(|tile| tile.rows).max().unwrap_or(1);
        let wide = self
            .tiles
            .iter()
            .map(|tile| tile.columns)
            .max()
            .unwrap_or(1);
        // Whole multiples, in halves of a logical pixel: every pixel becomes the same square.
        let dot = (2.0 * self.side / tall.max(wide) as f64).round().max(1.0) / 2.0;
        let (width, height) = (wide as f64 * dot, tall as f64 * dot);
        let (left_ticks, below_ticks) = self.tick_room(tall);
        let cell = width.max(40.0) + left_ticks;
        let columns = self.columns.min(self.tiles.len());
        let rows = self.tiles.len().div_ceil(columns);
        let labelled = self.tiles.iter().any(|tile| !tile.label.trim().is_empty());
        let below = below_ticks + if labelled { LABEL.leading() + 8.0 } else { 0.0 };
        let step = height + below + GAP;
        let scale = self.scale();
        let images = (cell + GAP) * columns as f64 - GAP;
        let bar = scale
            .filter(Scale::is_signed)
            .map(|scale| bar_axis(scale, bar_height(step * rows as f64 - GAP - below)));
        let beside = bar.as_ref().map_or(0.0, bar_width);
        let total = (images + beside + 2.0 * MARGIN).max(300.0);
        let wrap = |style: Style, text: &str, lines| {
            if text.trim().is_empty() {
                vec![]
            } else {
                style.wrap(text, total - 2.0 * MARGIN, lines)
            }
        };
        let (title, caption) = (wrap(TITLE, &self.title, 2), wrap(CAPTION, &self.caption, 6));
        let mut top = MARGIN + title.len() as f64 * TITLE.leading();
        if !title.is_empty() {
            top += 8.0;
        }
        let mut bottom = top + step * rows as f64 - GAP;
        if bar.is_some() {
            bottom = bottom.max(top + LEAST_BAR);
        }
        let mut full = bottom + MARGIN;
        if !caption.is_empty() {
            full += caption.len() as f64 * CAPTION.leading() + 4.0;
        }
        check_size(total * 2.0, full * 2.0)?;

        let mut canvas = Canvas::new(total, full);
        for (i, line) in title.iter().enumerate() {
            let y = MARGIN + TITLE.leading() * (i as f64 + 0.6);
            canvas.text((MARGIN, y), Align::Start, TITLE, line);
        }
        for (i, tile) in self.tiles.iter().enumerate() {
            let x = MARGIN + left_ticks + (cell + GAP) * (i % columns) as f64;
            let y = top + step * (i / columns) as f64;
            let cell = cell - left_ticks;
            let left = x + ((cell - tile.columns as f64 * dot) / 2.0).round();
            self.tile(&mut canvas, tile, (left, y), dot, scale);
            if self.axes {
                ticks(&mut canvas, tile, (left, y), dot);
            }
            let style = if tile.marked {
                Style::new(LABEL.size, Weight::SemiBold, WARN_TEXT)
            } else {
                LABEL
            };
            let at = (x + cell / 2.0, y + height + below_ticks + LABEL.leading());
            canvas.text(
                at,
                Align::Middle,
                style,
                &style.shorten(&tile.label, cell + GAP - 4.0),
            );
        }
        if let (Some(scale), Some(axis)) = (scale, &bar) {
            let height = bar_height(step * rows as f64 - GAP - below);
            let place = Rect::new(MARGIN + images + BAR_GAP, top, BAR, height);
            color_bar(&mut canvas, place, scale, axis);
        }
        for (i, line) in caption.iter().enumerate() {
            let y = bottom + CAPTION.leading() * (i as f64 + 1.0) + 6.0;
            canvas.text((MARGIN, y), Align::Start, CAPTION, line);
        }
        Ok(canvas)
    }

    /// The one scale of all images of values, if there are any.
    pub(super) fn scale(&self) -> Option<Scale> {
        if let Some((low, high)) = self.value_range {
            return Some(Scale::between(low, high));
        }
        let mut values = self.tiles.iter().filter_map(Tile::values).peekable();
        values.peek()?;
        Some(Scale::of(values.flatten().copied()))
    }

    /// The room at the left of and below each image for the numbers of its rows and columns.
    fn tick_room(&self, tall: usize) -> (f64, f64) {
        if !self.axes {
            return (0.0, 0.0);
        }
        let widest = TICK.width(&(tall.saturating_sub(1)).to_string());
        (widest + TICK_GAP + 2.0, TICK.leading() + 4.0)
    }

    fn tile(
        &self,
        canvas: &mut Canvas,
        tile: &Tile,
        (left, top): (f64, f64),
        dot: f64,
        scale: Option<Scale>,
    ) {
        let (width, height) = (tile.columns as f64 * dot, tile.rows as f64 * dot);
        let around = Rect::new(left, top, width, height);
        if tile.marked {
            canvas.fill(around.grown(3.5), WARN_TEXT);
        } else {
            canvas.fill(around.grown(0.5), EDGE);
        }
        let colors: Vec<Rgb> = match (&tile.pixels, scale) {
            (Pixels::Values(values), Some(scale)) => {
                let color = |&value: &f64| scale.color(value, self.inverted);
                values.iter().map(color).collect()
            }
            (Pixels::Values(_), None) => Vec::new(),
            (Pixels::Bytes(bytes), _) => {
                let grey = |&byte: &u8| if self.inverted { 255 - byte } else { byte };
                bytes.iter().map(grey).map(|g| Rgb(g, g, g)).collect()
            }
        };
        for (r, row) in colors.chunks_exact(tile.columns).enumerate() {
            // Runs of one colour are one rectangle: most of an image is its ground.
            let mut start = 0;
            for run in row.chunk_by(|a, b| a == b) {
                let x = left + start as f64 * dot;
                let area = Rect::new(x, top + r as f64 * dot, run.len() as f64 * dot, dot);
                canvas.fill(area, run[0]);
                start += run.len();
            }
        }
    }
}

/// The numbers of rows and columns, each at its pixel's middle: 0, 5, 10, …
fn ticks(canvas: &mut Canvas, tile: &Tile, (left, top): (f64, f64), dot: f64) {
    let bottom = top + tile.rows as f64 * dot;
    let step = |count: usize, room: f64| {
        let fits = |step: &usize| *step as f64 * dot >= room || *step >= count;
        let steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
        // Five for the usual images, even where the numbers would fit closer.
        let least = if count > 10 { 5 } else { 1 };
        steps
            .into_iter()
            .filter(|step| *step >= least)
            .find(fits)
            .unwrap_or(count)
            .max(1)
    };
    let widest = TICK.width(&tile.columns.to_string());
    for column in (0..tile.columns).step_by(step(tile.columns, widest + 8.0)) {
        let x = left + (column as f64 + 0.5) * dot;
        canvas.segment((x, bottom + 0.5), (x, bottom + 4.0), 1.0, SPINE);
        let y = bottom + TICK_GAP + TICK.size * 0.78;
        canvas.text((x, y), Align::Middle, TICK, &column.to_string());
    }
    for row in (0..tile.rows).step_by(step(tile.rows, TICK.size + 4.0)) {
        let y = top + (row as f64 + 0.5) * dot;
        canvas.segment((left - 4.0, y), (left - 0.5, y), 1.0, SPINE);
        let at = (left - TICK_GAP, y + TICK.size * 0.36);
        canvas.text(at, Align::End, TICK, &row.to_string());
    }
}

/// As high as the images, within reason.
fn bar_height(images: f64) -> f64 {
    images.clamp(LEAST_BAR, MOST_BAR)
}

fn bar_axis(scale: Scale, height: f64) -> Axis {
    let most = ((height / 30.0) as usize).clamp(2, 8);
    Axis::new(scale.low, scale.high, most, false, Notation::Auto)
}

/// The gap, the bar, its numbers and their factor.
fn bar_width(axis: &Axis) -> f64 {
    let numbers = axis.ticks.iter().map(|(_, label)| TICK.width(label));
    let factor = TICK.width(axis.factor.as_deref().unwrap_or_default()) - BAR - TICK_GAP;
    BAR_GAP + BAR + TICK_GAP + numbers.fold(factor, f64::max)
}

/// The colours from the lowest value at the bottom to the highest, with numbers at their right.
fn color_bar(canvas: &mut Canvas, area: Rect, scale: Scale, axis: &Axis) {
    // The factor stands within the bar's height, so that it meets no title.
    let area = Rect {
        y0: area.y0 + axis.factor.as_ref().map_or(0.0, |_| TICK.leading()),
        ..area
    };
    canvas.fill(area.grown(0.5), EDGE);
    let steps = (area.height() * 2.0).floor() as usize;
    for i in 0..steps {
        let share = (i as f64 + 0.5) / steps as f64;
        let value = scale.high * (1.0 - share) + scale.low * share;
        let strip = area.height() / steps as f64;
        let y = area.y0 + i as f64 * strip;
        canvas.fill(Rect::new(area.x0, y, BAR, strip), scale.color(value, false));
    }
    for (value, label) in &axis.ticks {
        let y = area.y1 - axis.place(*value) * area.height();
        canvas.segment((area.x1 + 0.5, y), (area.x1 + 4.0, y), 1.0, SPINE);
        let at = (area.x1 + TICK_GAP, y + TICK.size * 0.36);
        canvas.text(at, Align::Start, TICK, label);
    }
    if let Some(factor) = &axis.factor {
        let at = (area.x0, area.y0 - 6.0);
        canvas.text(at, Align::Start, TICK, factor);
    }
}
