//! Grids over what belongs to an update rule.

use chainrule_nn::{AdamW, Rule};
use chainrule_train::{Experiment, Setting};

use super::{grid::labels, task::experiment};

#[test]
fn weight_decay_is_adamws_own_and_the_settings_with_other_rules() {
    let decays = |experiment: &Experiment| -> Vec<(f64, Option<f64>)> {
        let results = experiment.run().unwrap();
        let of_rule = |setting: &Setting| match setting.optimizer {
            Rule::AdamW { weight_decay, .. } => Some(weight_decay),
            _ => None,
        };
        let settings = results.runs.iter().map(|run| &run.setting);
        settings
            .map(|setting| (setting.recipe.weight_decay, of_rule(setting)))
            .collect()
    };
    let adamw = || {
        let setting = Setting::new(1, 0.1).optimizer(Rule::adamw());
        experiment().settings(&[setting.weight_decay(0.3)])
    };
    let grid = adamw()
        .grid("weight_decay", [None, Some(0.01), Some(0.1)])
        .unwrap();
    let of = |lambda| (0.0, Some(lambda));
    assert_eq!(decays(&grid), [of(0.0), of(0.01), of(0.1)]);
    assert_eq!(labels(&grid), ["AdamW, λ 0", "AdamW", "AdamW, λ 0.1"]);
    // The rule may come after the field.
    let both = experiment()
        .settings(&[(1, 0.1)])
        .grid("weight_decay", [0.0, 0.1])
        .unwrap()
        .grid("optimizer", [Rule::sgd(), Rule::adamw()])
        .unwrap();
    assert_eq!(decays(&both), [(0.0, None), of(0.0), (0.1, None), of(0.1)]);
    assert_eq!(
        labels(&both),
        [
            "SGD",
            "AdamW, λ 0",
            "SGD, Weight decay: 0.1",
            "AdamW, λ 0.1"
        ]
    );
    // The weights are those of the rule alone.
    let grid = adamw().grid("weight_decay", [0.1]).unwrap();
    let rule = AdamW::new(0.1).unwrap().weight_decay(0.1).unwrap().rule();
    let alone = experiment().settings(&[Setting::new(1, 0.1).optimizer(rule)]);
    let curve = |experiment: &Experiment| experiment.run().unwrap().runs[0].curve.clone();
    assert_eq!(curve(&grid), curve(&alone));
    // A setting with a name keeps it, and is told apart.
    let named = Setting::new(1, 0.1).optimizer(Rule::adamw()).named("mine");
    let named = experiment().settings(&[named]);
    let named = named.grid("weight_decay", [0.0, 0.1]).unwrap();
    assert_eq!(labels(&named), ["mine, AdamW, λ 0", "mine, AdamW, λ 0.1"]);
}

#[test]
fn fields_of_a_rule_need_a_rule_that_has_them() {
    let grid = experiment()
        .settings(&[(1, 0.1)])
        .grid("momentum", [0.5, 0.9])
        .unwrap();
    let error = grid.run().unwrap_err().to_string();
    assert!(
        error.contains("field “momentum”: SGD has no momentum"),
        "{error}"
    );
    // The rule may come after its field.
    let grid = grid
        .grid("optimizer", [Rule::momentum(), Rule::nesterov()])
        .unwrap();
    assert_eq!(labels(&grid).len(), 4);
}

#[test]
fn an_epsilon_of_0_is_for_adamax_alone() {
    let grid = |rule| {
        let setting = Setting::new(1, 0.1).optimizer(rule);
        let grid = experiment().settings(&[setting]);
        grid.grid("epsilon", [0.0, 1e-4]).unwrap()
    };
    assert_eq!(
        labels(&grid(Rule::adamax())),
        ["AdaMax, ε 0", "AdaMax, ε 0.0001"]
    );
    let error = grid(Rule::adam()).run().unwrap_err().to_string();
    assert!(
        error.contains("Adam: ε (epsilon) is out of range"),
        "{error}"
    );
    assert!(error.contains("a finite number above 0"), "{error}");
}
