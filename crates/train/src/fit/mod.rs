//! One network, trained and watched epoch by epoch.

mod callback;
mod checkpoint;
mod ending;
mod export;
mod history;
pub(crate) mod lines;
mod log_file;
mod run;
mod stopping;
mod watchers;

use std::fmt;

use chainrule_data::{Augment, Dataset, Splits};
use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{Clipping, GradientNoise, Model, Network, Optimizer, Penalty, Rule, Schedule};

pub use callback::{Callback, Control, End, Epoch, Start};
pub use checkpoint::{Checkpoint, Saved};
pub use ending::Ending;
pub use history::History;
pub use log_file::Log;
pub use stopping::TerminateOnNaN;
#[doc(hidden)]
pub use watchers::panic_is_caught;

use crate::{
    Number, Observer, Setting, Silent, experiment::check_fit, observer::default_observer,
    team::Team, train::check_last_batch,
};

/// What `loss` and `acc` of an epoch are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrainMetrics {
    /// Those of the weights after the epoch, over the whole training set, without dropout: to be
    /// compared with the validation's. It costs a pass through the training set for each epoch.
    #[default]
    AfterEpoch,
    /// The mean over the epoch's batches, each with the weights of its time and with dropout:
    /// what Keras prints. It costs nothing, and lags behind the validation's.
    RunningMean,
}

impl fmt::Display for TrainMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AfterEpoch => "of the weights after each epoch",
            Self::RunningMean => "running mean over each epoch's batches",
        })
    }
}

/// What a network is validated on after each epoch.
#[derive(Clone, Debug)]
enum Validation {
    /// The validation part, if the data have one.
    Part,
    Test,
    Own(Dataset),
    Nothing,
}

/// Trains one network, epoch by epoch, and tells of each as Keras does.
///
/// | setting | default |
/// | --- | --- |
/// | [`epochs`](Self::epochs) | 10 |
/// | [`optimizer`](Self::optimizer) | plain SGD |
/// | [`learning_rate`](Self::learning_rate) | the [usual one](Rule::usual_rate) of the optimizer: 0.1, or 0.001 for Adam |
/// | [`batch_size`](Self::batch_size) | 100 |
/// | [`seed`](Self::seed) | 1 |
/// | [`train_metrics`](Self::train_metrics) | of the weights after each epoch |
/// | validated on | the validation part; nothing if the data have none: see [`validate_on_test`](Self::validate_on_test) |
/// | progress | a line for each epoch on standard output, or what the front end [shows instead](crate::set_default_observer); [`quiet`](Self::quiet) shows none |
///
/// It takes the same steps as an [`Experiment`](crate::Experiment) with the same setting, through
/// the same code: the numbers are the same.
///
/// ```
/// use chainrule_data::Mnist;
/// use chainrule_nn::{Model, Rule};
/// use chainrule_train::{EarlyStopping, Fit};
///
/// let mut data = Mnist::load()?.with_validation(5_000)?.standardized();
/// # data.train = data.train.first(2_000)?;
/// # data.validation = Some(data.validation.unwrap().first(500)?);
/// let model = Model::input(784).dense(20).relu().dense(10).softmax();
/// let history = Fit::new(&model, &data)
///     .optimizer(Rule::adam())
///     .learning_rate(0.01)
///     .batch_size(128)
///     .epochs(20)
///     .callback(EarlyStopping::patience(2))
/// #   .quiet()
///     .run()?;
/// assert!(history.epochs() < 20); // it stopped early …
/// assert_eq!(history.network_epoch, history.best_epoch()); // … and has the best weights
/// assert!(history.metric("val_acc")?[0] > 0.5);
/// # Ok::<(), chainrule_train::Error>(())
/// ```
pub struct Fit<'a, F: Number = f32> {
    begin: Begin<F>,
    data: Splits,
    setting: Setting,
    /// Whether the learning rate was given, or is the rule's usual one.
    own_rate: bool,
    train_metrics: TrainMetrics,
    validation: Validation,
    optimizer: Option<&'a mut dyn Optimizer<F>>,
    callbacks: Vec<Box<dyn Callback<F> + 'a>>,
    until_nan: bool,
    threads: Option<usize>,
    quiet: bool,
}

enum Begin<F: Number> {
    Model(Model),
    Network(Network<F>),
}

impl<'a> Fit<'a> {
    /// Trains a new network of a model, in f32. Its weights are drawn from the [`seed`](Self::seed).
    pub fn new(model: &Model, data: &Splits) -> Self {
        Self::begin(Begin::Model(model.clone()), data)
    }
}

impl<'a> Fit<'a, f64> {
    /// As [`new`](Fit::new), in f64.
    pub fn new_f64(model: &Model, data: &Splits) -> Self {
        Self::begin(Begin::Model(model.clone()), data)
    }
}

impl<'a, F: Number> Fit<'a, F> {
    /// Trains a copy of a network further: `Fit::resume(&history.network, &data)`.
    ///
    /// The optimizer begins anew, without memory, unless it is given as one's own:
    /// [`with_optimizer`](Self::with_optimizer).
    pub fn resume(network: &Network<F>, data: &Splits) -> Self {
        Self::begin(Begin::Network(network.clone()), data)
    }

    fn begin(begin: Begin<F>, data: &Splits) -> Self {
        Self {
            begin,
            data: data.clone(),
            setting: Setting::new(10, Rule::Sgd.usual_rate()),
            own_rate: false,
            train_metrics: TrainMetrics::default(),
            validation: Validation::Part,
            optimizer: None,
            callbacks: Vec::new(),
            until_nan: false,
            threads: None,
            quiet: false,
        }
    }

    /// With all hyper-parameters of a setting, as an experiment has them. A model or an early
    /// stopping of its own counts too.
    pub fn setting(mut self, setting: impl Into<Setting>) -> Self {
        self.setting = setting.into();
        self.own_rate = true;
        if let Some(model) = self.setting.model.take() {
            self.begin = Begin::Model(model);
        }
        match self.setting.early_stopping.take() {
            Some(stopping) => self.callback(stopping),
            None => self,
        }
    }

    /// How many times the training set is gone through at most.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.setting.epochs = epochs;
        self
    }

    /// With an update rule: `Rule::adam()`.
    pub fn optimizer(mut self, rule: Rule) -> Self {
        self.setting.optimizer = rule;
        self
    }

    /// The learning rate.
    pub fn learning_rate(mut self, rate: f64) -> Self {
        self.setting.learning_rate = rate;
        self.own_rate = true;
        self
    }

    /// With an optimizer of one's own. It has its own learning rate, and remembers what it does
    /// until the next call.
    pub fn with_optimizer(mut self, optimizer: &'a mut dyn Optimizer<F>) -> Self {
        self.optimizer = Some(optimizer);
        self
    }

    /// Samples in a batch. The last batch of an epoch may be smaller.
    pub fn batch_size(mut self, samples: usize) -> Self {
        self.setting.batch_size = samples;
        self
    }

    /// The seed of the weights, of the order of the samples, of dropout and of noise.
    pub fn seed(mut self, seed: u64) -> Self {
        self.setting.seed = Some(seed);
        self
    }

    /// With a learning rate that changes; see [`Setting::schedule`].
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.setting = self.setting.schedule(schedule);
        self
    }

    /// With images that are moved, turned and scaled a little each time that they are drawn; see
    /// [`Setting::augment`]. With [`TrainMetrics::RunningMean`] `loss` and `acc` are of these images.
    pub fn augment(mut self, augment: Augment) -> Self {
        self.setting = self.setting.augment(augment);
        self
    }

    /// With gradients that are made smaller where they are too large.
    pub fn clip(mut self, clipping: Clipping) -> Self {
        self.setting = self.setting.clip(clipping);
        self
    }

    /// With a penalty on large weights. `loss` is told without it.
    pub fn penalty(mut self, penalty: Penalty) -> Self {
        self.setting = self.setting.penalty(penalty);
        self
    }

    /// With decoupled weight decay; see [`Setting::weight_decay`].
    pub fn weight_decay(mut self, lambda: f64) -> Self {
        self.setting = self.setting.weight_decay(lambda);
        self
    }

    /// With noise on the gradients, drawn from the seed.
    pub fn gradient_noise(mut self, noise: GradientNoise) -> Self {
        self.setting = self.setting.gradient_noise(noise);
        self
    }

    /// With a name for figures and progress, if its numbers do not say it.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.setting = self.setting.named(name);
        self
    }

    /// What `loss` and `acc` are to be.
    pub fn train_metrics(mut self, metrics: TrainMetrics) -> Self {
        self.train_metrics = metrics;
        self
    }

    /// Validates on the test set, as homework often does. What then chooses by `val_loss`, as early
    /// stopping does, chooses by the test set: its accuracy is no longer that on unseen images.
    pub fn validate_on_test(mut self) -> Self {
        self.validation = Validation::Test;
        self
    }

    /// Validates on other images of the same kind.
    pub fn validate_on(mut self, data: &Dataset) -> Self {
        self.validation = Validation::Own(data.clone());
        self
    }

    /// Validates on nothing, even if the data have a validation part.
    pub fn without_validation(mut self) -> Self {
        self.validation = Validation::Nothing;
        self
    }

    /// Calls this after each epoch, after those that were given before: an
    /// [`EarlyStopping`](crate::EarlyStopping), a
    /// [`Checkpoint`], a [`Log`], or a [`Callback`] of one's own. Given as `&mut mine` it can be looked
    /// at afterwards.
    pub fn callback<C: Callback<F> + 'a>(mut self, callback: C) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// Goes on although the loss explodes, as long as it is a number. Otherwise a loss that is a
    /// million times the first one counts as [diverged](crate::Divergence), as in an experiment.
    pub fn until_nan(mut self) -> Self {
        self.until_nan = true;
        self
    }

    /// Shares the steps between so many threads, all of the machine's unless set. The numbers do not
    /// depend on it.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Prints no progress.
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Trains.
    ///
    /// It ends after its epochs, or before: when a callback says so, when an
    /// [interrupt](crate::interrupt) comes, when the loss is no finite number or explodes. What was
    /// trained and measured until then is kept; [`History::ending`] says which it was. A callback
    /// that fails or panics ends it too, and is named there.
    ///
    /// # Errors
    ///
    /// Before anything is trained: when a setting is out of range, model and data do not fit, or a
    /// callback refuses to begin, as early stopping does without the metric that it looks at.
    pub fn run(&mut self) -> Result<History<F>> {
        if self.quiet {
            self.run_observed(&mut Silent)
        } else {
            self.run_observed(&mut *default_observer())
        }
    }

    /// As [`run`](Self::run), told to an observer of one's own.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn run_observed(&mut self, observer: &mut dyn Observer) -> Result<History<F>> {
        if !self.own_rate {
            self.setting.learning_rate = self.setting.optimizer.usual_rate();
        }
        if let Some(rate) = self.optimizer.as_ref().and_then(|own| own.learning_rate()) {
            self.setting.learning_rate = rate;
        }
        if self.optimizer.is_some() && self.setting.name.is_none() {
            let epochs = self.setting.epochs;
            self.setting.name = Some(format!("Epochs: {epochs}, an optimizer of one's own"));
        }
        let team = self.threads.map_or_else(Team::of_all, Team::new);
        let prepared = team.and_then(|team| Ok((team, self.prepare()?)));
        let (team, (network, validation)) = prepared.map_err(|error| error.within("fit"))?;
        run::run(self, network, validation, &team, observer)
    }

    /// Checks everything that can be checked before training.
    fn prepare(&self) -> Result<(Network<F>, Option<run::Part>)> {
        let (setting, train) = (&self.setting, &self.data.train);
        setting.check(train.len(), true)?;
        setting.recipe.check_images(train)?;
        let network = match &self.begin {
            Begin::Model(model) => F::build(model, self.seed_or_usual())?,
            Begin::Network(network) => network.clone(),
        };
        check_fit(&self.data, network.model(), network.outputs())?;
        check_last_batch(&network, train.len(), setting.batch_size)?;
        let named = |name: &str, part: &Dataset| Some((name.to_owned(), part.clone()));
        let validation = match &self.validation {
            Validation::Part => {
                let part = self.data.validation.as_ref();
                part.and_then(|part| named("validation part", part))
            }
            Validation::Test => named("test set", &self.data.test),
            Validation::Own(part) => named(part.name(), part),
            Validation::Nothing => None,
        };
        if let Some((_, part)) = &validation
            && (part.sample_shape() != train.sample_shape() || part.classes() > network.outputs())
        {
            let kind = |part: &Dataset| {
                let (shape, classes) = (part.sample_shape(), part.classes());
                format!("images {shape:?} of {classes} classes")
            };
            let place = format!("{} is not of the kind that is trained on", part.name());
            return Err(Error::new(ErrorKind::Shape, place)
                .expected(kind(train))
                .got(kind(part)));
        }
        Ok((network, validation))
    }

    fn seed_or_usual(&self) -> u64 {
        self.setting.seed.unwrap_or(1)
    }
}

impl<F: Number> fmt::Debug for Fit<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fit({}: {})", self.data.name, self.setting)
    }
}
