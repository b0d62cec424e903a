//! What the process tells while a cell runs, apart from what is shown at once.

use chainrule_jupyter::{Map, Output};
use serde_json::Value;

use crate::child::{ERROR, PANIC, Piece};
use crate::engine::Report;
use crate::failure::Panicked;
use crate::screen::Screen;
use crate::table::Sizes;
use crate::words;

/// So much of the last standard error is looked at when the process has crashed.
const LAST_WORDS: usize = 4096;

/// What the process told about a cell's end.
#[derive(Default)]
pub(crate) struct Told {
    /// The last panic of the cell's own thread: one before it was caught.
    panicked: Option<Panicked>,
    /// The last one of another thread, which may have handed it over.
    elsewhere: Option<Panicked>,
    has_panicked: bool,
    pub(crate) error: Option<Value>,
    pub(crate) has_failed: bool,
    pub(crate) errors: String,
    /// An empty line on standard error that may be evcxr's; see [`Told::stderr`].
    newline: bool,
    /// Crates of the library that were compiled anew with the cell.
    pub(crate) renewed: Vec<String>,
    /// Sizes of variables, if they were asked for.
    pub(crate) sizes: Sizes,
    pub(crate) report: Report,
}

impl Told {
    /// The panic that ended the cell, if one did.
    pub(crate) fn end(&mut self) -> Option<Panicked> {
        let panicked = self.panicked.take().or_else(|| self.elsewhere.take());
        let unknown = || Panicked::read(&Value::Null);
        self.has_panicked.then(|| panicked.unwrap_or_else(unknown))
    }

    /// Shows a piece of standard output, or takes note of it.
    pub(crate) fn piece(&mut self, piece: Piece, screen: &mut Screen<'_>) {
        match piece {
            Piece::Text(text) => screen.show(Output::Stdout(text)),
            Piece::Content(data) => screen.show(Output::Display {
                data,
                metadata: Map::new(),
                id: None,
            }),
            Piece::ForEvcxr(line) => {
                self.has_panicked |= line == PANIC;
                self.has_failed |= line == ERROR;
            }
            Piece::Event(event) => {
                if screen.event(&event) {
                    return;
                }
                match event["event"].as_str() {
                    Some("error") => self.error = Some(event),
                    Some("sizes") => {
                        self.sizes =
                            serde_json::from_value::<Vec<(String, String)>>(event["sizes"].clone())
                                .unwrap_or_default()
                                .into_iter()
                                .collect();
                    }
                    Some("panic") => {
                        let panicked = Panicked::read(&event);
                        // In a thread of its own it does not end the cell.
                        if let Some(text) = words::thread_panicked(&panicked) {
                            screen.show(Output::Stderr(text));
                            self.elsewhere = Some(panicked);
                        } else {
                            self.panicked = Some(panicked);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// evcxr prints every error that `?` met. Those that were told already are empty to it: what
    /// comes is an empty line, before or after the error's event.
    pub(crate) fn stderr(&mut self, text: String, screen: &mut Screen<'_>) {
        self.end_newline(screen);
        if text == "\n" {
            self.newline = self.error.is_none();
            return;
        }
        self.errors.push_str(&text);
        if self.errors.len() > 2 * LAST_WORDS {
            let from = self.errors.len() - LAST_WORDS;
            let from = (from..)
                .find(|&at| self.errors.is_char_boundary(at))
                .unwrap_or(0);
            self.errors.drain(..from);
        }
        screen.show(Output::Stderr(text));
    }

    /// Shows an empty line that was held back, unless it was evcxr's.
    pub(crate) fn end_newline(&mut self, screen: &mut Screen<'_>) {
        if std::mem::take(&mut self.newline) && self.error.is_none() {
            screen.show(Output::Stderr("\n".to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use chainrule_jupyter::Host;
    use serde_json::json;

    use super::*;

    struct Nobody;

    impl Host for Nobody {
        fn send(&self, _: Output) {}
        fn input(&self, _: &str, _: bool) -> Option<String> {
            None
        }
        fn end_input(&self) {}
    }

    /// The words and the thread of the panic that ended a cell, after panics in these threads.
    fn end(panics: &[(&str, Option<&str>)], ended: bool) -> Option<(String, Option<String>)> {
        let mut told = Told::default();
        let mut screen = Screen::new(&Nobody);
        for (message, thread) in panics {
            let event = json!({"event": "panic", "message": message, "thread": thread});
            told.piece(Piece::Event(event), &mut screen);
        }
        if ended {
            told.piece(Piece::ForEvcxr(PANIC.to_owned()), &mut screen);
        }
        told.end()
            .map(|panicked| (panicked.message, panicked.thread))
    }

    #[test]
    fn the_last_panic_of_the_cells_own_thread_ended_it() {
        let own = |message: &str| Some((message.to_owned(), None));
        assert_eq!(end(&[("caught", None), ("last", None)], true), own("last"));
        assert_eq!(
            end(&[("own", None), ("other", Some("t"))], true),
            own("own")
        );
        assert_eq!(end(&[("caught", None)], false), None);
        assert_eq!(end(&[], true), own(""));
        let handed = Some(("other".to_owned(), Some("t".to_owned())));
        assert_eq!(end(&[("other", Some("t"))], true), handed);
    }
}
