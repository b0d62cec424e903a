//! The line to the library inside the cell's process: one byte asks, one byte answers.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long the library may take to answer. It answers from a thread of its own, at once.
const PATIENCE: Duration = Duration::from_millis(200);

/// Talks to the library of the process that runs now; asks in vain while there is none.
#[derive(Clone)]
pub(crate) struct Control(Arc<Mutex<Option<UnixStream>>>);

impl Control {
    /// Listens at `socket` for the library of each process to come.
    ///
    /// # Errors
    /// The system refuses the socket or a thread.
    pub(crate) fn listen(socket: &Path) -> std::io::Result<Self> {
        let listener = UnixListener::bind(socket)?;
        let control = Self(Arc::default());
        let shared = control.clone();
        let accept = move || {
            for stream in listener.incoming().flatten() {
                // Without limits, a library that hangs would hang the kernel.
                let limit = Some(PATIENCE);
                if stream.set_read_timeout(limit).is_ok() && stream.set_write_timeout(limit).is_ok()
                {
                    *shared.stream() = Some(stream);
                }
            }
        };
        thread::Builder::new()
            .name("library".to_owned())
            .spawn(accept)?;
        Ok(control)
    }

    fn stream(&self) -> std::sync::MutexGuard<'_, Option<UnixStream>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the library to stop its training. True if some training is at work and will.
    pub(crate) fn interrupt(&self) -> bool {
        self.ask(b'i', b"ln") == Some(b'l')
    }

    /// Takes back what an earlier cell was asked.
    pub(crate) fn clear(&self) {
        self.ask(b'c', b"c");
    }

    /// Has it write out what was printed without a newline, and waits until it has.
    pub(crate) fn flush(&self) {
        self.ask(b'f', b"f");
    }

    /// Has it write out what was printed without a newline.
    pub(crate) fn flush_soon(&self) {
        if let Some(stream) = self.stream().as_mut() {
            let _ = stream.write_all(b"F");
        }
    }

    /// Forgets the library of a process that has ended.
    pub(crate) fn forget(&self) {
        *self.stream() = None;
    }

    fn ask(&self, question: u8, answers: &[u8]) -> Option<u8> {
        let mut held = self.stream();
        let stream = held.as_mut()?;
        stream.write_all(&[question]).ok()?;
        loop {
            let mut answer = [0];
            stream.read_exact(&mut answer).ok()?;
            // Another answer came too late for its own question.
            if answers.contains(&answer[0]) {
                return Some(answer[0]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(folder: &Path) -> (Control, UnixStream) {
        let socket = folder.join("s");
        let control = Control::listen(&socket).unwrap();
        let library = UnixStream::connect(socket).unwrap();
        while control.stream().is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        (control, library)
    }

    #[test]
    fn a_late_answer_is_not_taken_for_that_of_another_question() {
        let folder = tempfile::tempdir().unwrap();
        let (control, mut library) = library(folder.path());
        control.flush();
        library.write_all(b"fl").unwrap();
        assert!(control.interrupt());
        library.write_all(b"n").unwrap();
        assert!(!control.interrupt());
        let mut asked = [0; 3];
        library.read_exact(&mut asked).unwrap();
        assert_eq!(&asked, b"fii");
    }

    #[test]
    fn a_library_that_reads_nothing_does_not_hold_the_kernel() {
        let folder = tempfile::tempdir().unwrap();
        let (control, _library) = library(folder.path());
        {
            // Whatever the socket takes before it is full.
            let mut held = control.stream();
            let stream = held.as_mut().unwrap();
            stream.set_nonblocking(true).unwrap();
            while stream.write(&[b'F'; 4096]).is_ok() {}
            stream.set_nonblocking(false).unwrap();
        }
        let begin = std::time::Instant::now();
        control.flush_soon();
        assert!(!control.interrupt());
        assert!(begin.elapsed() < 20 * PATIENCE);
    }

    #[test]
    fn a_library_that_is_not_there_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let control = Control::listen(&folder.path().join("s")).unwrap();
        assert!(!control.interrupt());
        control.clear();
        control.flush();
    }
}
