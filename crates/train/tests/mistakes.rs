//! Confusion matrices and worst mistakes, on a network whose answers are known.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use chainrule_data::Dataset;
use chainrule_nn::{Model, Network};
use chainrule_train::{ConfusionMatrix, Mistakes, evaluate};
use ndarray::{Array1, Array2, array};

/// Three pixels, three classes: the brightest pixel is the answer of the network below.
fn data() -> Dataset {
    let pixels = array![
        [255, 0, 0],
        [200, 100, 0],
        [0, 255, 51],
        [0, 0, 255],
        [0, 0, 204],
        [255, 0, 0_u8],
    ];
    let labels = vec![0, 1, 1, 0, 2, 1];
    Dataset::from_arrays("three", pixels, labels, [1, 1, 3], ["a", "b", "c"]).unwrap()
}

/// Scores are ten times the pixels.
fn network(model: &Model) -> Network<f64> {
    let mut network = model.build_f64(1).unwrap();
    let weights = Array2::<f64>::eye(3) * 10.0;
    network
        .set_parameter("dense_1.weight", weights.into_dyn())
        .unwrap();
    let bias = Array1::zeros(3);
    network
        .set_parameter("dense_1.bias", bias.into_dyn())
        .unwrap();
    network
}

fn softmax() -> Network<f64> {
    network(&Model::input(3).dense(3).softmax())
}

#[test]
fn counts_recall_and_precision() {
    let matrix = ConfusionMatrix::of(&softmax(), &data()).unwrap();
    assert_eq!(matrix.counts, array![[1, 0, 1], [2, 1, 0], [0, 0, 1]]);
    assert_eq!((matrix.samples(), matrix.of_class(1)), (6, 3));
    assert_eq!(matrix.accuracy(), 0.5);
    let mut workspace = softmax().workspace(2).unwrap();
    let seen = evaluate(&softmax(), &data(), &mut workspace).unwrap();
    assert_eq!(matrix.accuracy(), seen.accuracy());
    let third = 1.0 / 3.0;
    assert_eq!(matrix.recall(), [Some(0.5), Some(third), Some(1.0)]);
    assert_eq!(matrix.precision(), [Some(third), Some(1.0), Some(0.5)]);
    let worst = [("b".into(), "a".into(), 2), ("a".into(), "c".into(), 1)];
    assert_eq!(matrix.worst(5), worst);
    assert_eq!(matrix.worst(1), worst[..1]);
    let text = matrix.to_string();
    assert!(text.contains("three: accuracy 0.5000 of 6"), "{text}");
    assert!(
        text.lines().last().unwrap().starts_with("precision"),
        "{text}"
    );
}

#[test]
fn a_class_that_nothing_is_taken_for_has_no_precision() {
    let few = data().first(2).unwrap();
    let matrix = ConfusionMatrix::of(&softmax(), &few).unwrap();
    assert_eq!(matrix.precision(), [Some(0.5), None, None]);
    assert_eq!(matrix.recall(), [Some(1.0), Some(0.0), None]);
    assert!(matrix.to_string().contains('–'));
}

#[test]
fn scores_that_are_no_numbers_have_no_class() {
    let mut broken = softmax();
    let nan = Array1::from_elem(3, f64::NAN);
    broken
        .set_parameter("dense_1.bias", nan.into_dyn())
        .unwrap();
    let matrix = ConfusionMatrix::of(&broken, &data()).unwrap();
    assert_eq!(matrix.without_class, [2, 3, 1]);
    assert_eq!((matrix.accuracy(), matrix.samples()), (0.0, 6));
    assert!(matrix.to_string().contains("6 samples were given no class"));
    assert!(
        Mistakes::worst(&broken, &data(), 3)
            .unwrap()
            .worst
            .is_empty()
    );
}

#[test]
fn the_worst_mistakes_come_first_with_their_probabilities() {
    let mistakes = Mistakes::worst(&softmax(), &data(), 2).unwrap();
    assert_eq!((mistakes.wrong, mistakes.samples), (3, 6));
    let [first, second] = &mistakes.worst[..] else {
        panic!("two")
    };
    // Scores 0, 0, 10 of a sample of class 0, and 10, 0, 0 of one of class 1: as wrong as each other.
    assert_eq!((first.index, second.index), (3, 5));
    let sum = 10.0_f64.exp() + 2.0;
    assert!((first.loss - sum.ln()).abs() < 1e-12);
    assert!((first.probability.unwrap() - 10.0_f64.exp() / sum).abs() < 1e-12);
    assert!((first.probability_of_truth.unwrap() - 1.0 / sum).abs() < 1e-12);
    assert_eq!(mistakes.label(second), "b → a, 1.00");
    assert_eq!(second.image, array![[255, 0, 0]]);
    let all = Mistakes::worst(&softmax(), &data(), 99).unwrap();
    assert_eq!(all.worst.len(), 3);
    assert_eq!(all.worst[2].index, 1);
    assert!(
        all.to_string()
            .starts_with("three: 3 of 6 wrong\n     3  a → c, 1.00")
    );
}

#[test]
fn without_softmax_there_are_losses_and_no_probabilities() {
    let squared = network(&Model::input(3).dense(3).squared_error());
    let mistakes = Mistakes::worst(&squared, &data(), 1).unwrap();
    let worst = &mistakes.worst[0];
    assert!((worst.loss - 101.0).abs() < 1e-9, "{worst:?}");
    assert_eq!(worst.probability, None);
    assert_eq!(mistakes.label(worst), "a → c");
}

#[test]
fn standardized_data_and_single_precision_work_and_bad_input_is_refused() {
    let scaled = {
        let splits = chainrule_data::Splits::new("three", data(), None, data()).unwrap();
        splits.standardized().test
    };
    let single: Network = Model::input(3).dense(3).softmax().build(1).unwrap();
    let matrix = ConfusionMatrix::of(&single, &scaled).unwrap();
    assert_eq!(matrix.samples(), 6);
    let narrow: Network = Model::input(3).dense(2).softmax().build(1).unwrap();
    let text = ConfusionMatrix::of(&narrow, &data())
        .unwrap_err()
        .to_string();
    assert!(text.contains("at least 3 outputs"), "{text}");
    let wide: Network = Model::input(4).dense(3).softmax().build(1).unwrap();
    let text = Mistakes::worst(&wide, &data(), 1).unwrap_err().to_string();
    assert!(text.contains("an input of 4 features"), "{text}");
    let text = Mistakes::worst(&single, &data(), 0)
        .unwrap_err()
        .to_string();
    assert!(text.contains("at least 1"), "{text}");
}
