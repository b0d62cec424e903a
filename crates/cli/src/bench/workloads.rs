//! What is trained: the homeworks' networks, described once for every contender.

use serde_json::{Value, json};

/// A network on its data, and how it learns.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Workload {
    /// What it is chosen by, and its row in the table; rows of one name differ by their rule.
    pub(super) name: &'static str,
    /// The network in words.
    pub(super) network: &'static str,
    /// The layers as the contenders read them: a kind, its sizes, `nobias`.
    pub(super) layers: Vec<String>,
    pub(super) data: &'static str,
    pub(super) standardized: bool,
    pub(super) loss: &'static str,
    /// How the samples of a batch count together: `mean` or `sum`.
    pub(super) reduction: &'static str,
    pub(super) batch: usize,
    pub(super) rule: &'static str,
    pub(super) rate: f64,
    /// How many training samples; all of them where there is none.
    pub(super) samples: Option<usize>,
}

impl Workload {
    /// Dense layers with ReLU between them on MNIST, cross-entropy, plain SGD.
    fn dense(name: &'static str, network: &'static str, layers: &[&str]) -> Self {
        Self {
            name,
            network,
            layers: layers.iter().map(|layer| (*layer).to_owned()).collect(),
            data: "mnist",
            standardized: false,
            loss: "cross-entropy",
            reduction: "mean",
            batch: 100,
            rule: "sgd",
            rate: 0.1,
            samples: None,
        }
    }

    fn rule(self, rule: &'static str, rate: f64) -> Self {
        Self { rule, rate, ..self }
    }

    fn batch(self, batch: usize) -> Self {
        Self { batch, ..self }
    }

    /// The row's title: the name, and the rule where several rows share it.
    pub(super) fn title(&self) -> String {
        let shared = all().iter().filter(|other| other.name == self.name).count() > 1;
        match shared {
            true => format!("{} {}", self.name, rule_name(self.rule)),
            false => self.name.to_owned(),
        }
    }

    /// The rule and the batch in words.
    pub(super) fn training(&self) -> String {
        format!("{}, batch {}", rule_name(self.rule), self.batch)
    }

    /// As contenders are told of it.
    pub(super) fn json(&self) -> Value {
        json!({
            "name": self.name, "data": self.data, "standardized": self.standardized,
            "layers": self.layers, "loss": self.loss, "reduction": self.reduction,
            "batch": self.batch, "rule": self.rule, "rate": self.rate, "samples": self.samples,
        })
    }
}

fn rule_name(rule: &str) -> &str {
    match rule {
        "sgd" => "SGD",
        "adam" => "Adam",
        other => other,
    }
}

/// Every workload, in the order of the table.
pub(super) fn all() -> Vec<Workload> {
    let lab = || {
        let layers = ["dense 100", "relu", "dense 30", "relu", "dense 10"];
        Workload::dense("lab", "784-100-30-10", &layers)
    };
    let sheet = ["dense 100 nobias", "relu", "dense 10 nobias"];
    let online = ["dense 40 nobias", "relu", "dense 10 nobias"];
    vec![
        Workload::dense("m1", "784-10", &["dense 10"]),
        Workload::dense("m2", "784-32-10", &["dense 32", "relu", "dense 10"]),
        Workload::dense(
            "m3",
            "784-32-32-10",
            &["dense 32", "relu", "dense 32", "relu", "dense 10"],
        ),
        lab(),
        lab().rule("momentum", 0.01),
        lab().rule("adam", 0.001),
        Workload {
            loss: "half-squared-error",
            ..Workload::dense("sheet", "784-100-10, squared error", &sheet).batch(20)
        },
        Workload {
            loss: "half-squared-error",
            ..Workload::dense("online", "784-40-10, squared error", &online)
                .batch(1)
                .rule("sgd", 0.005)
        },
        Workload {
            data: "fashion",
            standardized: true,
            ..Workload::dense(
                "fashion",
                "784-20-40-20-10, standardised",
                &[
                    "dense 20", "relu", "dense 40", "relu", "dense 20", "relu", "dense 10",
                ],
            )
            .batch(128)
            .rule("adam", 0.001)
        },
        Workload {
            reduction: "sum",
            ..Workload::dense(
                "conv",
                "conv 8, pool, conv 8, pool, 32, 10",
                &[
                    "conv 8 3", "pool 2", "conv 8 3", "pool 2", "flatten", "dense 32", "relu",
                    "dense 10",
                ],
            )
            .rule("sgd", 0.001)
        },
        Workload::dense(
            "dropout",
            "lab with dropout 0.2",
            &[
                "dense 100",
                "relu",
                "dropout 0.2",
                "dense 30",
                "relu",
                "dense 10",
            ],
        ),
        Workload::dense(
            "batchnorm",
            "lab with batch normalization",
            &[
                "dense 100 nobias",
                "batchnorm",
                "relu",
                "dense 30 nobias",
                "batchnorm",
                "relu",
                "dense 10",
            ],
        ),
        Workload::dense(
            "wide",
            "784-512-512-10",
            &["dense 512", "relu", "dense 512", "relu", "dense 10"],
        )
        .batch(128)
        .rule("adam", 0.001),
    ]
}

/// The names that `--workloads` knows, each once.
pub(crate) fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = all().iter().map(|workload| workload.name).collect();
    names.dedup();
    names
}

/// The workloads of these names; all where there are none.
pub(super) fn chosen(names: &[String]) -> Vec<Workload> {
    let is_chosen = |name: &str| names.is_empty() || names.iter().any(|chosen| chosen == name);
    let all = all().into_iter();
    all.filter(|workload| is_chosen(workload.name)).collect()
}

/// The first workload of this name.
pub(super) fn named(name: &str) -> Workload {
    let mut found = all().into_iter().filter(|workload| workload.name == name);
    found
        .next()
        .expect("only names of the list are asked for; please report")
}

/// 784, hidden layers of this width, 10: what `scale` varies.
pub(super) fn wide(widths: &[usize], batch: usize, samples: Option<usize>) -> Workload {
    let hidden = widths
        .iter()
        .flat_map(|width| [format!("dense {width}"), "relu".to_owned()]);
    Workload {
        layers: hidden.chain(["dense 10".to_owned()]).collect(),
        samples,
        ..Workload::dense("scale", "", &[])
            .batch(batch)
            .rule("sgd", 0.01)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_title_of_its_own() {
        let titles: Vec<_> = all().iter().map(Workload::title).collect();
        assert_eq!(titles.len(), 13);
        for (i, title) in titles.iter().enumerate() {
            assert!(!titles[..i].contains(title), "{title}");
        }
        assert_eq!(titles[3..6], ["lab SGD", "lab momentum", "lab Adam"]);
        assert_eq!(titles[0], "m1");
    }

    #[test]
    fn a_name_chooses_all_of_its_rows() {
        assert_eq!(chosen(&["lab".to_owned(), "conv".to_owned()]).len(), 4);
        assert_eq!(chosen(&[]).len(), 13);
        assert_eq!(names().len(), 11);
    }

    #[test]
    fn contenders_are_told_everything() {
        let told = all()[6].json();
        assert_eq!(told["layers"][0], "dense 100 nobias");
        assert_eq!(
            (&told["batch"], &told["samples"]),
            (&json!(20), &Value::Null)
        );
    }

    #[test]
    fn the_scale_of_a_network_can_be_chosen() {
        let workload = wide(&[16, 8], 4, Some(100));
        assert_eq!(
            workload.layers,
            ["dense 16", "relu", "dense 8", "relu", "dense 10"]
        );
        assert_eq!((workload.batch, workload.samples), (4, Some(100)));
    }
}
