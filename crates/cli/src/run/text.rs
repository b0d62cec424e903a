//! Text that a cell showed: without colours, without progress, and with its numbers told apart.

use std::sync::LazyLock;

use regex::Regex;
use similar::{ChangeTag, TextDiff};

/// How many lines of a difference are shown.
const LINES: usize = 30;

/// A pattern that is written in this file.
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of our own is a regular expression; please report")
}

/// The text without terminal colours.
pub(super) fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// The text without Rust's backtraces, and without its advice on how to get one.
pub(super) fn without_backtraces(text: &str) -> String {
    static BACKTRACE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?m)^[Ss]tack backtrace:\r?\n(?:[ \t]+(?:\d+:|at) .*\n?)*|^note: .*`RUST_BACKTRACE=.*\n?",
        )
    });
    BACKTRACE.replace_all(text, "").into_owned()
}

/// Whether a line reports progress: it begins with a percentage, as in `[ 40 %]`.
pub(super) fn is_progress(line: &str) -> bool {
    static PREFIX: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\[ *\d{1,3} ?%\]"));
    PREFIX.is_match(line)
}

/// The text without its lines of progress.
pub(super) fn without_progress(text: &str) -> String {
    text.split_inclusive('\n')
        .filter(|line| !is_progress(line))
        .collect()
}

/// The text with every number, and the spaces that align it, replaced by ` # `; other runs of spaces
/// by one, since the head of a column is aligned by its numbers too.
///
/// `12 345` counts as one number, so that a time may grow beyond a thousand.
pub(super) fn without_numbers(text: &str) -> String {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"[ \t]*(?:(?:\b|[-+])(?:\d{1,3}(?:[ _,\x{a0}\x{2009}\x{202f}]\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?|\d+)[ \t]*",
        )
    });
    static SPACES: LazyLock<Regex> = LazyLock::new(|| pattern("[ \\t]{2,}"));
    let text = NUMBER.replace_all(text, " # ");
    SPACES.replace_all(&text, " ").into_owned()
}

/// The text without the stars that mark the best number of a column: which one that is may depend on
/// the last digit.
pub(super) fn without_stars(text: &str) -> String {
    static STAR: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?P<digit>\d)\*"));
    STAR.replace_all(text, "$digit").into_owned()
}

/// A text taken apart: what stands around the numbers, and the numbers.
///
/// Digits within a word (`f32`, `layer_1`) belong to the word. The spaces beside a number are
/// left out, since they align columns and change with the number's width.
#[derive(Debug, PartialEq)]
pub(super) struct Numbers {
    /// The text with ` # ` in place of each number.
    pub(super) around: String,
    /// The numbers in order, as they were written.
    pub(super) numbers: Vec<String>,
}

impl Numbers {
    /// Takes a text apart.
    pub(super) fn of(text: &str) -> Self {
        static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"(?P<before>^|[^\w.+-])(?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)",
            )
        });
        let (mut around, mut numbers, mut end) = (String::new(), Vec::new(), 0);
        for found in NUMBER.captures_iter(text) {
            let number = found
                .name("number")
                .expect("the pattern has a number; please report");
            around.push_str(text[end..number.start()].trim_end_matches([' ', '\t']));
            around.push_str(" # ");
            numbers.push(number.as_str().to_owned());
            let rest = &text[number.end()..];
            end = number.end() + (rest.len() - rest.trim_start_matches([' ', '\t']).len());
        }
        around.push_str(text.get(end..).unwrap_or_default());
        Self { around, numbers }
    }
}

/// The lines that differ, with a little of what is around them.
pub(super) fn difference(name: &str, expected: &str, got: &str) -> String {
    let mut lines = Vec::new();
    let diff = TextDiff::from_lines(expected, got);
    for (position, group) in diff.grouped_ops(1).iter().enumerate() {
        if position > 0 {
            lines.push("    ⋮".to_owned());
        }
        for change in group
            .iter()
            .flat_map(|operation| diff.iter_changes(operation))
        {
            let sign = match change.tag() {
                ChangeTag::Delete => "expected",
                ChangeTag::Insert => "got     ",
                ChangeTag::Equal => "        ",
            };
            lines.push(format!(
                "    {sign}  {}",
                change.value().trim_end_matches('\n')
            ));
        }
    }
    if lines.len() > LINES {
        let more = lines.len() - LINES;
        lines.truncate(LINES);
        lines.push(format!("    … and {more} lines more"));
    }
    format!("{name}\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_progress_are_those_that_begin_with_a_percentage() {
        for line in ["[ 40 %] x", "[100 %]", "[  7%] y", "[40 %] z"] {
            assert!(is_progress(line), "{line}");
        }
        for line in ["[40]", " [ 40 %]", "40 %", "[%]", "[a %]"] {
            assert!(!is_progress(line), "{line}");
        }
        assert_eq!(without_progress("a\n[ 1 %] b\nc"), "a\nc");
        assert_eq!(without_progress("[ 1 %] b"), "");
    }

    #[test]
    fn colours_are_removed() {
        assert_eq!(plain("\u{1b}[31mred\u{1b}[0m"), "red");
    }

    #[test]
    fn backtraces_are_removed_wherever_they_stand() {
        let told = "Error: no port\n\nStack backtrace:\n   0: a::b\n             at /rustc/x.rs:1:2\n  \
                    13: c\nafter\nnote: run with `RUST_BACKTRACE=1` to see more\n\
                    stack backtrace:\n   0: d";
        assert_eq!(without_backtraces(told), "Error: no port\n\nafter\n");
        assert_eq!(
            without_backtraces("note: plain\n  12: kept"),
            "note: plain\n  12: kept"
        );
    }

    #[test]
    fn times_that_differ_in_width_leave_the_same_text() {
        let same = [
            ("took 1.2 s", "took 12 s"),
            ("  987 ms |", "1 234 ms |"),
            ("a  9.5 b", "a 10.25 b"),
            ("1e-5", "2.5E+3"),
            ("0.5s", "17s"),
            ("-3", "4"),
        ];
        for (a, b) in same {
            assert_eq!(without_numbers(a), without_numbers(b));
        }
        let heads = [
            "a   best     seconds\nb    3.0  10.3 ± 2.1",
            "a   best    seconds\nb    3.0  6.7 ± 1.2",
        ];
        assert_eq!(without_numbers(heads[0]), without_numbers(heads[1]));
        assert_ne!(without_numbers("1.2 s"), without_numbers("1.2 ms"));
        assert_ne!(without_numbers("1 and 2"), without_numbers("1 or 2"));
    }

    #[test]
    fn numbers_are_told_from_words() {
        let taken = Numbers::of("f32 loss  0.25, rate -1e-3 (of 60000) v1.2");
        assert_eq!(taken.numbers, ["0.25", "-1e-3", "60000"]);
        assert_eq!(taken.around, "f32 loss # , rate # (of # ) v1.2");
        assert_eq!(Numbers::of("1 2\n3").numbers, ["1", "2", "3"]);
        assert_eq!(Numbers::of("").numbers, Vec::<String>::new());
    }

    #[test]
    fn stars_behind_numbers_do_not_count() {
        let tables = ["a  0.97*\nb  0.96\n* best", "a   0.97\nb  0.96*\n* best"];
        let [a, b] = tables.map(|table| Numbers::of(&without_stars(table)));
        assert_eq!(a, b);
        assert_eq!(without_stars("2 * x, a*b"), "2 * x, a*b");
    }

    #[test]
    fn alignment_does_not_count() {
        assert_eq!(
            Numbers::of("|  9.5 |").around,
            Numbers::of("| 10.25 |").around
        );
        assert_ne!(
            Numbers::of("| 9.5 |").around,
            Numbers::of("| 9.5 %|").around
        );
    }

    #[test]
    fn long_differences_are_cut() {
        let lines = |word: &str| -> String { (0..100).map(|n| format!("{word} {n}\n")).collect() };
        let told = difference("stdout", &lines("a"), &lines("b"));
        assert!(told.ends_with("… and 170 lines more"), "{told}");
    }
}
