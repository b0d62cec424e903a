//! Panics, and errors that `?` met.

use chainrule_jupyter::Failure;
use serde_json::Value;

use super::snippet::{Mark, draw, line};
use crate::cell::Place;

/// What is left of the variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Variables of earlier cells that the cell took.
    pub(crate) lost: Vec<String>,
    /// Variables that the cell was to define.
    pub(crate) not_made: Vec<String>,
    /// How many live on.
    pub(crate) alive: usize,
}

impl Kept {
    fn sentence(&self) -> String {
        let names = |names: &[String]| names.join(", ");
        let mut text = match (self.alive, self.lost.as_slice()) {
            (0, []) => String::new(),
            (1, []) => "The variable of an earlier cell is kept.".to_owned(),
            (alive, []) => format!("All {alive} variables of earlier cells are kept."),
            (0, lost) => format!("Used up by this cell: {}.", names(lost)),
            (alive, lost) => format!(
                "Kept: {alive} variables. Used up by this cell: {}.",
                names(lost)
            ),
        };
        if !self.not_made.is_empty() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&format!(
                "Not defined by this cell: {}.",
                names(&self.not_made)
            ));
        }
        text
    }
}

/// A panic, as the library told it.
pub(crate) struct Panicked {
    /// What it said.
    pub(crate) message: String,
    /// The thread, if it was another than the cell's own.
    pub(crate) thread: Option<String>,
    /// The compiled file and line.
    pub(crate) file: String,
    /// The line in it.
    pub(crate) line: usize,
    /// The functions that were at work, innermost first.
    pub(crate) frames: Vec<(String, String, usize)>,
    /// Where in libraries of cells, innermost first: the library and the address in it.
    pub(crate) addresses: Vec<(String, u64)>,
}

impl Panicked {
    /// Reads the event.
    pub(crate) fn read(event: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let number = |value: &Value| value.as_u64().unwrap_or(0) as usize;
        let frames = event["frames"].as_array().into_iter().flatten();
        let addresses = event["addresses"].as_array().into_iter().flatten();
        Self {
            message: text(&event["message"]),
            addresses: addresses
                .map(|place| (text(&place["library"]), place["at"].as_u64().unwrap_or(0)))
                .collect(),
            thread: event["thread"].as_str().map(str::to_owned),
            file: text(&event["file"]),
            line: number(&event["line"]),
            frames: frames
                .map(|frame| {
                    (
                        text(&frame["name"]),
                        text(&frame["file"]),
                        number(&frame["line"]),
                    )
                })
                .collect(),
        }
    }
}

/// A panic at a place of a cell, or in a library.
pub(crate) fn panic_failure(
    panicked: &Panicked,
    place: Option<(Place, &str)>,
    kept: &Kept,
) -> Failure {
    let mut help = Vec::new();
    if place.is_none() && !panicked.file.is_empty() {
        help.push(format!(
            "it happened in {}, line {}",
            panicked.file, panicked.line
        ));
        let frames = panicked.frames.iter();
        let frames = frames.filter(|(name, _, _)| !name.contains("run_user_code"));
        let frames = frames.take(6).map(|(name, file, line)| {
            if file.is_empty() {
                format!("  in {name}")
            } else {
                format!("  in {name} ({file}, line {line})")
            }
        });
        let frames: Vec<_> = frames.collect();
        if !frames.is_empty() {
            help.push(format!("called by\n{}", frames.join("\n")));
        }
    }
    if let Some(thread) = &panicked.thread {
        help.push(format!("in the thread {thread}"));
    }
    failure("Panic", &panicked.message, place, &help, kept)
}

/// An error that `?` met.
pub(crate) fn question_mark_failure(
    name: &str,
    message: &str,
    place: Option<(Place, &str)>,
    kept: &Kept,
) -> Failure {
    failure(name, message, place, &[], kept)
}

fn failure(
    name: &str,
    message: &str,
    place: Option<(Place, &str)>,
    help: &[String],
    kept: &Kept,
) -> Failure {
    let (first, rest) = message.split_once('\n').unwrap_or((message, ""));
    let title = format!("{name}: {first}");
    let origin = place.map(|(place, _)| match place.cell {
        Some(cell) => format!("cell [{cell}]"),
        None => "this cell".to_owned(),
    });
    let marks = place.map(|(place, code)| {
        vec![Mark {
            range: line(code, place.line),
            label: String::new(),
            is_primary: true,
        }]
    });
    let source = match (&origin, place, &marks) {
        (Some(origin), Some((_, code)), Some(marks)) => {
            Some((origin.as_str(), code, marks.as_slice()))
        }
        _ => None,
    };
    let mut traceback = draw(&title, None, source, help);
    if !rest.is_empty() {
        // The rest of a message is laid out by whoever wrote it.
        traceback.splice(1..1, rest.lines().map(str::to_owned));
    }
    let sentence = kept.sentence();
    if !sentence.is_empty() {
        traceback.extend([String::new(), sentence]);
    }
    Failure {
        name: name.to_owned(),
        value: first.to_owned(),
        traceback,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_panic_names_the_line_and_what_is_left() {
        let event = json!({"message": "index out of bounds: 7", "file": "src/lib.rs", "line": 90,
            "thread": null, "frames": []});
        let code = "let v = vec![1];\nlet x = v[7];";
        let place = Place {
            cell: None,
            line: 2,
        };
        let kept = Kept {
            lost: vec!["a".into()],
            not_made: vec!["v".into(), "x".into()],
            alive: 3,
        };
        let failure = panic_failure(&Panicked::read(&event), Some((place, code)), &kept);
        assert_eq!(
            (failure.name.as_str(), failure.value.as_str()),
            ("Panic", "index out of bounds: 7")
        );
        let text = failure.traceback.join("\n");
        for part in [
            "let x = v[7];",
            "Kept: 3 variables. Used up by this cell: a. Not defined by this cell: v, x.",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn an_error_of_several_lines_keeps_them() {
        let failure = question_mark_failure(
            "ShapeError",
            "bad\n  expected  2\n  got  3",
            None,
            &Kept::default(),
        );
        assert_eq!(failure.value, "bad");
        let text = failure.traceback.join("\n");
        assert!(
            text.contains("ShapeError: bad") && text.contains("  expected  2\n  got  3"),
            "{text}"
        );
    }
}
