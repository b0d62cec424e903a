//! The published digits of the overfitting homework, by hand in f64, without Jupyter: NumPy's
//! random numbers, one sample at a time, three hundred times a thousand images, and then the same
//! with dropout. What a notebook shows is computed here as it is there.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use chainrule::prelude::*;

const RATE: f64 = 0.005;
const ITERATIONS: usize = 300;

struct Net {
    w1: Array2<f64>, // [784, 40]
    w2: Array2<f64>, // [40, 10]
}

impl Net {
    fn drawn(rng: &mut RandomState) -> Self {
        Self {
            w1: 0.2 * rng.random_sample((784, 40)) - 0.1,
            w2: 0.2 * rng.random_sample((40, 10)) - 0.1,
        }
    }

    /// x · w1; a pixel of 0 adds nothing.
    fn hidden(&self, image: ArrayView1<f64>) -> Array1<f64> {
        let mut sum = Array1::zeros(40);
        for (&pixel, weights) in image.iter().zip(self.w1.rows()) {
            if pixel != 0.0 {
                sum.scaled_add(pixel, &weights);
            }
        }
        sum.mapv(|z: f64| if z >= 0.0 { z } else { 0.0 })
    }

    /// A step of the homework: its gradient lets every hidden unit learn, since what it takes for
    /// the slope of ReLU is 1 wherever the output of ReLU is not negative, and that is everywhere.
    fn step(
        &mut self,
        image: ArrayView1<f64>,
        digit: u8,
        mask: Option<&Array1<f64>>,
    ) -> (f64, bool) {
        let mut hidden = self.hidden(image);
        if let Some(mask) = mask {
            hidden = hidden * mask * 2.0;
        }
        let output = self.w2.t().dot(&hidden);
        let (error, right) = judged(&output, digit);
        let delta2 = one_hot(digit) - &output;
        let mut delta1 = self.w2.dot(&delta2);
        if let Some(mask) = mask {
            delta1 *= mask;
        }
        for (&h, mut weights) in hidden.iter().zip(self.w2.rows_mut()) {
            weights.scaled_add(RATE * h, &delta2);
        }
        for (&pixel, mut weights) in image.iter().zip(self.w1.rows_mut()) {
            if pixel != 0.0 {
                weights.scaled_add(RATE * pixel, &delta1);
            }
        }
        (error, right)
    }

    fn test(&self, images: &Array2<f64>, digits: &[u8]) -> String {
        let (mut error, mut right) = (0.0, 0);
        for (image, &digit) in images.rows().into_iter().zip(digits) {
            let (e, r) = judged(&self.w2.t().dot(&self.hidden(image)), digit);
            error += e;
            right += usize::from(r);
        }
        let count = digits.len() as f64;
        format!("{:.3} {:.3}", error / count, right as f64 / count)
    }
}

fn one_hot(digit: u8) -> Array1<f64> {
    Array1::from_shape_fn(10, |i| if i == usize::from(digit) { 1.0 } else { 0.0 })
}

/// The squared error, and whether the greatest output is at the digit.
fn judged(output: &Array1<f64>, digit: u8) -> (f64, bool) {
    let error = (one_hot(digit) - output).mapv(|d| d * d).sum();
    let best = (0..10).fold(0, |best, i| if output[i] > output[best] { i } else { best });
    (error, best == usize::from(digit))
}

/// The lines that the homework printed: iteration, error, share of images that were right.
fn train(
    net: &mut Net,
    images: &Array2<f64>,
    digits: &[u8],
    mut dropout: Option<&mut RandomState>,
) -> String {
    let mut lines = String::new();
    for iteration in 0..ITERATIONS {
        let (mut error, mut right) = (0.0, 0);
        for (image, &digit) in images.rows().into_iter().zip(digits) {
            let mask = dropout.as_mut().map(|rng| {
                let mask: Array1<i64> = rng.randint(0..2, 40).unwrap();
                mask.mapv(|keep| keep as f64)
            });
            let (e, r) = net.step(image, digit, mask.as_ref());
            error += e;
            right += usize::from(r);
        }
        if iteration % 50 == 0 || iteration == ITERATIONS - 1 {
            let count = digits.len() as f64;
            lines += &format!(
                "{iteration}: {:.3} {}\n",
                error / count,
                right as f64 / count
            );
        }
    }
    lines
}

#[test]
fn every_published_digit_comes_out() {
    let mnist = Mnist::load().unwrap();
    let (train_set, test_set) = (mnist.train.first(1_000).unwrap(), mnist.test);
    let (images, digits) = (train_set.pixels_f64(), train_set.labels());
    let (test_images, test_digits) = (test_set.pixels_f64(), test_set.labels());
    let mut rng = RandomState::new(1).unwrap();
    let mut net = Net::drawn(&mut rng);
    let corner = net.w1.slice(s![2..5, 0..3]);
    let printed: Vec<_> = corner.iter().map(|w| format!("{w:.8}")).collect();
    assert_eq!(
        printed,
        [
            "0.07666122",
            "0.02473444",
            "0.05018849",
            "-0.09602397",
            "-0.09475780",
            "-0.09433870",
            "-0.05203045",
            "-0.00124606",
            "0.02399114",
        ]
    );

    assert_eq!(
        train(&mut net, &images, digits, None),
        "0: 0.722 0.537\n50: 0.204 0.966\n100: 0.167 0.984\n150: 0.145 0.991\n200: 0.130 0.998\n\
         250: 0.120 0.999\n299: 0.113 0.999\n"
    );
    assert_eq!(net.test(&test_images, test_digits), "0.614 0.718");

    assert_eq!(
        train(&mut net, &images, digits, Some(&mut rng)),
        "0: 0.606 0.655\n50: 0.435 0.767\n100: 0.437 0.782\n150: 0.415 0.811\n200: 0.394 0.828\n\
         250: 0.380 0.838\n299: 0.373 0.84\n"
    );
    assert_eq!(net.test(&test_images, test_digits), "0.418 0.813");
}
