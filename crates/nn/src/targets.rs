//! What a loss compares the scores with: classes, or one row of values per sample.

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::{Array2, ArrayView2, Axis};

use crate::Scalar;

/// The targets of a batch.
///
/// Functions take `impl Into<Targets>`: a reference to labels (`&[u8]`, `&Vec<u8>`, `&[u8; N]`) or
/// to an array `[batch, outputs]` such as one-hot rows.
#[derive(Clone, Copy, Debug)]
pub enum Targets<'a, F> {
    /// One class for each sample, `0..outputs`.
    Classes(&'a [u8]),
    /// One row of values for each sample, `[batch, outputs]`.
    Values(ArrayView2<'a, F>),
}

impl<'a, F: Scalar> Targets<'a, F> {
    /// Those of the first samples, and the rest.
    pub(crate) fn split_at(self, samples: usize) -> (Self, Self) {
        match self {
            Self::Classes(classes) => {
                let (first, last) = classes.split_at(samples);
                (Self::Classes(first), Self::Classes(last))
            }
            Self::Values(values) => {
                let (first, last) = values.split_at(Axis(0), samples);
                (Self::Values(first), Self::Values(last))
            }
        }
    }

    /// How many samples there are targets for.
    pub fn len(&self) -> usize {
        match self {
            Self::Classes(classes) => classes.len(),
            Self::Values(values) => values.nrows(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The target of one output of one sample: 0 or 1 for a class.
    pub(crate) fn at(&self, sample: usize, output: usize) -> F {
        match self {
            Self::Classes(classes) if usize::from(classes[sample]) == output => F::one(),
            Self::Classes(_) => F::zero(),
            Self::Values(values) => values[[sample, output]],
        }
    }

    /// Checks them against what a network puts out for a batch.
    pub(crate) fn check(&self, batch: usize, outputs: usize) -> Result<()> {
        if self.len() != batch {
            return Err(
                Error::new(ErrorKind::Shape, "as many targets as samples are needed")
                    .expected(format!("{batch} targets"))
                    .got(format!("{} targets", self.len()))
                    .hint("take inputs and labels from the same batch"),
            );
        }
        match self {
            Self::Classes(classes) => {
                let wrong = classes
                    .iter()
                    .position(|&class| usize::from(class) >= outputs);
                wrong.map_or(Ok(()), |at| {
                    Err(Error::new(ErrorKind::Value, "a label is out of range")
                        .expected(format!("labels from 0 to {}", outputs - 1))
                        .got(format!("label {} at sample {at}", classes[at]))
                        .why(format!(
                            "the network has {outputs} outputs, one for each class"
                        ))
                        .hint("give the last dense layer one unit for each class"))
                })
            }
            Self::Values(values) => {
                if values.ncols() != outputs {
                    return Err(
                        Error::new(ErrorKind::Shape, "targets do not fit the outputs")
                            .expected(format!("[{batch}, {outputs}]"))
                            .got(format!("{:?}", values.shape()))
                            .hint("one-hot rows are as long as the last dense layer is wide"),
                    );
                }
                let wrong = values.indexed_iter().find(|(_, value)| !value.is_finite());
                wrong.map_or(Ok(()), |((row, column), value)| {
                    Err(
                        Error::new(ErrorKind::NotFinite, "a target is not a finite number")
                            .got(format!("{value} in row {row}, column {column}")),
                    )
                })
            }
        }
    }
}

impl<'a, F> From<&'a [u8]> for Targets<'a, F> {
    fn from(classes: &'a [u8]) -> Self {
        Self::Classes(classes)
    }
}

impl<'a, F> From<&'a Vec<u8>> for Targets<'a, F> {
    fn from(classes: &'a Vec<u8>) -> Self {
        Self::Classes(classes)
    }
}

impl<'a, F, const N: usize> From<&'a [u8; N]> for Targets<'a, F> {
    fn from(classes: &'a [u8; N]) -> Self {
        Self::Classes(classes)
    }
}

impl<'a, F> From<&'a Array2<F>> for Targets<'a, F> {
    fn from(values: &'a Array2<F>) -> Self {
        Self::Values(values.view())
    }
}

impl<'a, F> From<ArrayView2<'a, F>> for Targets<'a, F> {
    fn from(values: ArrayView2<'a, F>) -> Self {
        Self::Values(values)
    }
}
