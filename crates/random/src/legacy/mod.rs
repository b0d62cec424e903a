//! NumPy's legacy interface, `numpy.random.RandomState`.

mod binomial;
mod choice;
mod gamma;
mod gauss;
mod integers;
mod state;

use ndarray::{Array, ArrayBase, DataMut, IntoDimension, RemoveAxis};

use crate::array::{filled_in_parts, of, or_panic};
use crate::bits::{Bits, Mt19937};
use crate::error::Result;
use crate::parameter::finite_range;
use crate::seed::{Legacy, Seed, legacy};
use crate::shuffle::{self, Permutable};

pub use state::State;

/// NumPy's `RandomState`: the same numbers for the same seed and the same calls, bit for bit.
///
/// A shape is whatever ndarray takes for one: `5`, `(2, 3)`, `[2, 3, 4]`, a `Vec<usize>` or
/// `IxDyn`. For each method that gives an array, one with the ending `_one` gives a single number.
///
/// ```
/// use chainrule_random::RandomState;
///
/// let mut rng = RandomState::new(1)?;
/// let weights = rng.random_sample((784, 40)); // numpy.random.random_sample((784, 40))
/// assert_eq!(weights.dim(), (784, 40));
/// assert_eq!(weights[[0, 0]], 0.417022004702574);
///
/// let mask = rng.randint(0..2, (1, 40))?; // numpy.random.randint(0, 2, (1, 40))
/// let noise = rng.normal(0.0, 0.1, 784)?; // numpy.random.normal(0.0, 0.1, 784)
/// let order = rng.permutation(60_000); // numpy.random.permutation(60000)
/// assert_eq!((mask.dim(), noise.len(), order.len()), ((1, 40), 784, 60_000));
/// # Ok::<(), chainrule_random::Error>(())
/// ```
///
/// # Panics
///
/// What takes no parameters but a shape or a count returns no `Result`, and panics when there is no
/// memory for the array or when the shape has more than `isize::MAX` elements.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomState {
    bits: Mt19937,
    /// The second value of the last pair that the polar method gave.
    gauss: Option<f64>,
}

impl RandomState {
    /// The generator that NumPy's `RandomState(seed)` is: seeded with an integer, or with an array
    /// of them.
    ///
    /// # Errors
    /// If a number is negative or above 2³² − 1, or if the array is empty.
    pub fn new(seed: impl Seed) -> Result<Self> {
        Ok(match legacy(seed)? {
            Legacy::Number(number) => Mt19937::from_number(number),
            Legacy::Array(words) => Mt19937::from_array(&words),
        }
        .into())
    }

    /// Begins anew from a seed, as NumPy's `seed` does; a kept normal number is dropped.
    ///
    /// # Errors
    /// As [`new`](Self::new); the generator then stays as it was.
    pub fn seed(&mut self, seed: impl Seed) -> Result<()> {
        *self = Self::new(seed)?;
        Ok(())
    }

    pub(crate) fn bits_mut(&mut self) -> &mut Mt19937 {
        &mut self.bits
    }

    /// Numbers from `[0, 1)`, each a multiple of 2⁻⁵³.
    #[track_caller]
    pub fn random_sample<S: IntoDimension>(&mut self, shape: S) -> Array<f64, S::Dim> {
        or_panic(of(shape, |count| self.units(count)))
    }

    /// A number from `[0, 1)`.
    pub fn random_sample_one(&mut self) -> f64 {
        self.bits.next_f64()
    }

    /// The same as [`random_sample`](Self::random_sample).
    #[track_caller]
    pub fn rand<S: IntoDimension>(&mut self, shape: S) -> Array<f64, S::Dim> {
        self.random_sample(shape)
    }

    /// The same as [`random_sample_one`](Self::random_sample_one).
    pub fn rand_one(&mut self) -> f64 {
        self.random_sample_one()
    }

    /// Numbers from `[low, high)`: `low + (high − low) · u`, which rounding can bring up to `high`.
    /// Like NumPy's, draws from `(high, low]` if `high` is the lower.
    ///
    /// # Errors
    /// If `high − low` is not finite, or there can be no array of the shape.
    pub fn uniform<S: IntoDimension>(
        &mut self,
        low: f64,
        high: f64,
        shape: S,
    ) -> Result<Array<f64, S::Dim>> {
        let range = finite_range(low, high)?;
        of(shape, |count| self.scaled_units(low, range, count))
    }

    fn units(&mut self, count: usize) -> Result<Vec<f64>> {
        filled_in_parts(count, |out| self.bits.fill_f64(out))
    }

    fn scaled_units(&mut self, low: f64, range: f64, count: usize) -> Result<Vec<f64>> {
        filled_in_parts(count, |out| {
            self.bits.fill_f64(out);
            out.iter_mut().for_each(|unit| *unit = low + range * *unit);
        })
    }

    /// A number from `[low, high)`.
    ///
    /// # Errors
    /// If `high − low` is not finite.
    pub fn uniform_one(&mut self, low: f64, high: f64) -> Result<f64> {
        Ok(low + finite_range(low, high)? * self.bits.next_f64())
    }

    /// A permuted copy: of `0..n` for a count, of the items of a slice, of the rows (the first
    /// axis) of an array.
    ///
    /// ```
    /// use chainrule_random::RandomState;
    /// use ndarray::array;
    ///
    /// let mut rng = RandomState::new(0)?;
    /// assert_eq!(rng.permutation(5).to_vec(), [2, 0, 1, 3, 4]);
    /// let rows = rng.permutation(&array![[1, 2], [3, 4], [5, 6]]);
    /// assert_eq!(rows.dim(), (3, 2));
    /// # Ok::<(), chainrule_random::Error>(())
    /// ```
    #[track_caller]
    pub fn permutation<P: Permutable>(&mut self, what: P) -> P::Permuted {
        or_panic(what.permute(&mut |count| shuffle::order(&mut self.bits, count, 0..count)))
    }

    /// Shuffles the items of a slice or `Vec`.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        shuffle::slice(&mut self.bits, items);
    }

    /// Shuffles the rows (the first axis) of an array. The rows themselves stay as they are.
    ///
    /// Like NumPy's `shuffle`, draws nothing for an array without elements.
    pub fn shuffle_rows<T, S, D>(&mut self, array: &mut ArrayBase<S, D>)
    where
        S: DataMut<Elem = T>,
        D: RemoveAxis,
    {
        shuffle::rows(&mut self.bits, array);
    }
}

impl From<Mt19937> for RandomState {
    fn from(bits: Mt19937) -> Self {
        Self { bits, gauss: None }
    }
}
