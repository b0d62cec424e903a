//! An image becomes a row of features. Its numbers lie in that order already.

use super::{Backward, Layer, Scratch};
use crate::{Parameter, Scalar};

/// Copies; only the shape that follows is another.
#[derive(Debug)]
pub(crate) struct Flatten {
    pub(crate) features: usize,
}

impl<F: Scalar> Layer<F> for Flatten {
    fn output_len(&self) -> usize {
        self.features
    }

    fn forward(&self, _: &[Parameter<F>], x: &[F], y: &mut [F], _: usize, _: &mut Scratch<F>) {
        y.copy_from_slice(x);
    }

    fn backward(&self, pass: Backward<'_, F>, _: &mut Scratch<F>) {
        if let Some(dx) = pass.dx {
            dx.copy_from_slice(pass.dy);
        }
    }
}
