//! The runs of one setting together: what they have in common over the seeds.

use chainrule_nn::Scalar;

use super::{Point, Results, Run, Spread};
use crate::{Setting, labels};

/// The runs of one setting, in the order of their seeds.
#[derive(Clone, Debug)]
pub(crate) struct Group<'a, F: Scalar> {
    pub(crate) label: String,
    pub(crate) setting: &'a Setting,
    pub(crate) runs: Vec<&'a Run<F>>,
}

/// What is measured along a curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    /// Accuracy on the test set.
    #[default]
    TestAccuracy,
    /// Accuracy on the measured part of the training set.
    TrainAccuracy,
    /// The mean loss of a sample of the test set.
    TestLoss,
    /// The mean loss of a sample of the measured part of the training set.
    TrainLoss,
}

impl Measure {
    /// Its value at a point of a curve.
    pub fn of(self, point: &Point) -> f64 {
        match self {
            Self::TestAccuracy => point.test_accuracy,
            Self::TrainAccuracy => point.train_accuracy,
            Self::TestLoss => point.test_loss,
            Self::TrainLoss => point.train_loss,
        }
    }

    /// What it is, in words: `test accuracy`.
    pub fn name(self) -> &'static str {
        match self {
            Self::TestAccuracy => "test accuracy",
            Self::TrainAccuracy => "train accuracy",
            Self::TestLoss => "test loss",
            Self::TrainLoss => "train loss",
        }
    }
}

/// A setting's mean curve over its seeds. All owned.
#[derive(Clone, Debug, PartialEq)]
pub struct MeanCurve {
    /// What the setting is called beside the others.
    pub label: String,
    /// Samples gone through, and the mean over the runs that came to their end.
    pub points: Vec<(usize, Spread)>,
    /// How many runs these are.
    pub finished: usize,
    /// How many there are in all.
    pub runs: usize,
    /// Why some are left out: `2 of 5 diverged`.
    pub remark: Option<String>,
}

impl<'a, F: Scalar> Group<'a, F> {
    /// The runs that came to their end, early or not.
    pub(crate) fn finished(&self) -> Vec<&'a Run<F>> {
        let runs = self.runs.iter().copied();
        runs.filter(|run| run.finished()).collect()
    }

    /// The spread of a number over the runs that came to their end.
    pub(crate) fn spread(&self, of: impl Fn(&Run<F>) -> Option<f64>) -> Option<Spread> {
        let finished = self.finished().into_iter();
        Spread::of(&finished.filter_map(of).collect::<Vec<_>>())
    }

    /// `2 of 5 diverged, 1 of 5 interrupted`; nothing if all came to their end.
    pub(crate) fn remark(&self) -> Option<String> {
        let all = self.runs.len();
        let count = |is: fn(&Run<F>) -> bool| self.runs.iter().filter(|run| is(run)).count();
        let lost = [
            (count(Run::diverged), "diverged"),
            (count(|run| run.interrupted), "interrupted"),
        ];
        let words: Vec<_> = lost
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} of {all} {what}"))
            .collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// As far as all finished runs were measured: early stopping ends some before others, and a
    /// mean of those that go on would be one of other runs.
    pub(crate) fn mean_curve(&self, measure: Measure) -> MeanCurve {
        let finished = self.finished();
        let shortest = finished.iter().map(|run| run.curve.len()).min();
        let points = (0..shortest.unwrap_or(0)).filter_map(|i| {
            let at: Vec<_> = finished.iter().map(|run| run.curve[i]).collect();
            let values: Vec<_> = at.iter().map(|point| measure.of(point)).collect();
            Some((at.first()?.samples, Spread::of(&values)?))
        });
        MeanCurve {
            label: self.label.clone(),
            points: points.collect(),
            finished: finished.len(),
            runs: self.runs.len(),
            remark: self.remark(),
        }
    }
}

impl<F: Scalar> Results<F> {
    /// The settings in their order, each once.
    fn settings(&self) -> Vec<Setting> {
        let mut settings: Vec<Setting> = Vec::new();
        for run in &self.runs {
            if !settings.contains(&run.setting) {
                settings.push(run.setting.clone());
            }
        }
        settings
    }

    /// The runs by setting, in the order of the settings.
    pub(crate) fn groups(&self) -> Vec<Group<'_, F>> {
        let mut groups: Vec<Group<'_, F>> = Vec::new();
        for run in &self.runs {
            match groups
                .iter_mut()
                .find(|group| *group.setting == run.setting)
            {
                Some(group) => group.runs.push(run),
                None => groups.push(Group {
                    label: String::new(),
                    setting: &run.setting,
                    runs: vec![run],
                }),
            }
        }
        for (group, label) in groups.iter_mut().zip(self.labels()) {
            group.label = label;
        }
        groups
    }

    /// What the settings are called beside each other, in their order: their names, otherwise
    /// what differs between them.
    pub fn labels(&self) -> Vec<String> {
        labels::short(&self.settings())
    }

    /// What all settings have in common, in words.
    pub fn common(&self) -> String {
        labels::common(&self.settings())
    }

    /// Whether a setting ran under more than one seed.
    pub fn has_repeats(&self) -> bool {
        self.settings().len() < self.runs.len()
    }

    /// What each run is called: its setting, and its seed where the setting has several.
    pub fn run_labels(&self) -> Vec<String> {
        let groups = self.groups();
        let label = |run: &Run<F>| {
            let mut groups = groups.iter();
            let group = groups.find(|group| *group.setting == run.setting);
            match group.map_or(1, |group| group.runs.len()) {
                1 => run.setting.to_string(),
                _ => format!("{}, seed {}", run.setting, run.seed),
            }
        };
        self.runs.iter().map(label).collect()
    }

    /// The mean curve of each setting over its seeds.
    pub fn mean_curves(&self, measure: Measure) -> Vec<MeanCurve> {
        let groups = self.groups().into_iter();
        groups.map(|group| group.mean_curve(measure)).collect()
    }
}
