//! evcxr on a thread of its own: everything that needs its context waits in one queue.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use evcxr::{CommandContext, EvalCallbacks, EvalContext};

use crate::link::Link;
use crate::settings::{START, Settings, child};
use crate::stage::{Happening, Stage, lock};
use crate::warm;

/// Variables with their types, by name.
pub(crate) type Variables = std::collections::BTreeMap<String, String>;

/// What came of a cell.
#[derive(Default)]
pub(crate) struct Report {
    /// What evcxr shows for its commands, or why it failed.
    pub(crate) result: Option<Result<evcxr::EvalOutputs, evcxr::Error>>,
    /// evcxr itself panicked.
    pub(crate) broken: Option<String>,
    /// What was compiled last.
    pub(crate) source: String,
    /// The variables after the cell.
    pub(crate) variables: Variables,
}

impl Report {
    /// Whether the process that runs cells has ended, as evcxr noticed.
    pub(crate) fn has_ended(&self) -> bool {
        self.result.as_ref().is_some_and(has_ended)
    }
}

enum Job {
    Run(String),
    Complete(String, usize, SyncSender<Option<evcxr::Completions>>),
    Hover(String, usize, SyncSender<Option<(String, String)>>),
}

/// How far the start has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Still at it.
    Waiting,
    /// Cells can run.
    Ready,
    /// No cell will ever run.
    Failed(String),
}

/// The queue to evcxr.
pub(crate) struct Engine {
    jobs: Mutex<Sender<Job>>,
    start: Arc<(Mutex<Start>, Condvar)>,
    stage: Arc<Stage>,
}

impl Engine {
    /// Begins to start evcxr and returns at once.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub(crate) fn start(
        settings: &Settings,
        link: &Arc<Link>,
        stage: &Arc<Stage>,
    ) -> std::io::Result<Self> {
        let (jobs, queue) = channel();
        let start = Arc::new((Mutex::new(Start::Waiting), Condvar::new()));
        let worker = Worker {
            settings: settings.clone(),
            link: Arc::clone(link),
            stage: Arc::clone(stage),
            start: Arc::clone(&start),
        };
        thread::Builder::new()
            .name("evcxr".to_owned())
            // rust-analyzer recurses deeply into types.
            .stack_size(64 << 20)
            .spawn(move || worker.work(&queue))?;
        Ok(Self {
            jobs: Mutex::new(jobs),
            start,
            stage: Arc::clone(stage),
        })
    }

    /// How far the start has come, after at most `limit`.
    pub(crate) fn started(&self, limit: Duration) -> Start {
        let (state, changed) = &*self.start;
        let waiting = |state: &mut Start| *state == Start::Waiting;
        let (state, _) = changed
            .wait_timeout_while(lock(state), limit, waiting)
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        state.clone()
    }

    /// Queues a cell; its end comes to the stage.
    pub(crate) fn run(&self, code: String) {
        if lock(&self.jobs).send(Job::Run(code)).is_err() {
            let report = Report {
                broken: Some("its thread has ended".to_owned()),
                ..Report::default()
            };
            self.stage.tell(Happening::Finished(Box::new(report)));
        }
    }

    /// Asks for completions; none if evcxr is busy for longer than `limit`.
    pub(crate) fn complete(
        &self,
        code: &str,
        cursor: usize,
        limit: Duration,
    ) -> Option<evcxr::Completions> {
        let (answer, receiver) = sync_channel(1);
        lock(&self.jobs)
            .send(Job::Complete(code.to_owned(), cursor, answer))
            .ok()?;
        receiver.recv_timeout(limit).ok()?
    }

    /// Asks for the documentation of what stands before `cursor`, as text and HTML.
    pub(crate) fn hover(
        &self,
        code: &str,
        cursor: usize,
        limit: Duration,
    ) -> Option<(String, String)> {
        let (answer, receiver) = sync_channel(1);
        lock(&self.jobs)
            .send(Job::Hover(code.to_owned(), cursor, answer))
            .ok()?;
        receiver.recv_timeout(limit).ok()?
    }
}

struct Worker {
    settings: Settings,
    link: Arc<Link>,
    stage: Arc<Stage>,
    start: Arc<(Mutex<Start>, Condvar)>,
}

impl Worker {
    fn work(&self, queue: &Receiver<Job>) {
        let mut context = match self.context() {
            Ok(context) => context,
            Err(error) => {
                self.tell_start(Start::Failed(error));
                for job in queue {
                    if let Job::Run(_) = job {
                        self.finished(Report::default());
                    }
                }
                return;
            }
        };
        self.tell_start(Start::Ready);
        let mut tasks = warm::TASKS.iter();
        loop {
            // Whatever is asked for comes before what makes later cells quicker.
            let job = match tasks.as_slice().first() {
                Some(_) => queue.recv_timeout(Duration::from_millis(20)),
                None => queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match job {
                Ok(job) => self.perform(&mut context, job),
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(task) = tasks.next() {
                        let run = || drop(context.completions(task, task.len()));
                        let _ = catch_unwind(AssertUnwindSafe(run));
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn tell_start(&self, start: Start) {
        let (state, changed) = &*self.start;
        *lock(state) = start;
        changed.notify_all();
    }

    fn context(&self) -> Result<CommandContext, String> {
        let made = catch_unwind(AssertUnwindSafe(|| new_context(&self.settings, &self.link)));
        made.unwrap_or_else(|panic| Err(words(&*panic)))
    }

    fn perform(&self, context: &mut CommandContext, job: Job) {
        match job {
            Job::Run(code) => {
                let report = self.run(context, &code);
                let has_crashed = report.has_ended();
                let is_broken = report.broken.is_some();
                if is_broken || has_crashed {
                    // Before its end is told: the next cell has to find it so.
                    self.tell_start(Start::Waiting);
                }
                self.finished(report);
                if is_broken {
                    self.begin_again(context);
                } else if has_crashed {
                    prepare(context);
                    self.tell_start(Start::Ready);
                }
            }
            Job::Complete(code, cursor, answer) => {
                let ask = || context.completions(&code, cursor).ok();
                let found = catch_unwind(AssertUnwindSafe(ask)).unwrap_or(None);
                let _ = answer.try_send(found);
            }
            Job::Hover(code, cursor, answer) => {
                let ask = || context.hover_at(&code, cursor).ok();
                let found = catch_unwind(AssertUnwindSafe(ask)).unwrap_or(None);
                let _ = answer.try_send(found);
            }
        }
    }

    /// After evcxr has panicked nothing of its context can be relied on.
    fn begin_again(&self, context: &mut CommandContext) {
        match self.context() {
            Ok(fresh) => {
                *context = fresh;
                self.tell_start(Start::Ready);
            }
            Err(error) => self.tell_start(Start::Failed(error)),
        }
    }

    fn run(&self, context: &mut CommandContext, code: &str) -> Report {
        let stage = Arc::clone(&self.stage);
        let result = catch_unwind(AssertUnwindSafe(|| {
            context.execute_with_callbacks(
                code,
                &mut EvalCallbacks {
                    input_reader: &|request| {
                        let (answer, receiver) = sync_channel(1);
                        stage.tell(Happening::Ask {
                            prompt: request.prompt.clone(),
                            password: request.is_password,
                            answer,
                        });
                        receiver.recv().unwrap_or_default()
                    },
                },
            )
        }));
        let source = context.last_source().unwrap_or_default();
        let variables = context
            .variables_and_types()
            .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
            .collect();
        let (result, broken) = match result {
            Ok(result) => (Some(result), None),
            Err(panic) => (None, Some(words(&*panic))),
        };
        Report {
            result,
            broken,
            source,
            variables,
        }
    }

    fn finished(&self, report: Report) {
        self.stage.tell(Happening::Finished(Box::new(report)));
    }
}

/// Prepares a new process as the first one was, once more if something came between.
fn prepare(context: &mut CommandContext) {
    for _ in 0..2 {
        let run = || context.execute(START).is_ok();
        if catch_unwind(AssertUnwindSafe(run)).unwrap_or(false) {
            return;
        }
    }
}

fn has_ended(result: &Result<evcxr::EvalOutputs, evcxr::Error>) -> bool {
    matches!(result, Err(evcxr::Error::SubprocessTerminated(_)))
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it panicked".to_owned())
}

/// evcxr with the prelude loaded.
pub(crate) fn new_context(settings: &Settings, link: &Link) -> Result<CommandContext, String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let (adopt, library) = (link.adopt_socket(), link.library_socket());
    let command = child(&settings.program, &adopt, &library);
    let (context, outputs) =
        EvalContext::with_subprocess_command(command).map_err(|error| words(&error))?;
    // The relay takes all there is, but what is read by nobody would stop the cell.
    for stream in [outputs.stdout, outputs.stderr] {
        thread::spawn(move || stream.into_iter().for_each(drop));
    }
    let mut context = CommandContext::with_eval_context(context);
    let prelude = settings.prelude();
    match context.execute(&prelude) {
        Ok(_) => Ok(context),
        Err(evcxr::Error::CompilationErrors(errors)) => {
            let texts: Vec<_> = errors
                .iter()
                .map(evcxr::CompilationError::rendered)
                .collect();
            Err(texts.join("\n"))
        }
        Err(error) => Err(words(&error)),
    }
}
