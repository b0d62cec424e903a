//! The training loop.

use std::time::{Duration, Instant};

use chainrule_data::{Dataset, Element};
use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{Network, Optimizer, Scalar};

use crate::{
    Divergence, EarlyStopping, Event, Observer, Point, Recipe, Validated,
    early_stopping::Watch,
    interrupt::Listening,
    log::{Log, Measured},
    recipe::Course,
    steps::{Drawn, Steps},
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
    /// The seed of the order of the samples, of augmentation, of dropout and of noise.
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
    /// Augmentation, learning rate schedule, clipping, penalties, noise.
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
    if let Some(stopping) = &options.early_stopping {
        stopping.check(options.validation.is_some())?;
    }
    check_last_batch(network, options.train.len(), options.batch_size)?;
    let mut course = Course::new(&options.recipe, optimizer, options.seed)?;
    let mut watch = Watch::new(options.early_stopping.clone());
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
    let steps = Steps::new(network, options.train, options.batch_size, options.seed)?;
    let mut steps = steps.augmented(options.recipe.augment)?;
    for measured in [options.measured, options.test] {
        measured.note_filled();
    }
    // Accuracy is measured in pieces of this many samples, whatever the size of a batch.
    let mut measuring = network.workspace(100)?;
    let mut log = Log::new(options.log_every);
    let started = Instant::now();
    let mut told = started;
    let _listening = Listening::new();

    let mut stopped_early = false;
    for epoch in 1..=options.epochs {
        steps.start_epoch();
        loop {
            let (batch, loss) = match steps.draw(network)? {
                Drawn::Batch(batch, loss) => (batch, loss),
                Drawn::EpochOver => break,
                Drawn::Interrupted => return Ok(log.interrupted(started.elapsed())),
            };
            log.count(batch, loss);
            if log.exploded(loss) {
                let divergence = log.divergence(loss, &steps.workspace, batch);
                return Ok(log.end(Some(divergence), None, started.elapsed()));
            }
            course.step(network, optimizer, &mut steps.workspace)?;
            steps.taken(batch);
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
