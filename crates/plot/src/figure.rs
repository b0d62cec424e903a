//! A finished picture: its PNG, its size, and what a reader hears who does not see it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use chainrule_error::{Error, ErrorKind, Result};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use crate::canvas::Canvas;
use crate::render::{SCALE, check_size};
use crate::save;

/// Logical pixels between the figures of a gallery.
const GALLERY_GAP: u32 = 16;

/// A picture, encoded once as PNG and cheap to clone.
///
/// Figures are drawn for dense screens: [`Figure::scale`] pixels per logical pixel in each
/// direction. The same input gives the same bytes, on every machine and any number of threads.
///
/// ```
/// use chainrule_plot::LinePlot;
///
/// let figure = LinePlot::new("Loss").line("train", &[(1.0, 2.3), (2.0, 1.1)]).draw()?;
/// assert_eq!(&figure.png()[1..4], b"PNG");
/// assert_eq!((figure.width(), figure.height()), (1440, 860));
/// assert!(figure.description().starts_with("Line plot \"Loss\""));
/// # Ok::<(), chainrule_error::Error>(())
/// ```
#[derive(Clone)]
pub struct Figure(Arc<Parts>);

struct Parts {
    png: Vec<u8>,
    width: u32,
    height: u32,
    description: String,
}

impl Figure {
    /// The encoded picture.
    pub fn png(&self) -> &[u8] {
        &self.0.png
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.0.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.0.height
    }

    /// Pixels per logical pixel: a page shows the picture at `width() / scale()`.
    pub fn scale(&self) -> u32 {
        SCALE
    }

    /// What the picture shows, in words: title, axes, and for each series its label, number of
    /// points, first and last value.
    pub fn description(&self) -> &str {
        &self.0.description
    }

    /// Writes the PNG to a file. An existing file is replaced only once the new one is complete.
    ///
    /// # Errors
    ///
    /// When the name does not end in `.png`, its folder is missing, or the system refuses.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        save::save(&self.0.png, path.as_ref())
    }

    /// Several figures in one, row by row, each at its own size.
    ///
    /// ```
    /// use chainrule_plot::{Figure, LinePlot};
    ///
    /// let one = LinePlot::new("One").line("a", &[(0.0, 1.0), (1.0, 2.0)]).draw()?;
    /// let gallery = Figure::grid(2, &[one.clone(), one])?;
    /// assert!(gallery.description().starts_with("Gallery of 2 figures."));
    /// # Ok::<(), chainrule_error::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Without figures, with zero columns, or when the whole would be too large.
    pub fn grid(columns: usize, figures: &[Figure]) -> Result<Figure> {
        if figures.is_empty() {
            return Err(Error::new(ErrorKind::Value, "a gallery without figures")
                .expected("at least one figure")
                .got("an empty list")
                .hint("Figure::grid(2, &[first, second])"));
        }
        if columns == 0 {
            return Err(Error::new(ErrorKind::Value, "a gallery with zero columns")
                .expected("1 column or more")
                .got("0")
                .hint("Figure::grid(2, &figures)"));
        }
        let columns = columns.min(figures.len());
        let largest = |sizes: &mut dyn Iterator<Item = u32>| sizes.max().unwrap_or(0);
        let widths: Vec<u32> = (0..columns)
            .map(|c| largest(&mut figures.iter().skip(c).step_by(columns).map(Figure::width)))
            .collect();
        let heights: Vec<u32> = figures
            .chunks(columns)
            .map(|row| largest(&mut row.iter().map(Figure::height)))
            .collect();
        let gap = GALLERY_GAP * SCALE;
        let total = |sizes: &[u32]| {
            sizes.iter().map(|&s| u64::from(s)).sum::<u64>()
                + u64::from(gap) * (sizes.len() as u64 - 1)
        };
        let (width, height) = (total(&widths), total(&heights));
        check_size(width as f64, height as f64)?;

        let mut pixels = vec![255; (width * height * 3) as usize];
        let mut top = 0;
        for (row, row_height) in figures.chunks(columns).zip(&heights) {
            let mut left = 0;
            for (figure, column_width) in row.iter().zip(&widths) {
                let rgb = figure.decode()?;
                for (y, line) in rgb.chunks_exact(figure.width() as usize * 3).enumerate() {
                    let start = ((top as usize + y) * width as usize + left as usize) * 3;
                    pixels[start..start + line.len()].copy_from_slice(line);
                }
                left += column_width + gap;
            }
            top += row_height + gap;
        }
        let many = if figures.len() == 1 {
            "figure"
        } else {
            "figures"
        };
        let mut description = format!("Gallery of {} {many}.", figures.len());
        for figure in figures {
            description.push('\n');
            description.push_str(figure.description());
        }
        Self::encode(&pixels, width as u32, height as u32, description)
    }

    /// The same picture at the left of a white page of at least `width` pixels.
    ///
    /// A notebook shows a picture pixel by pixel, but no wider than its page. So a narrow one would
    /// stand there at twice the size of a wide one; on pages of one width all have the same.
    ///
    /// # Errors
    ///
    /// When the page would be too large.
    pub fn on_page(&self, width: u32) -> Result<Figure> {
        if width <= self.width() {
            return Ok(self.clone());
        }
        check_size(f64::from(width), f64::from(self.height()))?;
        let mut pixels = vec![255; width as usize * self.height() as usize * 3];
        let rgb = self.decode()?;
        let lines = rgb.chunks_exact(self.width() as usize * 3);
        for (page, line) in pixels.chunks_exact_mut(width as usize * 3).zip(lines) {
            page[..line.len()].copy_from_slice(line);
        }
        let description = self.description().to_owned();
        Self::encode(&pixels, width, self.height(), description)
    }

    pub(crate) fn draw(canvas: &Canvas, description: String) -> Result<Self> {
        let (pixels, width, height) = canvas.render()?;
        Self::encode(&pixels, width, height, description)
    }

    fn encode(rgb: &[u8], width: u32, height: u32, description: String) -> Result<Self> {
        let mut png = Vec::new();
        // Flat colours compress best unfiltered: smaller and faster than any filter here.
        PngEncoder::new_with_quality(&mut png, CompressionType::Default, FilterType::NoFilter)
            .write_image(rgb, width, height, ExtendedColorType::Rgb8)
            .map_err(|error| broken("encoding", error))?;
        Ok(Self(Arc::new(Parts {
            png,
            width,
            height,
            description,
        })))
    }

    /// The picture's RGB bytes, row by row.
    pub(crate) fn decode(&self) -> Result<Vec<u8>> {
        let image = image::load_from_memory_with_format(self.png(), image::ImageFormat::Png)
            .map_err(|error| broken("decoding", error))?;
        Ok(image.into_rgb8().into_raw())
    }
}

fn broken(what: &str, error: image::ImageError) -> Error {
    Error::new(
        ErrorKind::Internal,
        format!("{what} a figure as PNG failed"),
    )
    .source(error)
    .hint("please report")
}

impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts {
            png,
            width,
            height,
            description,
        } = &*self.0;
        let first = description.lines().next().unwrap_or_default();
        let name = first.split(": ").next().unwrap_or(first);
        write!(
            f,
            "Figure({width}×{height} pixels, {} kB, {name})",
            png.len().div_ceil(1000)
        )
    }
}
