//! The same numbers as NumPy's, bit for bit: the files in `goldens/`, made by `goldens/make.py`.

mod common;

use common::Session;

/// What goes through `log`, `exp` and `pow`, whose last bit is the platform's; and the legacy state,
/// which may keep such a number.
const THROUGH_THE_PLATFORM: [&str; 8] = [
    "randn",
    "normal",
    "standard_normal",
    "exponential",
    "standard_gamma",
    "beta",
    "binomial",
    "state",
];

/// Replays a file; fails at the first line that differs.
fn replay(text: &str) {
    assert!(text.starts_with("# NumPy 2.4.6 on x86_64"), "made by what?");
    let same_platform = cfg!(all(
        target_arch = "x86_64",
        target_os = "linux",
        target_env = "gnu"
    ));
    let mut session = Session::default();
    let mut compared = 0;
    for (at, line) in text.lines().enumerate().skip(1) {
        let (call, expected) = line.split_once('\t').expect("a call, a tab, a result");
        let got = session.call(call);
        let name = call.split(' ').next().unwrap_or_default();
        if same_platform || !THROUGH_THE_PLATFORM.contains(&name) {
            assert_eq!(got, expected, "line {}: {call}", at + 1);
            compared += 1;
        }
    }
    assert!(compared > 1000, "only {compared} lines");
}

#[test]
fn the_legacy_interface_draws_what_numpy_draws() {
    replay(include_str!("goldens/legacy.txt"));
}

#[test]
fn the_newer_interface_draws_what_numpy_draws() {
    replay(include_str!("goldens/generator.txt"));
}
