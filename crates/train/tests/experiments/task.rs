//! A small made-up task.

use chainrule_data::{Dataset, Splits};
use chainrule_nn::Model;
use chainrule_train::Experiment;
use ndarray::Array2;

/// Two classes of 2 × 2 images: bright above, or bright below.
pub(crate) fn task(samples: usize) -> Dataset {
    let pixels = (0..samples).flat_map(|i| {
        let (noise, bright) = ((i * 37 % 50) as u8, 200 + (i * 13 % 56) as u8);
        if i % 2 == 0 {
            [bright, bright, noise, noise]
        } else {
            [noise, noise, bright, bright]
        }
    });
    let labels = (0..samples).map(|i| (i % 2) as u8).collect();
    let pixels = Array2::from_shape_vec((samples, 4), pixels.collect()).unwrap();
    Dataset::from_arrays("halves", pixels, labels, [1, 2, 2], ["above", "below"]).unwrap()
}

pub(crate) fn data() -> Splits {
    Splits::new("halves", task(230), None, task(50)).unwrap()
}

pub(crate) fn model() -> Model {
    Model::input(4).dense(3).relu().dense(2).softmax()
}

/// Always trained anew, so that nothing that a test sees is remembered from another one.
pub(crate) fn experiment() -> Experiment {
    Experiment::new("Halves", &model(), &data())
        .log_every(100)
        .fresh()
        .quiet()
}
