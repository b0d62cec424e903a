//! Random networks of every kind of layer: the formulas that are shown are true, and the gradients
//! are those of the engine and of differences.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use chainrule_nn::{Dropout, Init, Model, Network, Reduction};
use chainrule_trace::{Finding, Notation, Trace, Traceable};
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
        holds((&model, image), batch, (numpy, one_hot), seed);
    }
}

/// What is drawn at random above may leave a kind out: here each has its network, in images and behind
/// them, with every loss, for one sample where it can be.
#[test]
fn it_holds_for_every_kind_of_layer() {
    let dense: [&[usize]; 8] = [
        &[],
        &[0],
        &[0, 2],
        &[0, 3],
        &[0, 4],
        &[0, 5],
        &[0, 6],
        &[0, 6, 2, 5, 1],
    ];
    let images: [&[usize]; 8] = [
        &[0],
        &[0, 2],
        &[1],
        &[0, 6, 2, 1],
        &[0, 4, 1, 0, 1],
        &[1, 5, 0, 3],
        &[6, 0, 7, 0, 6],
        &[0, 2, 5, 1, 7, 0, 3],
    ];
    let all = dense.iter().map(|kinds| (false, kinds));
    let all = all.chain(images.iter().map(|kinds| (true, kinds)));
    for (i, (image, kinds)) in all.enumerate() {
        for loss in 0..4 {
            for batch in [1, 3] {
                if batch == 1 && kinds.contains(&6) {
                    continue;
                }
                let model = model(image, kinds, i % 3 != 1, loss, i % 2 == 1);
                let seed = (10 * i + loss) as u64;
                holds((&model, image), batch, (loss % 2 == 1, i % 4 < 2), seed);
            }
        }
    }
}

/// The formulas give what the pass gave, the gradients are the engine's and the differences'.
fn holds((model, image): (&Model, bool), batch: usize, (numpy, one_hot): (bool, bool), seed: u64) {
    let network = model.build_f64(seed).unwrap();
    let x = inputs(batch, if image { 24 } else { 4 }, seed ^ 0x5eed);
    let values = inputs(batch, 3, seed ^ 0x7a6).mapv(f64::abs);
    let classes: Vec<u8> = (0..batch).map(|i| (i % 3) as u8).collect();
    let y: chainrule_nn::Targets<'_, f64> = match one_hot {
        true => (&classes).into(),
        false => (&values).into(),
    };
    let dropping = model.to_string().contains("dropout");
    let dropout = || match dropping {
        true => Dropout::Seed(seed),
        false => Dropout::Off,
    };
    let trace = network.trace_with(&x, y, dropout()).unwrap();
    let trace = trace.with_input_gradient();
    let trace = match numpy {
        true => trace.in_notation(Notation::Numpy),
        false => trace,
    };

    let far = trace.farthest_formula();
    assert!(far.1 < 1e-12, "{} is {:e} off in\n{network}", far.0, far.1);

    let gradients = network.gradients_with(&x, y, dropout()).unwrap();
    as_engine(&network, &trace, &gradients);
    assert_eq!(trace.cost(), gradients.loss);
    let da0 = trace.value("da0").unwrap();
    assert_eq!(trace.record().layers[0].d_input.len(), da0.len());

    // To 1e-6 relative is what the check calls agreement.
    let check = network.gradient_check_with(&x, y, dropout()).unwrap();
    assert!(check.passed(), "{check}\n{network}");
    assert!(check.worst_error() < 1e-6);

    // Nothing that is shown fails to be written.
    assert!(trace.to_string().len() > 100);
    assert!(!trace.markdown().contains("NaN"));
    assert!(trace.table().markdown().lines().count() > trace.len());
}

/// Whatever the size, what is shown fits a page: here under 200 kB. The example `display_time` says how
/// long it takes.
#[test]
fn a_large_network_is_shown_briefly() {
    let model = Model::input(784)
        .dense(100)
        .relu()
        .dense(30)
        .relu()
        .dense(10)
        .softmax();
    let network = model.build_f64(1).unwrap();
    let x = inputs(1, 784, 3);
    let trace = network.trace(&x, &[7]).unwrap();
    let (markdown, text) = (trace.markdown(), trace.to_string());
    assert!(
        markdown.len() + text.len() < 200_000,
        "{} bytes",
        markdown.len() + text.len()
    );
    // An answer about it is told, right or wrong.
    let mut wrong = trace.value("dW1").unwrap();
    wrong[[3, 5]] += 1.0;
    let verdict = trace.check("dW1", &wrong).unwrap();
    let entries = vec![vec![3, 5]];
    assert_eq!(verdict.findings, [Finding::SomeEntries { entries }]);
}
