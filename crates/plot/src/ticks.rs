//! Where an axis begins and ends, and the numbers beneath it.

use crate::log_axis::placeable;
use crate::numbers::{group, power_of_ten, proper_minus};

/// Beyond this a value cannot be placed on an axis: its range would overflow. It counts as
/// infinite.
const LARGEST: f64 = 1e300;

/// Whether a value can be drawn.
pub(crate) fn drawable(value: f64) -> bool {
    value.is_finite() && value.abs() <= LARGEST
}

/// One axis: its range, and its ticks with their labels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) ticks: Vec<(f64, String)>,
    /// What the labels are to be multiplied by: `×10⁵`.
    pub(crate) factor: Option<String>,
    /// Whether equal lengths are equal factors.
    pub(crate) log: bool,
}

/// When labels are divided by a power of ten that is told beside the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    /// From a hundred thousand, and below a thousandth.
    Auto,
    /// From a thousand.
    Scientific,
}

/// The range of the values with some air, or a range about a constant. `None` without values.
pub(crate) fn range(values: impl Iterator<Item = f64>, air: f64) -> Option<(f64, f64)> {
    let (low, high) = values
        .filter(|&v| drawable(v))
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
            (low.min(v), high.max(v))
        });
    if low > high {
        return None;
    }
    let size = low.abs().max(high.abs());
    if high - low <= size * 1e-9 || high - low < 1e-290 {
        let about = if size < 1e-280 { 1.0 } else { size * 0.1 };
        return Some((low - about, high + about));
    }
    let more = (high - low) * air;
    Some((low - more, high + more))
}

impl Axis {
    /// An axis over this range with at most `most` ticks; `whole` forbids ticks between integers.
    pub(crate) fn new(low: f64, high: f64, most: usize, whole: bool, notation: Notation) -> Self {
        let (mut base, mut exponent) = step(high - low, most.max(2));
        let inside = |base, exponent| {
            let (size, slack) = (scaled(base, exponent), 1e-9);
            (low / size - slack).ceil() as i64..=(high / size + slack).floor() as i64
        };
        // A range between two round numbers may hold none of them: then the next finer ones.
        while inside(base, exponent).count() < 2 {
            (base, exponent) = finer(base, exponent);
        }
        if whole && exponent < 0 {
            (base, exponent) = (1, 0);
        }
        let counts: Vec<i64> = inside(base, exponent).collect();
        let largest = counts
            .iter()
            .map(|&i| multiple(i, base, exponent).abs())
            .fold(0.0, f64::max);
        let magnitude = if largest > 0.0 {
            largest.log10().floor() as i32
        } else {
            0
        };
        let divide = match notation {
            Notation::Auto => !(-3..5).contains(&magnitude),
            Notation::Scientific => !(-3..3).contains(&magnitude),
        };
        let power = if divide { magnitude } else { 0 };
        let decimals = (power - exponent).max(0) as usize;
        let ticks = counts
            .into_iter()
            .map(|i| {
                let label = format!("{:.decimals$}", multiple(i, base, exponent - power));
                (multiple(i, base, exponent), proper_minus(&group(&label)))
            })
            .collect();
        let factor = divide.then(|| power_of_ten(power));
        Self {
            low,
            high,
            ticks,
            factor,
            log: false,
        }
    }

    /// Whether a value has a place on this axis, be it beyond its ends.
    pub(crate) fn has_place(&self, value: f64) -> bool {
        drawable(value) && (!self.log || placeable(value))
    }

    /// Whether a value lies between the ends.
    pub(crate) fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// From end to end.
    pub(crate) fn span(&self) -> f64 {
        self.high - self.low
    }

    /// Where a value lies: 0 at the axis' beginning, 1 at its end.
    pub(crate) fn place(&self, value: f64) -> f64 {
        if self.log {
            (value.ln() - self.low.ln()) / (self.high.ln() - self.low.ln())
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }
}

/// The smallest of 1, 2, 5 × 10ⁿ that makes no more ticks than wanted.
fn step(span: f64, most: usize) -> (i64, i32) {
    let raw = span / most as f64;
    let exponent = raw.log10().floor() as i32;
    for (base, e) in [
        (1, exponent),
        (2, exponent),
        (5, exponent),
        (1, exponent + 1),
    ] {
        if scaled(base, e) >= raw * (1.0 - 1e-9) {
            return (base, e);
        }
    }
    (2, exponent + 1)
}

fn finer(base: i64, exponent: i32) -> (i64, i32) {
    match base {
        5 => (2, exponent),
        2 => (1, exponent),
        _ => (5, exponent - 1),
    }
}

fn scaled(base: i64, exponent: i32) -> f64 {
    multiple(1, base, exponent)
}

/// `i · base · 10^exponent` with one rounding, so that a tick at 0.3 is 0.3.
fn multiple(i: i64, base: i64, exponent: i32) -> f64 {
    let whole = (i * base) as f64;
    if exponent >= 0 {
        whole * 10f64.powi(exponent)
    } else {
        whole / 10f64.powi(-exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        let axis = Axis::new(0.05, 0.95, 6, false, Notation::Auto);
        assert_eq!(labels(&axis), ["0.2", "0.4", "0.6", "0.8"]);
        assert_eq!(axis.ticks[1].0, 0.4);
        let axis = Axis::new(-1.0, 1.0, 6, false, Notation::Auto);
        assert_eq!(labels(&axis), ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
        let axis = Axis::new(0.0, 0.5, 6, false, Notation::Auto);
        assert_eq!(axis.ticks[3], (0.3, "0.3".to_owned()));
    }

    #[test]
    fn large_and_small_numbers_have_a_factor() {
        let axis = Axis::new(20_000.0, 280_000.0, 6, false, Notation::Scientific);
        assert_eq!(labels(&axis), ["0.5", "1.0", "1.5", "2.0", "2.5"]);
        assert_eq!(axis.factor.as_deref(), Some("×10⁵"));
        let axis = Axis::new(0.0, 2e-5, 5, false, Notation::Auto);
        assert_eq!(labels(&axis), ["0.0", "0.5", "1.0", "1.5", "2.0"]);
        assert_eq!(axis.factor.as_deref(), Some("×10⁻⁵"));
        let axis = Axis::new(0.0, 60_000.0, 3, false, Notation::Auto);
        assert_eq!(
            labels(&axis),
            ["0", "20\u{2009}000", "40\u{2009}000", "60\u{2009}000"]
        );
        assert_eq!(axis.factor, None);
    }

    #[test]
    fn whole_numbers_get_no_fractions_between() {
        let axis = Axis::new(0.9, 3.1, 8, true, Notation::Auto);
        assert_eq!(labels(&axis), ["1", "2", "3"]);
    }

    #[test]
    fn ranges_have_air_and_constants_have_room() {
        assert_eq!(
            range([1.0, f64::NAN, 3.0, f64::INFINITY].into_iter(), 0.05),
            Some((0.9, 3.1))
        );
        assert_eq!(range([5.0, 5.0].into_iter(), 0.05), Some((4.5, 5.5)));
        assert_eq!(range([0.0].into_iter(), 0.05), Some((-1.0, 1.0)));
        assert_eq!(range([f64::NAN].into_iter(), 0.05), None);
        assert_eq!(range([f64::MAX].into_iter(), 0.05), None);
    }

    proptest! {
        #[test]
        fn any_range_has_a_few_ticks_inside_and_all_labels_differ(
            low in -1e12..1e12f64, exponent in -12..12i32, digit in 1.0..10.0f64, most in 2..9usize
        ) {
            let values = [low, low + digit * 10f64.powi(exponent)];
            let (low, high) = range(values.into_iter(), 0.05).unwrap();
            let axis = Axis::new(low, high, most, false, Notation::Auto);
            let span = high - low;
            prop_assert!(!axis.ticks.is_empty() && axis.ticks.len() <= most + 3, "{axis:?}");
            for (value, _) in &axis.ticks {
                prop_assert!(*value >= low - span * 1e-6 && *value <= high + span * 1e-6, "{axis:?}");
            }
            let mut labels = labels(&axis);
            labels.dedup();
            prop_assert_eq!(labels.len(), axis.ticks.len(), "{:?}", axis);
        }

        #[test]
        fn no_value_makes_an_axis_panic(a in any::<f64>(), b in any::<f64>()) {
            if let Some((low, high)) = range([a, b].into_iter(), 0.05) {
                prop_assert!(low < high);
                let axis = Axis::new(low, high, 6, false, Notation::Auto);
                prop_assert!(axis.ticks.len() <= 8);
            }
        }
    }
}
