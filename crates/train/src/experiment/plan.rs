//! What an experiment is going to run: settings, grid and seeds put together, and checked.

use chainrule_data::Splits;
use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Model;

use super::Experiment;
use crate::{
    Setting,
    grid::{self, Axis},
    labels,
    team::check_threads,
};

/// More runs than this are a slip of the pen.
const MOST_RUNS: usize = 10_000;

/// One run that is to be.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) setting: Setting,
    pub(super) seed: u64,
}

impl Experiment {
    /// Every run in order: setting by setting, the seeds of each in turn.
    pub(super) fn plan(&self) -> Result<Vec<Planned>> {
        self.check_numbers()?;
        let settings = self.all_settings()?;
        settings.iter().try_for_each(|setting| {
            setting.check(self.data.train.len(), self.data.validation.is_some())
        })?;
        labels::check(&settings)?;
        let mut runs = Vec::with_capacity(settings.len() * self.repeats);
        for setting in settings {
            let first = setting.seed.unwrap_or(self.seed);
            for repeat in 0..self.repeats as u64 {
                let seed = first.checked_add(repeat).ok_or_else(|| {
                    let place = "the seeds of repeats go beyond the greatest seed";
                    Error::new(ErrorKind::Value, place)
                        .expected(format!("a first seed of at most {}", u64::MAX - repeat))
                        .got(first.to_string())
                })?;
                let setting = setting.clone();
                runs.push(Planned { setting, seed });
            }
        }
        Ok(runs)
    }

    fn all_settings(&self) -> Result<Vec<Setting>> {
        let known = |field: &str| self.axes.iter().any(|axis| axis.field == field);
        let bases = match self.settings.is_empty() {
            true if self.axes.is_empty() => {
                return Err(
                    Error::new(ErrorKind::Value, "an experiment needs settings").hint(
                        "for example .settings(&[(5, 0.1)]): 5 epochs at the learning rate 0.1",
                    ),
                );
            }
            true if !known("epochs") => {
                return Err(Error::new(
                    ErrorKind::Value,
                    "the grid does not say how long to train",
                )
                .expected("settings to start from, or the field “epochs”")
                .got(format!("a grid over {}", self.fields().join(", ")))
                .hint("for example .settings(&[(5, 0.1)]) before the grid"));
            }
            true => vec![Setting::new(1, 0.1)],
            false => self.settings.clone(),
        };
        let count = grid::combinations(&self.axes).saturating_mul(bases.len());
        let runs = count.saturating_mul(self.repeats);
        if runs > MOST_RUNS {
            return Err(Error::new(ErrorKind::Value, "the experiment is too large")
                .expected(format!("at most {MOST_RUNS} runs"))
                .got(format!("{count} settings, {} times each", self.repeats))
                .hint("fewer values in the grid, or several experiments"));
        }
        let mut settings = grid::product(&bases, &self.axes)?;
        if !self.axes.is_empty() {
            grid::name_combinations(&mut settings, &self.axes);
            if self.settings.is_empty() && !known("learning_rate") {
                for setting in &mut settings {
                    setting.learning_rate = setting.optimizer.usual_rate();
                }
            }
        }
        Ok(settings)
    }

    fn fields(&self) -> Vec<&'static str> {
        self.axes.iter().map(|axis| axis.field).collect()
    }

    pub(super) fn add_axis(&mut self, axis: Axis) -> Result<()> {
        if self.fields().contains(&axis.field) {
            let place = format!("grid: the field “{}” was given before", axis.field);
            return Err(Error::new(ErrorKind::Value, place)
                .expected("each field once, with all its values")
                .got(format!("a grid over {}", self.fields().join(", "))));
        }
        self.axes.push(axis);
        Ok(())
    }

    fn check_numbers(&self) -> Result<()> {
        let wrong = |what: &str| Error::new(ErrorKind::Value, what);
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
        self.threads.map_or(Ok(()), check_threads)?;
        if self.repeats == 0 {
            return Err(wrong("every setting has to run")
                .expected("at least 1 repeat")
                .got("0")
                .hint(".repeats(5): each under five seeds"));
        }
        Ok(())
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
