//! What a cell shows, gathered from the kernel's messages into the outputs that notebooks store.

use jupyter_protocol::{ErrorOutput, JupyterMessageContent};
use jupyter_protocol::{Media, Stdio, Transient};
use serde_json::{Map, Value, json};

use super::notebook::{joined, sorted, split};
use super::overtype::Overtyped;
use super::text::plain;

/// The MIME type by which the library says that a cell ended in an `Err`.
pub(super) const ERROR_MIME: &str = "application/vnd.chainrule.error+json";

/// The outputs of one cell.
#[derive(Debug, Default)]
pub(super) struct Outputs {
    shown: Vec<Shown>,
    clear_before_next: bool,
}

#[derive(Debug)]
enum Shown {
    /// A display, a result or an error, and the name by which it can be changed.
    Whole(Value, Option<String>),
    /// What a stream wrote until something else was shown.
    Stream(&'static str, Overtyped),
}

impl Shown {
    fn to_json(&self) -> Value {
        match self {
            Self::Whole(output, _) => output.clone(),
            Self::Stream(name, text) => {
                json!({"name": name, "output_type": "stream", "text": split(&text.text())})
            }
        }
    }
}

impl Outputs {
    /// Takes in a message; `count` is the number of the cell.
    ///
    /// An update of a display is not for this cell alone: see [`Outputs::update`].
    pub(super) fn add(&mut self, message: &JupyterMessageContent, count: usize) {
        let (output, display_id) = match message {
            JupyterMessageContent::StreamContent(stream) => {
                let name = match stream.name {
                    Stdio::Stdout => "stdout",
                    Stdio::Stderr => "stderr",
                };
                return self.add_stream(name, &stream.text);
            }
            JupyterMessageContent::DisplayData(display) => {
                let fields = bundle("display_data", &display.data, &display.metadata);
                (sorted(fields), display_id(display.transient.as_ref()))
            }
            JupyterMessageContent::ExecuteResult(result) => {
                let mut fields = bundle("execute_result", &result.data, &result.metadata);
                fields.push(("execution_count".to_owned(), json!(count)));
                (sorted(fields), display_id(result.transient.as_ref()))
            }
            JupyterMessageContent::ErrorOutput(error) => (error_output(error), None),
            JupyterMessageContent::ClearOutput(clear) => {
                if clear.wait {
                    self.clear_before_next = true;
                } else {
                    self.shown.clear();
                }
                return;
            }
            _ => return,
        };
        self.make_room();
        self.shown.push(Shown::Whole(output, display_id));
    }

    /// Changes the displays that an `update_display_data` message names, in whichever cell.
    pub(super) fn update(&mut self, message: &JupyterMessageContent) -> bool {
        let JupyterMessageContent::UpdateDisplayData(update) = message else {
            return false;
        };
        let mut changed = false;
        for shown in &mut self.shown {
            let Shown::Whole(output, own @ Some(_)) = shown else {
                continue;
            };
            if *own == update.transient.display_id {
                let kind = output["output_type"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                for (key, value) in bundle(&kind, &update.data, &update.metadata) {
                    output[key] = value;
                }
                changed = true;
            }
        }
        changed
    }

    /// The outputs as a notebook stores them.
    pub(super) fn to_json(&self) -> Vec<Value> {
        self.shown.iter().map(Shown::to_json).collect()
    }

    /// Everything written to a stream, without colours.
    pub(super) fn stream(&self, name: &str) -> String {
        let own = self.shown.iter().filter_map(|shown| match shown {
            Shown::Stream(own, text) if *own == name => Some(text.text()),
            _ => None,
        });
        plain(&own.collect::<String>())
    }

    /// The error that the library displayed, if it did.
    pub(super) fn displayed_error(&self) -> Option<String> {
        self.shown.iter().find_map(|shown| {
            let Shown::Whole(output, _) = shown else {
                return None;
            };
            let data = output.get("data")?;
            let error = data.get(ERROR_MIME)?;
            let told = error
                .get("message")
                .and_then(Value::as_str)
                .map(str::to_owned);
            let text = told.unwrap_or_else(|| joined(&data["text/plain"]));
            Some(if text.is_empty() {
                error.to_string()
            } else {
                plain(&text)
            })
        })
    }

    /// A stream's text joins the text before it, as Jupyter stores it.
    fn add_stream(&mut self, name: &'static str, text: &str) {
        self.make_room();
        if let Some(Shown::Stream(own, before)) = self.shown.last_mut()
            && *own == name
        {
            return before.push(text);
        }
        let mut whole = Overtyped::default();
        whole.push(text);
        self.shown.push(Shown::Stream(name, whole));
    }

    fn make_room(&mut self) {
        if std::mem::take(&mut self.clear_before_next) {
            self.shown.clear();
        }
    }
}

/// The fields that displays and results share.
fn bundle(kind: &str, media: &Media, metadata: &Map<String, Value>) -> Vec<(String, Value)> {
    // The protocol's crate writes a bundle as the map from MIME type to content that it is.
    let media = serde_json::to_value(media).unwrap_or_default();
    let data = media
        .as_object()
        .cloned()
        .unwrap_or_default()
        .into_iter()
        .map(|(mime, content)| {
            let lines = mime.starts_with("text/")
                || mime == "application/javascript"
                || mime == "image/svg+xml";
            let content = if lines {
                split(&joined(&content))
            } else {
                content
            };
            (mime, content)
        });
    vec![
        ("data".to_owned(), sorted(data)),
        ("metadata".to_owned(), sorted(metadata.clone())),
        ("output_type".to_owned(), json!(kind)),
    ]
}

fn error_output(error: &ErrorOutput) -> Value {
    json!({
        "ename": error.ename,
        "evalue": error.evalue,
        "output_type": "error",
        "traceback": error.traceback,
    })
}

fn display_id(transient: Option<&Transient>) -> Option<String> {
    transient.and_then(|transient| transient.display_id.clone())
}

#[cfg(test)]
mod tests {
    use jupyter_protocol::{
        ClearOutput, DisplayData, ExecuteResult, MediaType, StreamContent, UpdateDisplayData,
    };

    use super::*;

    fn display(text: &str, id: &str) -> JupyterMessageContent {
        let mut display = DisplayData::from(vec![
            MediaType::Plain(text.to_owned()),
            MediaType::Png("iVBORw0KGgo=".to_owned()),
        ]);
        display.transient = Some(Transient {
            display_id: Some(id.to_owned()),
        });
        display.into()
    }

    fn gathered(messages: impl IntoIterator<Item = JupyterMessageContent>) -> Outputs {
        let mut outputs = Outputs::default();
        for message in messages {
            outputs.add(&message, 7);
        }
        outputs
    }

    #[test]
    fn text_of_one_stream_is_joined_and_stored_by_lines() {
        let outputs = gathered([
            StreamContent::stdout("a\n").into(),
            StreamContent::stdout("b\nc").into(),
            StreamContent::stderr("\u{1b}[31moh\u{1b}[0m\n").into(),
            StreamContent::stdout("d\n").into(),
        ]);
        assert_eq!(
            outputs.to_json(),
            [
                json!({"name": "stdout", "output_type": "stream", "text": ["a\n", "b\n", "c"]}),
                json!({"name": "stderr", "output_type": "stream",
                    "text": ["\u{1b}[31moh\u{1b}[0m\n"]}),
                json!({"name": "stdout", "output_type": "stream", "text": ["d\n"]}),
            ]
        );
        assert_eq!(outputs.stream("stderr"), "oh\n");
        assert_eq!(outputs.stream("stdout"), "a\nb\ncd\n");
    }

    #[test]
    fn results_carry_the_cells_number_and_sorted_keys() {
        let result = ExecuteResult {
            data: Media::new(vec![
                MediaType::Plain("x\ny".to_owned()),
                MediaType::Png("iVBORw0KGgo=".to_owned()),
                MediaType::Json(json!({"b": 1})),
            ]),
            ..ExecuteResult::default()
        };
        let outputs = gathered([result.into()]).to_json();
        assert_eq!(
            serde_json::to_string(&outputs).unwrap(),
            r#"[{"data":{"application/json":{"b":1},"image/png":"iVBORw0KGgo=","text/plain":["x\n","y"]},"execution_count":7,"metadata":{},"output_type":"execute_result"}]"#
        );
    }

    #[test]
    fn a_display_is_updated_by_its_name_alone() {
        let mut outputs = gathered([display("one", "a"), display("two", "b")]);
        let update =
            UpdateDisplayData::new(Media::new(vec![MediaType::Plain("new".to_owned())]), "b");
        assert!(outputs.update(&update.into()));
        let stored = outputs.to_json();
        assert_eq!(stored[0]["data"]["text/plain"], json!(["one"]));
        assert_eq!(stored[1]["data"], json!({"text/plain": ["new"]}));
        assert!(!outputs.update(&display("three", "a")));
    }

    #[test]
    fn clearing_waits_when_it_is_told_to() {
        let now = gathered([display("one", "a"), ClearOutput { wait: false }.into()]);
        assert!(now.to_json().is_empty());
        let waiting = gathered([display("one", "a"), ClearOutput { wait: true }.into()]);
        assert_eq!(waiting.to_json().len(), 1);
        let replaced = gathered([
            display("one", "a"),
            ClearOutput { wait: true }.into(),
            StreamContent::stdout("x").into(),
        ]);
        assert_eq!(replaced.to_json().len(), 1);
        assert_eq!(replaced.stream("stdout"), "x");
    }

    #[test]
    fn a_bar_that_moves_is_stored_as_it_ended() {
        let outputs = gathered([
            StreamContent::stdout("before\n 10 %\r").into(),
            StreamContent::stdout(" 20 %\r").into(),
            StreamContent::stdout("100 %").into(),
        ]);
        assert_eq!(
            outputs.to_json(),
            [json!({"name": "stdout", "output_type": "stream", "text": ["before\n", "100 %"]})]
        );
    }

    #[test]
    fn what_is_cleared_can_be_updated_no_more_and_what_follows_can() {
        let mut outputs = gathered([
            display("live", "a"),
            StreamContent::stdout("x\n").into(),
            ClearOutput { wait: true }.into(),
            StreamContent::stdout("x\n").into(),
            display("final", "b"),
        ]);
        let update = |id: &str| {
            let data = Media::new(vec![MediaType::Plain("new".to_owned())]);
            JupyterMessageContent::from(UpdateDisplayData::new(data, id))
        };
        assert!(!outputs.update(&update("a")));
        assert!(outputs.update(&update("b")));
        let stored = outputs.to_json();
        assert_eq!(stored.len(), 2);
        assert_eq!(stored[0]["text"], json!(["x\n"]));
        assert_eq!(stored[1]["output_type"], "display_data");
        assert_eq!(stored[1]["data"], json!({"text/plain": ["new"]}));
    }

    #[test]
    fn an_error_that_the_library_displays_is_found() {
        let error = |value: Value| {
            gathered([DisplayData::from(vec![
                MediaType::Plain("shown".to_owned()),
                MediaType::Other((ERROR_MIME.to_owned(), value)),
            ])
            .into()])
            .displayed_error()
        };
        assert_eq!(
            error(json!({"message": "bad rate"})).as_deref(),
            Some("bad rate")
        );
        assert_eq!(error(json!({})).as_deref(), Some("shown"));
        assert_eq!(gathered([display("x", "a")]).displayed_error(), None);
    }
}
