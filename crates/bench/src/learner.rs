//! Trains a workload as a notebook does: with an `Experiment`.

use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use chainrule::data::{FashionMnist, Mnist, Places};
use chainrule::prelude::{Experiment, Network, Results, Setting, Splits, evaluate};
use chainrule::train::interrupt;
use chainrule::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use crate::workload::Workload;

/// More epochs than any measurement takes.
const ENDLESS: usize = 100_000;
/// Samples that are evaluated at a time.
const PIECE: usize = 1000;

/// A workload with its data.
pub(crate) struct Learner {
    workload: Workload,
    data: Splits,
    network: Network,
}

impl Learner {
    /// Reads the data that a workload names.
    pub(crate) fn load(datasets: &Path, described: &Value) -> Result<Self> {
        let workload = Workload::read(described)?;
        let mut data = match workload.data.as_str() {
            "mnist" => Mnist::load_with(&Places::only(datasets.join("mnist")))?,
            "fashion" => FashionMnist::load_with(&Places::only(datasets.join("fashion-mnist")))?,
            other => {
                return Err(Error::new(ErrorKind::Value, "there is no such data set").got(other));
            }
        };
        if let Some(samples) = workload.samples {
            data.train = data.train.first(samples)?;
        }
        if workload.standardized {
            data = data.standardized();
        }
        let network = workload.model.build(1)?;
        Ok(Self {
            workload,
            data,
            network,
        })
    }

    /// Trains a new network for about so many seconds.
    pub(crate) fn train(&self, seconds: f64) -> Result<Value> {
        let setting = Setting {
            epochs: ENDLESS,
            ..self.workload.setting.clone()
        };
        let experiment = self.experiment(&[setting]);
        let (over, is_over) = mpsc::channel();
        let time = Duration::from_secs_f64(seconds.clamp(0.0, 3600.0));
        // As the stop button does it: training ends at the next batch, with what it has.
        let stop = thread::spawn(move || {
            if is_over.recv_timeout(time).is_err() {
                interrupt::request();
            }
        });
        let start = Instant::now();
        let results = experiment.run();
        let seconds = start.elapsed().as_secs_f64();
        let _ = over.send(());
        let _ = stop.join();
        interrupt::clear();
        let run = only(results?)?;
        if let Some(divergence) = run.divergence {
            let what = format!("training diverged: {divergence:?}");
            return Err(Error::new(ErrorKind::NotFinite, what));
        }
        Ok(json!({"samples": run.samples, "seconds": seconds}))
    }

    /// Trains a new network for one epoch.
    pub(crate) fn epoch(&self, seed: u64) -> Result<Value> {
        let experiment = self.experiment(std::slice::from_ref(&self.workload.setting));
        let run = only(experiment.seed(seed).run()?)?;
        let seconds = run.seconds - run.measuring_seconds;
        Ok(json!({"accuracy": run.final_test_accuracy, "seconds": seconds}))
    }

    /// Classifies every training image.
    pub(crate) fn evaluate(&self) -> Result<Value> {
        let mut workspace = self.network.workspace(PIECE)?;
        let start = Instant::now();
        let seen = evaluate(&self.network, &self.data.train, &mut workspace)?;
        let seconds = start.elapsed().as_secs_f64();
        Ok(json!({"accuracy": seen.accuracy(), "seconds": seconds}))
    }

    /// One run of two epochs on one thread, then so many independent ones as an experiment has them.
    pub(crate) fn runs(&self, count: usize) -> Result<Value> {
        let time = |count: usize| -> Result<f64> {
            // Other seeds: settings may not be the same.
            let settings: Vec<_> = (1..=count)
                .map(|seed| self.workload.setting.clone().seed(seed as u64))
                .map(|setting| Setting {
                    epochs: 2,
                    ..setting
                })
                .collect();
            let mut experiment = self.experiment(&settings);
            if count == 1 {
                // Beside others a run has one thread, too.
                experiment = experiment.threads(1);
            }
            let start = Instant::now();
            experiment.run()?;
            Ok(start.elapsed().as_secs_f64())
        };
        let one = time(1)?;
        let (many, again) = (time(count)?, time(1)?);
        Ok(json!({"one": [one, again], "many": many}))
    }

    /// Nothing is measured on the way, next to nothing of the training images at the end, and
    /// nothing is remembered.
    fn experiment(&self, settings: &[Setting]) -> Experiment {
        Experiment::new("bench", &self.workload.model, &self.data)
            .settings(settings)
            .log_every(usize::MAX)
            .train_part((2.0 / self.data.train.len() as f64).min(1.0))
            .fresh()
            .quiet()
    }
}

fn only(results: Results) -> Result<chainrule::prelude::Run> {
    let run = results.runs.into_iter().next();
    run.ok_or_else(|| Error::new(ErrorKind::Value, "the experiment has no run; please report"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learner(samples: usize) -> Learner {
        let datasets = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/datasets");
        let described = json!({
            "data": "mnist", "standardized": false, "layers": ["dense 10"], "samples": samples,
            "loss": "cross-entropy", "reduction": "mean", "batch": 100, "rule": "sgd", "rate": 0.1,
        });
        Learner::load(Path::new(datasets), &described).unwrap()
    }

    #[test]
    fn training_ends_in_time_and_an_epoch_learns() {
        let learner = learner(2000);
        // Long enough for a batch on a machine that is busy with something else.
        let answer = learner.train(1.0).unwrap();
        let (samples, seconds) = (answer["samples"].as_u64(), answer["seconds"].as_f64());
        assert!(samples >= Some(100), "{answer}");
        assert!(seconds > Some(0.9) && seconds < Some(20.0), "{answer}");
        // What stopped the training must not stop the next one.
        let answer = learner.epoch(1).unwrap();
        assert!(answer["accuracy"].as_f64() > Some(0.5), "{answer}");
        let answer = learner.evaluate().unwrap();
        assert!(answer["accuracy"].as_f64() < Some(0.5), "{answer}");
    }

    #[test]
    fn several_runs_are_timed_beside_one() {
        let answer = learner(100).runs(3).unwrap();
        assert!(
            answer["many"].as_f64() > Some(0.0) && answer["one"][1].is_f64(),
            "{answer}"
        );
    }
}
