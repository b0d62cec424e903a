//! The channel beside the cells: it is heard while one runs.

use jupyter_protocol::{ConnectionInfo, InterruptRequest, JupyterMessage, ShutdownRequest};
use jupyter_zmq_client::{ClientControlConnection, RuntimeError, create_client_control_connection};

/// A connection to a kernel's control channel.
pub(crate) struct Control(ClientControlConnection);

impl Control {
    /// Connects.
    ///
    /// # Errors
    /// The kernel is gone.
    pub(super) async fn open(
        connection: &ConnectionInfo,
        session: &str,
    ) -> Result<Self, RuntimeError> {
        Ok(Self(
            create_client_control_connection(connection, session).await?,
        ))
    }

    /// Asks the kernel to stop the running cell, as the stop button does.
    ///
    /// # Errors
    /// The kernel is gone.
    pub(crate) async fn interrupt(&mut self) -> Result<(), RuntimeError> {
        self.send(InterruptRequest {}).await
    }

    /// Asks the kernel to end.
    ///
    /// # Errors
    /// The kernel is gone.
    pub(super) async fn shut_down(&mut self) -> Result<(), RuntimeError> {
        self.send(ShutdownRequest { restart: false }).await
    }

    async fn send(&mut self, request: impl Into<JupyterMessage>) -> Result<(), RuntimeError> {
        self.0.send(request.into()).await
    }
}
