//! NumPy's newer interface, `numpy.random.Generator` over PCG64.

mod choice;
mod exact;
mod integers;
mod normal;
mod state;
mod ziggurat;

use ndarray::{Array, ArrayBase, DataMut, IntoDimension, RemoveAxis};

use crate::array::{filled_in_parts, of, or_panic};
use crate::bits::{Bits, Pcg64, SeedSequence};
use crate::error::{Error, Result};
use crate::parameter::{finite_range, not_negative};
use crate::seed::Seed;
use crate::shuffle::{self, Permutable};

pub use state::GeneratorState;

/// The generator that NumPy's `default_rng(seed)` is.
///
/// There is none without a seed: what is drawn can always be drawn again.
///
/// ```
/// let mut rng = chainrule_random::default_rng(42)?;
/// assert_eq!(rng.random(3).to_vec(), [0.7739560485559633, 0.4388784397520523, 0.8585979199113825]);
/// # Ok::<(), chainrule_random::Error>(())
/// ```
///
/// # Errors
/// If a number of the seed is negative.
pub fn default_rng(seed: impl Seed) -> Result<Generator> {
    Generator::new(seed)
}

/// NumPy's `Generator` over [`Pcg64`]: the same numbers for the same seed and the same calls, bit
/// for bit. Made by [`default_rng`].
///
/// A shape is whatever ndarray takes for one: `5`, `(2, 3)`, `[2, 3, 4]`, a `Vec<usize>` or
/// `IxDyn`. For each method that gives an array, one with the ending `_one` gives a single number.
///
/// ```
/// use chainrule_random::default_rng;
///
/// let mut rng = default_rng(1)?;
/// let weights = rng.standard_normal((784, 40)); // rng.standard_normal((784, 40))
/// let labels = rng.integers(0..=9_u8, 100)?; // rng.integers(0, 9, 100, np.uint8, endpoint=True)
/// let mut workers = rng.spawn(4)?; // rng.spawn(4)
/// assert_eq!((weights.dim(), labels.len()), ((784, 40), 100));
/// assert_ne!(workers[0].random(5), workers[1].random(5));
/// # Ok::<(), chainrule_random::Error>(())
/// ```
///
/// # Panics
///
/// What takes no parameters but a shape or a count returns no `Result`, and panics when there is no
/// memory for the array or when the shape has more than `isize::MAX` elements.
#[derive(Clone, Debug, PartialEq)]
pub struct Generator {
    bits: Pcg64,
    sequence: Option<SeedSequence>,
}

impl Generator {
    /// The same as [`default_rng`].
    ///
    /// # Errors
    /// If a number of the seed is negative.
    pub fn new(seed: impl Seed) -> Result<Self> {
        SeedSequence::new(seed).map(Self::from_sequence)
    }

    /// The generator that NumPy's `default_rng(sequence)` is.
    pub fn from_sequence(sequence: SeedSequence) -> Self {
        Self {
            bits: Pcg64::new(&sequence),
            sequence: Some(sequence),
        }
    }

    /// `count` generators whose streams have nothing to do with each other, nor with this one's,
    /// which stays where it is. Those of later calls are different ones.
    ///
    /// # Errors
    /// If this generator was made from a bit generator or a state, whose seed it does not know.
    pub fn spawn(&mut self, count: u32) -> Result<Vec<Self>> {
        match &mut self.sequence {
            Some(sequence) => {
                let children = sequence.spawn(count);
                Ok(children.into_iter().map(Self::from_sequence).collect())
            }
            None => Err(Error::value("this generator cannot spawn others")
                .expected("a generator that was made from a seed")
                .got("one that was made from a state")
                .hint("default_rng(1)?.spawn(4)")),
        }
    }

    pub(crate) fn bits_mut(&mut self) -> &mut Pcg64 {
        &mut self.bits
    }

    /// Numbers from `[0, 1)`, each a multiple of 2⁻⁵³.
    #[track_caller]
    pub fn random<S: IntoDimension>(&mut self, shape: S) -> Array<f64, S::Dim> {
        or_panic(of(shape, |count| self.units(count)))
    }

    /// A number from `[0, 1)`.
    pub fn random_one(&mut self) -> f64 {
        self.bits.next_f64()
    }

    /// Numbers from `[0, 1)` in single precision, each a multiple of 2⁻²⁴: NumPy's
    /// `random(shape, dtype=np.float32)`.
    #[track_caller]
    pub fn random_f32<S: IntoDimension>(&mut self, shape: S) -> Array<f32, S::Dim> {
        or_panic(of(shape, |count| self.units_f32(count)))
    }

    /// A number from `[0, 1)` in single precision.
    pub fn random_f32_one(&mut self) -> f32 {
        self.bits.next_f32()
    }

    /// Numbers from `[low, high)`: `low + (high − low) · u`, which rounding can bring up to `high`.
    ///
    /// # Errors
    /// If `high − low` is negative or not finite, or there can be no array of the shape.
    pub fn uniform<S: IntoDimension>(
        &mut self,
        low: f64,
        high: f64,
        shape: S,
    ) -> Result<Array<f64, S::Dim>> {
        let range = ordered_range(low, high)?;
        of(shape, |count| self.scaled_units(low, range, count))
    }

    fn units(&mut self, count: usize) -> Result<Vec<f64>> {
        filled_in_parts(count, |out| self.bits.fill_f64(out))
    }

    fn units_f32(&mut self, count: usize) -> Result<Vec<f32>> {
        filled_in_parts(count, |out| {
            out.iter_mut().for_each(|slot| *slot = self.bits.next_f32());
        })
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
    /// If `high − low` is negative or not finite.
    pub fn uniform_one(&mut self, low: f64, high: f64) -> Result<f64> {
        Ok(low + ordered_range(low, high)? * self.bits.next_f64())
    }

    /// A permuted copy: of `0..n` for a count, of the items of a slice, of the rows (the first
    /// axis) of an array.
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

/// `high − low`, which NumPy's newer interface wants to be 0 or more.
fn ordered_range(low: f64, high: f64) -> Result<f64> {
    let range = finite_range(low, high)?;
    not_negative("high − low", range)?;
    Ok(range)
}

impl From<Pcg64> for Generator {
    fn from(bits: Pcg64) -> Self {
        Self {
            bits,
            sequence: None,
        }
    }
}
