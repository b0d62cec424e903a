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

    /// What each unit is multiplied by, drawn anew.
    fn draw<F: Scalar>(&self, factors: &mut [F], rng: &mut Pcg64) {
        let gain = Self::gain(self.rate);
        for factor in factors {
            // One f64 whatever F is: the same units are dropped in both arithmetics.
            *factor = if rng.random::<f64>() < self.rate {
                F::zero()
            } else {
                gain
            };
        }
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

    fn draws(&self, batch: usize) -> usize {
        batch * self.features
    }

    fn forward(
        &self,
        _: &[Parameter<F>],
        x: &[F],
        y: &mut [F],
        _: usize,
        scratch: &mut Scratch<F>,
    ) {
        if let Some(mut rng) = scratch.rng.take() {
            self.draw(&mut scratch.values[..x.len()], &mut rng);
        }
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
        layer.draw(&mut scratch.values, &mut Pcg64::seed_from_u64(1));
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
        layer.draw(&mut single.values, &mut Pcg64::seed_from_u64(7));
        layer.draw(&mut double.values, &mut Pcg64::seed_from_u64(7));
        let same = single.values.iter().zip(&double.values);
        assert!(same.into_iter().all(|(&a, &b)| f64::from(a) == b));
    }

    /// What threads draw for pieces of a batch is what one draws for all of it.
    #[test]
    fn pieces_drop_what_the_whole_batch_drops() {
        let layer = Dropout {
            rate: 0.3,
            features: 7,
        };
        let mut rng = Pcg64::seed_from_u64(4);
        let mut whole = [0.0_f64; 35];
        layer.draw(&mut whole, &mut rng.clone());
        let mut pieces = [0.0_f64; 35];
        for piece in pieces.chunks_mut(3 * 7) {
            layer.draw(piece, &mut rng.clone());
            rng.advance(Layer::<f64>::draws(&layer, piece.len() / 7) as u128);
        }
        assert_eq!(whole, pieces);
    }
}
