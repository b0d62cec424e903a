//! The way back to whoever asked, for one of the sockets that are asked.

use std::time::Duration;

use jupyter_protocol::JupyterMessage;
use jupyter_zmq_client::{Connection, RouterSendConnection};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep};

use crate::weight::{Gauge, Weighed, Weight};

/// How long to wait before a receiver that is not there is tried again.
const AGAIN: Duration = Duration::from_millis(20);

/// Sends replies, in order and without waiting.
#[derive(Clone)]
pub(crate) struct Replies {
    messages: UnboundedSender<(JupyterMessage, Weight)>,
    gauge: Gauge,
}

impl Replies {
    /// Starts the task that sends. A receiver that is not there is tried for as long as `patience`:
    /// it may be connecting still. After that, `lost` is called, and the message is dropped.
    pub(crate) fn start(
        connection: RouterSendConnection,
        gauge: Gauge,
        patience: Duration,
        lost: impl Fn() + Send + 'static,
    ) -> Self {
        let (messages, mut inbox) = unbounded_channel::<(JupyterMessage, Weight)>();
        let mut connection = Connection {
            socket: Weighed::new(connection.socket),
            mac: connection.mac,
            session_id: connection.session_id,
        };
        tokio::spawn(async move {
            while let Some((message, weight)) = inbox.recv().await {
                connection.socket.next = Some(weight);
                let end = Instant::now() + patience;
                while connection.send(message.clone()).await.is_err() {
                    if Instant::now() >= end {
                        lost();
                        break;
                    }
                    sleep(AGAIN).await;
                }
                connection.socket.next = None;
            }
        });
        Self { messages, gauge }
    }

    /// Sends a message to the identities that it carries.
    pub(crate) fn send(&self, message: JupyterMessage) {
        let weight = self.gauge.weigh(1);
        let _ = self.messages.send((message, weight));
    }
}
