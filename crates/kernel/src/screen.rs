//! What a cell has shown, so that a live picture can be taken away without losing the rest.
//!
//! While a network trains, the library shows a picture that moves. Once the student shows something
//! herself, the moving one has had its day; if she shows nothing, it stays as the last word. Jupyter
//! can only clear a cell as a whole, so the rest is shown again.

use chainrule_jupyter::{Host, Map, Output};
use serde_json::Value;

/// Beyond so much text nothing is shown a second time: live pictures then stay.
const MOST: usize = 1 << 20;

/// A cell's outputs, on their way to the front end.
pub(crate) struct Screen<'a> {
    host: &'a dyn Host,
    shown: Vec<Output>,
    live: Vec<String>,
    length: usize,
    has_result: bool,
    has_passing: bool,
}

impl<'a> Screen<'a> {
    pub(crate) fn new(host: &'a dyn Host) -> Self {
        Self {
            host,
            shown: Vec::new(),
            live: Vec::new(),
            length: 0,
            has_result: false,
            has_passing: false,
        }
    }

    /// Shows what a command answers: as the cell's result, or as a display where the cell has
    /// another, since a result there is one at most.
    pub(crate) fn answer(&mut self, data: Map, is_alone: bool) {
        let metadata = Map::new();
        self.show(if is_alone && !self.has_result {
            Output::Result { data, metadata }
        } else {
            let id = None;
            Output::Display { data, metadata, id }
        });
    }

    /// Shows an output.
    pub(crate) fn show(&mut self, output: Output) {
        self.has_result |= matches!(output, Output::Result { .. });
        let takes_over = matches!(output, Output::Display { .. } | Output::Result { .. });
        if takes_over && !self.live.is_empty() && self.length < MOST {
            self.live.clear();
            self.show_again(true);
        }
        self.keep(&output);
        self.host.send(output);
    }

    /// Shows text that goes at the next [`end_passing`](Self::end_passing).
    pub(crate) fn show_passing(&mut self, text: String) {
        self.has_passing = true;
        self.host.send(Output::Stdout(text));
    }

    /// Takes such text away, and leaves everything else.
    pub(crate) fn end_passing(&mut self) {
        if std::mem::take(&mut self.has_passing) && self.length < MOST {
            self.show_again(!self.shown.is_empty());
        }
    }

    /// Clears the cell and shows what is to stay. If something does, `wait` keeps it from flickering.
    fn show_again(&self, wait: bool) {
        self.host.send(Output::Clear { wait });
        for output in &self.shown {
            self.host.send(output.clone());
        }
    }

    /// Shows something that goes when something else is displayed.
    fn show_live(&mut self, output: Output, id: &str) {
        self.live.push(id.to_owned());
        self.host.send(output);
    }

    fn keep(&mut self, output: &Output) {
        match output {
            Output::Stdout(text) | Output::Stderr(text) => self.length += text.len(),
            Output::Clear { .. } => {
                self.shown.clear();
                self.live.clear();
                self.length = 0;
                self.has_result = false;
                return;
            }
            Output::Update { data, metadata, id } => {
                for shown in &mut self.shown {
                    if let Output::Display {
                        data: old,
                        metadata: about,
                        id: Some(name),
                    } = shown
                        && name == id
                    {
                        *old = data.clone();
                        *about = metadata.clone();
                    }
                }
                return;
            }
            Output::Display { .. } | Output::Result { .. } => {}
        }
        if self.length < MOST {
            match (self.shown.last_mut(), output) {
                (Some(Output::Stdout(before)), Output::Stdout(text))
                | (Some(Output::Stderr(before)), Output::Stderr(text)) => before.push_str(text),
                _ => self.shown.push(output.clone()),
            }
        } else {
            self.shown.clear();
        }
    }

    /// Does what an event of the library says. False for an event that shows nothing.
    pub(crate) fn event(&mut self, event: &Value) -> bool {
        let map = |key: &str| event[key].as_object().cloned().unwrap_or_else(Map::new);
        let id = event["id"].as_str().map(str::to_owned);
        let (data, metadata) = (map("data"), map("metadata"));
        match event["event"].as_str().unwrap_or_default() {
            "display" => {
                let is_live = event["live"].as_bool().unwrap_or(false);
                match id.clone().filter(|_| is_live) {
                    Some(name) => self.show_live(Output::Display { data, metadata, id }, &name),
                    None => self.show(Output::Display { data, metadata, id }),
                }
            }
            "update" => {
                if let Some(id) = id {
                    self.show(Output::Update { data, metadata, id });
                }
            }
            "clear" => self.show(Output::Clear {
                wait: event["wait"].as_bool().unwrap_or(false),
            }),
            "result" => self.show(Output::Result { data, metadata }),
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::json;

    use super::*;

    #[derive(Default)]
    struct Log(Mutex<Vec<String>>);

    impl Host for Log {
        fn send(&self, output: Output) {
            let line = match output {
                Output::Stdout(text) => text,
                Output::Stderr(text) => format!("err {text}"),
                Output::Display { id, .. } => format!("display {}", id.unwrap_or_default()),
                Output::Update { id, .. } => format!("update {id}"),
                Output::Clear { wait } => format!("clear {wait}"),
                Output::Result { .. } => "result".to_owned(),
            };
            self.0.lock().unwrap().push(line);
        }
        fn input(&self, _: &str, _: bool) -> Option<String> {
            None
        }
        fn end_input(&self) {}
    }

    fn log(show: impl FnOnce(&mut Screen<'_>)) -> Vec<String> {
        let log = Log::default();
        show(&mut Screen::new(&log));
        log.0.into_inner().unwrap()
    }

    fn live() -> Value {
        json!({"event": "display", "id": "t", "live": true, "data": {}})
    }

    #[test]
    fn a_live_picture_goes_when_something_else_is_displayed_and_text_stays() {
        let shown = log(|screen| {
            screen.show(Output::Stdout("a".to_owned()));
            screen.show(Output::Stdout("b".to_owned()));
            screen.event(&live());
            screen.event(&json!({"event": "update", "id": "t", "data": {}}));
            screen.event(&json!({"event": "result", "data": {}}));
        });
        let expected = [
            "a",
            "b",
            "display t",
            "update t",
            "clear true",
            "ab",
            "result",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn passing_text_goes_and_everything_else_stays() {
        let shown = log(|screen| {
            screen.end_passing();
            screen.show_passing("wait".to_owned());
            screen.end_passing();
            screen.end_passing();
        });
        assert_eq!(shown, ["wait", "clear false"]);
        let shown = log(|screen| {
            screen.show(Output::Stdout("listed".to_owned()));
            screen.answer(Map::new(), true);
            screen.show_passing("wait".to_owned());
            screen.end_passing();
        });
        let expected = ["listed", "result", "wait", "clear true", "listed", "result"];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_live_picture_stays_if_only_text_follows() {
        let shown = log(|screen| {
            screen.event(&live());
            screen.show(Output::Stdout("done".to_owned()));
        });
        assert_eq!(shown, ["display t", "done"]);
    }

    #[test]
    fn too_much_text_is_not_shown_twice() {
        let shown = log(|screen| {
            screen.show(Output::Stdout("x".repeat(MOST + 1)));
            screen.event(&live());
            screen.event(&json!({"event": "result", "data": {}}));
        });
        assert_eq!(shown[1..], ["display t", "result"]);
    }

    #[test]
    fn an_event_that_shows_nothing_is_told_apart() {
        let shown = log(|screen| {
            assert!(!screen.event(&json!({"event": "panic"})));
            assert!(!screen.event(&Value::Null));
        });
        assert!(shown.is_empty());
    }
}
