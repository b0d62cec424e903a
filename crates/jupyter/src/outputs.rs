//! What a running cell shows: in order, bounded, and nothing cut without saying so.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::evaluator::{Host, Map, Output};
use crate::kernel::Kernel;
use crate::lock;
use crate::message::Request;
use crate::publisher::Stream;
use crate::replies::Replies;

/// The [`Host`] of one cell.
pub(crate) struct CellHost<'a> {
    kernel: &'a Kernel,
    request: &'a Arc<Request>,
    number: usize,
    silent: bool,
    /// Where questions go; `None` if the front end does not want any.
    questions: Option<&'a Replies>,
    input_ended: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Bytes of text that were shown.
    shown: usize,
    /// Bytes of text beyond the limit.
    cut: usize,
    /// Outputs that a front end did not make room for.
    lost: usize,
    /// The `text/plain` of the cell's value.
    value: String,
}

impl<'a> CellHost<'a> {
    pub(crate) fn new(
        kernel: &'a Kernel,
        request: &'a Arc<Request>,
        number: usize,
        silent: bool,
        questions: Option<&'a Replies>,
    ) -> Self {
        Self {
            kernel,
            request,
            number,
            silent,
            questions,
            input_ended: AtomicBool::new(false),
            state: Mutex::default(),
        }
    }

    /// Says what was left out, and returns the cell's value as text.
    pub(crate) fn finish(self) -> String {
        let state = std::mem::take(&mut *lock(&self.state));
        if state.cut > 0 {
            let cut = size(state.cut);
            self.note(format!("\n[{cut} more were printed, and are not shown]\n"));
        }
        if state.lost > 0 {
            let lost = state.lost;
            self.note(format!(
                "\n[{lost} outputs are not shown, since the front end did not read them]\n"
            ));
        }
        state.value
    }

    fn note(&self, text: String) {
        if !self.silent {
            let publisher = &self.kernel.publisher;
            publisher.text(self.request, Stream::Stderr, text);
        }
    }

    fn text(&self, state: &mut State, stream: Stream, mut text: String) {
        if text.is_empty() {
            return;
        }
        let limit = self.kernel.settings.text_limit;
        let room = text.floor_char_boundary(limit.saturating_sub(state.shown));
        // What fits later would be shown out of its place, so nothing is once something was cut.
        let keep = if state.cut > 0 { 0 } else { room };
        let first_cut = state.cut == 0 && keep < text.len();
        state.cut += text.len() - keep;
        state.shown += keep;
        text.truncate(keep);
        if !text.is_empty() {
            self.kernel.publisher.text(self.request, stream, text);
        }
        if first_cut {
            let limit = size(limit);
            self.note(format!(
                "\n[the output is cut after {limit}; the cell goes on, and the rest is counted]\n"
            ));
        }
    }

    fn whole(&self, kind: &str, content: Value) {
        self.kernel.publisher.send(self.request, kind, content);
    }

    /// Waits until the front ends have read most of what was sent; `false` if they do not read.
    fn has_room(&self, state: &State) -> bool {
        let settings = &self.kernel.settings;
        let gauge = self.kernel.publisher.gauge();
        if state.lost > 0 && !gauge.is_below(settings.unread_limit) {
            // Patience is had once: a cell must not wait again for each of its outputs.
            return false;
        }
        gauge.wait_below(settings.unread_limit, settings.patience)
    }
}

impl Host for CellHost<'_> {
    fn send(&self, output: Output) {
        if self.silent {
            return;
        }
        let mut state = lock(&self.state);
        if let Output::Result { data, .. } = &output {
            state.value = data
                .get("text/plain")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
        }
        if !self.has_room(&state) {
            state.lost += 1;
            return;
        }
        match output {
            Output::Stdout(text) => self.text(&mut state, Stream::Stdout, text),
            Output::Stderr(text) => self.text(&mut state, Stream::Stderr, text),
            Output::Display { data, metadata, id } => {
                let transient = id.map_or_else(Map::new, named);
                self.whole(
                    "display_data",
                    json!({ "data": data, "metadata": metadata, "transient": transient }),
                );
            }
            Output::Update { data, metadata, id } => self.whole(
                "update_display_data",
                json!({ "data": data, "metadata": metadata, "transient": named(id) }),
            ),
            Output::Clear { wait } => self.whole("clear_output", json!({ "wait": wait })),
            Output::Result { data, metadata } => self.whole(
                "execute_result",
                json!({
                    "execution_count": self.number,
                    "data": data,
                    "metadata": metadata,
                    "transient": {},
                }),
            ),
        }
    }

    fn input(&self, prompt: &str, password: bool) -> Option<String> {
        let stdin = &self.kernel.stdin;
        stdin.ask(
            self.request,
            self.questions?,
            prompt,
            password,
            &self.input_ended,
        )
    }

    fn end_input(&self) {
        self.input_ended.store(true, Ordering::SeqCst);
        self.kernel.stdin.cancel();
    }
}

fn named(id: String) -> Map {
    Map::from_iter([("display_id".to_owned(), Value::String(id))])
}

/// Bytes as people read them.
fn size(bytes: usize) -> String {
    let (mega, kilo) = (1_000_000, 1000);
    if bytes >= mega {
        format!("{}.{} MB", bytes / mega, bytes % mega / (mega / 10))
    } else if bytes >= kilo {
        format!("{}.{} kB", bytes / kilo, bytes % kilo / (kilo / 10))
    } else {
        format!("{bytes} bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_read_well() {
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1500), "1.5 kB");
        assert_eq!(size(10_000_000), "10.0 MB");
        assert_eq!(size(90_060_000), "90.0 MB");
    }
}
