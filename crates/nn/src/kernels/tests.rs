//! Each kernel against the loops that it stands for.

use proptest::prelude::*;

use super::{
    masked::{self, Right},
    product::{Left, product},
    sets::Sets,
    sparse::{self, Lists, Notes, Onto, Row, Values},
};
use crate::Scalar;

/// Numbers that are no multiples of each other, of which the share `filled` is not zero.
fn numbers<F: Scalar>(count: usize, filled: f64, salt: usize) -> Vec<F> {
    let number = |i: usize| {
        let n = (i + 1)
            .wrapping_mul(2_654_435_761)
            .wrapping_add(salt * 40_503)
            % 10_007;
        let is_filled = (n % 100) as f64 <= filled * 100.0;
        if is_filled {
            F::of((n as f64 - 5_000.5) / 5_003.0)
        } else {
            F::zero()
        }
    };
    (0..count).map(number).collect()
}

/// start + a·b, one number after the other, in f64, and the same of all terms without their signs.
fn loops<F: Scalar>(
    a: impl Fn(usize, usize) -> F,
    b: &[F],
    start: Option<&[F]>,
    (rows, inner, columns): (usize, usize, usize),
) -> Vec<[f64; 2]> {
    let mut c = Vec::new();
    for i in 0..rows {
        for j in 0..columns {
            let start = start.map_or(0.0, |start| start[j].as_f64());
            let terms = (0..inner).map(|k| a(i, k).as_f64() * b[k * columns + j].as_f64());
            c.push(terms.fold([start, start.abs()], |[sum, sizes], term| {
                [sum + term, sizes + term.abs()]
            }));
        }
    }
    c
}

/// The greatest difference, in units of what rounding may do to a sum of so many terms: half an epsilon
/// of all of them for each. Higham, *Accuracy and Stability of Numerical Algorithms*, section 3.1.
fn off<F: Scalar>(got: &[F], expected: &[[f64; 2]], terms: usize) -> f64 {
    assert_eq!(got.len(), expected.len());
    let share = F::epsilon().as_f64() / 2.0 * (terms as f64 + 2.0);
    let pairs = got.iter().zip(expected);
    pairs.fold(0.0, |worst, (got, [expected, sizes])| {
        let d = (got.as_f64() - expected).abs() / (share * sizes + f64::MIN_POSITIVE);
        if d.is_nan() {
            f64::INFINITY
        } else {
            worst.max(d)
        }
    })
}

fn check_product<F: Scalar>(rows: usize, inner: usize, columns: usize, has_start: bool) {
    let (a, b) = (
        numbers::<F>(rows * inner, 1.0, 1),
        numbers::<F>(inner * columns, 1.0, 2),
    );
    let start = has_start.then(|| numbers::<F>(columns, 1.0, 3));
    let shape = (rows, inner, columns);
    // What was there before does not matter.
    let mut c = vec![F::nan(); rows * columns];
    product(
        Left::Rows(&a),
        &b,
        start.as_deref(),
        &mut c,
        (inner, columns),
    );
    let expected = loops(|i, k| a[i * inner + k], &b, start.as_deref(), shape);
    assert!(off(&c, &expected, inner) < 1.0, "{shape:?}");

    // The same of a transpose, of which the first two columns are left out.
    let stride = rows + 2;
    let a = numbers::<F>(inner * stride, 1.0, 4);
    let mut c = vec![F::nan(); rows * columns];
    product(
        Left::Columns(&a, stride, 2),
        &b,
        start.as_deref(),
        &mut c,
        (inner, columns),
    );
    let expected = loops(|i, k| a[k * stride + 2 + i], &b, start.as_deref(), shape);
    assert!(off(&c, &expected, inner) < 1.0, "{shape:?} of a transpose");
}

/// The products without the zeros of a, of rows of b and of its columns.
fn check_masked<F: Scalar>(rows: usize, inner: usize, columns: usize, share: f64) {
    let a = numbers::<F>(rows * inner, share, 1);
    let sets = Sets::of(&a, inner);
    let sets_of = |row: &[F]| -> Vec<u64> {
        let bit = |(at, x): (usize, &F)| u64::from(*x != F::zero()) << at;
        let set = |numbers: &[F]| numbers.iter().enumerate().map(bit).sum();
        row.chunks(64).map(set).collect()
    };
    for block in 0..inner.div_ceil(64) {
        let expected = || a.chunks(inner).map(|row| sets_of(row)[block]);
        assert!(sets.at(block).eq(expected()), "{rows} × {inner}");
        let of_batch = Sets::of_batch(&a, inner);
        assert!(of_batch.at(block).eq(expected()), "{rows} × {inner}");
    }
    let check = |b: Right<'_, F>, of: &str, expected: &[F]| {
        let mut c = vec![F::nan(); rows * columns];
        masked::product((&a, &sets), b, &mut c, (inner, columns));
        let shape = (rows, inner, columns);
        let expected = loops(|i, k| a[i * inner + k], expected, None, shape);
        assert!(off(&c, &expected, inner) < 1.0, "{shape:?} of {of}");
    };
    let b = numbers::<F>(inner * columns, 1.0, 2);
    // Rows that are longer: the first three columns and the last two are left out.
    let stride = columns + 5;
    let mut longer = vec![F::nan(); inner * stride];
    let mut transposed = vec![F::nan(); inner * columns];
    for (k, b) in b.chunks(columns).enumerate() {
        longer[k * stride + 3..][..columns].copy_from_slice(b);
        for (column, &b) in b.iter().enumerate() {
            transposed[column * inner + k] = b;
        }
    }
    check(Right::Rows(&b, columns, 0), "rows", &b);
    check(Right::Rows(&longer, stride, 3), "longer rows", &b);
    check(Right::Columns(&transposed), "columns", &b);
}

/// Notes of rows of so many numbers, of batches of up to so many.
fn noted<F: Scalar>(x: &[F], columns: usize, capacity: usize) -> Notes<F> {
    let middle = sparse::middle_of(columns, capacity);
    let mut notes = Notes::for_rows(capacity, columns, middle);
    let row = |row: usize| Row::Numbers(&x[row * columns..][..columns]);
    notes.find(x.len() / columns, &row);
    notes
}

/// The value by lists, the samples in two goes, as threads take them.
fn forward<F: Scalar>(lists: Lists<'_, F>, w: &[F], bias: Option<&[F]>, units: usize) -> Vec<F> {
    let rows = lists.samples();
    let mut y = vec![F::nan(); rows * units];
    let start = bias.map_or(Onto::Nothing, Onto::Start);
    for (at, &part) in lists.parts().iter().enumerate() {
        let onto = if at == 0 { start } else { Onto::There };
        let cut = rows.div_ceil(2);
        for samples in [0..cut, cut..rows] {
            let y = &mut y[samples.start * units..samples.end * units];
            sparse::forward(lists, (samples, part), w, onto, y, units);
        }
    }
    y
}

fn check_sparse<F: Scalar>(rows: usize, inputs: usize, units: usize, share: f64, has_bias: bool) {
    let (x, w) = (
        numbers::<F>(rows * inputs, share, 5),
        numbers::<F>(inputs * units, 1.0, 6),
    );
    let bias = has_bias.then(|| numbers::<F>(units, 1.0, 7));
    let shape = (rows, inputs, units);
    let notes = noted(&x, inputs, rows);
    let y = forward(notes.lists(rows), &w, bias.as_deref(), units);
    let expected = loops(|i, k| x[i * inputs + k], &w, bias.as_deref(), shape);
    assert!(off(&y, &expected, inputs) < 1.0, "{shape:?} forward");

    let dy = numbers::<F>(rows * units, 1.0, 8);
    let mut dw = vec![F::nan(); inputs * units];
    let (mut room, mut filled, mut beside) = (Vec::new(), None, 0);
    let into = (&mut dw[..], &mut filled);
    let lists = notes.lists(rows);
    sparse::gradient(lists, &dy, into, units, &mut room, &mut || beside += 1);
    let expected = loops(|i, k| x[k * inputs + i], &dy, None, (inputs, rows, units));
    assert!(off(&dw, &expected, rows) < 1.0, "{shape:?} gradient");
    assert_eq!(beside, 1, "{shape:?}: what is to be done meanwhile");
    if let Some(filled) = &filled {
        let rows = (0..inputs).filter(|&i| (0..rows).any(|k| x[k * inputs + i] != F::zero()));
        assert!(
            filled.iter().copied().map(usize::from).eq(rows),
            "{shape:?}"
        );
    }
    // The next batch, of a single sample with other places, into what the first left.
    let next = numbers::<F>(inputs, share, 9);
    let notes = noted(&next, inputs, rows);
    let into = (&mut dw[..], &mut filled);
    let dy = &dy[..units];
    sparse::gradient(notes.lists(1), dy, into, units, &mut room, &mut || {});
    let expected = loops(|i, _| next[i], dy, None, (inputs, 1, units));
    assert!(off(&dw, &expected, 1) < 1.0, "{shape:?} next gradient");
}

/// One batch after the other, as many samples as may be, with the same room for sorting.
fn check_rooms<F: Scalar>(batches: [usize; 3], inputs: usize, units: usize) {
    let mut room = Vec::new();
    for (salt, rows) in batches.into_iter().enumerate() {
        let (x, dy) = (
            numbers::<F>(rows * inputs, 0.3, salt),
            numbers::<F>(rows * units, 1.0, salt + 10),
        );
        let notes = noted(&x, inputs, rows);
        let mut dw = vec![F::nan(); inputs * units];
        let into = (&mut dw[..], &mut None);
        sparse::gradient(notes.lists(rows), &dy, into, units, &mut room, &mut || {});
        let expected = loops(|i, k| x[k * inputs + i], &dy, None, (inputs, rows, units));
        assert!(off(&dw, &expected, rows) < 1.0, "{batches:?}: {rows}");
    }
}

/// Bytes, noted ahead or not, give what their numbers give, to the last bit.
fn check_bytes<F: Scalar>(rows: usize, inputs: usize, units: usize) {
    let byte = |i: usize| ((i.wrapping_mul(2_654_435_761) >> 7) % 1_021).saturating_sub(766) as u8;
    let bytes: Vec<u8> = (0..rows * inputs).map(byte).collect();
    let table: [F; 256] = std::array::from_fn(|byte| F::of(byte as f64 / 255.0));
    let x: Vec<F> = bytes.iter().map(|&byte| table[usize::from(byte)]).collect();
    let w = numbers::<F>(inputs * units, 1.0, 6);
    let by_numbers = noted(&x, inputs, rows);
    let mut by_bytes = by_numbers.clone();
    let row = |row: usize| Row::Bytes(&bytes[row * inputs..][..inputs], &table);
    by_bytes.find(rows, &row);
    let (mut places, mut filled, mut bounds) = (Vec::new(), Vec::new(), Vec::new());
    let middle = by_numbers.lists(rows).middle;
    for row in bytes.chunks(inputs) {
        let start = places.len();
        for (place, &byte) in row.iter().enumerate().filter(|(_, byte)| **byte != 0) {
            places.push(place as u16);
            filled.push(byte);
        }
        let before = |place: &&u16| usize::from(**place) < middle;
        let first = places[start..].iter().take_while(before).count();
        bounds.push([start, start + first, places.len()]);
    }
    let ahead = Lists {
        places: &places,
        values: Values::Bytes(&filled, &table),
        bounds: &bounds,
        // What follows is asked for and nothing else.
        following: &bounds[..rows.min(3)],
        columns: inputs,
        middle,
    };
    let dy = numbers::<F>(rows * units, 1.0, 8);
    let results = |lists: Lists<'_, F>| {
        let mut dw = vec![F::nan(); inputs * units];
        let into = (&mut dw[..], &mut None);
        sparse::gradient(lists, &dy, into, units, &mut Vec::new(), &mut || {});
        (forward(lists, &w, None, units), dw)
    };
    let expected = results(by_numbers.lists(rows));
    let shape = (rows, inputs, units);
    assert!(results(by_bytes.lists(rows)) == expected, "{shape:?} found");
    assert!(results(ahead) == expected, "{shape:?} noted ahead");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn products_agree_with_three_loops(
        rows in 1_usize..20, inner in 1_usize..30, columns in 1_usize..70, has_start: bool,
    ) {
        check_product::<f32>(rows, inner, columns, has_start);
        check_product::<f64>(rows, inner, columns, has_start);
    }

    #[test]
    fn products_of_half_the_numbers_agree_with_three_loops(
        rows in 1_usize..20, inner in 1_usize..200, columns in 1_usize..260, filled in 0.0..1.0,
    ) {
        check_masked::<f32>(rows, inner, columns, filled);
        check_masked::<f64>(rows, inner, columns, filled);
    }

    #[test]
    fn products_without_zeros_agree_with_three_loops(
        rows in 1_usize..12, inputs in 1_usize..300, units in 1_usize..300,
        filled in 0.0..1.0, has_bias: bool,
    ) {
        check_sparse::<f32>(rows, inputs, units, filled, has_bias);
        check_sparse::<f64>(rows, inputs, units, filled, has_bias);
    }

    #[test]
    fn bytes_give_what_their_numbers_give(
        rows in 1_usize..12, inputs in 1_usize..300, units in 1_usize..600,
    ) {
        check_bytes::<f32>(rows, inputs, units);
        check_bytes::<f64>(rows, inputs, units);
    }

    #[test]
    fn batches_of_any_size_are_sorted_in_the_same_room(
        batches in prop::array::uniform3(5_usize..400), inputs in 1_usize..50, units in 40_usize..300,
    ) {
        check_rooms::<f32>(batches, inputs, units);
        check_rooms::<f64>(batches, inputs, units);
        check_bytes::<f32>(batches[0], inputs, units);
    }

    /// What a row gives does not depend on the rows that are computed with it.
    #[test]
    fn rows_are_computed_by_themselves(rows in 2_usize..15, inner in 1_usize..40, columns in 1_usize..60) {
        let (a, b) = (numbers::<f32>(rows * inner, 0.5, 9), numbers::<f32>(inner * columns, 1.0, 10));
        let mut all = vec![0.0; rows * columns];
        product(Left::Rows(&a), &b, None, &mut all, (inner, columns));
        let found = forward(noted(&a, inner, rows).lists(rows), &b, None, columns);
        for i in 0..rows {
            let a = &a[i * inner..(i + 1) * inner];
            let mut one = vec![0.0; columns];
            product(Left::Rows(a), &b, None, &mut one, (inner, columns));
            prop_assert_eq!(&all[i * columns..(i + 1) * columns], &one);
            let one = forward(noted(a, inner, rows).lists(1), &b, None, columns);
            prop_assert_eq!(&found[i * columns..(i + 1) * columns], &one);
        }
    }
}

#[test]
fn what_is_not_a_number_is_found_and_not_hidden() {
    let x = [0.0, f32::NAN, 0.0, -0.0, f32::INFINITY, 1e-40];
    let y = forward(noted(&x, 3, 2).lists(2), &[1.0; 3], None, 1);
    assert!(y[0].is_nan() && y[1] == f32::INFINITY);
}

#[test]
fn what_is_not_a_number_is_in_a_set() {
    let mut a = [0.0_f32; 70];
    (a[3], a[64], a[66], a[69]) = (f32::NAN, f32::INFINITY, -0.0, 1e-40);
    let sets = Sets::of(&a, 70);
    assert!(sets.at(0).eq([1 << 3]) && sets.at(1).eq([0b10_0001]));
    let mut c = [0.0; 9];
    let b = vec![1.0; 70 * 9];
    masked::product((&a, &sets), Right::Rows(&b, 9, 0), &mut c, (70, 9));
    assert!(c.iter().all(|c| c.is_nan()));
}

#[test]
fn zeros_are_left_out_where_there_are_enough_in_enough_rows() {
    let is_worth_while =
        |rows: usize, share| masked::is_worth_while(&numbers::<f32>(rows * 300, share, 1), 300);
    assert!(is_worth_while(100, 0.5));
    assert!(!is_worth_while(100, 0.9));
    assert!(!is_worth_while(20, 0.5));
}

#[test]
fn a_batch_is_sparse_by_its_own_numbers() {
    let images = numbers::<f32>(100 * 784, 0.19, 1);
    assert!(sparse::is_sparse(&images, 784));
    assert!(!sparse::is_sparse(&numbers::<f32>(100 * 784, 0.5, 1), 784));
    assert!(!sparse::is_sparse(&[1.0_f32; 3], 3));
}
