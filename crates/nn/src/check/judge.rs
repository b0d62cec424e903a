//! One gradient against differences of the loss.
//!
//! The difference is that of five points, (8·(f(h) − f(−h)) − (f(2h) − f(−2h))) / 12h, whose error
//! falls with h⁴ (Abramowitz and Stegun, *Handbook of mathematical functions*, 1964, table 25.2).
//! It is tried with narrower and narrower steps: a corner of the loss that lies within a wide step
//! lies outside a narrower one. What lies within all of them is a corner at the point itself.

use super::{Kink, TOLERANCE};

/// From the widest to the narrowest, relative to the number that is moved.
const STEPS: [f64; 5] = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7];

/// The loss beside the point.
pub(crate) struct Probe {
    pub(crate) loss: f64,
    /// The first ReLU or window of pooling that behaves otherwise than at the point.
    pub(crate) changed: Option<Kink>,
}

/// What is found about one entry.
pub(crate) enum Judged {
    Compared { error: f64, difference: f64 },
    Kink(Kink),
}

/// Holds `gradient`, the slope at a number `value` where the loss is `loss`, against differences;
/// `at(shift)` is the loss with the number moved.
pub(crate) fn judge(
    gradient: f64,
    value: f64,
    loss: f64,
    mut at: impl FnMut(f64) -> Probe,
) -> Judged {
    let mut best = (f64::INFINITY, f64::NAN);
    let mut kink = None;
    for step in STEPS {
        let h = step * value.abs().max(1.0);
        let probes = [-2.0 * h, -h, h, 2.0 * h].map(&mut at);
        let [far_below, below, above, far_above] = [0, 1, 2, 3].map(|i: usize| probes[i].loss);
        let difference = (8.0 * (above - below) - (far_above - far_below)) / (12.0 * h);
        let error = relative(gradient, difference, h, loss);
        if error < best.0 || best.1.is_nan() {
            best = (error, difference);
        }
        if error <= TOLERANCE {
            break;
        }
        kink = probes.into_iter().find_map(|probe| probe.changed);
    }
    match kink {
        // A gradient that agreed at some step needs no excuse.
        Some(kink) if best.0 > TOLERANCE => Judged::Kink(kink),
        _ => Judged::Compared {
            error: best.0,
            difference: best.1,
        },
    }
}

/// |a − b| over the greater of the two, but over no less than what the rounding of the loss lets a
/// difference resolve.
fn relative(gradient: f64, difference: f64, h: f64, loss: f64) -> f64 {
    let scale = loss.abs().max(1.0);
    let noise = 4.0 * f64::EPSILON * scale / h;
    let floor = (1e-6 * scale).max(noise / TOLERANCE);
    let error = (gradient - difference).abs() / gradient.abs().max(difference.abs()).max(floor);
    if error.is_nan() { f64::INFINITY } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smooth(value: f64) -> Probe {
        Probe {
            loss: value.powi(3),
            changed: None,
        }
    }

    #[test]
    fn a_right_slope_agrees_and_a_wrong_one_does_not() {
        let of = |gradient| match judge(gradient, 2.0, 8.0, |shift| smooth(2.0 + shift)) {
            Judged::Compared { error, difference } => (error, difference),
            Judged::Kink(_) => unreachable!("x³ has no corner"),
        };
        assert!(of(12.0).0 < 1e-9);
        assert!(of(12.001).0 > 1e-5);
        assert!((of(-12.0).1 - 12.0).abs() < 1e-6);
        assert_eq!(of(f64::NAN).0, f64::INFINITY);
    }

    #[test]
    fn a_corner_at_the_point_is_one_and_a_corner_beside_it_is_none() {
        let corner = |at: f64| {
            judge(if at < 0.0 { 1.0 } else { 0.0 }, 0.0, 0.0, |shift| Probe {
                loss: (shift - at).max(0.0),
                changed: ((shift > at) != (0.0 > at)).then(|| Kink {
                    place: "layer 1 (relu)".to_owned(),
                    what: "a ReLU at zero",
                    sample: 0,
                    unit: 0,
                }),
            })
        };
        assert!(matches!(corner(0.0), Judged::Kink(_)));
        for beside in [3e-4, -3e-4, 3e-6] {
            let judged = corner(beside);
            assert!(matches!(judged, Judged::Compared { error, .. } if error < 1e-6));
        }
    }
}
