//! `cargo lab bench`: the homeworks' networks side by side with NumPy, PyTorch and Keras.
//!
//! Every contender is a process that trains when it is asked to, so that all can be measured in
//! turn. `workloads` are what is trained, `contenders` who takes part (`environment` installs the
//! peers, `programs` builds our own), `process` is one of them at work, `rounds` is the turns,
//! `results` and `report` keep and show them, `picture` and `readme` bring them to where they are
//! read; `scale` is how cost grows, `check` the test that training stays fast.

mod check;
mod contenders;
mod curves;
mod environment;
mod machine;
mod picture;
mod process;
mod programs;
mod readme;
mod report;
mod results;
mod rounds;
mod scale;
mod workloads;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use chainrule_error::Result;
use clap::ValueEnum as _;
use serde_json::{Value, json};

use self::contenders::Contender;
use self::machine::Machine;
use self::results::Unit;
use self::rounds::{Field, learns};
use crate::args::{BenchAction, BenchArgs, Peer};
use crate::places::{Places, cannot};

pub use self::check::check;

/// What is measured beside training, as `--workloads` names it.
const BESIDE: [&str; 4] = ["load", "evaluate", "render", "memory"];

/// Everything that `--workloads` knows.
pub(crate) fn names() -> Vec<&'static str> {
    workloads::names().into_iter().chain(BESIDE).collect()
}

/// Does what was asked for.
///
/// # Errors
/// Our side cannot be built or fails; a file cannot be written. A peer that cannot be had or fails
/// is left out by name instead.
pub fn obey(places: &Places, args: &BenchArgs, out: &mut dyn Write) -> Result<()> {
    match &args.action {
        Some(BenchAction::Scale(scale)) => scale::measure(places, scale, out),
        Some(BenchAction::Check) => check(places, out),
        None => compare(places, args, out, |out| contenders::ours(places, out)),
    }
}

/// Compares a program of ours that is already built, as a test has it, instead of building it.
///
/// # Errors
/// As [`obey`].
pub fn compare_program(
    places: &Places,
    args: &BenchArgs,
    program: PathBuf,
    out: &mut dyn Write,
) -> Result<()> {
    let ours = contenders::of_program(places, program);
    compare(places, args, out, |_| Ok(vec![ours]))
}

fn compare(
    places: &Places,
    args: &BenchArgs,
    out: &mut dyn Write,
    ours: impl FnOnce(&mut dyn Write) -> Result<Vec<Contender>>,
) -> Result<()> {
    // Told before minutes have passed rather than after.
    if args.readme {
        readme::check(places)?;
    }
    if let Some(folder) = &args.out {
        fs::create_dir_all(folder).map_err(|cause| cannot("make the folder", folder, cause))?;
    }
    let mut contenders = ours(out)?;
    let wanted = match args.peers.as_slice() {
        [] => Peer::value_variants(),
        chosen => chosen,
    };
    let (peers, missing) = contenders::peers(places, wanted, &args.python, out);
    contenders.extend(peers);
    let machine = Machine::here();
    if let Some(warning) = machine.busy() {
        say(out, &warning);
    }
    let mut field = Field::start(contenders, missing)?;
    measure(&mut field, args, out)?;
    let table = report::markdown(&field.measured, &machine);
    say(out, &format!("\n{table}"));
    if let Some(folder) = &args.out {
        let json = format!("{:#}\n", report::json(&field.measured, &machine));
        write(&folder.join("table.md"), &table)?;
        write(&folder.join("bench.json"), &json)?;
        draw(&mut field, &folder.join("bench.png"))?;
    }
    if args.readme {
        draw(&mut field, &places.root().join(readme::PICTURE))?;
        readme::write(places, &table, &picture::alt(&field.measured))?;
    }
    Ok(())
}

fn measure(field: &mut Field, args: &BenchArgs, out: &mut dyn Write) -> Result<()> {
    let rounds = args.rounds;
    let is_chosen =
        |name: &str| args.workloads.is_empty() || args.workloads.iter().any(|w| w == name);
    for workload in workloads::chosen(&args.workloads) {
        field.train(&workload, rounds, args.seconds, args.seeds, out)?;
    }
    let lab = workloads::named("lab");
    if is_chosen("evaluate") {
        field.load(&lab)?;
        let words = ("evaluate", "60 000 images, lab's network");
        field.time(words, ("evaluate", &json!({})), rounds, &learns, out)?;
    }
    if is_chosen("render") {
        let figure = json!({"figure": figure(field)?});
        let draws = |contender: &Contender| match contender.peer {
            None => true,
            Some(peer) => peer == Peer::Matplotlib,
        };
        let words = ("render", "homework 2's figure of 12 panels, to PNG");
        field.time(words, ("render", &figure), rounds, &draws, out)?;
    }
    if is_chosen("load") {
        let words = ("load", "MNIST to ready, in a new process", Unit::Seconds);
        let load = |process: &mut process::Process| process.seconds("mnist", json!({})).map(Some);
        field.fresh(words, rounds, &learns, &load, out)?;
    }
    if is_chosen("memory") {
        for workload in [lab, workloads::named("conv")] {
            let described = workload.json();
            let words = format!("peak of a process that trains {}", workload.name);
            let train = |process: &mut process::Process| {
                process.load(&described)?;
                process.train(args.seconds)?;
                Ok(process.peak_memory())
            };
            let what = ("memory", words.as_str(), Unit::Megabytes);
            field.fresh(what, 1, &learns, &train, out)?;
        }
    }
    Ok(())
}

/// The figure of twelve panels in the size that ours has.
fn figure(field: &mut Field) -> Result<Value> {
    let mut size = [0; 2];
    if let Some(process) = field.ours() {
        let drawn = process.ask("render", json!({"figure": curves::figure(0, 0)}))?;
        size = [
            process.number(&drawn, "width")?,
            process.number(&drawn, "height")?,
        ]
        .map(|side| side as u64);
    }
    Ok(curves::figure(size[0], size[1]))
}

/// Has our side draw the bar chart.
fn draw(field: &mut Field, path: &Path) -> Result<()> {
    if field.measured.training().next().is_none() {
        return Ok(());
    }
    let figure = picture::figure(&field.measured);
    match field.ours() {
        Some(process) => process
            .ask("bars", json!({"figure": figure, "path": path}))
            .map(|_| ()),
        None => Ok(()),
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(|cause| cannot("write", path, cause))
}

/// A closed pipe is no reason to stop measuring.
fn say(out: &mut dyn Write, text: &str) {
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
