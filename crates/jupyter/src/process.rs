//! Why a kernel's process ends although no front end asked: its parent has gone, or the system
//! wants it to.

use std::sync::Arc;
use std::time::Duration;

use crate::kernel::Kernel;

/// How often to look whether the parent still lives.
const LOOK: Duration = Duration::from_secs(1);

/// Returns when the process that started this one has ended, or this one is asked to terminate.
#[cfg(unix)]
pub(crate) async fn is_over() {
    use tokio::signal::unix::{SignalKind, signal};

    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signals) => drop(signals.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = orphaned() => {}
        () = terminated => {}
    }
}

#[cfg(unix)]
async fn orphaned() {
    use std::os::unix::process::parent_id;

    let parent = parent_id();
    while parent_id() == parent {
        tokio::time::sleep(LOOK).await;
    }
}

/// Never returns: elsewhere, the front end ends its kernels.
#[cfg(not(unix))]
pub(crate) async fn is_over() {
    std::future::pending().await
}

/// Takes Ctrl-C for a press of the stop button. A terminal sends it to the kernels of the Jupyter
/// that runs in it, and they must not die of it.
pub(crate) async fn listen_for_ctrl_c(kernel: Arc<Kernel>) {
    while tokio::signal::ctrl_c().await.is_ok() {
        kernel.interrupt();
    }
}
