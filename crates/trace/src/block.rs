//! Text of several lines that stands beside other text: matrices on a terminal.

/// How many columns of a terminal a text takes: a letter's hat takes none.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().filter(|c| *c != '\u{302}').count()
}

/// The text with blanks up to so many columns.
pub(crate) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// Lines of equal width, and which of them stands on the line of the formula.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Block {
    lines: Vec<String>,
    middle: usize,
}

impl Block {
    /// One line.
    pub(crate) fn line(text: impl Into<String>) -> Self {
        Self {
            lines: vec![text.into()],
            middle: 0,
        }
    }

    /// A matrix of cells, each column as wide as it needs, in brackets.
    pub(crate) fn matrix(rows: &[Vec<String>]) -> Self {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..columns).map(width).collect();
        let count = rows.len();
        let lines = rows.iter().enumerate().map(|(i, row)| {
            let (open, close) = match (i, count) {
                (_, 1) => ('[', ']'),
                (0, _) => ('⎡', '⎤'),
                (i, n) if i + 1 == n => ('⎣', '⎦'),
                _ => ('⎢', '⎥'),
            };
            let cells = row.iter().zip(&widths);
            let cells = cells.map(|(cell, &width)| format!("{cell:>width$}"));
            format!("{open}{}{close}", cells.collect::<Vec<_>>().join("  "))
        });
        Self {
            lines: lines.collect(),
            middle: count.saturating_sub(1) / 2,
        }
    }

    pub(crate) fn width(&self) -> usize {
        let widths = self.lines.iter().map(|line| columns(line));
        widths.max().unwrap_or(0)
    }

    /// Puts another block to the right of this one.
    pub(crate) fn beside(self, other: &Self) -> Self {
        if self.lines.is_empty() {
            return other.clone();
        }
        let above = self.middle.max(other.middle);
        let below = (self.lines.len() - self.middle).max(other.lines.len() - other.middle);
        let (left, right) = (self.width(), other.width());
        let part = |block: &Self, row: usize, width: usize| {
            let at = (row + block.middle).checked_sub(above);
            let line = at.and_then(|at| block.lines.get(at));
            padded(line.map_or("", String::as_str), width)
        };
        let lines = (0..above + below)
            .map(|row| part(&self, row, left) + &part(other, row, right))
            .collect();
        Self {
            lines,
            middle: above,
        }
    }

    /// The lines, without blanks at their ends.
    pub(crate) fn text(&self) -> String {
        let lines: Vec<_> = self.lines.iter().map(|line| line.trim_end()).collect();
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_stand_side_by_side_on_their_middles() {
        let cells = |rows: &[&[&str]]| {
            let row = |row: &&[&str]| row.iter().map(|&cell| cell.to_owned()).collect();
            rows.iter().map(row).collect::<Vec<_>>()
        };
        let a = Block::matrix(&cells(&[&["0.25", "0.1"], &["-0.2", "0.9"]]));
        let b = Block::matrix(&cells(&[&["1"], &["-1"], &["0"]]));
        let both = Block::line("z = ").beside(&a).beside(&b);
        assert_eq!(
            both.text(),
            "               ⎡ 1⎤\nz = ⎡0.25  0.1⎤⎢-1⎥\n    ⎣-0.2  0.9⎦⎣ 0⎦"
        );
        assert_eq!(Block::matrix(&cells(&[&["1", "2"]])).text(), "[1  2]");
    }
}
