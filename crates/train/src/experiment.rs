//! One model under several settings.

use std::time::Instant;

use chainrule_data::{Dataset, Splits};
use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{Model, Network};

use crate::{
    Event, Number, Observer, Results, Run, Setting, Silent, TrainingOptions,
    observer::default_observer, schedule, train, train::check_last_batch,
};

/// Trains one model under several settings and keeps every curve.
///
/// | setting | default |
/// | --- | --- |
/// | [`seed`](Self::seed) | 1 |
/// | [`log_every`](Self::log_every), [`log_each_epoch`](Self::log_each_epoch) | 20 000 samples |
/// | [`train_part`](Self::train_part) | 0.2, the first 20 % |
/// | [`threads`](Self::threads) | as many as the machine has cores |
/// | progress | whole lines on standard output, or what the front end [shows instead](crate::set_default_observer); [`quiet`](Self::quiet) shows none |
///
/// Every run begins with the weights of the experiment's seed and sees the samples in the same
/// order, so that the runs differ by their settings alone. SGD is what it trains with, unless a
/// setting names another rule.
#[derive(Clone, Debug)]
pub struct Experiment {
    name: String,
    model: Model,
    data: Splits,
    settings: Vec<Setting>,
    seed: u64,
    log_every: usize,
    train_part: f64,
    threads: Option<usize>,
    quiet: bool,
}

impl Experiment {
    /// An experiment with a model on a data set. Its settings are still to be given.
    pub fn new(name: impl Into<String>, model: &Model, data: &Splits) -> Self {
        Self {
            name: name.into(),
            model: model.clone(),
            data: data.clone(),
            settings: Vec::new(),
            seed: 1,
            log_every: 20_000,
            train_part: 0.2,
            threads: None,
            quiet: false,
        }
    }

    /// Adds settings: pairs `(epochs, learning_rate)`, or [`Setting`]s where more is to vary.
    pub fn settings<S: Clone + Into<Setting>>(mut self, settings: &[S]) -> Self {
        self.settings
            .extend(settings.iter().cloned().map(Into::into));
        self
    }

    /// The seed of weights and batches, for settings without their own.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
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

    /// Trains under every setting, in f32.
    ///
    /// A run that diverges is kept as diverged; the others go on. After an
    /// [interrupt](crate::interrupt) every run is kept as far as it came, marked as interrupted.
    ///
    /// # Errors
    ///
    /// Before anything is trained: when there is no setting, one is out of range, or model and
    /// data do not fit.
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

    /// As [`run`](Self::run), told to an observer of one's own.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn run_observed(&self, observer: &mut dyn Observer) -> Result<Results> {
        self.run_in::<f32>(observer)
    }

    fn run_default<F: Number>(&self) -> Result<Results<F>> {
        if self.quiet {
            self.run_in(&mut Silent)
        } else {
            self.run_in(&mut *default_observer())
        }
    }

    fn run_in<F: Number>(&self, observer: &mut dyn Observer) -> Result<Results<F>> {
        self.check().map_err(|error| error.within(&self.name))?;
        let measured = self.data.train.first_part(self.train_part)?;
        let networks: Vec<Network<F>> = self
            .settings
            .iter()
            .map(|setting| self.network(setting))
            .collect::<Result<_>>()?;
        let samples: Vec<_> = self
            .settings
            .iter()
            .map(|s| s.epochs * self.data.train.len())
            .collect();
        let threads = self
            .threads
            .unwrap_or_else(schedule::cores)
            .min(self.settings.len());
        let started = Instant::now();
        observer.observe(&Event::Started {
            experiment: &self.name,
            settings: &self.settings,
            samples: &samples,
            threads,
        });
        let work: Vec<_> = samples.iter().copied().zip(networks).collect();
        let runs = schedule::side_by_side(work, threads, observer, |run, network, observer| {
            self.one(run, network, &measured, observer)
        });
        let runs = runs.into_iter().collect::<Result<_>>();
        observer.observe(&Event::Finished);
        let seconds = started.elapsed().as_secs_f64();
        Ok(Results {
            name: self.name.clone(),
            runs: runs?,
            seconds,
        })
    }

    fn network<F: Number>(&self, setting: &Setting) -> Result<Network<F>> {
        let model = setting.model.as_ref().unwrap_or(&self.model);
        let network = F::build(model, setting.seed.unwrap_or(self.seed))?;
        check_fit(&self.data, model, network.outputs())
            .map_err(|error| error.within(&self.name))?;
        check_last_batch(&network, self.data.train.len(), setting.batch_size)
            .and_then(|()| setting.recipe.check_images(&self.data.train))
            .map_err(|error| error.within(format!("{}: setting “{setting}”", self.name)))?;
        Ok(network)
    }

    fn one<F: Number>(
        &self,
        run: usize,
        mut network: Network<F>,
        measured: &Dataset,
        observer: &mut dyn Observer,
    ) -> Result<Run<F>> {
        let setting = self.settings[run].clone();
        let seed = setting.seed.unwrap_or(self.seed);
        let options = TrainingOptions {
            epochs: setting.epochs,
            batch_size: setting.batch_size,
            seed,
            log_every: self.log_every,
            train: &self.data.train,
            measured,
            test: &self.data.test,
            validation: self.data.validation.as_ref(),
            recipe: setting.recipe.clone(),
            early_stopping: setting.early_stopping.clone(),
        };
        observer.observe(&Event::Began { run });
        let mut optimizer = setting.optimizer.optimizer(setting.learning_rate)?;
        let trained = train(&mut network, &mut *optimizer, &options, run, observer)?;
        let [seconds, measuring_seconds] = trained.time.map(|time| time.as_secs_f64());
        let divergence = trained.divergence.as_ref();
        observer.observe(&Event::Ended {
            run,
            samples: trained.samples,
            divergence,
            interrupted: trained.interrupted,
            seconds,
        });
        Ok(Run {
            setting,
            seed,
            curve: trained.curve,
            divergence: trained.divergence,
            interrupted: trained.interrupted,
            validated: trained.validated,
            stopped_early: trained.stopped_early,
            best_epoch: trained.best_epoch,
            final_train_accuracy: trained.last.map(|[train, _]| train),
            final_test_accuracy: trained.last.map(|[_, test]| test),
            seconds,
            measuring_seconds,
            samples: trained.samples,
            network,
        })
    }

    fn check(&self) -> Result<()> {
        let wrong = |what: &str| Error::new(ErrorKind::Value, what);
        if self.settings.is_empty() {
            return Err(wrong("an experiment needs settings")
                .hint("for example .settings(&[(5, 0.1)]): 5 epochs at the learning rate 0.1"));
        }
        if self.log_every == 0 {
            return Err(wrong("accuracy cannot be measured every 0 samples")
                .expected("at least 1")
                .hint(".log_every(20_000) is the default"));
        }
        if !(self.train_part > 0.0 && self.train_part <= 1.0) {
            return Err(
                wrong("the measured part of the training set has to be a share of it")
                    .expected("above 0, at most 1")
                    .got(self.train_part.to_string()),
            );
        }
        if self.threads == Some(0) {
            return Err(wrong("training needs a thread")
                .expected("at least 1")
                .got("0"));
        }
        self.settings.iter().try_for_each(|setting| {
            setting.check(self.data.train.len(), self.data.validation.is_some())
        })
    }
}

/// Whether a model's input and outputs are those of the data.
pub(crate) fn check_fit(data: &Splits, model: &Model, outputs: usize) -> Result<()> {
    let (features, classes) = (data.train.features(), data.train.classes());
    let input = model.summary()?.input;
    if input.features() != features {
        return Err(
            Error::new(ErrorKind::Shape, "the model's input does not fit the data")
                .expected(format!(
                    "{features} features, as the images of {} have",
                    data.name
                ))
                .got(format!("Model::input({input})"))
                .hint(format!("begin with Model::input({features})")),
        );
    }
    if outputs < classes {
        return Err(
            Error::new(ErrorKind::Shape, "the model has too few outputs")
                .expected(format!("{classes}, one for each class of {}", data.name))
                .got(outputs.to_string())
                .hint(format!("end it with .dense({classes})")),
        );
    }
    Ok(())
}
