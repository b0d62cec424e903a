//! Every run and every point of its curve, as CSV and JSON.

use chainrule_nn::Scalar;
use serde_json::{Map, Value, json};

use crate::{
    Point, Results, Run, Spread, csv_text,
    results::{Group, SettingSummary},
};

/// What is said of a run in each of its lines, then what of a point.
const HEAD: [&str; 19] = [
    "experiment",
    "label",
    "setting",
    "seed",
    "ended",
    "remembered",
    "final_train_accuracy",
    "final_test_accuracy",
    "best_epoch",
    "seconds",
    "measuring_seconds",
    "run_samples",
    "samples",
    "step",
    "loss",
    "train_loss",
    "test_loss",
    "train_accuracy",
    "test_accuracy",
];
const OF_A_RUN: usize = 12;

impl<F: Scalar> Results<F> {
    /// A line for each point of each run's curve, with what there is to say of the run in each of
    /// them; a run without points has one line. Numbers so that reading them gives the same ones;
    /// what is not there is empty.
    pub fn csv(&self) -> String {
        let mut text = csv_text::record(HEAD);
        for group in self.groups() {
            for run in &group.runs {
                let start = self.run_fields(&group.label, run);
                for point in &run.curve {
                    let fields = start.iter().cloned().chain(point_fields(point));
                    text.push_str(&csv_text::record(fields));
                }
                if run.curve.is_empty() {
                    let none = std::iter::repeat_n(String::new(), HEAD.len() - OF_A_RUN);
                    text.push_str(&csv_text::record(start.iter().cloned().chain(none)));
                }
            }
        }
        text
    }

    fn run_fields(&self, label: &str, run: &Run<F>) -> [String; OF_A_RUN] {
        let told = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        [
            self.name.clone(),
            label.to_owned(),
            run.setting.to_string(),
            run.seed.to_string(),
            run.ended().to_owned(),
            run.remembered.to_string(),
            told(run.final_train_accuracy),
            told(run.final_test_accuracy),
            told(run.peak_epoch()),
            run.seconds.to_string(),
            run.measuring_seconds.to_string(),
            run.samples.to_string(),
        ]
    }

    /// Everything as JSON: the settings with their fields, means and deviations, their runs, and
    /// the points of each run's curve. What is not there or no finite number is `null`.
    pub fn json(&self) -> String {
        let summary = self.summary();
        let settings = self.groups();
        let settings = settings
            .iter()
            .zip(&summary.rows)
            .map(|(g, row)| setting_json(g, row));
        let value = json!({
            "name": self.name,
            "seconds": self.seconds,
            "settings": settings.collect::<Vec<_>>(),
        });
        format!("{value:#}")
    }
}

fn point_fields(point: &Point) -> [String; HEAD.len() - OF_A_RUN] {
    [
        point.samples.to_string(),
        point.step.to_string(),
        point.loss.to_string(),
        point.train_loss.to_string(),
        point.test_loss.to_string(),
        point.train_accuracy.to_string(),
        point.test_accuracy.to_string(),
    ]
}

fn setting_json<F: Scalar>(group: &Group<'_, F>, row: &SettingSummary) -> Value {
    let setting = group.setting;
    // A field may have several words, such as two penalties.
    let mut words: Map<String, Value> = Map::new();
    for (field, text) in setting.words() {
        match words
            .get_mut(field)
            .and_then(|known| known.as_str().map(str::to_owned))
        {
            Some(known) => words.insert(field.to_owned(), json!(format!("{known}, {text}"))),
            None => words.insert(field.to_owned(), json!(text)),
        };
    }
    words.insert("epochs".to_owned(), json!(setting.epochs));
    words.insert("learning_rate".to_owned(), json!(setting.learning_rate));
    words.insert("batch_size".to_owned(), json!(setting.batch_size));
    words.extend(setting.seed.map(|seed| ("seed".to_owned(), json!(seed))));
    let spread = |spread: Option<Spread>| {
        spread.map(|spread| {
            json!({ "mean": spread.mean, "deviation": spread.deviation, "runs": spread.count })
        })
    };
    json!({
        "label": group.label,
        "setting": setting.to_string(),
        "fields": words,
        "summary": {
            "runs": row.runs,
            "finished": row.finished,
            "diverged": row.diverged,
            "interrupted": row.interrupted,
            "train_accuracy": spread(row.train_accuracy),
            "test_accuracy": spread(row.test_accuracy),
            "best_epoch": spread(row.best_epoch),
            "seconds": spread(row.seconds),
        },
        "runs": group.runs.iter().map(|run| run_json(run)).collect::<Vec<_>>(),
    })
}

fn run_json<F: Scalar>(run: &Run<F>) -> Value {
    let point = |point: &Point| {
        json!({
            "samples": point.samples,
            "step": point.step,
            "loss": point.loss,
            "train_loss": point.train_loss,
            "test_loss": point.test_loss,
            "train_accuracy": point.train_accuracy,
            "test_accuracy": point.test_accuracy,
        })
    };
    let validated = run.validated.iter().map(|seen| {
        json!({
            "epoch": seen.epoch,
            "samples": seen.samples,
            "loss": seen.loss,
            "accuracy": seen.accuracy,
        })
    });
    json!({
        "seed": run.seed,
        "ended": run.ended(),
        "remark": run.remark(),
        "remembered": run.remembered,
        "final_train_accuracy": run.final_train_accuracy,
        "final_test_accuracy": run.final_test_accuracy,
        "best_epoch": run.peak_epoch(),
        "seconds": run.seconds,
        "measuring_seconds": run.measuring_seconds,
        "samples": run.samples,
        "curve": run.curve.iter().map(point).collect::<Vec<_>>(),
        "validated": validated.collect::<Vec<_>>(),
    })
}

impl<F: Scalar> Run<F> {
    /// How it ended, in a word for tables.
    fn ended(&self) -> &'static str {
        match () {
            () if self.diverged() => "diverged",
            () if self.interrupted => "interrupted",
            () if self.stopped_early => "stopped early",
            () => "complete",
        }
    }
}
