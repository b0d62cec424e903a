//! Other programs: started in a clean environment, watched while they work, quoted when they fail.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use chainrule_error::{Error, ErrorKind, Result};

/// How many of a failed program's last lines are quoted.
const QUOTED: usize = 25;

/// Variables that `cargo run` gives to this program, and that another cargo or a notebook's code
/// would take for its own.
fn belongs_to_cargo_run(name: &str) -> bool {
    let prefixes = [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "CARGO_FEATURE_",
    ];
    let names = [
        "CARGO",
        "CARGO_CRATE_NAME",
        "CARGO_PRIMARY_PACKAGE",
        "OUT_DIR",
    ];
    names.contains(&name) || prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// A command without what `cargo run` left in the environment.
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(belongs_to_cargo_run) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a program to its end and gives what it printed, or nothing if it failed or is not there.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

/// Runs a program to its end, showing the lines that `pick` chooses as its progress.
///
/// On a terminal a line takes the place of the one before; elsewhere at most one is printed every
/// ten seconds, so that a log shows life without being flooded.
///
/// # Errors
/// [`ErrorKind::Environment`] with `what` and the program's last lines when it cannot be started
/// or fails.
pub fn run(what: &str, command: &mut Command, pick: impl Fn(&str) -> Option<String>) -> Result<()> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|cause| failed(what).source(cause))?;
    let (sender, lines) = mpsc::channel();
    let streams: [Option<Box<dyn std::io::Read + Send>>; 2] = [
        child.stdout.take().map(|s| Box::new(s) as _),
        child.stderr.take().map(|s| Box::new(s) as _),
    ];
    for stream in streams.into_iter().flatten() {
        let sender = sender.clone();
        thread::spawn(move || {
            let lines = BufReader::new(stream).split(b'\n').map_while(Result::ok);
            lines.map(|line| sender.send(line)).all(|sent| sent.is_ok())
        });
    }
    drop(sender);
    let mut progress = Progress::new();
    let mut last = VecDeque::new();
    for line in lines {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        if let Some(text) = pick(&line) {
            progress.show(&text);
        }
        last.push_back(line);
        if last.len() > QUOTED {
            last.pop_front();
        }
    }
    progress.clear();
    let status = child.wait().map_err(|cause| failed(what).source(cause))?;
    if status.success() {
        return Ok(());
    }
    let quoted = Vec::from(last).join("\n");
    Err(failed(what)
        .got(describe(status))
        .why(quoted.trim().to_owned()))
}

/// Runs a program to its end with this program's own streams.
///
/// # Errors
/// [`ErrorKind::Environment`] with `what` when it cannot be started or fails.
pub fn run_visibly(what: &str, command: &mut Command) -> Result<()> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(what)
            .got(describe(status))
            .why("its own message is above")),
        Err(cause) => Err(failed(what).source(cause)),
    }
}

fn failed(what: &str) -> Error {
    Error::new(ErrorKind::Environment, format!("{what} failed"))
}

fn describe(status: ExitStatus) -> String {
    status.to_string()
}

/// One line of progress.
struct Progress {
    terminal: bool,
    shown: Option<Instant>,
}

impl Progress {
    fn new() -> Self {
        Self {
            terminal: std::io::stderr().is_terminal(),
            shown: None,
        }
    }

    fn show(&mut self, text: &str) {
        let pause = Duration::from_millis(if self.terminal { 50 } else { 10_000 });
        if self.shown.is_some_and(|time| time.elapsed() < pause) {
            return;
        }
        self.shown = Some(Instant::now());
        let short: String = text.chars().take(70).collect();
        let (start, end) = if self.terminal {
            ("\r\x1b[K", "")
        } else {
            ("", "\n")
        };
        let mut stderr = std::io::stderr();
        // Progress that cannot be shown is no reason to stop.
        let _ = write!(stderr, "{start}      {short}{end}").and_then(|()| stderr.flush());
    }

    fn clear(&self) {
        if self.terminal && self.shown.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_run_adds_is_taken_away_and_the_rest_stays() {
        for name in ["CARGO", "CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"] {
            assert!(belongs_to_cargo_run(name), "{name}");
        }
        for name in [
            "CARGO_HOME",
            "CARGO_TARGET_DIR",
            "CARGO_BUILD_JOBS",
            "PATH",
            "RUSTUP_HOME",
        ] {
            assert!(!belongs_to_cargo_run(name), "{name}");
        }
    }

    #[test]
    fn a_failing_program_is_quoted() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; exit 3"]);
        let text = run("The test program", &mut command, |_| None)
            .unwrap_err()
            .to_string();
        assert!(text.starts_with("The test program failed"), "{text}");
        assert!(
            text.contains("one") && text.contains("two") && text.contains('3'),
            "{text}"
        );
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error_and_no_panic() {
        let mut command = Command::new("no-such-program-anywhere");
        assert!(run("It", &mut command, |_| None).is_err());
        assert!(run_visibly("It", &mut command).is_err());
        assert_eq!(answer(&mut command), None);
    }
}
