//! What the golden tests share: reading a file of named arrays, and comparing.

#![allow(dead_code, reason = "each test uses some of it")]

use std::collections::HashMap;

use ndarray::{Array2, ArrayD, Ix2};

/// Named arrays, as the scripts in `golden/` print them: a name, a shape such as `3x4`, values.
pub(crate) struct Golden(HashMap<String, ArrayD<f64>>);

impl Golden {
    pub(crate) fn read(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let array = |line: &str| {
            let mut words = line.split(' ');
            let name = words.next().unwrap().to_owned();
            let shape: Vec<usize> = words
                .next()
                .unwrap()
                .split('x')
                .map(|n| n.parse().unwrap())
                .collect();
            let values = words.map(|word| word.parse().unwrap()).collect();
            (name, ArrayD::from_shape_vec(shape, values).unwrap())
        };
        Self(lines.map(array).collect())
    }

    pub(crate) fn array(&self, name: &str) -> &ArrayD<f64> {
        self.0
            .get(name)
            .unwrap_or_else(|| panic!("the golden file has no {name}"))
    }

    pub(crate) fn rows(&self, name: &str) -> Array2<f64> {
        self.array(name)
            .clone()
            .into_dimensionality::<Ix2>()
            .unwrap()
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        self.array(name)[0]
    }

    pub(crate) fn values(&self, name: &str) -> Vec<f64> {
        self.array(name).iter().copied().collect()
    }

    pub(crate) fn labels(&self, name: &str) -> Vec<u8> {
        self.array(name).iter().map(|&label| label as u8).collect()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Agreement to 1e-10 relative; numbers below 1e-3 to 1e-13.
pub(crate) fn assert_near<'a>(
    got: impl IntoIterator<Item = &'a f64>,
    expected: impl IntoIterator<Item = &'a f64>,
    place: &str,
) {
    let mut got = got.into_iter();
    for (i, &b) in expected.into_iter().enumerate() {
        let &a = got
            .next()
            .unwrap_or_else(|| panic!("{place}: too few numbers"));
        let error = (a - b).abs() / b.abs().max(1e-3);
        assert!(
            error <= 1e-10,
            "{place}[{i}]: {a:e}, golden {b:e}, relative error {error:e}"
        );
    }
    assert!(got.next().is_none(), "{place}: too many numbers");
}
