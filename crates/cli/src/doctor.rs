//! `cargo lab doctor`: what is present, what is missing, and how to mend it, in plain words.

use std::fmt::Write as _;
use std::process::Command;

use chainrule_data::catalog::{self, Entry, SpotState};

use crate::places::Places;
use crate::setup::{ahead, kernel, python, sources, specs};
use crate::tools;

/// The oldest Rust that the workspace builds with.
const RUST: &str = env!("CARGO_PKG_RUST_VERSION");

/// What was found about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The thing.
    pub name: &'static str,
    /// How it is.
    pub state: State,
    /// What was found.
    pub found: String,
}

/// How a thing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Present and current.
    Good,
    /// Missing or outdated, with what mends it.
    Missing(String),
    /// Missing, and not needed; with what it would bring.
    Optional(String),
}

/// Looks at everything that the lab needs.
pub fn examine(places: &Places) -> Vec<Finding> {
    let mut findings = vec![rust(), compiler(), python()];
    let steps = [
        (
            "Python environment",
            python::is_current(places),
            "cargo lab setup",
            places.venv(),
        ),
        (
            "Rust kernels",
            kernel::is_current(places),
            "cargo lab setup",
            places.chainrule(),
        ),
        (
            "standard library",
            sources::is_current(places),
            "cargo lab setup",
            places.std(),
        ),
        (
            "libraries built ahead",
            ahead::is_current(places),
            "cargo lab setup",
            places.template(),
        ),
        (
            "kernel specifications",
            specs::is_current(places),
            "cargo lab setup",
            places.jupyter_path(),
        ),
    ];
    findings.extend(steps.map(|(name, current, mend, place)| {
        let (state, found) = if current {
            (State::Good, place.display().to_string())
        } else if place.exists() {
            (State::Missing(mend.to_owned()), "out of date".to_owned())
        } else {
            (
                State::Missing(mend.to_owned()),
                "not prepared yet".to_owned(),
            )
        };
        Finding { name, state, found }
    }));
    findings.push(data());
    findings.push(linker());
    findings
}

fn rust() -> Finding {
    let version = tools::answer(Command::new("rustc").arg("--version"));
    let mend =
        format!("Rust {RUST} or later: rustup update stable (rustup comes from https://rustup.rs)");
    let (state, found) = match version {
        Some(version) if at_least(&version, RUST) => (State::Good, version),
        Some(version) => (State::Missing(mend), version),
        None => (State::Missing(mend), "no rustc on the PATH".to_owned()),
    };
    Finding {
        name: "Rust",
        state,
        found,
    }
}

/// Whether `rustc 1.95.0 (…)` is at least `1.95`.
fn at_least(text: &str, oldest: &str) -> bool {
    let numbers = |text: &str| -> Option<(u32, u32)> {
        let mut parts = text.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    let version = text.split_whitespace().nth(1).and_then(numbers);
    version.is_some_and(|version| numbers(oldest).is_some_and(|oldest| version >= oldest))
}

fn compiler() -> Finding {
    let (state, found) = match tools::answer(Command::new("cc").arg("--version")) {
        Some(text) => (
            State::Good,
            text.lines().next().unwrap_or_default().to_owned(),
        ),
        None => (
            State::Missing(
                "Debian, Ubuntu: sudo apt install build-essential\n\
                 Fedora:         sudo dnf install gcc\n\
                 macOS:          xcode-select --install"
                    .to_owned(),
            ),
            "no cc on the PATH; Rust links with it".to_owned(),
        ),
    };
    Finding {
        name: "C compiler",
        state,
        found,
    }
}

fn python() -> Finding {
    let (state, found) = match python::find(&std::env::var_os("PATH").unwrap_or_default()) {
        Ok(python) => {
            let (major, minor) = python.version;
            (
                State::Good,
                format!("Python {major}.{minor}, {}", python.program.display()),
            )
        }
        Err(error) => (
            State::Missing(error.to_string()),
            "none that can be used".to_owned(),
        ),
    };
    Finding {
        name: "Python",
        state,
        found,
    }
}

fn data() -> Finding {
    let places = chainrule_data::Places::from_environment();
    let complete = |entry: &&Entry| {
        let spots = entry.survey(&places);
        spots
            .iter()
            .any(|spot| matches!(spot.state, SpotState::Complete(_)))
    };
    let (here, absent): (Vec<_>, Vec<_>) = catalog::all().iter().partition(complete);
    let names = |entries: &[&Entry]| entries.iter().map(|entry| entry.name).collect::<Vec<_>>();
    let fetch = |entry: &&Entry| format!("cargo lab data fetch {}", entry.folder);
    let state = match absent.is_empty() {
        true => State::Good,
        false => State::Missing(absent.iter().map(fetch).collect::<Vec<_>>().join("\n")),
    };
    let found = match here.is_empty() {
        true => "none".to_owned(),
        false => names(&here).join(", "),
    };
    Finding {
        name: "data sets",
        state,
        found,
    }
}

fn linker() -> Finding {
    let (state, found) = match ahead::linker() {
        "" => (
            State::Optional(
                "with mold, each cell compiles a little faster: sudo apt install mold".to_owned(),
            ),
            "the system's".to_owned(),
        ),
        name => (State::Good, name.to_owned()),
    };
    Finding {
        name: "linker",
        state,
        found,
    }
}

/// Whether nothing that is needed is missing.
pub fn is_well(findings: &[Finding]) -> bool {
    findings
        .iter()
        .all(|finding| !matches!(finding.state, State::Missing(_)))
}

/// The findings as text, the last line being the verdict.
pub fn report(findings: &[Finding]) -> String {
    let mut text = String::new();
    for Finding { name, state, found } in findings {
        let (mark, advice) = match state {
            State::Good => ("ok", None),
            State::Missing(advice) => ("MISSING", Some(advice)),
            State::Optional(advice) => ("optional", Some(advice)),
        };
        let _ = writeln!(text, "{mark:<9} {name:<22} {found}");
        for line in advice.iter().flat_map(|advice| advice.lines()) {
            let _ = writeln!(text, "{:32} {line}", "");
        }
    }
    let missing = findings
        .iter()
        .filter(|one| matches!(one.state, State::Missing(_)))
        .count();
    let _ = match missing {
        0 => writeln!(text, "\nEverything that is needed is there: cargo lab"),
        1 => writeln!(
            text,
            "\nOne thing is missing; beside it stands what mends it."
        ),
        n => writeln!(
            text,
            "\n{n} things are missing; beside each stands what mends it."
        ),
    };
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(name: &'static str, state: State, found: &str) -> Finding {
        Finding {
            name,
            state,
            found: found.to_owned(),
        }
    }

    #[test]
    fn the_report_names_what_is_there_what_is_missing_and_what_mends_it() {
        let findings = [
            finding("Rust", State::Good, "rustc 1.95.0"),
            finding(
                "C compiler",
                State::Missing("apt install a\nor b".into()),
                "no cc on the PATH",
            ),
            finding(
                "linker",
                State::Optional("mold is faster".into()),
                "the system's",
            ),
        ];
        assert!(!is_well(&findings));
        let expected = "\
ok        Rust                   rustc 1.95.0
MISSING   C compiler             no cc on the PATH
                                 apt install a
                                 or b
optional  linker                 the system's
                                 mold is faster

One thing is missing; beside it stands what mends it.
";
        assert_eq!(report(&findings), expected);
        assert!(is_well(&findings[2..]) && report(&findings[2..]).ends_with("there: cargo lab\n"));
    }

    #[test]
    fn versions_of_rust_are_compared_as_numbers() {
        assert!(at_least("rustc 1.95.0 (59807616e 2026-04-14)", "1.95"));
        assert!(at_least("rustc 1.100.1-nightly", "1.95"));
        assert!(at_least("rustc 2.0.0", "1.95"));
        assert!(!at_least("rustc 1.94.9", "1.95"));
        assert!(!at_least("something else", "1.95"));
    }

    #[test]
    fn an_unprepared_checkout_is_told_to_be_set_up() {
        let folder = tempfile::tempdir().unwrap();
        let text = report(&examine(&Places::of(folder.path())));
        assert!(
            text.contains("MISSING   Rust kernels           not prepared yet"),
            "{text}"
        );
        assert!(
            text.contains("MISSING   standard library       not prepared yet"),
            "{text}"
        );
        assert!(text.contains("cargo lab setup"), "{text}");
    }
}
