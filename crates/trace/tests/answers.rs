//! What is said of answers, right and wrong.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod common;

use chainrule_trace::{Finding, Traceable};
use common::homework;
use ndarray::{Array2, array};

/// The answers of the homework's student, who could not finish.
fn students_answers() -> Vec<(&'static str, Array2<f64>)> {
    vec![
        ("z1", array![[0.25], [-1.3]]),
        ("a1", array![[0.25], [0.0]]),
        ("s'(z1)", array![[1.0], [0.0]]),
        ("z2", array![[-0.175], [0.175]]),
        ("a2", array![[0.0], [0.175]]),
        ("a2", array![[0.25], [0.0]]),
        ("s'(z2)", array![[0.0], [1.0]]),
        ("z3", array![[0.265]]),
        ("a3", array![[0.565865]]),
        ("s'(z3)", array![[0.24566]]),
        ("C", array![[0.094236597855]]),
        ("da3", array![[0.434135]]),
        ("db3", array![[0.106650385]]),
        ("dW3", array![[0.0106650385, 0.02133007708]]),
        ("db2", array![[-0.0213308]]),
        ("dW2", array![[-0.00533252, 0.0]]),
        ("db1", array![[-0.01066504], [-0.006399025]]),
        (
            "dW1",
            array![[-0.01066504, 0.01066504], [-0.006399025, 0.006399025]],
        ),
    ]
}

/// What is said of each.
#[test]
fn the_students_answers_are_explained() {
    let (network, x, y) = homework();
    let trace = network.trace(&x, &y).unwrap();
    let answers = students_answers();
    let said = answers.iter().map(|(name, mine)| {
        let verdict = trace.check(name, mine).unwrap();
        format!("{:?}\n{verdict}\n", verdict.findings)
    });
    insta::assert_snapshot!(said.collect::<Vec<_>>().join("\n"));
}

#[test]
fn usual_mistakes_are_named() {
    let model = chainrule_nn::Model::input(3)
        .dense(3)
        .tanh()
        .dense(2)
        .sigmoid()
        .dense(2);
    let network = model
        .biases(chainrule_nn::Init::Uniform(0.5))
        .mean_squared_error();
    let network = network.build_f64(3).unwrap();
    let x = array![[0.3, -0.7, 0.9], [1.1, 0.2, -0.4], [0.5, 0.6, 0.1]];
    let y = array![[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]];
    let trace = network.trace(&x, &y).unwrap();
    let value = |name: &str| {
        let value = trace.value(name).unwrap();
        value.into_dimensionality::<ndarray::Ix2>().unwrap()
    };
    let (w1, w2, b1, a0, a1) = (
        value("W1"),
        value("W2"),
        value("b1"),
        value("a0"),
        value("a1"),
    );
    let (d1, d2) = (value("delta1"), value("delta2"));
    let right = trace.check("z1", &(w1.dot(&a0) + &b1)).unwrap();
    assert_eq!(right.findings, [Finding::Right]);
    assert_eq!(right.sentence, "z¹: Right.");
    let cases = [
        ("z1", w1.dot(&a0), "The summand b¹ is missing"),
        ("z1", w1.t().dot(&a0) + &b1, "W¹ should not be transposed"),
        ("a1", value("z1"), "The activation is missing"),
        (
            "delta1",
            value("da1"),
            "The derivative of the activation is missing, σ′(z¹)",
        ),
        (
            "dW1",
            value("da1").dot(&a0.t()),
            "In δ¹, the derivative of the activation is missing",
        ),
        ("dW1", d1.dot(&a0), "a⁰ should be transposed"),
        ("dW2", d2.dot(&a0.t()), "a⁰ was used where a¹ belongs"),
        (
            "dW1",
            value("dW1") * 3.0,
            "The mean over the batch is missing",
        ),
        ("dW1", value("dW1") * 2.0, "twice"),
        (
            "dW1",
            value("dW1") / -2.0,
            "half of what it should be, and the sign is the other",
        ),
        ("dW1", value("dW1") * 1.7, "1.7 times"),
        ("dW1", -value("dW1"), "The sign is the other"),
        ("dW1", value("dW1").t().to_owned(), "transposed"),
        ("dW2", value("dW2").t().to_owned(), "transposed"),
        (
            "dW2",
            value("dW2").mapv(|v| (v * 1e5).round() / 1e5),
            "up to rounding",
        ),
        ("db1", d1.clone(), "The shape is 3 × 3, and should be 3 × 1"),
        ("da1", value("W2").t().dot(&value("delta2")) * 1.0, "Right."),
        ("da1", w2.t().dot(&value("a2")), "was used where δ² belongs"),
        ("a1", a1.mapv(|v| v + 0.1), "none of the usual mistakes"),
    ];
    for (name, mine, expected) in cases {
        let verdict = trace.check(name, &mine).unwrap();
        assert!(
            verdict.sentence.contains(expected),
            "{name}: {verdict:?}, not {expected:?}"
        );
    }
    let mut some = value("dW1");
    some[[1, 2]] += 0.3;
    let verdict = trace.check("dW1", &some).unwrap();
    let entries = vec![vec![1, 2]];
    assert_eq!(verdict.findings, [Finding::SomeEntries { entries }]);
    // A flat array is as good as a column.
    let flat = trace.value("db1").unwrap().flatten().to_owned();
    assert!(trace.check("db1", &flat).unwrap().is_right());
    assert!(trace.check_number("C", trace.cost()).unwrap().is_right());
    assert!(
        trace
            .check_number("C", trace.cost() * 3.0)
            .unwrap()
            .sentence
            .contains("mean")
    );
}

#[test]
fn several_answers_stand_beside_what_is_right() {
    let (network, x, y) = homework();
    let trace = network.trace(&x, &y).unwrap();
    let mut answers = students_answers();
    answers.push(("dW2", Array2::zeros((2, 2))));
    let table = trace.check_all(&answers).unwrap();
    assert_eq!((table.right(), table.rows.len()), (10, 19));
    insta::assert_snapshot!("answers", table);
    insta::assert_snapshot!("answers_markdown", table.markdown());
    let unknown = trace.check_all(&[("dW9", array![1.0])]).unwrap_err();
    assert!(unknown.to_string().contains("dW9"));
    let none: [(&str, Array2<f64>); 0] = [];
    assert_eq!(trace.check_all(&none).unwrap().right(), 0);
}

/// Zeros are what a cell holds before its reader has begun.
#[test]
fn an_answer_that_is_still_zero_is_to_be_filled_in() {
    let (network, x, y) = homework();
    let trace = network.trace(&x, &y).unwrap();
    let zeros = |rows, columns| Array2::<f64>::zeros((rows, columns));
    let said = [
        trace.check("dW1", &zeros(2, 2)).unwrap(),
        trace.check("db3", &zeros(1, 1)).unwrap(),
        trace.check("db1", &ndarray::Array1::zeros(2)).unwrap(),
        trace.check("dW3", &zeros(2, 1)).unwrap(),
        trace.check("dW1", &zeros(3, 2)).unwrap(),
        trace.check_number("C", 0.0).unwrap(),
        trace.check_number("C", -0.0).unwrap(),
    ];
    assert!(said.iter().all(|v| v.is_unanswered() && !v.is_right()));
    let said: Vec<_> = said.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"));
    // Begun, and so an answer: the mistake is told, with the formula.
    let begun = trace.check("dW1", &array![[0.0, 0.0], [0.0, 0.1]]).unwrap();
    assert!(!begun.is_unanswered());
    assert!(begun.sentence.contains("It is ∂C/∂W¹ ="));
    // Where the truth is 0 itself, zeros are the answer.
    let dead = network.trace(&array![[-9.0, -9.0]], &y).unwrap();
    assert_eq!(dead.value("dW1").unwrap().sum(), 0.0);
    let verdict = dead.check("dW1", &zeros(2, 2)).unwrap();
    assert_eq!(verdict.findings, [Finding::Right]);
}

#[test]
fn sums_that_were_averaged_are_named() {
    let model = chainrule_nn::Model::input(2)
        .dense(2)
        .tanh()
        .dense(2)
        .softmax();
    let network = model
        .reduction(chainrule_nn::Reduction::Sum)
        .build_f64(3)
        .unwrap();
    let x = array![[0.3, -0.7], [1.1, 0.2], [0.5, 0.6]];
    let trace = network.trace(&x, &[0, 1, 1]).unwrap();
    let mean = trace.value("dW1").unwrap() / 3.0;
    let verdict = trace.check("dW1", &mean).unwrap();
    assert_eq!(verdict.findings, [Finding::MeanForSum { samples: 3 }]);
}

#[test]
fn bad_input_is_refused_with_words() {
    let (network, x, y) = homework();
    let trace = network.trace(&x, &y).unwrap();
    let said = |error: chainrule_trace::Error| error.to_string();
    let nan = trace
        .check("dW1", &array![[f64::NAN, 1.0], [0.0, 0.0]])
        .unwrap_err();
    assert!(said(nan).contains("NaN at [0, 0]"));
    let empty = trace
        .check("dW1", &Array2::<f64>::zeros((0, 2)))
        .unwrap_err();
    assert!(said(empty).contains("is empty"));
    let unknown = trace.check("dw1", &array![1.0]).unwrap_err();
    assert!(said(unknown).contains("\"dW1\" is the nearest"));
    assert!(said(trace.step(0).unwrap_err()).contains("a step from 1 to 22"));
    assert!(said(trace.step(23).unwrap_err()).contains("a step from 1 to 22"));
    assert!(said(trace.until("W1").unwrap_err()).contains("W¹ is given"));
    assert!(said(trace.get("dx").unwrap_err()).contains("with_input_gradient"));
    assert!(said(trace.range(5, 2).unwrap_err()).contains("ends before it begins"));
    assert!(
        network
            .trace(&Array2::zeros((0, 2)), &Array2::zeros((0, 1)))
            .is_err()
    );
    assert!(network.trace(&array![[1.0]], &y).is_err());
    let large = chainrule_nn::Model::input(4000)
        .dense(4000)
        .softmax()
        .build_f64(1)
        .unwrap();
    let large = large.trace(&Array2::zeros((1, 4000)), &[0]).unwrap_err();
    assert!(said(large).contains("too large"));
    let dropping = chainrule_nn::Model::input(2).dense(2).dropout(0.5).dense(1);
    let dropping = dropping.half_squared_error().build_f64(1).unwrap();
    assert!(said(dropping.trace(&x, &y).unwrap_err()).contains("dropout"));
}
