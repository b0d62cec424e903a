//! `cargo lab latency`: what a student waits for, on our kernel and on stock evcxr.
//!
//! Both kernels are measured in one run, turn by turn, so that whatever else the machine does meets
//! both. `cells` are what is timed, `session` is one kernel with a clock, `comparison`, `many` and
//! `soak` are what can be measured, `ledger` and `report` keep and show it. Nothing here judges:
//! a figure that got worse is for the reader to see.

mod cells;
mod comparison;
mod ledger;
mod many;
mod memory;
mod report;
mod session;
mod soak;

use std::io::Write;
use std::path::PathBuf;

use chainrule_error::{Error, ErrorKind, Result};

use self::ledger::Ledger;
use crate::args::LatencyArgs;
use crate::places::{Places, cannot};
use crate::run::interrupt::Interrupt;

/// The kernels that are compared: ours first, the ratio is ours to the other.
const KERNELS: [&str; 2] = ["chainrule", "chainrule-evcxr"];

/// What every measurement needs.
#[derive(Clone)]
struct Bench {
    /// Where the kernel specifications are.
    specs: Vec<PathBuf>,
    /// Where the kernels work: the notebooks' folder.
    folder: PathBuf,
    /// Where sessions have their build folders.
    sessions: PathBuf,
    interrupt: Interrupt,
}

/// Measures, shows a table, and writes the single values as JSON where wanted.
///
/// # Errors
/// A kernel that does not start, or a cell that fails; a JSON file that cannot be written.
pub fn measure(places: &Places, args: &LatencyArgs, out: &mut dyn Write) -> Result<()> {
    if let Some(path) = &args.json {
        // Told before minutes have passed rather than after.
        write(path, "")?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Error::new(ErrorKind::Io, "cannot start threads").source(error))?;
    let ledger = runtime.block_on(measured(places, args, out));
    runtime.shutdown_background();
    let ledger = ledger?;
    say(out, &format!("\n{}", report::table(&ledger)));
    if let Some(path) = &args.json {
        write(path, &report::json(&ledger))?;
    }
    Ok(())
}

async fn measured(places: &Places, args: &LatencyArgs, out: &mut dyn Write) -> Result<Ledger> {
    let interrupt = Interrupt::listen()
        .map_err(|error| Error::new(ErrorKind::Io, "cannot listen for Ctrl-C").source(error))?;
    let bench = Bench {
        specs: vec![places.jupyter_path().join("kernels")],
        folder: places.notebooks(),
        sessions: places.sessions(),
        interrupt,
    };
    let mut ledger = Ledger::default();
    if let Some(count) = args.many {
        many::measure(&bench, count, &mut ledger, out).await?;
    }
    if let Some(count) = args.soak {
        soak::measure(&bench, count, &mut ledger, out).await?;
    }
    if args.many.is_none() && args.soak.is_none() {
        comparison::measure(&bench, args.rounds, &mut ledger, out).await?;
    }
    Ok(ledger)
}

fn write(path: &PathBuf, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|cause| cannot("write", path, cause))
}

/// A closed pipe is no reason to stop measuring.
fn say(out: &mut dyn Write, text: &str) {
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
