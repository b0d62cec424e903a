//! Random networks of every kind of layer: the formulas that are shown are true, and the gradients
//! are those of the engine and of differences.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use chainrule_nn::{Dropout, Init, Model, Network, Reduction};
use chainrule_trace::{Notation, Trace, Traceable};
use ndarray::{Array2, ArrayD};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

fn inputs(batch: usize, features: usize, seed: u64) -> Array2<f64> {
    let mut rng = Pcg64::seed_from_u64(seed);
    Array2::from_shape_simple_fn((batch, features), || rng.random_range(-1.0..1.0))
}

/// Layers of one kind after another, as their numbers say.
fn model(image: bool, kinds: &[usize], bias: bool, loss: usize, sum: bool) -> Model {
    let mut model = match image {
        true => Model::input([2, 4, 3]),
        false => Model::input(4),
    };
    let mut flat = !image;
    for kind in kinds {
        model = match kind {
            0 if !flat => model.conv2d(2, 3),
            1 if !flat => model.max_pool2d(2),
            0 | 1 => model.dense(3),
            2 => model.relu(),
            3 => model.sigmoid(),
            4 => model.tanh(),
            5 => model.dropout(0.4),
            6 => model.batch_norm(),
            _ if !flat => {
                flat = true;
                model.flatten()
            }
            _ => model.dense(4),
        };
        if !bias && (*kind == 0 || (*kind <= 1 && flat)) {
            model = model.without_bias();
        }
    }
    let model = if flat { model } else { model.flatten() };
    let model = model.dense(3).biases(Init::Uniform(0.5));
    let model = match loss {
        0 => model.softmax(),
        1 => model.squared_error(),
        2 => model.half_squared_error(),
        _ => model.mean_squared_error(),
    };
    match sum {
        true => model.reduction(Reduction::Sum),
        false => model,
    }
}

/// Every parameter's gradient in the trace is the engine's, number by number.
fn as_engine(network: &Network<f64>, trace: &Trace, gradients: &chainrule_nn::Gradients<f64>) {
    let (mut layer, mut times) = (0, 0);
    for entry in &gradients.entries {
        let (_, kind) = entry.name.split_once('.').unwrap();
        let weight = kind == "weight";
        let letter = match kind {
            "weight" => "dW",
            "bias" => "db",
            "gamma" => "dgamma",
            _ => "dbeta",
        };
        if weight {
            (layer, times) = (layer + 1, 0);
        }
        // The second normalization of a layer has a number of its own.
        times += usize::from(kind == "gamma");
        let plain = format!("{letter}{layer}");
        let name = match (letter, times) {
            ("dgamma" | "dbeta", 2..) => format!("{plain}_{times}"),
            _ => plain,
        };
        let shown = trace.value(&name).unwrap();
        let stored: ArrayD<f64> = match (weight, trace.notation(), shown.ndim()) {
            (true, Notation::Lecture, 2) => shown.reversed_axes(),
            _ => shown,
        };
        let stored = stored.to_shape(entry.value.shape()).unwrap();
        assert_eq!(stored, entry.value, "{name} of\n{network}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_is_what_is_computed(
        image: bool, kinds in prop::collection::vec(0_usize..8, 0..5), bias: bool,
        loss in 0_usize..4, sum: bool, batch in 2_usize..5, single: bool, numpy: bool, one_hot: bool,
        seed in 0_u64..1000,
    ) {
        // Batch normalization needs company.
        let batch = if single && !kinds.contains(&6) { 1 } else { batch };
        let model = model(image, &kinds, bias, loss, sum);
        let network = model.build_f64(seed).unwrap();
        let features = if image { 24 } else { 4 };
        let x = inputs(batch, features, seed ^ 0x5eed);
        let values = inputs(batch, 3, seed ^ 0x7a6).mapv(f64::abs);
        let classes: Vec<u8> = (0..batch).map(|i| (i % 3) as u8).collect();
        let y: chainrule_nn::Targets<'_, f64> = if one_hot { (&classes).into() } else { (&values).into() };
        let dropping = kinds.contains(&5);
        let dropout = || if dropping { Dropout::Seed(seed) } else { Dropout::Off };
        let trace = network.trace_with(&x, y, dropout()).unwrap().with_input_gradient();
        let trace = if numpy { trace.in_notation(Notation::Numpy) } else { trace };

        // The formulas give what the pass gave.
        let far = trace.farthest_formula();
        prop_assert!(far.1 < 1e-12, "{} is {:e} off in\n{network}", far.0, far.1);

        // The gradients are the engine's.
        let gradients = network.gradients_with(&x, y, dropout()).unwrap();
        as_engine(&network, &trace, &gradients);
        prop_assert_eq!(trace.cost(), gradients.loss);
        let da0 = trace.value("da0").unwrap();
        let (engine, checked) = (&trace.record().layers[0].d_input, da0.len());
        prop_assert_eq!(engine.len(), checked);

        // And differences agree with them: to 1e-6 relative is what the check calls agreement.
        let check = network.gradient_check_with(&x, y, dropout()).unwrap();
        prop_assert!(check.passed(), "{check}\n{network}");
        prop_assert!(check.worst_error() < 1e-6);

        // Nothing that is shown fails to be written.
        prop_assert!(trace.to_string().len() > 100);
        prop_assert!(!trace.markdown().contains("NaN"));
        prop_assert!(trace.table().markdown().lines().count() > trace.len());
    }
}

/// The figures of the issue: under a second and under 200 kB.
#[test]
fn a_large_network_is_shown_quickly_and_briefly() {
    let model = Model::input(784)
        .dense(100)
        .relu()
        .dense(30)
        .relu()
        .dense(10)
        .softmax();
    let network = model.build_f64(1).unwrap();
    let x = inputs(1, 784, 3);
    let begin = std::time::Instant::now();
    let trace = network.trace(&x, &[7]).unwrap();
    let (markdown, text) = (trace.markdown(), trace.to_string());
    let seconds = begin.elapsed().as_secs_f64();
    assert!(seconds < 1.0, "{seconds} s");
    assert!(
        markdown.len() + text.len() < 200_000,
        "{} bytes",
        markdown.len() + text.len()
    );
    // An answer about it is told in a few seconds, right or wrong.
    let begin = std::time::Instant::now();
    let mut wrong = trace.value("dW1").unwrap();
    wrong[[3, 5]] += 1.0;
    trace.check("dW1", &wrong).unwrap();
    let seconds = begin.elapsed().as_secs_f64();
    assert!(seconds < 10.0, "{seconds} s");
}
