//! What the cell's process does before evcxr takes it over.
//!
//! evcxr reads the process's standard output by whole lines, which would keep `print!` without a
//! newline, and everything that is no UTF-8, from the student. So the process hands that pipe to the
//! kernel and writes into pipes that the kernel reads itself; see [`super::relay`].

use std::io::{IoSlice, Read as _};
use std::mem::MaybeUninit;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use rustix::stdio;

/// The variable that names the socket on which the kernel waits for the process.
pub(crate) const SOCKET: &str = "CHAINRULE_KERNEL_ADOPT";

/// Gives this process's output to the kernel, if it is a process for cells. Has to come first in
/// `main`, before `evcxr::runtime_hook`.
///
/// # Errors
/// The kernel has gone.
pub fn adopt() -> std::io::Result<()> {
    let (Some(socket), Some(_)) = (
        std::env::var_os(SOCKET),
        std::env::var_os("EVCXR_IS_RUNTIME"),
    ) else {
        return Ok(());
    };
    end_with_the_kernel();
    super::overflow::keep_rusts_handler();
    let mut kernel = UnixStream::connect(socket)?;
    let (out, out_end) = rustix::pipe::pipe()?;
    let (err, err_end) = rustix::pipe::pipe()?;
    let evcxrs = stdio::stdout();
    let handed = [evcxrs, out.as_fd(), err.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
    let mut buffer = SendAncillaryBuffer::new(&mut space);
    buffer.push(SendAncillaryMessage::ScmRights(&handed));
    let id = std::process::id().to_le_bytes();
    sendmsg(
        &kernel,
        &[IoSlice::new(&id)],
        &mut buffer,
        SendFlags::empty(),
    )?;
    kernel.read_exact(&mut [0])?;
    stdio::dup2_stdout(&out_end)?;
    stdio::dup2_stderr(&err_end)?;
    // Open as long as the process lives: so the kernel sees its end even where a program that it
    // started still holds the pipes.
    std::mem::forget(kernel);
    Ok(())
}

/// A process that computes for ever must not outlive its kernel; and if memory runs out, it is the
/// cell that has to go, not the kernel with the student's definitions.
pub(crate) fn end_with_the_kernel() {
    #[cfg(target_os = "linux")]
    {
        let _ =
            rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
        let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    }
}
