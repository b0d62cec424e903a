//! The five sockets: binding them, and reading what is meant for the kernel.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chainrule_error::{Error, ErrorKind, Result};
use jupyter_protocol::ConnectionInfo;
use jupyter_zmq_client::{
    KernelControlConnection, KernelHeartbeatConnection, KernelIoPubConnection,
    KernelShellConnection, KernelStdinConnection, RawMessage, RouterRecvConnection, RuntimeError,
    create_kernel_control_connection, create_kernel_heartbeat_connection,
    create_kernel_iopub_connection, create_kernel_shell_connection, create_kernel_stdin_connection,
};
use zeromq::{SocketRecv as _, SocketSend as _};

use crate::message::Request;

/// How long to wait after a socket failed, so that a lasting failure does not take all the time.
const PAUSE: Duration = Duration::from_millis(50);

/// What a kernel listens on and speaks through.
pub(crate) struct Sockets {
    pub(crate) shell: KernelShellConnection,
    pub(crate) control: KernelControlConnection,
    pub(crate) stdin: KernelStdinConnection,
    pub(crate) iopub: KernelIoPubConnection,
    pub(crate) heartbeat: KernelHeartbeatConnection,
}

/// Binds all sockets.
pub(crate) async fn bind(info: &ConnectionInfo, session: &str) -> Result<Sockets> {
    let taken = |channel: &str, url: String, error: RuntimeError| {
        let place = format!("cannot listen on the kernel's {channel} channel, {url}");
        Error::new(ErrorKind::Io, place)
            .why(error.to_string())
            .hint("if another program has the port, start the kernel again")
    };
    let shell = create_kernel_shell_connection(info, session).await;
    let control = create_kernel_control_connection(info, session).await;
    let stdin = create_kernel_stdin_connection(info, session).await;
    let iopub = create_kernel_iopub_connection(info, session).await;
    let heartbeat = create_kernel_heartbeat_connection(info).await;
    Ok(Sockets {
        shell: shell.map_err(|error| taken("shell", info.shell_url(), error))?,
        control: control.map_err(|error| taken("control", info.control_url(), error))?,
        stdin: stdin.map_err(|error| taken("stdin", info.stdin_url(), error))?,
        iopub: iopub.map_err(|error| taken("iopub", info.iopub_url(), error))?,
        heartbeat: heartbeat.map_err(|error| taken("heartbeat", info.hb_url(), error))?,
    })
}

/// Reads requests for ever. What is not a message with the right signature is dropped.
pub(crate) async fn read(mut connection: RouterRecvConnection, mut handle: impl FnMut(Request)) {
    loop {
        let Ok(message) = connection.socket.recv().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let request = RawMessage::from_multipart(message, &connection.mac)
            .map_err(|error| reason(&error))
            .and_then(Request::parse);
        match request {
            Ok(request) => handle(request),
            Err(why) => refuse(&why),
        }
    }
}

/// Sends back what comes, so that a front end sees that the kernel lives.
pub(crate) async fn echo(mut connection: KernelHeartbeatConnection) {
    loop {
        match connection.socket.recv().await {
            // A client that has gone meanwhile does not want its answer.
            Ok(message) => drop(connection.socket.send(message).await),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

fn reason(error: &RuntimeError) -> String {
    match error {
        RuntimeError::VerifyError(_) => "its signature is wrong".to_owned(),
        RuntimeError::DecodeError(_) => "its signature is not hexadecimal".to_owned(),
        other => format!("it is not a Jupyter message ({other})"),
    }
}

/// Says once that messages are dropped: whoever sends garbage can send a lot of it.
fn refuse(why: &str) {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if !TOLD.swap(true, Ordering::Relaxed) {
        let _ = writeln!(
            std::io::stderr(),
            "a message was dropped: {why}. Further ones are dropped without a word"
        );
    }
}
