//! The callbacks of a run, called so that none of them can take the run's history with it.

use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
};

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Network;

use super::{
    callback::{Callback, Control, End, Epoch, Start},
    checkpoint::{Kept, Saved},
    ending::Ending,
};
use crate::{Mode, Number};

/// Callbacks, and what each has kept.
pub(super) struct Watchers<'c, 'a, F: Number> {
    callbacks: &'c mut [Box<dyn Callback<F> + 'a>],
    kept: Vec<Vec<Kept<F>>>,
    failed: Option<usize>,
}

/// What became of calling a callback.
enum Outcome<T> {
    Answered(T),
    Failed(Error),
    Panicked(String),
}

thread_local! {
    /// How many guarded calls this thread is in: a callback may itself train.
    static GUARDED: Cell<usize> = const { Cell::new(0) };
}

/// Whether a panic of this thread would be caught and told as the failure of a callback: it is not
/// the program's, and a panic hook has nothing to say of it.
#[doc(hidden)]
pub fn panic_is_caught() -> bool {
    GUARDED.get() > 0
}

fn guarded<T>(call: impl FnOnce() -> Result<T>) -> Outcome<T> {
    GUARDED.set(GUARDED.get() + 1);
    let outcome = caught(call);
    GUARDED.set(GUARDED.get() - 1);
    outcome
}

fn caught<T>(call: impl FnOnce() -> Result<T>) -> Outcome<T> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Outcome::Answered(value),
        Ok(Err(error)) => Outcome::Failed(error),
        Err(payload) => Outcome::Panicked(message(&*payload)),
    }
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a value that is no text (panic_any)".to_owned())
}

fn failed<T>(callback: String, outcome: Outcome<T>) -> std::result::Result<T, Ending> {
    let (error, panicked) = match outcome {
        Outcome::Answered(value) => return Ok(value),
        Outcome::Failed(error) => (error.to_string(), false),
        Outcome::Panicked(message) => (message, true),
    };
    Err(Ending::Failed {
        callback,
        error,
        panicked,
    })
}

impl<'c, 'a, F: Number> Watchers<'c, 'a, F> {
    pub(super) fn new(callbacks: &'c mut [Box<dyn Callback<F> + 'a>]) -> Self {
        let kept = callbacks.iter().map(|_| Vec::new()).collect();
        Self {
            callbacks,
            kept,
            failed: None,
        }
    }

    /// The metric that the first of them judges by.
    pub(super) fn monitor(&self) -> Option<(String, Mode)> {
        self.callbacks
            .iter()
            .find_map(|callback| callback.monitor())
    }

    pub(super) fn start(&mut self, start: &Start) -> Result<()> {
        for callback in self.callbacks.iter_mut() {
            match guarded(|| callback.on_start(start)) {
                Outcome::Answered(()) => {}
                Outcome::Failed(error) => return Err(error.within(callback.name())),
                Outcome::Panicked(message) => {
                    let place =
                        format!("the callback {} panicked before training", callback.name());
                    return Err(Error::new(ErrorKind::Value, place).why(message));
                }
            }
        }
        Ok(())
    }

    /// Tells every one of an epoch; the first that wants to stop, or fails, gives the ending.
    pub(super) fn epoch(
        &mut self,
        (number, epochs, seconds): (usize, usize, f64),
        metrics: &[(String, f64)],
        network: &mut Network<F>,
    ) -> Option<Ending> {
        let mut ending = None;
        for (i, callback) in self.callbacks.iter_mut().enumerate() {
            let mut epoch = Epoch {
                number,
                epochs,
                seconds,
                network,
                metrics,
                kept: &mut self.kept[i],
            };
            let outcome = guarded(|| callback.on_epoch_end(&mut epoch));
            match failed(callback.name(), outcome) {
                Ok(Control::Continue) => {}
                Ok(Control::Stop(reason)) => {
                    let by = callback.name();
                    ending.get_or_insert(Ending::Stopped { by, reason });
                }
                Err(failure) => {
                    self.failed = Some(i);
                    return Some(failure);
                }
            }
        }
        ending
    }

    /// Tells every one of the end, but for one that failed; gives what they kept, and the ending,
    /// which is another one if a callback fails now.
    pub(super) fn end(
        mut self,
        mut ending: Ending,
        network: &mut Network<F>,
        network_epoch: &mut Option<usize>,
    ) -> (Ending, Vec<Saved<F>>) {
        for (i, callback) in self.callbacks.iter_mut().enumerate() {
            if self.failed == Some(i) {
                continue;
            }
            let mut end = End {
                ending: &ending,
                network,
                kept: &mut self.kept[i],
                epoch: network_epoch,
            };
            let outcome = guarded(|| callback.on_end(&mut end));
            if let Err(failure) = failed(callback.name(), outcome) {
                ending = failure;
            }
        }
        let mut saved = Vec::new();
        for (callback, kept) in self.callbacks.iter().zip(self.kept) {
            saved.extend(kept.into_iter().map(|kept| Saved {
                epoch: kept.epoch,
                by: callback.name(),
                network: kept.network,
            }));
        }
        saved.sort_by_key(|saved| saved.epoch);
        (ending, saved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_hook_can_tell_what_will_be_caught() {
        assert!(!panic_is_caught());
        let inner = guarded(|| {
            let failed = guarded(|| -> Result<()> { panic!("inner") });
            Ok((panic_is_caught(), matches!(failed, Outcome::Panicked(_))))
        });
        assert!(matches!(inner, Outcome::Answered((true, true))));
        assert!(!panic_is_caught());
    }
}
