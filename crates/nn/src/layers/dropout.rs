//! Dropout: units that are left out at random while a network learns.

use rand::Rng;
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

    /// What each unit is multiplied by, drawn anew: 0 where a random number from 0 to 1 is below
    /// the rate.
    fn draw<F: Scalar>(&self, factors: &mut [F], rng: &Pcg64) {
        // The same numbers whatever F is, so the same units in both arithmetics. Two units have one
        // number of the generator: 32 of its bits each, over 2³².
        let below = (self.rate * (1_u64 << 32) as f64).ceil() as u64;
        let choices = [Self::gain(self.rate), F::zero()];
        let choose = |bits: u64| choices[usize::from(bits < below)];
        let pair = |rng: &mut Pcg64| {
            let bits = rng.next_u64();
            [choose(bits & u64::from(u32::MAX)), choose(bits >> 32)]
        };
        // Each number waits for the one before it in its stream: several places of the stream at a
        // time, of which every one begins where the one before it will end.
        let each = factors.len() / (2 * STREAMS);
        let mut streams = std::array::from_fn::<_, STREAMS, _>(|stream| {
            let mut rng = rng.clone();
            rng.advance((stream * each) as u128);
            rng
        });
        let (pairs, last) = factors.as_chunks_mut::<2>();
        let (shared, rest) = pairs.split_at_mut(STREAMS * each);
        if each > 0 {
            let mut parts = shared.chunks_exact_mut(each);
            let mut next = || parts.next().expect("four parts; please report");
            let ([a, b, c, d], [of_a, of_b, of_c, of_d]) =
                ([next(), next(), next(), next()], &mut streams);
            for (((a, b), c), d) in a.iter_mut().zip(b).zip(c).zip(d) {
                (*a, *b, *c, *d) = (pair(of_a), pair(of_b), pair(of_c), pair(of_d));
            }
        }
        let [.., end] = &mut streams;
        for units in rest {
            *units = pair(end);
        }
        if let [unit] = last {
            *unit = pair(end)[0];
        }
    }
}

/// How many places of the stream are drawn from at a time.
const STREAMS: usize = 4;

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
        (batch * self.features).div_ceil(2)
    }

    fn forward(
        &self,
        _: &[Parameter<F>],
        x: &[F],
        y: &mut [F],
        _: usize,
        scratch: &mut Scratch<F>,
    ) {
        if let Some(rng) = scratch.rng.take() {
            self.draw(&mut scratch.values[..x.len()], &rng);
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
        layer.draw(&mut scratch.values, &Pcg64::seed_from_u64(1));
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
        layer.draw(&mut single.values, &Pcg64::seed_from_u64(7));
        layer.draw(&mut double.values, &Pcg64::seed_from_u64(7));
        let same = single.values.iter().zip(&double.values);
        assert!(same.into_iter().all(|(&a, &b)| f64::from(a) == b));
    }

    /// However many numbers are drawn at a time, and whatever is left over.
    #[test]
    fn units_are_dropped_by_the_halves_of_one_number_after_the_other() {
        for (rate, features) in [
            (0.2, 1),
            (0.5, 3),
            (0.3, 4),
            (0.9, 103),
            (0.0, 17),
            (0.4, 8),
        ] {
            let mut factors = vec![0.0_f32; features];
            Dropout { rate, features }.draw(&mut factors, &Pcg64::seed_from_u64(3));
            let mut rng = Pcg64::seed_from_u64(3);
            let halves = std::iter::repeat_with(|| rng.next_u64())
                .flat_map(|bits| [bits as u32, (bits >> 32) as u32]);
            for (factor, half) in factors.into_iter().zip(halves) {
                let is_dropped = f64::from(half) / 4_294_967_296.0 < rate;
                assert_eq!(factor == 0.0, is_dropped);
            }
        }
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
        layer.draw(&mut whole, &rng);
        let mut pieces = [0.0_f64; 35];
        // Pieces have a multiple of four samples, but for the last.
        for piece in pieces.chunks_mut(4 * 7) {
            layer.draw(piece, &rng);
            rng.advance(Layer::<f64>::draws(&layer, piece.len() / 7) as u128);
        }
        assert_eq!(whole, pieces);
    }
}
