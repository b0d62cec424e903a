//! Measurements in turn: A B A B, so that whatever else the machine does meets everybody.

use std::io::Write;
use std::thread;
use std::time::Duration;

use chainrule_error::Result;
use serde_json::{Value, json};

use super::contenders::Contender;
use super::process::Process;
use super::results::{Measured, Row, Unit};
use super::say;
use super::workloads::Workload;

/// What training is preceded by: caches filled, functions compiled, speeds estimated.
const WARM_UP: f64 = 0.3;

/// Before each turn: OpenMP's threads spin for a while after their last work, on the processors that
/// the next contender needs.
const PAUSE: Duration = Duration::from_millis(250);

/// A contender that still takes part, with its process.
#[derive(Debug)]
pub(super) struct Runner {
    pub(super) contender: Contender,
    /// None once it has failed.
    pub(super) process: Option<Process>,
}

/// Those who take part, and what was measured of them so far.
#[derive(Debug, Default)]
pub(super) struct Field {
    pub(super) runners: Vec<Runner>,
    pub(super) measured: Measured,
}

impl Field {
    /// Starts everybody. A peer that does not start is left out by name.
    pub(super) fn start(
        contenders: Vec<Contender>,
        missing: Vec<(String, String)>,
    ) -> Result<Self> {
        let mut field = Self::default();
        field.measured.missing = missing;
        for contender in contenders {
            match contender.start() {
                Ok(process) => {
                    field.measured.contenders.push(contender.named(&process));
                    let process = Some(process);
                    field.runners.push(Runner { contender, process });
                }
                Err(error) if contender.peer.is_some() => {
                    let why = (contender.name.to_owned(), error.to_string());
                    field.measured.missing.push(why);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(field)
    }

    /// Has everybody whom `fits` do something, in turn. A peer that fails takes no further part;
    /// our own failure ends the bench.
    fn each(
        &mut self,
        fits: &dyn Fn(&Contender) -> bool,
        work: &mut dyn FnMut(usize, &Contender, &mut Process) -> Result<()>,
    ) -> Result<()> {
        for (i, runner) in self.runners.iter_mut().enumerate() {
            let Some(process) = runner.process.as_mut().filter(|_| fits(&runner.contender)) else {
                continue;
            };
            if let Err(error) = work(i, &runner.contender, process) {
                if runner.contender.peer.is_none() {
                    return Err(error);
                }
                runner.process = None;
                let why = (runner.contender.name.to_owned(), error.to_string());
                self.measured.missing.push(why);
            }
        }
        Ok(())
    }

    /// The process of our own first contender.
    pub(super) fn ours(&mut self) -> Option<&mut Process> {
        self.runners.first_mut()?.process.as_mut()
    }

    /// A row of training, with the accuracy after an epoch from so many seeds.
    pub(super) fn train(
        &mut self,
        workload: &Workload,
        rounds: u16,
        seconds: f64,
        seeds: u16,
        out: &mut dyn Write,
    ) -> Result<()> {
        let words = format!("{}, {}", workload.network, workload.training());
        let mut row = self
            .measured
            .row(&workload.title(), &words, Unit::SamplesPerSecond);
        let described = workload.json();
        self.each(&learns, &mut |_, _, process| {
            process.load(&described)?;
            process.train(WARM_UP.min(seconds)).map(|_| ())
        })?;
        for _ in 0..rounds {
            self.each(&learns, &mut |i, _, process| {
                thread::sleep(PAUSE);
                row.values[i].push(process.train(seconds)?);
                Ok(())
            })?;
        }
        for seed in 1..=seeds {
            self.each(&learns, &mut |i, _, process| {
                let answer = process.ask("epoch", json!({"seed": seed}))?;
                row.accuracies[i].push(process.number(&answer, "accuracy")?);
                Ok(())
            })?;
        }
        self.finish(row, out);
        Ok(())
    }

    /// A row of something whose seconds are told, by those whom `fits`, after one turn that does
    /// not count.
    pub(super) fn time(
        &mut self,
        (title, words): (&str, &str),
        (what, request): (&str, &Value),
        rounds: u16,
        fits: &dyn Fn(&Contender) -> bool,
        out: &mut dyn Write,
    ) -> Result<()> {
        let mut row = self.measured.row(title, words, Unit::Seconds);
        for round in 0..=rounds {
            self.each(fits, &mut |i, _, process| {
                thread::sleep(PAUSE);
                let seconds = process.seconds(what, request.clone())?;
                if round > 0 {
                    row.values[i].push(seconds);
                }
                Ok(())
            })?;
        }
        self.finish(row, out);
        Ok(())
    }

    /// A row that each turn has a new process for: `work` gives the value.
    pub(super) fn fresh(
        &mut self,
        (title, words, unit): (&str, &str, Unit),
        rounds: u16,
        fits: &dyn Fn(&Contender) -> bool,
        work: &dyn Fn(&mut Process) -> Result<Option<f64>>,
        out: &mut dyn Write,
    ) -> Result<()> {
        let mut row = self.measured.row(title, words, unit);
        for _ in 0..rounds {
            self.each(fits, &mut |i, contender, _| {
                row.values[i].extend(work(&mut contender.start()?)?);
                Ok(())
            })?;
        }
        self.finish(row, out);
        Ok(())
    }

    /// Loads a workload for everybody who learns.
    pub(super) fn load(&mut self, workload: &Workload) -> Result<()> {
        let described = workload.json();
        self.each(&learns, &mut |_, _, process| process.load(&described))
    }

    fn finish(&mut self, row: Row, out: &mut dyn Write) {
        let ratio = self.measured.ratio(&row);
        let ratio = ratio.map_or_else(String::new, |ratio| format!(": {ratio:.2} × the best peer"));
        say(out, &format!("{} ({}){ratio}", row.title, row.words));
        self.measured.rows.push(row);
    }
}

/// Whether a contender trains networks.
pub(super) fn learns(contender: &Contender) -> bool {
    contender.peer != Some(crate::args::Peer::Matplotlib)
}
