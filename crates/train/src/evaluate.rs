//! How often a network is right, and what it loses.

use chainrule_data::Dataset;
use chainrule_error::Result;
use chainrule_nn::{Network, Reduction, Targets, Workspace};

use crate::{Number, samples::Samples, team::Team};

/// What a network does on a part of a data set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// How many samples were classified rightly.
    pub correct: usize,
    /// How many there were.
    pub samples: usize,
    /// How many had a score that is NaN, and so no class. They do not count as right.
    pub without_class: usize,
    /// The mean loss of a sample, whether the model averages over a batch or not. Nothing is
    /// dropped out.
    pub loss: f64,
}

impl Evaluation {
    /// The share of samples that were classified rightly, 0 to 1.
    pub fn accuracy(&self) -> f64 {
        self.correct as f64 / self.samples as f64
    }
}

/// Fewer samples are not worth starting threads for.
const SHARED: usize = 5_000;

/// Classifies every sample of a data set, in pieces as large as the workspace, on all processors if
/// there are many.
///
/// # Errors
///
/// When images and network have different numbers of features.
///
/// ```
/// use chainrule_data::Mnist;
/// use chainrule_nn::Model;
///
/// let test = Mnist::load()?.test.first(1_000)?;
/// let network = Model::input(784).dense(10).softmax().build(1)?;
/// let evaluation = chainrule_train::evaluate(&network, &test, &mut network.workspace(100)?)?;
/// assert!(evaluation.accuracy() < 0.4); // it has not learned anything yet
/// assert!(evaluation.loss > 2.0);
/// # Ok::<(), chainrule_train::Error>(())
/// ```
pub fn evaluate<F: Number>(
    network: &Network<F>,
    data: &Dataset,
    workspace: &mut Workspace<F>,
) -> Result<Evaluation> {
    let mut all = || evaluate_while(|| true, network, data, workspace);
    let is_alone = rayon::current_thread_index().is_none();
    let evaluation = if is_alone && data.len() >= SHARED {
        Team::of_all()?.enter(all)?
    } else {
        all()?
    };
    Ok(evaluation.expect("nothing ended it before its end; please report"))
}

/// As [`evaluate`], but looks before each piece whether to go on; none if it ended early.
pub(crate) fn evaluate_while<F: Number>(
    go_on: impl Fn() -> bool,
    network: &Network<F>,
    data: &Dataset,
    workspace: &mut Workspace<F>,
) -> Result<Option<Evaluation>> {
    let (samples, outputs, piece) = (data.len(), network.outputs(), workspace.capacity());
    let mut evaluation = Evaluation {
        correct: 0,
        samples,
        without_class: 0,
        loss: 0.0,
    };
    let averaged = network.model().summary()?.reduction == Reduction::Mean;
    for start in (0..samples).step_by(piece) {
        if !go_on() {
            return Ok(None);
        }
        let end = (start + piece).min(samples);
        let samples = Samples::all(data.drawn_rows(start..end)?);
        let scores = network.forward_from(workspace, &samples)?;
        let labels = &data.labels()[start..end];
        for (scores, &label) in scores.chunks_exact(outputs).zip(labels) {
            match class(scores) {
                Some(class) => evaluation.correct += usize::from(class == usize::from(label)),
                None => evaluation.without_class += 1,
            }
        }
        let loss = network.loss_in(workspace, Targets::Classes(labels))?;
        evaluation.loss += if averaged {
            loss * (end - start) as f64
        } else {
            loss
        };
    }
    evaluation.loss /= samples as f64;
    Ok(Some(evaluation))
}

/// The first greatest score's place, or `None` if a score is NaN.
pub(crate) fn class<F: Number>(scores: &[F]) -> Option<usize> {
    let mut best = 0;
    for (i, score) in scores.iter().enumerate() {
        if score.is_nan() {
            return None;
        }
        if *score > scores[best] {
            best = i;
        }
    }
    Some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_greatest_score_is_the_class_and_nan_is_none() {
        assert_eq!(class(&[0.0, 2.0, 2.0, -1.0]), Some(1));
        assert_eq!(class(&[f32::NEG_INFINITY, f32::NEG_INFINITY]), Some(0));
        assert_eq!(class(&[0.0, f64::NAN]), None);
    }
}
