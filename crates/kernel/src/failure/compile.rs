//! What the compiler refuses.

use chainrule_jupyter::Failure;
use evcxr::CompilationError;
use serde_json::Value;

use super::hint::{for_error, in_the_students_words};
use super::snippet::{Mark, byte, draw, line};
use crate::cell::{Code, Place, locate};
use crate::memory::Memory;

/// More errors than this mostly follow from the first ones.
const MOST: usize = 4;

/// What the compiler was given, and where it comes from.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'a> {
    /// The cell as the student wrote it.
    pub(crate) text: &'a str,
    /// What became of it.
    pub(crate) code: &'a Code,
    /// What was compiled.
    pub(crate) source: &'a str,
    /// The cells before it.
    pub(crate) memory: &'a Memory,
}

/// Errors of the compiler, with the cell's lines.
pub(crate) fn compile_failure(errors: &[CompilationError], cells: &Cells<'_>) -> Failure {
    let mut traceback = Vec::new();
    let real: Vec<_> = errors
        .iter()
        .filter(|error| error.level() != "warning")
        .collect();
    let shown = if real.is_empty() {
        errors.iter().collect()
    } else {
        real
    };
    for error in shown.iter().take(MOST) {
        if !traceback.is_empty() {
            traceback.push(String::new());
        }
        traceback.extend(drawn(error, cells));
    }
    if shown.len() > MOST {
        traceback.push(String::new());
        traceback.push(format!("and {} more errors", shown.len() - MOST));
    }
    let first = shown.first();
    let value = first.map_or(String::new(), |error| {
        in_the_students_words(&error.message())
    });
    let code = first.and_then(|error| error.code());
    Failure {
        name: "CompileError".to_owned(),
        value: code.map_or(value.clone(), |code| format!("{value} [{code}]")),
        traceback,
    }
}

fn drawn(error: &CompilationError, cells: &Cells<'_>) -> Vec<String> {
    let (message, columns) = (error.message(), &cells.code.columns);
    let mut origin = ("this cell".to_owned(), cells.text);
    let mut marks: Vec<Mark> = Vec::new();
    for spanned in error.spanned_messages() {
        let Some(span) = spanned.span else { continue };
        let place =
            |line: usize, column: usize| byte(cells.text, line, columns.original(line, column));
        let start = place(span.start_line, span.start_column);
        let end = place(span.end_line, span.end_column).max(start);
        let is_twice = marks.iter().any(|mark| mark.range == (start..end));
        // The label that stands in for none repeats the message.
        let label = if spanned.label.ends_with(&message) {
            ""
        } else {
            &spanned.label
        };
        if !is_twice {
            marks.push(Mark {
                range: start..end,
                label: in_the_students_words(label),
                is_primary: spanned.is_primary,
            });
        }
    }
    let earlier = marks.is_empty().then(|| earlier(error, cells)).flatten();
    if let Some((cell, number)) = earlier
        && let Some(text) = cells.memory.cell(cell)
    {
        origin = (format!("cell [{cell}]"), text);
        marks.push(Mark {
            range: line(text, number),
            label: String::new(),
            is_primary: true,
        });
    }
    let internal = |text: &String| {
        ["evcxr", "chainrule_tell", "notebook::cell", "lib.rs"]
            .iter()
            .any(|name| text.contains(name))
    };
    let help = error.help().into_iter().filter(|text| !internal(text));
    let mut help: Vec<String> = help.map(|text| on_one_line(&text)).collect();
    help.dedup();
    let hint = match earlier {
        Some((cell, _)) => Some(format!(
            "this cell changes what cell [{cell}] uses: put what is to change of that cell into this one too, or begin again with `:clear`"
        )),
        None => for_error(error.code(), &message, &cells.memory.gone),
    };
    help.extend(hint.map(|hint| format!("in a notebook: {hint}")));
    draw(
        &in_the_students_words(&message),
        error.code(),
        Some((&origin.0, origin.1, &marks)),
        &help,
    )
}

/// The earlier cell, and the line in it, that an error is in.
fn earlier(error: &CompilationError, cells: &Cells<'_>) -> Option<(usize, usize)> {
    let spans = error.json["spans"].as_array()?;
    let is_primary = |span: &&Value| span["is_primary"].as_bool().unwrap_or(false);
    let in_cell = |span: &&Value| {
        let file = span["file_name"].as_str();
        file.is_some_and(|file| file.ends_with("lib.rs"))
    };
    let span = spans.iter().filter(in_cell).find(is_primary)?;
    let line = usize::try_from(span["line_start"].as_u64()?).ok()?;
    let items = &cells.memory.items;
    match locate(cells.source, line, &cells.code.statements, items)? {
        Place {
            cell: Some(cell),
            line,
        } => Some((cell, line)),
        Place { cell: None, .. } => None,
    }
}

/// A suggestion beside its replacement, where that is short.
fn on_one_line(help: &str) -> String {
    match help.split_once("\n\n") {
        Some((text, new)) if !new.trim().is_empty() && new.len() < 60 && !new.contains('\n') => {
            format!("{text}: `{}`", new.trim())
        }
        _ => help.trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_suggestion_is_one_line() {
        assert_eq!(
            on_one_line("a similar name exists\n\nnet"),
            "a similar name exists: `net`"
        );
        assert_eq!(on_one_line("remove this\n\n"), "remove this");
        let long = format!("use\n\n{}", "x".repeat(80));
        assert_eq!(on_one_line(&long), long);
    }
}
