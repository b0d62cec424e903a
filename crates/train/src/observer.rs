//! What happens while networks learn, for whoever wants to watch.

use std::sync::{PoisonError, RwLock};

use crate::{Divergence, Point, ProgressLines, Setting};

/// Something that happened in an experiment. `run` counts runs from 0.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The experiment begins.
    Started {
        /// Its name.
        experiment: &'a str,
        /// Its settings, one for each run: where runs repeat, a setting comes several times in turn.
        settings: &'a [Setting],
        /// How many samples each run will go through.
        samples: &'a [usize],
        /// How many runs are computed at a time.
        threads: usize,
    },
    /// A run begins.
    Began {
        /// Which run.
        run: usize,
    },
    /// A run is [remembered](crate::Experiment#remembered-runs): its measurements and its end follow
    /// at once. Comes after [`Began`](Self::Began).
    Remembered {
        /// Which run.
        run: usize,
    },
    /// A run has gone through so many samples. Sent a few times a second.
    Advanced {
        /// Which run.
        run: usize,
        /// Samples since its start.
        samples: usize,
    },
    /// A run was measured.
    Logged {
        /// Which run.
        run: usize,
        /// What was measured.
        point: Point,
    },
    /// A run ended, after all its samples, because it diverged, or by an interrupt.
    Ended {
        /// Which run.
        run: usize,
        /// Samples that it went through.
        samples: usize,
        /// How it diverged, if it did.
        divergence: Option<&'a Divergence>,
        /// Whether an interrupt ended it before its end.
        interrupted: bool,
        /// How long it took.
        seconds: f64,
    },
    /// A single network is trained epoch by epoch, by a [`Fit`](crate::Fit). Comes after
    /// [`Started`](Self::Started), which has its setting for the experiment's name.
    Fitting {
        /// Which run: the first.
        run: usize,
        /// What it is trained and validated on, and what its metrics are.
        words: &'a str,
    },
    /// An epoch of a fit begins.
    EpochBegan {
        /// Which run.
        run: usize,
        /// Which epoch, counted from 1.
        epoch: usize,
        /// How many there are to be.
        epochs: usize,
    },
    /// An epoch of a fit has ended.
    EpochEnded {
        /// Which run.
        run: usize,
        /// Which epoch, counted from 1.
        epoch: usize,
        /// Seconds that it took, with its measurements.
        seconds: f64,
        /// What was measured, by name.
        metrics: &'a [(String, f64)],
    },
    /// Why a fit ended before its end. Comes before [`Ended`](Self::Ended).
    Remarked {
        /// Which run.
        run: usize,
        /// In words.
        text: &'a str,
    },
    /// All runs have ended.
    Finished,
}

/// Watches an experiment. Events of runs that are computed side by side come one at a time.
pub trait Observer: Send {
    /// Takes note of an event.
    fn observe(&mut self, event: &Event<'_>);
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn observe(&mut self, _: &Event<'_>) {}
}

/// Makes an observer.
type Factory = fn() -> Box<dyn Observer>;

/// What makes the observer of an experiment that names none; lines of text if nothing is set.
static DEFAULT: RwLock<Option<Factory>> = RwLock::new(None);

/// Sets what watches experiments that name no observer and are not quiet, in this process.
///
/// For front ends: a notebook that can show a moving curve sets it once. Without it, and after
/// `None`, experiments print [`ProgressLines`].
pub fn set_default_observer(make: Option<fn() -> Box<dyn Observer>>) {
    *DEFAULT.write().unwrap_or_else(PoisonError::into_inner) = make;
}

/// The observer of an experiment that names none.
pub(crate) fn default_observer() -> Box<dyn Observer> {
    let make = *DEFAULT.read().unwrap_or_else(PoisonError::into_inner);
    make.map_or_else(|| Box::new(ProgressLines::new()) as _, |make| make())
}
