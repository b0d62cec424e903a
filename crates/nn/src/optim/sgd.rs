//! Stochastic gradient descent.

use std::fmt;

use chainrule_error::Result;

use super::{Optimizer, Rule, check};
use crate::{Gradients, Network, Scalar};

/// SGD: θ ← θ − η·g, with g = ∂L/∂θ. Robbins and Monro, *A stochastic approximation method* (1951).
///
/// ```
/// use chainrule_nn::{Model, Optimizer, Sgd};
/// use ndarray::array;
///
/// let mut network = Model::input(1).dense(1).half_squared_error().build_f64(3)?;
/// let (x, y) = (array![[1.0], [2.0], [3.0]], array![[3.0], [5.0], [7.0]]); // y = 2x + 1
/// let mut sgd = Sgd::new(0.1)?;
/// for _ in 0..2000 {
///     let gradients = network.gradients(&x, &y)?;
///     sgd.step(&mut network, &gradients)?;
/// }
/// assert!((network.parameter("dense_1.weight")?[[0, 0]] - 2.0).abs() < 1e-6);
/// assert!((network.parameter("dense_1.bias")?[0] - 1.0).abs() < 1e-6);
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    learning_rate: f64,
}

impl Sgd {
    /// The rule in LaTeX.
    pub const FORMULA: &str = r"\theta_t = \theta_{t-1} - \eta\, g_t";

    /// SGD with the learning rate η.
    ///
    /// # Errors
    ///
    /// When the rate is not a positive, finite number.
    pub fn new(learning_rate: f64) -> Result<Self> {
        Ok(Self {
            learning_rate: check::learning_rate(learning_rate)?,
        })
    }

    /// The learning rate η.
    pub fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    /// Changes the learning rate of the steps that follow.
    ///
    /// # Errors
    ///
    /// When the rate is negative or no finite number.
    pub fn set_learning_rate(&mut self, rate: f64) -> Result<()> {
        self.learning_rate = check::scheduled_rate(rate)?;
        Ok(())
    }

    /// Its rule, without the learning rate.
    pub fn rule(&self) -> Rule {
        Rule::Sgd
    }
}

impl fmt::Display for Sgd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Rule::Sgd.write(f, Some(self.learning_rate))
    }
}

impl<F: Scalar> Optimizer<F> for Sgd {
    fn step(&mut self, network: &mut Network<F>, gradients: &Gradients<F>) -> Result<()> {
        F::descend(network, gradients, self.learning_rate)
    }

    fn learning_rate(&self) -> Option<f64> {
        Some(self.learning_rate)
    }

    fn set_learning_rate(&mut self, rate: f64) -> Result<()> {
        Sgd::set_learning_rate(self, rate)
    }
}

#[inline(always)]
pub(crate) fn update<F: Scalar>(rate: f64, parameter: &mut [F], gradient: &[F]) {
    let rate = F::of(rate);
    for (p, &g) in parameter.iter_mut().zip(gradient) {
        *p -= rate * g;
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::Model;

    #[test]
    fn rates_that_make_no_sense_are_refused() {
        for rate in [0.0, -0.1, f64::NAN, f64::INFINITY] {
            let error = Sgd::new(rate).unwrap_err().to_string();
            assert!(error.contains("positive number") && error.contains(&rate.to_string()));
        }
    }

    #[test]
    fn a_step_is_the_gradient_times_the_rate() {
        let mut network = Model::input(2)
            .dense(2)
            .half_squared_error()
            .build_f64(5)
            .unwrap();
        let before = network.clone();
        let (x, y): (Array2<f64>, Array2<f64>) = (array![[1.0, -2.0]], array![[0.5, 0.1]]);
        let gradients = network.gradients(&x, &y).unwrap();
        Sgd::new(0.25)
            .unwrap()
            .step(&mut network, &gradients)
            .unwrap();
        let name = "dense_1.weight";
        let expected = before.parameter(name).unwrap() - gradients.get(name).unwrap() * 0.25;
        assert_eq!(network.parameter(name).unwrap(), &expected);
    }

    #[test]
    fn gradients_of_another_network_are_refused() {
        let mut network = Model::input(2).dense(2).softmax().build(1).unwrap();
        let other = Model::input(2).dense(3).softmax().build(1).unwrap();
        let gradients = other.gradients(&array![[1.0, 2.0]], &[1]).unwrap();
        let error = Sgd::new(0.1)
            .unwrap()
            .step(&mut network, &gradients)
            .unwrap_err();
        assert!(
            error.to_string().contains("dense_1.weight [2, 3]"),
            "{error}"
        );
    }
}
