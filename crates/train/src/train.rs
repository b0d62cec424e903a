//! The training loop.

use std::time::{Duration, Instant};

use chainrule_data::{BatchSampler, Dataset, Element};
use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{Dropout, Network, Optimizer, Scalar, Targets, Workspace};

use crate::{
    Divergence, EarlyStopping, Event, Observer, Point, Recipe, Validated,
    early_stopping::Watch,
    evaluate::{Evaluation, evaluate_while},
    interrupt::{self, Listening},
    recipe::Course,
};

/// The arithmetics that networks learn in: f32 and f64.
pub trait Number: Scalar + Element {}

impl Number for f32 {}
impl Number for f64 {}

/// How [`train`] goes through its data.
#[derive(Clone, Debug)]
pub struct TrainingOptions<'a> {
    /// How many times the training set is gone through.
    pub epochs: usize,
    /// Samples in a batch. The last batch of an epoch is smaller if they do not divide the set.
    pub batch_size: usize,
    /// The seed of the order of the samples, of dropout and of noise.
    pub seed: u64,
    /// Accuracy is measured each time that so many samples more have been gone through.
    pub log_every: usize,
    /// What is learned from.
    pub train: &'a Dataset,
    /// The part of the training set that accuracy is measured on.
    pub measured: &'a Dataset,
    /// The test set.
    pub test: &'a Dataset,
    /// What early stopping, and a schedule that waits for plateaus, are told of.
    pub validation: Option<&'a Dataset>,
    /// Learning rate schedule, clipping, penalties, noise.
    pub recipe: Recipe,
    /// Whether training ends when the validation part no longer becomes better.
    pub early_stopping: Option<EarlyStopping>,
}

/// What [`train`] leaves beside the trained network.
#[derive(Clone, Debug)]
pub struct Trained {
    /// What was measured, in order.
    pub curve: Vec<Point>,
    /// Accuracies after the last step, on the measured part and on the test set; with early
    /// stopping, those of the best weights. After an interrupt they are those of the curve's last
    /// point.
    pub last: Option<[f64; 2]>,
    /// How it diverged, if it did.
    pub divergence: Option<Divergence>,
    /// Whether an interrupt ended it before its end.
    pub interrupted: bool,
    /// The validation part after each epoch, if early stopping or a plateau looked at it.
    pub validated: Vec<Validated>,
    /// Whether early stopping ended it before its end.
    pub stopped_early: bool,
    /// The epoch, counted from 1, that early stopping found best.
    pub best_epoch: Option<usize>,
    /// Samples that it went through.
    pub samples: usize,
    /// How long it took, and how much of that went into measuring.
    pub time: [Duration; 2],
}

/// Trains a network: the same loop that one would write by hand.
///
/// For each epoch the samples are permuted; for each batch the gradients are computed and the
/// optimizer takes a step. A loss that is not finite, or has exploded, ends it before that step is
/// taken, and so does a score that is NaN when accuracy is measured; see [`Divergence`].
/// An [interrupt](crate::interrupt) ends it before the next batch, or between two pieces of a
/// measurement; what was trained and measured until then is kept.
/// `run` is what observers know the run by. A schedule changes the optimizer's learning rate; in
/// the end it has again the one that it came with.
///
/// # Errors
///
/// When the data do not fit the network, or the batch size the data; when early stopping has no
/// validation part to look at, or a setting is out of range.
pub fn train<F: Number>(
    network: &mut Network<F>,
    optimizer: &mut dyn Optimizer<F>,
    options: &TrainingOptions<'_>,
    run: usize,
    observer: &mut dyn Observer,
) -> Result<Trained> {
    if let Some(stopping) = options.early_stopping {
        stopping.check(options.validation.is_some())?;
    }
    check_last_batch(network, options.train.len(), options.batch_size)?;
    let mut course = Course::new(&options.recipe, optimizer, options.seed)?;
    let mut watch = Watch::new(options.early_stopping);
    let trained = learn(
        network,
        optimizer,
        options,
        &mut course,
        &mut watch,
        (run, observer),
    );
    course.end(optimizer)?;
    let trained = trained?;
    if trained.divergence.is_some() {
        watch.restore(network);
    }
    Ok(Trained {
        best_epoch: watch.best_epoch(),
        validated: watch.validated,
        ..trained
    })
}

/// Whether the last, smaller batch of an epoch is one that the network can learn from.
pub(crate) fn check_last_batch<F: Number>(
    network: &Network<F>,
    samples: usize,
    batch_size: usize,
) -> Result<()> {
    let (rest, least) = (samples.checked_rem(batch_size), network.least_batch());
    let last = rest.filter(|&rest| rest > 0).unwrap_or(batch_size);
    if last >= least {
        return Ok(());
    }
    let what = "batch normalization cannot learn from the last batch of an epoch";
    Err(Error::new(ErrorKind::Value, what)
        .expected(format!("at least {least} samples in every batch"))
        .got(format!(
            "{samples} samples in batches of {batch_size}: the last has {last}"
        ))
        .why("a feature is normalized by its variance within the batch, and one number has none")
        .hint("choose another batch size, or cut the training set: data.train.first(…)"))
}

fn learn<F: Number>(
    network: &mut Network<F>,
    optimizer: &mut dyn Optimizer<F>,
    options: &TrainingOptions<'_>,
    course: &mut Course,
    watch: &mut Watch<F>,
    (run, observer): (usize, &mut dyn Observer),
) -> Result<Trained> {
    let mut sampler = BatchSampler::new(options.train.len(), options.batch_size, options.seed)?;
    let mut workspace = network.workspace(options.batch_size)?;
    network.set_dropout(&mut workspace, Dropout::Seed(options.seed))?;
    // Accuracy is measured in pieces of this many samples, whatever the size of a batch.
    let mut measuring = network.workspace(100)?;
    let mut labels = vec![0; options.batch_size];
    let mut log = Log::new(options.log_every);
    let started = Instant::now();
    let mut told = started;
    let _listening = Listening::new();

    let mut stopped_early = false;
    for epoch in 1..=options.epochs {
        sampler.start_epoch();
        while let Some(indices) = sampler.next_batch() {
            if interrupt::requested() {
                return Ok(log.interrupted(started.elapsed()));
            }
            let batch = indices.len();
            let labels = &mut labels[..batch];
            options
                .train
                .fill_batch(indices, workspace.input_mut(batch), labels)?;
            let targets = Targets::Classes(labels);
            let loss = network.forward_backward_in(&mut workspace, batch, targets)?;
            log.count(batch, loss);
            if log.exploded(loss) {
                let divergence = log.divergence(loss, &workspace, batch);
                return Ok(log.end(Some(divergence), None, started.elapsed()));
            }
            course.step(network, optimizer, &mut workspace)?;
            if log.due() {
                let [train, test] = match log.measure(network, options, &mut measuring)? {
                    Measured::Parts(parts) => parts,
                    Measured::NotANumber => {
                        let divergence = log.divergence(f64::NAN, &measuring, measuring.capacity());
                        return Ok(log.end(Some(divergence), None, started.elapsed()));
                    }
                    Measured::Interrupted => return Ok(log.interrupted(started.elapsed())),
                };
                observer.observe(&Event::Logged {
                    run,
                    point: log.point(train, test),
                });
            }
            if told.elapsed() > Duration::from_millis(100) {
                told = Instant::now();
                observer.observe(&Event::Advanced {
                    run,
                    samples: log.samples,
                });
            }
        }
        let mut loss = log.epoch_loss();
        if let Some(part) = options
            .validation
            .filter(|_| watch.watches() || course.needs_loss())
        {
            let seen = match log.validate(network, part, &mut measuring)? {
                Some(seen) if seen.without_class == 0 => seen,
                Some(_) => {
                    let divergence = log.divergence(f64::NAN, &measuring, measuring.capacity());
                    return Ok(log.end(Some(divergence), None, started.elapsed()));
                }
                None => return Ok(log.interrupted(started.elapsed())),
            };
            loss = seen.loss;
            if watch.note(log.samples, &seen, network) {
                stopped_early = epoch < options.epochs;
                break;
            }
        }
        course.epoch(optimizer, loss)?;
    }
    let measured = log.curve.last().filter(|point| point.step == log.step);
    // After other weights were put back, what was measured last is not of them.
    let as_trained = watch.best_is_last();
    watch.restore(network);
    if let Some(point) = measured.filter(|_| as_trained) {
        let last = point.accuracies();
        let trained = log.end(None, Some(last), started.elapsed());
        return Ok(Trained {
            stopped_early,
            ..trained
        });
    }
    let trained = match log.measure(network, options, &mut measuring)? {
        Measured::Parts(parts) => {
            let last = parts.map(|part| part.accuracy());
            log.end(None, Some(last), started.elapsed())
        }
        // The last step may have diverged: no loss comes after it to show that.
        Measured::NotANumber => {
            let divergence = log.divergence(f64::NAN, &measuring, measuring.capacity());
            log.end(Some(divergence), None, started.elapsed())
        }
        Measured::Interrupted => log.interrupted(started.elapsed()),
    };
    Ok(Trained {
        stopped_early,
        ..trained
    })
}

/// What a measurement came to.
enum Measured {
    /// The measured part of the training set, and the test set.
    Parts([Evaluation; 2]),
    /// A score was NaN.
    NotANumber,
    /// An interrupt came before its end.
    Interrupted,
}

/// How many times the first loss counts as an explosion; beyond it a layer's output does.
const EXPLODED: f64 = 1e6;

/// Counts steps and samples, and keeps the curve.
struct Log {
    every: usize,
    step: usize,
    samples: usize,
    /// The loss from which on training has exploded; known after the first step.
    limit: f64,
    /// Losses since the last point, weighted with their samples.
    losses: f64,
    /// Samples since the last point.
    since: usize,
    /// Losses of this epoch, weighted with their samples, and their samples.
    epoch: (f64, usize),
    curve: Vec<Point>,
    measuring: Duration,
}

impl Log {
    fn new(every: usize) -> Self {
        Self {
            every,
            step: 0,
            samples: 0,
            limit: f64::INFINITY,
            losses: 0.0,
            since: 0,
            epoch: (0.0, 0),
            curve: Vec::new(),
            measuring: Duration::ZERO,
        }
    }

    fn count(&mut self, batch: usize, loss: f64) {
        self.step += 1;
        self.samples += batch;
        self.since += batch;
        self.losses += loss * batch as f64;
        self.epoch.0 += loss * batch as f64;
        self.epoch.1 += batch;
    }

    /// The mean loss of the batches of the epoch that ends.
    fn epoch_loss(&mut self) -> f64 {
        let (losses, samples) = std::mem::take(&mut self.epoch);
        losses / samples as f64
    }

    /// Measures the validation part; none if an interrupt came.
    fn validate<F: Number>(
        &mut self,
        network: &Network<F>,
        part: &Dataset,
        workspace: &mut Workspace<F>,
    ) -> Result<Option<Evaluation>> {
        let started = Instant::now();
        let seen = evaluate_while(|| !interrupt::requested(), network, part, workspace)?;
        self.measuring += started.elapsed();
        Ok(seen)
    }

    /// Whether a loss is one of training that has diverged.
    fn exploded(&mut self, loss: f64) -> bool {
        if self.step == 1 {
            self.limit = EXPLODED * loss.max(1.0);
        }
        loss.is_nan() || loss >= self.limit
    }

    /// Whether a multiple of `every` was reached or passed since the last point.
    fn due(&self) -> bool {
        self.samples / self.every > (self.samples - self.since) / self.every
    }

    /// Measures accuracy on the measured part and on the test set.
    fn measure<F: Number>(
        &mut self,
        network: &Network<F>,
        options: &TrainingOptions<'_>,
        workspace: &mut Workspace<F>,
    ) -> Result<Measured> {
        let started = Instant::now();
        let go_on = || !interrupt::requested();
        let measured = match evaluate_while(go_on, network, options.measured, workspace)? {
            Some(train) => {
                evaluate_while(go_on, network, options.test, workspace)?.map(|test| [train, test])
            }
            None => None,
        };
        self.measuring += started.elapsed();
        Ok(match measured {
            None => Measured::Interrupted,
            Some(parts) if parts.iter().any(|part| part.without_class > 0) => Measured::NotANumber,
            Some(parts) => Measured::Parts(parts),
        })
    }

    /// How training diverged, seen in a workspace's last forward pass.
    fn divergence<F: Number>(&self, loss: f64, seen: &Workspace<F>, batch: usize) -> Divergence {
        let layer = seen.first_beyond(batch, EXPLODED).unwrap_or("loss");
        Divergence {
            step: self.step,
            samples: self.samples,
            loss,
            layer: layer.to_owned(),
        }
    }

    fn point(&mut self, train: Evaluation, test: Evaluation) -> Point {
        let loss = self.losses / self.since as f64;
        let (samples, step) = (self.samples, self.step);
        let point = Point {
            samples,
            step,
            loss,
            train_loss: train.loss,
            test_loss: test.loss,
            train_accuracy: train.accuracy(),
            test_accuracy: test.accuracy(),
        };
        self.curve.push(point);
        (self.losses, self.since) = (0.0, 0);
        point
    }

    /// The end by an interrupt: with the accuracies that were measured last.
    fn interrupted(self, all: Duration) -> Trained {
        let last = self.curve.last().map(Point::accuracies);
        Trained {
            interrupted: true,
            ..self.end(None, last, all)
        }
    }

    fn end(self, divergence: Option<Divergence>, last: Option<[f64; 2]>, all: Duration) -> Trained {
        let Self {
            curve,
            samples,
            measuring,
            ..
        } = self;
        Trained {
            curve,
            last,
            divergence,
            interrupted: false,
            validated: Vec::new(),
            stopped_early: false,
            best_epoch: None,
            samples,
            time: [all, measuring],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: Evaluation = Evaluation {
        correct: 1,
        samples: 2,
        without_class: 0,
        loss: 0.5,
    };

    #[test]
    fn points_are_due_at_every_multiple_even_if_batches_do_not_divide_it() {
        let mut log = Log::new(100);
        let due: Vec<_> = (0..10)
            .filter_map(|_| {
                log.count(30, 1.0);
                log.due().then(|| log.point(HALF, HALF).samples)
            })
            .collect();
        assert_eq!(due, [120, 210, 300]);
    }

    #[test]
    fn a_loss_explodes_when_it_is_no_number_or_a_million_times_the_first() {
        let after = |first: f64, loss: f64| {
            let mut log = Log::new(10);
            log.count(1, first);
            let at_once = log.exploded(first);
            log.count(1, loss);
            (at_once, log.exploded(loss))
        };
        assert_eq!(after(2.3, 2.2e6), (false, false));
        assert_eq!(after(2.3, 2.4e6), (false, true));
        assert_eq!(after(1e-9, 9e5), (false, false));
        assert_eq!(after(2.3, f64::NAN), (false, true));
        assert!(after(f64::INFINITY, 1.0).0);
        assert!(after(f64::NAN, 1.0).0);
    }

    #[test]
    fn a_points_loss_is_the_mean_since_the_point_before() {
        let mut log = Log::new(10);
        log.count(6, 2.0);
        log.count(4, 1.0);
        assert_eq!(log.point(HALF, HALF).loss, 1.6);
        log.count(10, 3.0);
        assert_eq!(log.point(HALF, HALF).loss, 3.0);
    }
}
