//! Loading: the real files, the look-up order, and every kind of bad file.

use std::fs;

use super::*;
use crate::testing::{Folder, gzip, idx_images, tiny_entry, tiny_files};

const DATASETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets");

fn repository() -> Places {
    let mut places = Places::nowhere();
    places.repository.push(DATASETS.into());
    places
}

/// The tiny set, gzipped, with one file replaced.
fn with_file(name: &str, bytes: &[u8]) -> Folder {
    let folder = Folder::new();
    folder.write_tiny("tiny", ".gz");
    folder.write(&format!("tiny/{name}.gz"), bytes);
    folder
}

/// What loading this folder says, with the folder's own path left out.
fn complaint(folder: &Folder) -> String {
    let error = load(&tiny_entry(&[]), &Places::only(folder.path())).unwrap_err();
    shown(&error, folder)
}

fn shown(error: &Error, folder: &Folder) -> String {
    error
        .to_string()
        .replace(&folder.path().display().to_string(), "DIR")
}

#[test]
fn mnist_in_the_repository_is_whole() {
    let mnist = Mnist::load_with(&repository()).unwrap();
    assert_eq!((mnist.train.len(), mnist.test.len()), (60_000, 10_000));
    assert_eq!(mnist.train.sample_shape(), [1, 28, 28]);
    let counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
    assert_eq!(mnist.train.class_counts(), counts);
    let counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];
    assert_eq!(mnist.test.class_counts(), counts);
    assert_eq!(mnist.train.labels()[..10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    assert_eq!(mnist.train.image(0).unwrap()[[5, 12]], 3);
}

#[test]
fn fashion_mnist_in_the_repository_is_whole() {
    let fashion = FashionMnist::load_with(&repository()).unwrap();
    assert_eq!((fashion.train.len(), fashion.test.len()), (60_000, 10_000));
    assert_eq!(fashion.train.class_counts(), [6_000; 10]);
    assert_eq!(fashion.test.class_counts(), [1_000; 10]);
    assert_eq!(fashion.train.class_names()[9], "Ankle boot");
    assert_eq!(fashion.train.labels()[..5], [9, 0, 0, 3, 0]);
}

#[test]
fn a_folder_may_hold_the_files_or_a_folder_of_the_set() {
    for folder in [DATASETS.to_owned(), format!("{DATASETS}/mnist")] {
        assert_eq!(Mnist::load_from(folder).unwrap().test.len(), 10_000);
    }
    for ending in ["", ".gz"] {
        let folder = Folder::new();
        folder.write_tiny(".", ending);
        let tiny = load(&tiny_entry(&[]), &Places::only(folder.path())).unwrap();
        assert_eq!(
            (tiny.train.labels(), tiny.test.len()),
            (&[0, 1, 2, 0, 1, 2][..], 4)
        );
        assert_eq!(tiny.train.class_names(), ["a", "b", "c"]);
    }
}

#[test]
fn a_file_unpacked_on_the_way_keeps_its_name_and_is_read() {
    let folder = with_file(tiny_files()[0].0, &tiny_files()[0].1);
    assert!(load(&tiny_entry(&[]), &Places::only(folder.path())).is_ok());
}

#[test]
fn fashion_where_mnist_should_be_is_recognised() {
    let error = Mnist::load_from(format!("{DATASETS}/fashion-mnist"))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error.replace(DATASETS, "DIR"),
        "DIR/fashion-mnist/train-images-idx3-ubyte.gz is another file than its name says\n  \
           expected  MNIST's train-images file: 60 000 images of 28 × 28 pixels\n  \
           got       Fashion-MNIST's train-images file\n  \
           try       put MNIST's train-images file there, or load the data set that the files \
         belong to"
    );
}

#[test]
fn swapped_files_are_recognised() {
    let [_, (_, train_labels), (_, test_images), (_, test_labels)] = tiny_files();
    let cases = [
        (
            "train-images-idx3-ubyte",
            &train_labels,
            "Tiny's train-labels file",
        ),
        (
            "train-images-idx3-ubyte",
            &test_images,
            "Tiny's t10k-images file",
        ),
        (
            "train-labels-idx1-ubyte",
            &test_images,
            "Tiny's t10k-images file",
        ),
        (
            "train-labels-idx1-ubyte",
            &test_labels,
            "Tiny's t10k-labels file",
        ),
    ];
    for (name, bytes, actual) in cases {
        let complaint = complaint(&with_file(name, &gzip(bytes)));
        let headline = format!("DIR/tiny/{name}.gz is another file than its name says");
        assert_eq!(complaint.lines().next(), Some(&*headline));
        assert!(
            complaint.contains(&format!("got       {actual}\n")),
            "{complaint}"
        );
    }
}

#[test]
fn labels_where_images_should_be_are_named_even_if_nobody_knows_them() {
    let unknown = crate::testing::idx_labels(&[1, 1, 1]);
    assert_eq!(
        complaint(&with_file("train-images-idx3-ubyte", &gzip(&unknown))),
        "DIR/tiny/train-images-idx3-ubyte.gz holds labels, not images\n  \
           expected  magic number 00 00 08 03 (images)\n  \
           got       magic number 00 00 08 01 (labels)\n  \
           try       check whether images and labels were swapped"
    );
}

#[test]
fn other_counts_and_sizes_are_named() {
    let other = idx_images(1, [3, 2], &[0; 6]);
    assert_eq!(
        complaint(&with_file("train-images-idx3-ubyte", &gzip(&other))),
        "DIR/tiny/train-images-idx3-ubyte.gz does not hold Tiny's train-images file\n  \
           expected  6 images of 2 × 3 pixels\n  \
           got       1 image of 3 × 2 pixels\n  \
           try       for images of your own, use Dataset::from_idx(images, labels)"
    );
}

#[test]
fn truncated_and_oversized_files_are_named() {
    let (name, whole) = tiny_files()[0].clone();
    let again = "try       copy or download the file again";
    let early = "why       the file ends too early; a copy or download may have been cut short";
    for bytes in [whole[..40].to_vec(), gzip(&whole[..40])] {
        assert_eq!(
            complaint(&with_file(name, &bytes)),
            format!(
                "DIR/tiny/{name}.gz is truncated\n  expected  52 bytes\n  got       40 bytes\n  \
                 {early}\n  {again}"
            )
        );
    }
    let packed = gzip(&whole);
    assert_eq!(
        complaint(&with_file(name, &packed[..packed.len() - 9])),
        format!(
            "DIR/tiny/{name}.gz is truncated\n  expected  a whole gzip file\n  \
             got       one that ends too early\n  \
             why       a copy or download may have been cut short\n  {again}"
        )
    );
    let longer = [&whole[..], &[1]].concat();
    for bytes in [longer.clone(), gzip(&longer)] {
        assert_eq!(
            complaint(&with_file(name, &bytes)),
            format!(
                "DIR/tiny/{name}.gz is too long\n  expected  52 bytes\n  got       more than that\n  \
                 why       its header says how long it must be\n  {again}"
            )
        );
    }
}

#[test]
fn a_changed_pixel_is_noticed() {
    let (name, mut bytes) = tiny_files()[2].clone();
    bytes[20] ^= 1;
    let complaint = complaint(&with_file(name, &gzip(&bytes)));
    let headline = format!("DIR/tiny/{name}.gz is corrupted");
    assert_eq!(complaint.lines().next(), Some(&*headline));
    assert!(complaint.contains("SHA-256"), "{complaint}");
    assert!(
        complaint.contains("its content is not Tiny's t10k-images file"),
        "{complaint}"
    );
}

#[test]
fn what_was_saved_in_place_of_the_file_is_guessed() {
    let name = "train-images-idx3-ubyte";
    let cases: [(&[u8], &str); 5] = [
        (b"", "is empty"),
        (
            b"<!DOCTYPE html><title>Log in</title>",
            "looks like a web page",
        ),
        (
            b"version https://git-lfs.github.com/spec/v1",
            "looks like a Git LFS pointer",
        ),
        (&[0, 0, 0x0d, 3, 0, 0, 0, 1], "another element type"),
        (b"PK\x03\x04 a zip file", "first bytes 50 4b 03 04"),
    ];
    for (bytes, guess) in cases {
        let complaint = complaint(&with_file(name, bytes));
        assert!(
            complaint.starts_with(&format!("DIR/tiny/{name}.gz is ")),
            "{complaint}"
        );
        assert!(complaint.contains(guess), "{complaint}");
    }
}

#[test]
fn an_explicit_folder_must_hold_the_whole_set() {
    let folder = Folder::new();
    let list = "expected  train-images-idx3-ubyte[.gz]\n            train-labels-idx1-ubyte[.gz]\n            \
                t10k-images-idx3-ubyte[.gz]\n            t10k-labels-idx1-ubyte[.gz]";
    let hint = "try       give the folder that holds them; load() alone looks in the usual places";
    assert_eq!(
        complaint(&folder),
        format!("no file of Tiny in DIR\n  {list}\n  {hint}")
    );

    let entry = tiny_entry(&[]);
    let error = load(&entry, &Places::only(folder.path().join("no/where"))).unwrap_err();
    assert_eq!(
        error.headline(),
        format!(
            "the folder {}/no/where does not exist",
            folder.path().display()
        )
    );
    let file = folder.write("file", b"");
    let error = load(&entry, &Places::only(&file)).unwrap_err();
    assert_eq!(
        error.headline(),
        format!("{} is not a folder", file.display())
    );

    folder.write_tiny("tiny", ".gz");
    fs::remove_file(folder.path().join("tiny/t10k-labels-idx1-ubyte.gz")).unwrap();
    assert_eq!(
        complaint(&folder),
        format!(
            "Tiny is incomplete in DIR/tiny\n  {list}\n  got       without t10k-labels-idx1-ubyte\n  \
             try       add what is missing"
        )
    );
}

#[test]
fn an_explicit_folder_is_never_replaced_by_another_place() {
    let mut places = repository();
    places.folder = Some(Folder::new().path().into());
    assert!(Mnist::load_with(&places).is_err());
}

#[test]
fn the_variable_must_be_right_unless_it_holds_another_set() {
    let entry = tiny_entry(&[]);
    let good = Folder::new();
    good.write_tiny("tiny", ".gz");
    let other = Folder::new();
    let mut places = Places::nowhere();
    places.system.push(good.path().into());

    places.variable = Some(other.path().into());
    assert!(load(&entry, &places).is_ok());

    places.variable = Some(other.path().join("misspelt"));
    let error = load(&entry, &places).unwrap_err();
    let folder = other.path().join("misspelt");
    let headline = format!(
        "CHAINRULE_DATA: the folder {} does not exist",
        folder.display()
    );
    assert_eq!(error.headline(), headline);
    assert!(
        error
            .to_string()
            .contains("correct CHAINRULE_DATA, or unset it"),
        "{error}"
    );

    let file = other.write("tiny/t10k-labels-idx1-ubyte", b"");
    places.variable = Some(other.path().into());
    let error = load(&entry, &places).unwrap_err().to_string();
    assert!(
        error.contains("add what is missing, or unset CHAINRULE_DATA"),
        "{error}"
    );

    other.write_tiny("tiny", "");
    fs::write(&file, b"").unwrap();
    let error = load(&entry, &places).unwrap_err();
    assert_eq!(error.headline(), format!("{} is empty", file.display()));
}

#[test]
fn the_first_good_place_wins_and_bad_ones_are_passed_over() {
    let entry = tiny_entry(&[]);
    let (bad, good) = (with_file("t10k-labels-idx1-ubyte", b""), Folder::new());
    let mut places = Places::nowhere();
    places.cache = Some(bad.path().into());
    places.repository.push(bad.path().join("nothing here"));
    places.system.push(good.path().into());
    let error = load(&entry, &places).unwrap_err();
    assert_eq!(
        error.headline(),
        "Tiny was found nowhere and could not be downloaded"
    );
    let text = shown(&error, &bad).replace(&good.path().display().to_string(), "GOOD");
    insta::assert_snapshot!(text);
    good.write_tiny(".", "");
    assert_eq!(load(&entry, &places).unwrap().test.len(), 4);
}

#[test]
fn places_can_be_surveyed_and_verified() {
    let entry = tiny_entry(&[]);
    let (bad, good) = (with_file("t10k-labels-idx1-ubyte", b"x"), Folder::new());
    good.write_tiny("tiny", ".gz");
    let mut places = Places::nowhere();
    places.variable = Some(good.path().join("tiny/none"));
    places.cache = Some(bad.path().into());
    places.system.push(good.path().into());
    let spots = entry.survey(&places);
    let states: Vec<String> = spots
        .iter()
        .map(|spot| format!("{} {}", spot.place.kind, spot.state))
        .collect();
    assert_eq!(
        states,
        [
            "CHAINRULE_DATA not there".to_owned(),
            format!("cache complete, in {}/tiny", bad.path().display()),
            format!("system complete, in {}/tiny", good.path().display()),
        ]
    );
    assert!(entry.verify(&spots[0].place).is_err());
    let error = entry.verify(&spots[1].place).unwrap_err();
    assert!(
        error
            .headline()
            .contains("t10k-labels-idx1-ubyte.gz is not an IDX file"),
        "{error}"
    );
    assert_eq!(
        entry.verify(&spots[2].place).unwrap(),
        good.path().join("tiny")
    );
}
