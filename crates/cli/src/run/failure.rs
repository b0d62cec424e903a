//! How a cell fails, and what is told of it.

use chainrule_error::{Error, ErrorKind};
use jupyter_protocol::ErrorOutput;

use super::client::Stop;
use super::notebook::CodeCell;
use super::text::{plain, without_backtraces};

/// How many lines of a cell's message are shown; the executed copy has them all.
const LINES: usize = 40;

/// Why a cell failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The kernel answered with an error.
    Told(ErrorOutput),
    /// The library displayed an error.
    Displayed(String),
    /// The cell did not reach its end; what it wrote to its standard error.
    Unfinished(String),
    /// The cell went well, although its tags say that it is meant to fail.
    Spared,
    /// No answer came.
    Stopped(Stop),
}

impl Failure {
    /// The error that the user sees, with the kernel's own colours if `colours`.
    pub(super) fn into_error(
        self,
        notebook: &str,
        cell: &CodeCell,
        copy: &str,
        colours: bool,
    ) -> Error {
        let place = format!(
            "{notebook}, cell {} ({})",
            cell.number,
            shortened(cell.first_line())
        );
        let failed = |kind, what: &str| Error::new(kind, format!("{place} {what}"));
        let look = format!("see the executed copy, {copy}");
        match self {
            Self::Told(error) => failed(ErrorKind::Value, "failed")
                .why(first_lines(&told(&error, colours)))
                .hint(look),
            Self::Displayed(text) => failed(ErrorKind::Value, "ended in an error")
                .why(first_lines(&text))
                .hint(look),
            Self::Unfinished(stderr) => failed(ErrorKind::Value, "failed before its end")
                .why(first_lines(&message(&stderr)))
                .hint(look),
            Self::Spared => failed(ErrorKind::Value, "went well")
                .expected("a failure, since the cell is tagged raises-exception"),
            Self::Stopped(Stop::Died(why)) => failed(ErrorKind::Environment, "lost its kernel")
                .why(first_lines(&why))
                .hint(look),
            Self::Stopped(Stop::TooLong(limit)) => {
                failed(ErrorKind::Environment, "took longer than allowed")
                    .expected(format!("an end within {} s", limit.as_secs_f64()))
                    .hint(look)
            }
            Self::Stopped(Stop::Interrupted) => failed(ErrorKind::Environment, "was interrupted"),
            Self::Stopped(Stop::Garbled(why)) => failed(
                ErrorKind::Environment,
                "got an answer that cannot be understood",
            )
            .why(why),
        }
    }
}

/// A line short enough for a headline.
pub(super) fn shortened(line: &str) -> String {
    const WIDTH: usize = 60;
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    line.chars().take(WIDTH - 1).chain(['…']).collect()
}

/// An error as the kernel told it: its report where there is one, since it shows the code.
fn told(error: &ErrorOutput, colours: bool) -> String {
    let value = plain(&error.evalue);
    let coloured = error.traceback.join("\n");
    let report = plain(&coloured);
    let is_said = same_words(&report, &value);
    let shown = if colours { coloured } else { report.clone() };
    match (value.trim().is_empty(), report.trim().is_empty()) {
        (true, true) => plain(&error.ename),
        (_, true) => value,
        (true, false) => shown,
        (false, false) if is_said => shown,
        (false, false) => format!("{}\n{shown}", value.trim_end()),
    }
}

/// Whether a report says what its error's value says. The value may end in the error's code, which
/// the report has in front.
fn same_words(report: &str, value: &str) -> bool {
    let value = value.trim();
    let without_code = value.rsplit_once(" [E").map_or(value, |(words, _)| words);
    report.contains(value) || report.contains(without_code)
}

/// What a panic or an error wrote.
fn message(stderr: &str) -> String {
    let told = without_backtraces(stderr).trim().to_owned();
    if told.is_empty() {
        "it wrote no message to its standard error".to_owned()
    } else {
        told
    }
}

fn first_lines(text: &str) -> String {
    let lines: Vec<_> = text.trim_matches('\n').lines().collect();
    match lines.get(LINES..) {
        Some(rest) if !rest.is_empty() => {
            // A colour that the last line shown has begun ends here.
            let end = if text.contains('\u{1b}') {
                "\u{1b}[0m"
            } else {
                ""
            };
            format!(
                "{}{end}\n… and {} lines more",
                lines[..LINES].join("\n"),
                rest.len()
            )
        }
        _ => lines.join("\n"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn shown(failure: Failure) -> String {
        on_terminal(failure, false)
    }

    fn on_terminal(failure: Failure, colours: bool) -> String {
        let cell = CodeCell {
            index: 9,
            number: 7,
            source: "\nlet model = train()?;\nmodel".to_owned(),
            tags: Vec::new(),
            tolerance: None,
        };
        failure
            .into_error("02.ipynb", &cell, ".lab/runs/02.ipynb", colours)
            .to_string()
    }

    #[test]
    fn a_panic_is_told_without_its_backtrace() {
        let stderr = "thread '<unnamed>' panicked at src/lib.rs:3:5:\noh no\n\
                      note: run with `RUST_BACKTRACE=1` environment variable\n\
                      stack backtrace:\n   0: rust_begin_unwind\n";
        assert_eq!(
            shown(Failure::Unfinished(stderr.to_owned())),
            "02.ipynb, cell 7 (let model = train()?;) failed before its end\n  \
             why       thread '<unnamed>' panicked at src/lib.rs:3:5:\n            oh no\n  \
             try       see the executed copy, .lab/runs/02.ipynb"
        );
        assert!(shown(Failure::Unfinished(String::new())).contains("it wrote no message"));
    }

    #[test]
    fn a_compile_error_is_told_with_its_report_and_without_colours() {
        let error = |evalue: &str, traceback: &[&str]| {
            shown(Failure::Told(ErrorOutput {
                ename: "Error".to_owned(),
                evalue: evalue.to_owned(),
                traceback: traceback.iter().map(|line| (*line).to_owned()).collect(),
            }))
        };
        let both = error(
            "mismatched types",
            &["\u{1b}[31mlet x\u{1b}[0m", "  ^ here"],
        );
        assert!(
            both.contains("why       mismatched types\n            let x\n"),
            "{both}"
        );
        let once = error("mismatched types", &["[E0308] mismatched types"]);
        assert_eq!(once.matches("mismatched").count(), 1, "{once}");
        assert!(error("", &[]).contains("why       Error"));
    }

    #[test]
    fn our_kernels_report_is_shown_once_and_in_its_colours_where_there_are_any() {
        let error = || {
            Failure::Told(ErrorOutput {
                ename: "CompileError".to_owned(),
                evalue: "mismatched types [E0308]".to_owned(),
                traceback: vec!["\u{1b}[1;31merror[E0308]\u{1b}[0m: mismatched types".to_owned()],
            })
        };
        let bare = shown(error());
        assert!(
            bare.contains("why       error[E0308]: mismatched types\n"),
            "{bare}"
        );
        let coloured = on_terminal(error(), true);
        assert!(
            coloured.contains("why       \u{1b}[1;31merror[E0308]\u{1b}[0m: mismatched types\n"),
            "{coloured:?}"
        );
        let long = Failure::Told(ErrorOutput {
            ename: "Panic".to_owned(),
            evalue: String::new(),
            traceback: vec!["\u{1b}[31mx\n".repeat(50)],
        });
        let long = on_terminal(long, true);
        assert!(long.contains("x\u{1b}[0m\n"), "{long:?}");
    }

    #[test]
    fn a_kernel_that_ends_or_hangs_is_told() {
        let died = shown(Failure::Stopped(Stop::Died("its process ended".to_owned())));
        assert!(
            died.contains("lost its kernel") && died.contains("its process ended"),
            "{died}"
        );
        let long = shown(Failure::Stopped(Stop::TooLong(Duration::from_millis(1500))));
        assert!(long.contains("within 1.5 s"), "{long}");
        assert!(shown(Failure::Spared).contains("expected  a failure"));
        assert!(shown(Failure::Stopped(Stop::Interrupted)).ends_with("was interrupted"));
    }

    #[test]
    fn long_messages_and_lines_are_shortened() {
        let long = shown(Failure::Displayed("x\n".repeat(100)));
        assert!(long.contains("… and 60 lines more"), "{long}");
        assert_eq!(shortened(&"ä".repeat(100)).chars().count(), 60);
        assert_eq!(shortened("short"), "short");
    }
}
