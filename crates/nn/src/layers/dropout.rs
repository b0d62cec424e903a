//! Dropout: units that are left out at random while a network learns.

use rand::RngExt;
use rand_pcg::Pcg64;

use super::{Backward, Layer, Scratch};
use crate::{Parameter, Scalar};

/// While training y = x·m / (1 − rate), with m = 0 for units that are dropped and 1 for those that
/// are kept; backward ∂x = ∂y·m / (1 − rate). Otherwise y = x.
///
/// Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, *Dropout: a simple way to prevent
/// neural networks from overfitting* (2014), in the inverted form of its section 10: what is kept
/// is amplified while training, so that nothing has to be scaled afterwards.
#[derive(Debug)]
pub(crate) struct Dropout {
    pub(crate) rate: f64,
    pub(crate) features: usize,
}

impl Dropout {
    /// What a unit that is kept is multiplied by.
    pub(crate) fn gain<F: Scalar>(rate: f64) -> F {
        F::of(1.0 / (1.0 - rate))
    }
}

impl<F: Scalar> Layer<F> for Dropout {
    fn output_len(&self) -> usize {
        self.features
    }

    fn scratch(&self, capacity: usize) -> Scratch<F> {
        Scratch {
            // What each unit of each sample is multiplied by.
            values: vec![F::one(); capacity * self.features],
            ..Scratch::default()
        }
    }

    fn draw(&self, scratch: &mut Scratch<F>, batch: usize, rng: &mut Pcg64) {
        let gain = Self::gain(self.rate);
        for factor in &mut scratch.values[..batch * self.features] {
            // One f64 whatever F is: the same units are dropped in both arithmetics.
            *factor = if rng.random::<f64>() < self.rate {
                F::zero()
            } else {
                gain
            };
        }
    }

    fn forward(
        &self,
        _: &[Parameter<F>],
        x: &[F],
        y: &mut [F],
        _: usize,
        scratch: &mut Scratch<F>,
    ) {
        if scratch.dropping {
            times(x, &scratch.values, y);
        } else {
            y.copy_from_slice(x);
        }
    }

    fn backward(&self, pass: Backward<'_, F>, scratch: &mut Scratch<F>) {
        let Some(dx) = pass.dx else { return };
        if scratch.dropping {
            times(pass.dy, &scratch.values, dx);
        } else {
            dx.copy_from_slice(pass.dy);
        }
    }
}

fn times<F: Scalar>(from: &[F], factors: &[F], to: &mut [F]) {
    to.iter_mut()
        .zip(from.iter().zip(factors))
        .for_each(|(to, (&from, &factor))| *to = from * factor);
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn the_share_that_is_dropped_is_the_rate_and_the_mean_stays() {
        let layer = Dropout {
            rate: 0.2,
            features: 1_000,
        };
        let mut scratch: Scratch<f64> = layer.scratch(100);
        layer.draw(&mut scratch, 100, &mut Pcg64::seed_from_u64(1));
        let dropped = scratch.values.iter().filter(|&&factor| factor == 0.0);
        // The standard deviation of the count is √(100 000 · 0.2 · 0.8) ≈ 126.
        assert!(dropped.count().abs_diff(20_000) < 500);
        let mean = scratch.values.iter().sum::<f64>() / 1e5;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
    }

    #[test]
    fn both_arithmetics_drop_the_same_units() {
        let layer = Dropout {
            rate: 0.5,
            features: 64,
        };
        let (mut single, mut double): (Scratch<f32>, Scratch<f64>) =
            (layer.scratch(2), layer.scratch(2));
        layer.draw(&mut single, 2, &mut Pcg64::seed_from_u64(7));
        layer.draw(&mut double, 2, &mut Pcg64::seed_from_u64(7));
        let same = single.values.iter().zip(&double.values);
        assert!(same.into_iter().all(|(&a, &b)| f64::from(a) == b));
    }
}
