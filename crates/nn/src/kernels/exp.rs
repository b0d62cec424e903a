//! The exponential function of many numbers at once, as softmax needs it: of numbers up to 0.

use pulp::{Simd, WithSimd};

/// Replaces each number, which is at most 0 or NaN, by its exponential: in f32 in wide registers,
/// within 2 units of its last place and 0 below the smallest normal number; in f64, where exactness
/// is the point, by the system's own function.
pub(crate) trait Exponentials: Sized {
    fn exponentials(values: &mut [Self]);
}

impl Exponentials for f64 {
    fn exponentials(values: &mut [Self]) {
        values.iter_mut().for_each(|value| *value = value.exp());
    }
}

impl Exponentials for f32 {
    fn exponentials(values: &mut [Self]) {
        super::widest(All(values));
    }
}

struct All<'a>(&'a mut [f32]);

impl WithSimd for All<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for value in self.0 {
            *value = exp(*value);
        }
    }
}

/// exp x = 2ⁿ·exp r with r = x − n·log 2, |r| ≤ ½·log 2, by Cephes' polynomial for exp r (Moshier,
/// *Methods and Programs for Mathematical Functions*, 1989). Not by fused multiply-adds: so it is the
/// same on every machine.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// log 2⁻¹²⁶: the exponentials of smaller numbers are not normal any more.
    const LEAST: f32 = -87.336_54;
    /// What is added to a small number to round it to an integer, which then stands in the last bits.
    const ROUND: f32 = 1.5 * (1 << 23) as f32;
    /// log 2 in two parts: n times the first one is exact.
    const LOG_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const POLYNOMIAL: [f32; 6] = [
        1.987_569_1e-4,
        1.398_199_9e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_5e-1,
        0.5,
    ];
    // Compared so that NaN stays.
    let is_least = x < LEAST;
    let x = if is_least { LEAST } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LOG_2[0] - n * LOG_2[1];
    let mut p = POLYNOMIAL[0];
    for coefficient in &POLYNOMIAL[1..] {
        p = p * r + coefficient;
    }
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0_f32.to_bits()));
    let value = (p * r * r + r + 1.0) * power;
    if is_least { 0.0 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exponential_is_within_two_units_of_the_last_place() {
        let mut worst = 0.0_f64;
        // All numbers to -87.3 whose last ten bits are 0, 300 together so that registers are filled.
        let numbers: Vec<f32> = (0..0x42ae_a000_u32)
            .step_by(1 << 10)
            .map(|bits| -f32::from_bits(bits))
            .collect();
        for numbers in numbers.chunks(300) {
            let mut values = numbers.to_vec();
            f32::exponentials(&mut values);
            for (&x, &value) in numbers.iter().zip(&values) {
                let exact = f64::from(x).exp();
                let unit = exact * f64::from(f32::EPSILON);
                worst = worst.max((f64::from(value) - exact).abs() / unit);
            }
        }
        assert!(worst < 2.0, "{worst}");
    }

    #[test]
    fn the_ends_are_exact_and_nan_stays() {
        let mut values = [0.0, -0.0, -88.0, f32::NEG_INFINITY, f32::NAN];
        f32::exponentials(&mut values);
        assert_eq!(values[..4], [1.0, 1.0, 0.0, 0.0]);
        assert!(values[4].is_nan());
        let mut values = [0.0, f64::NEG_INFINITY, -1.0];
        f64::exponentials(&mut values);
        assert_eq!(values, [1.0, 0.0, (-1.0_f64).exp()]);
    }
}
