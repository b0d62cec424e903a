//! The client's side of the Jupyter protocol: one kernel, asked one thing at a time.

use std::path::Path;
use std::time::Duration;

use chainrule_error::{Error, ErrorKind, Result};
use jupyter_protocol::{
    ConnectionInfo, ErrorOutput, ExecuteRequest, ExecutionState, JupyterMessage,
    JupyterMessageContent, KernelInfoRequest, ReplyStatus,
};
use jupyter_zmq_client::{
    DealerSendConnection, RuntimeError, create_client_iopub_connection,
    create_client_shell_connection_with_identity, peer_identity_for_session,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::control::Control;
use super::interrupt::Interrupt;
use super::kernelspec::Kernelspec;
use super::listening;
use super::process::KernelProcess;

/// How often a kernel that is starting is asked whether it is ready.
const ASK_AGAIN: Duration = Duration::from_millis(500);
/// How long a kernel that was asked to end may take, and one that hung up to be gone.
const FAREWELL: Duration = Duration::from_secs(3);
/// How often a kernel that ends early is started.
const ATTEMPTS: u32 = 3;
/// Until when a kernel that is starting has reached its ports.
const EARLY: Duration = Duration::from_secs(5);

/// A kernel that answers.
pub(crate) struct Kernel {
    process: KernelProcess,
    connection: ConnectionInfo,
    session: String,
    shell: DealerSendConnection,
    inbox: UnboundedReceiver<Inbound>,
    implementation: String,
    ready: Duration,
    interrupt: Interrupt,
}

/// What a kernel answered to a request to run code.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Whether the kernel says that the code went well.
    pub(crate) ok: bool,
    /// The first error that it showed.
    pub(crate) error: Option<ErrorOutput>,
}

/// Why an answer will not come.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The kernel's process ended; what is known of it.
    Died(String),
    /// The cell took longer than allowed.
    TooLong(Duration),
    /// The user pressed Ctrl-C, or the system asked this program to end.
    Interrupted,
    /// A message that cannot be understood.
    Garbled(String),
}

enum Inbound {
    Shell(JupyterMessage),
    Iopub(JupyterMessage),
    Garbled(String),
    Closed,
}

impl Kernel {
    /// Starts a kernel and waits until it answers.
    ///
    /// # Errors
    /// It cannot be started, dies, does not answer within `limit`, or the user interrupts.
    pub(crate) async fn start(
        spec: &Kernelspec,
        work: &Path,
        limit: Duration,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let mut attempt = 1;
        loop {
            let start = Instant::now();
            match Self::try_start(spec, work, limit, interrupt).await {
                // A port that was free may have been taken before the kernel came to it.
                Ok(Err(_)) if attempt < ATTEMPTS && start.elapsed() < EARLY => attempt += 1,
                Ok(Err(why)) => {
                    let place = format!("the kernel \"{}\" did not start", spec.name);
                    return Err(Error::new(ErrorKind::Environment, place)
                        .why(why)
                        .hint("cargo lab doctor, then cargo lab setup"));
                }
                Ok(Ok(kernel)) => return Ok(kernel),
                Err(error) => return Err(error),
            }
        }
    }

    /// The inner error is a kernel that was started and did not come up.
    async fn try_start(
        spec: &Kernelspec,
        work: &Path,
        limit: Duration,
        interrupt: &Interrupt,
    ) -> Result<std::result::Result<Self, String>> {
        let begin = Instant::now();
        let (mut process, connection) = KernelProcess::start(spec, work).await?;
        let session = uuid::Uuid::new_v4().to_string();
        let why = tokio::select! {
            outcome = timeout(limit, connect(&connection, &session)) => match outcome {
                Ok(Ok(Connected { shell, inbox, implementation, answered })) => {
                    let (interrupt, ready) = (interrupt.clone(), answered - begin);
                    return Ok(Ok(Self {
                        process,
                        connection,
                        session,
                        shell,
                        inbox,
                        implementation,
                        ready,
                        interrupt,
                    }));
                }
                Ok(Err(error)) => end_or(&mut process, error.to_string()).await,
                Err(_) => format!("it gave no answer within {} s", limit.as_secs_f64()),
            },
            status = process.ended() => format!("its process ended ({status})"),
            () = interrupt.pressed() => {
                return Err(Error::new(ErrorKind::Io, "interrupted while the kernel was starting"));
            }
        };
        Ok(Err(with_last_words(why, &process)))
    }

    /// What the kernel calls its implementation, such as `evcxr_jupyter`.
    pub(crate) fn implementation(&self) -> &str {
        &self.implementation
    }

    /// How long it took from the start of its process to its first answer.
    pub(crate) fn ready(&self) -> Duration {
        self.ready
    }

    /// The number of its process, while it lives.
    pub(crate) fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// The way to stop a cell while [`execute`](Self::execute) waits for it.
    pub(crate) async fn control(&self) -> std::result::Result<Control, Stop> {
        let control = Control::open(&self.connection, &self.session).await;
        control.map_err(|error| Stop::Garbled(error.to_string()))
    }

    /// Asks for something that no cell has to run for, and waits for the reply.
    pub(crate) async fn ask(
        &mut self,
        request: impl Into<JupyterMessage>,
    ) -> std::result::Result<JupyterMessageContent, Stop> {
        let request = request.into();
        let id = request.header.msg_id.clone();
        if let Err(error) = self.shell.send(request).await {
            return Err(self.gone(error.to_string()).await);
        }
        loop {
            match self.inbox.recv().await.unwrap_or(Inbound::Closed) {
                Inbound::Shell(message) if is_answer_to(&message, &id) => {
                    return Ok(message.content);
                }
                Inbound::Closed => return Err(self.gone("it hung up".to_owned()).await),
                Inbound::Garbled(why) => return Err(Stop::Garbled(why)),
                Inbound::Shell(_) | Inbound::Iopub(_) => {}
            }
        }
    }

    /// Runs code and waits for the answer. Everything that the kernel shows meanwhile goes to
    /// `show`, with whether the kernel said that it belongs to this request.
    pub(crate) async fn execute(
        &mut self,
        code: &str,
        limit: Option<Duration>,
        mut show: impl FnMut(bool, JupyterMessageContent),
    ) -> std::result::Result<Answer, Stop> {
        let request = ExecuteRequest {
            allow_stdin: false,
            ..ExecuteRequest::new(code.to_owned())
        };
        let request: JupyterMessage = request.into();
        let id = request.header.msg_id.clone();
        let end = limit.map(|limit| Instant::now() + limit);
        if let Err(error) = self.shell.send(request).await {
            return Err(self.gone(error.to_string()).await);
        }
        let (mut ok, mut idle, mut error) = (None, false, None);
        loop {
            if let (Some(ok), true) = (ok, idle) {
                return Ok(Answer { ok, error });
            }
            let inbound = tokio::select! {
                inbound = self.inbox.recv() => inbound.unwrap_or(Inbound::Closed),
                status = self.process.ended() => {
                    let why = format!("its process ended ({status})");
                    return Err(Stop::Died(with_last_words(why, &self.process)));
                }
                () = until(end) => return Err(Stop::TooLong(limit.unwrap_or_default())),
                () = self.interrupt.pressed() => return Err(Stop::Interrupted),
            };
            match inbound {
                Inbound::Closed => return Err(self.gone("it hung up".to_owned()).await),
                Inbound::Garbled(why) => return Err(Stop::Garbled(why)),
                Inbound::Shell(message) => {
                    if is_answer_to(&message, &id)
                        && let JupyterMessageContent::ExecuteReply(reply) = message.content
                    {
                        ok = Some(reply.status == ReplyStatus::Ok);
                    }
                }
                Inbound::Iopub(message) => {
                    let own = is_answer_to(&message, &id);
                    match message.content {
                        JupyterMessageContent::Status(status) => {
                            idle |= own && status.execution_state == ExecutionState::Idle;
                        }
                        content => {
                            if let JupyterMessageContent::ErrorOutput(first) = &content {
                                error.get_or_insert_with(|| first.clone());
                            }
                            show(own, content);
                        }
                    }
                }
            }
        }
    }

    /// Takes in what still arrives, until nothing came for `quiet`.
    pub(super) async fn drain(
        &mut self,
        quiet: Duration,
        mut show: impl FnMut(bool, JupyterMessageContent),
    ) {
        while let Ok(Some(inbound)) = timeout(quiet, self.inbox.recv()).await {
            if let Inbound::Iopub(message) = inbound {
                show(false, message.content);
            }
        }
    }

    /// Asks the kernel to end, and ends it if it does not.
    pub(crate) async fn end(mut self) {
        let farewell = async {
            let mut control = Control::open(&self.connection, &self.session).await?;
            control.shut_down().await
        };
        let _ = timeout(FAREWELL, farewell).await;
        self.process.end_within(FAREWELL).await;
    }

    async fn gone(&mut self, why: String) -> Stop {
        let why = end_or(&mut self.process, why).await;
        Stop::Died(with_last_words(why, &self.process))
    }
}

/// What to say of a kernel whose connection failed: most often its process has just ended.
async fn end_or(process: &mut KernelProcess, why: String) -> String {
    match timeout(FAREWELL, process.ended()).await {
        Ok(status) => format!("its process ended ({status})"),
        Err(_) => why,
    }
}

/// What a kernel that answers is spoken to through.
struct Connected {
    shell: DealerSendConnection,
    inbox: UnboundedReceiver<Inbound>,
    implementation: String,
    answered: Instant,
}

/// Connects to both channels, and asks until the kernel has answered on both: a kernel publishes
/// to those who are listening already, and only its publishing shows that it knows of us.
async fn connect(
    connection: &ConnectionInfo,
    session: &str,
) -> std::result::Result<Connected, RuntimeError> {
    listening::wait(&[connection.shell_port, connection.iopub_port]).await;
    let identity = peer_identity_for_session(session)?;
    let shell = create_client_shell_connection_with_identity(connection, session, identity).await?;
    let mut iopub = create_client_iopub_connection(connection, "", session).await?;
    let (mut shell, mut replies) = shell.split();
    let (sender, mut inbox) = unbounded_channel();
    // Each socket is read in a task of its own: a read that is given up half-way loses a message.
    let other = sender.clone();
    tokio::spawn(async move { while pass_on(&sender, replies.read().await, Inbound::Shell) {} });
    tokio::spawn(async move { while pass_on(&other, iopub.read().await, Inbound::Iopub) {} });

    let (mut implementation, mut heard) = (None, false);
    loop {
        shell.send(KernelInfoRequest {}.into()).await?;
        let again = Instant::now() + ASK_AGAIN;
        while let Ok(Some(inbound)) = timeout_at(again, inbox.recv()).await {
            match inbound {
                Inbound::Shell(message) => {
                    if let JupyterMessageContent::KernelInfoReply(info) = message.content {
                        implementation.get_or_insert((info.implementation, Instant::now()));
                    }
                }
                Inbound::Iopub(_) => heard = true,
                Inbound::Garbled(why) => return Err(RuntimeError::ZmqMessageError(why)),
                Inbound::Closed => {
                    return Err(RuntimeError::ZmqMessageError("it hung up".to_owned()));
                }
            }
            if heard && let Some((implementation, answered)) = implementation.take() {
                return Ok(Connected {
                    shell,
                    inbox,
                    implementation,
                    answered,
                });
            }
        }
    }
}

/// Whether to go on reading.
fn pass_on(
    sender: &UnboundedSender<Inbound>,
    read: jupyter_zmq_client::Result<JupyterMessage>,
    wrap: fn(JupyterMessage) -> Inbound,
) -> bool {
    match read {
        Ok(message) => sender.send(wrap(message)).is_ok(),
        Err(RuntimeError::ZmqError(_)) => {
            let _ = sender.send(Inbound::Closed);
            false
        }
        Err(error) => sender.send(Inbound::Garbled(error.to_string())).is_ok(),
    }
}

fn with_last_words(why: String, process: &KernelProcess) -> String {
    let words = process.last_words();
    if words.is_empty() {
        why
    } else {
        format!("{why}; it wrote:\n{words}")
    }
}

fn is_answer_to(message: &JupyterMessage, id: &str) -> bool {
    message
        .parent_header
        .as_ref()
        .is_some_and(|parent| parent.msg_id == id)
}

async fn until(end: Option<Instant>) {
    match end {
        Some(end) => sleep_until(end).await,
        None => std::future::pending().await,
    }
}
