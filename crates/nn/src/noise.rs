//! Noise on gradients.

use std::fmt;

use chainrule_error::Result;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

use crate::{Gradients, Scalar, optim::check};

/// Normal noise on every gradient, which fades: at step t, counted from 0, its variance is
/// η / (1 + t)^γ.
///
/// Neelakantan et al., *Adding gradient noise improves learning for very deep networks* (2015):
/// η is 0.01, 0.3 or 1, and γ = 0.55, the default. The optimizer homework's noise has the standard
/// deviation rate / (1 + t)¹⁰ and so is gone after the first steps: that is
/// `GradientNoise::new(rate * rate).fading(20.0)`.
///
/// ```
/// use chainrule_nn::{GradientNoise, Model};
/// use ndarray::array;
///
/// let network = Model::input(2).dense(2).softmax().build_f64(1)?;
/// let plain = network.gradients(&array![[1.0, 2.0]], &[1])?;
/// let noisy = |seed| -> Result<_, chainrule_nn::Error> {
///     let mut gradients = plain.clone();
///     GradientNoise::new(0.01).source(seed)?.add_to(&mut gradients);
///     Ok(gradients)
/// };
/// assert_eq!(noisy(3)?, noisy(3)?); // the same seed adds the same noise
/// assert!(noisy(3)? != noisy(4)? && noisy(3)? != plain);
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientNoise {
    /// η: the variance at the first step.
    pub variance: f64,
    /// γ: how fast it fades.
    pub fading: f64,
}

impl GradientNoise {
    /// Noise with the variance η at the first step, and γ = 0.55.
    pub fn new(variance: f64) -> Self {
        Self {
            variance,
            fading: 0.55,
        }
    }

    /// With another γ; 0 for noise that does not fade.
    pub fn fading(mut self, gamma: f64) -> Self {
        self.fading = gamma;
        self
    }

    /// The standard deviation at step t, counted from 0.
    pub fn deviation(&self, step: u64) -> f64 {
        (self.variance / (1.0 + step as f64).powf(self.fading)).sqrt()
    }

    /// Itself, if its numbers are finite and not negative.
    ///
    /// # Errors
    ///
    /// When they are not.
    pub fn checked(self) -> Result<Self> {
        check::at_least_zero("the variance η of gradient noise", self.variance)?;
        check::at_least_zero("the fading γ of gradient noise", self.fading)?;
        Ok(self)
    }

    /// The noise itself, before the first step, drawn from a seed.
    ///
    /// # Errors
    ///
    /// When a number is negative or not finite.
    pub fn source(self, seed: u64) -> Result<NoiseSource> {
        Ok(NoiseSource {
            noise: self.checked()?,
            // Apart from the streams that draw weights, batches and dropout from the same seed.
            rng: Pcg64::seed_from_u64(seed.rotate_left(16) ^ 0x006e_6f69_7365),
            step: 0,
        })
    }
}

/// Where [`GradientNoise`] comes from, step by step.
#[derive(Clone, Debug)]
pub struct NoiseSource {
    noise: GradientNoise,
    rng: Pcg64,
    step: u64,
}

impl NoiseSource {
    /// Adds the noise of one step to every gradient.
    pub fn add_to<F: Scalar>(&mut self, gradients: &mut Gradients<F>) {
        F::make_noise(gradients, self.noise.deviation(self.step), &mut self.rng);
        self.step += 1;
    }
}

pub(crate) fn add<F: Scalar>(gradients: &mut Gradients<F>, deviation: f64, rng: &mut Pcg64) {
    for entry in &mut gradients.entries {
        // Drawn in f64 whatever F is: both arithmetics get the same noise.
        entry.value.map_inplace(|g| {
            *g += F::of(deviation * rng.sample::<f64, _>(StandardNormal));
        });
    }
}

impl fmt::Display for GradientNoise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "variance {} / (1 + t)^{}", self.variance, self.fading)
    }
}
