//! The same numbers as NumPy's, bit for bit: the files in `goldens/`, made by `goldens/make.py`.

mod common;

use common::Session;

/// Replays a file; fails at the first line that differs.
fn replay(text: &str) {
    assert!(text.starts_with("# NumPy 2.4.6 on x86_64"), "made by what?");
    let mut session = Session::default();
    let mut lines = 0;
    for (at, line) in text.lines().enumerate() {
        if line.starts_with('#') {
            continue;
        }
        let (call, expected) = line.split_once('\t').expect("a call, a tab, a result");
        assert_eq!(session.call(call), expected, "line {}: {call}", at + 1);
        lines += 1;
    }
    assert!(lines > 100, "only {lines} lines");
}

#[test]
fn the_legacy_interface_draws_what_numpy_draws() {
    replay(include_str!("goldens/legacy.txt"));
}

#[test]
fn the_newer_interface_draws_what_numpy_draws() {
    replay(include_str!("goldens/generator.txt"));
}
