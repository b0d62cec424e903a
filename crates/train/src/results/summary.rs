//! The runs of each setting in one line: means, deviations, how many came to their end.

use std::fmt;

use chainrule_nn::Scalar;

use super::{Group, Results, Run, Spread};
use crate::{Setting, text::Grid};

/// One setting over its seeds. The means are over the runs that came to their end.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingSummary {
    /// What the setting is called beside the others.
    pub label: String,
    /// The setting.
    pub setting: Setting,
    /// How many runs there are.
    pub runs: usize,
    /// How many of them came to their end.
    pub finished: usize,
    /// How many diverged.
    pub diverged: usize,
    /// How many were interrupted.
    pub interrupted: usize,
    /// How many are [remembered](crate::Experiment#remembered-runs).
    pub remembered: usize,
    /// The final accuracy on the measured part of the training set.
    pub train_accuracy: Option<Spread>,
    /// The final accuracy on the test set.
    pub test_accuracy: Option<Spread>,
    /// The best epoch; see [`Run::peak_epoch`].
    pub best_epoch: Option<Spread>,
    /// Seconds of a run.
    pub seconds: Option<Spread>,
}

/// A table of an experiment: a line for each setting, with mean ± standard deviation over its
/// seeds. All owned; made by [`Results::summary`].
#[derive(Clone, Debug, PartialEq)]
pub struct ResultsSummary {
    /// What the experiment is called.
    pub name: String,
    /// What all settings have in common, in words.
    pub common: String,
    /// The settings in their order.
    pub rows: Vec<SettingSummary>,
}

impl SettingSummary {
    fn of<F: Scalar>(group: &Group<'_, F>) -> Self {
        let count = |is: fn(&Run<F>) -> bool| group.runs.iter().filter(|run| is(run)).count();
        Self {
            label: group.label.clone(),
            setting: group.setting.clone(),
            runs: group.runs.len(),
            finished: group.finished().len(),
            diverged: count(Run::diverged),
            interrupted: count(|run| run.interrupted),
            remembered: count(|run| run.remembered),
            train_accuracy: group.spread(|run| run.final_train_accuracy),
            test_accuracy: group.spread(|run| run.final_test_accuracy),
            best_epoch: group.spread(Run::peak_epoch),
            seconds: group.spread(|run| Some(run.seconds)),
        }
    }

    /// `5`, or `3 of 5, 2 diverged`.
    pub fn runs_in_words(&self) -> String {
        let (finished, all) = (self.finished, self.runs);
        if finished == all {
            return all.to_string();
        }
        let mut words = format!("{finished} of {all}");
        for (count, what) in [
            (self.diverged, "diverged"),
            (self.interrupted, "interrupted"),
        ] {
            if count > 0 {
                words.push_str(&format!(", {count} {what}"));
            }
        }
        words
    }

    /// The columns of tables: runs, accuracies, best epoch, seconds.
    #[doc(hidden)]
    pub fn cells(&self) -> [String; 5] {
        let told = |spread: &Option<Spread>, places: usize| {
            spread.map_or("–".to_owned(), |spread| format!("{spread:.places$}"))
        };
        [
            self.runs_in_words(),
            told(&self.train_accuracy, 4),
            told(&self.test_accuracy, 4),
            told(&self.best_epoch, 1),
            told(&self.seconds, 1),
        ]
    }
}

impl ResultsSummary {
    /// The names of the columns after the first.
    #[doc(hidden)]
    pub const COLUMNS: [&'static str; 5] = [
        "runs",
        "train accuracy",
        "test accuracy",
        "best epoch",
        "seconds",
    ];

    /// The setting with the highest mean test accuracy, by its place; none if no run came to its
    /// end.
    pub fn best(&self) -> Option<usize> {
        let mean = |row: &SettingSummary| row.test_accuracy.map(|spread| spread.mean);
        let means = self.rows.iter().enumerate();
        let means = means.filter_map(|(i, row)| Some((i, mean(row)?)));
        let best = means.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map(|(i, _)| i)
    }

    /// What the numbers are, in words, for below a table.
    pub fn caption(&self) -> String {
        let several = self.rows.iter().any(|row| row.runs > 1);
        let mut words = match several {
            true => {
                "Mean ± standard deviation over the seeds (divided by n − 1), of the runs that \
                     came to their end."
                    .to_owned()
            }
            false => "One run of each setting.".to_owned(),
        };
        if !self.common.is_empty() {
            words.push_str(&format!(" All: {}.", self.common));
        }
        let remembered: usize = self.rows.iter().map(|row| row.remembered).sum();
        if remembered > 0 {
            let all = self.rows.iter().map(|row| row.runs).sum();
            words.push_str(&format!(" {}.", super::remembered_words(remembered, all)));
        }
        words
    }
}

impl<F: Scalar> Results<F> {
    /// Every setting in one line: mean ± standard deviation of the accuracies over its seeds, the
    /// best epoch, the time, and how many runs came to their end.
    ///
    /// ```
    /// use chainrule_data::Mnist;
    /// use chainrule_nn::Model;
    /// use chainrule_train::Experiment;
    ///
    /// let mut mnist = Mnist::load()?;
    /// mnist.train = mnist.train.first(1_000)?;
    /// mnist.test = mnist.test.first(500)?;
    /// let model = Model::input(784).dense(10).softmax();
    /// let results = Experiment::new("Rates", &model, &mnist)
    ///     .settings(&[(1, 0.01), (1, 0.1)])
    ///     .repeats(3)
    ///     .quiet()
    ///     .run()?;
    /// let summary = results.summary();
    /// assert_eq!((summary.rows[1].label.as_str(), summary.rows[1].runs), ("Learning rate: 0.1", 3));
    /// assert_eq!(summary.best(), Some(1));
    /// # Ok::<(), chainrule_train::Error>(())
    /// ```
    pub fn summary(&self) -> ResultsSummary {
        ResultsSummary {
            name: self.name.clone(),
            common: self.common(),
            rows: self.groups().iter().map(SettingSummary::of).collect(),
        }
    }
}

/// The table as text, the best test accuracy with a star.
impl fmt::Display for ResultsSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.name)?;
        let mut table = Grid::new(std::iter::once("setting").chain(Self::COLUMNS));
        let best = self.best();
        for (i, row) in self.rows.iter().enumerate() {
            let mut cells = row.cells();
            if best == Some(i) && self.rows.len() > 1 {
                cells[2].push('*');
            }
            table.row(std::iter::once(row.label.clone()).chain(cells));
        }
        writeln!(f, "{table}")?;
        if best.is_some() && self.rows.len() > 1 {
            f.write_str("* the best. ")?;
        }
        f.write_str(&self.caption())
    }
}
