//! Update rules, one file each.
//!
//! The rule of the folder: an optimizer's struct holds its settings and its state, both visible;
//! its documentation has the formula and the paper.

mod sgd;

use chainrule_error::{Error, ErrorKind, Result};
pub use sgd::Sgd;

use crate::{Gradients, Network, Scalar};

/// A rule that changes parameters by gradients.
pub trait Optimizer<F: Scalar>: Send {
    /// Takes one step: changes every parameter of the network.
    ///
    /// # Errors
    ///
    /// When the gradients belong to another network.
    fn step(&mut self, network: &mut Network<F>, gradients: &Gradients<F>) -> Result<()>;
}

fn check_learning_rate(rate: f64) -> Result<f64> {
    if rate.is_finite() && rate > 0.0 {
        return Ok(rate);
    }
    Err(Error::new(
        ErrorKind::Value,
        "a learning rate has to be a positive number",
    )
    .expected("a finite number above 0")
    .got(rate.to_string())
    .hint("0.1 is a good first try for SGD"))
}
