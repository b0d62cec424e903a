//! Batch normalization: each feature, or each channel, gets mean 0 and variance 1 within a batch.

use super::{Backward, Layer, Samples, Scratch, Share, Together};
use crate::{Parameter, Scalar, network::Piece};

/// y = γ·x̂ + β with x̂ = (x − μ) / √(σ² + ε), for each channel. A row of features has as many
/// channels as features, with one place each; an image's channels have height × width places.
///
/// While training μ and σ² are the mean and the variance (divided by N) over the N = batch × places
/// numbers of the channel; backward ∂β = Σ ∂y, ∂γ = Σ ∂y·x̂,
/// ∂x = γ / √(σ² + ε)·(∂y − ∂β/N − x̂·∂γ/N). Otherwise they are the running ones.
///
/// Ioffe and Szegedy, *Batch normalization: accelerating deep network training by reducing internal
/// covariate shift* (2015).
#[derive(Debug)]
pub(crate) struct BatchNorm {
    pub(crate) channels: usize,
    pub(crate) places: usize,
    pub(crate) epsilon: f64,
}

/// The scratch: five rows of one number for each channel.
struct Rows<'a, F> {
    mean: &'a mut [F],
    /// 1 / √(σ² + ε).
    inverse: &'a mut [F],
    /// Of a piece, before the pieces agree, the sum of the squares of x − μ.
    variance: &'a mut [F],
    /// Σ ∂y of a piece, and ∂β/N once the pieces agree.
    sums: &'a mut [F],
    /// Σ ∂y·x̂ of a piece, and ∂γ/N / √(σ² + ε).
    products: &'a mut [F],
}

impl BatchNorm {
    fn rows<'a, F: Scalar>(&self, scratch: &'a mut Scratch<F>) -> Rows<'a, F> {
        let mut rows = scratch.values.chunks_exact_mut(self.channels);
        let mut next = || rows.next().expect("five rows; please report");
        Rows {
            mean: next(),
            inverse: next(),
            variance: next(),
            sums: next(),
            products: next(),
        }
    }

    /// How many numbers of a batch belong to one channel.
    fn count(&self, batch: usize) -> usize {
        batch * self.places
    }

    /// Adds up `of(value, channel)` for every channel, over two arrays that lie alike.
    fn sum<F: Scalar>(&self, a: &[F], b: &[F], sums: &mut [F], of: impl Fn(F, F, usize) -> F) {
        sums.fill(F::zero());
        let len = self.channels * self.places;
        for (a, b) in a.chunks_exact(len).zip(b.chunks_exact(len)) {
            if self.places == 1 {
                for (channel, sum) in sums.iter_mut().enumerate() {
                    *sum += of(a[channel], b[channel], channel);
                }
                continue;
            }
            let planes = a.chunks_exact(self.places).zip(b.chunks_exact(self.places));
            for ((channel, sum), (a, b)) in sums.iter_mut().enumerate().zip(planes) {
                *sum += a.iter().zip(b).map(|(&a, &b)| of(a, b, channel)).sum();
            }
        }
    }

    /// Writes `of(value, other value, channel)` for every number.
    fn map<F: Scalar>(&self, a: &[F], b: &[F], out: &mut [F], of: impl Fn(F, F, usize) -> F) {
        let len = self.channels * self.places;
        let samples = a.chunks_exact(len).zip(b.chunks_exact(len));
        for ((a, b), out) in samples.zip(out.chunks_exact_mut(len)) {
            if self.places == 1 {
                for (channel, out) in out.iter_mut().enumerate() {
                    *out = of(a[channel], b[channel], channel);
                }
                continue;
            }
            let planes = a.chunks_exact(self.places).zip(b.chunks_exact(self.places));
            for ((channel, out), (a, b)) in
                out.chunks_exact_mut(self.places).enumerate().zip(planes)
            {
                out.iter_mut()
                    .zip(a)
                    .zip(b)
                    .for_each(|((out, &a), &b)| *out = of(a, b, channel));
            }
        }
    }
}

impl<F: Scalar> Layer<F> for BatchNorm {
    fn output_len(&self) -> usize {
        self.channels * self.places
    }

    fn scratch(&self, _: usize) -> Scratch<F> {
        Scratch {
            values: vec![F::zero(); 5 * self.channels],
            ..Scratch::default()
        }
    }

    fn share(&self) -> Share {
        Share::Together
    }

    fn together(&self) -> Option<&dyn Together<F>> {
        Some(self)
    }

    fn least_batch(&self) -> usize {
        // The variance of a single number says nothing.
        if self.places == 1 { 2 } else { 1 }
    }

    fn forward(
        &self,
        parameters: &[Parameter<F>],
        x: &[F],
        y: &mut [F],
        _: usize,
        scratch: &mut Scratch<F>,
    ) {
        let [gamma, beta] = parameters else {
            unreachable!("batch normalization has γ and β")
        };
        let Rows {
            mean,
            inverse,
            variance,
            products: factors,
            ..
        } = self.rows(scratch);
        let epsilon = F::of(self.epsilon);
        for (inverse, &variance) in inverse.iter_mut().zip(&*variance) {
            *inverse = F::one() / (variance + epsilon).sqrt();
        }
        // y = factor·(x − mean) + β, which rounds less than a factor and a shift.
        for ((factor, &gamma), &inverse) in factors.iter_mut().zip(gamma.values()).zip(&*inverse) {
            *factor = gamma * inverse;
        }
        let beta = beta.values();
        self.map(x, x, y, |x, _, channel| {
            (x - mean[channel]) * factors[channel] + beta[channel]
        });
    }

    fn backward(&self, pass: Backward<'_, F>, scratch: &mut Scratch<F>) {
        let [gamma, _] = pass.parameters else {
            unreachable!("batch normalization has γ and β")
        };
        let Some(dx) = pass.dx else { return };
        let Rows {
            mean,
            inverse,
            sums,
            products,
            ..
        } = self.rows(scratch);
        let gamma = gamma.values();
        self.map(pass.dy, pass.x, dx, |dy, x, channel| {
            gamma[channel]
                * inverse[channel]
                * (dy - sums[channel] - (x - mean[channel]) * products[channel])
        });
    }
}

impl<F: Scalar> Together<F> for BatchNorm {
    fn recall(&self, statistics: &[Parameter<F>], scratch: &mut Scratch<F>) {
        let [mean, variance] = statistics else {
            unreachable!("batch normalization has a mean and a variance")
        };
        let rows = self.rows(scratch);
        rows.mean.copy_from_slice(mean.values());
        rows.variance.copy_from_slice(variance.values());
    }

    fn observe(&self, x: &[F], scratch: &mut Scratch<F>) {
        let Rows { mean, variance, .. } = self.rows(scratch);
        let count = F::of((x.len() / self.channels) as f64);
        self.sum(x, x, mean, |x, _, _| x);
        mean.iter_mut().for_each(|mean| *mean /= count);
        self.sum(x, x, variance, |x, _, channel| {
            let d = x - mean[channel];
            d * d
        });
    }

    /// Chan, Golub and LeVeque, *Updating formulae and a pairwise algorithm for computing sample
    /// variances* (1979).
    fn agree(
        &self,
        pieces: &mut [Piece<F>],
        layer: usize,
        samples: Samples,
        statistics: &mut [Parameter<F>],
    ) {
        let Some((first, others)) = pieces.split_first_mut() else {
            return;
        };
        let all = self.rows(&mut first.scratch[layer]);
        let mut before = self.count(samples.of(0)) as f64;
        for (piece, other) in others.iter_mut().enumerate() {
            let other = self.rows(&mut other.scratch[layer]);
            let count = self.count(samples.of(piece + 1)) as f64;
            let share = F::of(count / (before + count));
            let weight = F::of(before) * share;
            for channel in 0..self.channels {
                let d = other.mean[channel] - all.mean[channel];
                all.mean[channel] += d * share;
                all.variance[channel] += other.variance[channel] + d * d * weight;
            }
            before += count;
        }
        let count = F::of(before);
        all.variance.iter_mut().for_each(|square| *square /= count);
        for other in others {
            let other = self.rows(&mut other.scratch[layer]);
            other.mean.copy_from_slice(all.mean);
            other.variance.copy_from_slice(all.variance);
        }
        let [mean, variance] = statistics else {
            unreachable!("batch normalization has a mean and a variance")
        };
        mean.values_mut().copy_from_slice(all.mean);
        // What is to be known of all samples is the variance divided by N − 1.
        let unbiased = F::of(before / (before - 1.0));
        let pairs = variance.values_mut().iter_mut().zip(all.variance);
        pairs.for_each(|(to, from)| *to = *from * unbiased);
    }

    fn observe_backward(&self, x: &[F], dy: &[F], scratch: &mut Scratch<F>) {
        let Rows {
            mean,
            inverse,
            sums,
            products,
            ..
        } = self.rows(scratch);
        self.sum(dy, x, sums, |dy, _, _| dy);
        self.sum(dy, x, products, |dy, x, channel| {
            dy * (x - mean[channel]) * inverse[channel]
        });
    }

    fn agree_backward(
        &self,
        pieces: &mut [Piece<F>],
        layer: usize,
        samples: Samples,
        gradients: &mut [Parameter<F>],
    ) {
        let ([d_gamma, d_beta], Some((first, others))) = (gradients, pieces.split_first_mut())
        else {
            unreachable!("batch normalization has gradients of γ and β")
        };
        let all = self.rows(&mut first.scratch[layer]);
        for other in others.iter_mut() {
            let other = self.rows(&mut other.scratch[layer]);
            let pairs = all.sums.iter_mut().zip(other.sums);
            pairs.for_each(|(sum, other)| *sum += *other);
            let pairs = all.products.iter_mut().zip(other.products);
            pairs.for_each(|(sum, other)| *sum += *other);
        }
        d_beta.values_mut().copy_from_slice(all.sums);
        d_gamma.values_mut().copy_from_slice(all.products);
        let count = F::of(self.count(samples.all) as f64);
        all.sums.iter_mut().for_each(|sum| *sum /= count);
        let products = all.products.iter_mut().zip(&*all.inverse);
        products.for_each(|(product, &inverse)| *product *= inverse / count);
        for other in others {
            let other = self.rows(&mut other.scratch[layer]);
            other.sums.copy_from_slice(all.sums);
            other.products.copy_from_slice(all.products);
        }
    }
}
