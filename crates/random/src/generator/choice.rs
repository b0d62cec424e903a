//! Choosing from a population.

use super::Generator;
use crate::bits::Bits;
use crate::choice::{Choice, distinct, sealed};
use crate::error::Result;
use crate::integers::sealed::Integer;
use crate::population::Population;

impl Generator {
    /// Chooses from `0..n`, from the items of a slice, or from a one-dimensional array: NumPy's
    /// `choice`.
    ///
    /// ```
    /// let mut rng = chainrule_random::default_rng(0)?;
    /// let dice = rng.choice(&[1, 2, 3, 4, 5, 6]).draw(10)?; // rng.choice([1, …], 10)
    /// let batch = rng.choice(60_000).without_replacement().draw(100)?; // … replace=False
    /// let some = rng.choice(100).without_replacement().unshuffled().draw(5)?; // … shuffle=False
    /// assert_eq!((dice[0], batch.len(), some.len()), (6, 100, 5));
    /// # Ok::<(), chainrule_random::Error>(())
    /// ```
    pub fn choice<P: Population>(&mut self, population: P) -> Choice<'_, Self, P> {
        Choice::new(self, population)
    }
}

impl sealed::Chooser for Generator {
    fn units(&mut self, out: &mut [f64]) {
        self.bits.fill_f64(out);
    }

    fn indices(&mut self, population: usize, count: usize) -> Result<Vec<usize>> {
        Integer::lemire(&mut self.bits, (0, population - 1), count)
    }

    fn distinct(&mut self, population: usize, count: usize, shuffle: bool) -> Result<Vec<usize>> {
        distinct(&mut self.bits, population, count, shuffle)
    }
}
