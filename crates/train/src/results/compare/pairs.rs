//! The runs of two settings, paired over their seeds.

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Scalar;

use super::{Group, Run, told};

/// What two settings reached under the same seeds.
pub(super) struct Pairs {
    /// The seeds under which both came to their end.
    pub(super) seeds: Vec<u64>,
    /// The final test accuracies of both, for each of these.
    pub(super) values: Vec<(f64, f64)>,
    /// The other seeds, and what became of the runs under them.
    pub(super) left_out: Vec<String>,
}

impl Pairs {
    pub(super) fn of<F: Scalar>(a: &Group<'_, F>, b: &Group<'_, F>) -> Result<Self> {
        let seeds =
            |group: &Group<'_, F>| -> Vec<u64> { group.runs.iter().map(|run| run.seed).collect() };
        if seeds(a) != seeds(b) {
            return Err(Error::new(ErrorKind::Value, "runs under different seeds make no pairs")
                .expected("both settings under the same seeds")
                .got(format!("{} and {}", told(&seeds(a)), told(&seeds(b))))
                .why("a pair begins with the same weights and sees the samples in the same order")
                .hint("leave the settings without seeds of their own, and use .repeats(5)"));
        }
        let mut pairs = Self {
            seeds: Vec::new(),
            values: Vec::new(),
            left_out: Vec::new(),
        };
        for (one, other) in a.runs.iter().zip(&b.runs) {
            match (accuracy(one), accuracy(other)) {
                (Some(one_accuracy), Some(other_accuracy)) => {
                    pairs.seeds.push(one.seed);
                    pairs.values.push((one_accuracy, other_accuracy));
                }
                _ => {
                    let lost = [(one, &a.label), (other, &b.label)].into_iter();
                    let lost: Vec<_> = lost
                        .filter(|(run, _)| accuracy(run).is_none())
                        .map(|(run, label)| format!("“{label}” {}", ending(run)))
                        .collect();
                    let lost = format!("seed {}: {}", one.seed, lost.join(", "));
                    pairs.left_out.push(lost);
                }
            }
        }
        Ok(pairs)
    }
}

/// The final test accuracy of a run that came to its end.
fn accuracy<F: Scalar>(run: &Run<F>) -> Option<f64> {
    run.final_test_accuracy.filter(|_| run.finished())
}

fn ending<F: Scalar>(run: &Run<F>) -> &'static str {
    if run.diverged() {
        "diverged"
    } else {
        "was interrupted"
    }
}
