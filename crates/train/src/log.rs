//! What training keeps count of: steps, losses, the curve, and how it diverged.

use std::time::{Duration, Instant};

use chainrule_data::Dataset;
use chainrule_error::Result;
use chainrule_nn::{Network, Workspace};

use crate::{
    Divergence, Number, Point, Trained, TrainingOptions,
    evaluate::{Evaluation, evaluate_while},
    interrupt,
};

/// What a measurement came to.
pub(crate) enum Measured {
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
pub(crate) struct Log {
    every: usize,
    pub(crate) step: usize,
    pub(crate) samples: usize,
    /// The loss from which on training has exploded; known after the first step.
    limit: f64,
    /// Losses since the last point, weighted with their samples.
    losses: f64,
    /// Samples since the last point.
    since: usize,
    /// Losses of this epoch, weighted with their samples, and their samples.
    epoch: (f64, usize),
    pub(crate) curve: Vec<Point>,
    measuring: Duration,
}

impl Log {
    pub(crate) fn new(every: usize) -> Self {
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

    pub(crate) fn count(&mut self, batch: usize, loss: f64) {
        self.step += 1;
        self.samples += batch;
        self.since += batch;
        self.losses += loss * batch as f64;
        self.epoch.0 += loss * batch as f64;
        self.epoch.1 += batch;
    }

    /// The mean loss of the batches of the epoch that ends.
    pub(crate) fn epoch_loss(&mut self) -> f64 {
        let (losses, samples) = std::mem::take(&mut self.epoch);
        losses / samples as f64
    }

    /// Measures the validation part; none if an interrupt came.
    pub(crate) fn validate<F: Number>(
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
    pub(crate) fn exploded(&mut self, loss: f64) -> bool {
        if self.step == 1 {
            self.limit = EXPLODED * loss.max(1.0);
        }
        loss.is_nan() || loss >= self.limit
    }

    /// Whether a multiple of `every` was reached or passed since the last point.
    pub(crate) fn due(&self) -> bool {
        self.samples / self.every > (self.samples - self.since) / self.every
    }

    /// Measures accuracy on the measured part and on the test set.
    pub(crate) fn measure<F: Number>(
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
    pub(crate) fn divergence<F: Number>(
        &self,
        loss: f64,
        seen: &Workspace<F>,
        batch: usize,
    ) -> Divergence {
        let layer = seen.first_beyond(batch, EXPLODED).unwrap_or("loss");
        Divergence {
            step: self.step,
            samples: self.samples,
            loss,
            layer: layer.to_owned(),
        }
    }

    pub(crate) fn point(&mut self, train: Evaluation, test: Evaluation) -> Point {
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
    pub(crate) fn interrupted(self, all: Duration) -> Trained {
        let last = self.curve.last().map(Point::accuracies);
        Trained {
            interrupted: true,
            ..self.end(None, last, all)
        }
    }

    pub(crate) fn end(
        self,
        divergence: Option<Divergence>,
        last: Option<[f64; 2]>,
        all: Duration,
    ) -> Trained {
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
