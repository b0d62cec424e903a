//! The stop button: the kernel's control socket and the thread that reads it.

#[cfg(unix)]
pub(super) fn connect() {
    use std::os::unix::net::UnixStream;

    use crate::notebook::live;

    let Some(path) = std::env::var_os(live::SOCKET) else {
        return;
    };
    // Without its socket a cell still computes; the kernel then ends it from outside.
    let Ok(socket) = UnixStream::connect(path) else {
        return;
    };
    let Ok(answers) = socket.try_clone() else {
        return;
    };
    let thread = std::thread::Builder::new().name("chainrule-control".to_owned());
    let _ = thread.spawn(move || {
        serve(&socket, &socket, flusher(answers));
        // The kernel is gone, and nobody will ever read what this process computes.
        std::process::exit(0);
    });
}

#[cfg(not(unix))]
pub(super) fn connect() {}

/// A thread that writes out what was printed without a newline, and answers if it is to. It has to
/// wait for a cell that is in the middle of printing; the stop button must not.
#[cfg(any(unix, test))]
fn flusher(mut answers: impl std::io::Write + Send + 'static) -> impl Fn(bool) {
    use std::io::Write as _;

    let (sender, wishes) = std::sync::mpsc::sync_channel(4);
    let thread = std::thread::Builder::new().name("chainrule-flush".to_owned());
    let _ = thread.spawn(move || {
        for is_to_answer in wishes {
            let _ = std::io::stdout().flush();
            if is_to_answer {
                let _ = answers.write_all(b"f");
            }
        }
    });
    // While it waits there is nothing more to wish for.
    move |is_to_answer| {
        let _ = sender.try_send(is_to_answer);
    }
}

/// Answers the kernel's bytes until it is gone: `c` before a cell, `i` when stop was pressed, `f`
/// (and `F`, without an answer) to write out what was printed.
#[cfg(any(unix, test))]
fn serve(mut from: impl std::io::Read, mut to: impl std::io::Write, flush: impl Fn(bool)) {
    use chainrule_train::interrupt;

    let mut byte = [0];
    loop {
        match from.read(&mut byte) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        }
        let answer = match byte[0] {
            b'c' => {
                interrupt::clear();
                b'c'
            }
            b'i' => {
                interrupt::request();
                if interrupt::is_listening() {
                    b'l'
                } else {
                    b'n'
                }
            }
            b'f' | b'F' => {
                flush(byte[0] == b'f');
                continue;
            }
            // A newer kernel may know more; silence is the answer to that.
            _ => continue,
        };
        if to.write_all(&[answer]).and_then(|()| to.flush()).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use chainrule_train::interrupt::{self, Listening};

    use super::*;

    #[test]
    fn every_byte_has_its_answer() {
        let answers = |bytes: &[u8]| {
            let mut answers = Vec::new();
            serve(bytes, &mut answers, |_| {});
            String::from_utf8(answers).unwrap()
        };
        assert_eq!(answers(b"c"), "c");
        assert_eq!(answers(b"i"), "n");
        assert!(interrupt::requested());
        let listening = Listening::new();
        assert_eq!(answers(b"?i"), "l");
        drop(listening);
        assert_eq!(answers(b"ici"), "ncn");
        assert_eq!(answers(b"c"), "c");
        assert!(!interrupt::requested());
    }

    #[test]
    fn what_was_printed_is_written_out_and_that_is_answered_if_asked_for() {
        let (read, write) = std::io::pipe().unwrap();
        let flush = flusher(write);
        flush(false);
        flush(true);
        drop(flush);
        assert_eq!(std::io::read_to_string(read).unwrap(), "f");
    }
}
