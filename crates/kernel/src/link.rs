//! Everything that leads to the cell's process and to the compiler: sockets, and how to stop them.

use std::io;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI32, Ordering};
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

    /// Ends a compiler that is at work. False if none is.
    pub(crate) fn stop_compiler(&self) -> bool {
        let id = self.compiler.swap(0, Ordering::SeqCst);
        Pid::from_raw(id).is_some_and(|id| kill_process_group(id, Signal::KILL).is_ok())
    }
}
