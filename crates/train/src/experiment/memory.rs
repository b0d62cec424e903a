//! Finished runs, remembered as long as the process lives: a notebook's session.
//!
//! Training is determined by what a [`Key`] holds, so a run that is asked for again is answered at
//! once with a copy. Keys are compared as a whole, never by a digest of them, but for the data,
//! whose contents are told by SHA-256. What was used longest ago is forgotten first.

use std::{
    any::Any,
    collections::VecDeque,
    mem::size_of,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chainrule_nn::{Model, Scalar};

use crate::{Number, Point, Run, Setting};

/// Bytes that remembered runs may take together.
const MOST_BYTES: usize = 256 << 20;
/// Runs that are remembered at most.
const MOST_RUNS: usize = 1_000;

/// All that the numbers of a run depend on, but for the precision: each has runs of its own type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    /// The setting without names, seed and model.
    pub(crate) setting: Setting,
    pub(crate) model: Model,
    pub(crate) seed: u64,
    pub(crate) log_every: usize,
    /// Samples of the training set that accuracy is measured on.
    pub(crate) measured: usize,
    /// SHA-256 of the contents of all parts.
    pub(crate) data: [u8; 32],
}

struct Entry {
    key: Key,
    bytes: usize,
    run: Box<dyn Any + Send + Sync>,
}

static MEMORY: Mutex<Memory> = Mutex::new(Memory::new(MOST_BYTES, MOST_RUNS));

/// The entries, what was used last at the end.
struct Memory {
    entries: VecDeque<Entry>,
    most_bytes: usize,
    most_runs: usize,
}

impl Memory {
    const fn new(most_bytes: usize, most_runs: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            most_bytes,
            most_runs,
        }
    }

    fn find<F: Number>(&self, key: &Key) -> Option<usize> {
        let of_type = |entry: &Entry| entry.run.is::<Run<F>>();
        self.entries
            .iter()
            .position(|entry| of_type(entry) && entry.key == *key)
    }

    fn recall<F: Number>(&mut self, key: &Key) -> Option<Run<F>> {
        let entry = self.entries.remove(self.find::<F>(key)?)?;
        let run = entry.run.downcast_ref::<Run<F>>().cloned();
        self.entries.push_back(entry);
        run.map(|run| Run {
            network: run.network.on_its_own(),
            ..run
        })
    }

    fn keep<F: Number>(&mut self, key: Key, run: &Run<F>) {
        if let Some(old) = self.find::<F>(&key) {
            self.entries.remove(old);
        }
        let bytes = bytes(run);
        if bytes > self.most_bytes {
            return;
        }
        let run = Box::new(run.clone());
        self.entries.push_back(Entry { key, bytes, run });
        while self.entries.len() > self.most_runs
            || self.entries.iter().map(|entry| entry.bytes).sum::<usize>() > self.most_bytes
        {
            self.entries.pop_front();
        }
    }
}

/// About how much memory a run takes: its weights and its curve.
fn bytes<F: Scalar>(run: &Run<F>) -> usize {
    let arrays = run.network.parameters().iter();
    let arrays = arrays.chain(run.network.statistics());
    let numbers: usize = arrays.map(|parameter| parameter.value.len()).sum();
    size_of::<Run<F>>() + numbers * size_of::<F>() + run.curve.len() * size_of::<Point>()
}

fn memory() -> MutexGuard<'static, Memory> {
    MEMORY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A copy of the run of this key, if it is known.
pub(crate) fn recall<F: Number>(key: &Key) -> Option<Run<F>> {
    memory().recall(key)
}

/// Remembers a run, if it came to its end; in the place of an older one of the same key.
pub(crate) fn keep<F: Number>(key: Key, run: &Run<F>) {
    if !run.interrupted {
        memory().keep(key, run);
    }
}

/// Forgets every run that an [`Experiment`](crate::Experiment) has remembered in this process,
/// and frees their memory.
pub fn forget_runs() {
    memory().entries.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u64) -> Key {
        Key {
            setting: Setting::new(1, 0.1),
            model: Model::input(2).dense(2).softmax(),
            seed,
            log_every: 1,
            measured: 1,
            data: [0; 32],
        }
    }

    fn run<F: Number>(seed: u64) -> Run<F> {
        Run {
            setting: Setting::new(1, 0.1),
            seed,
            curve: Vec::new(),
            divergence: None,
            interrupted: false,
            validated: Vec::new(),
            stopped_early: false,
            best_epoch: None,
            final_train_accuracy: None,
            final_test_accuracy: None,
            seconds: 1.0,
            measuring_seconds: 0.0,
            samples: 0,
            remembered: false,
            network: F::build(&key(seed).model, seed).unwrap(),
        }
    }

    #[test]
    fn what_was_used_longest_ago_is_forgotten_first() {
        let size = bytes(&run::<f32>(1));
        for mut memory in [Memory::new(2 * size, 100), Memory::new(usize::MAX, 2)] {
            memory.keep(key(1), &run::<f32>(1));
            memory.keep(key(2), &run::<f32>(2));
            assert_eq!(memory.recall::<f32>(&key(1)).unwrap().seed, 1);
            memory.keep(key(3), &run::<f32>(3));
            assert!(memory.recall::<f32>(&key(2)).is_none());
            assert!(memory.recall::<f32>(&key(1)).is_some());
            assert!(memory.recall::<f32>(&key(3)).is_some());
        }
        let mut small = Memory::new(size - 1, 100);
        small.keep(key(1), &run::<f32>(1));
        assert!(small.entries.is_empty());
    }

    #[test]
    fn the_precisions_have_memories_of_their_own_and_a_key_one_run() {
        let mut memory = Memory::new(usize::MAX, 100);
        memory.keep(key(1), &run::<f32>(1));
        assert!(memory.recall::<f64>(&key(1)).is_none());
        memory.keep(key(1), &run::<f64>(1));
        memory.keep(
            key(1),
            &Run {
                seconds: 2.0,
                ..run::<f32>(1)
            },
        );
        assert_eq!(memory.entries.len(), 2);
        assert_eq!(memory.recall::<f32>(&key(1)).unwrap().seconds, 2.0);
        let other = |change: fn(&mut Key)| {
            let mut key = key(1);
            change(&mut key);
            key
        };
        for changed in [
            other(|key| key.setting.learning_rate = 0.2),
            other(|key| key.setting.recipe.weight_decay = 0.2),
            other(|key| key.model = Model::input(2).dense(3).dense(2).softmax()),
            other(|key| key.log_every = 2),
            other(|key| key.measured = 2),
            other(|key| key.data[31] = 1),
        ] {
            assert!(memory.recall::<f32>(&changed).is_none(), "{changed:?}");
        }
    }
}
