//! Named arrays: what a network learns, and the gradients of it.

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::ArrayD;

use crate::Scalar;

/// One named array of a network, or the gradient of one: `dense_1.weight`, `conv2d_1.bias`.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter<F> {
    /// The layer's name and what the array is to it.
    pub name: String,
    /// The values. A dense weight is `[inputs, units]`, a convolution's
    /// `[filters, channels, height, width]`, a bias has one value for each unit or filter.
    pub value: ArrayD<F>,
}

impl<F: Scalar> Parameter<F> {
    pub(crate) fn values(&self) -> &[F] {
        self.value
            .as_slice()
            .expect("parameters lie row by row; please report")
    }

    pub(crate) fn values_mut(&mut self) -> &mut [F] {
        self.value
            .as_slice_mut()
            .expect("parameters lie row by row; please report")
    }
}

pub(crate) fn wrong_shape(name: &str, expected: &[usize], got: &[usize]) -> Error {
    Error::new(ErrorKind::Shape, format!("{name} has another shape"))
        .expected(format!("{expected:?}"))
        .got(format!("{got:?}"))
}

pub(crate) fn find<'a, F>(entries: &'a [Parameter<F>], name: &str) -> Result<&'a ArrayD<F>> {
    entries
        .iter()
        .find(|entry| entry.name == name)
        .map(|entry| &entry.value)
        .ok_or_else(|| {
            let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
            let names = if names.is_empty() {
                vec!["none"]
            } else {
                names
            };
            Error::new(
                ErrorKind::Value,
                format!("there is no parameter named {name:?}"),
            )
            .expected(format!("one of {}", names.join(", ")))
        })
}

/// The gradients of a loss with respect to every parameter of a network, and the loss itself.
///
/// ```
/// use chainrule_nn::Model;
/// use ndarray::array;
///
/// let network = Model::input(2).dense(3).softmax().build_f64(7)?;
/// let gradients = network.gradients(&array![[1.0, 2.0]], &[2])?;
/// assert_eq!(gradients.get("dense_1.weight")?.shape(), [2, 3]);
/// // Softmax with cross-entropy: the gradients of one sample's scores add up to nothing.
/// assert!(gradients.get("dense_1.bias")?.sum().abs() < 1e-15);
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Gradients<F> {
    /// One entry for each parameter, in the network's order and under its names.
    pub entries: Vec<Parameter<F>>,
    /// The loss of the batch: averaged over its samples or summed, as the model says.
    pub loss: f64,
    /// How many samples the batch had.
    pub samples: usize,
    /// The batch's means and variances, if the network has batch normalization: what a step moves
    /// the network's running statistics towards. Empty otherwise.
    pub statistics: Vec<Parameter<F>>,
    pub(crate) filled: Filled,
}

/// Of each entry its rows that may have a number other than zero, in ascending order, where they are
/// known: after batches of a few samples most have none, and a step has nothing to do there.
///
/// Known only while nobody but the passes can write the entries: not of a clone.
#[derive(Debug, Default)]
pub(crate) struct Filled(pub(crate) Vec<FilledRows>);

/// The rows of one entry.
pub(crate) type FilledRows = Option<Vec<u16>>;

impl Filled {
    pub(crate) fn forget(&mut self) {
        self.0.fill(None);
    }

    pub(crate) fn of(&self, entry: usize) -> Option<&[u16]> {
        self.0.get(entry)?.as_deref()
    }
}

impl Clone for Filled {
    fn clone(&self) -> Self {
        Self(vec![None; self.0.len()])
    }
}

impl PartialEq for Filled {
    /// It says nothing that the entries do not.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<F: Scalar> Gradients<F> {
    /// Gradients that were computed by hand, without statistics: one entry for each parameter of the
    /// network that is to be stepped, in its order and under its names.
    ///
    /// ```
    /// use chainrule_nn::{Gradients, Model, Optimizer, Parameter, Sgd};
    /// use ndarray::array;
    ///
    /// let mut network = Model::input(1).dense(1).without_bias().squared_error().build_f64(1)?;
    /// let weight = network.parameter("dense_1.weight")?[[0, 0]];
    /// let name = "dense_1.weight".to_owned();
    /// let mine = Parameter { name, value: array![[2.0]].into_dyn() };
    /// Sgd::new(0.1)?.step(&mut network, &Gradients::new(vec![mine], 0.0, 1))?;
    /// assert_eq!(network.parameter("dense_1.weight")?[[0, 0]], weight - 0.2);
    /// # Ok::<(), chainrule_nn::Error>(())
    /// ```
    pub fn new(entries: Vec<Parameter<F>>, loss: f64, samples: usize) -> Self {
        Self {
            entries,
            loss,
            samples,
            statistics: Vec::new(),
            filled: Filled::default(),
        }
    }

    /// The gradient of the parameter `name`, shaped as the parameter.
    ///
    /// # Errors
    ///
    /// When no parameter has the name; the error lists those that there are.
    pub fn get(&self, name: &str) -> Result<&ArrayD<F>> {
        find(&self.entries, name)
    }

    /// The Euclidean norm over all parameters.
    pub fn norm(&self) -> f64 {
        let squares = |entry: &Parameter<F>| {
            entry
                .value
                .iter()
                .map(|value| value.as_f64().powi(2))
                .sum::<f64>()
        };
        self.entries.iter().map(squares).sum::<f64>().sqrt()
    }
}

impl<F: Scalar> fmt::Display for Gradients<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "gradients of loss {:.6} over {} samples",
            self.loss, self.samples
        )?;
        writeln!(
            f,
            "{:<18} {:<16} {:>12} {:>12} {:>12}",
            "parameter", "shape", "least", "greatest", "norm"
        )?;
        for (i, entry) in self.entries.iter().enumerate() {
            let values = || entry.value.iter().map(|value| value.as_f64());
            let norm = values().map(|value| value * value).sum::<f64>().sqrt();
            let (least, greatest) = values()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| {
                    (a.min(v), b.max(v))
                });
            let shape = format!("{:?}", entry.value.shape());
            if i > 0 {
                writeln!(f)?;
            }
            write!(
                f,
                "{:<18} {shape:<16} {least:>12.3e} {greatest:>12.3e} {norm:>12.3e}",
                entry.name
            )?;
        }
        Ok(())
    }
}
