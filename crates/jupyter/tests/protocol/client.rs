//! A front end: one kernel, and what it says.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use chainrule_error::Result;
use chainrule_jupyter::{Settings, serve_with};
use jupyter_protocol::{
    ConnectionInfo, JupyterMessage, JupyterMessageContent, Transport, UnknownMessage,
};
use jupyter_zmq_client::{
    ClientControlConnection, ClientIoPubConnection, ClientShellConnection, ClientStdinConnection,
    Connection, RawMessage, create_client_control_connection, create_client_iopub_connection,
    create_client_shell_connection_with_identity, create_client_stdin_connection_with_identity,
    peek_ports, peer_identity_for_session,
};
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio::time::timeout;
use zeromq::{SocketRecv, SocketSend};

use crate::fake::Fake;

/// How long anything may take before a test gives up.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);
const SESSION: &str = "a test";

/// A message that came.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) kind: String,
    pub(crate) parent: String,
    pub(crate) metadata: Value,
    pub(crate) content: Value,
}

/// A kernel that runs in a thread of the test, with a client connected to all its channels.
pub(crate) struct Kernel {
    pub(crate) fake: Arc<Fake>,
    pub(crate) info: ConnectionInfo,
    pub(crate) shell: ClientShellConnection,
    pub(crate) control: ClientControlConnection,
    pub(crate) stdin: ClientStdinConnection,
    iopub: ClientIoPubConnection,
    /// What was published on account of other requests than the one that was waited for.
    aside: VecDeque<Message>,
    server: JoinHandle<Result<()>>,
    _file: NamedTempFile,
}

impl Kernel {
    pub(crate) async fn start() -> Self {
        Self::start_with(Settings::default()).await
    }

    pub(crate) async fn start_with(settings: Settings) -> Self {
        let settings = Settings {
            own_process: false,
            ..settings
        };
        // Another test may take a port in the moment before the kernel does.
        for _ in 0..5 {
            let info = free_ports().await;
            let file = write(&info);
            let fake = Arc::new(Fake::default());
            let (path, evaluator) = (file.path().to_owned(), Arc::clone(&fake));
            let settings = settings.clone();
            let server = std::thread::spawn(move || serve_with(&path, evaluator, settings));
            while !server.is_finished() {
                if let Some((shell, control, stdin, iopub)) = connect(&info).await {
                    let mut kernel = Self {
                        fake,
                        info,
                        shell,
                        control,
                        stdin,
                        iopub,
                        aside: VecDeque::new(),
                        server,
                        _file: file,
                    };
                    kernel.greet().await;
                    return kernel;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        panic!("no kernel came up");
    }

    /// Asks until the kernel's publishing shows that it knows of this client.
    async fn greet(&mut self) {
        loop {
            let id = self.ask("kernel_info_request", json!({})).await;
            assert_eq!(self.reply(&id).await.kind, "kernel_info_reply");
            let heard = timeout(Duration::from_millis(200), self.idle(&id)).await;
            if heard.is_ok() {
                return;
            }
        }
    }

    /// Sends a request on the shell channel, and returns its identity.
    pub(crate) async fn ask(&mut self, kind: &str, content: Value) -> String {
        send(&mut self.shell, kind, content).await
    }

    /// Sends a request on the control channel.
    pub(crate) async fn command(&mut self, kind: &str, content: Value) -> String {
        send(&mut self.control, kind, content).await
    }

    /// Asks for a cell to be run.
    pub(crate) async fn submit(&mut self, code: &str) -> String {
        let content = json!({
            "code": code, "silent": false, "store_history": true, "user_expressions": {},
            "allow_stdin": true, "stop_on_error": true,
        });
        self.ask("execute_request", content).await
    }

    /// Runs a cell: the answer, and what was published between busy and idle.
    pub(crate) async fn run(&mut self, code: &str) -> (Message, Vec<Message>) {
        let id = self.submit(code).await;
        (self.reply(&id).await, self.idle(&id).await)
    }

    /// The next answer on the shell channel, which is to the request `id`.
    pub(crate) async fn reply(&mut self, id: &str) -> Message {
        let message = receive(&mut self.shell).await;
        assert_eq!(message.parent, id, "answers another request: {message:?}");
        message
    }

    /// The next answer on the control channel.
    pub(crate) async fn command_reply(&mut self, id: &str) -> Message {
        let message = receive(&mut self.control).await;
        assert_eq!(message.parent, id, "answers another request: {message:?}");
        message
    }

    /// The next published message on account of the request `id`.
    pub(crate) async fn published(&mut self, id: &str) -> Message {
        if let Some(at) = self.aside.iter().position(|message| message.parent == id) {
            return self.aside.remove(at).unwrap();
        }
        loop {
            let message = receive(&mut self.iopub).await;
            if message.parent == id {
                return message;
            }
            self.aside.push_back(message);
        }
    }

    /// What is published on account of the request, from busy to idle without the two.
    pub(crate) async fn idle(&mut self, id: &str) -> Vec<Message> {
        let first = self.published(id).await;
        assert_eq!(first.content["execution_state"], "busy", "{first:?}");
        self.rest(id).await
    }

    /// What is still published on account of the request, up to idle.
    pub(crate) async fn rest(&mut self, id: &str) -> Vec<Message> {
        let mut messages = Vec::new();
        loop {
            let message = self.published(id).await;
            if message.kind == "status" {
                assert_eq!(message.content["execution_state"], "idle");
                return messages;
            }
            messages.push(message);
        }
    }

    /// Waits until something of that kind is published on account of the request.
    pub(crate) async fn until(&mut self, id: &str, kind: &str) -> Message {
        loop {
            let message = self.published(id).await;
            if message.kind == kind {
                return message;
            }
        }
    }

    /// Waits for `serve` to return.
    pub(crate) async fn end(self) {
        let server = self.server;
        let waiting = tokio::task::spawn_blocking(move || server.join());
        let outcome = timeout(LIMIT, waiting).await.expect("serve goes on");
        outcome.unwrap().unwrap().unwrap();
    }
}

/// What a cell wrote to one stream.
pub(crate) fn text(messages: &[Message], stream: &str) -> String {
    let of_stream = |message: &&Message| message.content["name"] == stream;
    let text = |message: &Message| message.content["text"].as_str().unwrap().to_owned();
    messages.iter().filter(of_stream).map(text).collect()
}

/// The types of messages.
pub(crate) fn kinds(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| &message.kind[..]).collect()
}

pub(crate) async fn send<S: SocketSend>(
    connection: &mut Connection<S>,
    kind: &str,
    content: Value,
) -> String {
    let msg_type = kind.to_owned();
    let message: JupyterMessage = UnknownMessage { msg_type, content }.into();
    let id = message.header.msg_id.clone();
    connection.send(message).await.unwrap();
    id
}

pub(crate) async fn receive<S: SocketRecv>(connection: &mut Connection<S>) -> Message {
    let message = timeout(LIMIT, connection.socket.recv()).await;
    let message = message.expect("the kernel says nothing").unwrap();
    let raw = RawMessage::from_multipart(message, &connection.mac).unwrap();
    let part = |i: usize| serde_json::from_slice::<Value>(&raw.jparts[i]).unwrap();
    let (header, parent, content) = (part(0), part(1), part(3));
    let kind = header["msg_type"].as_str().unwrap().to_owned();
    // Others must be able to read it, too.
    let typed = JupyterMessageContent::from_type_and_content(&kind, content.clone());
    assert!(typed.is_ok(), "{kind} is not as it should be: {content}");
    Message {
        kind,
        parent: parent["msg_id"].as_str().unwrap_or_default().to_owned(),
        metadata: part(2),
        content,
    }
}

pub(crate) async fn free_ports() -> ConnectionInfo {
    let ports = peek_ports(IpAddr::V4(Ipv4Addr::LOCALHOST), 5)
        .await
        .unwrap();
    ConnectionInfo {
        ip: "127.0.0.1".to_owned(),
        transport: Transport::TCP,
        shell_port: ports[0],
        iopub_port: ports[1],
        stdin_port: ports[2],
        control_port: ports[3],
        hb_port: ports[4],
        key: "a secret".to_owned(),
        signature_scheme: "hmac-sha256".to_owned(),
        kernel_name: None,
    }
}

pub(crate) fn write(info: &ConnectionInfo) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), serde_json::to_vec(info).unwrap()).unwrap();
    file
}

async fn connect(
    info: &ConnectionInfo,
) -> Option<(
    ClientShellConnection,
    ClientControlConnection,
    ClientStdinConnection,
    ClientIoPubConnection,
)> {
    let identity = peer_identity_for_session(SESSION).unwrap();
    let same = identity.clone();
    Some((
        create_client_shell_connection_with_identity(info, SESSION, identity)
            .await
            .ok()?,
        create_client_control_connection(info, SESSION).await.ok()?,
        create_client_stdin_connection_with_identity(info, SESSION, same)
            .await
            .ok()?,
        create_client_iopub_connection(info, "", SESSION)
            .await
            .ok()?,
    ))
}
