//! A small made-up task, and turns: the flag of interrupts is the process's own.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]
#![allow(dead_code, reason = "not every test file needs all of it")]

use std::{
    io::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chainrule_data::{Dataset, Splits};
use chainrule_nn::Model;
use ndarray::Array2;

static TURN: Mutex<()> = Mutex::new(());

pub(crate) fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Images of noise: what is learned of them does not help with others.
pub(crate) fn images(samples: usize, salt: usize, shape: [usize; 3]) -> Dataset {
    let features: usize = shape.iter().product();
    let pixels = (0..samples * features).map(|i| ((i + salt) * 7_919 % 251) as u8);
    let pixels = Array2::from_shape_vec((samples, features), pixels.collect()).unwrap();
    let labels = (0..samples).map(|i| ((i * i + i / 3 + salt) % 2) as u8);
    Dataset::from_arrays("noise", pixels, labels.collect(), shape, ["a", "b"]).unwrap()
}

pub(crate) fn data(validation: bool) -> Splits {
    let shape = [1, 2, 3];
    let validation = validation.then(|| images(40, 50, shape));
    Splits::new(
        "noise",
        images(60, 0, shape),
        validation,
        images(30, 9, shape),
    )
    .unwrap()
}

pub(crate) fn model() -> Model {
    Model::input(6).dense(20).tanh().dense(2).softmax()
}

/// A writer that the test can read.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
