//! Lines of a cell with marks beneath them, as the compiler draws them.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// A mark in a cell.
pub(crate) struct Mark {
    /// Where, in bytes.
    pub(crate) range: Range<usize>,
    /// What to say there.
    pub(crate) label: String,
    /// Whether this is the place itself, or one that explains it.
    pub(crate) is_primary: bool,
}

/// A title over the marked lines of a cell, and further remarks. ANSI colours.
pub(crate) fn draw(
    title: &str,
    id: Option<&str>,
    source: Option<(&str, &str, &[Mark])>,
    help: &[String],
) -> Vec<String> {
    let mut heading = Level::ERROR.primary_title(title);
    if let Some(id) = id {
        heading = heading.id(id);
    }
    let mut group = Group::with_title(heading);
    if let Some((origin, code, marks)) = source
        && !marks.is_empty()
    {
        let mut snippet = Snippet::source(code).path(origin);
        for mark in marks {
            let kind = if mark.is_primary {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let label = (!mark.label.is_empty()).then_some(mark.label.as_str());
            snippet = snippet.annotation(kind.span(mark.range.clone()).label(label));
        }
        group = group.element(snippet);
    }
    for help in help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    Renderer::styled()
        .render(&[group])
        .lines()
        .map(str::to_owned)
        .collect()
}

/// The bytes of a place given by line and column, both from 1; columns count characters. A place
/// beyond the end of its line is that end.
pub(crate) fn byte(code: &str, line: usize, column: usize) -> usize {
    let start: usize = code
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let text = code[start..].lines().next().unwrap_or("");
    let inside: usize = text
        .chars()
        .take(column.saturating_sub(1))
        .map(char::len_utf8)
        .sum();
    start + inside
}

/// What stands on a line, without the blanks around it.
pub(crate) fn line(code: &str, number: usize) -> Range<usize> {
    let start = byte(code, number, 1);
    let text = code[start..].lines().next().unwrap_or("");
    let blanks = text.len() - text.trim_start().len();
    start + blanks..start + text.trim_end().len().max(blanks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bytes() {
        let code = "é = 1;\n  ä.b()\n";
        assert_eq!(&code[byte(code, 2, 3)..byte(code, 2, 4)], "ä");
        assert_eq!(&code[line(code, 2)], "ä.b()");
        assert_eq!(byte(code, 9, 9), code.len());
        assert_eq!(line("", 1), 0..0);
    }

    #[test]
    fn the_line_is_marked() {
        let mark = Mark {
            range: 4..5,
            label: "here".to_owned(),
            is_primary: true,
        };
        let drawn = draw(
            "it broke",
            Some("E0001"),
            Some(("this cell", "let x = 1;\n", &[mark])),
            &["do that".to_owned()],
        )
        .join("\n");
        for part in [
            "E0001",
            "it broke",
            "this cell",
            "let x = 1;",
            "here",
            "do that",
        ] {
            assert!(drawn.contains(part), "{part} in {drawn}");
        }
    }
}
