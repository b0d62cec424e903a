//! Samples of a data set as the inputs of a network: what joins the two crates.

use std::ops::Range;

use chainrule_data::Drawn;
use chainrule_nn::{FilledBytes, Inputs};

use crate::Number;

/// Samples that a network draws as it computes with them.
#[derive(Debug)]
pub(crate) struct Samples<'a> {
    drawn: Drawn<'a>,
    /// How many of them are the batch; the others will come next.
    batch: usize,
}

impl<'a> Samples<'a> {
    /// A batch of all of them.
    pub(crate) fn all(drawn: Drawn<'a>) -> Self {
        let batch = drawn.len();
        Self { drawn, batch }
    }

    /// A batch of the first so many.
    pub(crate) fn first(batch: usize, drawn: Drawn<'a>) -> Self {
        Self { drawn, batch }
    }
}

impl<F: Number> Inputs<F> for Samples<'_> {
    fn len(&self) -> usize {
        self.batch
    }

    fn features(&self) -> usize {
        self.drawn.features()
    }

    fn write(&self, samples: Range<usize>, x: &mut [F]) {
        self.drawn.write(samples, x);
    }

    fn bytes(&self, sample: usize) -> &[u8] {
        self.drawn.bytes(sample)
    }

    fn filled(&self) -> Option<FilledBytes<'_>> {
        let filled = self.drawn.filled_rows()?;
        Some(FilledBytes {
            places: filled.places,
            bytes: filled.bytes,
            middle: filled.middle,
        })
    }

    fn following(&self) -> usize {
        self.drawn.len() - self.batch
    }

    fn bounds(&self, bounds: &mut [[usize; 3]]) {
        self.drawn.bounds(bounds);
    }

    fn numbers(&self) -> Option<&[F; 256]> {
        self.drawn.numbers()
    }
}
