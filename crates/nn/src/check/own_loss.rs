//! A loss that a student writes, against differences.

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::Array2;

use super::{CheckRow, GradientCheck, Probe, chosen, own::cornered};

/// A loss of one's own.
///
/// ```
/// use chainrule_nn::{OwnLoss, check_loss};
/// use ndarray::{Array2, array};
///
/// struct Half;
///
/// impl OwnLoss for Half {
///     fn value(&mut self, scores: &Array2<f64>, targets: &Array2<f64>) -> f64 {
///         (scores - targets).mapv(|d| d * d).sum() / 2.0
///     }
///
///     fn gradient(&mut self, scores: &Array2<f64>, targets: &Array2<f64>) -> Array2<f64> {
///         targets - scores // the wrong way round
///     }
/// }
///
/// let check = check_loss(&mut Half, &array![[0.2, 0.9]], &array![[0.0, 1.0]])?;
/// assert!(check.sentence().contains("the sign is the other"));
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
pub trait OwnLoss {
    /// The loss of a batch, `[batch, outputs]` both.
    fn value(&mut self, scores: &Array2<f64>, targets: &Array2<f64>) -> f64;

    /// Its gradient with respect to the scores, `[batch, outputs]`.
    fn gradient(&mut self, scores: &Array2<f64>, targets: &Array2<f64>) -> Array2<f64>;
}

/// Holds a loss's gradient against differences of its value.
///
/// # Errors
///
/// When scores are empty, the gradient is shaped otherwise than the scores, or the loss is not
/// finite.
pub fn check_loss(
    loss: &mut dyn OwnLoss,
    scores: &Array2<f64>,
    targets: &Array2<f64>,
) -> Result<GradientCheck> {
    if scores.is_empty() || scores.dim() != targets.dim() {
        return Err(Error::new(ErrorKind::Shape, "own loss: scores and targets")
            .expected("two arrays [batch, outputs] of one shape, not empty")
            .got(format!("{:?} and {:?}", scores.shape(), targets.shape())));
    }
    let value = loss.value(scores, targets);
    if !value.is_finite() {
        return Err(
            Error::new(ErrorKind::NotFinite, "own loss: its value is not finite")
                .got(value.to_string()),
        );
    }
    let gradient = loss.gradient(scores, targets);
    if gradient.dim() != scores.dim() {
        return Err(
            Error::new(ErrorKind::Shape, "own loss: its gradient has another shape")
                .expected(format!("{:?}, as the scores", scores.shape()))
                .got(format!("{:?}", gradient.shape())),
        );
    }
    let mut row = CheckRow::new("scores", scores.len());
    for n in chosen(scores.len()) {
        let at = [n / scores.ncols(), n % scores.ncols()];
        let judged = cornered(gradient[at], scores[at], value, |shift| {
            let mut moved = scores.clone();
            moved[at] += shift;
            let loss = loss.value(&moved, targets);
            let changed = None;
            Probe { loss, changed }
        });
        row.add(at.to_vec(), gradient[at], judged);
    }
    let about = format!("own loss {value:.6} against differences");
    let rows = vec![row];
    Ok(GradientCheck { about, rows })
}
