//! Our side of the golden files; `goldens/numpy_calls.py` says what the lines mean.

#![allow(
    clippy::unwrap_used,
    reason = "a line that cannot be read is a broken test"
)]

use chainrule_random::{Error, Generator, RandomState, SeedSequence, default_rng};
use ndarray::{Array, Array1, ArrayD, Dimension, arr0};
use sha2::{Digest, Sha256};

const SHORT: usize = 8;

/// A number as the golden files write it.
pub(crate) trait Shown {
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
        .take(6)
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
        words.push(format!("#{}", digest(&bytes)));
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

/// Draws integers of the type that is named, from `low` to `high` with both included.
macro_rules! integers {
    ($rng:ident, $dtype:expr, $low:expr, $high:expr, $size:expr, $many:ident, $one:ident) => {{
        let ends: (i128, i128) = ($low.parse().unwrap(), $high.parse().unwrap());
        macro_rules! of {
            ($type:ty, $number:expr) => {{
                let number: fn(i128) -> $type = $number;
                let range = number(ends.0)..=number(ends.1);
                match shape($size) {
                    Some(shape) => shown(&$rng.$many(range, shape)?),
                    None => one($rng.$one(range)?),
                }
            }};
        }
        match $dtype {
            "bool" => of!(bool, |number| number != 0),
            "i8" => of!(i8, |number| number as i8),
            "u8" => of!(u8, |number| number as u8),
            "i16" => of!(i16, |number| number as i16),
            "u16" => of!(u16, |number| number as u16),
            "i32" => of!(i32, |number| number as i32),
            "u32" => of!(u32, |number| number as u32),
            "i64" => of!(i64, |number| number as i64),
            "u64" => of!(u64, |number| number as u64),
            other => panic!("no such type: {other}"),
        }
    }};
}

macro_rules! permutation {
    ($rng:ident, $size:expr) => {{
        let size = shape($size).unwrap();
        match *size {
            [count] => shown(&$rng.permutation(count)),
            _ => shown(&$rng.permutation(&counted(&size))),
        }
    }};
}

macro_rules! shuffled {
    ($rng:ident, $size:expr) => {{
        let mut array = counted(&shape($size).unwrap());
        $rng.shuffle_rows(&mut array);
        shown(&array)
    }};
}

macro_rules! chosen {
    ($choice:ident, $size:expr, $replace:expr, $p:expr) => {{
        if $replace == "unreplaced" {
            $choice = $choice.without_replacement();
        }
        if $p != "-" {
            $choice = $choice.p(floats($p));
        }
        match shape($size) {
            Some(shape) => shown(&$choice.draw(shape)?),
            None => one($choice.draw_one()?),
        }
    }};
}

/// A generator, and the calls of a golden file on it.
#[derive(Default)]
pub(crate) enum Session {
    #[default]
    Empty,
    Legacy(Box<RandomState>),
    Newer(Box<Generator>),
}

use Session::{Legacy, Newer};

/// Draws an array or, for the shape `one`, a single number.
macro_rules! draw {
    ($rng:ident, $size:expr, $many:ident, $one:ident($($argument:expr),*)) => {
        match shape($size) {
            Some(shape) => shown(&$rng.$many($($argument,)* shape)),
            None => one($rng.$one($($argument),*)),
        }
    };
    ($rng:ident, $size:expr, $many:ident, $one:ident($($argument:expr),*)?) => {
        match shape($size) {
            Some(shape) => shown(&$rng.$many($($argument,)* shape)?),
            None => one($rng.$one($($argument),*)?),
        }
    };
}

impl Session {
    /// What the call gives, or the word `refused`.
    pub(crate) fn call(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.answer(&words).unwrap_or_else(|_| "refused".into())
    }

    fn answer(&mut self, words: &[&str]) -> Result<String, Error> {
        match (words, &mut *self) {
            (["RandomState", seed], _) => {
                *self = Legacy(Box::new(match seed.strip_prefix('[') {
                    Some(list) => RandomState::new(numbers(list))?,
                    None => RandomState::new(seed.parse::<i128>().unwrap())?,
                }));
                Ok("made".into())
            }
            (["default_rng", seed], _) => {
                *self = Newer(Box::new(match seed.strip_prefix('[') {
                    Some(list) => default_rng(numbers(list))?,
                    None => default_rng(seed.parse::<i128>().unwrap())?,
                }));
                Ok("made".into())
            }
            (["sequence", seed, key, count], _) => sequence(seed, key, count),
            (words, Legacy(rng)) => legacy(rng, words),
            (words, Newer(rng)) => newer(rng, words),
            _ => panic!("no generator for {words:?}"),
        }
    }
}

fn legacy(rng: &mut RandomState, words: &[&str]) -> Result<String, Error> {
    Ok(match *words {
        ["random_sample", size] => draw!(rng, size, random_sample, random_sample_one()),
        ["randn", size] => draw!(rng, size, randn, randn_one()),
        ["uniform", low, high, size] => {
            draw!(rng, size, uniform, uniform_one(float(low), float(high))?)
        }
        ["normal", mean, sd, size] => {
            draw!(rng, size, normal, normal_one(float(mean), float(sd))?)
        }
        ["exponential", scale, size] => {
            draw!(rng, size, exponential, exponential_one(float(scale))?)
        }
        ["standard_gamma", alpha, size] => {
            draw!(rng, size, standard_gamma, standard_gamma_one(float(alpha))?)
        }
        ["beta", a, b, size] => draw!(rng, size, beta, beta_one(float(a), float(b))?),
        ["binomial", n, p, size] => {
            let n = n.parse().unwrap();
            draw!(rng, size, binomial, binomial_one(n, float(p))?)
        }
        ["randint", dtype, low, high, size] => {
            integers!(rng, dtype, low, high, size, randint, randint_one)
        }
        ["permutation", size] => permutation!(rng, size),
        ["shuffle", size] => shuffled!(rng, size),
        ["choice", count, size, replace, _, p] => {
            let mut choice = rng.choice(count.parse::<usize>().unwrap());
            chosen!(choice, size, replace, p)
        }
        ["state"] => {
            let text = rng.state().to_string();
            *rng = RandomState::from_state(&text.parse()?);
            let state = rng.state();
            let key: Vec<u8> = state
                .key()
                .iter()
                .flat_map(|word| word.to_le_bytes())
                .collect();
            let gauss = state.gauss().unwrap_or_default().shown();
            let kept = u8::from(state.gauss().is_some());
            format!(
                "MT19937 {} {kept} {gauss} {}",
                state.position(),
                digest(&key)
            )
        }
        _ => panic!("no such call: {words:?}"),
    })
}

fn newer(rng: &mut Generator, words: &[&str]) -> Result<String, Error> {
    Ok(match *words {
        ["random", "f64", size] => draw!(rng, size, random, random_one()),
        ["random", "f32", size] => draw!(rng, size, random_f32, random_f32_one()),
        ["standard_normal", "f64", size] => {
            draw!(rng, size, standard_normal, standard_normal_one())
        }
        ["standard_normal", "f32", size] => {
            draw!(rng, size, standard_normal_f32, standard_normal_f32_one())
        }
        ["uniform", low, high, size] => {
            draw!(rng, size, uniform, uniform_one(float(low), float(high))?)
        }
        ["normal", mean, sd, size] => {
            draw!(rng, size, normal, normal_one(float(mean), float(sd))?)
        }
        ["integers", dtype, low, high, size] => {
            integers!(rng, dtype, low, high, size, integers, integers_one)
        }
        ["permutation", size] => permutation!(rng, size),
        ["shuffle", size] => shuffled!(rng, size),
        ["choice", count, size, replace, shuffle, p] => {
            let mut choice = rng.choice(count.parse::<usize>().unwrap());
            if shuffle == "unshuffled" {
                choice = choice.unshuffled();
            }
            chosen!(choice, size, replace, p)
        }
        ["spawn", count, index] => {
            let children = rng.spawn(count.parse().unwrap())?;
            if index != "-" {
                *rng = children[index.parse::<usize>().unwrap()].clone();
            }
            "made".into()
        }
        ["state"] => {
            let text = rng.state().to_string();
            rng.set_state(&text.parse()?);
            text
        }
        _ => panic!("no such call: {words:?}"),
    })
}

fn sequence(seed: &str, key: &str, count: &str) -> Result<String, Error> {
    let key: Vec<u32> = match key {
        "-" => Vec::new(),
        _ => key.split(',').map(|word| word.parse().unwrap()).collect(),
    };
    let sequence = match seed.strip_prefix('[') {
        Some(list) => SeedSequence::with_spawn_key(numbers(list), &key)?,
        None => SeedSequence::with_spawn_key(seed.parse::<i128>().unwrap(), &key)?,
    };
    let count = count.parse().unwrap();
    let words = sequence.generate_state(count).into_iter().map(u64::from);
    let all: Vec<u64> = words.chain(sequence.generate_state_u64(count)).collect();
    Ok(shown(&Array1::from(all)))
}

fn numbers(list: &str) -> Vec<i128> {
    let list = list
        .trim_end_matches(']')
        .split(',')
        .filter(|word| !word.is_empty());
    list.map(|word| word.parse().unwrap()).collect()
}
