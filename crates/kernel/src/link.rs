//! Everything that leads to the cell's process and to the compiler: sockets, and how to stop them.

use std::io;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use rustix::process::{Pid, Signal, kill_process_group};

use crate::child::{Control, Relay};
use crate::folder::Folder;
use crate::settings::Settings;
use crate::stage::{Happening, Stage, lock};
use crate::words;

/// The kernel's end of all sockets.
pub(crate) struct Link {
    folder: Folder,
    /// The process that runs the cells.
    pub(crate) relay: Arc<Relay>,
    /// The library in it.
    pub(crate) control: Control,
    compiler: AtomicI32,
    has_built: AtomicBool,
    is_unwanted: AtomicBool,
    compiled: Mutex<Vec<String>>,
}

impl Link {
    /// Opens the sockets.
    ///
    /// # Errors
    /// The system refuses.
    pub(crate) fn open(settings: &Settings, stage: &Arc<Stage>) -> io::Result<Arc<Self>> {
        let folder = Folder::new()?;
        let control = Control::listen(&folder.file("library"))?;
        let sink = Arc::clone(stage);
        let relay = Relay::listen(&folder.file("adopt"), control.clone(), sink)?;
        let news = UnixDatagram::bind(folder.file("news"))?;
        // What builds knows the session's folder, not this one.
        let known = settings.file("news");
        let _ = std::fs::remove_file(&known);
        symlink(folder.file("news"), &known)?;
        let link = Arc::new(Self {
            folder,
            relay,
            control,
            compiler: AtomicI32::new(0),
            has_built: AtomicBool::new(false),
            is_unwanted: AtomicBool::new(false),
            compiled: Mutex::default(),
        });
        let (shared, stage) = (Arc::downgrade(&link), Arc::clone(stage));
        let listen = move || {
            let mut buffer = [0; 4096];
            while let Ok(length) = news.recv(&mut buffer) {
                let Some(link) = shared.upgrade() else { return };
                let line = String::from_utf8_lossy(&buffer[..length]);
                link.news(&line, &stage);
            }
        };
        thread::Builder::new()
            .name("news".to_owned())
            .spawn(listen)?;
        Ok(link)
    }

    fn news(&self, line: &str, stage: &Stage) {
        if let Some(id) = line.strip_prefix("process ") {
            self.compiler
                .store(id.parse().unwrap_or(0), Ordering::SeqCst);
            self.has_built.store(true, Ordering::SeqCst);
            if self.is_unwanted.load(Ordering::SeqCst) {
                self.end_compiler();
            }
        } else if let Some(line) = line.strip_prefix("cargo ") {
            if let Some(what) = words::compiling(line) {
                lock(&self.compiled).push(what.to_owned());
            }
            stage.tell(Happening::News(line.to_owned()));
        }
    }

    /// Where the process that runs cells hands over its output.
    pub(crate) fn adopt_socket(&self) -> PathBuf {
        self.folder.file("adopt")
    }

    /// Where the library in it listens for the stop button.
    pub(crate) fn library_socket(&self) -> PathBuf {
        self.folder.file("library")
    }

    /// The crates that were compiled since the last [`forget_compiled`](Self::forget_compiled), beside
    /// the cells themselves.
    pub(crate) fn compiled(&self) -> Vec<String> {
        lock(&self.compiled).clone()
    }

    /// They have been told.
    pub(crate) fn forget_compiled(&self) {
        lock(&self.compiled).clear();
    }

    /// Nothing has been built for what begins now, or is not to be built.
    pub(crate) fn reset(&self) {
        self.has_built.store(false, Ordering::SeqCst);
        self.is_unwanted.store(false, Ordering::SeqCst);
    }

    /// Whether a compiler has begun since: before that no code of a cell can run.
    pub(crate) fn has_built(&self) -> bool {
        self.has_built.load(Ordering::SeqCst)
    }

    /// Ends the compiler that is at work, and those that would follow until [`reset`](Self::reset):
    /// rust-analyzer may still be thinking. False if none is at work.
    pub(crate) fn stop_compiler(&self) -> bool {
        self.is_unwanted.store(true, Ordering::SeqCst);
        self.end_compiler()
    }

    fn end_compiler(&self) -> bool {
        let id = self.compiler.swap(0, Ordering::SeqCst);
        Pid::from_raw(id).is_some_and(|id| kill_process_group(id, Signal::KILL).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command};
    use std::time::{Duration, Instant};

    use super::*;

    /// Something that takes long, in a group of its own.
    fn compiler() -> Child {
        let mut command = Command::new("sleep");
        command.arg("60").process_group(0).spawn().unwrap()
    }

    fn link(session: &std::path::Path) -> Arc<Link> {
        let settings = Settings {
            library: session.into(),
            session: session.into(),
            folder: session.into(),
            program: session.into(),
        };
        Link::open(&settings, &Arc::default()).unwrap()
    }

    #[test]
    fn a_compiler_is_ended_also_if_it_begins_after_the_press() {
        let session = tempfile::tempdir().unwrap();
        let link = link(session.path());
        let news = UnixDatagram::unbound().unwrap();
        let begin = |child: &Child| {
            let line = format!("process {}", child.id());
            let sent = news.send_to(line.as_bytes(), session.path().join("news"));
            sent.unwrap();
        };
        let started = Instant::now();
        assert!(!link.stop_compiler() && !link.has_built());
        let mut child = compiler();
        begin(&child);
        assert!(!child.wait().unwrap().success());
        assert!(link.has_built());

        link.reset();
        assert!(!link.has_built());
        let mut child = compiler();
        begin(&child);
        while !link.has_built() {
            thread::sleep(Duration::from_millis(1));
        }
        assert!(child.try_wait().unwrap().is_none(), "nobody pressed");
        assert!(link.stop_compiler() && !link.stop_compiler());
        assert!(!child.wait().unwrap().success());
        assert!(started.elapsed() < Duration::from_secs(30));
    }
}
