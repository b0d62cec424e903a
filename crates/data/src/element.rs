//! The two number types a batch can be drawn in, and the conversion from stored bytes to 0..1.

use std::hint::black_box;

use crate::{
    scaler::{Scaler, standardize},
    wide::{Loop, wide},
};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A number type that pixels convert to: `f32` or `f64`.
///
/// Both are compiled in this crate, so that code which draws batches compiles nothing again.
pub trait Element: sealed::Sealed + Copy + Default + Send + Sync + 'static {
    /// Writes `bytes[i] / 255` to `out[i]`, for as many as both have.
    #[doc(hidden)]
    fn scale(bytes: &[u8], out: &mut [Self]);

    /// Entry `v` is v / 255.
    #[doc(hidden)]
    fn numbers() -> &'static [Self; 256];

    /// Writes `rows[indices[i]] / 255` to row `i` of `out`; rows have `width` bytes. The caller
    /// has checked that all of them exist.
    #[doc(hidden)]
    fn gather(rows: &[u8], width: usize, indices: &[u32], out: &mut [Self]);

    /// `value / 255`, for a value from 0 to 255 between two bytes.
    #[doc(hidden)]
    fn of_byte(value: f32) -> Self;

    /// Standardizes whole rows in their place.
    #[doc(hidden)]
    fn standardize(scaler: &Scaler, rows: &mut [Self]);
}

// Products with both halves of 1/255 are as exact as the division and half as slow; the first
// product is exact, since its factors have 8 and 16 significant bits. A test compares all 256.
const HIGH: f32 = f32::from_bits((1.0_f32 / 255.0).to_bits() & !0xff);
const LOW: f32 = (1.0 / 255.0 - HIGH as f64) as f32;

/// Entry `v` is v / 255. Converting whole rows by it is faster than the products in f64, and in f32
/// not.
macro_rules! table {
    ($float:ident) => {{
        static TABLE: [$float; 256] = {
            let mut table = [0.0; 256];
            let mut value = 0;
            while value < 256 {
                table[value] = value as $float / 255.0;
                value += 1;
            }
            table
        };
        &TABLE
    }};
}

impl Element for f32 {
    fn numbers() -> &'static [Self; 256] {
        table!(f32)
    }

    fn of_byte(value: f32) -> Self {
        value * HIGH + value * LOW
    }

    fn standardize(scaler: &Scaler, rows: &mut [Self]) {
        standardize(scaler.single(), rows);
    }

    fn scale(bytes: &[u8], out: &mut [Self]) {
        wide(Scale { bytes, out });
    }

    fn gather(rows: &[u8], width: usize, indices: &[u32], out: &mut [Self]) {
        gather(rows, width, indices, out);
    }
}

/// Divides bytes by 255.
struct Scale<'a> {
    bytes: &'a [u8],
    out: &'a mut [f32],
}

impl Loop for Scale<'_> {
    #[inline(always)]
    fn run(self) {
        for (number, &byte) in self.out.iter_mut().zip(self.bytes) {
            let value = f32::from(byte);
            *number = value * HIGH + value * LOW;
        }
    }
}

impl Element for f64 {
    fn numbers() -> &'static [Self; 256] {
        table!(f64)
    }

    fn of_byte(value: f32) -> Self {
        Self::from(value) / 255.0
    }

    fn standardize(scaler: &Scaler, rows: &mut [Self]) {
        standardize(scaler.double(), rows);
    }

    fn scale(bytes: &[u8], out: &mut [Self]) {
        for (number, &byte) in out.iter_mut().zip(bytes) {
            *number = Self::numbers()[usize::from(byte)];
        }
    }

    fn gather(rows: &[u8], width: usize, indices: &[u32], out: &mut [Self]) {
        gather(rows, width, indices, out);
    }
}

/// How many rows are fetched from memory together.
const TOGETHER: usize = 128;

/// The usual size of a cache line, in bytes. A wrong guess costs time, nothing else.
const CACHE_LINE: usize = 64;

fn gather<F: Element>(rows: &[u8], width: usize, indices: &[u32], out: &mut [F]) {
    let row = |index: u32| {
        let start = index as usize * width;
        &rows[start..start + width]
    };
    let parts = out
        .chunks_mut(width * TOGETHER)
        .zip(indices.chunks(TOGETHER));
    for (out, indices) in parts {
        // The rows lie anywhere in 47 MB. Looking at each of their cache lines first lets the
        // processor wait for all of them at once: a batch takes less than half the time.
        let bytes = indices
            .iter()
            .flat_map(|&index| row(index).iter().step_by(CACHE_LINE));
        black_box(bytes.fold(0_u8, |all, &byte| all ^ byte));
        for (out, &index) in out.chunks_exact_mut(width).zip(indices) {
            F::scale(row(index), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_divided_by_255_in_both_precisions() {
        let bytes: Vec<u8> = (0..=255).collect();
        let (mut single, mut double) = (vec![0.0_f32; 256], vec![0.0_f64; 256]);
        f32::scale(&bytes, &mut single);
        f64::scale(&bytes, &mut double);
        for value in 0..=255_u8 {
            assert_eq!(single[usize::from(value)], f32::from(value) / 255.0);
            assert_eq!(double[usize::from(value)], f64::from(value) / 255.0);
            assert_eq!(f32::numbers()[usize::from(value)], f32::from(value) / 255.0);
        }
        assert_eq!((single[0], single[255]), (0.0, 1.0));
    }

    #[test]
    fn rows_are_gathered_in_the_order_asked_for() {
        let rows = [0, 51, 102, 153, 204, 255];
        let mut out = [9.0_f64; 6];
        f64::gather(&rows, 2, &[2, 0, 2], &mut out);
        assert_eq!(out, [0.8, 1.0, 0.0, 0.2, 0.8, 1.0]);
    }
}
