//! A value in a grid, as a student writes it.

use chainrule_data::Augment;
use chainrule_nn::{Clipping, GradientNoise, Model, Penalty, Rule, Schedule};

use crate::EarlyStopping;

/// A value that a field takes in a [grid](crate::Experiment::grid): a number, or what the field
/// is made of, or `None` to leave it out; with a name, if it is a pair.
///
/// ```
/// use chainrule_nn::{Model, Penalty, Rule};
/// use chainrule_train::Choice;
///
/// let choices: [Choice; 4] = [0.1.into(), 20.into(), Rule::adam().into(), Penalty::l2(0.01).into()];
/// let none: Choice = Option::<Penalty>::None.into();
/// let named: Choice = ("wide", Model::input(4).dense(99).dense(2).softmax()).into();
/// assert_eq!(format!("{} {} {}", choices[0], none, named), "0.1 none wide");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub(super) name: Option<String>,
    pub(super) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Nothing,
    Number(f64),
    Whole(i128),
    Rule(Rule),
    Schedule(Schedule),
    Clipping(Clipping),
    Penalties(Vec<Penalty>),
    Noise(GradientNoise),
    Augment(Augment),
    Stopping(EarlyStopping),
    Model(Box<Model>),
}

impl Value {
    /// What it is, for an error.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Number(_) => "a number",
            Self::Whole(_) => "a whole number",
            Self::Rule(_) => "a rule",
            Self::Schedule(_) => "a schedule",
            Self::Clipping(_) => "a clipping",
            Self::Penalties(_) => "a penalty",
            Self::Noise(_) => "a gradient noise",
            Self::Augment(_) => "an augmentation",
            Self::Stopping(_) => "an early stopping",
            Self::Model(_) => "a model",
        }
    }
}

impl std::fmt::Display for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(name) = &self.name {
            return f.write_str(name);
        }
        match &self.value {
            Value::Nothing => f.write_str("none"),
            Value::Number(value) => write!(f, "{value}"),
            Value::Whole(value) => write!(f, "{value}"),
            Value::Rule(value) => write!(f, "{value}"),
            Value::Schedule(value) => write!(f, "{value}"),
            Value::Clipping(value) => write!(f, "{value}"),
            Value::Penalties(values) => {
                let words: Vec<_> = values.iter().map(ToString::to_string).collect();
                f.write_str(&words.join(", "))
            }
            Value::Noise(value) => write!(f, "{value}"),
            Value::Augment(value) => write!(f, "{value}"),
            Value::Stopping(value) => write!(f, "{value}"),
            Value::Model(_) => f.write_str("a model without a name"),
        }
    }
}

impl From<Value> for Choice {
    fn from(value: Value) -> Self {
        Self { name: None, value }
    }
}

macro_rules! choices {
    ($($type:ty, $value:ident => $make:expr;)*) => {$(
        impl From<$type> for Choice {
            fn from($value: $type) -> Self {
                $make.into()
            }
        }
    )*};
}

choices! {
    f64, value => Value::Number(value);
    f32, value => Value::Number(value.into());
    i32, value => Value::Whole(value.into());
    i64, value => Value::Whole(value.into());
    u32, value => Value::Whole(value.into());
    u64, value => Value::Whole(value.into());
    usize, value => Value::Whole(value as i128);
    Rule, value => Value::Rule(value);
    Schedule, value => Value::Schedule(value);
    Clipping, value => Value::Clipping(value);
    Penalty, value => Value::Penalties(vec![value]);
    Vec<Penalty>, values => Value::Penalties(values);
    GradientNoise, value => Value::Noise(value);
    Augment, value => Value::Augment(value);
    EarlyStopping, value => Value::Stopping(value);
    Model, value => Value::Model(Box::new(value));
}

impl<T: Clone + Into<Choice>> From<&T> for Choice {
    fn from(value: &T) -> Self {
        value.clone().into()
    }
}

impl<T: Into<Choice>> From<Option<T>> for Choice {
    fn from(value: Option<T>) -> Self {
        value.map_or_else(|| Value::Nothing.into(), Into::into)
    }
}

/// A name and a value: the name is what labels say.
impl<S: Into<String>, T: Into<Choice>> From<(S, T)> for Choice {
    fn from((name, value): (S, T)) -> Self {
        Self {
            name: Some(name.into()),
            ..value.into()
        }
    }
}
