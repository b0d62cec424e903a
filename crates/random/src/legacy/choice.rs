//! Choosing from a population.

use super::RandomState;
use crate::bits::Bits;
use crate::choice::{Choice, first_of_permutation, sealed};
use crate::error::Result;
use crate::integers::sealed::Integer;
use crate::population::Population;

impl RandomState {
    /// Chooses from `0..n`, from the items of a slice, or from a one-dimensional array: NumPy's
    /// `choice`.
    ///
    /// ```
    /// use chainrule_random::RandomState;
    ///
    /// let mut rng = RandomState::new(0)?;
    /// let dice = rng.choice(&[1, 2, 3, 4, 5, 6]).draw((2, 3))?; // choice([1, …], (2, 3))
    /// let batch = rng.choice(60_000).without_replacement().draw(100)?; // choice(60000, 100, False)
    /// let fruit = rng.choice(&["apple", "pear"]).p([0.9, 0.1]).draw_one()?;
    /// assert_eq!((dice[[0, 0]], batch.len(), fruit), (5, 100, "pear"));
    /// # Ok::<(), chainrule_random::Error>(())
    /// ```
    pub fn choice<P: Population>(&mut self, population: P) -> Choice<'_, Self, P> {
        Choice::new(self, population)
    }
}

impl sealed::Chooser for RandomState {
    fn units(&mut self, out: &mut [f64]) {
        self.bits.fill_f64(out);
    }

    fn indices(&mut self, population: usize, count: usize) -> Result<Vec<usize>> {
        Integer::masked(&mut self.bits, (0, population - 1), count)
    }

    fn distinct(&mut self, population: usize, count: usize, _: bool) -> Result<Vec<usize>> {
        first_of_permutation(&mut self.bits, population, count)
    }
}
