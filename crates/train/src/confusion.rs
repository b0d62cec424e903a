//! Which classes a network takes for which.

use std::fmt;

use chainrule_data::Dataset;
use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Network;
use ndarray::Array2;

use crate::{Number, evaluate::class, samples::Samples};

/// How often samples of each class were taken for each.
///
/// ```
/// use chainrule_data::Mnist;
/// use chainrule_nn::Model;
/// use chainrule_train::ConfusionMatrix;
///
/// let test = Mnist::load()?.test.first(1_000)?;
/// let network = Model::input(784).dense(10).softmax().build(1)?;
/// let matrix = ConfusionMatrix::of(&network, &test)?;
/// assert_eq!(matrix.counts.dim(), (10, 10));
/// assert_eq!(matrix.samples(), 1_000);
/// # Ok::<(), chainrule_train::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfusionMatrix {
    /// The name of the data set.
    pub name: String,
    /// The names of the classes.
    pub classes: Vec<String>,
    /// How many samples of a class (row) were taken for a class (column): `[classes, classes]`.
    pub counts: Array2<usize>,
    /// How many samples of each class were given none of them: a score was NaN, or the greatest
    /// score was that of an output beyond the classes.
    pub without_class: Vec<usize>,
}

impl ConfusionMatrix {
    /// Classifies every sample of a data set.
    ///
    /// # Errors
    ///
    /// When the data do not fit the network.
    pub fn of<F: Number>(network: &Network<F>, data: &Dataset) -> Result<Self> {
        let classes = data.classes();
        let mut matrix = Self {
            name: data.name().to_owned(),
            classes: data.class_names().to_vec(),
            counts: Array2::zeros((classes, classes)),
            without_class: vec![0; classes],
        };
        classify(network, data, |_, label, scores| {
            match class(scores).filter(|&predicted| predicted < classes) {
                Some(predicted) => matrix.counts[[label, predicted]] += 1,
                None => matrix.without_class[label] += 1,
            }
        })?;
        Ok(matrix)
    }

    /// How many samples there were.
    pub fn samples(&self) -> usize {
        self.counts.sum() + self.without_class.iter().sum::<usize>()
    }

    /// How many samples of a class there were.
    pub fn of_class(&self, class: usize) -> usize {
        let counted = self.counts.row(class).sum();
        counted + self.without_class[class]
    }

    /// The share of samples that were classified rightly, 0 to 1.
    pub fn accuracy(&self) -> f64 {
        self.counts.diag().sum() as f64 / self.samples() as f64
    }

    /// Of the samples that were taken for each class, the share that is of it; none for a class that
    /// nothing was taken for.
    pub fn precision(&self) -> Vec<Option<f64>> {
        let column = |i| share(self.counts[[i, i]], self.counts.column(i).sum());
        (0..self.classes.len()).map(column).collect()
    }

    /// Of the samples of each class, the share that was taken for it; none for a class without
    /// samples.
    pub fn recall(&self) -> Vec<Option<f64>> {
        let row = |i| share(self.counts[[i, i]], self.of_class(i));
        (0..self.classes.len()).map(row).collect()
    }

    /// The most frequent confusions: what it was, what it was taken for, how often.
    pub fn worst(&self, count: usize) -> Vec<(String, String, usize)> {
        let mut all: Vec<_> = self
            .counts
            .indexed_iter()
            .filter(|&((truth, predicted), &count)| truth != predicted && count > 0)
            .collect();
        all.sort_by_key(|&(place, &count)| (std::cmp::Reverse(count), place));
        let named = |((truth, predicted), &count): ((usize, usize), &usize)| {
            let name = |class: usize| self.classes[class].clone();
            (name(truth), name(predicted), count)
        };
        all.into_iter().take(count).map(named).collect()
    }
}

fn share(part: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

/// Calls `see(sample, label, scores)` for every sample.
pub(crate) fn classify<F: Number>(
    network: &Network<F>,
    data: &Dataset,
    mut see: impl FnMut(usize, usize, &[F]),
) -> Result<()> {
    check_fit(network, data)?;
    let (samples, outputs) = (data.len(), network.outputs());
    let mut workspace = network.workspace(samples.min(100))?;
    let piece = workspace.capacity();
    for start in (0..samples).step_by(piece) {
        let end = (start + piece).min(samples);
        let samples = Samples::all(data.drawn_rows(start..end)?);
        let scores = network.forward_from(&mut workspace, &samples)?;
        let labels = &data.labels()[start..end];
        for (i, (scores, &label)) in scores.chunks_exact(outputs).zip(labels).enumerate() {
            see(start + i, usize::from(label), scores);
        }
    }
    Ok(())
}

fn check_fit<F: Number>(network: &Network<F>, data: &Dataset) -> Result<()> {
    let (features, input) = (data.features(), network.model().summary()?.input);
    if input.features() != features || network.outputs() < data.classes() {
        let what = format!("the network does not fit {}", data.name());
        return Err(Error::new(ErrorKind::Shape, what)
            .expected(format!(
                "{features} features and at least {} outputs, one for each class",
                data.classes()
            ))
            .got(format!(
                "an input of {} features and {} outputs",
                input.features(),
                network.outputs()
            )));
    }
    Ok(())
}

/// The counts with the true classes at the left and the predicted ones above.
impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = |text: &str| text.chars().count();
        let names = self.classes.iter().map(|name| length(name));
        let left = names.clone().max().unwrap_or(0).max(9);
        let most = self
            .counts
            .iter()
            .max()
            .map_or(1, |most| most.to_string().len());
        let cell = names.max().unwrap_or(0).clamp(most, 8);
        let short = |name: &str| name.chars().take(cell).collect::<String>();
        let percent = |share: Option<f64>| match share {
            Some(share) => format!("{share:.3}"),
            None => "–".to_owned(),
        };
        let (accuracy, samples) = (self.accuracy(), self.samples());
        writeln!(f, "{}: accuracy {accuracy:.4} of {samples}", self.name)?;
        write!(f, "{:<left$}", "true ↓ predicted →")?;
        let lead = left.max(18);
        for name in &self.classes {
            write!(f, "  {:>cell$}", short(name))?;
        }
        write!(f, "  recall")?;
        for (i, recall) in self.recall().into_iter().enumerate() {
            write!(f, "\n{:<lead$}", self.classes[i])?;
            for count in self.counts.row(i) {
                write!(f, "  {count:>cell$}")?;
            }
            write!(f, "  {:>6}", percent(recall))?;
        }
        write!(f, "\n{:<lead$}", "precision")?;
        for precision in self.precision() {
            write!(f, "  {:>cell$}", percent(precision))?;
        }
        let lost: usize = self.without_class.iter().sum();
        if lost > 0 {
            write!(f, "\n{lost} samples were given no class")?;
        }
        Ok(())
    }
}
