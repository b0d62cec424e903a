//! What optimizers remember from one step to the next, by the names of the parameters.

use std::{fmt, sync::Arc};

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::ArrayD;

use crate::{Network, Parameter, Scalar, line::InLine, parameter};

/// What an optimizer remembers of one parameter: named arrays, such as Adam's `m` and `v`.
///
/// ```
/// use chainrule_nn::{Adam, Model, Optimizer};
/// use ndarray::array;
///
/// let mut network = Model::input(2).dense(3).softmax().build(1)?;
/// let mut adam = Adam::new(0.001)?;
/// let gradients = network.gradients(&array![[1.0, 2.0]], &[2])?;
/// adam.step(&mut network, &gradients)?;
/// let state = adam.state("dense_1.weight")?;
/// assert_eq!((state.steps, state.get("m")?.shape()), (1, &[2, 3][..]));
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The parameter that it is about, such as `dense_1.weight`.
    pub parameter: String,
    /// How many steps the optimizer has taken.
    pub steps: u64,
    /// The arrays, each shaped as the parameter; f32 values as f64, exactly.
    pub arrays: Vec<Parameter<f64>>,
}

impl State {
    /// The array of that name, such as `m`.
    ///
    /// # Errors
    ///
    /// When there is none; the error lists the names that there are.
    pub fn get(&self, name: &str) -> Result<&ArrayD<f64>> {
        parameter::find(&self.arrays, name)
            .map_err(|error| error.within(format!("what is remembered of {}", self.parameter)))
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} after {} steps", self.parameter, self.steps)?;
        for array in &self.arrays {
            write!(
                f,
                "\n{} {:?}\n{}",
                array.name,
                array.value.shape(),
                array.value
            )?;
        }
        Ok(())
    }
}

/// The arrays of all parameters, in the arithmetic of the network that was stepped first.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    pub(super) steps: u64,
    /// Nadam's product of its momenta so far.
    pub(super) product: f64,
    /// Which network it belongs to: clones of a network are the same one.
    network: Option<Arc<()>>,
    pub(crate) single: Vec<Entry<f32>>,
    pub(crate) double: Vec<Entry<f64>>,
}

/// What is remembered of one parameter.
#[derive(Clone, Debug)]
pub struct Entry<F> {
    name: String,
    shape: Vec<usize>,
    pub(super) slots: Vec<InLine<F>>,
}

impl Memory {
    /// Makes room for so many arrays of each parameter at the first step; at later steps checks
    /// that the network is still the same.
    pub(super) fn belong<F: Scalar>(&mut self, network: &Network<F>, slots: usize) -> Result<()> {
        let identity = network.identity();
        match &self.network {
            Some(known) if Arc::ptr_eq(known, identity) => Ok(()),
            Some(_) => Err(another_network()),
            None => {
                self.network = Some(Arc::clone(identity));
                self.product = 1.0;
                let entry = |parameter: &Parameter<F>| Entry {
                    name: parameter.name.clone(),
                    shape: parameter.value.shape().to_vec(),
                    slots: vec![InLine::zeros(parameter.value.len()); slots],
                };
                *F::entries(self) = network.parameters().iter().map(entry).collect();
                Ok(())
            }
        }
    }

    /// As [`belong`](Self::belong), for plain values in place of a network.
    pub(super) fn belong_to_values(&mut self, values: usize, slots: usize) -> Result<()> {
        match self.double.first() {
            Some(entry) if entry.shape == [values] => Ok(()),
            Some(entry) => Err(other_values(entry.shape[0], values)),
            None => {
                self.product = 1.0;
                self.double.push(Entry {
                    name: "values".to_owned(),
                    shape: vec![values],
                    slots: vec![InLine::zeros(values); slots],
                });
                Ok(())
            }
        }
    }

    /// What is remembered of a parameter, under the names that the rule has for it.
    pub(super) fn state(&self, parameter: &str, names: &[&str]) -> Result<State> {
        let arrays =
            named(&self.single, parameter, names).or_else(|| named(&self.double, parameter, names));
        let Some(arrays) = arrays else {
            let known = self.single.iter().map(|entry| &*entry.name);
            let known: Vec<_> = known
                .chain(self.double.iter().map(|entry| &*entry.name))
                .collect();
            let nothing = format!("the optimizer remembers nothing of {parameter:?}");
            let error = Error::new(ErrorKind::Value, nothing);
            return Err(if known.is_empty() {
                error
                    .why("it has not taken a step yet")
                    .hint("optimizer.step(&mut network, &gradients)? first")
            } else {
                error.expected(format!("one of {}", known.join(", ")))
            });
        };
        Ok(State {
            parameter: parameter.to_owned(),
            steps: self.steps,
            arrays,
        })
    }
}

fn named<F: Scalar>(
    entries: &[Entry<F>],
    parameter: &str,
    names: &[&str],
) -> Option<Vec<Parameter<f64>>> {
    let entry = entries.iter().find(|entry| entry.name == parameter)?;
    let array = |(name, values): (&&str, &InLine<F>)| {
        let values = values.iter().map(|value| value.as_f64()).collect();
        let value = ArrayD::from_shape_vec(entry.shape.clone(), values);
        Parameter {
            name: (*name).to_owned(),
            value: value.expect("as many values as the parameter has; please report"),
        }
    };
    Some(names.iter().zip(&entry.slots).map(array).collect())
}

fn another_network() -> Error {
    Error::new(ErrorKind::Value, "this optimizer remembers another network")
        .expected("the network of its first step, or a clone of it")
        .got("a network that was built anew")
        .why("its averages of past gradients are about the other network's parameters")
        .hint("make a new optimizer for a new network, or call reset() on this one")
}

fn other_values(known: usize, values: usize) -> Error {
    Error::new(ErrorKind::Shape, "this descent remembers other values")
        .expected(format!("{known} of them, as at its first step"))
        .got(values.to_string())
        .hint("make a new Descent for a new problem")
}
