//! Where parameters start.

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};
use rand::{RngExt, distr::Uniform};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

/// How the first values of a weight or a bias are drawn.
///
/// `fan_in` is the number of inputs that one unit sees, `fan_out` the number of units that one
/// input reaches; for a convolution both count the filter's pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Init {
    /// All zero; the default for biases.
    Zeros,
    /// All one value.
    Constant(f64),
    /// Uniform in ± the limit.
    Uniform(f64),
    /// Normal with mean 0 and the standard deviation.
    Normal(f64),
    /// Uniform in ± √(6 / (fan_in + fan_out)): Xavier's rule, the default for weights.
    /// Glorot and Bengio, *Understanding the difficulty of training deep feedforward neural
    /// networks* (2010), equation 16.
    GlorotUniform,
    /// Normal with variance 2 / (fan_in + fan_out), from the same paper.
    GlorotNormal,
    /// Uniform in ± √(6 / fan_in). He, Zhang, Ren and Sun, *Delving deep into rectifiers* (2015).
    HeUniform,
    /// Normal with variance 2 / fan_in, from the same paper.
    HeNormal,
    /// Uniform in ± √(3 / n) for n units: the rule that the four-models homework has for biases.
    UnitsUniform,
}

/// The extents that the rules above look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fans {
    pub(crate) fan_in: usize,
    pub(crate) fan_out: usize,
    pub(crate) units: usize,
}

impl Init {
    pub(crate) fn check(self) -> Result<()> {
        let (Self::Constant(value) | Self::Uniform(value) | Self::Normal(value)) = self else {
            return Ok(());
        };
        let constant = matches!(self, Self::Constant(_));
        // Beyond this a range from minus to plus the limit has no width any more in f64.
        let finite = value.abs() <= f64::MAX / 4.0;
        if finite && (constant || value >= 0.0) {
            return Ok(());
        }
        Err(
            Error::new(ErrorKind::Value, format!("an initializer cannot be {self}"))
                .expected(if constant {
                    "a finite number"
                } else {
                    "a finite number, not negative"
                })
                .got(value.to_string()),
        )
    }

    /// Draws in f64 whatever the network's arithmetic, so that f32 and f64 networks of one seed
    /// agree to f32's last bit.
    pub(crate) fn draw(self, fans: Fans, rng: &mut Pcg64, mut put: impl FnMut(f64), count: usize) {
        let Fans {
            fan_in,
            fan_out,
            units,
        } = fans;
        let sum = (fan_in + fan_out) as f64;
        let mut uniform = |limit: f64| {
            let range = Uniform::new_inclusive(-limit, limit);
            let range = range.expect("limits are checked to be finite; please report");
            (0..count).for_each(|_| put(rng.sample(range)));
        };
        match self {
            Self::Uniform(limit) => uniform(limit),
            Self::GlorotUniform => uniform((6.0 / sum).sqrt()),
            Self::HeUniform => uniform((6.0 / fan_in as f64).sqrt()),
            Self::UnitsUniform => uniform((3.0 / units as f64).sqrt()),
            Self::Zeros => (0..count).for_each(|_| put(0.0)),
            Self::Constant(value) => (0..count).for_each(|_| put(value)),
            Self::Normal(_) | Self::GlorotNormal | Self::HeNormal => {
                let deviation = match self {
                    Self::Normal(deviation) => deviation,
                    Self::GlorotNormal => (2.0 / sum).sqrt(),
                    _ => (2.0 / fan_in as f64).sqrt(),
                };
                (0..count).for_each(|_| put(deviation * rng.sample::<f64, _>(StandardNormal)));
            }
        }
    }
}

impl fmt::Display for Init {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zeros => f.write_str("zeros"),
            Self::Constant(value) => write!(f, "constant {value}"),
            Self::Uniform(limit) => write!(f, "uniform in ±{limit}"),
            Self::Normal(deviation) => write!(f, "normal with deviation {deviation}"),
            Self::GlorotUniform => f.write_str("Glorot uniform"),
            Self::GlorotNormal => f.write_str("Glorot normal"),
            Self::HeUniform => f.write_str("He uniform"),
            Self::HeNormal => f.write_str("He normal"),
            Self::UnitsUniform => f.write_str("uniform in ±√(3/units)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn drawn(init: Init) -> Vec<f64> {
        let fans = Fans {
            fan_in: 100,
            fan_out: 50,
            units: 50,
        };
        let mut values = Vec::new();
        init.draw(
            fans,
            &mut Pcg64::seed_from_u64(3),
            |value| values.push(value),
            20_000,
        );
        values
    }

    #[test]
    fn every_rule_has_the_spread_of_its_formula() {
        let uniform = |limit: f64| limit * limit / 3.0;
        let variances = [
            (Init::Zeros, 0.0),
            (Init::Uniform(0.3), uniform(0.3)),
            (Init::Normal(0.2), 0.04),
            (Init::GlorotUniform, 2.0 / 150.0),
            (Init::GlorotNormal, 2.0 / 150.0),
            (Init::HeUniform, 2.0 / 100.0),
            (Init::HeNormal, 2.0 / 100.0),
            (Init::UnitsUniform, 1.0 / 50.0),
        ];
        for (init, expected) in variances {
            let values = drawn(init);
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let variance =
                values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
            assert!(mean.abs() < 0.005, "{init}: mean {mean}");
            assert!(
                (variance - expected).abs() <= 0.04 * expected,
                "{init}: {variance} {expected}"
            );
        }
    }

    #[test]
    fn uniform_rules_stay_within_their_limit() {
        let limit = (6.0_f64 / 150.0).sqrt();
        assert!(drawn(Init::GlorotUniform).iter().all(|v| v.abs() <= limit));
        assert_eq!(drawn(Init::Constant(0.5))[7], 0.5);
    }

    #[test]
    fn numbers_that_make_no_sense_are_refused() {
        for init in [
            Init::Uniform(-1.0),
            Init::Normal(f64::NAN),
            Init::Constant(f64::INFINITY),
            Init::Uniform(f64::MAX),
        ] {
            assert!(init.check().is_err(), "{init}");
        }
        assert!(Init::Constant(-1.0).check().is_ok());
    }
}
