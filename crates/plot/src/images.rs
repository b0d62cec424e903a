//! Grey images side by side, each pixel a crisp square.

use chainrule_error::{Error, ErrorKind, Result};

use crate::canvas::{Align, Canvas, Rect, Style};
use crate::figure::Figure;
use crate::palette::{FAINT, INK, Rgb, TEXT, WARN_TEXT};
use crate::render::check_size;
use crate::text::Weight;

const MARGIN: f64 = 24.0;
const GAP: f64 = 12.0;
const TITLE: Style = Style::new(18.0, Weight::SemiBold, INK);
const LABEL: Style = Style::new(13.5, Weight::Regular, TEXT);
const CAPTION: Style = Style::new(13.0, Weight::Regular, FAINT);
/// The side that a small image is enlarged to, about.
const SIDE: f64 = 84.0;
const MOST_SIDE: f64 = 1024.0;

#[derive(Clone, Debug)]
struct Tile {
    rows: usize,
    columns: usize,
    pixels: Vec<u8>,
    label: String,
    marked: bool,
}

/// Grey images, bytes from 0 (black) to 255 (white), with a label under each.
///
/// ```
/// use chainrule_plot::ImageGrid;
///
/// let ramp: Vec<u8> = (0..=255).collect();
/// let figure = ImageGrid::new("A ramp, and its mirror")
///     .image(16, 16, &ramp, "up")
///     .image(16, 16, &ramp.iter().rev().copied().collect::<Vec<u8>>(), "down")
///     .caption("two of many")
///     .draw()?;
/// assert_eq!(
///     figure.description(),
///     "Images \"A ramp, and its mirror\": 2 images of 16 × 16 pixels, labelled up, down. two of many"
/// );
/// # Ok::<(), chainrule_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ImageGrid {
    title: String,
    caption: String,
    columns: usize,
    tiles: Vec<Tile>,
    inverted: bool,
}

impl ImageGrid {
    /// A grid without images yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            caption: String::new(),
            columns: 10,
            tiles: Vec::new(),
            inverted: false,
        }
    }

    /// How many images stand in a row; 10 unless told.
    #[must_use]
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = columns;
        self
    }

    /// Adds an image of `rows × columns` pixels, given row by row.
    #[must_use]
    pub fn image(
        mut self,
        rows: usize,
        columns: usize,
        pixels: &[u8],
        label: impl Into<String>,
    ) -> Self {
        let (pixels, label) = (pixels.to_vec(), label.into());
        self.tiles.push(Tile {
            rows,
            columns,
            pixels,
            label,
            marked: false,
        });
        self
    }

    /// Sets off the image added last, as one that a model got wrong.
    #[must_use]
    pub fn marked(mut self) -> Self {
        if let Some(tile) = self.tiles.last_mut() {
            tile.marked = true;
        }
        self
    }

    /// Shows 0 as white and 255 as black: ink on paper.
    #[must_use]
    pub fn inverted(mut self) -> Self {
        self.inverted = true;
        self
    }

    /// A remark below the images.
    #[must_use]
    pub fn caption(mut self, text: impl Into<String>) -> Self {
        self.caption = text.into();
        self
    }

    /// Draws the figure.
    ///
    /// # Errors
    ///
    /// Without images or columns, with an image of no pixels or of another number of pixels than
    /// its size says, or when the whole would be too large.
    pub fn draw(&self) -> Result<Figure> {
        self.check()?;
        let tall = self.tiles.iter().map(|tile| tile.rows).max().unwrap_or(1);
        let wide = self
            .tiles
            .iter()
            .map(|tile| tile.columns)
            .max()
            .unwrap_or(1);
        // Whole multiples, in halves of a logical pixel: every pixel becomes the same square.
        let dot = (2.0 * SIDE / tall.max(wide) as f64).round().max(1.0) / 2.0;
        let (width, height) = (wide as f64 * dot, tall as f64 * dot);
        let cell = width.max(40.0);
        let columns = self.columns.min(self.tiles.len());
        let rows = self.tiles.len().div_ceil(columns);
        let labelled = self.tiles.iter().any(|tile| !tile.label.trim().is_empty());
        let step = height + if labelled { LABEL.leading() + 8.0 } else { 0.0 } + GAP;
        let content = (cell + GAP) * columns as f64 - GAP;
        let total = (content + 2.0 * MARGIN).max(300.0);
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
        let bottom = top + step * rows as f64 - GAP;
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
            let x = MARGIN + (cell + GAP) * (i % columns) as f64;
            let y = top + step * (i / columns) as f64;
            let left = x + ((cell - tile.columns as f64 * dot) / 2.0).round();
            self.tile(&mut canvas, tile, (left, y), dot);
            let style = if tile.marked {
                Style::new(LABEL.size, Weight::SemiBold, WARN_TEXT)
            } else {
                LABEL
            };
            let at = (x + cell / 2.0, y + height + LABEL.leading());
            canvas.text(
                at,
                Align::Middle,
                style,
                &style.shorten(&tile.label, cell + GAP - 4.0),
            );
        }
        for (i, line) in caption.iter().enumerate() {
            let y = bottom + CAPTION.leading() * (i as f64 + 1.0) + 6.0;
            canvas.text((MARGIN, y), Align::Start, CAPTION, line);
        }
        Figure::draw(&canvas, self.describe())
    }

    fn tile(&self, canvas: &mut Canvas, tile: &Tile, (left, top): (f64, f64), dot: f64) {
        let (width, height) = (tile.columns as f64 * dot, tile.rows as f64 * dot);
        let around = Rect::new(left, top, width, height);
        if tile.marked {
            canvas.fill(around.grown(3.5), WARN_TEXT);
        } else {
            canvas.fill(around.grown(0.5), Rgb(206, 211, 217));
        }
        for (r, row) in tile.pixels.chunks_exact(tile.columns).enumerate() {
            // Runs of one grey are one rectangle: most of an image is its ground.
            let mut start = 0;
            for run in row.chunk_by(|a, b| a == b) {
                let grey = if self.inverted { 255 - run[0] } else { run[0] };
                let x = left + start as f64 * dot;
                let area = Rect::new(x, top + r as f64 * dot, run.len() as f64 * dot, dot);
                canvas.fill(area, Rgb(grey, grey, grey));
                start += run.len();
            }
        }
    }

    fn check(&self) -> Result<()> {
        let place = format!("image grid \"{}\"", self.title);
        if self.tiles.is_empty() || self.columns == 0 {
            return Err(
                Error::new(ErrorKind::Value, format!("{place} has nothing to draw"))
                    .expected("at least one image and one column")
                    .got(format!(
                        "images: {}, columns: {}",
                        self.tiles.len(),
                        self.columns
                    ))
                    .hint("ImageGrid::new(\"…\").image(28, 28, &pixels, \"7\")"),
            );
        }
        for (i, tile) in self.tiles.iter().enumerate() {
            let (rows, columns) = (tile.rows, tile.columns);
            let place = format!("{place}, image {i}");
            if rows == 0 || columns == 0 {
                return Err(Error::new(ErrorKind::Shape, place)
                    .expected("an image of at least 1 × 1 pixel")
                    .got(format!("{rows} × {columns}"))
                    .hint("image(rows, columns, &pixels, label)"));
            }
            if rows.max(columns) as f64 > MOST_SIDE {
                return Err(Error::new(ErrorKind::Value, place)
                    .expected(format!("at most {MOST_SIDE} pixels a side"))
                    .got(format!("{rows} × {columns}"))
                    .hint("show a part of the image, or a smaller copy"));
            }
            if rows * columns != tile.pixels.len() {
                return Err(Error::new(ErrorKind::Shape, place)
                    .expected(format!("{rows} × {columns} = {} pixels", rows * columns))
                    .got(format!("{} pixels", tile.pixels.len()))
                    .hint("give one image's pixels, row by row, one byte each"));
            }
        }
        Ok(())
    }

    fn describe(&self) -> String {
        let count = self.tiles.len();
        let many = if count == 1 { "image" } else { "images" };
        let first = (self.tiles[0].rows, self.tiles[0].columns);
        let same = self
            .tiles
            .iter()
            .all(|tile| (tile.rows, tile.columns) == first);
        let size = if same {
            format!("{} × {} pixels", first.0, first.1)
        } else {
            "several sizes".to_owned()
        };
        let mut text = format!("Images \"{}\": {count} {many} of {size}", self.title);
        let labels: Vec<&str> = self.tiles.iter().map(|tile| tile.label.as_str()).collect();
        if labels.iter().any(|label| !label.is_empty()) {
            text.push_str(&format!(", labelled {}", labels.join(", ")));
        }
        let marked: Vec<String> = (1..=count)
            .filter(|&i| self.tiles[i - 1].marked)
            .map(|i| i.to_string())
            .collect();
        if !marked.is_empty() {
            text.push_str(&format!("; marked: number {}", marked.join(", ")));
        }
        text.push('.');
        if !self.caption.is_empty() {
            text.push(' ');
            text.push_str(&self.caption);
        }
        text
    }
}
