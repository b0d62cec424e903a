//! The samples that a network is most wrong about.

use std::fmt;

use chainrule_data::Dataset;
use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{Loss, Network, Targets};
use ndarray::Array2;

use crate::{Number, confusion::classify, evaluate::class, samples::Samples};

/// The samples that were classified wrongly with the greatest loss, the worst first.
///
/// ```
/// use chainrule_data::Mnist;
/// use chainrule_nn::Model;
/// use chainrule_train::Mistakes;
///
/// let test = Mnist::load()?.test.first(200)?;
/// let network = Model::input(784).dense(10).softmax().build(1)?;
/// let mistakes = Mistakes::worst(&network, &test, 12)?;
/// assert!(mistakes.worst[0].loss >= mistakes.worst[11].loss);
/// assert!(mistakes.worst[0].truth != mistakes.worst[0].predicted);
/// # Ok::<(), chainrule_train::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Mistakes {
    /// The name of the data set.
    pub name: String,
    /// The names of the classes.
    pub classes: Vec<String>,
    /// How many samples were classified wrongly in all.
    pub wrong: usize,
    /// How many samples there were.
    pub samples: usize,
    /// The worst of them, the greatest loss first.
    pub worst: Vec<Mistake>,
}

/// A sample that was classified wrongly.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// Which sample of the data set, counted from 0.
    pub index: usize,
    /// Its class.
    pub truth: usize,
    /// The class that it was taken for.
    pub predicted: usize,
    /// The probability of the predicted class, 0 to 1; none if the model has no softmax.
    pub probability: Option<f64>,
    /// The probability of its class.
    pub probability_of_truth: Option<f64>,
    /// The loss of this sample alone.
    pub loss: f64,
    /// The image as it is stored, 0 to 255: `[channels · height, width]`.
    pub image: Array2<u8>,
}

impl Mistakes {
    /// Classifies every sample of a data set and keeps the `count` worst that are wrong. A sample with a
    /// score that is NaN has no class, and so is no mistake of this kind.
    ///
    /// # Errors
    ///
    /// When the data do not fit the network, or `count` is 0.
    pub fn worst<F: Number>(network: &Network<F>, data: &Dataset, count: usize) -> Result<Self> {
        if count == 0 {
            return Err(Error::new(ErrorKind::Value, "no mistakes are asked for")
                .expected("at least 1")
                .got("0"));
        }
        let mut wrong = Vec::new();
        classify(network, data, |index, truth, scores| {
            if let Some(predicted) = class(scores).filter(|&predicted| predicted != truth) {
                wrong.push((index, truth, predicted));
            }
        })?;
        let softmax = network.model().summary()?.loss == Loss::SoftmaxCrossEntropy;
        let mut workspace = network.workspace(1)?;
        let mut all: Vec<Found> = Vec::with_capacity(wrong.len());
        for (index, truth, predicted) in wrong {
            let sample = Samples::all(data.drawn_rows(index..index + 1)?);
            let scores = network.forward_from(&mut workspace, &sample)?;
            let probability = |class| softmax.then(|| probability(scores, class));
            let (of_predicted, of_truth) = (probability(predicted), probability(truth));
            let labels = &data.labels()[index..=index];
            let loss = network.loss_in(&mut workspace, Targets::Classes(labels))?;
            all.push((loss, index, [truth, predicted], [of_predicted, of_truth]));
        }
        let total = all.len();
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        all.truncate(count);
        let mistake = |(loss, index, [truth, predicted], [of_predicted, of_truth]): Found| {
            Ok(Mistake {
                index,
                truth,
                predicted,
                probability: of_predicted,
                probability_of_truth: of_truth,
                loss,
                image: data.image(index)?,
            })
        };
        Ok(Self {
            name: data.name().to_owned(),
            classes: data.class_names().to_vec(),
            wrong: total,
            samples: data.len(),
            worst: all.into_iter().map(mistake).collect::<Result<_>>()?,
        })
    }

    /// `Shirt → Coat, 0.97` of one of its mistakes.
    pub fn label(&self, mistake: &Mistake) -> String {
        let name = |class: usize| match self.classes.get(class) {
            Some(name) => name.clone(),
            None => format!("output {class}"),
        };
        let (truth, predicted) = (name(mistake.truth), name(mistake.predicted));
        match mistake.probability {
            Some(p) => format!("{truth} → {predicted}, {p:.2}"),
            None => format!("{truth} → {predicted}"),
        }
    }
}

/// Loss, sample, classes and probabilities of a mistake.
type Found = (f64, usize, [usize; 2], [Option<f64>; 2]);

/// The softmax of one score.
fn probability<F: Number>(scores: &[F], class: usize) -> f64 {
    let real = |score: &F| score.as_f64();
    let most = scores.iter().map(real).fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = scores.iter().map(|score| (real(score) - most).exp()).sum();
    (real(&scores[class]) - most).exp() / sum
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, wrong, samples) = (&self.name, self.wrong, self.samples);
        write!(f, "{name}: {wrong} of {samples} wrong")?;
        for mistake in &self.worst {
            let (label, index) = (self.label(mistake), mistake.index);
            write!(f, "\n{index:>6}  {label}  (loss {:.3})", mistake.loss)?;
        }
        Ok(())
    }
}
