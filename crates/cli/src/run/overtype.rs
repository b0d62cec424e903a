//! Text of a stream as a notebook front end keeps it: what a carriage return writes over is gone.
//!
//! A bar that moves writes its line again and again behind a `\r`. The notebook stores what can be
//! seen at the end, as JupyterLab stores it.

/// Erases the rest of the line; bars write it before a shorter text.
const ERASE: &str = "\u{1b}[K";

/// A stream's text, with the place where the next piece goes on.
#[derive(Debug, Default)]
pub(super) struct Overtyped {
    lines: String,
    line: Vec<char>,
    cursor: usize,
}

impl Overtyped {
    /// Adds a piece, which may begin and end anywhere in a line.
    pub(super) fn push(&mut self, piece: &str) {
        let mut rest = piece;
        while let Some(character) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix(ERASE) {
                self.line.truncate(self.cursor);
                rest = after;
                continue;
            }
            self.write(character);
            rest = &rest[character.len_utf8()..];
        }
    }

    fn write(&mut self, character: char) {
        match character {
            '\n' => {
                self.lines.extend(self.line.drain(..));
                self.lines.push('\n');
                self.cursor = 0;
            }
            '\r' => self.cursor = 0,
            '\u{8}' => {
                if self.cursor > 0 {
                    self.cursor -= 1;
                    self.line.remove(self.cursor);
                }
            }
            _ => {
                match self.line.get_mut(self.cursor) {
                    Some(before) => *before = character,
                    None => self.line.push(character),
                }
                self.cursor += 1;
            }
        }
    }

    /// What can be seen.
    pub(super) fn text(&self) -> String {
        self.lines
            .chars()
            .chain(self.line.iter().copied())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(pieces: &[&str]) -> String {
        let mut text = Overtyped::default();
        for piece in pieces {
            text.push(piece);
        }
        text.text()
    }

    #[test]
    fn a_line_written_again_is_seen_as_it_is_last() {
        assert_eq!(seen(&["10 %\r20 %\r100 %\nend"]), "100 %\nend");
        assert_eq!(seen(&["abc\rX"]), "Xbc");
        assert_eq!(seen(&["ab\u{8}c"]), "ac");
        assert_eq!(seen(&["\u{8}a"]), "a");
    }

    #[test]
    fn pieces_go_on_where_the_last_one_ended() {
        assert_eq!(seen(&["abc\r", "X", "Y"]), "XYc");
        assert_eq!(seen(&["a\nb\r", "c\n"]), "a\nc\n");
    }

    #[test]
    fn a_line_that_ends_in_a_carriage_return_is_kept_whole() {
        assert_eq!(seen(&["one\r\ntwo\r"]), "one\ntwo");
    }

    #[test]
    fn what_is_erased_is_gone() {
        assert_eq!(seen(&["\r\u{1b}[Klonger\r\u{1b}[Kär"]), "är");
        assert_eq!(seen(&["\u{1b}[31mred\u{1b}[0m"]), "\u{1b}[31mred\u{1b}[0m");
    }
}
