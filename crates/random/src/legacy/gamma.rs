//! Exponential, gamma and beta numbers.

use ndarray::{Array, IntoDimension};

use super::RandomState;
use crate::array::{filled_in_parts, of};
use crate::bits::Bits;
use crate::error::Result;
use crate::parameter::{not_negative, positive};

impl RandomState {
    /// Numbers from the exponential distribution with this scale, the mean, which is one over the
    /// rate; by inversion.
    ///
    /// # Errors
    /// If `scale` is negative, or there can be no array of the shape.
    pub fn exponential<S: IntoDimension>(
        &mut self,
        scale: f64,
        shape: S,
    ) -> Result<Array<f64, S::Dim>> {
        not_negative("the scale", scale)?;
        of(shape, |count| self.exponentials(scale, count))
    }

    /// A number from the exponential distribution with this scale.
    ///
    /// # Errors
    /// If `scale` is negative.
    pub fn exponential_one(&mut self, scale: f64) -> Result<f64> {
        not_negative("the scale", scale)?;
        Ok(scale * self.standard_exponential())
    }

    /// Numbers from the gamma distribution with this shape parameter and scale 1.
    ///
    /// Source: G. Marsaglia and W. W. Tsang, *A simple method for generating gamma variables*, ACM
    /// TOMS 26 (2000), for `alpha` above 1; J. H. Ahrens and U. Dieter, *Computer methods for
    /// sampling from gamma, beta, Poisson and binomial distributions*, Computing 12 (1974), below.
    ///
    /// # Errors
    /// If `alpha` is negative, or there can be no array of the shape.
    pub fn standard_gamma<S: IntoDimension>(
        &mut self,
        alpha: f64,
        shape: S,
    ) -> Result<Array<f64, S::Dim>> {
        check_alpha(alpha)?;
        of(shape, |count| self.gammas(alpha, count))
    }

    /// A number from the gamma distribution with this shape parameter and scale 1.
    ///
    /// # Errors
    /// If `alpha` is negative.
    pub fn standard_gamma_one(&mut self, alpha: f64) -> Result<f64> {
        check_alpha(alpha)?;
        Ok(self.gamma(alpha))
    }

    /// Numbers from the beta distribution: from two gamma numbers if `a` or `b` is above 1, else by
    /// Jöhnk's method.
    ///
    /// Source: M. D. Jöhnk, *Erzeugung von betaverteilten und gammaverteilten Zufallszahlen*,
    /// Metrika 8 (1964).
    ///
    /// # Errors
    /// If `a` or `b` is not above 0, or there can be no array of the shape.
    pub fn beta<S: IntoDimension>(
        &mut self,
        a: f64,
        b: f64,
        shape: S,
    ) -> Result<Array<f64, S::Dim>> {
        check_beta(a, b)?;
        of(shape, |count| self.betas(a, b, count))
    }

    /// A number from the beta distribution.
    ///
    /// # Errors
    /// If `a` or `b` is not above 0.
    pub fn beta_one(&mut self, a: f64, b: f64) -> Result<f64> {
        check_beta(a, b)?;
        Ok(self.beta_number(a, b))
    }

    fn exponentials(&mut self, scale: f64, count: usize) -> Result<Vec<f64>> {
        filled_in_parts(count, |out| {
            self.bits.fill_f64(out);
            out.iter_mut()
                .for_each(|unit| *unit = scale * inverted(*unit));
        })
    }

    fn gammas(&mut self, alpha: f64, count: usize) -> Result<Vec<f64>> {
        filled_in_parts(count, |out| out.fill_with(|| self.gamma(alpha)))
    }

    fn betas(&mut self, a: f64, b: f64, count: usize) -> Result<Vec<f64>> {
        filled_in_parts(count, |out| out.fill_with(|| self.beta_number(a, b)))
    }

    #[inline]
    fn standard_exponential(&mut self) -> f64 {
        inverted(self.bits.next_f64())
    }

    fn gamma(&mut self, alpha: f64) -> f64 {
        if alpha == 1.0 {
            self.standard_exponential()
        } else if alpha == 0.0 {
            0.0
        } else if alpha < 1.0 {
            self.gamma_below_one(alpha)
        } else {
            self.gamma_above_one(alpha)
        }
    }

    fn gamma_below_one(&mut self, alpha: f64) -> f64 {
        loop {
            let unit = self.bits.next_f64();
            let bound = self.standard_exponential();
            if unit <= 1.0 - alpha {
                let x = unit.powf(1.0 / alpha);
                if x <= bound {
                    return x;
                }
            } else {
                let y = -((1.0 - unit) / alpha).ln();
                let x = (1.0 - alpha + alpha * y).powf(1.0 / alpha);
                if x <= bound + y {
                    return x;
                }
            }
        }
    }

    fn gamma_above_one(&mut self, alpha: f64) -> f64 {
        let d = alpha - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.gauss();
            let v = 1.0 + c * x;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            let unit = self.bits.next_f64();
            if unit < 1.0 - 0.0331 * (x * x) * (x * x)
                || unit.ln() < 0.5 * x * x + d * (1.0 - v + v.ln())
            {
                return d * v;
            }
        }
    }

    fn beta_number(&mut self, a: f64, b: f64) -> f64 {
        if a <= 1.0 && b <= 1.0 {
            return self.beta_johnk(a, b);
        }
        let first = self.gamma(a);
        first / (first + self.gamma(b))
    }

    fn beta_johnk(&mut self, a: f64, b: f64) -> f64 {
        loop {
            let (u, v) = (self.bits.next_f64(), self.bits.next_f64());
            let (x, y) = (u.powf(1.0 / a), v.powf(1.0 / b));
            let sum = x + y;
            if sum > 1.0 {
                continue;
            }
            if sum > 0.0 {
                return x / sum;
            }
            // Both powers underflow: the same quotient from the logarithms.
            let (x, y) = (u.ln() / a, v.ln() / b);
            let most = if x > y { x } else { y };
            let (x, y) = (x - most, y - most);
            return (x - (x.exp() + y.exp()).ln()).exp();
        }
    }
}

/// The quantile function of the exponential distribution, at `1 − unit`, which is never 0.
#[inline(always)]
fn inverted(unit: f64) -> f64 {
    -(1.0 - unit).ln()
}

fn check_alpha(alpha: f64) -> Result<()> {
    not_negative("the shape parameter alpha", alpha)
}

fn check_beta(a: f64, b: f64) -> Result<()> {
    positive("the parameter a", a)?;
    positive("the parameter b", b)
}
