//! One model under several settings: what is asked for here, what that comes to in `plan`, how it
//! is run in `run`, what was run before in `memory`.

mod memory;
mod plan;
mod run;

use chainrule_data::Splits;
use chainrule_error::Result;
use chainrule_nn::Model;

pub use self::memory::forget_runs;
pub(crate) use self::plan::check_fit;
use crate::{Choice, Observer, Results, Setting, grid::Axis};

/// Trains one model under several settings and keeps every curve.
///
/// | setting | default |
/// | --- | --- |
/// | [`settings`](Self::settings), [`grid`](Self::grid) | |
/// | [`seed`](Self::seed) | 1 |
/// | [`repeats`](Self::repeats) | 1: each setting once |
/// | [`log_every`](Self::log_every), [`log_each_epoch`](Self::log_each_epoch) | 20 000 samples |
/// | [`train_part`](Self::train_part) | 0.2, the first 20 % |
/// | [`threads`](Self::threads) | as many as the machine has cores |
/// | [`fresh`](Self::fresh) | runs that were finished before are remembered |
/// | progress | whole lines on standard output, or what the front end [shows instead](crate::set_default_observer); [`quiet`](Self::quiet) shows none |
///
/// Every setting begins with the weights of the experiment's seed and sees the samples in the same
/// order, so that runs differ by their settings alone. SGD is what it trains with, unless a
/// setting names another rule.
///
/// # Remembered runs
///
/// A run that came to its end is remembered as long as the process lives, a notebook's session:
/// asked for again with the same model, data, setting, seed, measurements and precision it is
/// there at once, bit for bit, with a network of its own, and its [`Run::remembered`] says so, and
/// so do progress and results. Its times are those of the first run. Anything changed trains anew;
/// another name, or another number of threads, changes nothing. Runs that were interrupted are not
/// remembered. About 256 MB of runs are kept; what was used longest ago goes first.
/// [`fresh`](Self::fresh) trains anew, [`forget_runs`] forgets all.
///
/// [`Run::remembered`]: crate::Run::remembered
#[derive(Clone, Debug)]
pub struct Experiment {
    name: String,
    model: Model,
    data: Splits,
    settings: Vec<Setting>,
    axes: Vec<Axis>,
    seed: u64,
    repeats: usize,
    log_every: usize,
    train_part: f64,
    threads: Option<usize>,
    quiet: bool,
    fresh: bool,
}

impl Experiment {
    /// An experiment with a model on a data set. Its settings are still to be given.
    pub fn new(name: impl Into<String>, model: &Model, data: &Splits) -> Self {
        Self {
            name: name.into(),
            model: model.clone(),
            data: data.clone(),
            settings: Vec::new(),
            axes: Vec::new(),
            seed: 1,
            repeats: 1,
            log_every: 20_000,
            train_part: 0.2,
            threads: None,
            quiet: false,
            fresh: false,
        }
    }

    /// Adds settings: pairs `(epochs, learning_rate)`, or [`Setting`]s where more is to vary. No two
    /// may have the same label.
    pub fn settings<S: Clone + Into<Setting>>(mut self, settings: &[S]) -> Self {
        self.settings
            .extend(settings.iter().cloned().map(Into::into));
        self
    }

    /// Lets a field take several values: every setting with every combination of all fields' values
    /// is run. The settings come in their order, for each of them the first field's values in
    /// theirs, and so on: the field given last varies fastest.
    ///
    /// | field | values |
    /// | --- | --- |
    /// | `epochs`, `batch_size`, `patience` | whole numbers |
    /// | `learning_rate`, `weight_decay` | numbers |
    /// | `optimizer` | `Rule::momentum()` |
    /// | `momentum`, `beta1`, `beta2`, `rho`, `alpha`, `epsilon`, `momentum_decay` | numbers, for rules that have it |
    /// | `schedule` | `Schedule::cosine(10)` |
    /// | `penalty` | `Penalty::l2(0.0001)`, or several: `vec![…]` |
    /// | `clipping`, `gradient_noise`, `early_stopping` | `Clipping::Norm(1.0)`, `GradientNoise::new(0.01)`, `EarlyStopping::patience(2)` |
    /// | `augment` | `Augment::new().shift(2.0)` |
    /// | `seed` | whole numbers |
    /// | `model` | `("wide", wide)`: models need names |
    ///
    /// `weight_decay` is a setting's, but where the rule is AdamW: there it is the rule's own λ, and
    /// labels say `AdamW, λ 0.1`.
    ///
    /// What may be absent takes `None` too: `[None, Some(Penalty::l2(0.0001))]`. Any value may have a
    /// name, which then is in the labels: `[("plain", Rule::sgd()), ("Adam", Rule::adam())]`.
    /// Without settings the grid has to say how many `epochs`; where it says no `learning_rate`,
    /// each rule has its [usual one](chainrule_nn::Rule::usual_rate).
    ///
    /// ```
    /// use chainrule_data::Mnist;
    /// use chainrule_nn::{Model, Rule};
    /// use chainrule_train::Experiment;
    ///
    /// let mut mnist = Mnist::load()?;
    /// mnist.train = mnist.train.first(1_000)?;
    /// mnist.test = mnist.test.first(500)?;
    /// let model = Model::input(784).dense(10).softmax();
    /// let results = Experiment::new("Rates", &model, &mnist)
    ///     .settings(&[(1, 0.1)])
    ///     .grid("learning_rate", [0.01, 0.1])?
    ///     .grid("optimizer", [Rule::sgd(), Rule::momentum()])?
    ///     .quiet()
    ///     .run()?;
    /// let labels = results.labels();
    /// assert_eq!(labels[0], "SGD, Learning rate: 0.01");
    /// assert_eq!(labels[3], "momentum, Learning rate: 0.1");
    /// # Ok::<(), chainrule_train::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When there is no such field, when a value does not fit it or is out of its range, and when a
    /// field has no values or was given before.
    pub fn grid<C: Into<Choice>>(
        mut self,
        field: &str,
        values: impl IntoIterator<Item = C>,
    ) -> Result<Self> {
        let choices = values.into_iter().map(Into::into).collect();
        let validation = self.data.validation.is_some();
        Axis::new(field, choices, self.data.train.len(), validation)
            .and_then(|axis| self.add_axis(axis))
            .map_err(|error| error.within(&self.name))?;
        Ok(self)
    }

    /// The seed of weights and batches, for settings without their own.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Runs every setting under so many seeds: its own or the experiment's, and those that follow.
    /// The runs of a setting stand together in the results; see
    /// [`Results::summary`](crate::Results::summary) and [`Results::compare`](crate::Results::compare).
    pub fn repeats(mut self, times: usize) -> Self {
        self.repeats = times;
        self
    }

    /// Measures accuracy each time so many samples more have been gone through.
    pub fn log_every(mut self, samples: usize) -> Self {
        self.log_every = samples;
        self
    }

    /// Measures accuracy after every epoch: the training set was gone through once more.
    pub fn log_each_epoch(self) -> Self {
        let epoch = self.data.train.len();
        self.log_every(epoch)
    }

    /// Measures accuracy on this share of the training set, from its start: above 0, at most 1.
    pub fn train_part(mut self, share: f64) -> Self {
        self.train_part = share;
        self
    }

    /// Computes at most so many runs at a time. The numbers do not depend on it.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Prints no progress.
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Trains every run anew, even those that are [remembered](Self#remembered-runs): to measure
    /// times, or to see that the numbers are the same again. What is trained now is remembered
    /// instead.
    pub fn fresh(mut self) -> Self {
        self.fresh = true;
        self
    }

    /// Trains under every setting, in f32.
    ///
    /// A run that diverges is kept as diverged; the others go on. After an
    /// [interrupt](crate::interrupt) every run is kept as far as it came, marked as interrupted.
    ///
    /// # Errors
    ///
    /// Before anything is trained: when there is no setting, one is out of range, two have the same
    /// label, or model and data do not fit.
    pub fn run(&self) -> Result<Results> {
        self.run_default::<f32>()
    }

    /// As [`run`](Self::run), in f64.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn run_f64(&self) -> Result<Results<f64>> {
        self.run_default::<f64>()
    }

    /// As [`run`](Self::run), told to an observer of one's own. Of a remembered run it sees the
    /// beginning, [`Event::Remembered`](crate::Event::Remembered), the measurements and the end.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn run_observed(&self, observer: &mut dyn Observer) -> Result<Results> {
        self.run_in::<f32>(observer)
    }
}
