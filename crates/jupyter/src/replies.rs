//! The way back to whoever asked, for one of the sockets that are asked.

use jupyter_protocol::JupyterMessage;
use jupyter_zmq_client::{Connection, RouterSendConnection};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::weight::{Gauge, Weighed, Weight};

/// Sends replies, in order and without waiting.
#[derive(Clone)]
pub(crate) struct Replies {
    messages: UnboundedSender<(JupyterMessage, Weight)>,
    gauge: Gauge,
}

impl Replies {
    /// Starts the task that sends. `lost` is called for a message whose receiver has gone.
    pub(crate) fn start(
        connection: RouterSendConnection,
        gauge: Gauge,
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
                if connection.send(message).await.is_err() {
                    lost();
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
