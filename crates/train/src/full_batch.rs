//! Training on one batch that is the whole task: toy problems.

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{Dropout, Network, Optimizer, Targets};
use ndarray::Array2;

use crate::{
    Number,
    interrupt::{self, Listening},
};

/// Takes so many steps, each along the gradient of all samples together, and gives the loss before
/// each of them.
///
/// For tasks of a few dozen samples, where there is nothing to draw and nothing to hold back. An
/// [interrupt](crate::interrupt) ends it early: then there are fewer losses than steps. Dropout, if
/// the model has it, draws from the seed 0.
///
/// # Shapes
///
/// `x` is `[samples, features]`; targets are labels, or an array `[samples, outputs]`.
///
/// # Errors
///
/// As [`Network::gradients`], and when the loss becomes NaN or infinite. The network then keeps
/// the parameters that it had at that step.
///
/// ```
/// use chainrule_nn::{Init, Model, Sgd};
/// use chainrule_train::train_full_batch;
/// use ndarray::array;
///
/// let x = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let y = array![[0.0], [1.0], [1.0], [0.0]]; // exclusive or
/// let model = Model::input(2).dense(8).tanh().dense(1).sigmoid().half_squared_error();
/// let mut network = model.build_f64(1)?;
/// let losses = train_full_batch(&mut network, &mut Sgd::new(2.0)?, &x, &y, 2_000)?;
/// assert!(losses[1_999] < 0.01 && losses[0] > 0.1);
/// assert!((network.forward(&x)? - &y).iter().all(|d| d.abs() < 0.2));
/// # Ok::<(), chainrule_train::Error>(())
/// ```
pub fn train_full_batch<'a, F: Number>(
    network: &mut Network<F>,
    optimizer: &mut dyn Optimizer<F>,
    x: &Array2<F>,
    targets: impl Into<Targets<'a, F>>,
    steps: usize,
) -> Result<Vec<f64>> {
    let targets = targets.into();
    // The checks of a first pass, so that the steps need none.
    network.loss(x, targets)?;
    let mut workspace = network.workspace(x.nrows())?;
    network.set_dropout(&mut workspace, Dropout::Seed(0))?;
    let input = workspace.input_mut(x.nrows());
    input.iter_mut().zip(x).for_each(|(to, &from)| *to = from);
    let mut losses = Vec::with_capacity(steps.min(1_000_000));
    let _listening = Listening::new();
    for step in 1..=steps {
        if interrupt::requested() {
            break;
        }
        let loss = network.forward_backward_in(&mut workspace, x.nrows(), targets)?;
        if !loss.is_finite() {
            let layer = workspace.first_beyond(x.nrows(), f64::MAX);
            return Err(Error::new(
                ErrorKind::NotFinite,
                format!("training diverged at step {step}"),
            )
            .expected("a finite loss")
            .got(format!(
                "{loss}, first in {}",
                layer.unwrap_or("the loss itself")
            ))
            .hint("train again with a smaller learning rate"));
        }
        losses.push(loss);
        optimizer.step(network, workspace.gradients())?;
    }
    Ok(losses)
}

#[cfg(test)]
mod tests {
    use chainrule_nn::{Model, Sgd};
    use ndarray::array;

    use super::*;

    fn network() -> Network<f64> {
        let model = Model::input(1).dense(1).half_squared_error();
        model.build_f64(1).unwrap()
    }

    #[test]
    fn its_steps_are_those_of_a_loop_by_hand() {
        let (x, y) = (array![[1.0], [2.0]], array![[3.0], [5.0]]);
        let (mut a, mut b) = (network(), network());
        let losses = train_full_batch(&mut a, &mut Sgd::new(0.1).unwrap(), &x, &y, 5).unwrap();
        let mut sgd = Sgd::new(0.1).unwrap();
        for loss in losses {
            let gradients = b.gradients(&x, &y).unwrap();
            assert_eq!(gradients.loss, loss);
            sgd.step(&mut b, &gradients).unwrap();
        }
        assert_eq!(a.parameters(), b.parameters());
    }

    #[test]
    fn a_loss_that_is_no_number_is_an_error_and_bad_targets_are_too() {
        let (x, y) = (array![[1e3], [2e3]], array![[3.0], [5.0]]);
        let mut sgd = Sgd::new(1e3).unwrap();
        let error = train_full_batch(&mut network(), &mut sgd, &x, &y, 1_000).unwrap_err();
        assert!(error.to_string().contains("diverged at step"), "{error}");
        let few = array![[1.0]];
        let error = train_full_batch(&mut network(), &mut sgd, &x, &few, 1).unwrap_err();
        assert!(error.to_string().contains("2 targets"), "{error}");
    }
}
