//! Logarithmic axes: equal lengths are equal factors, ticks at powers of ten.

use crate::canvas::Style;
use crate::numbers::{group, power_of_ten};
use crate::ticks::{Axis, Notation, drawable};

/// Below this there is no room for finer steps. It counts as zero.
const SMALLEST: f64 = 1e-290;

/// Powers that are written as plain numbers if all of an axis are: 0.0001 to 100 000.
const PLAIN: std::ops::RangeInclusive<i32> = -4..=5;
/// Logical pixels between neighbouring labels of an x axis.
const LABEL_GAP: f64 = 14.0;

/// Whether a value has a place on a logarithmic axis.
pub(crate) fn placeable(value: f64) -> bool {
    drawable(value) && value >= SMALLEST
}

/// The range of the positive values with some air, or a range about a constant.
pub(crate) fn log_range(values: impl Iterator<Item = f64>, air: f64) -> Option<(f64, f64)> {
    let (low, high) = values
        .filter(|&v| placeable(v))
        .fold((f64::INFINITY, 0.0f64), |(low, high), v| {
            (low.min(v), high.max(v))
        });
    if high == 0.0 {
        return None;
    }
    let factor = (high.ln() - low.ln()) * air;
    // A constant has room about it, and hundreds of decades need no tens of them as air.
    let factor = if factor < 1e-6 {
        2.0
    } else {
        factor.exp().min(10.0)
    };
    Some((low / factor, high * factor))
}

/// A y axis with labels a good line apart.
pub(crate) fn log_y_axis(range: (f64, f64), room: f64) -> Axis {
    log_axis(range, ((room / 28.0) as usize).clamp(2, 8))
}

/// An x axis with as many labels as have room beside each other.
pub(crate) fn log_x_axis(range: (f64, f64), room: f64, tick: &Style) -> Axis {
    let mut most = ((room / 34.0) as usize).clamp(2, 10);
    loop {
        let axis = log_axis(range, most);
        let labelled: Vec<_> = axis.ticks.iter().filter(|(_, l)| !l.is_empty()).collect();
        let free = labelled.windows(2).all(|pair| {
            let apart = (axis.place(pair[1].0) - axis.place(pair[0].0)) * room;
            apart >= (tick.width(&pair[0].1) + tick.width(&pair[1].1)) / 2.0 + LABEL_GAP
        });
        if free {
            return axis;
        }
        most -= 1;
        if most == 0 {
            let ticks = axis.ticks.into_iter().filter(|(_, l)| !l.is_empty());
            return Axis {
                ticks: ticks.take(1).collect(),
                ..axis
            };
        }
    }
}

/// A logarithmic axis with at most about so many labels. Ticks without a label are lines between.
fn log_axis((low, high): (f64, f64), most: usize) -> Axis {
    let (first, last) = (low.log10().floor() as i32, high.log10().floor() as i32);
    let inside = |value: f64| {
        let place = (value.ln() - low.ln()) / (high.ln() - low.ln());
        (-1e-9..=1.0 + 1e-9).contains(&place)
    };
    let powers: Vec<i32> = (first..=last + 1)
        .filter(|&e| inside(value(1, e)))
        .collect();
    let steps: Vec<(i32, i32)> = (first..=last)
        .flat_map(|e| [1, 2, 5].map(|digit| (digit, e)))
        .filter(|&(digit, e)| inside(value(digit, e)))
        .collect();
    let every_step = steps.len() <= most && steps.len() >= 3;
    let plain = if every_step {
        steps.iter().all(|(_, e)| PLAIN.contains(e))
    } else {
        powers.iter().all(|e| PLAIN.contains(e))
    };
    let label = |digit, exponent| label(digit, exponent, plain);
    let ticks = if every_step {
        let tick = |&(digit, e): &(i32, i32)| (value(digit, e), label(digit, e));
        steps.iter().map(tick).collect()
    } else if powers.len() >= 2 {
        let stride = powers.len().div_ceil(most.max(1)) as i32;
        let between = stride == 1 && powers.len() <= 5;
        let named = |e: i32| e.rem_euclid(stride) == 0;
        if between {
            let name = |d: i32, e| if d == 1 { label(1, e) } else { String::new() };
            let tick = |&(d, e): &(i32, i32)| (value(d, e), name(d, e));
            steps.iter().map(tick).collect()
        } else {
            let powers = powers.iter().filter(|&&e| named(e));
            powers.map(|&e| (value(1, e), label(1, e))).collect()
        }
    } else {
        // Less than a decade: round steps as on any axis, only placed by their logarithms.
        return Axis {
            log: true,
            ..Axis::new(low, high, most, false, Notation::Auto)
        };
    };
    Axis {
        low,
        high,
        ticks,
        factor: None,
        log: true,
    }
}

/// `digit · 10^exponent` with one rounding where powers of ten are exact.
fn value(digit: i32, exponent: i32) -> f64 {
    if exponent >= 0 {
        f64::from(digit) * 10f64.powi(exponent)
    } else {
        f64::from(digit) / 10f64.powi(-exponent)
    }
}

fn label(digit: i32, exponent: i32, plain: bool) -> String {
    if plain {
        let decimals = (-exponent).max(0) as usize;
        return group(&format!("{:.decimals$}", value(digit, exponent)));
    }
    let power = power_of_ten(exponent);
    if digit == 1 {
        power.trim_start_matches('×').to_owned()
    } else {
        format!("{digit}{power}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Look;
    use proptest::prelude::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        let labels = axis.ticks.iter().map(|(_, label)| label.as_str());
        labels.filter(|label| !label.is_empty()).collect()
    }

    #[test]
    fn ticks_are_powers_of_ten() {
        let axis = log_axis((0.0009, 20.0), 6);
        assert_eq!(labels(&axis), ["0.001", "0.01", "0.1", "1", "10"]);
        assert_eq!(axis.ticks[1], (0.002, String::new()));
        let axis = log_axis((1e-12, 1.0), 6);
        assert_eq!(labels(&axis), ["10⁻¹²", "10⁻⁹", "10⁻⁶", "10⁻³", "10⁰"]);
        let axis = log_axis((0.9, 12.0), 6);
        assert_eq!(labels(&axis), ["1", "2", "5", "10"]);
        let axis = log_axis((2.1e7, 2.2e8), 6);
        assert_eq!(labels(&axis), ["5×10⁷", "10⁸", "2×10⁸"]);
    }

    #[test]
    fn less_than_a_decade_has_steps_as_on_any_axis() {
        let axis = log_axis((2.1, 4.8), 6);
        assert_eq!(labels(&axis), ["2.5", "3.0", "3.5", "4.0", "4.5"]);
        assert!(axis.log);
    }

    #[test]
    fn equal_factors_are_equal_lengths() {
        let axis = log_axis((0.01, 100.0), 6);
        for (value, place) in [(0.01, 0.0), (0.1, 0.25), (1.0, 0.5), (100.0, 1.0)] {
            assert!((axis.place(value) - place).abs() < 1e-12, "{value}");
        }
    }

    #[test]
    fn ranges_are_of_what_is_positive() {
        let range = |values: &[f64]| log_range(values.iter().copied(), 0.0);
        assert_eq!(range(&[0.0, -3.0, f64::NAN]), None);
        assert_eq!(range(&[8.0, 0.0]), Some((4.0, 16.0)));
        let (low, high) = log_range([0.0, 1.0, 100.0].into_iter(), 0.05).unwrap();
        assert!(low < 1.0 && low > 0.7 && high > 100.0 && high < 130.0);
    }

    proptest! {
        #[test]
        fn any_positive_range_has_ticks_inside(a in -290.0..300.0f64, b in -290.0..300.0f64) {
            let values = [10f64.powf(a), 10f64.powf(b)];
            let (low, high) = log_range(values.into_iter(), 0.05).unwrap();
            prop_assert!(low < high);
            for axis in [
                log_y_axis((low, high), 300.0),
                log_x_axis((low, high), 300.0, &Look::SINGLE.tick),
            ] {
                prop_assert!(!labels(&axis).is_empty() && labels(&axis).len() <= 14, "{axis:?}");
                for (value, _) in &axis.ticks {
                    prop_assert!((-1e-6..=1.0 + 1e-6).contains(&axis.place(*value)), "{axis:?}");
                }
            }
        }
    }
}
