//! The kernel as a process: started in a group of its own, and never left behind.
//!
//! A kernel starts processes itself (the compiler, the child that holds the variables), so what is
//! ended is always the whole group.

use std::fs::{self, File};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use chainrule_error::{Error, ErrorKind, Result};
use jupyter_protocol::ConnectionInfo;
use jupyter_protocol::connection_info::Transport;
use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::kernelspec::Kernelspec;
use super::text::{plain, without_backtraces};

/// How many lines of what a kernel wrote before it died are shown.
const TAIL: usize = 15;

/// A running kernel; dropping it ends its whole process group.
pub(super) struct KernelProcess {
    child: Child,
    group: Option<Pid>,
    log: PathBuf,
    // Holds the connection file, whose key nobody else may read, and the log.
    _folder: TempDir,
}

impl KernelProcess {
    /// Starts a kernel with `work` as its working directory.
    ///
    /// # Errors
    /// No free port, no room for the connection file, or a program that cannot be started.
    pub(super) async fn start(spec: &Kernelspec, work: &Path) -> Result<(Self, ConnectionInfo)> {
        let failed = || {
            Error::new(
                ErrorKind::Environment,
                format!("cannot start the kernel \"{}\"", spec.name),
            )
            .hint("cargo lab doctor, then cargo lab setup")
        };
        let folder = tempfile::Builder::new()
            .prefix("chainrule-run-")
            .tempdir()
            .map_err(|error| failed().source(error))?;
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let (ports, listeners) = jupyter_zmq_client::peek_ports_with_listeners(ip, 5)
            .await
            .map_err(|error| failed().source(error))?;
        let connection = ConnectionInfo {
            ip: ip.to_string(),
            transport: Transport::TCP,
            shell_port: ports[0],
            iopub_port: ports[1],
            stdin_port: ports[2],
            control_port: ports[3],
            hb_port: ports[4],
            key: uuid::Uuid::new_v4().to_string(),
            signature_scheme: "hmac-sha256".to_owned(),
            kernel_name: Some(spec.name.clone()),
        };
        let connection_file = folder.path().join("connection.json");
        let json = serde_json::to_string(&connection)
            .expect("connection information can be written as JSON; please report");
        fs::write(&connection_file, json).map_err(|error| failed().source(error))?;

        let log = folder.path().join("kernel.log");
        let file = File::create(&log).map_err(|error| failed().source(error))?;
        let copy = file.try_clone().map_err(|error| failed().source(error))?;
        let command_line = spec.command_line(&connection_file);
        let mut command = Command::new(&command_line[0]);
        command
            .args(&command_line[1..])
            .envs(spec.environment())
            .current_dir(work)
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(copy)
            .process_group(0)
            .kill_on_drop(true);
        // Whoever still listens on a port keeps the kernel from it. Somebody else may take one now;
        // then the kernel ends, and whoever starts it tries again.
        drop(listeners);
        let child = command
            .spawn()
            .map_err(|error| failed().why(format!("{}: {error}", command_line[0])))?;
        let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Ok((
            Self {
                child,
                group,
                log,
                _folder: folder,
            },
            connection,
        ))
    }

    /// The number of the process, until it is known to have ended.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until the kernel ends by itself, and says how it ended.
    pub(super) async fn ended(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }

    /// Gives the kernel a moment to end by itself, then ends the group.
    pub(super) async fn end_within(&mut self, moment: Duration) {
        // The group outlives its leader, so it is ended in either case.
        let _ = tokio::time::timeout(moment, self.child.wait()).await;
        self.kill();
        let _ = self.child.wait().await;
    }

    /// The last lines that the kernel itself wrote to its standard output and error.
    pub(super) fn last_words(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        let text = without_backtraces(&plain(&String::from_utf8_lossy(&bytes)));
        let lines: Vec<_> = text
            .lines()
            .map(str::trim_end)
            .filter(|l| !l.is_empty())
            .collect();
        lines[lines.len().saturating_sub(TAIL)..].join("\n")
    }

    fn kill(&mut self) {
        if let Some(group) = self.group.take() {
            // Fails only where nothing is left to end.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for KernelProcess {
    fn drop(&mut self) {
        self.kill();
    }
}
