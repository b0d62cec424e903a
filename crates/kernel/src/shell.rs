//! `!command`: a line for the shell, its output shown as it comes.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use chainrule_jupyter::{Failure, Output};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::child::{end_with_the_kernel, whole_characters};
use crate::stage::lock;

/// Once the shell has ended, its output is complete when nothing has come for so long. What it left
/// in the background may hold the pipes for ever.
const QUIET: Duration = Duration::from_millis(150);
/// So much may still be on its way then: what both pipes and the queue can hold.
const ON_ITS_WAY: usize = 2 << 20;

/// The shell command that runs, if one does.
#[derive(Default)]
pub(crate) struct Shell(Mutex<Option<Pid>>);

enum News {
    Output(Output),
    Ended(io::Result<ExitStatus>),
}

impl Shell {
    /// Runs the command that stands for `line`.
    ///
    /// # Errors
    /// The command fails.
    pub(crate) fn run(
        &self,
        command: Command,
        line: &str,
        show: &mut dyn FnMut(Output),
    ) -> Result<(), Failure> {
        let status = self.stream(command, show);
        *lock(&self.0) = None;
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(failed(line, &status.to_string())),
            Err(error) => Err(failed(line, &error.to_string())),
        }
    }

    fn stream(&self, mut command: Command, show: &mut dyn FnMut(Output)) -> io::Result<ExitStatus> {
        command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        *lock(&self.0) = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let (sender, receiver) = sync_channel(64);
        if let Some(out) = child.stdout.take() {
            let sender = sender.clone();
            thread::Builder::new().spawn(move || pass(out, &sender, Output::Stdout))?;
        }
        if let Some(err) = child.stderr.take() {
            let sender = sender.clone();
            thread::Builder::new().spawn(move || pass(err, &sender, Output::Stderr))?;
        }
        // If nobody listens any more the cell has ended.
        let wait = move || drop(sender.send(News::Ended(child.wait())));
        thread::Builder::new().spawn(wait)?;
        let (mut status, mut left) = (None, ON_ITS_WAY);
        while left > 0 {
            let news = match status {
                None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(_) => receiver.recv_timeout(QUIET),
            };
            match news {
                Ok(News::Ended(how)) => status = Some(how),
                Ok(News::Output(output)) => {
                    if let (Some(_), Output::Stdout(text) | Output::Stderr(text)) =
                        (&status, &output)
                    {
                        left = left.saturating_sub(text.len());
                    }
                    show(output);
                }
                Err(_) => break,
            }
        }
        status.unwrap_or_else(|| Err(io::Error::other("its end was not seen")))
    }

    /// Asks the command to end. False if none runs.
    pub(crate) fn interrupt(&self) -> bool {
        self.signal(Signal::INT)
    }

    /// Ends the command. False if none runs.
    pub(crate) fn kill(&self) -> bool {
        self.signal(Signal::KILL)
    }

    fn signal(&self, signal: Signal) -> bool {
        lock(&self.0).is_some_and(|id| kill_process_group(id, signal).is_ok())
    }
}

/// Becomes the shell that runs `line`, which ends with the kernel that started it. Returns why it
/// cannot. A process of its own, since what is to happen between `fork` and `exec` needs `unsafe`.
pub fn become_shell(line: &OsStr) -> io::Error {
    end_with_the_kernel();
    hear_interrupts();
    Command::new("sh").arg("-c").arg(line).exec()
}

/// What a script has started in the background ignores interrupts, and so does all that it starts: a kernel,
/// and the lines that the stop button is to end.
#[expect(
    unsafe_code,
    reason = "nothing safe sets what a signal does, and a shell cannot undo that it is ignored"
)]
fn hear_interrupts() {
    // SAFETY: the default action is no handler, so nothing of this process is called.
    unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) };
}

/// Hands a stream on, never half a character. What comes when nobody listens any more is read all
/// the same: a program in the background must not end because it prints.
fn pass(mut stream: impl Read, sender: &SyncSender<News>, output: fn(String) -> Output) {
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
        if !text.is_empty() && sender.send(News::Output(output(text))).is_err() {
            let _ = io::copy(&mut stream, &mut io::sink());
            return;
        }
        if length == 0 {
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
    use std::time::Instant;

    use super::*;

    fn sh(line: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        command
    }

    fn run(shell: &Shell, line: &str) -> (Result<(), Failure>, String) {
        let mut shown = String::new();
        let ended = shell.run(sh(line), line, &mut |output| {
            if let Output::Stdout(text) | Output::Stderr(text) = output {
                shown.push_str(&text);
            }
        });
        (ended, shown)
    }

    #[test]
    fn output_of_both_streams_comes_and_a_failure_is_told() {
        let shell = Shell::default();
        let (ended, shown) = run(&shell, "printf 'é\\n'; echo b >&2");
        assert!(ended.is_ok());
        let mut lines: Vec<_> = shown.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, ["b", "é"]);
        let failure = run(&shell, "exit 3").0.unwrap_err();
        assert!(
            failure.value.contains("exit status: 3"),
            "{}",
            failure.value
        );
    }

    #[test]
    fn a_command_that_runs_for_long_can_be_stopped() {
        // Whoever runs this may ignore them.
        hear_interrupts();
        let shell = Shell::default();
        let started = Instant::now();
        thread::scope(|scope| {
            scope.spawn(|| {
                while !shell.interrupt() {
                    thread::sleep(Duration::from_millis(5));
                }
            });
            assert!(run(&shell, "exec sleep 60").0.is_err());
        });
        assert!(started.elapsed() < Duration::from_secs(30));
        assert!(!shell.interrupt() && !shell.kill());
    }

    #[test]
    fn what_is_left_in_the_background_is_not_waited_for() {
        let shell = Shell::default();
        let started = Instant::now();
        let (ended, shown) = run(&shell, "sleep 20 & echo up");
        assert!(ended.is_ok());
        assert_eq!(shown, "up\n");
        let (ended, shown) = run(&shell, "(while :; do echo y; done) & echo $!");
        assert!(ended.is_ok());
        assert!(started.elapsed() < Duration::from_secs(10));
        // It is not ended because nobody reads what it prints.
        let id = shown.lines().find(|line| *line != "y").unwrap();
        thread::sleep(Duration::from_millis(100));
        assert!(run(&shell, &format!("kill {id}")).0.is_ok());
    }

    #[test]
    fn all_that_a_command_prints_comes_before_its_end() {
        let (ended, shown) = run(&Shell::default(), "yes | head -c 3000000");
        assert!(ended.is_ok());
        assert_eq!(shown.len(), 3_000_000);
    }
}
