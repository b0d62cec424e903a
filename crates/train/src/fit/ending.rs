//! How fitting a network ended.

use std::fmt;

use crate::Divergence;

/// How fitting a network ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Ending {
    /// It went through all its epochs.
    Complete,
    /// A callback ended it before.
    Stopped {
        /// Which: `EarlyStopping`.
        by: String,
        /// Why, in its words.
        reason: String,
    },
    /// The reader pressed *stop*, see [`interrupt`](crate::interrupt).
    Interrupted,
    /// The loss was no finite number any more, or had exploded.
    Diverged(Divergence),
    /// A callback returned an error or panicked.
    Failed {
        /// Which.
        callback: String,
        /// What it said.
        error: String,
        /// Whether it panicked.
        panicked: bool,
    },
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete => f.write_str("complete"),
            Self::Stopped { by, reason } => write!(f, "stopped by {by}: {reason}"),
            Self::Interrupted => f.write_str("interrupted"),
            Self::Diverged(divergence) => divergence.fmt(f),
            Self::Failed {
                callback,
                error,
                panicked,
            } => {
                let how = if *panicked { "panicked" } else { "failed" };
                write!(f, "the callback {callback} {how}: {error}")
            }
        }
    }
}
