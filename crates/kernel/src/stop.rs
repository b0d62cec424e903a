//! What the stop button has done to the running cell, and what it may still do.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::stage::lock;

/// So long after its compiler was stopped a cell is taken to be ending: who presses twice in a row
/// wants the cell to stop, not the variables to go.
const ENDING: Duration = Duration::from_secs(2);

/// The presses during a cell. Everything changes under one lock: a cell that has just ended must not
/// cost the variables, nor may the one after it.
#[derive(Default)]
pub(crate) struct Stop(Mutex<State>);

#[derive(Default)]
struct State {
    /// The number of the running cell; 0 while none runs.
    running: u64,
    cells: u64,
    presses: usize,
    /// Whether evcxr is at work for the cell: only then is there something to end.
    is_open: bool,
    stopped: Option<Instant>,
    has_killed: bool,
}

impl Stop {
    /// A cell begins.
    pub(crate) fn begin(&self) {
        let mut state = lock(&self.0);
        let cells = state.cells + 1;
        *state = State {
            running: cells,
            cells,
            ..State::default()
        };
    }

    /// It has ended.
    pub(crate) fn end(&self) {
        let mut state = lock(&self.0);
        state.running = 0;
        state.is_open = false;
    }

    /// Whether a cell runs.
    pub(crate) fn is_busy(&self) -> bool {
        lock(&self.0).running > 0
    }

    /// Whether that cell still runs.
    pub(crate) fn is_running(&self, cell: u64) -> bool {
        lock(&self.0).running == cell
    }

    /// Counts a press: the number of the cell that it is for, and of the press. None if no cell runs.
    pub(crate) fn press(&self) -> Option<(u64, usize)> {
        let mut state = lock(&self.0);
        if state.running == 0 {
            return None;
        }
        state.presses += 1;
        Some((state.running, state.presses))
    }

    /// Whether it was pressed during this cell.
    pub(crate) fn pressed(&self) -> bool {
        lock(&self.0).presses > 0
    }

    /// evcxr begins to work for the cell.
    pub(crate) fn open(&self) {
        lock(&self.0).is_open = true;
    }

    /// evcxr is done: from here on nothing is ended. True if the process was.
    pub(crate) fn close(&self) -> bool {
        let mut state = lock(&self.0);
        state.is_open = false;
        state.has_killed
    }

    /// The compiler was stopped, and the cell ends by itself.
    pub(crate) fn compiler_stopped(&self) {
        lock(&self.0).stopped = Some(Instant::now());
    }

    /// Ends the process by `kill`, which says whether there was one, if evcxr still works for that cell.
    pub(crate) fn kill(&self, cell: u64, kill: impl FnOnce() -> bool) {
        let mut state = lock(&self.0);
        let is_ending = state.stopped.is_some_and(|at| at.elapsed() < ENDING);
        if state.is_open && state.running == cell && !state.has_killed && !is_ending {
            state.has_killed = kill();
        }
    }

    /// Whether the process was ended because of it.
    pub(crate) fn has_killed(&self) -> bool {
        lock(&self.0).has_killed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kills(stop: &Stop, cell: u64) -> bool {
        let mut called = false;
        stop.kill(cell, || {
            called = true;
            true
        });
        called
    }

    #[test]
    fn only_the_cell_that_was_meant_is_ended_and_only_while_it_works() {
        let stop = Stop::default();
        assert_eq!(stop.press(), None);
        assert!(!kills(&stop, 0), "no cell runs");
        stop.begin();
        let (first, press) = stop.press().unwrap();
        assert_eq!((first, press), (1, 1));
        assert!(!kills(&stop, first), "evcxr has not begun");
        stop.open();
        assert!(!stop.close());
        assert!(!kills(&stop, first), "evcxr is done");
        stop.end();
        assert!(!kills(&stop, first) && !kills(&stop, 0));

        stop.begin();
        assert!(!stop.pressed());
        stop.open();
        assert!(!kills(&stop, first), "this is the next cell");
        assert_eq!(stop.press(), Some((2, 1)));
        assert!(kills(&stop, 2));
        assert!(!kills(&stop, 2), "it has been ended");
        assert!(stop.close() && stop.has_killed());
    }

    #[test]
    fn a_cell_whose_compiler_was_stopped_keeps_its_process() {
        let stop = Stop::default();
        stop.begin();
        stop.open();
        stop.press();
        stop.compiler_stopped();
        assert_eq!(stop.press(), Some((1, 2)));
        assert!(!kills(&stop, 1) && !stop.has_killed());
        lock(&stop.0).stopped = Instant::now().checked_sub(ENDING);
        assert!(kills(&stop, 1), "it goes on all the same");
    }

    #[test]
    fn what_was_not_there_was_not_ended() {
        let stop = Stop::default();
        stop.begin();
        stop.open();
        stop.kill(1, || false);
        assert!(!stop.close());
    }
}
