//! One set of hyper-parameters.

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{Model, Rule};

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
    /// Samples in a batch; 100 unless set. The last batch of an epoch may be smaller.
    pub batch_size: usize,
    /// The seed of this run, if it is to have another one than its experiment.
    pub seed: Option<u64>,
    /// The model of this run, if it is to have another one than its experiment.
    pub model: Option<Model>,
    /// What the run is called, if its numbers do not say it.
    pub name: Option<String>,
}

impl Setting {
    /// A setting with batches of 100.
    pub fn new(epochs: usize, learning_rate: f64) -> Self {
        Self {
            epochs,
            learning_rate,
            optimizer: Rule::Sgd,
            batch_size: 100,
            seed: None,
            model: None,
            name: None,
        }
    }

    /// With another update rule: `Rule::adam()`, or `adam.rule()` of an optimizer with settings of
    /// its own.
    pub fn optimizer(mut self, rule: Rule) -> Self {
        self.optimizer = rule;
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

    pub(crate) fn check(&self, samples: usize) -> Result<()> {
        let wrong =
            |what: &str| Error::new(ErrorKind::Value, what).within(format!("setting “{self}”"));
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
        self.optimizer
            .checked()
            .map_err(|error| error.within(format!("setting “{self}”")))?;
        if self.batch_size == 0 || self.batch_size > samples {
            return Err(wrong("the batch size does not fit the training set")
                .expected(format!("1 to {samples} samples"))
                .got(self.batch_size.to_string()));
        }
        Ok(())
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
        write!(
            f,
            "Epochs: {}, Learning rate: {}",
            self.epochs, self.learning_rate
        )?;
        if self.optimizer != Rule::Sgd {
            write!(f, ", {}", self.optimizer)?;
        }
        if self.batch_size != 100 {
            write!(f, ", Batch size: {}", self.batch_size)?;
        }
        if let Some(seed) = self.seed {
            write!(f, ", Seed: {seed}")?;
        }
        Ok(())
    }
}
