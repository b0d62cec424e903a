//! `!command`: a line for the shell, its output shown as it comes.

use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use chainrule_jupyter::{Failure, Host, Output};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::child::whole_characters;
use crate::settings::users_own;
use crate::stage::lock;

/// The shell command that runs, if one does.
#[derive(Default)]
pub(crate) struct Shell(Mutex<Option<Pid>>);

impl Shell {
    /// Runs a command in `folder`.
    ///
    /// # Errors
    /// The command fails.
    pub(crate) fn run(&self, line: &str, folder: &Path, host: &dyn Host) -> Result<(), Failure> {
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .current_dir(folder)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        users_own(&mut command);
        let status = self.stream(command, host);
        *lock(&self.0) = None;
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(failed(line, &status.to_string())),
            Err(error) => Err(failed(line, &error.to_string())),
        }
    }

    fn stream(&self, mut command: Command, host: &dyn Host) -> std::io::Result<ExitStatus> {
        let mut child = command.spawn()?;
        *lock(&self.0) = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let (sender, receiver) = sync_channel(64);
        thread::scope(|scope| {
            if let Some(out) = child.stdout.take() {
                let sender = sender.clone();
                scope.spawn(move || pass(out, &sender, Output::Stdout));
            }
            if let Some(err) = child.stderr.take() {
                let sender = sender.clone();
                scope.spawn(move || pass(err, &sender, Output::Stderr));
            }
            drop(sender);
            receiver.iter().for_each(|output| host.send(output));
        });
        child.wait()
    }

    /// Asks the command to end. False if none runs.
    pub(crate) fn interrupt(&self) -> bool {
        self.signal(Signal::INT)
    }

    /// Ends the command.
    pub(crate) fn kill(&self) {
        self.signal(Signal::KILL);
    }

    fn signal(&self, signal: Signal) -> bool {
        lock(&self.0).is_some_and(|id| kill_process_group(id, signal).is_ok())
    }
}

/// Hands a stream on, never half a character.
fn pass(mut stream: impl Read, sender: &SyncSender<Output>, output: fn(String) -> Output) {
    let mut rest = Vec::new();
    let mut buffer = [0; 1 << 14];
    loop {
        let length = stream.read(&mut buffer).unwrap_or(0);
        rest.extend_from_slice(&buffer[..length]);
        let whole = if length == 0 {
            rest.len()
        } else {
            whole_characters(&rest)
        };
        let bytes: Vec<u8> = rest.drain(..whole).collect();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if (!text.is_empty() && sender.send(output(text)).is_err()) || length == 0 {
            return;
        }
    }
}

fn failed(line: &str, how: &str) -> Failure {
    let value = format!("`{line}` ended with {how}");
    Failure {
        name: "ShellError".to_owned(),
        traceback: vec![format!("ShellError: {value}")],
        value,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[derive(Default)]
    struct Log(Mutex<String>);

    impl Host for Log {
        fn send(&self, output: Output) {
            if let Output::Stdout(text) | Output::Stderr(text) = output {
                lock(&self.0).push_str(&text);
            }
        }
        fn input(&self, _: &str, _: bool) -> Option<String> {
            None
        }
        fn end_input(&self) {}
    }

    #[test]
    fn output_of_both_streams_comes_and_a_failure_is_told() {
        let (shell, log) = (Shell::default(), Log::default());
        shell
            .run("printf 'é\\n'; echo b >&2", Path::new("/"), &log)
            .unwrap();
        let mut lines: Vec<_> = lock(&log.0).lines().map(str::to_owned).collect();
        lines.sort();
        assert_eq!(lines, ["b", "é"]);
        let failure = shell.run("exit 3", Path::new("/"), &log).unwrap_err();
        assert!(
            failure.value.contains("exit status: 3"),
            "{}",
            failure.value
        );
    }

    #[test]
    fn a_command_that_runs_for_long_can_be_stopped() {
        let (shell, log) = (Shell::default(), Log::default());
        let started = Instant::now();
        thread::scope(|scope| {
            scope.spawn(|| {
                while !shell.interrupt() {
                    thread::sleep(Duration::from_millis(5));
                }
            });
            let line = "exec sleep 60";
            assert!(shell.run(line, Path::new("/"), &log).is_err());
        });
        assert!(started.elapsed() < Duration::from_secs(30));
        assert!(!shell.interrupt());
    }
}
