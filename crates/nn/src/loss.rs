//! How far scores are from their targets, and the gradient of that.

use std::fmt;

use crate::{Scalar, Targets};

/// What training makes small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Loss {
    /// Softmax and cross-entropy as one piece on the scores z (logits): for a sample with target t,
    /// L = Σ tᵢ·(log Σ exp z − zᵢ), with the gradient ∂L/∂z = p·Σt − t for p = softmax(z). The
    /// greatest score is subtracted first, so nothing overflows. Bridle, *Probabilistic
    /// interpretation of feedforward classification network outputs* (1990).
    SoftmaxCrossEntropy,
    /// L = Σ (zᵢ − tᵢ)², with the gradient 2·(z − t).
    SquaredError,
    /// L = ½·Σ (zᵢ − tᵢ)², with the gradient z − t: the convention of lectures on backpropagation.
    /// The same steps as with [`SquaredError`](Self::SquaredError) need twice the learning rate.
    HalfSquaredError,
    /// L = 1/m·Σ (zᵢ − tᵢ)² over the m outputs, with the gradient 2/m·(z − t): the MSE of PyTorch
    /// and Keras.
    MeanSquaredError,
}

/// How the samples of a batch count together, in the loss and so in every gradient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reduction {
    /// Averaged over the batch: a learning rate then means the same for any batch size.
    #[default]
    Mean,
    /// Summed over the batch.
    Sum,
}

impl Loss {
    /// As [`of_smoothed`](Self::of_smoothed), without smoothing.
    #[cfg(test)]
    pub(crate) fn of_batch<F: Scalar>(
        self,
        reduction: Reduction,
        scores: &[F],
        targets: Targets<'_, F>,
        d_scores: &mut [F],
        outputs: usize,
    ) -> f64 {
        self.of_smoothed(0.0, reduction, scores, targets, d_scores, outputs)
    }

    /// As [`of_part`](Self::of_part), of a whole batch.
    pub(crate) fn of_smoothed<F: Scalar>(
        self,
        smoothing: f64,
        reduction: Reduction,
        scores: &[F],
        targets: Targets<'_, F>,
        d_scores: &mut [F],
        outputs: usize,
    ) -> f64 {
        let of = targets.len();
        self.of_part(of, smoothing, reduction, scores, targets, d_scores, outputs)
    }

    /// What some samples of a batch of `of` add to its loss, of their scores `[samples, outputs]`; its gradient goes into `d_scores`. The share
    /// `smoothing` of each target is spread evenly over the outputs:
    /// t ← (1 − smoothing)·t + smoothing / m.
    #[expect(clippy::too_many_arguments, reason = "what a loss depends on")]
    pub(crate) fn of_part<F: Scalar>(
        self,
        of: usize,
        smoothing: f64,
        reduction: Reduction,
        scores: &[F],
        targets: Targets<'_, F>,
        d_scores: &mut [F],
        outputs: usize,
    ) -> f64 {
        let (keep, spread) = (F::of(1.0 - smoothing), F::of(smoothing / outputs as f64));
        let scale = match reduction {
            Reduction::Mean => 1.0 / of as f64,
            Reduction::Sum => 1.0,
        };
        if self == Self::SoftmaxCrossEntropy {
            softmax_parts(scores, d_scores, outputs);
        }
        let rows = scores
            .chunks_exact(outputs)
            .zip(d_scores.chunks_exact_mut(outputs));
        let losses = rows.enumerate().map(|(sample, (scores, d_scores))| {
            let target = |output| keep * targets.at(sample, output) + spread;
            match self {
                Self::SoftmaxCrossEntropy => match targets {
                    Targets::Classes(classes) if smoothing == 0.0 => {
                        cross_entropy_of_class(scores, usize::from(classes[sample]), d_scores)
                    }
                    _ => cross_entropy(scores, target, d_scores),
                },
                Self::SquaredError => squared_error(scores, target, d_scores, F::one()),
                Self::HalfSquaredError => squared_error(scores, target, d_scores, F::of(0.5)),
                Self::MeanSquaredError => {
                    squared_error(scores, target, d_scores, F::of(1.0 / outputs as f64))
                }
            }
        });
        // f64 whatever the arithmetic: the sum over a batch is read by people.
        let loss = losses.map(|loss: F| loss.as_f64()).sum::<f64>() * scale;
        if reduction == Reduction::Mean {
            let scale = F::of(scale);
            d_scores.iter_mut().for_each(|d| *d *= scale);
        }
        loss
    }
}

/// The loss of a sample, whose exponentials are in `d`.
fn cross_entropy<F: Scalar>(scores: &[F], target: impl Fn(usize) -> F, d: &mut [F]) -> F {
    let (greatest, sum) = (greatest(scores), d.iter().copied().sum::<F>());
    let log_sum = sum.ln();
    let targets_sum: F = (0..scores.len()).map(&target).sum();
    let scale = targets_sum / sum;
    let mut loss = F::zero();
    for (output, (d, &score)) in d.iter_mut().zip(scores).enumerate() {
        let target = target(output);
        if target != F::zero() {
            loss += target * (log_sum - (score - greatest));
        }
        *d = *d * scale - target;
    }
    loss
}

/// The same for a target that is 1 for one class and 0 for the others.
fn cross_entropy_of_class<F: Scalar>(scores: &[F], class: usize, d: &mut [F]) -> F {
    let sum: F = d.iter().copied().sum();
    let scale = sum.recip();
    d.iter_mut().for_each(|d| *d *= scale);
    d[class] -= F::one();
    sum.ln() - (scores[class] - greatest(scores))
}

/// `factor`·Σ (z − t)².
fn squared_error<F: Scalar>(
    scores: &[F],
    target: impl Fn(usize) -> F,
    d: &mut [F],
    factor: F,
) -> F {
    let slope = F::of(2.0) * factor;
    let mut loss = F::zero();
    for (output, (d, &score)) in d.iter_mut().zip(scores).enumerate() {
        let difference = score - target(output);
        loss += difference * difference;
        *d = slope * difference;
    }
    loss * factor
}

/// The greatest of some scores; those that are NaN do not count.
fn greatest<F: Scalar>(scores: &[F]) -> F {
    let greater = |a, &b| if b > a { b } else { a };
    scores.iter().fold(F::neg_infinity(), greater)
}

/// Puts exp(score − greatest score) of each row into `out`.
fn softmax_parts<F: Scalar>(scores: &[F], out: &mut [F], outputs: usize) {
    let rows = scores.chunks_exact(outputs);
    for (scores, out) in rows.zip(out.chunks_exact_mut(outputs)) {
        let greatest = greatest(scores);
        let differences = scores.iter().map(|&score| score - greatest);
        out.iter_mut()
            .zip(differences)
            .for_each(|(out, d)| *out = d);
    }
    F::exponentials(out);
}

/// Probabilities from scores, row by row.
pub(crate) fn softmax<F: Scalar>(scores: &[F], probabilities: &mut [F], outputs: usize) {
    softmax_parts(scores, probabilities, outputs);
    for row in probabilities.chunks_exact_mut(outputs) {
        let sum: F = row.iter().copied().sum();
        row.iter_mut().for_each(|p| *p /= sum);
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SoftmaxCrossEntropy => "softmax with cross-entropy",
            Self::SquaredError => "squared error",
            Self::HalfSquaredError => "half the squared error",
            Self::MeanSquaredError => "mean squared error of the outputs",
        })
    }
}

impl fmt::Display for Reduction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mean => "averaged over the batch",
            Self::Sum => "summed over the batch",
        })
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn cross_entropy_of_equal_scores_is_the_log_of_their_number() {
        let mut d = [0.0; 4];
        let loss = Loss::SoftmaxCrossEntropy.of_batch(
            Reduction::Mean,
            &[5.0; 4],
            Targets::Classes(&[2]),
            &mut d,
            4,
        );
        assert!((loss - 4.0_f64.ln()).abs() < 1e-15);
        assert_eq!(d, [0.25, 0.25, -0.75, 0.25]);
    }

    #[test]
    fn great_scores_neither_overflow_nor_lose_the_loss() {
        let scores = [1000.0_f32, 0.0, -1000.0];
        let mut d = [0.0; 3];
        let mut loss = |class| {
            let classes = [class];
            let targets = Targets::Classes(&classes);
            Loss::SoftmaxCrossEntropy.of_batch(Reduction::Sum, &scores, targets, &mut d, 3)
        };
        assert_eq!(loss(0), 0.0);
        assert_eq!(loss(2), 2000.0);
        assert_eq!(d, [1.0, 0.0, -1.0]);
    }

    #[test]
    fn a_score_that_is_not_a_number_makes_the_loss_not_a_number() {
        for loss in [
            Loss::SoftmaxCrossEntropy,
            Loss::SquaredError,
            Loss::HalfSquaredError,
            Loss::MeanSquaredError,
        ] {
            let mut d = [0.0; 2];
            let scores = [f32::NAN, 1.0];
            let loss = loss.of_batch(Reduction::Mean, &scores, Targets::Classes(&[0]), &mut d, 2);
            assert!(loss.is_nan());
        }
    }

    #[test]
    fn the_three_squared_errors_differ_by_their_factors() {
        let of = |loss: Loss| {
            let mut d = [0.0; 4];
            let targets = Targets::Classes(&[1]);
            let loss = loss.of_batch(Reduction::Mean, &[1.0, 4.0, 0.0, -2.0], targets, &mut d, 4);
            (loss, d)
        };
        assert_eq!(of(Loss::SquaredError), (14.0, [2.0, 6.0, 0.0, -4.0]));
        assert_eq!(of(Loss::HalfSquaredError), (7.0, [1.0, 3.0, 0.0, -2.0]));
        assert_eq!(of(Loss::MeanSquaredError), (3.5, [0.5, 1.5, 0.0, -1.0]));
    }

    #[test]
    fn means_are_sums_over_the_number_of_samples() {
        let scores = [0.3, -0.2, 0.9, 0.4, 0.0, -1.0];
        let targets = array![[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]];
        let both = [Reduction::Mean, Reduction::Sum].map(|reduction| {
            let mut d = [0.0_f64; 6];
            let loss = Loss::SoftmaxCrossEntropy.of_batch(
                reduction,
                &scores,
                Targets::from(&targets),
                &mut d,
                2,
            );
            (loss, d)
        });
        assert!((both[0].0 * 3.0 - both[1].0).abs() < 1e-15);
        assert!(
            both[0]
                .1
                .iter()
                .zip(both[1].1)
                .all(|(mean, sum)| (mean * 3.0 - sum).abs() < 1e-15)
        );
    }
}
