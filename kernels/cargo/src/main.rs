//! What a session of the kernel finds on its `PATH` as `cargo` and as `rustup`.
//!
//! evcxr builds every cell with cargo, and asks cargo and rustup the same questions at every start.
//! This program answers from the session's folder what has been answered before, and builds a cell
//! by the compiler alone when nothing but the cell has changed: cargo takes as long to find that
//! out as rustc takes to compile the cell. Everything else goes on to the real program, unchanged.
//!
//! It is one binary under three names: `cargo`, `rustup`, and `chainrule-rustc`, by which the real
//! cargo calls it so that it can keep the compiler's command line. `kernels/README.md` has the map.

mod answers;
mod build;
mod graph;
mod progress;
mod real;
mod recipe;

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use crate::real::Session;

fn main() -> ExitCode {
    let mut args = env::args_os();
    let name = args.next().unwrap_or_default();
    let name = Path::new(&name)
        .file_stem()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
        .to_owned();
    let args: Vec<OsString> = args.collect();
    if name == "chainrule-rustc" {
        return recipe::record(&args);
    }
    let Some(session) = Session::from_environment() else {
        eprint("this program works inside a session of the chainrule kernel only");
        return ExitCode::FAILURE;
    };
    match name.as_str() {
        "rustup" => rustup(&session, &args),
        _ => cargo(&session, &args),
    }
}

/// `rustup which cargo` is this program again; the rest is rustup's.
fn rustup(session: &Session, args: &[OsString]) -> ExitCode {
    let words: Vec<_> = args.iter().filter_map(|arg| arg.to_str()).collect();
    match words.as_slice() {
        ["which", "cargo"] => answers::print(&session.tool("cargo").to_string_lossy()),
        ["which", "rustc"] => answers::print(&session.rustc().to_string_lossy()),
        _ => real::pass_on(session, "rustup", args),
    }
}

fn cargo(session: &Session, args: &[OsString]) -> ExitCode {
    let words: Vec<_> = args.iter().filter_map(|arg| arg.to_str()).collect();
    let command = words.iter().find(|word| !word.starts_with(['-', '+']));
    match command.copied() {
        Some("build" | "check") => build::run(session, args),
        Some("metadata") => answers::metadata(session, args, &words),
        _ if answers::is_question(&words) => answers::remembered(session, args),
        _ => real::pass_on(session, "cargo", args),
    }
}

/// For whoever reads the kernel's log.
#[expect(clippy::print_stderr, reason = "a command-line program")]
fn eprint(text: &str) {
    eprintln!("chainrule-cargo: {text}");
}
