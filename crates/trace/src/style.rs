//! How a trace is written: in which notation, with how many digits, up to which size.

/// Whose formulas a trace is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Notation {
    /// The lecture's: samples are columns, z = W a + b, and Wⱼₖ leads to unit j from unit k; so W
    /// is the transpose of what the network stores. Nielsen, *Neural networks and deep learning*
    /// (2015), chapter 2.
    #[default]
    Lecture,
    /// NumPy's: samples are rows, `z = a.dot(W) + b`, and everything is as the network stores it.
    Numpy,
}

/// How numbers and matrices are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) notation: Notation,
    /// Significant digits.
    pub(crate) digits: usize,
    /// The most rows and columns of a matrix that are written out; larger ones have dots.
    pub(crate) most: usize,
    /// Letters of a line before it is broken.
    pub(crate) width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            notation: Notation::default(),
            digits: 5,
            most: 6,
            width: 92,
        }
    }
}
