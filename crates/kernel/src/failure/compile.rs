//! What the compiler refuses.

use chainrule_jupyter::Failure;
use evcxr::CompilationError;

use super::hint::{Gone, for_error, in_the_students_words};
use super::snippet::{Mark, byte, draw};
use crate::cell::Columns;

/// More errors than this mostly follow from the first ones.
const MOST: usize = 4;

/// Errors of the compiler, with the cell's lines.
pub(crate) fn compile_failure(
    errors: &[CompilationError],
    code: &str,
    columns: &Columns,
    gone: &Gone,
) -> Failure {
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
        traceback.extend(drawn(error, code, columns, gone));
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

fn drawn(error: &CompilationError, code: &str, columns: &Columns, gone: &Gone) -> Vec<String> {
    let message = error.message();
    let mut marks: Vec<Mark> = Vec::new();
    for spanned in error.spanned_messages() {
        let Some(span) = spanned.span else { continue };
        let place = |line: usize, column: usize| byte(code, line, columns.original(line, column));
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
    let internal = |text: &String| {
        ["evcxr", "chainrule_tell", "notebook::cell", "lib.rs"]
            .iter()
            .any(|name| text.contains(name))
    };
    let help = error.help().into_iter().filter(|text| !internal(text));
    let mut help: Vec<String> = help.map(|text| on_one_line(&text)).collect();
    help.dedup();
    help.extend(
        for_error(error.code(), &message, gone).map(|hint| format!("in a notebook: {hint}")),
    );
    draw(
        &in_the_students_words(&message),
        error.code(),
        Some(("this cell", code, &marks)),
        &help,
    )
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
