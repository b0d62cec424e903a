//! Samples of a data set as the inputs of a network: what joins the two crates.

use std::ops::Range;

use chainrule_data::Drawn;
use chainrule_nn::Inputs;

use crate::Number;

/// Samples that a network draws as it computes with them.
#[derive(Debug)]
pub(crate) struct Samples<'a>(pub(crate) Drawn<'a>);

impl<F: Number> Inputs<F> for Samples<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn features(&self) -> usize {
        self.0.features()
    }

    fn write(&self, samples: Range<usize>, x: &mut [F]) {
        self.0.write(samples, x);
    }

    fn bytes(&self, sample: usize) -> &[u8] {
        self.0.bytes(sample)
    }

    fn filled(&self, sample: usize) -> Option<(&[u16], &[u8])> {
        let filled = self.0.filled(sample)?;
        Some((filled.places, filled.bytes))
    }

    fn numbers(&self) -> Option<&[F; 256]> {
        self.0.numbers()
    }
}
