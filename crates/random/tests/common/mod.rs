//! Our side of the golden files; `goldens/numpy_calls.py` says what the lines mean.

#![allow(
    clippy::unwrap_used,
    reason = "a line that cannot be read is a broken test"
)]

use chainrule_random::{Error, Generator, Integer, RandomState};
use ndarray::{Array, ArrayD, Dimension, arr0};
use sha2::{Digest, Sha256};

const SHORT: usize = 8;

/// A number as the golden files write it.
pub trait Shown {
    fn shown(&self) -> String;
    fn bytes(&self) -> Vec<u8>;
}

macro_rules! shown {
    ($($type:ty: $number:ident => $text:expr),* $(,)?) => {$(
        impl Shown for $type {
            fn shown(&self) -> String {
                let $number = self;
                $text
            }

            fn bytes(&self) -> Vec<u8> {
                self.to_le_bytes().to_vec()
            }
        }
    )*};
}

shown! {
    f64: x => format!("{:016x}", x.to_bits()), f32: x => format!("{:08x}", x.to_bits()),
    i8: x => x.to_string(), i16: x => x.to_string(), i32: x => x.to_string(),
    i64: x => x.to_string(), u8: x => x.to_string(), u16: x => x.to_string(),
    u32: x => x.to_string(), u64: x => x.to_string(), usize: x => x.to_string(),
}

impl Shown for bool {
    fn shown(&self) -> String {
        u8::from(*self).to_string()
    }

    fn bytes(&self) -> Vec<u8> {
        vec![u8::from(*self)]
    }
}

fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn shown<T: Shown, D: Dimension>(array: &Array<T, D>) -> String {
    let mut words: Vec<String> = Vec::new();
    let lengths: Vec<String> = array.shape().iter().map(ToString::to_string).collect();
    words.push(match lengths.is_empty() {
        true => "scalar".into(),
        false => lengths.join("x"),
    });
    if array.len() > SHORT {
        let bytes: Vec<u8> = array.iter().flat_map(Shown::bytes).collect();
        words.push("sha256".into());
        words.push(digest(&bytes));
    } else {
        words.extend(array.iter().map(Shown::shown));
    }
    words.join(" ")
}

fn one<T: Shown>(number: T) -> String {
    shown(&arr0(number))
}

fn float(text: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(text, 16).unwrap())
}

fn floats(text: &str) -> Vec<f64> {
    text.split(',').map(float).collect()
}

/// `None` for a single number.
fn shape(text: &str) -> Option<Vec<usize>> {
    match text {
        "one" => None,
        "scalar" => Some(Vec::new()),
        _ => Some(
            text.split('x')
                .map(|length| length.parse().unwrap())
                .collect(),
        ),
    }
}

fn counted(shape: &[usize]) -> ArrayD<i64> {
    let count: usize = shape.iter().product();
    Array::from_iter(0..count as i64)
        .into_shape_with_order(shape)
        .unwrap()
}

/// A generator, and the calls of a golden file on it.
#[derive(Default)]
pub struct Session {
    legacy: Option<RandomState>,
    generator: Option<Generator>,
}

impl Session {
    /// What the call gives, or the word `refused`.
    pub fn call(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.answer(&words).unwrap_or_else(|_| "refused".into())
    }

    fn answer(&mut self, words: &[&str]) -> Result<String, Error> {
        match *words {
            ["RandomState", seed] => {
                self.legacy = Some(match seed.strip_prefix('[') {
                    Some(list) => RandomState::new(numbers(list))?,
                    None => RandomState::new(seed.parse::<i128>().unwrap())?,
                });
                self.generator = None;
                Ok("made".into())
            }
            ["random_sample", size] => Ok(match shape(size) {
                Some(shape) => shown(&self.legacy().random_sample(shape)),
                None => one(self.legacy().random_sample_one()),
            }),
            ["randn", size] => Ok(match shape(size) {
                Some(shape) => shown(&self.legacy().randn(shape)),
                None => one(self.legacy().randn_one()),
            }),
            ["uniform", low, high, size] => {
                let (low, high) = (float(low), float(high));
                Ok(match shape(size) {
                    Some(shape) => shown(&self.legacy().uniform(low, high, shape)?),
                    None => one(self.legacy().uniform_one(low, high)?),
                })
            }
            ["normal", mean, sd, size] => {
                let (mean, sd) = (float(mean), float(sd));
                Ok(match shape(size) {
                    Some(shape) => shown(&self.legacy().normal(mean, sd, shape)?),
                    None => one(self.legacy().normal_one(mean, sd)?),
                })
            }
            ["randint" | "integers", dtype, low, high, size] => {
                let ends = (low.parse().unwrap(), high.parse().unwrap());
                let size = shape(size);
                match dtype {
                    "bool" => self.integers(ends, size, |number| number != 0),
                    "i8" => self.integers(ends, size, |number| number as i8),
                    "u8" => self.integers(ends, size, |number| number as u8),
                    "i16" => self.integers(ends, size, |number| number as i16),
                    "u16" => self.integers(ends, size, |number| number as u16),
                    "i32" => self.integers(ends, size, |number| number as i32),
                    "u32" => self.integers(ends, size, |number| number as u32),
                    "i64" => self.integers(ends, size, |number| number as i64),
                    "u64" => self.integers(ends, size, |number| number as u64),
                    _ => panic!("no such type: {dtype}"),
                }
            }
            ["permutation", size] => {
                let size = shape(size).unwrap();
                Ok(match *size {
                    [count] => shown(&self.legacy().permutation(count)),
                    _ => shown(&self.legacy().permutation(&counted(&size))),
                })
            }
            ["shuffle", size] => {
                let mut array = counted(&shape(size).unwrap());
                self.legacy().shuffle_rows(&mut array);
                Ok(shown(&array))
            }
            ["state"] => {
                let state = self.legacy().state();
                let key: Vec<u8> = state
                    .key()
                    .iter()
                    .flat_map(|word| word.to_le_bytes())
                    .collect();
                Ok(format!(
                    "MT19937 {} {} {} {}",
                    state.position(),
                    u8::from(state.gauss().is_some()),
                    state.gauss().unwrap_or_default().shown(),
                    digest(&key),
                ))
            }
            _ => panic!("no such call: {words:?}"),
        }
    }

    fn legacy(&mut self) -> &mut RandomState {
        self.legacy.as_mut().unwrap()
    }

    fn integers<T: Integer + Shown>(
        &mut self,
        (low, high): (i128, i128),
        shape: Option<Vec<usize>>,
        number: impl Fn(i128) -> T,
    ) -> Result<String, Error> {
        let range = number(low)..=number(high);
        Ok(match shape {
            Some(shape) => shown(&self.legacy().randint(range, shape)?),
            None => one(self.legacy().randint_one(range)?),
        })
    }
}

fn numbers(list: &str) -> Vec<i128> {
    let list = list
        .trim_end_matches(']')
        .split(',')
        .filter(|word| !word.is_empty());
    list.map(|word| word.parse().unwrap()).collect()
}
