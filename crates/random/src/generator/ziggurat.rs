//! Normal numbers by the ziggurat: 255 strips of equal area and a base with the tail.

use std::sync::LazyLock;

use super::exact;
use crate::bits::Bits;

/// Where the base strip ends and the tail begins.
const R: f64 = 3.654_152_885_361_009;
const INVERSE_R: f64 = 0.273_661_237_329_758_3;
/// The area of each strip, `R·φ(R) + ∫φ` beyond `R` with `φ(x) = exp(−x²/2)`, as double arithmetic
/// had it when NumPy's tables were made: 3 ulp below the area itself.
const AREA: f64 = f64::from_bits(0x3f74_3016_a5a4_372e);
const STRIPS: usize = 256;

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::new);

/// A strip: what a random integer is multiplied by, and below which integer the point surely lies
/// under the curve.
#[derive(Clone, Copy, Default)]
struct Strip<Integer, Float> {
    safe: Integer,
    width: Float,
}

struct Tables {
    double: [Strip<u64, f64>; STRIPS],
    double_heights: [f64; STRIPS],
    single: [Strip<u32, f32>; STRIPS],
    single_heights: [f32; STRIPS],
}

impl Tables {
    /// The tables from their recurrence, `φ(x[i−1]) = φ(x[i]) + area / x[i]`, from the base up.
    ///
    /// It runs in double arithmetic, each strip on the rounded numbers of the one below, as it did
    /// for NumPy's tables; and with correctly rounded logarithms and exponentials, so that it comes
    /// out the same on every platform.
    fn new() -> Self {
        let density = |x: f64| exact::exp(-0.5 * x * x);
        let mut edges = [0.0; STRIPS];
        let mut heights = [0.0; STRIPS];
        edges[STRIPS - 1] = R;
        heights[STRIPS - 1] = density(R);
        for i in (1..STRIPS - 1).rev() {
            edges[i] = (-2.0 * exact::ln(AREA / edges[i + 1] + heights[i + 1])).sqrt();
            heights[i] = density(edges[i]);
            if i == 38 {
                // NumPy's table is one ulp off here, and what lies above builds upon it.
                heights[i] = heights[i].next_up();
            }
        }
        heights[0] = 1.0;

        let base = AREA / heights[STRIPS - 1];
        let mut double = [Strip::default(); STRIPS];
        let mut single = [Strip::default(); STRIPS];
        for i in 0..STRIPS {
            let (width, share) = match i {
                0 => (base, R * heights[STRIPS - 1] / AREA),
                1 => (edges[1], 0.0),
                _ => (edges[i], edges[i - 1] / edges[i]),
            };
            let (wide, narrow) = ((1_u64 << 52) as f64, f64::from(1 << 23));
            double[i] = Strip {
                safe: (share * wide).round_ties_even() as u64,
                width: width / wide,
            };
            single[i] = Strip {
                safe: (share * narrow).round() as u32,
                width: (width / narrow) as f32,
            };
        }
        Self {
            double,
            double_heights: heights,
            single,
            single_heights: heights.map(|height| height as f32),
        }
    }
}

/// Fills with standard normal numbers, each passed through `number`.
///
/// Source: G. Marsaglia and W. W. Tsang, *The Ziggurat Method for Generating Random Variables*,
/// Journal of Statistical Software 5 (2000), with the tail of G. Marsaglia, *Generating a Variable
/// from the Tail of the Normal Distribution*, Technometrics 6 (1964).
pub(super) fn fill(bits: &mut impl Bits, out: &mut [f64], number: impl Fn(f64) -> f64) {
    let tables = &*TABLES;
    for slot in out {
        *slot = number(normal(tables, bits));
    }
}

/// Fills with standard normal numbers of single precision.
pub(super) fn fill_f32(bits: &mut impl Bits, out: &mut [f32]) {
    let tables = &*TABLES;
    for slot in out {
        *slot = normal_f32(tables, bits);
    }
}

/// A word gives, from its lowest bit on, 8 bits for the strip, 1 for the sign, 52 for the place.
#[inline(always)]
fn normal(tables: &Tables, bits: &mut impl Bits) -> f64 {
    loop {
        let word = bits.next_u64();
        let strip = (word & 0xff) as usize;
        let place = word >> 9 & ((1 << 52) - 1);
        let Strip { safe, width } = tables.double[strip];
        let x = place as i64 as f64 * width;
        let x = f64::from_bits(x.to_bits() | (word >> 8 & 1) << 63);
        if place < safe {
            return x;
        }
        if let Some(x) = unsafe_place(tables, bits, strip, place, x) {
            return x;
        }
    }
}

/// In the tail, or near the curve.
#[cold]
#[inline(never)]
fn unsafe_place(
    tables: &Tables,
    bits: &mut impl Bits,
    strip: usize,
    place: u64,
    x: f64,
) -> Option<f64> {
    if strip > 0 {
        let (top, bottom) = (
            tables.double_heights[strip - 1],
            tables.double_heights[strip],
        );
        let height = (top - bottom) * bits.next_f64() + bottom;
        return (height < (-0.5 * x * x).exp()).then_some(x);
    }
    loop {
        let beyond = -INVERSE_R * (-bits.next_f64()).ln_1p();
        let bound = -(-bits.next_f64()).ln_1p();
        if bound + bound > beyond * beyond {
            let negative = place >> 8 & 1 == 1;
            return Some(if negative { -(R + beyond) } else { R + beyond });
        }
    }
}

/// A word gives, from its lowest bit on, 8 bits for the strip, 1 for the sign, 23 for the place.
#[inline(always)]
fn normal_f32(tables: &Tables, bits: &mut impl Bits) -> f32 {
    loop {
        let word = bits.next_u32();
        let strip = (word & 0xff) as usize;
        let place = word >> 9;
        let Strip { safe, width } = tables.single[strip];
        let x = place as i32 as f32 * width;
        let x = f32::from_bits(x.to_bits() | (word >> 8 & 1) << 31);
        if place < safe {
            return x;
        }
        if let Some(x) = unsafe_place_f32(tables, bits, strip, place, x) {
            return x;
        }
    }
}

#[cold]
#[inline(never)]
fn unsafe_place_f32(
    tables: &Tables,
    bits: &mut impl Bits,
    strip: usize,
    place: u32,
    x: f32,
) -> Option<f32> {
    if strip > 0 {
        let (top, bottom) = (
            tables.single_heights[strip - 1],
            tables.single_heights[strip],
        );
        let height = (top - bottom) * bits.next_f32() + bottom;
        let x_wide = f64::from(x);
        return (f64::from(height) < (-0.5 * x_wide * x_wide).exp()).then_some(x);
    }
    loop {
        let beyond = -(INVERSE_R as f32) * (-bits.next_f32()).ln_1p();
        let bound = -(-bits.next_f32()).ln_1p();
        if bound + bound > beyond * beyond {
            let negative = place >> 8 & 1 == 1;
            let r = R as f32;
            return Some(if negative { -(r + beyond) } else { r + beyond });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same sums over the tables of NumPy 2.4.6, in its `ziggurat_constants.h`.
    const SUMS: [u64; 6] = [
        0x3930_a290_fc29_dd0e,
        0x1a4d_e373_5f9c_b73a,
        0xd4d3_f04f_3b94_9e53,
        0x2c2e_ae28_6713_2843,
        0xcab6_58a2_cb88_b2b3,
        0x545f_1719_a118_0bbb,
    ];

    #[test]
    fn the_tables_are_numpys_on_every_platform() {
        let tables = Tables::new();
        let sum = |words: &mut dyn Iterator<Item = u64>| {
            words.fold(0_u64, |hash, word| {
                hash.wrapping_mul(0x100_0000_01b3).wrapping_add(word)
            })
        };
        let double = tables.double.iter();
        let single = tables.single.iter();
        let sums = [
            sum(&mut double.clone().map(|strip| strip.safe)),
            sum(&mut double.map(|strip| strip.width.to_bits())),
            sum(&mut tables.double_heights.iter().map(|height| height.to_bits())),
            sum(&mut single.clone().map(|strip| strip.safe.into())),
            sum(&mut single.map(|strip| strip.width.to_bits().into())),
            sum(&mut (tables.single_heights.iter()).map(|height| height.to_bits().into())),
        ];
        assert_eq!(sums, SUMS);
    }
}
