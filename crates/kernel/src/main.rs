//! The kernel that Jupyter starts, and what prepares its sessions.
//!
//! `chainrule-kernel FILE` serves the connection file. `chainrule-kernel --warm` builds the
//! libraries in the session's folder and ends, `chainrule-kernel --std FROM TO` lays out the standard
//! library for rust-analyzer: `cargo lab setup` prepares sessions with them.
//! `chainrule-kernel --shell LINE` becomes the shell of a `!` line, for a kernel.

use std::path::Path;
use std::process::ExitCode;

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_kernel::{Kernel, Settings};

/// rust-analyzer allocates millions of small pieces: this takes a fifth off its first inference.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // evcxr starts this program again as the process that runs the cells: the second call does not
    // return then.
    if let Err(error) = chainrule_kernel::adopt() {
        return failed(&error);
    }
    evcxr::runtime_hook();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn run() -> Result<()> {
    let mut args = std::env::args_os().skip(1);
    let Some(file) = args.next() else {
        return Err(Error::new(ErrorKind::Value, "a connection file is needed")
            .hint("cargo lab, which starts kernels"));
    };
    if file == "--std" {
        let (Some(from), Some(to)) = (args.next(), args.next()) else {
            return Err(Error::new(ErrorKind::Value, "--std needs two folders"));
        };
        return chainrule_kernel::lay_out(Path::new(&from), Path::new(&to));
    }
    if file == "--shell" {
        let line = args.next().unwrap_or_default();
        let cause = chainrule_kernel::become_shell(&line);
        return Err(Error::new(ErrorKind::Environment, "sh does not start").source(cause));
    }
    let settings = Settings::from_environment()?;
    if file == "--warm" {
        return chainrule_kernel::warm(&settings);
    }
    let kernel = Kernel::start(settings)?;
    chainrule_jupyter::serve(Path::new(&file), kernel)
}

#[expect(clippy::print_stderr, reason = "Jupyter keeps this in its log")]
fn failed(error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}
