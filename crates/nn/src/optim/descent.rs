//! An update rule on plain values: a point that goes down a surface, without a network.

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};

use super::{
    Rule, State,
    core::{Core, at_work},
};

/// An update rule at work on plain values: the same steps as a network's parameters take, in f64.
///
/// ```
/// use chainrule_nn::{Descent, Rule};
///
/// let mut point = [3.0, -2.0]; // on the surface x² + 10·y²
/// let mut adam = Descent::new(Rule::adam(), 0.1)?;
/// for _ in 0..300 {
///     let gradient = [2.0 * point[0], 20.0 * point[1]];
///     adam.step(&mut point, &gradient)?;
/// }
/// assert!(point[0].abs() < 1e-3 && point[1].abs() < 1e-3);
/// assert_eq!(adam.state()?.get("m")?.len(), 2);
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone)]
pub struct Descent(Core);

impl Descent {
    /// A rule with a learning rate, before its first step.
    ///
    /// # Errors
    ///
    /// When the rate or a setting of the rule is out of range.
    pub fn new(rule: Rule, learning_rate: f64) -> Result<Self> {
        Core::new(rule, learning_rate).map(Self)
    }

    /// Takes one step: changes every value by its gradient.
    ///
    /// # Errors
    ///
    /// When there are not as many gradients as values, or more or fewer values than at the first
    /// step.
    pub fn step(&mut self, values: &mut [f64], gradient: &[f64]) -> Result<()> {
        if values.len() != gradient.len() {
            let what = "a step needs one gradient for each value";
            return Err(Error::new(ErrorKind::Shape, what)
                .expected(format!("{} of them", values.len()))
                .got(gradient.len().to_string()));
        }
        self.0.advance_values(values, gradient)
    }

    /// What it remembers: named arrays of as many numbers as there are values.
    ///
    /// # Errors
    ///
    /// Before the first step.
    pub fn state(&self) -> Result<State> {
        self.0.state("values")
    }
}

at_work!(Descent);

impl fmt::Debug for Descent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.rule.write(f, Some(self.0.rate))?;
        write!(f, ", after {} steps", self.steps())
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, array};

    use super::*;
    use crate::Model;

    /// Both take the same gradients, of a layer without a bias.
    #[test]
    fn its_steps_are_those_of_a_networks_parameters() {
        for rule in Rule::all() {
            let model = Model::input(1).dense(3).without_bias().half_squared_error();
            let mut network = model.build_f64(4).unwrap();
            let name = "dense_1.weight";
            let mut values = network
                .parameter(name)
                .unwrap()
                .iter()
                .copied()
                .collect::<Vec<_>>();
            let mut optimizer = rule.optimizer(0.05).unwrap();
            let mut descent = Descent::new(rule, 0.05).unwrap();
            for step in 0..7 {
                let target = f64::from(step) / 3.0;
                let y = array![[target, -target, 1.0]];
                let gradients = network.gradients(&array![[1.0]], &y).unwrap();
                let gradient: Array1<f64> = gradients.get(name).unwrap().iter().copied().collect();
                optimizer.step(&mut network, &gradients).unwrap();
                descent
                    .step(&mut values, gradient.as_slice().unwrap())
                    .unwrap();
                let expected: Vec<f64> = network.parameter(name).unwrap().iter().copied().collect();
                assert_eq!(values, expected, "{rule} at step {step}");
            }
            assert_eq!((descent.steps(), descent.rule()), (7, rule));
        }
    }

    #[test]
    fn gradients_of_another_number_are_refused() {
        let mut descent = Descent::new(Rule::momentum(), 0.1).unwrap();
        assert!(
            descent
                .state()
                .unwrap_err()
                .to_string()
                .contains("not taken a step")
        );
        let error = descent.step(&mut [1.0, 2.0], &[1.0]).unwrap_err();
        assert!(error.to_string().contains("2 of them"), "{error}");
        descent.step(&mut [1.0, 2.0], &[1.0, 1.0]).unwrap();
        let error = descent.step(&mut [1.0], &[1.0]).unwrap_err();
        assert!(
            error.to_string().contains("remembers other values"),
            "{error}"
        );
        assert!(Descent::new(Rule::sgd(), -1.0).is_err());
    }
}
