//! Weights in files: what is saved is loaded, NumPy's files too, and everything else is refused with
//! the network as it was.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::{fs, path::PathBuf};

use chainrule_nn::{ErrorKind, Init, Model, Network, Parameter, Scalar};
use ndarray::{ArrayD, IxDyn};
use proptest::prelude::*;
use tempfile::TempDir;

fn model() -> Model {
    Model::input(2)
        .dense(3)
        .batch_norm()
        .relu()
        .dense(2)
        .softmax()
}

fn golden(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    folder.join("tests/golden").join(name)
}

/// Entry i of the k-th array is (k + 1) + i / 8, as the script has it.
fn counted<F: Scalar>(entries: &[Parameter<F>], first: usize) -> Vec<(String, ArrayD<F>)> {
    let array = |(k, entry): (usize, &Parameter<F>)| {
        let values = (0..entry.value.len()).map(|i| F::of((first + k + 1) as f64 + i as f64 / 8.0));
        let shape = IxDyn(entry.value.shape());
        let value = ArrayD::from_shape_vec(shape, values.collect()).unwrap();
        (entry.name.clone(), value)
    };
    entries.iter().enumerate().map(array).collect()
}

fn set_counted<F: Scalar>(network: &mut Network<F>) {
    let parameters = counted(network.parameters(), 0);
    let statistics = counted(network.statistics(), parameters.len());
    for (name, value) in parameters {
        network.set_parameter(&name, value).unwrap();
    }
    for (name, value) in statistics {
        network.set_statistics(&name, value).unwrap();
    }
}

fn same<F: Scalar>(a: &Network<F>, b: &Network<F>) -> bool {
    a.parameters() == b.parameters() && a.statistics() == b.statistics()
}

#[test]
fn numpys_files_are_read_in_either_arithmetic() {
    let (mut single, mut double) = (model().build(1).unwrap(), model().build_f64(1).unwrap());
    let (mut single_truth, mut double_truth) = (single.clone(), double.clone());
    set_counted(&mut single_truth);
    set_counted(&mut double_truth);
    for name in ["weights_numpy32.npz", "weights_numpy64.npz"] {
        single = model().build(1).unwrap();
        assert!(!same(&single, &single_truth));
        single.load_weights(golden(name)).unwrap();
        assert!(same(&single, &single_truth), "{name}");
        double = model().build_f64(1).unwrap();
        double.load_weights(golden(name)).unwrap();
        assert!(same(&double, &double_truth), "{name}");
    }
}

/// The script has NumPy read the same file.
#[test]
fn what_is_saved_is_the_golden_file_byte_by_byte() {
    let mut network = model().build(1).unwrap();
    set_counted(&mut network);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("weights.npz");
    // An older file is replaced, and no other stays behind.
    fs::write(&path, "old").unwrap();
    network.save_weights(&path).unwrap();
    let (written, golden) = (fs::read(&path).unwrap(), golden("weights_chainrule.npz"));
    if !golden.exists() {
        fs::write(&golden, &written).unwrap();
        panic!("made anew: have NumPy read it with weights.py, and commit it");
    }
    assert_eq!(written, fs::read(&golden).unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_saved_is_loaded(image: bool, normalized: bool, bias: bool, units in 1_usize..5, seed in 0_u64..1000) {
        let begin = match image {
            true => Model::input([2, 4, 3]).conv2d(units, 3).max_pool2d(2),
            false => Model::input(4).dense(units),
        };
        let middle = if normalized { begin.batch_norm() } else { begin };
        let middle = if image { middle.flatten() } else { middle };
        let model = middle.tanh().dense(3).biases(Init::Uniform(0.5)).softmax();
        let model = if bias { model } else { model.without_bias() };
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("weights.npz");
        let trained = model.build(seed).unwrap();
        trained.save_weights(&path).unwrap();
        let mut loaded = model.build(seed + 1).unwrap();
        loaded.load_weights(&path).unwrap();
        prop_assert!(same(&loaded, &trained));
        // f32 in f64 is exact, and so is the way back.
        let mut double = model.build_f64(seed + 1).unwrap();
        double.load_weights(&path).unwrap();
        double.save_weights(&path).unwrap();
        let mut back = model.build(seed + 1).unwrap();
        back.load_weights(&path).unwrap();
        prop_assert!(same(&back, &trained));
        let double_again = { let mut n = model.build_f64(seed).unwrap(); n.load_weights(&path).unwrap(); n };
        prop_assert!(same(&double_again, &double));
    }
}

#[test]
fn every_bad_file_is_refused_and_the_network_stays_as_it_was() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut network = model().build(1).unwrap();
    let before = network.clone();
    let mut refused = |name: &str, kind: ErrorKind, words: &[&str]| {
        let path = if name.starts_with("weights_") {
            golden(name)
        } else {
            at(name)
        };
        let error = network.load_weights(path).unwrap_err();
        assert!(same(&network, &before), "{name}");
        assert_eq!(error.kind(), kind, "{error}");
        let text = error.to_string();
        assert!(text.starts_with("cannot load weights from "), "{text}");
        for word in words {
            assert!(text.contains(word), "{name}: {text}, not {word:?}");
        }
    };
    let whole = fs::read(golden("weights_chainrule.npz")).unwrap();
    refused("none.npz", ErrorKind::Io, &["No such file", "save_weights"]);
    refused(
        "weights.h5",
        ErrorKind::Value,
        &["ends in .npz", "weights.npz\""],
    );
    fs::create_dir(at("folder.npz")).unwrap();
    refused("folder.npz", ErrorKind::Io, &["directory"]);
    for (name, content) in [
        ("empty.npz", &whole[..0]),
        ("text.npz", b"these are no weights"),
        ("half.npz", &whole[..whole.len() / 2]),
        ("less.npz", &whole[..whole.len() - 1]),
    ] {
        fs::write(at(name), content).unwrap();
        refused(
            name,
            ErrorKind::Data,
            &["not a whole .npz file", "truncated"],
        );
    }
    // The first number of the first array: its checksum no longer fits.
    let mut damaged = whole.clone();
    let number = whole
        .windows(4)
        .position(|bytes| bytes == 1_f32.to_le_bytes());
    damaged[number.unwrap()] ^= 1;
    fs::write(at("damaged.npz"), damaged).unwrap();
    refused(
        "damaged.npz",
        ErrorKind::Data,
        &["dense_1.weight is damaged", "checksum"],
    );
    refused(
        "weights_integers.npz",
        ErrorKind::Data,
        &[
            "dense_1.weight has another type",
            "float32 or float64",
            "<i8",
        ],
    );
    let save = |name: &str, model: Model| model.build(1).unwrap().save_weights(at(name)).unwrap();
    save(
        "wide.npz",
        Model::input(2)
            .dense(4)
            .batch_norm()
            .relu()
            .dense(2)
            .softmax(),
    );
    refused(
        "wide.npz",
        ErrorKind::Shape,
        &["dense_1.weight", "[2, 3]", "[2, 4]"],
    );
    save(
        "plain.npz",
        Model::input(2).dense(3).relu().dense(2).softmax(),
    );
    refused(
        "plain.npz",
        ErrorKind::Model,
        &["missing: batch_norm_1.gamma"],
    );
    save("deep.npz", model().dense(2));
    refused("deep.npz", ErrorKind::Model, &["unknown: dense_3.weight"]);
    let mut diverged = model().build(1).unwrap();
    let nan = ArrayD::from_elem(IxDyn(&[2]), f32::NAN);
    diverged.set_parameter("dense_2.bias", nan).unwrap();
    diverged.save_weights(at("nan.npz")).unwrap();
    refused(
        "nan.npz",
        ErrorKind::NotFinite,
        &["dense_2.bias", "NaN at [0]"],
    );
    // Finite in f64, and beyond f32.
    let mut large = model().build_f64(1).unwrap();
    let beyond = ArrayD::from_elem(IxDyn(&[2]), 1e300);
    large.set_parameter("dense_2.bias", beyond).unwrap();
    large.save_weights(at("large.npz")).unwrap();
    refused(
        "large.npz",
        ErrorKind::NotFinite,
        &["finite numbers in f32", "inf"],
    );
}

#[test]
fn what_cannot_be_written_is_explained() {
    let folder = TempDir::new().unwrap();
    let network = model().build(1).unwrap();
    let refused = |name: &str| {
        let error = network.save_weights(folder.path().join(name)).unwrap_err();
        error.to_string()
    };
    assert!(refused("no/weights.npz").contains("got       no such folder"));
    assert!(refused("weights").contains("ends in .npz"));
    assert!(refused("weights.h5").contains("weights.npz"));
    fs::create_dir(folder.path().join("w.npz")).unwrap();
    assert!(refused("w.npz").contains("an existing folder"));
}
