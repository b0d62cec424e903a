//! `cargo lab`: reads the command line, calls the command, and alone prints fatal errors.

use std::io::{self, Write};
use std::process::ExitCode;

use chainrule_cli::args::{Cli, Command, RunArgs};
use chainrule_cli::places::Places;
use chainrule_cli::{bench, data, doctor, lab, latency, run, session, setup, spare, test};
use chainrule_error::Result;
use clap::Parser as _;

fn main() -> ExitCode {
    match obey(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            // If not even this can be written, the exit code still tells. A kernel's colours are
            // left out where nobody would see them.
            let _ = writeln!(anstream::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn obey(cli: Cli) -> Result<ExitCode> {
    let out = &mut io::stdout();
    match cli.command {
        None => lab::open(&Places::here()?, &cli.lab, out)?,
        Some(Command::Setup) => setup::prepare(&Places::here()?, out)?,
        Some(Command::Run(args)) => execute(args, out)?,
        Some(Command::Test(args)) => test::test(&Places::here()?, &args, out)?,
        Some(Command::Doctor) => {
            let findings = doctor::examine(&Places::here()?);
            let _ = write!(out, "{}", doctor::report(&findings));
            if !doctor::is_well(&findings) {
                return Ok(ExitCode::FAILURE);
            }
        }
        Some(Command::Latency(args)) => {
            let places = Places::here()?;
            if !args.as_is && !setup::is_current(&places) {
                setup::prepare(&places, out)?;
            }
            latency::measure(&places, &args, out)?;
        }
        Some(Command::Bench(args)) => bench::obey(&Places::here()?, &args, out)?,
        Some(Command::Data(args)) => data::obey(&args, out)?,
        Some(Command::Kernel(args)) => session::start(&args)?,
        Some(Command::Spare(args)) => spare::obey(&args)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn execute(args: RunArgs, out: &mut impl Write) -> Result<()> {
    let places = Places::here()?;
    if !setup::is_current(&places) {
        setup::prepare(&places, out)?;
    }
    let mut options = run::RunOptions::new(places.root());
    options.notebooks = args.notebooks;
    options.kernel = args.kernel;
    options.out = args.out;
    options.check = args.check;
    options.update = args.update;
    options.colours = true;
    run::run(&options)
}
