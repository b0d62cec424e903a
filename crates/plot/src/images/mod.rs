//! Images side by side, each pixel a crisp square: greys, or values in colours.

mod layout;
mod scale;

use chainrule_error::{Error, ErrorKind, Result};

use crate::figure::Figure;
use crate::numbers::short;
use crate::ticks::drawable;
use crate::view::check_range;

/// The side that a small image is enlarged to unless told, about.
const SIDE: f64 = 84.0;
const SIDES: std::ops::RangeInclusive<f64> = 8.0..=2048.0;
const MOST_SIDE: f64 = 1024.0;

#[derive(Clone, Debug)]
enum Pixels {
    Bytes(Vec<u8>),
    Values(Vec<f64>),
}

#[derive(Clone, Debug)]
struct Tile {
    rows: usize,
    columns: usize,
    pixels: Pixels,
    label: String,
    marked: bool,
}

impl Tile {
    fn values(&self) -> Option<&Vec<f64>> {
        match &self.pixels {
            Pixels::Values(values) => Some(values),
            Pixels::Bytes(_) => None,
        }
    }

    fn count(&self) -> usize {
        match &self.pixels {
            Pixels::Bytes(bytes) => bytes.len(),
            Pixels::Values(values) => values.len(),
        }
    }
}

/// Images with a label under each: grey ones of bytes from 0 (black) to 255 (white), and images of
/// values, such as the weights of a hidden unit. A single image is a grid of one:
/// `ImageGrid::new("5").side(280.0).image(28, 28, &pixels, "")`.
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
    side: f64,
    axes: bool,
    value_range: Option<(f64, f64)>,
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
            side: SIDE,
            axes: false,
            value_range: None,
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
        self,
        rows: usize,
        columns: usize,
        pixels: &[u8],
        label: impl Into<String>,
    ) -> Self {
        self.tile_of(
            (rows, columns),
            Pixels::Bytes(pixels.to_vec()),
            label.into(),
        )
    }

    /// Adds an image of `rows × columns` values, given row by row.
    ///
    /// All images of values in a grid share one scale, so that they can be compared. If any value
    /// is negative, zero is white, negative values are blue and positive ones red, and a bar at
    /// the right tells the numbers. Otherwise zero is black and the largest value white. A value
    /// that is not finite is green, and counted in the description.
    ///
    /// ```
    /// use chainrule_plot::ImageGrid;
    ///
    /// let weights: Vec<f64> = (0..784).map(|i| f64::from(i % 28) * 0.01 - 0.1).collect();
    /// let figure = ImageGrid::new("Weights of two hidden units")
    ///     .values(28, 28, &weights, "unit 1")
    ///     .values(28, 28, &weights, "unit 2")
    ///     .draw()?;
    /// assert_eq!(
    ///     figure.description(),
    ///     "Images \"Weights of two hidden units\": 2 images of 28 × 28 pixels, labelled unit 1, \
    ///      unit 2. Values from -0.1 to 0.17; colours from -0.17 (blue) over zero (white) to 0.17 (red)."
    /// );
    /// # Ok::<(), chainrule_error::Error>(())
    /// ```
    #[must_use]
    pub fn values(
        self,
        rows: usize,
        columns: usize,
        values: &[f64],
        label: impl Into<String>,
    ) -> Self {
        self.tile_of(
            (rows, columns),
            Pixels::Values(values.to_vec()),
            label.into(),
        )
    }

    fn tile_of(mut self, (rows, columns): (usize, usize), pixels: Pixels, label: String) -> Self {
        self.tiles.push(Tile {
            rows,
            columns,
            pixels,
            label,
            marked: false,
        });
        self
    }

    /// The longer side of the largest image in logical pixels, about: 84 unless told, 280 is
    /// large. Pixels stay squares of one size, so that the side is a multiple of their number.
    #[must_use]
    pub fn side(mut self, side: f64) -> Self {
        self.side = side;
        self
    }

    /// Numbers the rows and columns of each image: 0, 5, 10, …
    #[must_use]
    pub fn axes(mut self) -> Self {
        self.axes = true;
        self
    }

    /// Lets the colours of values run from `low` to `high` instead of what the values need, so
    /// that several figures can be compared. What lies beyond has the colour of the end. A range
    /// that begins below zero is widened to have zero in its middle.
    #[must_use]
    pub fn value_range(mut self, low: f64, high: f64) -> Self {
        self.value_range = Some((low, high));
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

    /// Shows 0 as white and 255, or the largest value, as black: ink on paper. Blue and red stay.
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
    /// its size says, with a side that is not from 8 to 2048, with a range of values that is empty
    /// or not finite, or when the whole would be too large.
    pub fn draw(&self) -> Result<Figure> {
        self.check()?;
        Figure::draw(&self.canvas()?, self.describe())
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
        if !SIDES.contains(&self.side) {
            return Err(
                Error::new(ErrorKind::Value, format!("{place}, side of an image"))
                    .expected(format!(
                        "{} to {} logical pixels",
                        SIDES.start(),
                        SIDES.end()
                    ))
                    .got(short(self.side))
                    .hint(format!(".side({SIDE}) is the usual side, 280 a large one")),
            );
        }
        if self.value_range.is_some() {
            check_range(self.value_range, &place, "value")?;
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
            if rows * columns != tile.count() {
                return Err(Error::new(ErrorKind::Shape, place)
                    .expected(format!("{rows} × {columns} = {} pixels", rows * columns))
                    .got(format!("{} pixels", tile.count()))
                    .hint("give one image's pixels, row by row, one byte or value each"));
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
        text.push_str(&self.describe_values());
        if !self.caption.is_empty() {
            text.push(' ');
            text.push_str(&self.caption);
        }
        text
    }

    /// ` Values from -0.1 to 0.17; colours from -0.17 (blue) over zero (white) to 0.17 (red).`
    fn describe_values(&self) -> String {
        let values = || {
            self.tiles
                .iter()
                .filter_map(Tile::values)
                .flatten()
                .copied()
        };
        let (Some(scale), true) = (self.scale(), values().next().is_some()) else {
            return String::new();
        };
        let finite = || values().filter(|&value| drawable(value));
        let (low, high) = (finite().reduce(f64::min), finite().reduce(f64::max));
        let mut text = match (low, high) {
            (Some(low), Some(high)) => format!(" Values from {} to {}", short(low), short(high)),
            _ => " No finite values".to_owned(),
        };
        let lost = values().count() - finite().count();
        if lost > 0 {
            text.push_str(&format!(", {lost} not finite and green"));
        }
        let (low, high) = (short(scale.low), short(scale.high));
        text.push_str(&if scale.is_signed() {
            format!("; colours from {low} (blue) over zero (white) to {high} (red).")
        } else if self.inverted {
            format!("; greys from {low} (white) to {high} (black).")
        } else {
            format!("; greys from {low} (black) to {high} (white).")
        });
        text
    }
}
