//! An evaluator whose cells are lists of commands, one a line.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use chainrule_jupyter::{
    Bundle, Cell, Completeness, Completion, Completions, Evaluator, Failure, Host, KernelInfo,
    Language, Map, Outcome, Output,
};

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(60);

/// Counts what happens to it.
#[derive(Default)]
pub(crate) struct Fake {
    pub(crate) interrupts: AtomicUsize,
    pub(crate) shutdowns: AtomicUsize,
    pub(crate) cells: Mutex<Vec<Cell>>,
    stopped: Mutex<bool>,
    released: Mutex<bool>,
    bell: Condvar,
}

impl Fake {
    /// Lets completions of `slow` end.
    pub(crate) fn release(&self) {
        *self.released.lock().unwrap() = true;
        self.bell.notify_all();
    }

    fn wait(&self, flag: &Mutex<bool>) -> bool {
        let guard = flag.lock().unwrap();
        let (mut guard, timeout) = self
            .bell
            .wait_timeout_while(guard, LONG, |flag| !*flag)
            .unwrap();
        *guard = false;
        !timeout.timed_out()
    }

    fn stop(&self) {
        *self.stopped.lock().unwrap() = true;
        self.bell.notify_all();
    }

    fn command(&self, line: &str, host: &dyn Host) -> Result<(), Failure> {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        match command {
            "out" => host.send(Output::Stdout(rest.to_owned())),
            "err" => host.send(Output::Stderr(rest.to_owned())),
            "display" => host.send(Output::Display {
                data: plain(rest),
                metadata: Map::new(),
                id: Some(rest.to_owned()),
            }),
            "update" => host.send(Output::Update {
                data: plain("new"),
                metadata: Map::new(),
                id: rest.to_owned(),
            }),
            "clear" => host.send(Output::Clear { wait: true }),
            "result" => host.send(Output::Result {
                data: plain(rest),
                metadata: Map::new(),
            }),
            // `flood 3 100`: a hundred lines of 3 bytes and a line break.
            "flood" => {
                let (width, lines) = rest.split_once(' ').unwrap();
                let line = format!("{}\n", "x".repeat(width.parse().unwrap()));
                for _ in 0..lines.parse().unwrap() {
                    host.send(Output::Stdout(line.clone()));
                }
            }
            // `pictures 1000 5`: five displays of a thousand bytes.
            "pictures" => {
                let (size, many) = rest.split_once(' ').unwrap();
                let data = plain(&"x".repeat(size.parse().unwrap()));
                for _ in 0..many.parse().unwrap() {
                    let (data, metadata, id) = (data.clone(), Map::new(), None);
                    host.send(Output::Display { data, metadata, id });
                }
            }
            "input" | "password" => {
                let line = host.input(rest, command == "password");
                host.send(Output::Stdout(format!("{line:?}")));
            }
            "hopeless" => host.end_input(),
            // Also by a press that came before: a test cannot know when the cell begins.
            "wait" => {
                if !self.wait(&self.stopped) {
                    return Err(failure("NeverStopped"));
                }
                return Err(failure("Interrupted"));
            }
            "fail" => return Err(failure(rest)),
            "panic" => panic!("oh no"),
            _ => {}
        }
        Ok(())
    }
}

impl Evaluator for Fake {
    fn info(&self) -> KernelInfo {
        KernelInfo {
            implementation: "fake".to_owned(),
            version: "1.2".to_owned(),
            banner: "hello".to_owned(),
            language: Language {
                name: "lines".to_owned(),
                version: "3".to_owned(),
                mimetype: "text/lines".to_owned(),
                file_extension: ".lines".to_owned(),
                pygments_lexer: "text".to_owned(),
                codemirror_mode: "text".to_owned(),
            },
            help_links: vec![("Book".to_owned(), "https://example.org".to_owned())],
        }
    }

    fn execute(&self, cell: Cell, host: &dyn Host) -> Outcome {
        self.cells.lock().unwrap().push(cell.clone());
        for line in cell.code.lines() {
            if let Err(failure) = self.command(line, host) {
                return Outcome::Failed(failure);
            }
        }
        Outcome::Done
    }

    fn interrupt(&self) {
        self.interrupts.fetch_add(1, Ordering::SeqCst);
        self.stop();
    }

    fn complete(&self, code: &str, cursor: usize) -> Completions {
        assert_ne!(code, "panic", "oh no");
        if code == "slow" {
            self.wait(&self.released);
        }
        // The word before the cursor.
        let start = code[..cursor].rfind(' ').map_or(0, |space| space + 1);
        Completions {
            start,
            end: cursor,
            items: vec![Completion {
                text: format!("{}!", &code[start..cursor]),
                kind: Some("word".to_owned()),
                signature: None,
            }],
        }
    }

    fn inspect(&self, code: &str, cursor: usize, detail: u8) -> Option<Bundle> {
        (code != "nothing").then(|| Bundle {
            data: plain(&format!("{}|{} {detail}", &code[..cursor], &code[cursor..])),
            metadata: Map::new(),
        })
    }

    fn is_complete(&self, code: &str) -> Completeness {
        match code {
            "(" => Completeness::Incomplete {
                indent: "    ".to_owned(),
            },
            ")" => Completeness::Invalid,
            _ => Completeness::Complete,
        }
    }

    fn shutdown(&self) {
        self.shutdowns.fetch_add(1, Ordering::SeqCst);
        self.stop();
    }
}

fn plain(text: &str) -> Map {
    Map::from_iter([("text/plain".to_owned(), text.into())])
}

fn failure(name: &str) -> Failure {
    Failure {
        name: name.to_owned(),
        value: "it went wrong".to_owned(),
        traceback: vec!["line one".to_owned(), "line two".to_owned()],
    }
}
