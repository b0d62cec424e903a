//! The state of a `Generator`, out and in.

use std::fmt;
use std::str::FromStr;

use super::Generator;
use crate::bits::Pcg64;
use crate::error::{Error, Result};

const NAME: &str = "PCG64";

/// Where a [`Generator`] stands: what NumPy's `rng.bit_generator.state` holds.
///
/// As text it is `PCG64`, the state, the increment, whether half a word is kept (1 or 0), and that
/// half, in decimals with a space between them. NumPy leaves a used-up half in its place; here it
/// is 0.
///
/// ```
/// use chainrule_random::{Generator, default_rng};
///
/// let mut rng = default_rng(1)?;
/// rng.random_f32_one();
/// let text = rng.state().to_string();
/// let ahead = rng.random_f32(4);
///
/// let mut again = Generator::from_state(&text.parse()?);
/// assert_eq!(again.random_f32(4), ahead);
/// # Ok::<(), chainrule_random::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratorState {
    state: u128,
    increment: u128,
    kept: Option<u32>,
}

impl GeneratorState {
    /// A state from the parts of NumPy's `rng.bit_generator.state`: `state`, `inc`, and `uinteger`
    /// if `has_uint32` is 1.
    ///
    /// # Errors
    /// If the increment is even: such a generator would not go through all its states.
    pub fn new(state: u128, increment: u128, kept: Option<u32>) -> Result<Self> {
        match increment % 2 {
            1 => Ok(Self {
                state,
                increment,
                kept,
            }),
            _ => Err(bad("an odd increment").got(increment)),
        }
    }

    /// The state of the congruential generator: `state`.
    pub fn state(&self) -> u128 {
        self.state
    }

    /// What each step adds: `inc`.
    pub fn increment(&self) -> u128 {
        self.increment
    }

    /// The half of a word that the next 32-bit draw will return.
    pub fn kept(&self) -> Option<u32> {
        self.kept
    }
}

impl fmt::Display for GeneratorState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has = u8::from(self.kept.is_some());
        let half = self.kept.unwrap_or_default();
        write!(f, "{NAME} {} {} {has} {half}", self.state, self.increment)
    }
}

impl FromStr for GeneratorState {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [NAME, state, increment, has, half] = words[..] else {
            return Err(bad("PCG64 and four numbers").got(text));
        };
        let half = number(half)?;
        let kept = match has {
            "0" => None,
            "1" => Some(half),
            _ => return Err(bad("0 or 1 for whether half a word is kept").got(has)),
        };
        Self::new(number(state)?, number(increment)?, kept)
    }
}

fn number<T: FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| bad("integers").got(text))
}

fn bad(expected: &str) -> Error {
    Error::value("this is no state of a Generator")
        .expected(expected)
        .hint("the text of rng.state(), or the parts of NumPy's rng.bit_generator.state")
}

impl Generator {
    /// Where the generator stands.
    pub fn state(&self) -> GeneratorState {
        GeneratorState {
            state: self.bits.state(),
            increment: self.bits.increment(),
            kept: self.bits.kept(),
        }
    }

    /// Puts the generator where another stood. What it can spawn stays as it was.
    pub fn set_state(&mut self, state: &GeneratorState) {
        self.bits = Pcg64::from_parts(state.state, state.increment, state.kept);
    }

    /// The generator that stands there. It has no seed, so it cannot
    /// [`spawn`](Self::spawn) others.
    pub fn from_state(state: &GeneratorState) -> Self {
        Pcg64::from_parts(state.state, state.increment, state.kept).into()
    }
}
