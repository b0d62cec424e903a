//! The state of the legacy generator, out and in.

use std::fmt;
use std::str::FromStr;

use super::RandomState;
use crate::bits::Mt19937;
use crate::error::{Error, Result};

const WORDS: usize = 624;
const NAME: &str = "MT19937";

/// Where a [`RandomState`] stands: the five things that NumPy's `get_state()` returns.
///
/// As text it is these five in NumPy's order, with a space between them, the 624 words last; so
/// Python reads it with `name, pos, has_gauss, gauss, *key = text.split()`.
///
/// ```
/// use chainrule_random::RandomState;
///
/// let mut rng = RandomState::new(1)?;
/// rng.randn(3);
/// let text = rng.state().to_string();
/// let ahead = rng.randn(4);
///
/// let mut again = RandomState::from_state(&text.parse()?);
/// assert_eq!(again.randn(4), ahead);
/// # Ok::<(), chainrule_random::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    key: [u32; WORDS],
    position: usize,
    gauss: Option<f64>,
}

impl State {
    /// A state from NumPy's `get_state()`: the key, the position, and the kept normal number if
    /// `has_gauss` is 1.
    ///
    /// # Errors
    /// If there are not 624 words, if they are such that only zeros would come, if the position is
    /// above 624 or the kept number is not finite.
    pub fn new(key: &[u32], position: usize, gauss: Option<f64>) -> Result<Self> {
        let key: [u32; WORDS] = key
            .try_into()
            .map_err(|_| bad("624 words").got(format!("{} words", key.len())))?;
        if position > WORDS {
            return Err(bad("a position from 0 to 624").got(position));
        }
        if key[0] >> 31 == 0 && key[1..].iter().all(|&word| word == 0) {
            return Err(bad("a key that is not all zeros")
                .got("zeros")
                .why("from nothing but zeros the generator makes nothing but zeros"));
        }
        if let Some(kept) = gauss.filter(|kept| !kept.is_finite()) {
            return Err(bad("a finite number kept from the last pair").got(kept));
        }
        Ok(Self {
            key,
            position,
            gauss,
        })
    }

    /// The 624 words of the current block.
    pub fn key(&self) -> &[u32; WORDS] {
        &self.key
    }

    /// How many words of the block are used up, 0 to 624.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The normal number that is kept for the next call.
    pub fn gauss(&self) -> Option<f64> {
        self.gauss
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = u8::from(self.gauss.is_some());
        let gauss = self.gauss.unwrap_or_default();
        write!(f, "{NAME} {} {kept} {gauss:?}", self.position)?;
        self.key.iter().try_for_each(|word| write!(f, " {word}"))
    }
}

impl FromStr for State {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut parts = text.split_whitespace();
        let mut next = |what| {
            parts
                .next()
                .ok_or_else(|| bad(what).got("the end of the text"))
        };
        let name = next(NAME)?;
        if name != NAME {
            return Err(bad(NAME).got(name));
        }
        let position = number(next("a position")?, "a position from 0 to 624")?;
        let kept: u8 = number(next("0 or 1")?, "0 or 1")?;
        let gauss = number(next("a number")?, "the number kept from the last pair")?;
        let key: Result<Vec<u32>> = parts.map(|word| number(word, "words of 32 bits")).collect();
        match kept {
            0 => Self::new(&key?, position, None),
            1 => Self::new(&key?, position, Some(gauss)),
            _ => Err(bad("0 or 1 for whether a number is kept").got(kept)),
        }
    }
}

fn number<T: FromStr>(text: &str, what: &str) -> Result<T> {
    text.parse().map_err(|_| bad(what).got(text))
}

fn bad(expected: &str) -> Error {
    Error::value("this is no state of a RandomState")
        .expected(expected)
        .hint("the text of rng.state(), or the parts of NumPy's get_state()")
}

impl RandomState {
    /// Where the generator stands.
    pub fn state(&self) -> State {
        State {
            key: *self.bits.key(),
            position: self.bits.position(),
            gauss: self.gauss,
        }
    }

    /// Puts the generator where another stood.
    pub fn set_state(&mut self, state: &State) {
        self.bits = Mt19937::from_key(state.key, state.position);
        self.gauss = state.gauss;
    }

    /// The generator that stands there.
    pub fn from_state(state: &State) -> Self {
        let mut this = Self::from(Mt19937::from_key(state.key, state.position));
        this.gauss = state.gauss;
        this
    }
}
