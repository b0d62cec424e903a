//! Making, cutting and renaming data sets.

use ndarray::{Array2, array, s};

use super::*;

fn three() -> Dataset {
    let images = array![[0, 255, 1, 2], [51, 102, 3, 4], [255, 0, 5, 6]];
    Dataset::from_arrays("three", images, vec![1, 0, 1], [1, 2, 2], ["dark", "light"]).unwrap()
}

fn refused(
    images: Array2<u8>,
    labels: Vec<u8>,
    sample_shape: [usize; 3],
    class_names: &[&str],
) -> String {
    let names = class_names.iter().copied();
    let refused = Dataset::from_arrays("mine", images, labels, sample_shape, names);
    refused.unwrap_err().to_string()
}

#[test]
fn samples_are_found_by_number() {
    let data = three();
    assert_eq!((data.len(), data.features(), data.classes()), (3, 4, 2));
    assert_eq!(data.sample_shape(), [1, 2, 2]);
    assert_eq!(data.image(1).unwrap(), array![[51, 102], [3, 4]]);
    assert_eq!(data.label(2).unwrap(), 1);
    assert_eq!(data.class_counts(), [1, 2]);
    assert!(!data.is_empty());
    let beyond = "image: three has no sample 3\n  expected  0 to 2\n  got       3";
    assert_eq!(data.image(3).unwrap_err().to_string(), beyond);
    assert_eq!(data.label(usize::MAX).unwrap_err().kind(), ErrorKind::Value);
    assert_eq!(
        format!("{data:?}"),
        "Dataset(three: 3 samples of 1 × 2 × 2, 2 classes)"
    );
}

#[test]
fn the_channels_of_a_colour_image_lie_below_one_another() {
    let images = array![[1, 2, 3, 4, 5, 6]];
    let data = Dataset::from_arrays("rgb", images, vec![0], [3, 1, 2], ["a"]).unwrap();
    assert_eq!(data.image(0).unwrap(), array![[1, 2], [3, 4], [5, 6]]);
}

#[test]
fn arrays_in_any_layout_are_read_row_by_row() {
    let wide = array![[9, 1, 2, 9], [9, 3, 4, 9], [9, 5, 6, 9]];
    let cut = wide.clone().slice_move(s![1.., 1..3]);
    let turned = array![[3, 5], [4, 6]].reversed_axes();
    let rows = wide.slice_move(s![1.., ..]);
    for images in [cut, turned] {
        let data = Dataset::from_arrays("", images, vec![0, 0], [1, 1, 2], ["a"]).unwrap();
        assert_eq!(data.bytes(), [3, 4, 5, 6]);
    }
    let data = Dataset::from_arrays("", rows, vec![0, 0], [1, 1, 4], ["a"]).unwrap();
    assert_eq!(data.bytes(), [9, 3, 4, 9, 9, 5, 6, 9]);
}

#[test]
fn arrays_that_do_not_fit_are_refused() {
    let two = || Array2::zeros((2, 4));
    assert_eq!(
        refused(two(), vec![0], [1, 2, 2], &["a"]),
        "data set \"mine\": not as many labels as images\n  \
           expected  2 labels for 2 images\n  \
           got       1 label\n  \
           try       images are the rows of the array, one for each label"
    );
    assert_eq!(
        refused(two(), vec![0, 0], [1, 2, 3], &["a"]),
        "data set \"mine\": images of another size\n  \
           expected  rows of 1 · 2 · 3 values\n  \
           got       rows of 4 values\n  \
           try       sample_shape is [channels, height, width]"
    );
    assert_eq!(
        refused(two(), vec![0, 2], [1, 2, 2], &["a", "b"]),
        "label out of range in data set \"mine\"\n  \
           expected  0 to 1 for 2 classes\n  \
           got       2 at position 1\n  \
           try       count classes from 0, and name every class"
    );
    assert!(refused(two(), vec![0, 0], [1, 2, 2], &[]).contains("at least one class"));
    assert!(refused(two(), vec![0, 0], [usize::MAX, 2, 2], &["a"]).contains("another size"));
    let none = refused(Array2::zeros((0, 4)), vec![], [1, 2, 2], &["a"]);
    assert!(none.contains("holds no samples"), "{none}");
    let flat = refused(Array2::zeros((2, 0)), vec![0, 0], [1, 0, 2], &["a"]);
    assert!(flat.contains("pixels do not fit"), "{flat}");
}

#[test]
fn parts_share_the_bytes() {
    let data = three();
    let rest = data.slice(1..3).unwrap();
    assert_eq!(rest.labels(), [0, 1]);
    assert_eq!(rest.bytes().as_ptr(), data.bytes()[4..].as_ptr());
    assert_eq!(
        rest.slice(1..2).unwrap().image(0).unwrap(),
        data.image(2).unwrap()
    );
    let (first, second) = data.split_at(1).unwrap();
    assert_eq!((first.labels(), second.labels()), (&[1][..], &[0, 1][..]));
    assert_eq!(data.first(2).unwrap().labels(), [1, 0]);
    assert_eq!(data.clone().bytes().as_ptr(), data.bytes().as_ptr());
}

#[test]
fn parts_that_are_not_there_are_refused() {
    let data = three();
    #[expect(clippy::reversed_empty_ranges, reason = "this is what is refused")]
    let ranges = [1..1, 2..1, 3..3, 0..4, 0..usize::MAX, usize::MAX..0];
    for range in ranges {
        assert!(data.slice(range.clone()).is_err(), "{range:?}");
    }
    assert_eq!(
        data.slice(1..4).unwrap_err().to_string(),
        "no such part of three\n  expected  a range that is not empty, within 0..3\n  got       1..4"
    );
    for n in [0, 3, 4] {
        assert!(data.split_at(n).is_err(), "{n}");
    }
    for n in [0, 4] {
        assert!(data.first(n).is_err(), "{n}");
    }
}

#[test]
fn a_fraction_is_rounded_down_and_must_leave_something() {
    let images = Array2::zeros((55, 1));
    let data = Dataset::from_arrays("d", images, vec![0; 55], [1, 1, 1], ["a"]).unwrap();
    for (fraction, count) in [(0.2, 11), (0.5, 27), (1.0, 55), (0.019, 1)] {
        assert_eq!(
            data.first_part(fraction).unwrap().len(),
            count,
            "{fraction}"
        );
    }
    for fraction in [
        0.0,
        -0.5,
        1.01,
        0.001,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ] {
        let error = data.first_part(fraction).unwrap_err();
        assert_eq!(error.headline(), "no such part of d", "{fraction}");
    }
}

#[test]
fn classes_can_be_renamed_in_a_whole_a_part_and_a_clone() {
    let data = three();
    let kept = data.clone();
    let part = data
        .slice(1..3)
        .unwrap()
        .with_class_names(["x", "y", "z"])
        .unwrap();
    assert_eq!((part.classes(), part.labels()), (3, &[0, 1][..]));
    assert_eq!(part.image(0).unwrap(), kept.image(1).unwrap());
    let alone = three().with_class_names(["x", "y"]).unwrap();
    assert_eq!(alone.class_names(), ["x", "y"]);
    let alone = alone
        .slice(2..3)
        .unwrap()
        .with_class_names(["v", "w"])
        .unwrap();
    assert_eq!(
        (alone.labels(), alone.bytes()),
        (&[1][..], &[255, 0, 5, 6][..])
    );
    assert_eq!(kept.class_names(), ["dark", "light"]);
    assert!(
        kept.with_class_names(["only"])
            .unwrap_err()
            .to_string()
            .contains("0, the only class")
    );
}
