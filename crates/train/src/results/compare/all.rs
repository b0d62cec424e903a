//! Every setting against every other, with a correction for how many that are.

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Scalar;

use super::{
    Comparison,
    paired::{signed, significant},
    pairs::Pairs,
};
use crate::{Results, text::Grid};

/// Every pair of settings compared. All owned; made by [`Results::compare_all`].
#[derive(Clone, Debug, PartialEq)]
pub struct Comparisons {
    /// What the experiment is called.
    pub name: String,
    /// The comparisons: the first setting with each that follows, then the second, and so on.
    pub pairs: Vec<Comparison>,
    /// The pairs of settings that cannot be compared, and why.
    pub left_out: Vec<String>,
}

impl<F: Scalar> Results<F> {
    /// Compares every setting with every other, as [`compare`](Self::compare) does, and corrects p
    /// for the number of comparisons: of twenty pairs of settings that are equally good, one would
    /// seem to differ at p < 0.05. Holm, *A simple sequentially rejective multiple test procedure*
    /// (1979). Two settings without a seed under which both came to their end are left out, and the
    /// result says so.
    ///
    /// # Errors
    ///
    /// When there are fewer than two settings, or they ran under different seeds.
    pub fn compare_all(&self) -> Result<Comparisons> {
        let groups = self.groups();
        if groups.len() < 2 {
            let place = format!("{}: nothing to compare", self.name);
            return Err(Error::new(ErrorKind::Value, place)
                .expected("at least 2 settings")
                .got(groups.len().to_string()));
        }
        let (mut pairs, mut left_out) = (Vec::new(), Vec::new());
        for (i, a) in groups.iter().enumerate() {
            for b in &groups[i + 1..] {
                let within = |error: Error| error.within(format!("{}: compare_all", self.name));
                let paired = Pairs::of(a, b).map_err(within)?;
                match Comparison::of(a, b, paired) {
                    Some(comparison) => pairs.push(comparison),
                    None => left_out.push(format!(
                        "“{}” and “{}”: no seed under which both came to their end",
                        a.label, b.label
                    )),
                }
            }
        }
        let p: Vec<_> = pairs.iter().map(|pair| pair.p).collect();
        for (pair, corrected) in pairs.iter_mut().zip(holm(&p)) {
            pair.corrected_p = corrected;
        }
        Ok(Comparisons {
            name: self.name.clone(),
            pairs,
            left_out,
        })
    }
}

/// The least p times the number of comparisons, the next times one less, and so on; never below
/// the one before, at most 1. A comparison without p counts as one all the same.
fn holm(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let known = |i: usize| p[i].unwrap_or(1.0);
    let mut order: Vec<_> = (0..p.len()).filter(|&i| p[i].is_some()).collect();
    order.sort_by(|&i, &j| known(i).total_cmp(&known(j)));
    let mut corrected = vec![None; p.len()];
    let mut least = 0.0_f64;
    for (rank, &i) in order.iter().enumerate() {
        least = least.max(((p.len() - rank) as f64 * known(i)).min(1.0));
        corrected[i] = Some(least);
    }
    corrected
}

impl fmt::Display for Comparisons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: every setting against every other", self.name)?;
        let head = [
            "settings",
            "pairs",
            "difference",
            "95 % interval",
            "t",
            "p",
            "p (Holm)",
            "",
        ];
        let mut table = Grid::new(head);
        for pair in &self.pairs {
            let dash = || "–".to_owned();
            let p = |p: Option<f64>| {
                p.map_or(dash(), |p| {
                    significant(p).trim_start_matches("= ").to_owned()
                })
            };
            let star = if pair.beyond_chance() { "*" } else { "" };
            table.row([
                format!("{} − {}", pair.a, pair.b),
                pair.pairs().to_string(),
                signed(pair.difference),
                pair.interval.map_or(dash(), |(low, high)| {
                    format!("{} to {}", signed(low), signed(high))
                }),
                pair.t.map_or(dash(), |t| format!("{t:.2}")),
                p(pair.p),
                p(pair.corrected_p),
                star.to_owned(),
            ]);
        }
        write!(
            f,
            "{table}\n* differ beyond chance: p below 0.05 after Holm's correction for {} comparisons. \
             Paired t-tests, two-sided, of final test accuracies over the seeds.",
            self.pairs.len()
        )?;
        let lost: usize = self.pairs.iter().map(|pair| pair.left_out.len()).sum();
        if lost > 0 {
            write!(f, " {lost} pairs of runs without an end are left out.")?;
        }
        if !self.left_out.is_empty() {
            write!(f, "\nLeft out: {}.", self.left_out.join("; "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn corrections_are_those_of_statsmodels() {
        let golden = include_str!("../../../tests/golden/compare.json");
        let golden: Value = serde_json::from_str(golden).unwrap();
        let numbers = |value: &Value| -> Vec<f64> {
            let values = value.as_array().unwrap().iter();
            values.map(|value| value.as_f64().unwrap()).collect()
        };
        let cases = golden["holm"].as_array().unwrap();
        assert_eq!(cases.len(), 4);
        for case in cases {
            let p: Vec<_> = numbers(&case["p"]).into_iter().map(Some).collect();
            let corrected = holm(&p).into_iter().map(Option::unwrap);
            for (got, expected) in corrected.zip(numbers(&case["corrected"])) {
                assert!((got - expected).abs() < 1e-14, "{got} {expected}");
            }
        }
    }

    #[test]
    fn what_has_no_p_counts_and_stays_without() {
        assert_eq!(holm(&[Some(0.25), None]), [Some(0.5), None]);
        assert_eq!(holm(&[]), []);
    }
}
