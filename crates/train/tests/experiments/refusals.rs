//! What an experiment refuses before anything is trained.

use chainrule_nn::Model;
use chainrule_train::{Experiment, Setting};

use super::task::{data, experiment};

#[test]
fn settings_that_make_no_sense_are_refused_before_anything_is_trained() {
    let complaint = |experiment: Experiment| experiment.run().unwrap_err().to_string();
    let setting = |setting: Setting| complaint(experiment().settings(&[setting]));
    assert!(complaint(experiment()).starts_with("Halves: an experiment needs settings"));
    assert!(setting(Setting::new(0, 0.1)).contains("training needs epochs"));
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(
            setting(Setting::new(1, rate)).contains("positive number"),
            "{rate}"
        );
    }
    for size in [0, 231] {
        let text = setting(Setting::new(1, 0.1).batch_size(size));
        assert!(text.contains("1 to 230 samples"), "{text}");
    }
    let fine = || experiment().settings(&[(1, 0.1)]);
    assert!(complaint(fine().log_every(0)).contains("every 0 samples"));
    assert!(complaint(fine().threads(0)).contains("needs a thread"));
    for share in [0.0, 1.5, f64::NAN] {
        assert!(
            complaint(fine().train_part(share)).contains("above 0, at most 1"),
            "{share}"
        );
    }
}

#[test]
fn models_that_do_not_fit_the_data_are_refused() {
    let complaint = |model: &Model| {
        let experiment = Experiment::new("Halves", model, &data())
            .settings(&[(1, 0.1)])
            .quiet();
        experiment.run().unwrap_err().to_string()
    };
    let wide = complaint(&Model::input(784).dense(2).softmax());
    assert!(
        wide.contains("4 features") && wide.contains("Model::input(4)"),
        "{wide}"
    );
    let narrow = complaint(&Model::input(4).dense(1).softmax());
    assert!(narrow.contains(".dense(2)"), "{narrow}");
    assert!(complaint(&Model::input(4).softmax()).contains("without layers"));
}
