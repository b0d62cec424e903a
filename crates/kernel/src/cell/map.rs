//! From what evcxr and the compiler speak of back to the student's cell.

use std::ops::Range;

/// Text that was put into a cell, so that columns behind it moved. No insertion has a newline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns(Vec<Insertion>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Insertion {
    line: usize,
    column: usize,
    length: usize,
}

impl Columns {
    /// For insertions into `code`: byte offsets, in order, with their texts.
    pub(crate) fn new(code: &str, insertions: &[(usize, String)]) -> Self {
        let insertion = |(offset, text): &(usize, String)| {
            let before = &code[..*offset];
            let start = before.rfind('\n').map_or(0, |newline| newline + 1);
            Insertion {
                line: before.matches('\n').count() + 1,
                column: before[start..].chars().count() + 1,
                length: text.chars().count(),
            }
        };
        Self(insertions.iter().map(insertion).collect())
    }

    /// The student's column for a line and column of the rewritten cell, all counted from 1.
    pub(crate) fn original(&self, line: usize, column: usize) -> usize {
        let mut shift = 0;
        for insertion in self.0.iter().filter(|insertion| insertion.line == line) {
            let start = insertion.column + shift;
            if column < start {
                break;
            }
            if column < start + insertion.length {
                return insertion.column;
            }
            shift += insertion.length;
        }
        column - shift
    }
}

/// A statement or item of a cell, as the compiler gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// The rewritten text.
    pub(crate) text: String,
    /// The cell's line that it begins in, from 1.
    pub(crate) line: usize,
    /// Functions and types: kept, and compiled with each later cell.
    pub(crate) is_item: bool,
    /// The functions and macros that it has, if it is an item.
    pub(crate) functions: Vec<String>,
}

/// Where something is in the student's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The cell's number; none for the cell that runs.
    pub(crate) cell: Option<usize>,
    /// The line in it, from 1.
    pub(crate) line: usize,
}

/// Where a line of the source that evcxr compiled comes from. `earlier` are items of earlier cells
/// with the numbers of these, newest last.
pub(crate) fn locate(
    source: &str,
    line: usize,
    statements: &[Statement],
    earlier: &[(usize, Statement)],
) -> Option<Place> {
    let mut from = 0;
    let mut found: Vec<(Range<usize>, Place)> = Vec::new();
    let mut place = |at: usize, cell: Option<usize>, statement: &Statement| {
        let first = source[..at].matches('\n').count() + 1;
        let last = first + statement.text.trim_end().matches('\n').count();
        let place = Place {
            cell,
            line: statement.line,
        };
        found.push((first..last + 1, place));
    };
    // Statements stand in the source in their order, behind all items.
    for statement in statements {
        let text = statement.text.trim_end();
        if statement.is_item {
            if let Some(at) = source.find(text) {
                place(at, None, statement);
            }
        } else if let Some(at) = source[from..].find(text) {
            place(from + at, None, statement);
            from += at + text.len();
        }
    }
    for (cell, statement) in earlier.iter().rev() {
        if let Some(at) = source.find(statement.text.trim_end()) {
            place(at, Some(*cell), statement);
        }
    }
    let (lines, start) = found.into_iter().find(|(lines, _)| lines.contains(&line))?;
    Some(Place {
        cell: start.cell,
        line: start.line + line - lines.start,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_behind_an_insertion_move_back() {
        let code = "let é = 1;\nä.b()? + c?";
        let insertions = [(18, ".tell(2)".to_owned()), (23, ".tell(2)".to_owned())];
        assert_eq!(&code[18..19], "?");
        assert_eq!(&code[23..24], "?");
        let columns = Columns::new(code, &insertions);
        // "ä.b().tell(2)? + c.tell(2)?"
        let moved: Vec<_> = [1, 5, 6, 10, 14, 18, 19, 27]
            .map(|column| columns.original(2, column))
            .into();
        assert_eq!(moved, [1, 5, 6, 6, 6, 10, 11, 11]);
        assert_eq!(columns.original(1, 8), 8);
    }

    fn statement(text: &str, line: usize, is_item: bool) -> Statement {
        Statement {
            text: text.to_owned(),
            line,
            is_item,
            functions: Vec::new(),
        }
    }

    #[test]
    fn a_line_of_the_compiled_source_leads_to_the_cell_that_has_it() {
        let source = "#![allow(x)]\nfn old() {\n  b();\n}\nfn new() {}\nmod m {\n}\nlet a = 1;\na;\nlet a = 1;\n(&(a)).show();\n";
        let statements = [
            statement("fn new() {}\n", 2, true),
            statement("let a = 1;\n", 3, false),
            statement("let a = 1;\n", 5, false),
            statement("(&(a)).show();", 7, false),
        ];
        let earlier = [(4, statement("fn old() {\n  b();\n}", 10, true))];
        let place = |line| locate(source, line, &statements, &earlier);
        assert_eq!(
            place(3),
            Some(Place {
                cell: Some(4),
                line: 11
            })
        );
        assert_eq!(
            place(5),
            Some(Place {
                cell: None,
                line: 2
            })
        );
        assert_eq!(
            place(8),
            Some(Place {
                cell: None,
                line: 3
            })
        );
        assert_eq!(
            place(10),
            Some(Place {
                cell: None,
                line: 5
            })
        );
        assert_eq!(
            place(11),
            Some(Place {
                cell: None,
                line: 7
            })
        );
        assert_eq!(place(7), None);
    }
}
