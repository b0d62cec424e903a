//! Gradients held against differences of the loss, and what is said of the comparison.
//!
//! The rule of the folder: `judge` decides on one number, this file gathers the decisions in a
//! table, `own` checks layers and losses that a student wrote. A network's own check is in
//! `network/check.rs`, where its buffers are.

mod judge;
mod own;
mod own_loss;

use std::fmt;

pub(crate) use judge::{Judged, Probe, judge};
pub use own::{OwnGradients, OwnLayer, check_layer, compare_layer};
pub use own_loss::{OwnLoss, check_loss};

/// The largest relative error that counts as agreement.
pub(crate) const TOLERANCE: f64 = 1e-6;

/// The most entries of one array that are checked; of a larger one, so many evenly spread.
pub(crate) const MOST_ENTRIES: usize = 1000;

/// A corner of the loss: there the slopes on the two sides differ, and no gradient is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kink {
    /// Where it is: `layer 2 (relu)`.
    pub place: String,
    /// What it is: a ReLU at zero, or a tie in a window of max pooling.
    pub what: &'static str,
    /// Which sample of the batch, counted from 0.
    pub sample: usize,
    /// Which output of the layer, counted from 0.
    pub unit: usize,
}

impl fmt::Display for Kink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place,
            what,
            sample,
            unit,
        } = self;
        write!(f, "{what} in {place}, sample {sample}, output {unit}")
    }
}

/// Where gradient and difference of an array are furthest apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Worst {
    /// |gradient − difference| over the greater of the two.
    pub error: f64,
    /// Where in the array.
    pub index: Vec<usize>,
    /// What was computed by backpropagation.
    pub gradient: f64,
    /// What the differences say.
    pub difference: f64,
}

/// What a comparison ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Gradient and difference agree everywhere.
    Agrees,
    /// They agree but for entries at a corner of the loss, where there is nothing to compare.
    AgreesBesideKinks,
    /// They differ: the gradient is wrong.
    Differs,
}

/// One array of a [`GradientCheck`].
#[derive(Clone, Debug, PartialEq)]
pub struct CheckRow {
    /// The parameter, such as `dense_1.weight`, or `input`.
    pub name: String,
    /// How many entries it has.
    pub entries: usize,
    /// How many of them were checked.
    pub checked: usize,
    /// How many of these lie at a corner.
    pub kinks: usize,
    /// The first corner that was met.
    pub first_kink: Option<Kink>,
    /// The worst of the entries that do not lie at a corner.
    pub worst: Option<Worst>,
}

impl CheckRow {
    pub(crate) fn new(name: impl Into<String>, entries: usize) -> Self {
        Self {
            name: name.into(),
            entries,
            checked: 0,
            kinks: 0,
            first_kink: None,
            worst: None,
        }
    }

    /// Adds what was found about one entry.
    pub(crate) fn add(&mut self, index: Vec<usize>, gradient: f64, judged: Judged) {
        self.checked += 1;
        match judged {
            Judged::Kink(kink) => {
                self.kinks += 1;
                self.first_kink.get_or_insert(kink);
            }
            Judged::Compared { error, difference } => {
                if self.worst.as_ref().is_none_or(|worst| error > worst.error) {
                    self.worst = Some(Worst {
                        error,
                        index,
                        gradient,
                        difference,
                    });
                }
            }
        }
    }

    /// Whether gradient and differences agree.
    pub fn agreement(&self) -> Agreement {
        match &self.worst {
            Some(worst) if worst.error > TOLERANCE => Agreement::Differs,
            _ if self.kinks > 0 => Agreement::AgreesBesideKinks,
            _ => Agreement::Agrees,
        }
    }

    /// The agreement in words, with the numbers that matter.
    pub fn verdict(&self) -> String {
        let corner = self.first_kink.as_ref();
        let corners = corner.map_or_else(String::new, |kink| {
            let entries = if self.kinks == 1 { "entry" } else { "entries" };
            format!("{} {entries} at a corner: {kink}", self.kinks)
        });
        match (self.agreement(), &self.worst) {
            (Agreement::Agrees, _) => "agrees".to_owned(),
            (Agreement::AgreesBesideKinks, Some(_)) => format!("agrees, but for {corners}"),
            (Agreement::AgreesBesideKinks, None) => format!("nothing to compare: {corners}"),
            (Agreement::Differs, worst) => {
                let worst = worst.as_ref().map_or_else(String::new, hint);
                format!("differs{worst}")
            }
        }
    }
}

/// What the worst pair of numbers suggests.
fn hint(worst: &Worst) -> String {
    let ratio = worst.gradient / worst.difference;
    let near = |value: f64| (ratio - value).abs() < 1e-3;
    let words = if !worst.gradient.is_finite() {
        "the gradient is not a finite number"
    } else if near(-1.0) {
        "the sign is the other"
    } else if near(2.0) {
        "twice too large"
    } else if near(0.5) {
        "half as large as it should be"
    } else if worst.gradient == 0.0 {
        "the gradient is zero where the loss changes"
    } else if worst.difference.abs() < 1e-9 {
        "the loss does not change there"
    } else {
        return String::new();
    };
    format!(": {words}")
}

/// A table of gradients held against differences, array by array.
///
/// ```
/// use chainrule_nn::{Agreement, Model};
/// use ndarray::array;
///
/// let network = Model::input(2).dense(3).tanh().dense(2).softmax().build_f64(1)?;
/// let check = network.gradient_check(&array![[0.5, -1.0]], &[1])?;
/// assert!(check.passed());
/// assert_eq!(check.rows[0].name, "dense_1.weight");
/// assert!(check.worst_error() < 1e-6);
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GradientCheck {
    /// What was checked, in words.
    pub about: String,
    /// One row for each array.
    pub rows: Vec<CheckRow>,
}

impl GradientCheck {
    /// Whether no gradient differs from its differences.
    pub fn passed(&self) -> bool {
        self.first_wrong().is_none()
    }

    /// The first array whose gradient differs.
    pub fn first_wrong(&self) -> Option<&CheckRow> {
        let mut rows = self.rows.iter();
        rows.find(|row| row.agreement() == Agreement::Differs)
    }

    /// The largest relative error, corners left out.
    pub fn worst_error(&self) -> f64 {
        let worst = self.rows.iter().filter_map(|row| row.worst.as_ref());
        worst.map(|worst| worst.error).fold(0.0, f64::max)
    }

    /// The whole in one sentence.
    pub fn sentence(&self) -> String {
        if let Some(row) = self.first_wrong() {
            let wrong = self.rows.iter();
            let wrong = wrong.filter(|row| row.agreement() == Agreement::Differs);
            let many = match wrong.count() {
                1 => "One gradient differs".to_owned(),
                n => format!("{n} gradients differ; the first"),
            };
            return format!("{many}: {}, {}.", row.name, row.verdict());
        }
        let kinks: usize = self.rows.iter().map(|row| row.kinks).sum();
        let error = format!("largest relative error {:.1e}", self.worst_error());
        match kinks {
            0 => format!("Every gradient agrees with its differences; {error}."),
            1 => format!("Every gradient agrees, but for 1 entry at a corner; {error}."),
            n => format!("Every gradient agrees, but for {n} entries at corners; {error}."),
        }
    }

    /// The table's head.
    pub const HEAD: [&str; 7] = [
        "array",
        "checked",
        "worst error",
        "at",
        "gradient",
        "difference",
        "verdict",
    ];

    /// The table's cells, row by row.
    pub fn cells(&self) -> Vec<[String; 7]> {
        let cells = |row: &CheckRow| {
            let checked = match row.checked == row.entries {
                true => row.checked.to_string(),
                false => format!("{} of {}", row.checked, row.entries),
            };
            let none = || ["–", "–", "–", "–"].map(str::to_owned);
            let numbers = row.worst.as_ref().map_or_else(none, |worst| {
                [
                    format!("{:.1e}", worst.error),
                    format!("{:?}", worst.index),
                    format!("{:.6e}", worst.gradient),
                    format!("{:.6e}", worst.difference),
                ]
            });
            let [error, at, gradient, difference] = numbers;
            let (name, verdict) = (row.name.clone(), row.verdict());
            [name, checked, error, at, gradient, difference, verdict]
        };
        self.rows.iter().map(cells).collect()
    }
}

impl fmt::Display for GradientCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = self.cells();
        let head = Self::HEAD.map(str::to_owned);
        let all = || std::iter::once(&head).chain(&cells);
        let width = |column: usize| all().map(|row| row[column].chars().count()).max();
        let widths: [usize; 7] = std::array::from_fn(|column| width(column).unwrap_or(0));
        writeln!(f, "{}", self.about)?;
        for row in all() {
            for (i, (cell, width)) in row.iter().zip(widths).enumerate() {
                match i {
                    0 => write!(f, "{cell:<width$}")?,
                    6 => write!(f, "  {cell}")?,
                    _ => write!(f, "  {cell:>width$}")?,
                }
            }
            writeln!(f)?;
        }
        f.write_str(&self.sentence())
    }
}

/// Which entries of an array are checked: all, or [`MOST_ENTRIES`] spread evenly.
pub(crate) fn chosen(entries: usize) -> impl Iterator<Item = usize> {
    let count = entries.min(MOST_ENTRIES);
    (0..count).map(move |i| i * entries / count)
}

/// The index in an array of that shape of its n-th number.
pub(crate) fn index_of(mut n: usize, shape: &[usize]) -> Vec<usize> {
    let mut index: Vec<_> = shape
        .iter()
        .rev()
        .map(|&extent| {
            let at = n % extent.max(1);
            n /= extent.max(1);
            at
        })
        .collect();
    index.reverse();
    index
}
