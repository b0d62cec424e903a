//! Maps that can be told without interpolation, PyTorch's numbers, and what is drawn.

use ndarray::Array2;
use proptest::prelude::*;

use super::*;
use crate::Scaler;

const STILL: Affine = Affine {
    degrees: 0.0,
    factor: 1.0,
    right: 0.0,
    down: 0.0,
};

/// As `golden.py` has it.
fn image(height: usize, width: usize) -> Array2<u8> {
    Array2::from_shape_fn((height, width), |(y, x)| {
        ((y * 37 + x * 101 + y * x * 13 + 29) % 256) as u8
    })
}

fn warped<F: Element>(affine: &Affine, image: &Array2<u8>) -> Array2<F> {
    let (height, width) = image.dim();
    let mut out = vec![F::default(); image.len()];
    let bytes: Vec<u8> = image.iter().copied().collect();
    Warp::new([1, height, width]).image(affine, &bytes, &mut out);
    Array2::from_shape_vec(image.dim(), out).unwrap()
}

fn plain(image: &Array2<u8>) -> Array2<f32> {
    image.map(|&byte| f32::from(byte) / 255.0)
}

/// Two images in three channels each.
fn data() -> Dataset {
    let images = Array2::from_shape_fn((2, 3 * 5 * 4), |(i, j)| (i * 91 + j * 37 % 256) as u8);
    Dataset::from_arrays("colours", images, vec![0, 1], [3, 5, 4], ["a", "b"]).unwrap()
}

fn drawn<F: Element>(augment: Augment, data: &Dataset, indices: &[u32], seed: u64) -> Vec<F> {
    let mut x = vec![F::default(); indices.len() * data.features()];
    let mut labels = vec![0; indices.len()];
    let mut source = augment.source(data, seed).unwrap();
    data.fill_batch_augmented(indices, &mut x, &mut labels, &mut source)
        .unwrap();
    x
}

#[test]
fn without_amounts_a_batch_is_the_same_bit_for_bit() {
    fn same<F: Element + PartialEq + fmt::Debug>(data: &Dataset) {
        let (mut x, mut labels) = (vec![F::default(); 3 * data.features()], [0; 3]);
        data.fill_batch(&[1, 0, 1], &mut x, &mut labels).unwrap();
        assert_eq!(drawn::<F>(Augment::new(), data, &[1, 0, 1], 5), x);
    }
    let data = data();
    let scaled = data.scaled(&Scaler::per_feature(&data)).unwrap();
    for data in [&data, &scaled] {
        same::<f32>(data);
        same::<f64>(data);
    }
}

#[test]
fn shifts_by_whole_pixels_are_exact_and_bring_in_background() {
    let image = image(7, 9);
    for (right, down) in [(2, 0), (0, -3), (-4, 5), (8, 6), (9, 0), (0, -40)] {
        let affine = Affine {
            right: f64::from(right),
            down: f64::from(down),
            ..STILL
        };
        let expected = Array2::from_shape_fn((7, 9), |(y, x)| {
            let from = (y as i32 - down, x as i32 - right);
            let inside = (0..7).contains(&from.0) && (0..9).contains(&from.1);
            let byte = if inside {
                image[[from.0 as usize, from.1 as usize]]
            } else {
                0
            };
            f32::from(byte) / 255.0
        });
        assert_eq!(warped::<f32>(&affine, &image), expected, "{right} {down}");
    }
}

#[test]
fn right_angles_are_exact_and_turn_to_the_left() {
    let image = image(6, 6);
    let turned = |image: &Array2<u8>| Array2::from_shape_fn((6, 6), |(y, x)| image[[x, 5 - y]]);
    let mut expected = image.clone();
    for degrees in [90.0, 180.0, 270.0, 360.0] {
        expected = turned(&expected);
        let affine = Affine { degrees, ..STILL };
        assert_eq!(
            warped::<f32>(&affine, &image),
            plain(&expected),
            "{degrees}"
        );
        let back = Affine {
            degrees: degrees - 360.0,
            ..STILL
        };
        assert_eq!(warped::<f32>(&back, &image), plain(&expected), "{degrees}");
    }
}

#[test]
fn any_map_is_pytorchs() {
    let mut lines = include_str!("golden.txt").lines().skip(1);
    let numbers =
        |line: &str| -> Vec<f64> { line.split(' ').map(|word| word.parse().unwrap()).collect() };
    let mut cases = 0;
    while let (Some(case), Some(pixels)) = (lines.next(), lines.next()) {
        let [height, width, degrees, factor, right, down] = numbers(case)[..] else {
            panic!("{case}")
        };
        let affine = Affine {
            degrees,
            factor,
            right,
            down,
        };
        let got = warped::<f64>(&affine, &image(height as usize, width as usize));
        for (got, expected) in got.iter().zip(numbers(pixels)) {
            assert!((got - expected).abs() < 1e-6, "{case}: {got} {expected}");
        }
        cases += 1;
    }
    assert_eq!(cases, 18);
}

proptest! {
    /// A spot well inside keeps its light, but for the change of its area, and goes where the map
    /// takes its middle.
    #[test]
    fn light_and_its_middle_go_with_the_map(
        degrees in -180.0..180.0_f64, factor in 0.8..1.25_f64,
        right in -3.0..3.0_f64, down in -3.0..3.0_f64,
        at_x in -3.0..3.0_f64, at_y in -3.0..3.0_f64,
    ) {
        // A smooth spot: interpolation hardly changes it.
        let spot = Array2::from_shape_fn((33, 33), |(y, x)| {
            let (v, u) = (y as f64 - 16.0 - at_y, x as f64 - 16.0 - at_x);
            (255.0 * (-(u * u + v * v) / 12.0).exp()).round() as u8
        });
        let affine = Affine { degrees, factor, right, down };
        let before = plain(&spot);
        let after = warped::<f32>(&affine, &spot);
        let light = |image: &Array2<f32>| f64::from(image.sum());
        let ratio = light(&after) / light(&before) / factor.powi(2);
        prop_assert!((ratio - 1.0).abs() < 0.02, "{ratio}");
        let middle = |image: &Array2<f32>| {
            let moment = |of: fn((usize, usize)) -> usize| {
                let parts = image.indexed_iter().map(|(place, &p)| (of(place) as f64 - 16.0) * f64::from(p));
                parts.sum::<f64>() / light(image)
            };
            (moment(|place| place.1), moment(|place| place.0))
        };
        let ((x, y), (sin, cos)) = (middle(&before), degrees.to_radians().sin_cos());
        let (to_x, to_y) = (factor * (cos * x + sin * y) + right, factor * (cos * y - sin * x) + down);
        let (x, y) = middle(&after);
        prop_assert!((x - to_x).hypot(y - to_y) < 0.06, "{x} {y} {to_x} {to_y}");
    }

    /// Nothing is brighter than the brightest pixel, whatever is drawn.
    #[test]
    fn pixels_stay_within_what_there_was(
        shift in 0.0..4.0_f64, rotate in 0.0..180.0_f64, scale in 0.0..0.99_f64, seed: u64,
    ) {
        let augment = Augment::new().shift(shift).rotate(rotate).scale(scale);
        let data = Dataset::from_arrays(
            "one", image(1, 30).into_shape_with_order((1, 30)).unwrap(), vec![0], [1, 5, 6], ["a"],
        ).unwrap();
        let most = data.pixels().fold(0.0_f32, |most, &p| most.max(p));
        for variant in augment.variants(&data, 0, 5, seed).unwrap() {
            prop_assert!(variant.iter().all(|&p| (0.0..=most).contains(&p)));
        }
    }
}

#[test]
fn channels_are_changed_alike() {
    let grey = image(5, 4);
    let three: Vec<u8> = (0..3).flat_map(|_| grey.iter().copied()).collect();
    let images = Array2::from_shape_vec((1, 60), three).unwrap();
    let data = Dataset::from_arrays("grey", images, vec![0], [3, 5, 4], ["a"]).unwrap();
    let augment = Augment::new().shift(1.0).rotate(30.0).scale(0.2);
    let x = drawn::<f32>(augment, &data, &[0], 3);
    assert!(x[..20] == x[20..40] && x[..20] == x[40..]);
    assert_ne!(x[..20], plain(&grey).into_raw_vec_and_offset().0[..]);
}

#[test]
fn the_seed_decides_and_the_size_of_batches_does_not() {
    let (data, augment) = (data(), Augment::new().shift(1.5).rotate(20.0));
    let all = drawn::<f32>(augment, &data, &[0, 1, 0, 0], 7);
    assert_eq!(all, drawn::<f32>(augment, &data, &[0, 1, 0, 0], 7));
    assert_ne!(all, drawn::<f32>(augment, &data, &[0, 1, 0, 0], 8));
    assert_ne!(
        all[..60],
        all[120..180],
        "the same image again is another variant"
    );
    let mut source = augment.source(&data, 7).unwrap();
    let mut piecewise = vec![0.0_f32; 240];
    for (indices, x) in [[0, 1], [0, 0]].iter().zip(piecewise.chunks_exact_mut(120)) {
        let mut labels = [9; 2];
        data.fill_batch_augmented(indices, x, &mut labels, &mut source)
            .unwrap();
        assert_eq!(labels.map(u32::from), *indices);
    }
    assert_eq!(piecewise, all);
}

#[test]
fn what_comes_in_is_0_before_pixels_are_standardized() {
    let images = Array2::from_shape_fn((2, 16), |(i, j)| (100 + i * 50 + j) as u8);
    let data = Dataset::from_arrays("bright", images, vec![0, 1], [1, 4, 4], ["a", "b"]).unwrap();
    let scaler = Scaler::global(&data);
    let scaled = data.scaled(&scaler).unwrap();
    let background = -scaler.means()[0] / scaler.deviations()[0];
    let augment = Augment::new().shift(3.0);
    let (raw, x) = (
        drawn::<f64>(augment, &data, &[0; 20], 1),
        drawn::<f64>(augment, &scaled, &[0; 20], 1),
    );
    let mut seen = 0;
    for (raw, x) in raw.into_iter().zip(x) {
        assert!((x - (raw - scaler.means()[0]) / scaler.deviations()[0]).abs() < 1e-12);
        if raw == 0.0 {
            assert!((x - background).abs() < 1e-12);
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn amounts_out_of_range_and_data_that_are_no_images_are_refused() {
    let complaint = |augment: Augment| augment.source(&data(), 1).unwrap_err().to_string();
    for (augment, field, got) in [
        (Augment::new().shift(-1.0), "shift", "-1"),
        (Augment::new().shift(f64::INFINITY), "shift", "inf"),
        (
            Augment::new().shift(4.0),
            "shift",
            "the 4 that an image has",
        ),
        (Augment::new().rotate(181.0), "0 to 180 degrees", "181"),
        (Augment::new().rotate(f64::NAN), "rotate", "NaN"),
        (Augment::new().scale(1.0), "0 to below 1", "1"),
        (Augment::new().scale(-0.1), "scale", "-0.1"),
    ] {
        let text = complaint(augment);
        assert!(text.contains(field) && text.contains(got), "{text}");
    }
    let rows = Array2::zeros((2, 9));
    let table = Dataset::from_arrays("table", rows, vec![0, 1], [1, 1, 9], ["a", "b"]).unwrap();
    let text = Augment::new().source(&table, 1).unwrap_err().to_string();
    assert!(
        text.contains("table has none") && text.contains("1 × 1 × 9"),
        "{text}"
    );
    let mut other = Augment::new().source(&data(), 1).unwrap();
    let rows = Array2::zeros((1, 16));
    let small = Dataset::from_arrays("small", rows, vec![0], [1, 4, 4], ["a"]).unwrap();
    let error = small.fill_batch_augmented(&[0], &mut [0.0_f32; 16], &mut [0], &mut other);
    assert!(error.unwrap_err().to_string().contains("[3, 5, 4]"));
    assert!(Augment::new().variants(&small, 1, 1, 1).is_err());
}
