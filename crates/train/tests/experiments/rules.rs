//! Every update rule in an experiment.

use chainrule_nn::{Adam, Optimizer, Rule};
use chainrule_train::Setting;

use super::task::{data, experiment, model};

#[test]
fn every_rule_trains_and_is_named_in_its_label() {
    let settings: Vec<_> = Rule::all()
        .into_iter()
        .map(|rule| Setting::new(3, rule.usual_rate()).optimizer(rule))
        .collect();
    let results = experiment().settings(&settings).run_f64().unwrap();
    for (run, rule) in results.runs.iter().zip(Rule::all()) {
        let losses: Vec<_> = run.curve.iter().map(|point| point.train_loss).collect();
        assert!(losses[losses.len() - 1] < losses[0], "{rule}: {losses:?}");
        let named = run.setting.to_string().contains(rule.name());
        assert_eq!(named, rule != Rule::Sgd, "{}", run.setting);
    }
}

#[test]
fn an_experiment_takes_the_steps_of_its_rule() {
    let rule = Adam::new(0.1).unwrap().betas(0.8, 0.9).unwrap().rule();
    let setting = Setting::new(1, 0.01).optimizer(rule).batch_size(230);
    assert_eq!(
        setting.to_string(),
        "Epochs: 1, Learning rate: 0.01, Adam, β₁ 0.8, β₂ 0.9, Batch size: 230"
    );
    let results = experiment().settings(&[setting]).run_f64().unwrap();
    // One batch that is the whole set: by hand, in the order of the data.
    let mut network = model().build_f64(1).unwrap();
    let train = data().train;
    let gradients = network
        .gradients(&train.pixels_f64(), train.labels())
        .unwrap();
    let mut adam = Adam::new(0.01).unwrap().betas(0.8, 0.9).unwrap();
    adam.step(&mut network, &gradients).unwrap();
    for (a, b) in results.runs[0]
        .network
        .parameters()
        .iter()
        .zip(network.parameters())
    {
        assert!(
            (&a.value - &b.value).iter().all(|d| d.abs() < 1e-9),
            "{}",
            a.name
        );
    }
    let wrong = Setting::new(1, 0.01).optimizer(Rule::AdaGrad { epsilon: -1.0 });
    let text = experiment()
        .settings(&[wrong])
        .run()
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("AdaGrad: ε (epsilon) is out of range"),
        "{text}"
    );
}
