//! The fields of a setting that a grid can vary, and which values fit them.

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{Rule, Schedule};

use super::choice::{Choice, Value};
use crate::{EarlyStopping, Setting, names};

/// A field: its name, what fits it, and what labels know it by.
struct Field {
    name: &'static str,
    fits: &'static str,
    label: &'static str,
}

const fn field(name: &'static str, fits: &'static str) -> Field {
    let label = name;
    Field { name, fits, label }
}

const fn of_rule(name: &'static str, fits: &'static str) -> Field {
    let label = "optimizer";
    Field { name, fits, label }
}

const FIELDS: [Field; 21] = [
    field("epochs", "whole numbers, at least 1"),
    field("learning_rate", "numbers above 0"),
    field("optimizer", "rules: Rule::sgd(), Rule::adam()"),
    of_rule("momentum", "numbers from 0 to below 1"),
    of_rule("beta1", "numbers from 0 to below 1"),
    of_rule("beta2", "numbers from 0 to below 1"),
    of_rule("rho", "numbers from 0 to below 1"),
    of_rule("alpha", "numbers from 0 to below 1"),
    of_rule("epsilon", "numbers above 0; AdaMax may have 0"),
    of_rule("momentum_decay", "numbers not below 0, or None"),
    field("schedule", "schedules: Schedule::cosine(10), or None"),
    field(
        "clipping",
        "Clipping::Norm(1.0), Clipping::Value(0.5), or None",
    ),
    field("penalty", "penalties: Penalty::l2(0.0001), or None"),
    field("gradient_noise", "GradientNoise::new(0.01), or None"),
    field("weight_decay", "numbers not below 0"),
    field("augment", "Augment::new().shift(2.0), or None"),
    field("early_stopping", "EarlyStopping::patience(2), or None"),
    Field {
        name: "patience",
        fits: "whole numbers, at least 1",
        label: "early_stopping",
    },
    field("batch_size", "whole numbers, at least 1"),
    field("seed", "whole numbers, not negative"),
    field("model", "models with names: (\"wide\", wide)"),
];

/// What else a field is called, to propose the right name.
const OTHER_NAMES: [(&str, &str); 10] = [
    ("augmentation", "augment"),
    ("lr", "learning_rate"),
    ("rate", "learning_rate"),
    ("rule", "optimizer"),
    ("algorithm", "optimizer"),
    ("noise", "gradient_noise"),
    ("clip", "clipping"),
    ("regularizer", "penalty"),
    ("samples", "batch_size"),
    ("network", "model"),
];

fn find(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

/// The field of that name.
pub(super) fn known(name: &str) -> Result<&'static str> {
    if let Some(field) = find(name) {
        return Ok(field.name);
    }
    let all: Vec<_> = FIELDS.iter().map(|field| field.name.to_owned()).collect();
    let error = Error::new(ErrorKind::Value, format!("a setting has no field “{name}”"))
        .expected(format!("one of {}", all.join(", ")))
        .got(name.to_owned());
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == name);
    let near = other.map(|(_, field)| *field);
    Err(match near.or_else(|| names::nearest(name, &all)) {
        Some(near) => error.hint(format!("“{near}”")),
        None => error,
    })
}

/// What labels know a field by.
pub(super) fn label(name: &str) -> &'static str {
    find(name).map_or("name", |field| field.label)
}

/// Whether it is a field of the rule, which has to be there first.
fn of_optimizer(name: &str) -> bool {
    label(name) == "optimizer" && name != "optimizer"
}

/// Whether it is set after the rule, which says where it belongs.
pub(super) fn is_after_rule(name: &str) -> bool {
    label(name) != name || name == "weight_decay"
}

/// What labels know a field of this setting by.
pub(super) fn label_in(name: &str, setting: &Setting) -> &'static str {
    match (name, setting.optimizer) {
        ("weight_decay", Rule::AdamW { .. }) => "optimizer",
        _ => label(name),
    }
}

/// A setting that is right but for the field that is to be tried.
pub(super) fn probe(field: &str, samples: usize) -> Setting {
    let rule = match field {
        "beta1" | "beta2" => Rule::adam(),
        // It alone may have an ε of 0; what other rules refuse is refused with the setting.
        "epsilon" => Rule::adamax(),
        "rho" => Rule::adadelta(),
        "alpha" => Rule::rmsprop(),
        "momentum_decay" => Rule::nadam(),
        _ => Rule::momentum(),
    };
    let setting = Setting::new(1, 0.1).optimizer(rule);
    setting.batch_size(samples.clamp(1, 100))
}

/// Sets a field, if the value is one for it. Whether it is in its range is not asked here.
pub(super) fn set(setting: &mut Setting, field: &'static str, choice: &Choice) -> Result<()> {
    put(setting, field, choice)?;
    if let Some(name) = &choice.name {
        let label = label(field);
        setting.called.retain(|(known, _)| known != label);
        setting.called.push((label.to_owned(), name.clone()));
    }
    Ok(())
}

fn put(setting: &mut Setting, field: &'static str, choice: &Choice) -> Result<()> {
    let recipe = &mut setting.recipe;
    match (field, &choice.value) {
        ("epochs", value) => setting.epochs = whole(field, value)?,
        ("batch_size", value) => setting.batch_size = whole(field, value)?,
        ("seed", Value::Nothing) => setting.seed = None,
        ("seed", value) => setting.seed = Some(whole(field, value)?),
        ("patience", value) => {
            let patience = whole(field, value)?;
            let known = setting.early_stopping.take();
            let mut stopping = known.unwrap_or_else(|| EarlyStopping::patience(patience));
            stopping.patience = patience;
            setting.early_stopping = Some(stopping);
        }
        ("learning_rate", value) => setting.learning_rate = number(field, value)?,
        ("weight_decay", value) => {
            let value = match value {
                Value::Nothing => 0.0,
                value => number(field, value)?,
            };
            // AdamW decays by a λ of its own: with the recipe's beside it weights decay twice.
            recipe.weight_decay = match &mut setting.optimizer {
                Rule::AdamW { weight_decay, .. } => {
                    *weight_decay = value;
                    0.0
                }
                _ => value,
            };
        }
        ("optimizer", &Value::Rule(rule)) => setting.optimizer = rule,
        ("schedule", Value::Schedule(schedule)) => recipe.schedule = schedule.clone(),
        ("schedule", Value::Nothing) => recipe.schedule = Schedule::constant(),
        ("clipping", &Value::Clipping(clipping)) => recipe.clipping = Some(clipping),
        ("clipping", Value::Nothing) => recipe.clipping = None,
        ("penalty", Value::Penalties(penalties)) => recipe.penalties.clone_from(penalties),
        ("penalty", Value::Nothing) => recipe.penalties.clear(),
        ("gradient_noise", &Value::Noise(noise)) => recipe.noise = Some(noise),
        ("gradient_noise", Value::Nothing) => recipe.noise = None,
        ("augment", &Value::Augment(augment)) => recipe.augment = Some(augment),
        ("augment", Value::Nothing) => recipe.augment = None,
        ("early_stopping", Value::Stopping(stopping)) => {
            setting.early_stopping = Some(stopping.clone());
        }
        ("early_stopping", Value::Nothing) => setting.early_stopping = None,
        ("model", Value::Nothing) => setting.model = None,
        ("model", Value::Model(model)) => {
            if choice.name.is_none() {
                return Err(
                    Error::new(ErrorKind::Value, "a model in a grid needs a name")
                        .expected("a name and the model")
                        .got("a model without a name")
                        .why("labels are made from settings, and a model's layers are no label")
                        .hint("(\"wide\", wide)"),
                );
            }
            setting.model = Some((**model).clone());
        }
        (field, value) if of_optimizer(field) => {
            let rule = setting.optimizer;
            setting.optimizer = with_rule_field(rule, field, value)?;
        }
        (field, value) => return Err(unfit(field, value)),
    }
    Ok(())
}

fn with_rule_field(mut rule: Rule, field: &'static str, value: &Value) -> Result<Rule> {
    let place = match (&mut rule, field) {
        (Rule::Momentum { momentum, .. } | Rule::Nesterov { momentum, .. }, "momentum") => momentum,
        (Rule::Adadelta { rho, .. }, "rho") => rho,
        (Rule::RmsProp { alpha, .. }, "alpha") => alpha,
        (
            Rule::Adam { beta1, .. }
            | Rule::AdaMax { beta1, .. }
            | Rule::Nadam { beta1, .. }
            | Rule::AmsGrad { beta1, .. }
            | Rule::AdamW { beta1, .. },
            "beta1",
        ) => beta1,
        (
            Rule::Adam { beta2, .. }
            | Rule::AdaMax { beta2, .. }
            | Rule::Nadam { beta2, .. }
            | Rule::AmsGrad { beta2, .. }
            | Rule::AdamW { beta2, .. },
            "beta2",
        ) => beta2,
        (
            Rule::AdaGrad { epsilon }
            | Rule::Adadelta { epsilon, .. }
            | Rule::RmsProp { epsilon, .. }
            | Rule::Adam { epsilon, .. }
            | Rule::AdaMax { epsilon, .. }
            | Rule::Nadam { epsilon, .. }
            | Rule::AmsGrad { epsilon, .. }
            | Rule::AdamW { epsilon, .. },
            "epsilon",
        ) => epsilon,
        (Rule::Nadam { momentum_decay, .. }, "momentum_decay") => {
            *momentum_decay = match value {
                Value::Nothing => None,
                value => Some(number(field, value)?),
            };
            return Ok(rule);
        }
        _ => {
            let place = format!("{} has no {field}", rule.name());
            return Err(Error::new(ErrorKind::Value, place)
                .expected("a rule that has it")
                .got(rule.name())
                .hint("set the rule in the settings, or vary it first: .grid(\"optimizer\", …)"));
        }
    };
    *place = number(field, value)?;
    Ok(rule)
}

fn number(field: &'static str, value: &Value) -> Result<f64> {
    match value {
        &Value::Number(number) => Ok(number),
        &Value::Whole(number) => Ok(number as f64),
        value => Err(unfit(field, value)),
    }
}

fn whole<T: TryFrom<i128>>(field: &'static str, value: &Value) -> Result<T> {
    let number = match value {
        &Value::Whole(number) => number,
        // 5.0 is a whole number, however it is written.
        &Value::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => number as i128,
        value => return Err(unfit(field, value)),
    };
    T::try_from(number).map_err(|_| unfit(field, value))
}

fn unfit(field: &'static str, value: &Value) -> Error {
    let fits = find(field).map_or("", |field| field.fits);
    let told = Choice::from(value.clone());
    let got = match value {
        Value::Number(_) | Value::Whole(_) => told.to_string(),
        Value::Nothing | Value::Model(_) => value.kind().to_owned(),
        _ => format!("{}: {told}", value.kind()),
    };
    Error::new(ErrorKind::Value, "a value does not fit the field")
        .expected(fits)
        .got(got)
}
