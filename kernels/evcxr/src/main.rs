//! The stock evcxr Jupyter kernel, built from this workspace so that Cargo.lock pins it.
//!
//! `--control_file FILE` is the kernel that Jupyter starts: evcxr's own `main`, unchanged.
//! `--warm CELL` evaluates one cell without Jupyter and ends. `cargo lab setup` builds the
//! notebooks' libraries ahead with it: by evcxr itself, hence with exactly its build settings.

use std::sync::mpsc::channel;
use std::thread;

use anyhow::{Context, Result};

fn main() -> Result<()> {
    // evcxr starts this binary again as the process that runs the cells: that call never returns.
    evcxr::runtime_hook();
    let mut args = std::env::args().skip(1);
    match args.next().as_deref() {
        Some("--warm") => warm(&args.next().context("--warm needs the text of a cell")?),
        _ => evcxr_jupyter::main(),
    }
}

/// Evaluates `cell` in `EVCXR_TMPDIR`; what cargo compiles meanwhile is told on stderr.
fn warm(cell: &str) -> Result<()> {
    let (mut context, outputs) = evcxr::CommandContext::new()?;
    let (sender, lines) = channel();
    // Both streams must be read while the cell runs, or its process waits for room in a pipe.
    for stream in [outputs.stdout, outputs.stderr] {
        let sender = sender.clone();
        thread::spawn(move || stream.into_iter().try_for_each(|line| sender.send(line)));
    }
    // What a cell with an error is checked with is compiled as well: its first error comes at once.
    let result = context.execute(cell).map(|_| context.check("42"));
    drop((context, sender));
    match result {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) | Err(error) => {
            let printed: Vec<String> = lines.into_iter().collect();
            anyhow::bail!("{error}\n{}", printed.join("\n"))
        }
    }
}
