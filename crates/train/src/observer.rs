//! What happens while networks learn, for whoever wants to watch.

use crate::{Divergence, Point, Setting};

/// Something that happened in an experiment. `run` counts settings from 0.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The experiment begins.
    Started {
        /// Its name.
        experiment: &'a str,
        /// Its settings, one for each run.
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
    /// A run ended, after all its samples or because it diverged.
    Ended {
        /// Which run.
        run: usize,
        /// How it diverged, if it did.
        divergence: Option<&'a Divergence>,
        /// How long it took.
        seconds: f64,
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
