//! Running one cell, and what the front ends hear of it.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::evaluator::{Cell, Failure, Outcome};
use crate::kernel::{Kernel, words};
use crate::lock;
use crate::message::{Request, refusal};
use crate::outputs::CellHost;
use crate::queue::Job;

/// How long a failed cell took at least: requests that were sent together with it have arrived by
/// then, and are aborted with the others.
const ARRIVAL: Duration = Duration::from_millis(50);

impl Kernel {
    /// Runs cells until the kernel ends. For a thread of its own.
    pub(crate) fn run_cells(&self) {
        while let Some(job) = self.queue.next() {
            let aborted = self.run(&job);
            for job in aborted {
                self.abort(&job);
            }
        }
    }

    /// Runs a cell, and returns those that are not to be run because it failed.
    fn run(&self, Job { request, replies }: &Job) -> VecDeque<Job> {
        let start = Instant::now();
        self.publisher.busy(request);
        let silent = request.flag("silent", false);
        let Some(code) = request.text("code") else {
            let content = refusal("BadRequest", "the request to run a cell holds no code");
            replies.send(request.reply(content));
            self.publisher.idle(request);
            return VecDeque::new();
        };
        let counts = request.flag("store_history", true) && !silent;
        let number = self.count.load(Ordering::SeqCst) + 1;
        if !silent {
            let input = json!({ "code": code, "execution_count": number });
            self.publisher.send(request, "execute_input", input);
        }
        let outcome = if code.trim().is_empty() {
            Outcome::Done
        } else {
            if counts {
                self.count.store(number, Ordering::SeqCst);
                lock(&self.history).push(number, code);
            }
            let questions = request
                .flag("allow_stdin", false)
                .then_some(&self.questions);
            let host = CellHost::new(self, request, number, silent, questions);
            let cell = Cell {
                code: code.to_owned(),
                silent,
                store_history: counts,
                number,
                allow_stdin: questions.is_some(),
                id: request.metadata("cellId").map(str::to_owned),
            };
            let outcome = catch_unwind(AssertUnwindSafe(|| self.evaluator.execute(cell, &host)))
                .unwrap_or_else(|panic| Outcome::Failed(internal(&words(&*panic))));
            let value = host.finish();
            if counts {
                lock(&self.history).set_output(value);
            }
            outcome
        };
        self.answer(request, replies, start, silent, outcome)
    }

    fn answer(
        &self,
        request: &Arc<Request>,
        replies: &crate::replies::Replies,
        start: Instant,
        silent: bool,
        outcome: Outcome,
    ) -> VecDeque<Job> {
        let mut aborted = VecDeque::new();
        let mut content = json!({
            "status": "ok",
            "execution_count": self.count.load(Ordering::SeqCst),
            "payload": [],
            "user_expressions": {},
        });
        if let Outcome::Failed(failure) = outcome {
            let error = json!({
                "ename": failure.name,
                "evalue": failure.value,
                "traceback": failure.traceback,
            });
            content["status"] = "error".into();
            for part in ["ename", "evalue", "traceback"] {
                content[part] = error[part].clone();
            }
            if !silent {
                self.publisher.send(request, "error", error);
            }
            if !silent && request.flag("stop_on_error", true) {
                std::thread::sleep(ARRIVAL.saturating_sub(start.elapsed()));
                // Before the answer: what is asked for by someone who has seen it is run.
                aborted = self.queue.take_all();
            }
        }
        let metadata = json!({ "started": timestamp(request, start) });
        replies.send(request.reply(content).with_metadata(metadata));
        self.publisher.idle(request);
        aborted
    }

    /// Answers a cell that is not run, since one before it failed.
    fn abort(&self, Job { request, replies }: &Job) {
        self.publisher.busy(request);
        let content = json!({
            "status": "aborted",
            "execution_count": self.count.load(Ordering::SeqCst),
        });
        replies.send(request.reply(content));
        self.publisher.idle(request);
    }
}

/// When the cell began, as the protocol writes times; front ends compute from it how long it took.
fn timestamp(request: &Request, start: Instant) -> Value {
    let now = request.reply(Value::Null).header.date;
    json!(now - start.elapsed())
}

fn internal(text: &str) -> Failure {
    let value = format!("the kernel failed while it ran the cell: {text}");
    Failure {
        name: "InternalError".to_owned(),
        traceback: vec![value.clone(), "please report this".to_owned()],
        value,
    }
}
