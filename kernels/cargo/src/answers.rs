//! Questions that have been answered before.

use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::process::{Command, ExitCode, Output, Stdio};

use crate::progress::Progress;
use crate::real::{Session, finished};
use crate::{eprint, graph};

/// Whether a call only asks what a toolchain is like: the answer is always the same.
pub(crate) fn is_question(words: &[&str]) -> bool {
    let asks = |word: &&str| {
        matches!(
            *word,
            "-V" | "-vV" | "--version" | "version" | "config" | "locate-project"
        )
    };
    words.iter().any(asks) || (words.contains(&"rustc") && words.contains(&"--print"))
}

/// Answers what was answered to the same arguments before, or asks.
pub(crate) fn remembered(session: &Session, args: &[OsString]) -> ExitCode {
    answer(session, args, String::new(), ask, |text| text)
}

/// `cargo metadata`: the answer depends on the manifest and the lock file. For rust-analyzer it is
/// reduced to what a cell can name.
pub(crate) fn metadata(session: &Session, args: &[OsString], words: &[&str]) -> ExitCode {
    let read = |path: &str| fs::read_to_string(session.folder().join(path)).unwrap_or_default();
    // evcxr asks in the folder of the cell, and only whether a dependency can be had and what its
    // library is called; rust-analyzer asks by path, and reads all of it. What evcxr asks for may
    // have to be downloaded: the student sees it, and can stop it.
    if !words.contains(&"--manifest-path") {
        let watch = |command: &mut Command| Progress::new().watch(command.stdout(Stdio::piped()));
        return answer(session, args, read("cell/Cargo.toml"), watch, |text| text);
    }
    let depends_on = read("cell/Cargo.toml") + &read("Cargo.lock");
    // Every session begins with a cell without dependencies and then adds the library. Told of the
    // library at once, rust-analyzer loads everything once instead of twice.
    let usual = session.file("usual.txt");
    if depends_on_nothing(&read("cell/Cargo.toml"))
        && let Ok(text) = fs::read_to_string(&usual)
    {
        return print(&session.here(&text));
    }
    answer(session, args, depends_on, ask, |text| {
        let text = graph::reduced(&text).unwrap_or(text);
        crate::recipe::write(&usual, &session.portable(&text));
        text
    })
}

fn depends_on_nothing(manifest: &str) -> bool {
    let dependencies = manifest.split_once("[dependencies]");
    dependencies.is_some_and(|(_, rest)| rest.trim().is_empty())
}

/// Asks cargo; what it says beside its answer is passed on.
fn ask(command: &mut Command) -> io::Result<Output> {
    command.stderr(Stdio::inherit()).output()
}

fn answer(
    session: &Session,
    args: &[OsString],
    depends_on: String,
    run: impl FnOnce(&mut Command) -> io::Result<Output>,
    keep: impl Fn(String) -> String,
) -> ExitCode {
    let mut hasher = DefaultHasher::new();
    let asked = args.iter().map(|arg| arg.to_string_lossy());
    let asked = session.portable(&asked.collect::<Vec<_>>().join("\n"));
    (asked, session.portable(&depends_on)).hash(&mut hasher);
    let file = session.file(&format!("{:016x}.txt", hasher.finish()));
    if let Ok(text) = fs::read_to_string(&file) {
        return print(&session.here(&text));
    }
    match run(&mut session.cargo(args)) {
        Ok(output) if output.status.success() => match String::from_utf8(output.stdout) {
            Ok(text) => {
                let text = keep(text);
                crate::recipe::write(&file, &session.portable(&text));
                print(&text)
            }
            Err(_) => {
                eprint("cargo answered in no UTF-8");
                ExitCode::FAILURE
            }
        },
        Ok(output) => {
            // What it printed before it failed may say why.
            let _ = io::stdout().write_all(&output.stdout);
            finished(Ok(output.status), "cargo")
        }
        Err(cause) => finished(Err(cause), "cargo"),
    }
}

/// Prints an answer.
pub(crate) fn print(text: &str) -> ExitCode {
    let mut out = io::stdout().lock();
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    match write!(out, "{text}{newline}").and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody reads it any more.
        Err(_) => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_told_from_work() {
        for words in [
            &["-V"][..],
            &["version"],
            &["locate-project", "--workspace", "--manifest-path", "/x"],
            &["-Z", "unstable-options", "config", "get"],
            &["rustc", "-Z", "unstable-options", "--print", "cfg"],
        ] {
            assert!(is_question(words), "{words:?}");
        }
        assert!(!is_question(&["fetch"]) && !is_question(&["rustc", "--release"]));
    }

    #[test]
    fn a_manifest_without_dependencies_is_seen() {
        assert!(depends_on_nothing(
            "[package]\nname = \"ctx\"\n[dependencies]\n\n"
        ));
        assert!(!depends_on_nothing("[dependencies]\nchainrule = 1\n"));
        assert!(!depends_on_nothing(""));
    }
}
