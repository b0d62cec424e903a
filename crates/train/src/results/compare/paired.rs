//! The paired t-test.

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::Spread;

/// What the test finds in pairs of values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Paired {
    pub(super) means: [f64; 2],
    pub(super) difference: f64,
    pub(super) deviation: Option<f64>,
    pub(super) interval: Option<(f64, f64)>,
    pub(super) t: Option<f64>,
    pub(super) p: Option<f64>,
}

/// Deviations below this share of the mean difference are rounding, and stand for 0.
const ROUNDING: f64 = 1e-12;

impl Paired {
    /// None without pairs.
    pub(super) fn of(pairs: &[(f64, f64)]) -> Option<Self> {
        let column = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).collect::<Vec<_>>();
        let a = Spread::of(&column(|pair| pair.0))?;
        let b = Spread::of(&column(|pair| pair.1))?;
        let differences = Spread::of(&column(|pair| pair.0 - pair.1))?;
        let mean = differences.mean;
        let one = Self {
            means: [a.mean, b.mean],
            difference: mean,
            deviation: None,
            interval: None,
            t: None,
            p: None,
        };
        let Some(deviation) = differences.deviation else {
            return Some(one);
        };
        let freedom = (pairs.len() - 1) as f64;
        let Ok(student) = StudentsT::new(0.0, 1.0, freedom) else {
            return Some(one);
        };
        let same = deviation <= ROUNDING * mean.abs();
        let error = deviation / (pairs.len() as f64).sqrt();
        let (t, p) = match (same, mean == 0.0) {
            (true, true) => (None, None),
            (true, false) => (Some(f64::INFINITY.copysign(mean)), Some(0.0)),
            _ => {
                let t = mean / error;
                (Some(t), Some((2.0 * student.sf(t.abs())).min(1.0)))
            }
        };
        let half = student.inverse_cdf(0.975) * error;
        Some(Self {
            deviation: Some(deviation),
            interval: Some((mean - half, mean + half)),
            t,
            p,
            ..one
        })
    }
}

/// A p as people write it: `= 0.0312`, `< 0.0001`.
pub(super) fn significant(p: f64) -> String {
    if p < 1e-4 {
        "< 0.0001".to_owned()
    } else {
        format!("= {p:.4}")
    }
}
