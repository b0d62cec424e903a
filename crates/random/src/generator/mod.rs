//! NumPy's newer interface, `numpy.random.Generator` over PCG64.

use crate::bits::{Pcg64, SeedSequence};

/// NumPy's `Generator` over [`Pcg64`].
#[derive(Clone, Debug, PartialEq)]
pub struct Generator {
    bits: Pcg64,
    sequence: Option<SeedSequence>,
}

impl Generator {
    /// The generator of a seed sequence.
    pub fn from_sequence(sequence: SeedSequence) -> Self {
        Self {
            bits: Pcg64::new(&sequence),
            sequence: Some(sequence),
        }
    }

    pub(crate) fn bits_mut(&mut self) -> &mut Pcg64 {
        &mut self.bits
    }
}
