//! How an experiment's runs are computed: side by side, unless they are remembered.

use std::time::Instant;

use chainrule_data::Dataset;
use chainrule_error::Result;
use chainrule_nn::{Model, Network};

use super::{
    Experiment,
    memory::{self, Key},
    plan::{Planned, check_fit},
};
use crate::{
    Event, Number, Observer, Results, Run, Setting, Silent, TrainingOptions,
    observer::default_observer, schedule, team::Team, train, train::check_last_batch,
};

/// A run that has to be computed: which one, and its network before the first step.
type Work<F> = (usize, Network<F>);

impl Experiment {
    pub(super) fn run_default<F: Number>(&self) -> Result<Results<F>> {
        if self.quiet {
            self.run_in(&mut Silent)
        } else {
            self.run_in(&mut *default_observer())
        }
    }

    pub(super) fn run_in<F: Number>(&self, observer: &mut dyn Observer) -> Result<Results<F>> {
        let started = Instant::now();
        let plan = self.plan().map_err(|error| error.within(&self.name))?;
        let measured = self.data.train.first_part(self.train_part)?;
        let data = self.data.digest();
        let keys: Vec<_> = plan
            .iter()
            .map(|planned| self.key(planned, measured.len(), data))
            .collect();
        let mut runs: Vec<Option<Run<F>>> = keys
            .iter()
            .map(|key| {
                if self.fresh {
                    None
                } else {
                    memory::recall(key)
                }
            })
            .collect();
        let mut work: Vec<(usize, Work<F>)> = Vec::new();
        for (run, planned) in plan.iter().enumerate() {
            // What is remembered was checked when it was trained, on the same model and data.
            if runs[run].is_none() {
                let length = self.samples(&planned.setting);
                work.push((length, (run, self.network(planned)?)));
            }
        }
        let settings: Vec<_> = plan.iter().map(|planned| planned.setting.clone()).collect();
        let samples: Vec<_> = settings
            .iter()
            .map(|setting| self.samples(setting))
            .collect();
        let threads = self.threads.unwrap_or_else(schedule::cores);
        observer.observe(&Event::Started {
            experiment: &self.name,
            settings: &settings,
            samples: &samples,
            threads: threads.min(plan.len()),
        });
        for (run, known) in runs.iter_mut().enumerate() {
            if let Some(known) = known {
                known.setting = settings[run].clone();
                known.remembered = true;
                replay(run, known, observer);
            }
        }
        // More threads than runs share the steps of each.
        let for_each = threads / work.len().max(1);
        let threads = threads.min(work.len());
        let computed =
            schedule::side_by_side(work, threads, observer, |_, (run, network), observer| {
                let team = Team::new(for_each.max(1))?;
                let computed =
                    team.enter(|| self.one(run, &plan[run], network, &measured, observer))?;
                memory::keep(keys[run].clone(), &computed);
                Ok((run, computed))
            });
        let computed: Result<Vec<_>> = computed.into_iter().collect();
        observer.observe(&Event::Finished);
        for (run, computed) in computed? {
            runs[run] = Some(computed);
        }
        Ok(Results {
            name: self.name.clone(),
            runs: runs.into_iter().flatten().collect(),
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    fn samples(&self, setting: &Setting) -> usize {
        setting.epochs * self.data.train.len()
    }

    fn model<'a>(&'a self, setting: &'a Setting) -> &'a Model {
        setting.model.as_ref().unwrap_or(&self.model)
    }

    /// Every field of an experiment is looked at here: a new one must change the key, or be
    /// something that the numbers do not depend on.
    fn key(&self, planned: &Planned, measured: usize, data: [u8; 32]) -> Key {
        let Self {
            name: _,
            model: _,
            data: _,
            settings: _,
            axes: _,
            seed: _,
            repeats: _,
            log_every,
            train_part: _,
            threads: _,
            quiet: _,
            fresh: _,
        } = self;
        let setting = Setting {
            seed: None,
            model: None,
            name: None,
            called: Vec::new(),
            ..planned.setting.clone()
        };
        Key {
            setting,
            model: self.model(&planned.setting).clone(),
            seed: planned.seed,
            log_every: *log_every,
            measured,
            data,
        }
    }

    fn network<F: Number>(&self, planned: &Planned) -> Result<Network<F>> {
        let setting = &planned.setting;
        let model = self.model(setting);
        let network = F::build(model, planned.seed)?;
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
        planned: &Planned,
        mut network: Network<F>,
        measured: &Dataset,
        observer: &mut dyn Observer,
    ) -> Result<Run<F>> {
        let Planned { setting, seed } = planned.clone();
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
        let computed = Run {
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
            remembered: false,
            network,
        };
        ended(run, &computed, observer);
        Ok(computed)
    }
}

/// Tells an observer of a run that was computed before.
fn replay<F: Number>(run: usize, known: &Run<F>, observer: &mut dyn Observer) {
    observer.observe(&Event::Began { run });
    observer.observe(&Event::Remembered { run });
    for &point in &known.curve {
        observer.observe(&Event::Logged { run, point });
    }
    ended(run, known, observer);
}

fn ended<F: Number>(run: usize, ended: &Run<F>, observer: &mut dyn Observer) {
    observer.observe(&Event::Ended {
        run,
        samples: ended.samples,
        divergence: ended.divergence.as_ref(),
        interrupted: ended.interrupted,
        seconds: ended.seconds,
    });
}
