//! What was run in this session. There is one session, and its number is 1.

use serde_json::{Value, json};

use crate::message::{Request, refusal};

const SESSION: i64 = 1;

/// The cells of this session, in order.
#[derive(Default)]
pub(crate) struct History {
    entries: Vec<Entry>,
}

struct Entry {
    number: usize,
    input: String,
    /// The `text/plain` of the cell's value; empty if it had none.
    output: String,
}

impl History {
    /// Remembers a cell that begins.
    pub(crate) fn push(&mut self, number: usize, input: &str) {
        self.entries.push(Entry {
            number,
            input: input.to_owned(),
            output: String::new(),
        });
    }

    /// Remembers what the last cell's value was.
    pub(crate) fn set_output(&mut self, output: String) {
        if let Some(entry) = self.entries.last_mut() {
            entry.output = output;
        }
    }

    /// The content of the answer to a `history_request`.
    pub(crate) fn answer(&self, request: &Request) -> Value {
        let n = request.number("n").map(|n| usize::try_from(n).unwrap_or(0));
        let found = match request.text("hist_access_type") {
            Some("tail") => last(self.entries.iter().collect(), n),
            Some("range") => self.range(
                request.number("session").unwrap_or(0),
                request.number("start").unwrap_or(0),
                request.number("stop"),
            ),
            Some("search") => {
                let pattern = request.text("pattern").unwrap_or("*");
                last(self.search(pattern, request.flag("unique", false)), n)
            }
            other => {
                let other = other.unwrap_or("nothing");
                let value = format!("history is had by tail, range or search, not by {other}");
                let mut content = refusal("ValueError", &value);
                content["history"] = json!([]);
                return content;
            }
        };
        let with_output = request.flag("output", false);
        let rows = found.iter().map(|entry| {
            if with_output {
                json!([SESSION, entry.number, [entry.input, entry.output]])
            } else {
                json!([SESSION, entry.number, entry.input])
            }
        });
        json!({ "status": "ok", "history": rows.collect::<Vec<_>>() })
    }

    /// The cells from `start` to before `stop`; session 0 is the present one.
    fn range(&self, session: i64, start: i64, stop: Option<i64>) -> Vec<&Entry> {
        if session != 0 && session != SESSION {
            return Vec::new();
        }
        let wanted = |entry: &&Entry| {
            i64::try_from(entry.number)
                .is_ok_and(|number| number >= start && stop.is_none_or(|stop| number < stop))
        };
        self.entries.iter().filter(wanted).collect()
    }

    /// The cells whose whole text fits the pattern; if `unique`, each text where it came last.
    fn search(&self, pattern: &str, unique: bool) -> Vec<&Entry> {
        let pattern: Vec<char> = pattern.chars().collect();
        let mut seen = std::collections::HashSet::new();
        let mut found: Vec<&Entry> = self
            .entries
            .iter()
            .rev()
            .filter(|entry| fits(&pattern, &entry.input))
            .filter(|entry| !unique || seen.insert(entry.input.as_str()))
            .collect();
        found.reverse();
        found
    }
}

fn last(mut entries: Vec<&Entry>, n: Option<usize>) -> Vec<&Entry> {
    let extra = n.map_or(0, |n| entries.len().saturating_sub(n));
    entries.split_off(extra)
}

/// Whether a text fits a pattern in which `*` is any text and `?` any character.
fn fits(pattern: &[char], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    // Where to go on if what follows the last `*` does not fit: it takes one character more.
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((after, taken)) = retry else {
                    return false;
                };
                retry = Some((after, taken + 1));
                (p, t) = (after, taken + 1);
            }
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(inputs: &[&str]) -> History {
        let mut history = History::default();
        for (i, input) in inputs.iter().enumerate() {
            history.push(i + 1, input);
        }
        history
    }

    fn numbers(entries: &[&Entry]) -> Vec<usize> {
        entries.iter().map(|entry| entry.number).collect()
    }

    #[test]
    fn patterns() {
        let fits = |pattern: &str, text| fits(&pattern.chars().collect::<Vec<_>>(), text);
        for pattern in [
            "*",
            "let é = 1;",
            "let*",
            "*1;",
            "*é*",
            "let ? = 1;",
            "*e*=*;",
        ] {
            assert!(fits(pattern, "let é = 1;"), "{pattern}");
        }
        for pattern in ["", "let", "?", "*x*", "let ?? = 1;", "*;?"] {
            assert!(!fits(pattern, "let é = 1;"), "{pattern}");
        }
        assert!(fits("*ab", "aab"));
        assert!(fits("", ""));
    }

    #[test]
    fn a_range_is_open_at_its_end_and_of_this_session() {
        let history = history(&["a", "b", "c"]);
        assert_eq!(numbers(&history.range(0, 2, None)), [2, 3]);
        assert_eq!(numbers(&history.range(1, 0, Some(3))), [1, 2]);
        assert!(history.range(-1, 0, None).is_empty());
        assert!(history.range(0, 3, Some(1)).is_empty());
    }

    #[test]
    fn a_search_takes_each_text_where_it_came_last() {
        let history = history(&["a1", "b", "a1", "a2"]);
        assert_eq!(numbers(&history.search("a*", false)), [1, 3, 4]);
        assert_eq!(numbers(&history.search("a*", true)), [3, 4]);
        assert_eq!(numbers(&last(history.search("a*", true), Some(1))), [4]);
        assert!(last(history.search("*", false), Some(0)).is_empty());
    }
}
