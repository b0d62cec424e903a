//! Images that are moved, turned and scaled a little each time that they are drawn.

mod warp;

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use crate::{Dataset, Element};
use warp::{Affine, Warp};

/// Small random shifts, rotations and scalings of images: a network then never sees the same image
/// twice, and learns what does not change with them.
///
/// Simard, Steinkraus and Platt, *Best practices for convolutional neural networks applied to
/// visual document analysis* (2003), section 2: affine distortions with bilinear interpolation. Each
/// time that a sample is drawn, its angle, its factor, and how far it goes to the right and
/// downwards are drawn evenly from −amount to +amount (the factor from 1 − amount to 1 + amount).
/// The image is turned and scaled about its middle, then moved. What comes in from outside is
/// background: 0 as the pixels are stored, whatever [standardizes](Dataset::scaled) them afterwards.
///
/// Only what is trained on is augmented. Interpolation is in f32, for networks in f64 too.
///
/// ```
/// use chainrule_data::{Augment, Dataset};
/// # let images = ndarray::Array2::from_shape_fn((2, 36), |(i, j)| (i * 7 + j * 5) as u8);
/// # let data = Dataset::from_arrays("", images, vec![0, 1], [1, 6, 6], ["a", "b"])?;
///
/// let augment = Augment::new().shift(2.0).rotate(10.0).scale(0.1);
/// assert_eq!(augment.to_string(), "shift 2 px, rotate 10°, scale 10 %");
/// let variants = augment.variants(&data, 0, 8, 1)?; // the first image eight times, from the seed 1
/// assert_eq!(variants[0].dim(), (6, 6));
/// assert!(variants[0] != variants[1]);
/// assert_eq!(variants, augment.variants(&data, 0, 8, 1)?);
/// # Ok::<(), chainrule_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Augment {
    /// The farthest shift along each axis, in pixels.
    pub shift: f64,
    /// The greatest angle to either side, in degrees.
    pub rotate: f64,
    /// The greatest change of the size, as a share: 0.1 for factors from 0.9 to 1.1.
    pub scale: f64,
}

impl Augment {
    /// Nothing is changed yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With shifts of up to so many pixels along each axis.
    pub fn shift(mut self, pixels: f64) -> Self {
        self.shift = pixels;
        self
    }

    /// With rotations of up to so many degrees to either side.
    pub fn rotate(mut self, degrees: f64) -> Self {
        self.rotate = degrees;
        self
    }

    /// With sizes from 1 − share to 1 + share.
    pub fn scale(mut self, share: f64) -> Self {
        self.scale = share;
        self
    }

    /// Itself, if every amount is in its range: a shift of 0 pixels or more, a rotation of 0 to 180
    /// degrees, a scaling of 0 to below 1.
    ///
    /// # Errors
    ///
    /// When one is not; the error names it and its range.
    pub fn checked(self) -> Result<Self> {
        let ranges = [
            (
                "shift",
                self.shift,
                self.shift >= 0.0 && self.shift.is_finite(),
                "a finite number of pixels, not negative",
            ),
            (
                "rotate",
                self.rotate,
                (0.0..=180.0).contains(&self.rotate),
                "0 to 180 degrees",
            ),
            (
                "scale",
                self.scale,
                (0.0..1.0).contains(&self.scale),
                "a share of 0 to below 1",
            ),
        ];
        match ranges.into_iter().find(|(_, _, fine, _)| !fine) {
            None => Ok(self),
            Some((name, value, _, range)) => {
                let what = format!("augmentation: {name} is out of range");
                Err(Error::new(ErrorKind::Value, what)
                    .expected(range)
                    .got(value.to_string()))
            }
        }
    }

    /// Whether these amounts suit the images of a data set.
    ///
    /// # Errors
    ///
    /// As [`checked`](Self::checked), when the samples are no images (a single row or column), or
    /// when a shift may move them out of sight.
    pub fn check_for(&self, data: &Dataset) -> Result<()> {
        self.checked()?;
        let [channels, height, width] = data.sample_shape();
        let side = height.min(width);
        if side < 2 {
            let what = format!("augmentation needs images, and {} has none", data.name());
            return Err(Error::new(ErrorKind::Shape, what)
                .expected("samples of at least 2 × 2 pixels")
                .got(format!("samples of {channels} × {height} × {width}"))
                .why("features without neighbours cannot be moved or turned")
                .hint("give the data their shape, or leave the augmentation out"));
        }
        if self.shift >= side as f64 {
            let what = "augmentation: shift moves images out of sight";
            return Err(Error::new(ErrorKind::Value, what)
                .expected(format!("fewer pixels than the {side} that an image has"))
                .got(self.shift.to_string()));
        }
        Ok(())
    }

    /// At work on the images of a data set, with what is drawn from a seed.
    ///
    /// # Errors
    ///
    /// As [`check_for`](Self::check_for).
    pub fn source(self, data: &Dataset, seed: u64) -> Result<Augmenter> {
        self.check_for(data)?;
        Ok(Augmenter {
            augment: self,
            // Apart from the streams that draw weights, batches and dropout from the same seed.
            rng: Pcg64::seed_from_u64(seed.rotate_left(48) ^ 0x0061_7567_6d65_6e74),
            warp: Warp::new(data.sample_shape()),
            shape: data.sample_shape(),
        })
    }

    /// So many variants of one sample, as training might see it: pixels from 0 to 1, not
    /// standardized, of shape `[channels · height, width]`.
    ///
    /// # Errors
    ///
    /// As [`check_for`](Self::check_for), and when there is no such sample.
    pub fn variants(
        &self,
        data: &Dataset,
        sample: usize,
        count: usize,
        seed: u64,
    ) -> Result<Vec<Array2<f32>>> {
        let image = data.image(sample)?;
        let mut source = self.source(data, seed)?;
        let bytes: Vec<u8> = image.iter().copied().collect();
        let variant = |_| {
            let mut pixels = vec![0.0; bytes.len()];
            source.augment(&bytes, &mut pixels);
            Array2::from_shape_vec(image.dim(), pixels)
                .expect("as many pixels as the image has; please report this")
        };
        Ok((0..count).map(variant).collect())
    }
}

impl fmt::Display for Augment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (self.shift, format!("shift {} px", self.shift)),
            (self.rotate, format!("rotate {}°", self.rotate)),
            // Two decimals of a percent: 0.07 is no 7.000000000000001 %.
            (
                self.scale,
                format!("scale {} %", (self.scale * 1e4).round() / 100.0),
            ),
        ];
        let parts: Vec<_> = parts
            .into_iter()
            .filter(|(amount, _)| *amount != 0.0)
            .map(|(_, words)| words)
            .collect();
        f.write_str(&if parts.is_empty() {
            "nothing".to_owned()
        } else {
            parts.join(", ")
        })
    }
}

/// An [`Augment`] at work: what it has drawn so far, and its buffers.
#[derive(Clone)]
pub struct Augmenter {
    augment: Augment,
    rng: Pcg64,
    warp: Warp,
    shape: [usize; 3],
}

impl Augmenter {
    /// Writes the next variant of an image's bytes, pixels 0 to 1.
    pub(crate) fn augment<F: Element>(&mut self, bytes: &[u8], out: &mut [F]) {
        let affine = self.draw();
        self.warp.image(&affine, bytes, out);
    }

    /// Whether it was made for images of this shape.
    pub(crate) fn check(&self, data: &Dataset) -> Result<()> {
        if data.sample_shape() == self.shape {
            return Ok(());
        }
        let what = format!("an augmenter does not fit {}", data.name());
        Err(Error::new(ErrorKind::Shape, what)
            .expected(format!("images of {:?}", self.shape))
            .got(format!("images of {:?}", data.sample_shape()))
            .hint("make one for these data: augment.source(&data, seed)?"))
    }

    fn draw(&mut self) -> Affine {
        let mut evenly = |amount: f64| amount * self.rng.random_range(-1.0..=1.0);
        let Augment {
            shift,
            rotate,
            scale,
        } = self.augment;
        Affine {
            degrees: evenly(rotate),
            factor: 1.0 + evenly(scale),
            right: evenly(shift),
            down: evenly(shift),
        }
    }
}

impl fmt::Debug for Augmenter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Augmenter({})", self.augment)
    }
}

#[cfg(test)]
mod tests;
