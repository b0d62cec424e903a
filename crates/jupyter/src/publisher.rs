//! The one way to the iopub channel, on which everybody sees what the kernel does.
//!
//! Everything passes through one queue, so the order of outputs and statuses is the order in which
//! they were published. Text is sent at once if none was sent just before; what piles up meanwhile
//! is joined, so that a cell that prints a million lines does not send a million messages.

use std::sync::Arc;
use std::time::Duration;

use jupyter_protocol::JupyterMessage;
use jupyter_zmq_client::{Connection, KernelIoPubConnection};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout_at};
use zeromq::PubSocket;

use crate::message::{Request, build};
use crate::weight::{Gauge, Weighed, Weight};

/// The shortest time between two messages of text.
const RHYTHM: Duration = Duration::from_millis(20);
/// How much text one message holds before it is sent early.
const LOAD: usize = 64 * 1024;
/// What a message weighs beside its content. Large enough that the gauge speaks up before the
/// socket's queue of 100 000 messages overflows, which would lose some without a word.
const ENVELOPE: usize = 1024;

/// Publishes. Never waits; who has much to say asks the [`Gauge`] first.
pub(crate) struct Publisher {
    items: UnboundedSender<Item>,
    gauge: Gauge,
}

/// Which of a cell's two streams.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

enum Item {
    Whole(Box<JupyterMessage>, Weight),
    Text(Text),
}

struct Text {
    request: Arc<Request>,
    stream: Stream,
    text: String,
    weight: Weight,
}

impl Publisher {
    /// Starts the task that publishes.
    pub(crate) fn start(connection: KernelIoPubConnection) -> Self {
        let (items, inbox) = unbounded_channel();
        let connection = Connection {
            socket: Weighed::new(connection.socket),
            mac: connection.mac,
            session_id: connection.session_id,
        };
        tokio::spawn(publish(connection, inbox));
        let gauge = Gauge::default();
        Self { items, gauge }
    }

    /// What is on its way.
    pub(crate) fn gauge(&self) -> &Gauge {
        &self.gauge
    }

    /// Publishes a message on account of a request.
    pub(crate) fn send(&self, request: &Request, kind: &str, content: Value) {
        let weight = self.gauge.weigh(ENVELOPE + weigh(&content));
        let message = request.broadcast(kind, content);
        // A kernel that ends has nobody left to tell.
        let _ = self.items.send(Item::Whole(Box::new(message), weight));
    }

    /// Publishes text of a cell, possibly joined with its neighbours.
    pub(crate) fn text(&self, request: &Arc<Request>, stream: Stream, text: String) {
        let weight = self.gauge.weigh(ENVELOPE + text.len());
        let request = Arc::clone(request);
        let _ = self.items.send(Item::Text(Text {
            request,
            stream,
            text,
            weight,
        }));
    }

    /// Says that a request is being worked on.
    pub(crate) fn busy(&self, request: &Request) {
        self.send(request, "status", json!({ "execution_state": "busy" }));
    }

    /// Says that a request has been dealt with.
    pub(crate) fn idle(&self, request: &Request) {
        self.send(request, "status", json!({ "execution_state": "idle" }));
    }

    /// Says that the kernel is there.
    pub(crate) fn starting(&self) {
        let content = json!({ "execution_state": "starting" });
        let weight = self.gauge.weigh(ENVELOPE);
        let message = build("status", content, None);
        let _ = self.items.send(Item::Whole(Box::new(message), weight));
    }
}

/// Roughly the bytes of a content.
fn weigh(content: &Value) -> usize {
    match content {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weigh).sum(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| key.len() + weigh(value))
            .sum(),
        _ => 8,
    }
}

async fn publish(
    mut connection: Connection<Weighed<PubSocket>>,
    mut inbox: UnboundedReceiver<Item>,
) {
    let mut held: Option<Text> = None;
    let mut due = Instant::now();
    loop {
        let item = if held.is_some() {
            timeout_at(due, inbox.recv()).await
        } else {
            Ok(inbox.recv().await)
        };
        match (item, &mut held) {
            (Ok(Some(Item::Text(text))), Some(before))
                if before.stream == text.stream
                    && Arc::ptr_eq(&before.request, &text.request)
                    && before.text.len() + text.text.len() <= LOAD =>
            {
                before.text.push_str(&text.text);
                before.weight.absorb(text.weight);
                continue;
            }
            (Ok(Some(Item::Text(text))), None) if Instant::now() < due => {
                held = Some(text);
                continue;
            }
            (item, _) => {
                if let Some(text) = held.take() {
                    send_text(&mut connection, text).await;
                    due = Instant::now() + RHYTHM;
                }
                match item {
                    Ok(Some(Item::Whole(message, weight))) => {
                        send(&mut connection, *message, weight).await;
                    }
                    Ok(Some(Item::Text(text))) => held = Some(text),
                    Ok(None) => return,
                    Err(_) => {}
                }
            }
        }
        // Text that follows a pause goes out at once.
        if held.is_some()
            && Instant::now() >= due
            && let Some(text) = held.take()
        {
            send_text(&mut connection, text).await;
            due = Instant::now() + RHYTHM;
        }
    }
}

async fn send_text(connection: &mut Connection<Weighed<PubSocket>>, text: Text) {
    let name = match text.stream {
        Stream::Stdout => "stdout",
        Stream::Stderr => "stderr",
    };
    let content = json!({ "name": name, "text": text.text });
    let message = text.request.broadcast("stream", content);
    send(connection, message, text.weight).await;
}

async fn send(
    connection: &mut Connection<Weighed<PubSocket>>,
    message: JupyterMessage,
    weight: Weight,
) {
    connection.socket.next = Some(weight);
    // A publishing socket fails only when nobody listens.
    let _ = connection.send(message).await;
    connection.socket.next = None;
}
