//! What a cell's process writes to its standard output, taken apart.
//!
//! Between the text that a student prints there are two languages: evcxr's own lines, which begin
//! with `EVCXR_`, and the events of the library, each in an escape sequence that a terminal would
//! swallow. `kernels/README.md` describes them.

use chainrule_jupyter::Map;
use serde_json::Value;

const OPEN: &[u8] = b"\x1b_chainrule;";
const CLOSE: &[u8] = b"\x1b\\";
const LINE: &[u8] = b"EVCXR_";

/// One piece of the stream.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    /// What the student printed, as far as it has come.
    Text(String),
    /// An event of the library.
    Event(Value),
    /// A line that evcxr waits for.
    ForEvcxr(String),
    /// A value shown in evcxr's way, by other libraries.
    Content(Map),
}

/// Takes a stream apart as it comes.
#[derive(Default)]
pub(crate) struct Parser {
    rest: Vec<u8>,
    /// A content block whose end has not come: its MIME type and what is there of it.
    content: Option<(String, String)>,
}

impl Parser {
    /// The pieces that are complete with these bytes. Text is never held back longer than it may
    /// still become a mark or a character.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<Piece> {
        self.rest.extend_from_slice(bytes);
        let mut pieces = Vec::new();
        while self.step(&mut pieces, false) {}
        merged(pieces)
    }

    /// What is left when the stream ends.
    pub(crate) fn end(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        while self.step(&mut pieces, true) {}
        self.content = None;
        merged(pieces)
    }

    fn step(&mut self, pieces: &mut Vec<Piece>, ended: bool) -> bool {
        if self.rest.is_empty() {
            return false;
        }
        if self.content.is_some() {
            return self.content_line(pieces, ended);
        }
        let event = find(&self.rest, OPEN);
        let line = find(&self.rest, LINE);
        let mark = match (event, line) {
            (Some(event), Some(line)) => event.min(line),
            (event, line) => event.or(line).unwrap_or(self.rest.len()),
        };
        if mark > 0 {
            let certain = if ended || mark < self.rest.len() {
                mark
            } else {
                self.certain()
            };
            return self.text(certain, pieces, ended || mark < self.rest.len());
        }
        if event == Some(0) {
            self.event(pieces, ended)
        } else {
            self.line(pieces, ended)
        }
    }

    /// How much of the rest is text whatever comes next.
    fn certain(&self) -> usize {
        let length = self.rest.len();
        let partial = |mark: &[u8]| {
            (1..mark.len().min(length + 1))
                .rev()
                .find(|&n| self.rest.ends_with(&mark[..n]))
                .unwrap_or(0)
        };
        length - partial(OPEN).max(partial(LINE))
    }

    fn text(&mut self, length: usize, pieces: &mut Vec<Piece>, all: bool) -> bool {
        let length = if all {
            length
        } else {
            whole_characters(&self.rest[..length])
        };
        if length == 0 {
            return false;
        }
        let bytes: Vec<u8> = self.rest.drain(..length).collect();
        pieces.push(Piece::Text(String::from_utf8_lossy(&bytes).into_owned()));
        true
    }

    fn event(&mut self, pieces: &mut Vec<Piece>, ended: bool) -> bool {
        let Some(length) = find(&self.rest[OPEN.len()..], CLOSE) else {
            return ended && self.text(self.rest.len(), pieces, true);
        };
        let json = OPEN.len()..OPEN.len() + length;
        match serde_json::from_slice(&self.rest[json.clone()]) {
            Ok(event) => pieces.push(Piece::Event(event)),
            // Somebody else's sequence: shown as it came.
            Err(_) => pieces.push(Piece::Text(
                String::from_utf8_lossy(&self.rest[..json.end + CLOSE.len()]).into_owned(),
            )),
        }
        self.rest.drain(..json.end + CLOSE.len());
        true
    }

    fn take_line(&mut self) -> Option<String> {
        let end = self.rest.iter().position(|&byte| byte == b'\n')?;
        let line: Vec<u8> = self.rest.drain(..=end).collect();
        Some(String::from_utf8_lossy(&line[..end]).into_owned())
    }

    fn line(&mut self, pieces: &mut Vec<Piece>, ended: bool) -> bool {
        let Some(line) = self.take_line() else {
            return ended && self.text(self.rest.len(), pieces, true);
        };
        if let Some(mime) = line.strip_prefix("EVCXR_BEGIN_CONTENT ") {
            self.content = Some((mime.trim().to_owned(), String::new()));
        } else if is_evcxrs(&line) {
            pieces.push(Piece::ForEvcxr(line));
        } else {
            pieces.push(Piece::Text(line + "\n"));
        }
        true
    }

    fn content_line(&mut self, pieces: &mut Vec<Piece>, ended: bool) -> bool {
        let line = self.take_line().or_else(|| {
            let all = || String::from_utf8_lossy(&std::mem::take(&mut self.rest)).into_owned();
            ended.then(all)
        });
        let (Some(line), Some((mime, content))) = (line, self.content.as_mut()) else {
            return false;
        };
        if line == "EVCXR_END_CONTENT" || line == PANIC {
            let (mime, content) = (std::mem::take(mime), std::mem::take(content));
            self.content = None;
            pieces.push(Piece::Content(Map::from_iter([(mime, content.into())])));
            if line == PANIC {
                pieces.push(Piece::ForEvcxr(line));
            }
        } else {
            if !content.is_empty() {
                content.push('\n');
            }
            content.push_str(&line);
        }
        true
    }
}

/// evcxr's line for a cell that ran to its end, in whatever way.
pub(crate) const COMPLETE: &str = "EVCXR_EXECUTION_COMPLETE";
/// evcxr's line for a cell that panicked.
pub(crate) const PANIC: &str = "EVCXR_PANIC_NOTIFICATION";
/// evcxr's line for a cell that `?` ended.
pub(crate) const ERROR: &str = "EVCXR_ERROR_OCCURRED";

fn is_evcxrs(line: &str) -> bool {
    [COMPLETE, PANIC, ERROR].contains(&line)
        || line.starts_with("EVCXR_VARIABLE_CHANGED_TYPE:")
        || line.starts_with("EVCXR_INPUT_REQUEST")
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

/// The length without a character that has not come whole. Bytes that are no UTF-8 at all stay in.
pub(crate) fn whole_characters(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => {
            // An error further in hides an incomplete end.
            let tail = bytes.len().saturating_sub(3)..bytes.len();
            let cut = tail.rev().find(|&i| bytes[i] >= 0b1100_0000);
            match cut {
                Some(i) if bytes.len() - i < width(bytes[i]) && goes_on(&bytes[i + 1..]) => i,
                _ => bytes.len(),
            }
        }
    }
}

fn goes_on(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| byte >> 6 == 0b10)
}

fn width(first: u8) -> usize {
    match first {
        0xf5.. => 1,
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}

/// Neighbouring texts as one; the contents of one value under several MIME types as one.
fn merged(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut merged: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match (merged.last_mut(), piece) {
            (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
            (Some(Piece::Content(before)), Piece::Content(more))
                if more.keys().all(|mime| !before.contains_key(mime)) =>
            {
                before.extend(more);
            }
            (_, piece) => merged.push(piece),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(chunks: &[&[u8]]) -> Vec<Piece> {
        let mut parser = Parser::default();
        let mut pieces: Vec<_> = chunks.iter().flat_map(|chunk| parser.push(chunk)).collect();
        pieces.extend(parser.end());
        merged(pieces)
    }

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    #[test]
    fn text_events_and_lines_keep_their_order_wherever_the_stream_is_cut() {
        let stream = "a é\r50 %\x1b_chainrule;{\"event\":\"x\"}\x1b\\b\nEVCXR_EXECUTION_COMPLETE\n";
        let expected = [
            text("a é\r50 %"),
            Piece::Event(json!({"event": "x"})),
            text("b\n"),
            Piece::ForEvcxr(COMPLETE.to_owned()),
        ];
        for cut in 0..stream.len() {
            let (first, second) = stream.as_bytes().split_at(cut);
            assert_eq!(parsed(&[first, second]), expected, "cut at {cut}");
        }
    }

    #[test]
    fn a_partial_line_comes_at_once() {
        let mut parser = Parser::default();
        assert_eq!(parser.push(b"Name: "), [text("Name: ")]);
        assert_eq!(parser.push("ö".as_bytes().split_at(1).0), []);
        assert_eq!(parser.push("ö".as_bytes().split_at(1).1), [text("ö")]);
    }

    #[test]
    fn a_line_of_evcxrs_is_seen_behind_text_without_a_newline() {
        let pieces = parsed(&[b"unfinishedEVCXR_PANIC_NOTIFICATION\n"]);
        assert_eq!(
            pieces,
            [text("unfinished"), Piece::ForEvcxr(PANIC.to_owned())]
        );
    }

    #[test]
    fn what_only_looks_like_a_mark_is_text() {
        for odd in [
            "EVCXR_NOTHING\n",
            "\x1b[31mred\x1b[0m",
            "\x1b_other;x\x1b\\",
            "EVCX",
            "\x1b",
        ] {
            assert_eq!(parsed(&[odd.as_bytes()]), [text(odd)]);
        }
        let broken = "\x1b_chainrule;{no json\x1b\\";
        assert_eq!(parsed(&[broken.as_bytes()]), [text(broken)]);
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_such_and_nothing_is_held_back() {
        assert_eq!(parsed(&[b"\xff\xfeab"]), [text("\u{fffd}\u{fffd}ab")]);
        let mut parser = Parser::default();
        assert_eq!(parser.push(b"\xffa"), [text("\u{fffd}a")]);
    }

    #[test]
    fn contents_of_one_value_are_one_piece() {
        let stream = "EVCXR_BEGIN_CONTENT text/plain\na\nb\nEVCXR_END_CONTENT\n\
             EVCXR_BEGIN_CONTENT text/html\n<b>\nEVCXR_END_CONTENT\n";
        let map = json!({"text/plain": "a\nb", "text/html": "<b>"});
        assert_eq!(
            parsed(&[stream.as_bytes()]),
            [Piece::Content(map.as_object().unwrap().clone())]
        );
    }
}
