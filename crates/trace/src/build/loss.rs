//! The cost, and where the backward pass begins (BP1).

use chainrule_nn::{Loss, Reduction};
use ndarray::{ArrayD, IxDyn};

use super::Builder;
use crate::{
    expr::{Call, Expr},
    number,
    quantity::{Name, Quantity},
    step::Direction,
};

impl Builder<'_> {
    /// The steps of the cost; gives the gradient of the scores.
    pub(super) fn loss(&mut self, scores: &Quantity) -> Quantity {
        let outputs = self.record.targets.ncols();
        let y = Quantity::new(Name::plain("y", "y", "y"), self.table(&self.record.targets));
        self.given(&y, "", "The target.".to_owned());
        // How the samples count, as a factor.
        let (n, over) = match self.record.reduction {
            Reduction::Mean => (self.batch as f64, "averaged"),
            Reduction::Sum => (1.0, "added up"),
        };
        let difference = || Expr::of(scores).minus(Expr::of(&y));
        let norm = || difference().call(Call::SquaredNorm);
        let m = outputs as f64;
        let (cost, slope, words) = match self.record.loss {
            Loss::SoftmaxCrossEntropy => self.softmax(scores, &y),
            Loss::SquaredError => (norm(), difference().times(2.0, n), "the squared error"),
            Loss::HalfSquaredError => (
                norm().times(1.0, 2.0),
                difference().times(1.0, n),
                "half the squared error",
            ),
            Loss::MeanSquaredError => (
                norm().times(1.0, m),
                difference().times(2.0, m * n),
                "the squared error averaged over the outputs",
            ),
            other => unreachable!("a loss that no trace knows, {other}; please report"),
        };
        let (cost, slope) = match self.record.loss {
            // The factors go together: 1/2 and 1/n are 1/2n.
            Loss::HalfSquaredError => (norm().times(1.0, 2.0 * n), slope),
            Loss::MeanSquaredError => (norm().times(1.0, m * n), slope),
            Loss::SoftmaxCrossEntropy => (cost.times(1.0, n), slope.times(1.0, n)),
            _ => (cost.times(1.0, n), slope),
        };
        let value = ArrayD::from_elem(IxDyn(&[]), self.record.gradients.loss);
        let quantity = Quantity::new(Name::plain("C", "C", "C"), value);
        let why = match self.batch {
            1 => format!("The cost is {words}."),
            batch => {
                let losses = self.record.sample_losses.iter().take(6);
                let losses = losses.map(|&loss| number::text(loss, self.style.digits));
                let losses = losses.collect::<Vec<_>>().join(", ");
                let dots = if batch > 6 { ", …" } else { "" };
                format!(
                    "The cost is {words}, {over} over the {batch} samples, which cost {losses}{dots}."
                )
            }
        };
        self.step(Direction::Forward, &quantity, cost, "", why);

        let name = Name::gradient(scores.name());
        let gradient = Quantity::new(name, self.table(&self.record.d_scores));
        let mean = match (self.batch, self.record.reduction) {
            (1, _) => String::new(),
            (_, Reduction::Sum) => " The samples are added up, so nothing is divided.".to_owned(),
            (batch, Reduction::Mean) => format!(
                " The cost is the mean of {batch} samples: 1/{batch} is in here, and so in every \
                 gradient that follows."
            ),
        };
        let why = match self.record.loss {
            Loss::SoftmaxCrossEntropy => {
                "Softmax and cross-entropy together have this simple slope: what was said minus \
                 what is true (BP1)."
            }
            _ => "How the cost changes with the output (BP1).",
        };
        let why = format!("{why}{mean}");
        self.step(Direction::Backward, &gradient, slope, "", why);
        gradient
    }

    fn softmax(&mut self, scores: &Quantity, y: &Quantity) -> (Expr, Expr, &'static str) {
        let axis = usize::from(!self.lecture());
        let values = self.record.probabilities.as_ref();
        let values = values.expect("softmax has probabilities; please report");
        let p = Quantity::new(Name::plain("p", "p", "p"), self.table(values));
        let expr = Expr::of(scores).call(Call::Softmax(axis));
        let why = "Softmax makes probabilities of the scores: pᵢ = exp(zᵢ) / Σ exp(zⱼ).".to_owned();
        self.step(Direction::Forward, &p, expr, "", why);
        let log = Expr::of(&p).call(Call::Log);
        let cost = Expr::Hadamard(vec![Expr::of(y), log]).call(Call::Total);
        // Targets that do not add up to 1 weigh the probabilities.
        let weights = self.record.targets.sum_axis(ndarray::Axis(1));
        let slope = if weights.iter().all(|sum| (sum - 1.0).abs() < 1e-12) {
            Expr::of(&p).minus(Expr::of(y))
        } else {
            let weights = match self.lecture() {
                true => weights.insert_axis(ndarray::Axis(0)),
                false => weights.insert_axis(ndarray::Axis(1)),
            };
            let name = Name::plain("ysum", "Σy", "\\textstyle\\sum y");
            let weights = Quantity::new(name, weights.into_dyn());
            self.given(&weights, "", "The sum of each sample's targets.".to_owned());
            let all = Expr::Hadamard(vec![Expr::of(&p), Expr::of(&weights)]);
            all.minus(Expr::of(y))
        };
        (
            cost.negative(),
            slope,
            "the cross-entropy of probabilities and targets",
        )
    }
}
