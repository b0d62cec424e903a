//! One contender as a process: a request a line, an answer a line, both JSON.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use chainrule_error::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use crate::places::cannot;

/// How long a contender may be silent: the slowest epoch of the slowest peer takes minutes.
const PATIENCE: Duration = Duration::from_secs(30 * 60);
/// How many of the last lines of its log are quoted when it fails.
const QUOTED: usize = 12;

/// A running contender.
#[derive(Debug)]
pub(super) struct Process {
    name: String,
    child: Child,
    requests: Option<ChildStdin>,
    answers: Receiver<String>,
    log: PathBuf,
    patience: Duration,
    /// What it says of itself: versions, precision, threads.
    pub(super) detail: String,
}

impl Process {
    /// Starts a program and reads its first line. What it writes to standard error goes to `log`.
    pub(super) fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        let file = log
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| File::create(log))
            .map_err(|cause| cannot("write", log, cause))?;
        let started = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn();
        let what = || Error::new(ErrorKind::Environment, format!("{name} does not start"));
        let mut child = started.map_err(|cause| what().source(cause))?;
        let (sender, answers) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || {
                let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
                lines.all(|line| sender.send(line).is_ok())
            });
        }
        let mut process = Self {
            name: name.to_owned(),
            requests: child.stdin.take(),
            child,
            answers,
            log: log.to_owned(),
            patience: PATIENCE,
            detail: String::new(),
        };
        let hello = process.answer("starting")?;
        process.detail = hello["detail"].as_str().unwrap_or_default().to_owned();
        Ok(process)
    }

    /// Asks for something and waits for the answer.
    pub(super) fn ask(&mut self, what: &str, mut request: Value) -> Result<Value> {
        request["do"] = what.into();
        let line = format!("{request}\n");
        if let Some(requests) = &mut self.requests {
            // Whether it still lives is seen by its answer.
            let _ = requests
                .write_all(line.as_bytes())
                .and_then(|()| requests.flush());
        }
        self.answer(what)
    }

    /// Loads a workload.
    pub(super) fn load(&mut self, workload: &Value) -> Result<()> {
        self.ask("load", json!({"workload": workload})).map(|_| ())
    }

    /// Trains for about so many seconds: samples per second.
    pub(super) fn train(&mut self, seconds: f64) -> Result<f64> {
        let answer = self.ask("train", json!({"seconds": seconds}))?;
        let (samples, seconds) = (
            self.number(&answer, "samples")?,
            self.number(&answer, "seconds")?,
        );
        Ok(samples / seconds)
    }

    /// Asks for something that takes time: its seconds.
    pub(super) fn seconds(&mut self, what: &str, request: Value) -> Result<f64> {
        let answer = self.ask(what, request)?;
        self.number(&answer, "seconds")
    }

    /// A number of an answer.
    pub(super) fn number(&self, answer: &Value, key: &str) -> Result<f64> {
        let number = answer[key].as_f64().filter(|number| number.is_finite());
        let what = || {
            Error::new(
                ErrorKind::Value,
                format!("{} answered without {key}", self.name),
            )
            .got(answer.to_string())
        };
        number.ok_or_else(what)
    }

    /// The most memory that it has held, in MB of 10⁶ bytes, where the system tells.
    pub(super) fn peak_memory(&self) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        peak(&status)
    }

    fn answer(&mut self, to: &str) -> Result<Value> {
        let line = match self.answers.recv_timeout(self.patience) {
            Ok(line) => line,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let seconds = self.patience.as_secs();
                let why = format!("no answer for {seconds} s; the process was ended");
                let _ = self.child.kill();
                return Err(self.failed(to).why(why));
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                let status = self.child.wait().map(|status| status.to_string());
                let status = status.unwrap_or_else(|error| error.to_string());
                return Err(self.failed(to).got(status).why(last_lines(&self.log)));
            }
        };
        let answer: Value = serde_json::from_str(&line)
            .map_err(|error| self.failed(to).got(line.clone()).source(error))?;
        match answer["error"].as_str() {
            Some(error) => Err(self.failed(to).why(error.to_owned())),
            None => Ok(answer),
        }
    }

    fn failed(&self, what: &str) -> Error {
        let place = format!("{} failed: {what}", self.name);
        Error::new(ErrorKind::Environment, place)
    }
}

impl Drop for Process {
    /// Without requests a contender ends by itself; one that hangs is ended.
    fn drop(&mut self) {
        drop(self.requests.take());
        for _ in 0..50 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The kernel's count of the most memory a process ever held, in MB.
fn peak(status: &str) -> Option<f64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    let from = lines.len().saturating_sub(QUOTED);
    match lines.is_empty() {
        true => "it said nothing".to_owned(),
        false => lines[from..].join("\n"),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    /// A contender that is a line of the shell.
    fn shell(script: &str) -> (tempfile::TempDir, Result<Process>) {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let process = Process::start("The peer", &mut command, &folder.path().join("log"));
        (folder, process)
    }

    #[test]
    fn requests_are_answered_in_turn() {
        let script = r#"echo '{"name": "x", "detail": "x 1"}'; while read line; do
            case "$line" in *train*) echo '{"samples": 300, "seconds": 1.5}';; *) echo "$line";; esac; done"#;
        let (_folder, process) = shell(script);
        let mut process = process.unwrap();
        assert_eq!(process.detail, "x 1");
        assert_eq!(process.train(1.0).unwrap(), 200.0);
        let echoed = process.ask("epoch", json!({"seed": 3})).unwrap();
        assert_eq!(echoed, json!({"seed": 3, "do": "epoch"}));
        assert!(process.seconds("epoch", json!({})).is_err());
        if cfg!(target_os = "linux") {
            assert!(process.peak_memory() > Some(0.1));
        }
    }

    #[test]
    fn an_error_is_told_with_the_name_and_the_next_request_works() {
        let script =
            r#"echo '{}'; read a; echo '{"error": "out of ideas"}'; read b; echo '{}'; read c"#;
        let (_folder, process) = shell(script);
        let mut process = process.unwrap();
        let error = process.load(&json!({})).unwrap_err().to_string();
        assert!(
            error.contains("The peer failed: load") && error.contains("out of ideas"),
            "{error}"
        );
        process.load(&json!({})).unwrap();
    }

    #[test]
    fn a_death_quotes_the_last_words() {
        let (_folder, process) = shell("echo 'no module named x' >&2; exit 3");
        let error = process.unwrap_err().to_string();
        assert!(
            error.contains("no module named x") && error.contains('3'),
            "{error}"
        );
        let (_folder, process) = shell("echo nonsense; read a");
        assert!(process.unwrap_err().to_string().contains("nonsense"));
    }

    #[test]
    fn one_that_hangs_is_ended() {
        let (_folder, process) = shell("echo '{}'; sleep 100");
        let mut process = process.unwrap();
        process.patience = Duration::from_millis(100);
        let error = process.train(1.0).unwrap_err().to_string();
        assert!(error.contains("the process was ended"), "{error}");
    }

    #[test]
    fn peak_memory_is_read_from_the_systems_words() {
        assert_eq!(
            peak("Name:\tx\nVmHWM:\t    1000 kB\nVmRSS: 1 kB\n"),
            Some(1.024)
        );
        assert_eq!(peak("Name: x"), None);
    }
}
