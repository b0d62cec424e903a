//! Choosing from a population: with and without replacement, evenly or by probabilities.

mod distinct;
mod weights;

use std::borrow::Borrow;

use ndarray::{Array, IntoDimension};

use crate::array::of;
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
    how: How,
}

struct How {
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

        /// Indices below `population`, which is not 0.
        #[doc(hidden)]
        fn indices(&mut self, population: usize, count: usize) -> Result<Vec<usize>>;

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
            how: How {
                replace: true,
                shuffle: true,
                probabilities: None,
            },
        }
    }

    /// No item twice: NumPy's `replace=False`.
    pub fn without_replacement(mut self) -> Self {
        self.how.replace = false;
        self
    }

    /// The probability of each item: NumPy's `p`. They have to sum to 1 within 1.5 · 10⁻⁸.
    pub fn p<N: Borrow<f64>>(mut self, probabilities: impl IntoIterator<Item = N>) -> Self {
        let numbers = probabilities.into_iter().map(|number| *number.borrow());
        self.how.probabilities = Some(numbers.collect());
        self
    }

    /// An array of chosen items.
    ///
    /// # Errors
    /// If there is nothing to choose from, if there are fewer items than are to be drawn without
    /// replacement, if the probabilities are not as many as the items, if one is negative or NaN,
    /// if they do not sum to 1, or if there can be no array of the shape.
    pub fn draw<S: IntoDimension>(self, shape: S) -> Result<Array<P::Item, S::Dim>> {
        of(shape, |count| {
            let indices = indices(self.rng, self.population.count(), count, self.how)?;
            Ok((indices.into_iter())
                .map(|index| self.population.item(index))
                .collect())
        })
    }

    /// One chosen item.
    ///
    /// # Errors
    /// As [`draw`](Self::draw).
    pub fn draw_one(self) -> Result<P::Item> {
        let indices = indices(self.rng, self.population.count(), 1, self.how)?;
        Ok(self.population.item(indices[0]))
    }
}

/// The indices of `wanted` items.
fn indices(
    rng: &mut dyn sealed::Chooser,
    population: usize,
    wanted: usize,
    how: How,
) -> Result<Vec<usize>> {
    if population == 0 && wanted > 0 {
        return Err(Error::value("there is nothing to choose from")
            .expected("at least one item")
            .got("none")
            .hint("a population such as 10 or &[1, 2, 3]"));
    }
    let weights = match how.probabilities {
        Some(numbers) => Some(Weights::new(numbers, population)?),
        None => None,
    };
    if !how.replace && wanted > population {
        return Err(
            Error::value("there are fewer items than are to be drawn without replacement")
                .expected(format!("at most {population}"))
                .got(wanted)
                .hint("a smaller shape, or a choice with replacement"),
        );
    }
    match (how.replace, weights) {
        (true, Some(weights)) => weights.with_replacement(rng, wanted),
        (false, Some(weights)) => weights.without_replacement(rng, wanted),
        (true, None) => evenly(rng, population, wanted),
        (false, None) => rng.distinct(population, wanted, how.shuffle),
    }
}

fn evenly(rng: &mut dyn sealed::Chooser, population: usize, wanted: usize) -> Result<Vec<usize>> {
    if i64::try_from(population).is_err() {
        return Err(Error::value("the population is too large")
            .expected(format!("at most {} items", i64::MAX))
            .got(population)
            .hint("integers of u64 from 0..population, which have no such bound"));
    }
    match wanted {
        0 => Ok(Vec::new()),
        _ => rng.indices(population, wanted),
    }
}

impl<P: Population> Choice<'_, Generator, P> {
    /// Does not put what is drawn without replacement in a random order, which is faster: NumPy's
    /// `shuffle=False`.
    pub fn unshuffled(mut self) -> Self {
        self.how.shuffle = false;
        self
    }
}
