//! A small made-up task.

use chainrule_data::{Dataset, Splits};
use chainrule_nn::Model;
use chainrule_train::{Experiment, Results};
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

/// Gives runs numbers that are the same on every machine, for texts: f32 and clocks are not.
pub(crate) fn pin_numbers(results: &mut Results) {
    for (i, run) in results.runs.iter_mut().enumerate() {
        let i = i as f64;
        (run.seconds, run.measuring_seconds) = (1.5 + i, 0.5);
        if run.finished() {
            run.best_epoch = Some(1 + i as usize / 2);
            run.final_train_accuracy = Some(0.98 + i / 1_000.0);
            run.final_test_accuracy = Some(0.97 + i / 2_000.0);
        }
    }
}
