//! One kernel with a clock.

use std::time::{Duration, Instant, SystemTime};

use chainrule_error::{Error, ErrorKind, Result};
use jupyter_protocol::{JupyterMessageContent, Stdio};

use super::{Bench, cells};
use crate::run::client::{Kernel, Stop};
use crate::run::control::Control;
use crate::run::kernelspec;

/// How long a kernel may take to answer at all.
const START: Duration = Duration::from_secs(120);
/// How long a cell may take; the first one of a session may compile libraries.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// A running kernel.
pub(super) struct Session {
    pub(super) kernel: Kernel,
    name: String,
    begun: Instant,
}

/// What a cell that went well did.
pub(super) struct Ran {
    /// From the request to the last of reply and *idle*.
    pub(super) seconds: f64,
    /// What it showed.
    pub(super) seen: Vec<Seen>,
}

/// Something that a cell showed.
pub(super) struct Seen {
    /// Since the start of the session.
    pub(super) since_start: f64,
    pub(super) when: SystemTime,
    pub(super) content: JupyterMessageContent,
}

impl Session {
    /// Starts a kernel and waits until it answers.
    pub(super) async fn start(bench: &Bench, name: &str) -> Result<Self> {
        let spec = kernelspec::find(name, &bench.specs)?;
        let begun = Instant::now();
        let kernel = Kernel::start(&spec, &bench.folder, START, &bench.interrupt).await?;
        Ok(Self {
            kernel,
            name: name.to_owned(),
            begun,
        })
    }

    /// Since the kernel's process was started.
    pub(super) fn since_start(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// Runs the notebooks' first cell.
    pub(super) async fn head(&mut self) -> Result<Ran> {
        self.run(cells::HEAD).await
    }

    /// Runs a cell that must go well.
    pub(super) async fn run(&mut self, code: &str) -> Result<Ran> {
        let (ran, error) = self.run_anyhow(code, || {}).await?;
        match error {
            Some(why) => Err(self.failed(code).why(why)),
            None => Ok(ran),
        }
    }

    /// Runs a cell, with what went wrong in it. `shown` is called whenever it shows something.
    pub(super) async fn run_anyhow(
        &mut self,
        code: &str,
        mut shown: impl FnMut(),
    ) -> Result<(Ran, Option<String>)> {
        let mut seen = Vec::new();
        let (start, begun) = (Instant::now(), self.begun);
        let answer = self.kernel.execute(code, Some(LIMIT), |own, content| {
            if own && !matches!(content, JupyterMessageContent::ExecuteInput(_)) {
                shown();
                seen.push(Seen {
                    since_start: begun.elapsed().as_secs_f64(),
                    when: SystemTime::now(),
                    content,
                });
            }
        });
        let answer = answer.await;
        let seconds = start.elapsed().as_secs_f64();
        let answer = answer.map_err(|stop| self.failed(code).why(words(stop)))?;
        // Stock evcxr answers *ok* to a panic and to an error of `?`, and says so on stderr.
        let stderr: String = seen.iter().filter_map(Seen::stderr).collect();
        let trouble = answer.error.map(|error| error.evalue).or_else(|| {
            let told = self.kernel.implementation().starts_with("evcxr") && !stderr.is_empty();
            (!answer.ok || told).then_some(stderr)
        });
        Ok((Ran { seconds, seen }, trouble))
    }

    /// The way to press stop.
    pub(super) async fn control(&self) -> Result<Control> {
        let control = self.kernel.control().await;
        control.map_err(|stop| self.failed("stop").why(words(stop)))
    }

    /// Asks for completions at the end of the code: how long it took, and how many there were.
    pub(super) async fn complete(&mut self, code: &str) -> Result<(f64, usize)> {
        let request = jupyter_protocol::CompleteRequest {
            code: code.to_owned(),
            cursor_pos: code.chars().count(),
        };
        let start = Instant::now();
        let answer = self.kernel.ask(request).await;
        match answer.map_err(|stop| self.failed(code).why(words(stop)))? {
            JupyterMessageContent::CompleteReply(reply) => {
                Ok((start.elapsed().as_secs_f64(), reply.matches.len()))
            }
            _ => Err(self.failed(code).why("the reply is of another kind")),
        }
    }

    /// Ends the kernel.
    pub(super) async fn end(self) {
        self.kernel.end().await;
    }

    fn failed(&self, code: &str) -> Error {
        let place = format!("the kernel \"{}\" failed over a cell", self.name);
        Error::new(ErrorKind::Environment, place).got(code.to_owned())
    }
}

impl Seen {
    /// Text on standard output.
    pub(super) fn stdout(&self) -> Option<&str> {
        self.stream(|name| matches!(name, Stdio::Stdout))
    }

    fn stderr(&self) -> Option<&str> {
        self.stream(|name| matches!(name, Stdio::Stderr))
    }

    fn stream(&self, is_wanted: fn(&Stdio) -> bool) -> Option<&str> {
        match &self.content {
            JupyterMessageContent::StreamContent(stream) if is_wanted(&stream.name) => {
                Some(&stream.text)
            }
            _ => None,
        }
    }

    /// Whether it is something to look at.
    pub(super) fn is_display(&self) -> bool {
        matches!(
            self.content,
            JupyterMessageContent::DisplayData(_) | JupyterMessageContent::ExecuteResult(_)
        )
    }

    /// Whether it has a picture in it.
    pub(super) fn is_picture(&self) -> bool {
        let data = match &self.content {
            JupyterMessageContent::DisplayData(display) => &display.data,
            JupyterMessageContent::UpdateDisplayData(update) => &update.data,
            JupyterMessageContent::ExecuteResult(result) => &result.data,
            _ => return false,
        };
        serde_json::to_string(data).is_ok_and(|text| text.contains("image/png"))
    }
}

fn words(stop: Stop) -> String {
    match stop {
        Stop::Died(why) | Stop::Garbled(why) => why,
        Stop::TooLong(limit) => format!("it took longer than {} s", limit.as_secs()),
        Stop::Interrupted => "interrupted".to_owned(),
    }
}
