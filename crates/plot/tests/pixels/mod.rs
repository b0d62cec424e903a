//! A figure's pixels, for the tests of what pictures show.

use chainrule_plot::{Figure, Rgb};

/// Decoded pixels of a figure.
pub(crate) struct Pixels(pub(crate) image::RgbImage);

impl Pixels {
    pub(crate) fn of(figure: &Figure) -> Self {
        let image = image::load_from_memory(figure.png())
            .expect("a PNG")
            .into_rgb8();
        assert_eq!(
            (image.width(), image.height()),
            (figure.width(), figure.height())
        );
        Self(image)
    }

    /// Where a colour occurs: the share of the width and height of each of its pixels.
    pub(crate) fn places(&self, Rgb(r, g, b): Rgb) -> Vec<(f64, f64)> {
        let (w, h) = (f64::from(self.0.width()), f64::from(self.0.height()));
        self.0
            .enumerate_pixels()
            .filter(|(_, _, pixel)| pixel.0 == [r, g, b])
            .map(|(x, y, _)| (f64::from(x) / w, f64::from(y) / h))
            .collect()
    }

    pub(crate) fn count(&self, color: Rgb) -> usize {
        self.places(color).len()
    }
}
