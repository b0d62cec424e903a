//! The epochs of a fit: steps, measurements, callbacks.

use std::time::{Duration, Instant};

use chainrule_data::Dataset;
use chainrule_error::Result;
use chainrule_nn::{Network, Optimizer, Reduction, Workspace};

use super::{
    Fit, TrainMetrics,
    callback::Start,
    ending::Ending,
    history::{History, legend, usual_monitor},
    watchers::Watchers,
};
use crate::{
    Evaluation, Event, Number, Observer,
    evaluate::class,
    grouped,
    interrupt::Listening,
    log::Log,
    names::{ACC, LOSS, RATE, VAL_ACC, VAL_LOSS},
    recipe::Course,
    steps::{Drawn, Steps},
    team::Team,
};

/// Samples that a measurement takes at a time.
const PIECE: usize = 100;

/// What is validated on, with its name.
pub(super) type Part = (String, Dataset);

pub(super) fn run<F: Number>(
    fit: &mut Fit<'_, F>,
    mut network: Network<F>,
    validation: Option<Part>,
    team: &Team,
    observer: &mut dyn Observer,
) -> Result<History<F>> {
    let (setting, seed) = (fit.setting.clone(), fit.seed_or_usual());
    let mut made;
    let optimizer: &mut dyn Optimizer<F> = match &mut fit.optimizer {
        Some(own) => &mut **own,
        None => {
            made = setting.optimizer.optimizer(setting.learning_rate)?;
            &mut *made
        }
    };
    let mut course = Course::new(&setting.recipe, optimizer, seed)?;
    let mut names = vec![LOSS.to_owned(), ACC.to_owned()];
    if validation.is_some() {
        names.extend([VAL_LOSS.to_owned(), VAL_ACC.to_owned()]);
    }
    if optimizer.learning_rate().is_some() {
        names.push(RATE.to_owned());
    }
    let mut watchers = Watchers::new(&mut fit.callbacks);
    let monitor = watchers.monitor().unwrap_or_else(|| usual_monitor(&names));
    let started = watchers.start(&Start {
        metrics: names.clone(),
        epochs: setting.epochs,
    });
    if let Err(error) = started {
        course.end(optimizer)?;
        return Err(error.within("fit"));
    }
    let validated_on = validation.as_ref().map(|(name, _)| name.clone());
    let mut words = format!("Train on {} samples", grouped(fit.data.train.len()));
    if let Some((name, part)) = &validation {
        words.push_str(&format!(
            ", validate on {} of the {name}",
            grouped(part.len())
        ));
    }
    words.push_str(&format!(
        " ({})",
        legend(fit.train_metrics, validated_on.as_deref())
    ));
    let samples = setting.epochs * fit.data.train.len();
    observer.observe(&Event::Started {
        experiment: &setting.to_string(),
        settings: std::slice::from_ref(&setting),
        samples: &[samples],
        threads: 1,
    });
    observer.observe(&Event::Fitting {
        run: 0,
        words: &words,
    });
    observer.observe(&Event::Began { run: 0 });
    let mut epochs = Epochs {
        train: &fit.data.train,
        validation: validation.as_ref().map(|(_, part)| part),
        train_metrics: fit.train_metrics,
        until_nan: fit.until_nan,
        team,
        averaged: network.model().summary()?.reduction == Reduction::Mean,
        log: Log::new(usize::MAX),
        metrics: names.into_iter().map(|name| (name, Vec::new())).collect(),
        seconds: Vec::new(),
        number: setting.epochs,
        began: Instant::now(),
        told: Instant::now(),
    };
    let _listening = Listening::new();
    let (batch_size, augment) = (setting.batch_size, setting.recipe.augment);
    let steps = Steps::new(&network, &fit.data.train, batch_size, seed)?.augmented(augment)?;
    let ended = epochs.learn(
        &mut network,
        optimizer,
        &mut course,
        steps,
        &mut watchers,
        observer,
    );
    course.end(optimizer)?;
    let whole = matches!(ended, Ok(Ended { whole: true, .. }));
    let ending = ended?.ending;
    let mut network_epoch = whole.then_some(epochs.seconds.len());
    let (ending, checkpoints) = watchers.end(ending, &mut network, &mut network_epoch);
    let done = epochs.log.end(None, None, epochs.began.elapsed());
    let [seconds, measuring_seconds] = done.time.map(|time| time.as_secs_f64());
    let history = History {
        setting,
        seed,
        validated_on,
        train_metrics: fit.train_metrics,
        ending,
        epoch_seconds: epochs.seconds,
        seconds,
        measuring_seconds,
        samples: done.samples,
        network,
        network_epoch,
        checkpoints,
        metrics: epochs.metrics,
        monitor,
    };
    if let Some(remark) = history.remark() {
        observer.observe(&Event::Remarked {
            run: 0,
            text: &remark,
        });
    }
    observer.observe(&Event::Ended {
        run: 0,
        samples: history.samples,
        divergence: match &history.ending {
            Ending::Diverged(divergence) => Some(divergence),
            _ => None,
        },
        interrupted: history.ending == Ending::Interrupted,
        seconds,
    });
    observer.observe(&Event::Finished);
    Ok(history)
}

/// The epochs so far.
struct Epochs<'a> {
    train: &'a Dataset,
    validation: Option<&'a Dataset>,
    train_metrics: TrainMetrics,
    until_nan: bool,
    team: &'a Team,
    /// Whether a batch's loss is the mean over its samples, rather than their sum.
    averaged: bool,
    log: Log,
    metrics: Vec<(String, Vec<f64>)>,
    seconds: Vec<f64>,
    /// How many there are to be.
    number: usize,
    began: Instant,
    /// When an observer was last told how far it is.
    told: Instant,
}

/// How training ended, and whether that was at the end of an epoch.
struct Ended {
    ending: Ending,
    whole: bool,
}

impl Ended {
    fn within(ending: Ending) -> Self {
        Self {
            ending,
            whole: false,
        }
    }

    fn after(ending: Ending) -> Self {
        Self {
            ending,
            whole: true,
        }
    }
}

/// The losses and the rightly classified of an epoch's batches, while the weights changed.
#[derive(Default)]
struct Running {
    losses: f64,
    correct: usize,
    samples: usize,
}

impl Epochs<'_> {
    fn learn<F: Number>(
        &mut self,
        network: &mut Network<F>,
        optimizer: &mut dyn Optimizer<F>,
        course: &mut Course,
        mut steps: Steps<'_, F>,
        watchers: &mut Watchers<'_, '_, F>,
        observer: &mut dyn Observer,
    ) -> Result<Ended> {
        let mut measuring = network.workspace(PIECE)?;
        for epoch in 1..=self.number {
            let began = Instant::now();
            observer.observe(&Event::EpochBegan {
                run: 0,
                epoch,
                epochs: self.number,
            });
            steps.start_epoch();
            let team = self.team;
            let learned = team.enter(|| -> Result<_> {
                let running = match self.steps(network, optimizer, course, &mut steps, observer)? {
                    Stepped::Epoch(running) => running,
                    Stepped::Ended(ending) => return Ok(Learned::Ended(ending)),
                };
                let seen = self.measure(network, &running, &mut measuring)?;
                Ok(seen.map_or(Learned::Ended(Ending::Interrupted), Learned::Seen))
            });
            let seen = match learned? {
                Learned::Seen(seen) => seen,
                Learned::Ended(ending) => return Ok(Ended::within(ending)),
            };
            if let Some(loss) = seen.lost {
                let divergence = self.log.divergence(loss, &measuring, PIECE);
                return Ok(Ended::within(Ending::Diverged(divergence)));
            }
            course.epoch(optimizer, seen.deciding)?;
            let seconds = began.elapsed().as_secs_f64();
            let values = seen.values.into_iter().chain(course.rate());
            let told: Vec<_> = self
                .metrics
                .iter()
                .map(|(name, _)| name.clone())
                .zip(values)
                .collect();
            for ((_, all), (_, value)) in self.metrics.iter_mut().zip(&told) {
                all.push(*value);
            }
            self.seconds.push(seconds);
            observer.observe(&Event::EpochEnded {
                run: 0,
                epoch,
                seconds,
                metrics: &told,
            });
            if let Some(ending) = watchers.epoch((epoch, self.number, seconds), &told, network) {
                // Who wants to stop after the last epoch gets what happens anyway.
                let over = matches!(ending, Ending::Stopped { .. }) && epoch == self.number;
                return Ok(Ended::after(if over { Ending::Complete } else { ending }));
            }
        }
        Ok(Ended::after(Ending::Complete))
    }

    /// The steps of one epoch.
    fn steps<F: Number>(
        &mut self,
        network: &mut Network<F>,
        optimizer: &mut dyn Optimizer<F>,
        course: &mut Course,
        steps: &mut Steps<'_, F>,
        observer: &mut dyn Observer,
    ) -> Result<Stepped> {
        let mut running = Running::default();
        loop {
            let (batch, loss) = match steps.draw(network)? {
                Drawn::Batch(batch, loss) => (batch, loss),
                Drawn::EpochOver => return Ok(Stepped::Epoch(running)),
                Drawn::Interrupted => return Ok(Stepped::Ended(Ending::Interrupted)),
            };
            self.log.count(batch, loss);
            if self.diverged(loss) {
                let divergence = self.log.divergence(loss, &steps.workspace, batch);
                return Ok(Stepped::Ended(Ending::Diverged(divergence)));
            }
            running.samples += batch;
            running.losses += if self.averaged {
                loss * batch as f64
            } else {
                loss
            };
            if self.train_metrics == TrainMetrics::RunningMean {
                let scores = steps.workspace.scores(batch);
                let rows = scores.chunks_exact(network.outputs());
                let right = rows
                    .zip(steps.labels(batch))
                    .filter(|(row, label)| class(row) == Some(usize::from(**label)));
                running.correct += right.count();
            }
            course.step(network, optimizer, &mut steps.workspace)?;
            steps.taken(batch);
            if self.told.elapsed() > Duration::from_millis(100) {
                self.told = Instant::now();
                observer.observe(&Event::Advanced {
                    run: 0,
                    samples: self.log.samples,
                });
            }
        }
    }

    fn diverged(&mut self, loss: f64) -> bool {
        let exploded = self.log.exploded(loss);
        if self.until_nan {
            !loss.is_finite()
        } else {
            exploded
        }
    }

    /// What is measured after an epoch; none if an interrupt came.
    fn measure<F: Number>(
        &mut self,
        network: &Network<F>,
        running: &Running,
        workspace: &mut Workspace<F>,
    ) -> Result<Option<Seen>> {
        let samples = running.samples as f64;
        let mean = [running.losses / samples, running.correct as f64 / samples];
        let mut seen = Seen {
            values: Vec::with_capacity(4),
            deciding: mean[0],
            lost: None,
        };
        match self.train_metrics {
            TrainMetrics::RunningMean => seen.values.extend(mean),
            TrainMetrics::AfterEpoch => {
                let Some(after) = self.log.validate(network, self.train, workspace)? else {
                    return Ok(None);
                };
                seen.values.extend([after.loss, after.accuracy()]);
                seen.lost = lost(&after).or((!after.loss.is_finite()).then_some(after.loss));
            }
        }
        if let Some(part) = self.validation.filter(|_| seen.lost.is_none()) {
            let Some(after) = self.log.validate(network, part, workspace)? else {
                return Ok(None);
            };
            seen.values.extend([after.loss, after.accuracy()]);
            seen.deciding = after.loss;
            seen.lost = lost(&after);
        }
        Ok(Some(seen))
    }
}

/// How the steps of an epoch went.
enum Stepped {
    Epoch(Running),
    Ended(Ending),
}

/// How an epoch went.
enum Learned {
    Seen(Seen),
    Ended(Ending),
}

/// What was measured after an epoch.
struct Seen {
    /// In the order of the metrics' names.
    values: Vec<f64>,
    /// The loss that a plateau is seen by.
    deciding: f64,
    /// The loss, if the weights are no numbers any more.
    lost: Option<f64>,
}

/// A score that is NaN comes of weights that are.
fn lost(after: &Evaluation) -> Option<f64> {
    (after.without_class > 0).then_some(f64::NAN)
}
