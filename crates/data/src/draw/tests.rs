//! Batches against the slow and obvious way.

use ndarray::Array2;
use proptest::prelude::*;

use crate::{Dataset, Element, ErrorKind};

fn data(samples: usize) -> Dataset {
    let images = Array2::from_shape_fn((samples, 6), |(i, j)| (i * 37 + j * 11) as u8);
    let labels = (0..samples).map(|i| (i % 3) as u8).collect();
    Dataset::from_arrays("d", images, labels, [1, 2, 3], ["a", "b", "c"]).unwrap()
}

proptest! {
    #[test]
    fn a_batch_is_the_images_asked_for_divided_by_255(
        samples in 3..30_usize,
        start in 0..3_usize,
        picks in proptest::collection::vec(0.0..1.0_f64, 0..300),
    ) {
        // A part, so that a forgotten offset shows.
        let data = data(samples).slice(start..samples)?;
        let indices: Vec<u32> = picks.iter().map(|part| (part * data.len() as f64) as u32).collect();
        let (mut single, mut double) = (vec![9.0_f32; picks.len() * 6], vec![9.0_f64; picks.len() * 6]);
        let mut labels = vec![9; picks.len()];
        data.fill_batch(&indices, &mut single, &mut labels)?;
        data.fill_batch(&indices, &mut double, &mut labels)?;
        for (row, &index) in indices.iter().enumerate() {
            prop_assert_eq!(labels[row], data.label(index as usize)?);
            for (column, &byte) in data.image(index as usize)?.iter().enumerate() {
                prop_assert_eq!(single[row * 6 + column], f32::from(byte) / 255.0);
                prop_assert_eq!(double[row * 6 + column], f64::from(byte) / 255.0);
            }
        }
    }
}

#[test]
fn rows_pixels_and_batches_agree() {
    fn agree<F: Element + PartialEq + std::fmt::Debug>(data: &Dataset, all: &Array2<F>) {
        let mut rows = vec![F::default(); 3 * 6];
        data.fill_rows(2..5, &mut rows).unwrap();
        let (mut batch, mut labels) = (vec![F::default(); 3 * 6], [0; 3]);
        data.fill_batch(&[2, 3, 4], &mut batch, &mut labels)
            .unwrap();
        assert_eq!(rows, batch);
        assert_eq!(rows, all.as_slice().unwrap()[2 * 6..5 * 6]);
        assert_eq!(labels, data.labels()[2..5]);
    }
    let data = data(9).slice(2..9).unwrap();
    assert_eq!(data.pixels().dim(), (7, 6));
    agree(&data, &data.pixels());
    agree(&data, &data.pixels_f64());
    let hot = data.one_hot();
    assert_eq!(hot.dim(), (7, 3));
    assert_eq!(hot.row(0).to_vec(), [0.0, 0.0, 1.0]); // sample 2 of the whole
    assert_eq!(data.one_hot_f64(), hot.mapv(f64::from));
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_written() {
    let data = data(4);
    let mut x = [7.0_f32; 12];
    let mut labels = [7; 2];
    let error = data
        .fill_batch(&[0, 1], &mut x[..11], &mut labels)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "fill_batch: the pixels' buffer does not fit\n  \
           expected  2 samples of 6 values\n  got       11 values"
    );
    let error = data
        .fill_batch(&[0, 1], &mut x, &mut labels[..1])
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().contains("2 labels")),
        (ErrorKind::Shape, true)
    );
    let error = data.fill_batch(&[0, 4], &mut x, &mut labels).unwrap_err();
    assert_eq!(
        error.to_string(),
        "fill_batch: d has no sample 4\n  expected  0 to 3\n  got       4"
    );
    let error = data.fill_rows(3..5, &mut x).unwrap_err();
    assert_eq!(
        error.to_string(),
        "fill_rows: d has no such samples\n  expected  a range within 0..4\n  got       3..5"
    );
    assert_eq!(
        data.fill_rows(2..3, &mut x).unwrap_err().kind(),
        ErrorKind::Shape
    );
    assert_eq!((x, labels), ([7.0; 12], [7; 2]));
    assert!(data.drawn(&[0, 4]).is_err() && data.drawn_rows(3..5).is_err());
    // Nothing asked for, nothing done.
    data.fill_rows(2..2, &mut x[..0]).unwrap();
    data.fill_batch(&[], &mut x[..0], &mut []).unwrap();
}
