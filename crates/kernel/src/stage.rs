//! What happens while a cell runs, in one order: output of its process, questions, news, its end.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::child::{Piece, Sink};
use crate::engine::Report;

/// So many pieces may wait to be shown; then the cell waits.
const WAITING: usize = 256;
/// What threads print after their cell has ended is kept for the next one, up to so many bytes.
const LATE: usize = 1 << 16;

/// Something that happened.
pub(crate) enum Happening {
    /// Standard output.
    Piece(Piece),
    /// Standard error.
    Stderr(String),
    /// The cell asks for a line.
    Ask {
        prompt: String,
        password: bool,
        answer: SyncSender<String>,
    },
    /// What cargo is doing.
    News(String),
    /// evcxr is done with the cell.
    Finished(Box<Report>),
}

/// Where everything that happens goes: to the cell that runs, if one does.
#[derive(Default)]
pub(crate) struct Stage {
    running: Mutex<Option<SyncSender<Happening>>>,
    late: Mutex<VecDeque<Happening>>,
}

impl Stage {
    /// Begins a cell: everything comes to the receiver until [`close`](Self::close).
    pub(crate) fn open(&self) -> Receiver<Happening> {
        let (sender, receiver) = sync_channel(WAITING);
        for happening in lock(&self.late).drain(..) {
            // There is room: no more than a few pieces are kept.
            let _ = sender.try_send(happening);
        }
        *lock(&self.running) = Some(sender);
        receiver
    }

    /// Ends a cell.
    pub(crate) fn close(&self) {
        *lock(&self.running) = None;
    }

    /// Tells the running cell.
    pub(crate) fn tell(&self, happening: Happening) {
        let running = lock(&self.running).clone();
        let missed = match running {
            Some(sender) => match sender.send(happening) {
                Ok(()) => return,
                Err(error) => error.0,
            },
            None => happening,
        };
        if matches!(
            missed,
            Happening::Piece(Piece::Text(_)) | Happening::Stderr(_)
        ) {
            let mut late = lock(&self.late);
            late.push_back(missed);
            let length = |happening: &Happening| match happening {
                Happening::Piece(Piece::Text(text)) | Happening::Stderr(text) => text.len(),
                _ => 0,
            };
            while late.len() > WAITING / 2 || late.iter().map(length).sum::<usize>() > LATE {
                late.pop_front();
            }
        }
    }
}

impl Sink for Stage {
    fn piece(&self, piece: Piece) {
        self.tell(Happening::Piece(piece));
    }

    fn stderr(&self, text: String) {
        self.tell(Happening::Stderr(text));
    }
}

/// Locks a mutex whose data stays valid even if a thread that held it panicked.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_between_two_cells_is_shown_with_the_second() {
        let stage = Stage::default();
        stage.stderr("late".to_owned());
        stage.piece(Piece::Event(serde_json::Value::Null));
        let cell = stage.open();
        stage.piece(Piece::Text("now".to_owned()));
        stage.close();
        let texts: Vec<_> = cell
            .iter()
            .map(|happening| match happening {
                Happening::Stderr(text) | Happening::Piece(Piece::Text(text)) => text,
                _ => "other".to_owned(),
            })
            .collect();
        assert_eq!(texts, ["late", "now"]);
    }

    #[test]
    fn what_comes_late_is_bounded() {
        let stage = Stage::default();
        for _ in 0..1000 {
            stage.stderr("x".repeat(1000));
        }
        let cell = stage.open();
        stage.close();
        assert!(cell.iter().count() <= LATE / 1000 + 1);
    }
}
