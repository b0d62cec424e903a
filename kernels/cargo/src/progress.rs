//! Tells the kernel what cargo is at, for the student who waits.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Output, Stdio};
use std::thread;

/// Where news of a build goes; nowhere if no kernel listens.
pub(crate) struct Progress {
    socket: Option<UnixDatagram>,
}

impl Progress {
    pub(crate) fn new() -> Self {
        // cargo runs in the folder of the cell; the path of a socket may not be long.
        let socket = UnixDatagram::unbound().ok();
        // A kernel that is slow to listen must not slow the build.
        let socket = socket.filter(|socket| socket.set_nonblocking(true).is_ok());
        Self { socket }
    }

    /// Sends one line; a kernel that does not listen misses it.
    pub(crate) fn tell(&self, line: &str) {
        if let Some(socket) = &self.socket {
            let _ = socket.send_to(line.as_bytes(), "../news");
        }
    }

    /// Runs cargo in a process group of its own, which the stop button ends, and tells each line of
    /// its standard error, which is passed on as well. Standard output is returned if it is piped.
    pub(crate) fn watch(&self, command: &mut Command) -> io::Result<Output> {
        let mut child = command.process_group(0).stderr(Stdio::piped()).spawn()?;
        self.tell(&format!("process {}", child.id()));
        let out = child.stdout.take().map(|mut out| {
            thread::spawn(move || {
                let mut bytes = Vec::new();
                out.read_to_end(&mut bytes).map(|_| bytes)
            })
        });
        if let Some(stderr) = child.stderr.take() {
            for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
                self.tell(&format!("cargo {}", String::from_utf8_lossy(&line).trim()));
                let mut out = io::stderr().lock();
                let _ = out.write_all(&line).and_then(|()| out.write_all(b"\n"));
            }
        }
        let status = child.wait();
        self.tell("process 0");
        let stdout = match out.map(thread::JoinHandle::join) {
            Some(Ok(read)) => read?,
            Some(Err(_)) => return Err(io::Error::other("its output could not be read")),
            None => Vec::new(),
        };
        Ok(Output {
            status: status?,
            stdout,
            stderr: Vec::new(),
        })
    }
}
