//! The requests to run cells, in the order in which they came.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::lock;
use crate::message::Request;
use crate::replies::Replies;

/// A cell that is asked for.
pub(crate) struct Job {
    pub(crate) request: Arc<Request>,
    /// Where the answer goes.
    pub(crate) replies: Replies,
}

/// Filled by the sockets, emptied by the one thread that runs cells.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    closed: bool,
}

impl Queue {
    /// Adds a cell at the end.
    pub(crate) fn push(&self, job: Job) {
        let mut state = lock(&self.state);
        if !state.closed {
            state.waiting.push_back(job);
            self.bell.notify_one();
        }
    }

    /// The next cell, once there is one. `None` when the kernel ends.
    pub(crate) fn next(&self) -> Option<Job> {
        let mut state = lock(&self.state);
        loop {
            if state.closed {
                return None;
            }
            if let Some(job) = state.waiting.pop_front() {
                return Some(job);
            }
            state = self
                .bell
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Everything that waits.
    pub(crate) fn take_all(&self) -> VecDeque<Job> {
        std::mem::take(&mut lock(&self.state).waiting)
    }

    /// No more cells are run.
    pub(crate) fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        state.waiting.clear();
        self.bell.notify_all();
    }
}
