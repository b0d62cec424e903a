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
    pub(crate) panicked: Option<Panicked>,
    pub(crate) has_panicked: bool,
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
                    // The first of several panics is the cause.
                    Some("panic") if self.panicked.is_none() => {
                        let panicked = Panicked::read(&event);
                        // In a thread of its own it does not end the cell.
                        if panicked.thread.is_some() {
                            screen.show(Output::Stderr(words::thread_panicked(&panicked)));
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
