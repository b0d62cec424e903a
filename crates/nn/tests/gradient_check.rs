//! The gradient check: what it agrees with, what it finds, and what it calls a corner.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use chainrule_nn::{
    Agreement, Dropout, Init, Model, OwnGradients, OwnLayer, OwnLoss, check_layer, check_loss,
    compare_layer,
};
use ndarray::{Array1, Array2, ArrayViewMutD, Axis, array};

#[test]
fn a_relu_at_zero_is_named_and_no_error() {
    let model = Model::input(2)
        .dense(2)
        .relu()
        .dense(1)
        .half_squared_error();
    let mut network = model.build_f64(1).unwrap();
    let on_zero = array![[1.0, 0.3], [1.0, 0.4]].into_dyn();
    network.set_parameter("dense_1.weight", on_zero).unwrap();
    let check = network
        .gradient_check(&array![[1.0, -1.0]], &array![[1.0]])
        .unwrap();
    assert!(check.passed(), "{check}");
    let row = &check.rows[0];
    assert_eq!(
        (row.agreement(), row.kinks),
        (Agreement::AgreesBesideKinks, 2)
    );
    let kink = row.first_kink.as_ref().unwrap();
    assert_eq!(
        kink.to_string(),
        "a ReLU at zero in layer 2 (relu), sample 0, output 0"
    );
    assert!(
        row.verdict()
            .starts_with("agrees, but for 2 entries at a corner: a ReLU at zero")
    );
    assert!(check.sentence().contains("entries at corners"));
    // The second unit is away from zero: there everything is compared.
    assert!(check.worst_error() < 1e-8);
}

#[test]
fn a_relu_a_hair_from_zero_is_compared_with_a_narrow_step() {
    let model = Model::input(1)
        .dense(1)
        .relu()
        .dense(1)
        .half_squared_error();
    let mut network = model.build_f64(1).unwrap();
    network
        .set_parameter("dense_1.weight", array![[3e-6]].into_dyn())
        .unwrap();
    let check = network
        .gradient_check(&array![[1.0]], &array![[1.0]])
        .unwrap();
    assert!(check.rows.iter().all(|row| row.kinks == 0), "{check}");
    assert!(check.passed(), "{check}");
}

#[test]
fn a_tie_in_a_pooling_window_is_named_and_no_error() {
    let model = Model::input([1, 2, 2])
        .max_pool2d(2)
        .flatten()
        .dense(2)
        .softmax();
    let network = model.build_f64(1).unwrap();
    let check = network
        .gradient_check(&array![[0.5, 0.5, 0.1, 0.2]], &[1])
        .unwrap();
    assert!(check.passed(), "{check}");
    let row = check.rows.last().unwrap();
    assert_eq!((row.name.as_str(), row.kinks), ("input", 2));
    assert_eq!(row.first_kink.as_ref().unwrap().what, "a tie in a window");
}

#[test]
fn dropout_is_checked_with_one_mask() {
    let model = Model::input(3)
        .dense(6)
        .tanh()
        .dropout(0.5)
        .dense(2)
        .softmax();
    let network = model.build_f64(1).unwrap();
    let (x, y) = (array![[0.1, 0.2, -0.3], [1.0, 0.0, 0.5]], [0, 1]);
    let error = network.gradient_check(&x, &y).unwrap_err();
    assert!(error.to_string().contains("dropout"), "{error}");
    for dropout in [Dropout::Seed(3), Dropout::Off] {
        let check = network.gradient_check_with(&x, &y, dropout).unwrap();
        assert!(check.passed(), "{check}");
    }
}

#[test]
fn a_large_array_is_sampled_and_says_so() {
    let network = Model::input(60)
        .dense(50)
        .tanh()
        .dense(2)
        .softmax()
        .build_f64(1)
        .unwrap();
    let x = Array2::from_shape_fn((1, 60), |(_, j)| (j as f64 * 0.37).sin());
    let check = network.gradient_check(&x, &[1]).unwrap();
    assert!(check.passed(), "{check}");
    assert!(check.to_string().contains("1000 of 3000"), "{check}");
}

/// A linear layer with a mistake in it, or none.
struct Linear {
    weight: Array2<f64>,
    bias: Array1<f64>,
    mistake: &'static str,
}

fn linear(mistake: &'static str) -> Linear {
    Linear {
        weight: array![[0.1, -0.2, 0.3], [0.4, 0.5, -0.6]],
        bias: array![0.1, 0.2, 0.3],
        mistake,
    }
}

impl OwnLayer for Linear {
    fn forward(&mut self, x: &Array2<f64>) -> Array2<f64> {
        match self.mistake {
            "forward" => x.dot(&self.weight) - &self.bias,
            _ => x.dot(&self.weight) + &self.bias,
        }
    }

    fn backward(&mut self, x: &Array2<f64>, dy: &Array2<f64>) -> OwnGradients {
        let factor = match self.mistake {
            "sign" => -1.0,
            "twice" => 2.0,
            _ => 1.0,
        };
        let bias = match self.mistake {
            "bias" => dy.row(0).to_owned(),
            _ => dy.sum_axis(Axis(0)),
        };
        let gradients = OwnGradients::of_input(dy.dot(&self.weight.t()));
        match self.mistake {
            "missing" => gradients.parameter("weight", x.t().dot(dy)),
            "shape" => gradients
                .parameter("weight", dy.t().dot(x))
                .parameter("bias", bias),
            _ => gradients
                .parameter("weight", x.t().dot(dy) * factor)
                .parameter("bias", bias),
        }
    }

    fn parameters(&mut self) -> Vec<(&'static str, ArrayViewMutD<'_, f64>)> {
        vec![
            ("weight", self.weight.view_mut().into_dyn()),
            ("bias", self.bias.view_mut().into_dyn()),
        ]
    }
}

#[test]
fn an_own_layer_is_checked_and_its_first_mistake_named() {
    let x = array![[1.0, -1.0], [0.5, 2.0]];
    let check = |mistake| check_layer(&mut linear(mistake), &x);
    assert!(check("").unwrap().passed());
    for (mistake, name, words) in [
        ("sign", "weight", "the sign is the other"),
        ("twice", "weight", "twice too large"),
        ("bias", "bias", "differs"),
    ] {
        let table = check(mistake).unwrap();
        assert_eq!(table.first_wrong().unwrap().name, name);
        assert!(table.sentence().contains(words), "{table}");
    }
    let missing = check("missing").unwrap_err().to_string();
    assert!(missing.contains("no gradient of \"bias\""), "{missing}");
    let shape = check("shape").unwrap_err().to_string();
    assert!(shape.contains("expected  [2, 3]"), "{shape}");
    assert!(check_layer(&mut linear(""), &Array2::zeros((0, 2))).is_err());
}

#[test]
fn an_own_layer_is_held_against_the_librarys() {
    let x = array![[1.0, -1.0], [0.5, 2.0]];
    let library = Model::input(2)
        .dense(3)
        .half_squared_error()
        .build_f64(1)
        .unwrap();
    let compare = |mistake| compare_layer(&mut linear(mistake), &library, &x).unwrap();
    let same = compare("");
    assert!(same.passed(), "{same}");
    let names: Vec<_> = same.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["output", "weight", "bias", "input"]);
    assert_eq!(compare("forward").first_wrong().unwrap().name, "output");
    assert_eq!(compare("bias").first_wrong().unwrap().name, "bias");
    let other = Model::input(2).dense(3).softmax().build_f64(1).unwrap();
    let error = compare_layer(&mut linear(""), &other, &x).unwrap_err();
    assert!(error.to_string().contains("half_squared_error"), "{error}");
}

#[test]
fn the_corner_of_an_own_function_is_recognised() {
    struct Relu;
    impl OwnLayer for Relu {
        fn forward(&mut self, x: &Array2<f64>) -> Array2<f64> {
            x.mapv(|x| x.max(0.0))
        }
        fn backward(&mut self, x: &Array2<f64>, dy: &Array2<f64>) -> OwnGradients {
            OwnGradients::of_input(dy * &x.mapv(|x| f64::from(x > 0.0)))
        }
    }
    let check = check_layer(&mut Relu, &array![[1.0, 0.0, -1.0]]).unwrap();
    assert_eq!((check.passed(), check.rows[0].kinks), (true, 1), "{check}");
}

#[test]
fn an_own_loss_is_checked() {
    struct Loss(f64);
    impl OwnLoss for Loss {
        fn value(&mut self, scores: &Array2<f64>, targets: &Array2<f64>) -> f64 {
            (scores - targets).mapv(|d| d * d).sum()
        }
        fn gradient(&mut self, scores: &Array2<f64>, targets: &Array2<f64>) -> Array2<f64> {
            (scores - targets) * self.0
        }
    }
    let (scores, targets) = (array![[0.2, 0.9]], array![[0.0, 1.0]]);
    assert!(
        check_loss(&mut Loss(2.0), &scores, &targets)
            .unwrap()
            .passed()
    );
    let half = check_loss(&mut Loss(1.0), &scores, &targets).unwrap();
    assert!(
        half.sentence().contains("half as large as it should be"),
        "{half}"
    );
    assert!(check_loss(&mut Loss(2.0), &scores, &array![[1.0]]).is_err());
    let biased = Model::input(2)
        .dense(1)
        .weights(Init::Zeros)
        .half_squared_error();
    assert!(
        biased
            .build_f64(1)
            .unwrap()
            .gradient_check(&scores, &array![[f64::NAN]])
            .is_err()
    );
}
