//! One set of hyper-parameters.

use std::fmt;

use chainrule_data::Augment;
use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{Clipping, GradientNoise, Model, Penalty, Rule, Schedule};

use crate::{EarlyStopping, Recipe, labels, recipe::decaying_share};

/// The hyper-parameters of one run.
///
/// A pair `(epochs, learning_rate)` is a setting with everything else at its default:
///
/// ```
/// use chainrule_train::Setting;
///
/// let setting = Setting::from((5, 0.1));
/// assert_eq!((setting.batch_size, setting.seed), (100, None));
/// assert_eq!(setting.to_string(), "Epochs: 5, Learning rate: 0.1");
/// let setting = Setting::new(5, 0.1).batch_size(20);
/// assert_eq!(setting.to_string(), "Epochs: 5, Learning rate: 0.1, Batch size: 20");
/// ```
///
/// What it is called is made from its values, so that a curve cannot be mislabelled:
///
/// ```
/// use chainrule_nn::Rule;
/// use chainrule_train::Setting;
///
/// let setting = Setting::new(5, 0.001).optimizer(Rule::adam());
/// assert_eq!(setting.to_string(), "Epochs: 5, Learning rate: 0.001, Adam");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// How many times the training set is gone through.
    pub epochs: usize,
    /// The learning rate.
    pub learning_rate: f64,
    /// The update rule; SGD unless set.
    pub optimizer: Rule,
    /// Augmentation, learning rate schedule, clipping, penalties, noise; none of it unless set.
    pub recipe: Recipe,
    /// Whether training ends when the validation part no longer becomes better; not unless set.
    pub early_stopping: Option<EarlyStopping>,
    /// Samples in a batch; 100 unless set. The last batch of an epoch may be smaller.
    pub batch_size: usize,
    /// The seed of this run, if it is to have another one than its experiment.
    pub seed: Option<u64>,
    /// The model of this run, if it is to have another one than its experiment.
    pub model: Option<Model>,
    /// What the run is called, if its numbers do not say it.
    pub name: Option<String>,
    /// What single fields are called in labels, as `("model", "wide")`: a
    /// [grid](crate::Experiment::grid) whose values have names fills it.
    pub called: Vec<(String, String)>,
}

impl Setting {
    /// A setting with batches of 100.
    pub fn new(epochs: usize, learning_rate: f64) -> Self {
        Self {
            epochs,
            learning_rate,
            optimizer: Rule::Sgd,
            recipe: Recipe::default(),
            early_stopping: None,
            batch_size: 100,
            seed: None,
            model: None,
            name: None,
            called: Vec::new(),
        }
    }

    /// With another update rule: `Rule::adam()`, or `adam.rule()` of an optimizer with settings of
    /// its own.
    pub fn optimizer(mut self, rule: Rule) -> Self {
        self.optimizer = rule;
        self
    }

    /// With a learning rate that changes. [`Schedule::reduce_on_plateau`] looks at the loss of the
    /// validation part; where there is none, at the mean loss of the epoch's batches.
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.recipe.schedule = schedule;
        self
    }

    /// With images that are moved, turned and scaled a little each time that they are drawn, from
    /// the seed: `Augment::new().shift(2.0).rotate(10.0)`. What is measured is not.
    pub fn augment(mut self, augment: Augment) -> Self {
        self.recipe.augment = Some(augment);
        self
    }

    /// With gradients that are made smaller where they are too large.
    pub fn clip(mut self, clipping: Clipping) -> Self {
        self.recipe.clipping = Some(clipping);
        self
    }

    /// With a penalty on large weights, beside those that it has: `Penalty::l2(0.0001)`.
    pub fn penalty(mut self, penalty: Penalty) -> Self {
        self.recipe.penalties.push(penalty);
        self
    }

    /// With decoupled weight decay λ: w ← w − η·λ·w beside each step, for weights and not for
    /// biases. η·λ has to be below 1. The λ that [`Rule::adamw`] has stays as it is beside this one.
    pub fn weight_decay(mut self, lambda: f64) -> Self {
        self.recipe.weight_decay = lambda;
        self
    }

    /// With noise on the gradients, drawn from the seed.
    pub fn gradient_noise(mut self, noise: GradientNoise) -> Self {
        self.recipe.noise = Some(noise);
        self
    }

    /// Ends training when the validation part no longer becomes better, and keeps the best weights.
    pub fn early_stopping(mut self, stopping: EarlyStopping) -> Self {
        self.early_stopping = Some(stopping);
        self
    }

    /// With another batch size.
    pub fn batch_size(mut self, samples: usize) -> Self {
        self.batch_size = samples;
        self
    }

    /// With a seed of its own.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// With a model of its own: other initial weights, another reduction, one layer more. Give
    /// such a setting a [`name`](Self::named), since its numbers do not tell it apart.
    pub fn model(mut self, model: &Model) -> Self {
        self.model = Some(model.clone());
        self
    }

    /// With a name.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    pub(crate) fn check(&self, samples: usize, validation: bool) -> Result<()> {
        self.check_ranges(samples, validation)
            .and_then(|()| self.check_decay())
            .map_err(|error| error.within(format!("setting “{self}”")))
    }

    /// Whether weight decay, the rule's own or the recipe's, leaves something of the weights. A grid
    /// cannot ask this of a value alone.
    fn check_decay(&self) -> Result<()> {
        if let Rule::AdamW { weight_decay, .. } = self.optimizer {
            decaying_share(self.learning_rate, weight_decay)?;
        }
        decaying_share(self.learning_rate, self.recipe.weight_decay).map(drop)
    }

    /// Whether every field is in its range, for so many training samples.
    pub(crate) fn check_ranges(&self, samples: usize, validation: bool) -> Result<()> {
        let wrong = |what: &str| Error::new(ErrorKind::Value, what);
        if self.epochs == 0 {
            return Err(wrong("training needs epochs")
                .expected("at least 1 epoch")
                .got("0")
                .hint("an epoch goes through the training set once"));
        }
        if !(self.learning_rate.is_finite() && self.learning_rate > 0.0) {
            return Err(wrong("a learning rate has to be a positive number")
                .expected("a finite number above 0")
                .got(self.learning_rate.to_string()));
        }
        self.optimizer.checked()?;
        self.recipe.check()?;
        if let Some(stopping) = &self.early_stopping {
            stopping.check(validation)?;
        }
        if self.batch_size == 0 || self.batch_size > samples {
            return Err(wrong("the batch size does not fit the training set")
                .expected(format!("1 to {samples} samples"))
                .got(self.batch_size.to_string()));
        }
        Ok(())
    }

    /// What it is in words, by field, in the order of labels. What a field says by being absent,
    /// such as no penalty, is not there; epochs, rate, rule and batch size always are.
    pub(crate) fn words(&self) -> Vec<(&'static str, String)> {
        let mut words = vec![
            ("epochs", format!("Epochs: {}", self.epochs)),
            (
                "learning_rate",
                format!("Learning rate: {}", self.learning_rate),
            ),
            ("optimizer", self.optimizer.to_string()),
        ];
        words.extend(self.recipe.words());
        words.extend(
            self.early_stopping
                .iter()
                .map(|stopping| ("early_stopping", format!("Early stopping: {stopping}"))),
        );
        words.push(("batch_size", format!("Batch size: {}", self.batch_size)));
        words.extend(self.seed.map(|seed| ("seed", format!("Seed: {seed}"))));
        for (field, name) in &self.called {
            match words.iter_mut().find(|(known, _)| known == field) {
                Some((_, words)) => words.clone_from(name),
                None => words.push((labels::field(field), name.clone())),
            }
        }
        words
    }
}

impl From<(usize, f64)> for Setting {
    fn from((epochs, learning_rate): (usize, f64)) -> Self {
        Self::new(epochs, learning_rate)
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            return f.write_str(name);
        }
        let called = |field: &str| self.called.iter().any(|(known, _)| known == field);
        let usual = |field: &str| match field {
            "optimizer" => self.optimizer == Rule::Sgd,
            "batch_size" => self.batch_size == 100,
            _ => false,
        };
        let words = self.words().into_iter();
        let told: Vec<_> = words
            .filter(|(field, _)| called(field) || !usual(field))
            .map(|(_, words)| words)
            .collect();
        f.write_str(&told.join(", "))
    }
}
