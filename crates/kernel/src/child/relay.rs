//! Reads what the cell's process writes, hands the student's share on at once, and gives evcxr the
//! lines that it waits for.

use std::fs::File;
use std::io::{IoSliceMut, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use rustix::process::{Pid, Signal, kill_process};

use super::control::Control;
use super::parse::{COMPLETE, Parser, Piece, whole_characters};

/// How long text without a newline may wait in the process while a cell runs.
const PARTIAL: Duration = Duration::from_millis(50);
/// The same while none does.
const IDLE: Duration = Duration::from_millis(250);

/// How often a pipe is read once its writer is done: many times what it can hold.
const LAST: usize = 64;

/// Takes what cells put out, from the relay's thread.
pub(crate) trait Sink: Send + Sync {
    /// A piece of standard output, in order.
    fn piece(&self, piece: Piece);
    /// A piece of standard error.
    fn stderr(&self, text: String);
}

/// What the kernel knows of the process that runs the cells.
pub(crate) struct Relay {
    running: AtomicBool,
    process: AtomicI32,
    control: Control,
    sink: Arc<dyn Sink>,
}

impl Relay {
    /// Waits at `socket` for each process that evcxr starts.
    ///
    /// # Errors
    /// The system refuses the socket or a thread.
    pub(crate) fn listen(
        socket: &Path,
        control: Control,
        sink: Arc<dyn Sink>,
    ) -> std::io::Result<Arc<Self>> {
        let listener = UnixListener::bind(socket)?;
        let relay = Arc::new(Self {
            running: AtomicBool::new(false),
            process: AtomicI32::new(0),
            control,
            sink,
        });
        let shared = Arc::clone(&relay);
        let accept = move || {
            for stream in listener.incoming().flatten() {
                let Ok(child) = Adopted::take(stream) else {
                    continue;
                };
                shared.process.store(child.id, Ordering::SeqCst);
                let relay = Arc::clone(&shared);
                let _ = thread::Builder::new()
                    .name("relay".to_owned())
                    .spawn(move || relay.read(child));
            }
        };
        thread::Builder::new()
            .name("processes".to_owned())
            .spawn(accept)?;
        Ok(relay)
    }

    /// Says whether a cell runs: text without a newline is looked for more often then.
    pub(crate) fn set_running(&self, running: bool) {
        self.running.store(running, Ordering::SeqCst);
    }

    /// Ends the process, and every variable with it. False if it has ended by itself.
    pub(crate) fn kill(&self) -> bool {
        let process = Pid::from_raw(self.process.load(Ordering::SeqCst));
        process.is_some_and(|process| kill_process(process, Signal::KILL).is_ok())
    }

    fn read(&self, mut child: Adopted) {
        let mut stream = Streams::default();
        while child.wait(if self.running.load(Ordering::SeqCst) {
            PARTIAL
        } else {
            IDLE
        }) {
            if !child.out.ready && !child.err.ready {
                self.control.flush_soon();
            }
            self.take(&mut child, &mut stream, false);
        }
        // It has ended; what it wrote before is still in the pipes. A program that it started may
        // go on writing for ever, and is not waited for.
        for _ in 0..LAST {
            child.wait(Duration::ZERO);
            if !child.out.ready && !child.err.ready {
                break;
            }
            self.take(&mut child, &mut stream, true);
        }
        for piece in stream.out.end() {
            self.hand_on(piece, &mut child, &mut stream.err);
        }
        self.tell_errors(&mut stream.err, true);
        let same = |id| (id == child.id).then_some(0);
        let _ = self
            .process
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, same);
        self.control.forget();
        // Dropping `child` closes evcxr's pipe: now it learns of the end.
    }

    /// Reads once from each stream that is ready, errors first: what a cell complains of comes
    /// before the line that ends it.
    fn take(&self, child: &mut Adopted, stream: &mut Streams, ending: bool) {
        stream.err.extend(child.err.read());
        self.tell_errors(&mut stream.err, false);
        let bytes = child.out.read();
        for piece in stream.out.push(&bytes) {
            if !ending && piece == Piece::ForEvcxr(COMPLETE.to_owned()) {
                self.finish(child, stream);
            }
            self.hand_on(piece, child, &mut stream.err);
        }
    }

    /// Before a cell counts as complete: everything that it has printed.
    fn finish(&self, child: &mut Adopted, stream: &mut Streams) {
        self.control.flush();
        for _ in 0..LAST {
            child.wait(Duration::ZERO);
            if !child.out.ready && !child.err.ready {
                break;
            }
            self.take(child, stream, true);
        }
        self.tell_errors(&mut stream.err, true);
    }

    fn hand_on(&self, piece: Piece, child: &mut Adopted, errors: &mut Vec<u8>) {
        if let Piece::ForEvcxr(line) = &piece {
            self.tell_errors(errors, true);
            self.sink.piece(piece.clone());
            // If evcxr has gone there is nobody to tell.
            let _ = writeln!(child.evcxr, "{line}");
        } else {
            self.sink.piece(piece);
        }
    }

    fn tell_errors(&self, errors: &mut Vec<u8>, all: bool) {
        let length = if all {
            errors.len()
        } else {
            whole_characters(errors)
        };
        if length > 0 {
            let bytes: Vec<u8> = errors.drain(..length).collect();
            self.sink
                .stderr(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}

/// What has been read and not been handed on.
#[derive(Default)]
struct Streams {
    out: Parser,
    err: Vec<u8>,
}

/// The kernel's end of one of the process's pipes.
struct Pipe {
    /// None once the other end is closed.
    file: Option<File>,
    ready: bool,
}

impl Pipe {
    /// What is there; nothing if it is not ready.
    fn read(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if std::mem::take(&mut self.ready)
            && let Some(file) = &mut self.file
        {
            bytes.resize(1 << 16, 0);
            let length = file.read(&mut bytes).unwrap_or(0);
            bytes.truncate(length);
            if length == 0 {
                self.file = None;
            }
        }
        bytes
    }
}

/// A process that has handed over its output.
struct Adopted {
    id: i32,
    /// Open as long as the process lives.
    life: UnixStream,
    /// Where evcxr reads.
    evcxr: File,
    out: Pipe,
    err: Pipe,
}

impl Adopted {
    fn take(mut stream: UnixStream) -> std::io::Result<Self> {
        let mut id = [0; 4];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
        let mut buffer = RecvAncillaryBuffer::new(&mut space);
        recvmsg(
            &stream,
            &mut [IoSliceMut::new(&mut id)],
            &mut buffer,
            RecvFlags::CMSG_CLOEXEC,
        )?;
        let files: Vec<OwnedFd> = buffer
            .drain()
            .filter_map(|message| match message {
                RecvAncillaryMessage::ScmRights(files) => Some(files),
                _ => None,
            })
            .flatten()
            .collect();
        let Ok([evcxr, out, err]) = <[OwnedFd; 3]>::try_from(files) else {
            return Err(std::io::Error::other(
                "a process did not hand over its output",
            ));
        };
        stream.write_all(&[0])?;
        let pipe = |file: OwnedFd| Pipe {
            file: Some(file.into()),
            ready: false,
        };
        Ok(Self {
            id: i32::from_le_bytes(id),
            life: stream,
            evcxr: evcxr.into(),
            out: pipe(out),
            err: pipe(err),
        })
    }

    /// Waits for output, at most so long. False once the process has ended.
    fn wait(&mut self, limit: Duration) -> bool {
        let limit = Timespec {
            tv_sec: 0,
            tv_nsec: limit.subsec_nanos().into(),
        };
        let mut watched = vec![PollFd::new(&self.life, PollFlags::IN)];
        let open = [&self.out, &self.err].map(|pipe| pipe.file.as_ref());
        let files = open.iter().flatten();
        watched.extend(files.map(|file| PollFd::new(*file, PollFlags::IN)));
        let polled = poll(&mut watched, Some(&limit));
        let mut ready = watched.iter().map(|file| !file.revents().is_empty());
        let ended = ready.next().unwrap_or(true);
        let [out, err] = open.map(|file| file.is_some() && ready.next().unwrap_or(false));
        drop(ready);
        drop(watched);
        // A signal interrupted it: looked at again at once.
        let polled = polled.is_ok();
        (self.out.ready, self.err.ready) = (polled && out, polled && err);
        !polled || !ended
    }
}
