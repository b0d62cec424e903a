//! The kernel's life: sockets, threads, and their end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chainrule_error::{Error, ErrorKind, Result};
use jupyter_protocol::ConnectionInfo;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::evaluator::Evaluator;
use crate::history::History;
use crate::kernel::{Kernel, describe};
use crate::process;
use crate::publisher::Publisher;
use crate::queue::Queue;
use crate::replies::Replies;
use crate::sockets::{self, Sockets};
use crate::stdin::Stdin;
use crate::weight::Gauge;

/// How many completions and inspections are computed side by side.
const ASIDE: usize = 16;
/// Threads for those are kept: one that is there cannot fail to start when a cell has used up all
/// that the system allows.
const KEEP: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// How long the running cell may take to end, and the front ends to read the last words.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long a front end that can be asked may take to connect its stdin channel.
const GREETING: Duration = Duration::from_secs(1);
/// What the sockets need to hand the last bytes to the system.
const LINGER: Duration = Duration::from_millis(100);

/// What can be set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many bytes of text one cell may print; the rest is counted and not shown.
    pub text_limit: usize,
    /// How many bytes may wait for a front end to read them before a cell waits, too. More than
    /// 100 MB are of no use: the socket's own queue might overflow first, and lose some.
    pub unread_limit: usize,
    /// How long a cell waits for a front end that reads nothing.
    pub patience: Duration,
    /// Whether this process lives for the kernel alone: it ends with its parent and on SIGTERM,
    /// and takes Ctrl-C for an interrupt.
    pub own_process: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            text_limit: 10_000_000,
            unread_limit: 64_000_000,
            patience: Duration::from_secs(5),
            own_process: true,
        }
    }
}

/// Serves one kernel, until it is asked to end.
///
/// # Errors
/// The connection file is missing or wrong, a port is taken, or threads cannot be started.
pub fn serve(connection_file: &Path, evaluator: Arc<dyn Evaluator>) -> Result<()> {
    serve_with(connection_file, evaluator, Settings::default())
}

/// Like [`serve`], with settings.
///
/// # Errors
/// As for [`serve`].
pub fn serve_with(
    connection_file: &Path,
    evaluator: Arc<dyn Evaluator>,
    settings: Settings,
) -> Result<()> {
    let connection = crate::connection::read(connection_file)?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(ASIDE)
        .thread_keep_alive(KEEP)
        .enable_all()
        .build()
        .map_err(|error| no_thread("for its sockets", error))?;
    let outcome = live(&runtime, &connection, evaluator, settings);
    // Whatever is still computed for somebody is of no use any more.
    runtime.shutdown_background();
    outcome
}

fn live(
    runtime: &Runtime,
    connection: &ConnectionInfo,
    evaluator: Arc<dyn Evaluator>,
    settings: Settings,
) -> Result<()> {
    let session = uuid::Uuid::new_v4().to_string();
    let sockets = runtime.block_on(sockets::bind(connection, &session))?;
    let own_process = settings.own_process;
    let unsent = Gauge::default();
    let (kernel, presses) = {
        let _inside = runtime.enter();
        start(sockets, evaluator, settings, &unsent)
    };
    let (evaluator, stdin) = (Arc::clone(&kernel.evaluator), Arc::clone(&kernel.stdin));
    thread("interrupt", move || pass_on(&presses, &*evaluator, &stdin))?;
    let runner = Arc::clone(&kernel);
    let worker = thread("cells", move || runner.run_cells())?;
    kernel.publisher.starting();

    runtime.block_on(async {
        // Starts the first of the threads that are kept.
        tokio::task::spawn_blocking(|| {});
        if own_process {
            tokio::spawn(process::listen_for_ctrl_c(Arc::clone(&kernel)));
            tokio::select! {
                () = kernel.end.notified() => {}
                () = process::is_over() => {}
            }
        } else {
            kernel.end.notified().await;
        }
    });
    kernel.queue.close();
    kernel.stdin.close();
    let _ = catch_unwind(AssertUnwindSafe(|| kernel.evaluator.shutdown()));
    let end = Instant::now() + FAREWELL;
    while !worker.is_finished() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
    unsent.wait_below(0, FAREWELL);
    kernel.publisher.gauge().wait_below(0, FAREWELL);
    std::thread::sleep(LINGER);
    Ok(())
}

/// Puts a task behind each socket.
fn start(
    sockets: Sockets,
    evaluator: Arc<dyn Evaluator>,
    settings: Settings,
    unsent: &Gauge,
) -> (Arc<Kernel>, Receiver<()>) {
    let (shell_out, shell_in) = sockets.shell.split();
    let (control_out, control_in) = sockets.control.split();
    let (stdin_out, stdin_in) = sockets.stdin.split();
    let stdin = Arc::new(Stdin::default());
    let asking = Arc::clone(&stdin);
    // A question that does not reach its front end would wait for ever.
    let questions = Replies::start(stdin_out, unsent.clone(), GREETING, move || asking.cancel());
    let (presses, pressed) = channel();
    let kernel = Arc::new(Kernel {
        info: describe(&evaluator.info()),
        evaluator,
        settings,
        publisher: Publisher::start(sockets.iopub),
        queue: Queue::default(),
        stdin: Arc::clone(&stdin),
        questions,
        history: Mutex::new(History::default()),
        count: AtomicUsize::new(0),
        presses,
        end: Notify::new(),
    });
    for (outgoing, incoming) in [(shell_out, shell_in), (control_out, control_in)] {
        let replies = Replies::start(outgoing, unsent.clone(), Duration::ZERO, || {});
        let kernel = Arc::clone(&kernel);
        tokio::spawn(sockets::read(incoming, move |request| {
            kernel.handle(request, &replies);
        }));
    }
    tokio::spawn(sockets::read(stdin_in, move |reply| stdin.take(&reply)));
    tokio::spawn(sockets::echo(sockets.heartbeat));
    (kernel, pressed)
}

/// Interrupts from a thread of its own, so that no socket waits for it.
fn pass_on(presses: &Receiver<()>, evaluator: &dyn Evaluator, stdin: &Stdin) {
    while presses.recv().is_ok() {
        let _ = catch_unwind(AssertUnwindSafe(|| evaluator.interrupt()));
        // After that: a cell that only waited for a line could end, and the next one be hit.
        stdin.cancel();
    }
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(format!("jupyter {name}"))
        .spawn(work)
        .map_err(|error| no_thread(&format!("\"{name}\""), error))
}

fn no_thread(what: &str, error: std::io::Error) -> Error {
    Error::new(
        ErrorKind::Environment,
        format!("the kernel cannot start a thread {what}"),
    )
    .source(error)
}
