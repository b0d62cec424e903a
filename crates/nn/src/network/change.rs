//! What changes a network: values that are set, steps along gradients, running statistics.

use std::sync::Arc;

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::ArrayD;

use super::Network;
use crate::{Gradients, Parameter, Scalar, parameter};

impl<F: Scalar> Network<F> {
    /// The same values as a network of its own, which a clone is not: an optimizer that remembers
    /// this one's gradients refuses that.
    #[doc(hidden)]
    #[must_use]
    pub fn on_its_own(mut self) -> Self {
        self.identity = Arc::default();
        self
    }

    /// Replaces the values of one parameter.
    ///
    /// # Errors
    ///
    /// When there is no such parameter or the shape is another.
    pub fn set_parameter(&mut self, name: &str, value: ArrayD<F>) -> Result<()> {
        let shape = self.parameter(name)?.shape().to_vec();
        if shape != value.shape() {
            return Err(parameter::wrong_shape(name, &shape, value.shape()));
        }
        for parameter in self
            .parameters
            .iter_mut()
            .filter(|parameter| parameter.name == name)
        {
            parameter.value = value.as_standard_layout().into_owned();
        }
        Ok(())
    }

    /// Replaces one of the running statistics.
    ///
    /// # Errors
    ///
    /// When there is none of that name, the shape is another, or a variance is negative.
    pub fn set_statistics(&mut self, name: &str, value: ArrayD<F>) -> Result<()> {
        let shape = parameter::find(&self.statistics, name)?.shape().to_vec();
        if shape != value.shape() {
            return Err(parameter::wrong_shape(name, &shape, value.shape()));
        }
        if let Some(negative) = value
            .iter()
            .find(|v| **v < F::zero() && name.ends_with(".variance"))
        {
            return Err(
                Error::new(ErrorKind::Value, format!("{name} holds no variance"))
                    .expected("numbers that are not negative")
                    .got(negative.to_string()),
            );
        }
        let statistics = self.statistics.iter_mut().find(|entry| entry.name == name);
        if let Some(entry) = statistics {
            entry.value = value.as_standard_layout().into_owned();
        }
        Ok(())
    }

    /// Calls `update(parameter, gradient)` for the values of every parameter: what an optimizer
    /// is built on.
    ///
    /// # Errors
    ///
    /// When the gradients are another network's: a name or a shape differs, or one is missing.
    pub fn update(
        &mut self,
        gradients: &Gradients<F>,
        mut update: impl FnMut(&mut [F], &[F]),
    ) -> Result<()> {
        self.update_filled(gradients, |parameter, gradient, _| {
            update(parameter, gradient);
        })
    }

    /// The same, told of the rows of a gradient that may have a number other than zero, where these
    /// are known, and of how many numbers each has.
    pub(crate) fn update_filled(
        &mut self,
        gradients: &Gradients<F>,
        mut update: impl FnMut(&mut [F], &[F], Option<(&[u16], usize)>),
    ) -> Result<()> {
        self.check_gradients(gradients)?;
        let pairs = self.parameters.iter_mut().zip(&gradients.entries);
        for (entry, (parameter, gradient)) in pairs.enumerate() {
            match gradient.value.as_slice() {
                Some(values) => {
                    let columns = values.len() / gradient.value.shape()[0].max(1);
                    let filled = gradients.filled.of(entry).map(|rows| (rows, columns));
                    update(parameter.values_mut(), values, filled);
                }
                None => {
                    let values = gradient.value.as_standard_layout().into_owned();
                    let values = values.as_slice().expect("standard layout; please report");
                    update(parameter.values_mut(), values, None);
                }
            }
        }
        self.follow(&gradients.statistics);
        Ok(())
    }

    /// Moves the running statistics towards those of a batch.
    fn follow(&mut self, batch: &[Parameter<F>]) {
        for layer in self.layers.iter() {
            let new = F::of(layer.momentum);
            let old = F::of(1.0 - layer.momentum);
            let pairs = self.statistics[layer.statistics.clone()].iter_mut();
            // Gradients that were put together by hand may come without statistics.
            for (running, batch) in pairs.zip(batch.iter().skip(layer.statistics.start)) {
                let pairs = running.values_mut().iter_mut().zip(&batch.value);
                pairs.for_each(|(running, &batch)| *running = old * *running + new * batch);
            }
        }
    }

    /// Whether the gradients are this network's.
    pub(crate) fn check_gradients(&self, gradients: &Gradients<F>) -> Result<()> {
        let fits = self.parameters.len() == gradients.entries.len()
            && self
                .parameters
                .iter()
                .zip(&gradients.entries)
                .all(|(parameter, gradient)| {
                    parameter.name == gradient.name
                        && parameter.value.shape() == gradient.value.shape()
                });
        if !fits {
            let names = |entries: &[Parameter<F>]| {
                let name =
                    |entry: &Parameter<F>| format!("{} {:?}", entry.name, entry.value.shape());
                entries.iter().map(name).collect::<Vec<_>>().join(", ")
            };
            return Err(Error::new(
                ErrorKind::Shape,
                "these are not the gradients of this network",
            )
            .expected(names(&self.parameters))
            .got(names(&gradients.entries))
            .hint("take them from network.gradients(&x, &y) of the same network"));
        }
        let fits = gradients.statistics.len() == self.statistics.len()
            && self
                .statistics
                .iter()
                .zip(&gradients.statistics)
                .all(|(running, batch)| {
                    running.name == batch.name && running.value.shape() == batch.value.shape()
                });
        if !fits && !gradients.statistics.is_empty() {
            return Err(Error::new(
                ErrorKind::Shape,
                "these are not the statistics of this network's batches",
            )
            .hint("take the gradients from network.gradients(&x, &y) of the same network"));
        }
        Ok(())
    }

    pub(crate) fn parameters_mut(&mut self) -> &mut [Parameter<F>] {
        &mut self.parameters
    }
}
