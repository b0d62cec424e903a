//! NumPy's random numbers, bit for bit.

mod array;
mod bits;
mod choice;
mod error;
mod generator;
mod integers;
mod legacy;
mod parameter;
mod population;
mod seed;
mod shuffle;

pub use bits::{Mt19937, Pcg64, SeedSequence};
pub use choice::{Choice, Chooser};
pub use error::{Error, ErrorKind, Result};
pub use generator::{Generator, GeneratorState, default_rng};
pub use integers::{Integer, IntegerRange};
pub use legacy::{RandomState, State};
pub use population::Population;
pub use seed::Seed;
pub use shuffle::Permutable;
