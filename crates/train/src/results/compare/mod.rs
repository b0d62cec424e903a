//! Whether one setting is better than another beyond chance: one pair in [`Comparison`], all pairs
//! with Holm's correction in [`Comparisons`], what makes a pair in `pairs`, the t-test itself in
//! `paired`.

mod all;
mod paired;
mod pairs;

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Scalar;

pub use self::all::Comparisons;
use self::{
    paired::{Paired, signed, significant},
    pairs::Pairs,
};
use super::{Group, Results, Run};
use crate::names;

/// Below this p a difference counts as one beyond chance.
const LEVEL: f64 = 0.05;

/// Which setting is meant: its place in the order of the settings, counted from 0, or its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Its place, counted from 0.
    Place(usize),
    /// Its label, as in [`Results::labels`].
    Label(String),
}

impl From<usize> for Pick {
    fn from(place: usize) -> Self {
        Self::Place(place)
    }
}

impl From<&str> for Pick {
    fn from(label: &str) -> Self {
        Self::Label(label.to_owned())
    }
}

impl From<&String> for Pick {
    fn from(label: &String) -> Self {
        Self::Label(label.clone())
    }
}

impl From<String> for Pick {
    fn from(label: String) -> Self {
        Self::Label(label)
    }
}

/// What [`Results::compare`] finds. All owned; its text says it in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The one setting.
    pub a: String,
    /// The other.
    pub b: String,
    /// The seeds under which both came to their end: one pair for each.
    pub seeds: Vec<u64>,
    /// The pairs that are left out, and why: `seed 3: “SGD” diverged`.
    pub left_out: Vec<String>,
    /// The mean final test accuracy of each, over the pairs.
    pub means: [f64; 2],
    /// The mean of the differences, a − b.
    pub difference: f64,
    /// Their standard deviation, divided by n − 1; none of a single pair, 0 if all pairs differ by
    /// the same.
    pub deviation: Option<f64>,
    /// The 95 % confidence interval of the mean difference; none where there is no [t](Self::t).
    pub interval: Option<(f64, f64)>,
    /// The statistic of the paired t-test; none of a single pair, or if all pairs differ by the
    /// same: the test measures the mean difference by the deviation of the differences.
    pub t: Option<f64>,
    /// Its degrees of freedom: pairs − 1.
    pub degrees_of_freedom: usize,
    /// How likely a t at least so far from 0 is by chance, if both are equally good (two-sided);
    /// none where there is no t.
    pub p: Option<f64>,
    /// The p corrected for the number of comparisons, if it is one of [several](Comparisons).
    pub corrected_p: Option<f64>,
}

impl Comparison {
    /// None without a pair.
    fn of<F: Scalar>(a: &Group<'_, F>, b: &Group<'_, F>, pairs: Pairs) -> Option<Self> {
        let paired = Paired::of(&pairs.values)?;
        Some(Self {
            a: a.label.clone(),
            b: b.label.clone(),
            degrees_of_freedom: pairs.seeds.len() - 1,
            seeds: pairs.seeds,
            left_out: pairs.left_out,
            means: paired.means,
            difference: paired.difference,
            deviation: paired.deviation,
            interval: paired.interval,
            t: paired.t,
            p: paired.p,
            corrected_p: None,
        })
    }

    /// How many pairs there are.
    pub fn pairs(&self) -> usize {
        self.seeds.len()
    }

    /// Whether the difference is one beyond chance: p, corrected if there are several comparisons,
    /// is below 0.05.
    pub fn beyond_chance(&self) -> bool {
        self.corrected_p.or(self.p).is_some_and(|p| p < LEVEL)
    }

    /// The setting that is better beyond chance, if one is.
    pub fn winner(&self) -> Option<&str> {
        let better = if self.difference > 0.0 {
            &self.a
        } else {
            &self.b
        };
        self.beyond_chance().then_some(better)
    }

    /// What it comes to, in a sentence.
    pub fn verdict(&self) -> String {
        let (a, b) = (&self.a, &self.b);
        if let Some(winner) = self.winner() {
            let loser = if winner == a { b } else { a };
            return format!("“{winner}” is better than “{loser}” beyond chance.");
        }
        if self.pairs() == 1 {
            return format!(
                "Cannot tell “{a}” and “{b}” apart: one pair says nothing of chance; .repeats(5) \
                 makes five."
            );
        }
        if self.t.is_none() && self.difference == 0.0 {
            return format!("“{a}” and “{b}” have the same accuracy in every pair.");
        }
        if self.t.is_none() {
            return format!(
                "Cannot tell how likely chance is: “{a}” and “{b}” differ by the same in every pair."
            );
        }
        format!(
            "“{a}” and “{b}” do not differ beyond chance; that is no proof that they are equal."
        )
    }
}

/// `the seeds 1 to 5`, `the seed 7`, `the seeds 1, 4`
fn told(seeds: &[u64]) -> String {
    match seeds {
        [seed] => format!("the seed {seed}"),
        [first, .., last] if last.wrapping_sub(*first) == seeds.len() as u64 - 1 => {
            format!("the seeds {first} to {last}")
        }
        _ => {
            let seeds: Vec<_> = seeds.iter().map(ToString::to_string).collect();
            format!("the seeds {}", seeds.join(", "))
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.verdict())?;
        let pairs = match self.pairs() {
            1 => "1 pair".to_owned(),
            pairs => format!("{pairs} pairs"),
        };
        write!(
            f,
            "Final test accuracy over {}: {pairs}.",
            told(&self.seeds)
        )?;
        let [a, b] = self.means;
        write!(
            f,
            "\nMeans: “{}” {a:.4}, “{}” {b:.4}. Mean difference, the first less the second: {}",
            self.a,
            self.b,
            signed(self.difference)
        )?;
        if let Some((low, high)) = self.interval {
            let (low, high) = (signed(low), signed(high));
            write!(f, ", 95 % confidence interval {low} to {high}")?;
        }
        f.write_str(".")?;
        if let (Some(t), Some(p)) = (self.t, self.p) {
            write!(
                f,
                "\nPaired t-test, two-sided: t = {t:.3}, {} degrees of freedom, p {}.",
                self.degrees_of_freedom,
                significant(p)
            )?;
        } else if self.pairs() > 1 {
            f.write_str(
                "\nThere is no t-test of differences that are all the same: it measures their mean \
                 by their deviation.",
            )?;
        }
        if let Some(p) = self.corrected_p {
            write!(f, " Corrected by Holm: p {}.", significant(p))?;
        }
        if !self.left_out.is_empty() {
            write!(f, "\nLeft out: {}.", self.left_out.join("; "))?;
        }
        Ok(())
    }
}

impl<F: Scalar> Results<F> {
    /// Whether one setting is better than another beyond chance, by the final test accuracies of
    /// their runs, paired over the seeds: a paired t-test, two-sided, at p < 0.05. Student, *The
    /// probable error of a mean* (1908).
    ///
    /// A pair is both settings under one seed: the same first weights, the same order of the
    /// samples. Pairs of which a run diverged or was interrupted are left out, and the result says
    /// so. The test takes the differences to be normal about their mean; with few seeds it sees
    /// only differences that are large beside their deviation. It is about other seeds, not about
    /// another test set.
    ///
    /// Settings are named by their [`labels`](Self::labels), or by their place from 0.
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
    ///     .settings(&[(1, 0.001), (1, 0.1)])
    ///     .repeats(4)
    ///     .quiet()
    ///     .run()?;
    /// let comparison = results.compare("Learning rate: 0.1", "Learning rate: 0.001")?;
    /// assert_eq!((comparison.pairs(), comparison.degrees_of_freedom), (4, 3));
    /// assert_eq!(comparison.winner(), Some("Learning rate: 0.1"));
    /// # Ok::<(), chainrule_train::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When there is no such setting, both are the same, they ran under different seeds, or no
    /// pair came to its end.
    pub fn compare(&self, a: impl Into<Pick>, b: impl Into<Pick>) -> Result<Comparison> {
        let groups = self.groups();
        let [a, b] = [
            self.pick(&groups, &a.into())?,
            self.pick(&groups, &b.into())?,
        ];
        let within = |error: Error| error.within(format!("{}: compare", self.name));
        if a == b {
            let place = "a setting cannot be compared with itself";
            return Err(within(
                Error::new(ErrorKind::Value, place)
                    .expected("two settings")
                    .got(format!("“{}” twice", groups[a].label)),
            ));
        }
        let (a, b) = (&groups[a], &groups[b]);
        let pairs = Pairs::of(a, b).map_err(within)?;
        let lost = pairs.left_out.join("; ");
        Comparison::of(a, b, pairs).ok_or_else(|| {
            within(
                Error::new(ErrorKind::Value, "no pair came to its end")
                    .expected("at least one seed under which both settings did")
                    .got(lost),
            )
        })
    }

    fn pick(&self, groups: &[Group<'_, F>], pick: &Pick) -> Result<usize> {
        let labels: Vec<_> = groups.iter().map(|group| group.label.clone()).collect();
        let listed = || {
            let listed: Vec<_> = labels.iter().map(|label| format!("“{label}”")).collect();
            listed.join(", ")
        };
        let place = format!("{}: there is no such setting", self.name);
        match pick {
            Pick::Place(i) if *i < groups.len() => Ok(*i),
            Pick::Place(i) => Err(Error::new(ErrorKind::Value, place)
                .expected(format!(
                    "0 to {}: {}",
                    groups.len().saturating_sub(1),
                    listed()
                ))
                .got(i.to_string())),
            Pick::Label(label) => {
                let called = |group: &Group<'_, F>| {
                    group.label == *label || group.setting.to_string() == *label
                };
                groups.iter().position(called).ok_or_else(|| {
                    let error = Error::new(ErrorKind::Value, place)
                        .expected(format!("one of {}", listed()))
                        .got(format!("“{label}”"));
                    match names::nearest(label, &labels) {
                        Some(near) => error.hint(format!("“{near}”")),
                        None => error,
                    }
                })
            }
        }
    }
}
