//! Choosing from a population: with and without replacement, evenly or by probabilities.

mod distinct;
mod weights;

use std::borrow::Borrow;

use ndarray::{Array, IntoDimension};

use crate::array::{count, shaped};
use crate::error::{Error, Result};
use crate::population::Population;
use crate::{Generator, RandomState};

pub(crate) use distinct::{distinct, first_of_permutation};
use weights::Weights;

/// A choice that is being described; [`draw`](Self::draw) makes it. From
/// [`RandomState::choice`] or [`Generator::choice`].
///
/// At first every item is as likely as any other and can be chosen again.
#[must_use = "nothing is chosen before draw() or draw_one()"]
pub struct Choice<'r, R, P> {
    rng: &'r mut R,
    population: P,
    replace: bool,
    shuffle: bool,
    probabilities: Option<Vec<f64>>,
}

/// How the two interfaces choose, where they differ.
///
/// This trait is sealed.
pub trait Chooser: sealed::Chooser {}

impl Chooser for RandomState {}
impl Chooser for Generator {}

pub(crate) mod sealed {
    use crate::Result;

    pub trait Chooser {
        #[doc(hidden)]
        fn units(&mut self, out: &mut [f64]);

        /// Fills with indices below `population`, which is not 0.
        #[doc(hidden)]
        fn indices(&mut self, population: usize, out: &mut [usize]);

        /// `count` different indices below `population`, which is not less.
        #[doc(hidden)]
        fn distinct(
            &mut self,
            population: usize,
            count: usize,
            shuffle: bool,
        ) -> Result<Vec<usize>>;
    }
}

impl<'r, R: Chooser, P: Population> Choice<'r, R, P> {
    pub(crate) fn new(rng: &'r mut R, population: P) -> Self {
        Self {
            rng,
            population,
            replace: true,
            shuffle: true,
            probabilities: None,
        }
    }

    /// No item twice: NumPy's `replace=False`.
    pub fn without_replacement(mut self) -> Self {
        self.replace = false;
        self
    }

    /// The probability of each item: NumPy's `p`. They have to sum to 1 within 1.5 · 10⁻⁸.
    pub fn p<N: Borrow<f64>>(mut self, probabilities: impl IntoIterator<Item = N>) -> Self {
        let numbers = probabilities.into_iter().map(|number| *number.borrow());
        self.probabilities = Some(numbers.collect());
        self
    }

    /// An array of chosen items.
    ///
    /// # Errors
    /// If there is nothing to choose from, if there are fewer items than are to be drawn without
    /// replacement, if the probabilities are not as many as the items, if one is negative or NaN,
    /// if they do not sum to 1, or if there can be no array of the shape.
    pub fn draw<S: IntoDimension>(mut self, shape: S) -> Result<Array<P::Item, S::Dim>> {
        let shape = shape.into_dimension();
        let indices = self.draw_indices(count(&shape)?)?;
        let items = indices.into_iter().map(|index| self.population.item(index));
        Ok(shaped(shape, items.collect()))
    }

    /// One chosen item.
    ///
    /// # Errors
    /// As [`draw`](Self::draw).
    pub fn draw_one(mut self) -> Result<P::Item> {
        let indices = self.draw_indices(1)?;
        Ok(self.population.item(indices[0]))
    }

    fn draw_indices(&mut self, wanted: usize) -> Result<Vec<usize>> {
        let population = self.population.count();
        if population == 0 && wanted > 0 {
            return Err(Error::value("there is nothing to choose from")
                .expected("at least one item")
                .got("none")
                .hint("a population such as 10 or &[1, 2, 3]"));
        }
        let weights = match self.probabilities.take() {
            Some(numbers) => Some(Weights::new(numbers, population)?),
            None => None,
        };
        if !self.replace && wanted > population {
            return Err(Error::value(
                "there are fewer items than are to be drawn without replacement",
            )
            .expected(format!("at most {population}"))
            .got(wanted)
            .hint("a smaller shape, or a choice with replacement"));
        }
        match (self.replace, weights) {
            (true, Some(weights)) => weights.with_replacement(self.rng, wanted),
            (false, Some(weights)) => weights.without_replacement(self.rng, wanted),
            (true, None) => self.evenly(population, wanted),
            (false, None) => self.rng.distinct(population, wanted, self.shuffle),
        }
    }

    fn evenly(&mut self, population: usize, wanted: usize) -> Result<Vec<usize>> {
        if i64::try_from(population).is_err() {
            return Err(Error::value("the population is too large")
                .expected(format!("at most {} items", i64::MAX))
                .got(population)
                .hint("integers of u64 from 0..population, which have no such bound"));
        }
        let mut indices = crate::array::zeros(wanted)?;
        if wanted > 0 {
            self.rng.indices(population, &mut indices);
        }
        Ok(indices)
    }
}

impl<P: Population> Choice<'_, Generator, P> {
    /// Does not put what is drawn without replacement in a random order, which is faster: NumPy's
    /// `shuffle=False`.
    pub fn unshuffled(mut self) -> Self {
        self.shuffle = false;
        self
    }
}
