//! NumPy's random numbers, bit for bit.

mod array;
mod bits;
mod error;
mod generator;
mod integers;
mod legacy;
mod parameter;
mod seed;
mod shuffle;

pub use bits::{Mt19937, Pcg64, SeedSequence};
pub use error::{Error, ErrorKind, Result};
pub use generator::Generator;
pub use integers::{Integer, IntegerRange};
pub use legacy::{RandomState, State};
pub use seed::Seed;
pub use shuffle::Permutable;
