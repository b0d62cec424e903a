//! Exponential and logarithm to the last bit, for tables that have to be the same everywhere.
//!
//! The mathematical functions of platforms differ in the last bit. These go through numbers of two
//! doubles, about 100 bits, and basic arithmetic, which IEEE 754 defines.

use std::ops::{Add, Mul};

/// The sum of two doubles, the second at most half an ulp of the first.
///
/// Source: T. J. Dekker, *A floating-point technique for extending the available precision*,
/// Numerische Mathematik 18 (1971).
#[derive(Clone, Copy)]
struct Twice(f64, f64);

/// The exact sum, for whatever order of size.
fn sum(a: f64, b: f64) -> Twice {
    let high = a + b;
    let from_b = high - a;
    Twice(high, (a - (high - from_b)) + (b - from_b))
}

impl Add for Twice {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let Twice(high, low) = sum(self.0, other.0);
        sum(high, low + (self.1 + other.1))
    }
}

impl Mul for Twice {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let high = self.0 * other.0;
        let low = self.0.mul_add(other.0, -high);
        sum(high, low + (self.0 * other.1 + self.1 * other.0))
    }
}

/// e to the power of `x`, for |x| up to 10 or so: Taylor's series at x/1024, squared ten times.
fn exp_twice(x: f64) -> Twice {
    let x = Twice(x / 1024.0, 0.0);
    let one = Twice(1.0, 0.0);
    let mut whole = one;
    for i in (1..=12).rev() {
        let i = f64::from(i);
        let inverse = 1.0 / i;
        let inverse = Twice(inverse, inverse.mul_add(-i, 1.0) / i);
        whole = one + x * inverse * whole;
    }
    for _ in 0..10 {
        whole = whole * whole;
    }
    whole
}

/// e to the power of `x`, for |x| up to 10 or so.
pub(super) fn exp(x: f64) -> f64 {
    exp_twice(x).0
}

/// The natural logarithm: the platform's, with a step of Newton's method.
pub(super) fn ln(x: f64) -> f64 {
    let near = x.ln();
    let off = exp_twice(-near) * Twice(x, 0.0) + Twice(-1.0, 0.0);
    near + (off.0 + off.1 - 0.5 * off.0 * off.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_are_rounded_to_the_nearest_double() {
        assert_eq!(exp(1.0), std::f64::consts::E);
        assert_eq!(exp(-1.0), 0.367_879_441_171_442_33);
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(ln(2.0), std::f64::consts::LN_2);
        assert_eq!(ln(10.0), std::f64::consts::LN_10);
        assert_eq!(ln(1.0), 0.0);
    }
}
