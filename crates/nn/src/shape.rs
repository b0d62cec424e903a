//! The shape of one sample between two layers.

use std::fmt;

/// The shape of one sample: a flat row of features, or an image.
///
/// Arrays of samples are always `[batch, features]`; an image lies in its row channel by channel,
/// each channel row by row.
///
/// ```
/// use chainrule_nn::Shape;
///
/// assert_eq!(Shape::from(784).to_string(), "[784]");
/// assert_eq!(Shape::from([1, 28, 28]).features(), 784);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// A row of features.
    Flat(usize),
    /// An image of channels × height × width.
    Image {
        /// Colour channels, or feature maps.
        channels: usize,
        /// Rows of pixels.
        height: usize,
        /// Pixels in a row.
        width: usize,
    },
}

impl Shape {
    /// How many numbers one sample has.
    pub fn features(self) -> usize {
        match self {
            Self::Flat(features) => features,
            Self::Image {
                channels,
                height,
                width,
            } => channels * height * width,
        }
    }
}

impl From<usize> for Shape {
    fn from(features: usize) -> Self {
        Self::Flat(features)
    }
}

impl From<[usize; 3]> for Shape {
    fn from([channels, height, width]: [usize; 3]) -> Self {
        Self::Image {
            channels,
            height,
            width,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flat(features) => write!(f, "[{features}]"),
            Self::Image {
                channels,
                height,
                width,
            } => {
                write!(f, "[{channels}, {height}, {width}]")
            }
        }
    }
}
