//! Samples of a data set as the inputs of a network: what joins the two crates.

use std::ops::Range;

use chainrule_data::Drawn;
use chainrule_nn::{FilledBytes, Inputs};

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

    fn filled(&self) -> Option<FilledBytes<'_>> {
        let filled = self.0.filled_rows()?;
        Some(FilledBytes {
            places: filled.places,
            bytes: filled.bytes,
            middle: filled.middle,
        })
    }

    fn bounds(&self, bounds: &mut [[usize; 3]]) {
        self.0.bounds(bounds);
    }

    fn numbers(&self) -> Option<&[F; 256]> {
        self.0.numbers()
    }
}
