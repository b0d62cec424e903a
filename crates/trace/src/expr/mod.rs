//! Formulas as trees of quantities.
//!
//! The rule of the folder: a formula is one tree. `write` writes it with symbols or with numbers,
//! in LaTeX and as text, so that what a student reads and what is put in cannot differ; `value`
//! computes it. What a step shows as its result never comes from there: it is read from the pass.
//! A test computes every formula and holds it against the pass, so that no formula is a lie; and a
//! check of a student's answer computes wrong formulas, to see which of them gives it.

mod calls;
mod value;
mod write;

use std::sync::Arc;

use ndarray::Array2;

pub(crate) use self::write::Writer;
use crate::quantity::Quantity;

#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Of(Quantity),
    /// A factor or summand that is no quantity: numerator and denominator.
    Fraction(f64, f64),
    /// Summands; those with `true` are subtracted.
    Sum(Vec<(bool, Expr)>),
    /// The product of matrices, or of a number and a matrix.
    Product(Vec<Expr>),
    /// The product entry by entry.
    Hadamard(Vec<Expr>),
    Transpose(Box<Expr>),
    Call(Call, Box<Expr>),
    /// The same numbers in another shape. It is not written.
    Shaped(Box<Expr>, Vec<usize>),
}

/// What is done with one operand.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    Relu,
    Sigmoid,
    Tanh,
    /// 1 where the operand is above zero, 0 elsewhere.
    Positive,
    /// Probabilities along that axis.
    Softmax(usize),
    SquaredNorm,
    Log,
    /// The sum of all entries.
    Total,
    /// The sum along an axis, which is kept, or not, and how it is written.
    SumAlong(Sum),
    /// A bias beside each column of a batch.
    Spread,
    /// One number for each feature or channel, beside all numbers of that feature or channel: so
    /// shaped. It is not written.
    Across(Vec<usize>),
    /// (x + ε)^(-1/2), with this ε.
    InverseRoot(f64),
    Square,
    /// The greatest of each window: which number of each sample goes on.
    Pick(Arc<Array2<usize>>, usize),
    /// Each number back to where it came from, in samples of that many numbers.
    Route(Arc<Array2<usize>>, usize),
    /// 1 for each number that goes on, 0 for the others; in samples of that many numbers.
    Winners(Arc<Array2<usize>>, usize),
    Im2col(Patch),
    Col2im,
    /// Images become rows or columns.
    Flatten(Layout),
    /// Rows or columns become images of that shape.
    Unflatten(Layout, Vec<usize>),
}

/// One place of a convolution's window, whose pixels and column are set off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patch {
    pub(crate) kernel: usize,
    pub(crate) width: usize,
    pub(crate) place: usize,
}

impl Patch {
    /// Whether the pixel at the end of the index lies in the patch, in the first image.
    pub(crate) fn has_pixel(&self, index: &[usize]) -> bool {
        let [first @ .., _, row, column] = index else {
            return false;
        };
        // As the layer pads: an even window has one more pixel after its centre than before.
        let before = (self.kernel - 1) / 2;
        let within = |at: usize, centre: usize| {
            let at = at + before;
            (centre..centre + self.kernel).contains(&at)
        };
        let (top, left) = (self.place / self.width, self.place % self.width);
        within(*row, top) && within(*column, left) && first.iter().all(|sample| *sample == 0)
    }

    /// Whether the entry lies in the patch's column, in the first image.
    pub(crate) fn has_entry(&self, index: &[usize]) -> bool {
        let [first @ .., _, column] = index else {
            return false;
        };
        *column == self.place && first.iter().all(|sample| *sample == 0)
    }
}

/// How the samples of a batch lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) samples: usize,
    /// Whether a sample is a column; otherwise it is a row.
    pub(crate) columns: bool,
}

/// Which sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sum {
    /// Over the samples that are columns: δ 1.
    Columns,
    /// Over the samples that are rows: `.sum(axis=0)`.
    Rows,
    /// Over the places of an image.
    Places,
    /// Over the images of a batch.
    Images,
}

impl Expr {
    pub(crate) fn of(quantity: &Quantity) -> Self {
        Self::Of(quantity.clone())
    }

    pub(crate) fn t(self) -> Self {
        Self::Transpose(Box::new(self))
    }

    pub(crate) fn call(self, call: Call) -> Self {
        Self::Call(call, Box::new(self))
    }

    pub(crate) fn shaped(self, shape: &[usize]) -> Self {
        Self::Shaped(Box::new(self), shape.to_vec())
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self::Sum(vec![(false, self), (false, other)])
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self::Sum(vec![(false, self), (true, other)])
    }

    pub(crate) fn negative(self) -> Self {
        Self::Sum(vec![(true, self)])
    }

    /// The product with a number, which is left out when it is 1.
    pub(crate) fn times(self, numerator: f64, denominator: f64) -> Self {
        if numerator == denominator {
            return self;
        }
        Self::Product(vec![Self::Fraction(numerator, denominator), self])
    }

    /// The quantities that it is made of.
    pub(crate) fn leaves(&self) -> Vec<&Quantity> {
        match self {
            Self::Of(quantity) => vec![quantity],
            Self::Fraction(..) => Vec::new(),
            Self::Sum(terms) => terms.iter().flat_map(|(_, term)| term.leaves()).collect(),
            Self::Product(terms) | Self::Hadamard(terms) => {
                terms.iter().flat_map(Self::leaves).collect()
            }
            Self::Transpose(inner) | Self::Call(_, inner) | Self::Shaped(inner, _) => {
                inner.leaves()
            }
        }
    }
}
