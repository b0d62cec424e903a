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

/// Deviations below this share of the values are rounding, and stand for 0. Accuracies that differ
/// do so by more: by one sample.
const ROUNDING: f64 = 1e-14;

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
        let greatest = pairs.iter().flat_map(|&(a, b)| [a.abs(), b.abs()]);
        if deviation <= ROUNDING * greatest.fold(0.0, f64::max) {
            // Nothing to measure the mean difference by: two equal differences are no proof.
            return Some(Self {
                deviation: Some(0.0),
                ..one
            });
        }
        let error = deviation / (pairs.len() as f64).sqrt();
        let t = mean / error;
        let half = student.inverse_cdf(0.975) * error;
        Some(Self {
            deviation: Some(deviation),
            interval: Some((mean - half, mean + half)),
            t: Some(t),
            p: Some((2.0 * student.sf(t.abs())).min(1.0)),
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

/// To four places, and no minus before a zero.
pub(super) fn signed(value: f64) -> String {
    let text = format!("{value:.4}");
    match text.strip_prefix('-') {
        Some(zero) if zero.bytes().all(|byte| matches!(byte, b'0' | b'.')) => zero.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn statistics_are_those_of_scipy() {
        let golden = include_str!("../../../tests/golden/compare.json");
        let golden: Value = serde_json::from_str(golden).unwrap();
        let cases = golden["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 15);
        for case in cases {
            let column = |name: &str| -> Vec<f64> {
                let values = case[name].as_array().unwrap().iter();
                values.map(|value| value.as_f64().unwrap()).collect()
            };
            let pairs: Vec<_> = column("a").into_iter().zip(column("b")).collect();
            let paired = Paired::of(&pairs).unwrap();
            let (low, high) = paired.interval.unwrap();
            let ours = [
                paired.difference,
                paired.deviation.unwrap(),
                paired.t.unwrap(),
                paired.p.unwrap(),
                low,
                high,
            ];
            let theirs = ["difference", "deviation", "t", "p"].map(|name| case[name].as_f64());
            let theirs = theirs
                .map(Option::unwrap)
                .into_iter()
                .chain(column("interval"));
            for (our, their) in ours.into_iter().zip(theirs) {
                let near = (our - their).abs() <= 1e-9 * their.abs() + 1e-15;
                assert!(near, "{our} {their} of {case}");
            }
        }
    }

    #[test]
    fn a_zero_has_no_sign() {
        let numbers = [-0.00001, 0.0, -0.0, -0.0001, 0.5].map(signed);
        assert_eq!(numbers, ["0.0000", "0.0000", "0.0000", "-0.0001", "0.5000"]);
    }

    #[test]
    fn what_has_no_deviation_is_told_as_that() {
        assert!(Paired::of(&[]).is_none());
        let one = Paired::of(&[(0.9, 0.8)]).unwrap();
        assert_eq!(
            (one.t, one.p, one.interval, one.deviation),
            (None, None, None, None)
        );
        let untested = |pairs: &[(f64, f64)]| {
            let paired = Paired::of(pairs).unwrap();
            assert_eq!((paired.t, paired.p, paired.interval), (None, None, None));
            assert_eq!(paired.deviation, Some(0.0));
        };
        untested(&[(0.9, 0.9), (0.8, 0.8)]);
        untested(&[(0.9, 0.8), (0.7, 0.6), (0.5, 0.4)]);
        // One of ten thousand samples: what rounding leaves of the deviation is no deviation.
        untested(&[(0.9712, 0.9711), (0.9658, 0.9657), (0.9001, 0.9)]);
        let tested = Paired::of(&[(0.9712, 0.9711), (0.9658, 0.9656)]).unwrap();
        assert!(tested.t.is_some() && tested.p.unwrap() > 0.1);
    }

    proptest! {
        #[test]
        fn the_other_way_round_is_the_other_way_round(
            pairs in proptest::collection::vec((0.0..1.0_f64, 0.0..1.0_f64), 2..20),
        ) {
            let turned: Vec<_> = pairs.iter().map(|&(a, b)| (b, a)).collect();
            let (one, other) = (Paired::of(&pairs).unwrap(), Paired::of(&turned).unwrap());
            prop_assert!((one.t.unwrap() + other.t.unwrap()).abs() < 1e-9);
            prop_assert!((one.p.unwrap() - other.p.unwrap()).abs() < 1e-12);
            prop_assert!((0.0..=1.0).contains(&one.p.unwrap()));
            let (low, high) = one.interval.unwrap();
            prop_assert!(low <= one.difference && one.difference <= high);
            // p below 0.05 and an interval without 0 are the same thing.
            let without = low > 0.0 || high < 0.0;
            prop_assert!(without == (one.p.unwrap() < 0.05) || (one.p.unwrap() - 0.05).abs() < 1e-9);
        }
    }
}
