//! Weights that are kept small: penalties in the gradient, and decay beside it.

use std::fmt;

use chainrule_error::Result;

use crate::{Gradients, Network, Parameter, Scalar, optim::check};

/// What large weights cost: a term that is added to the loss, and so to its gradients.
///
/// | penalty | adds to the loss | adds to the gradient |
/// | --- | --- | --- |
/// | [`l2(λ)`](Self::l2) | ½·λ·Σ w² | λ·w |
/// | [`l1(λ)`](Self::l1) | λ·Σ \|w\| | λ·sign w, and 0 at 0 |
/// | [`thresholded_l1(λ)`](Self::thresholded_l1) | λ·Σ \|w\| beyond ±λ | λ·sign w where \|w\| > λ |
///
/// It is about weights and leaves biases, γ and β alone, unless it is [`on_all`](Self::on_all).
/// The losses that are reported stay those of the data.
///
/// ```
/// use chainrule_nn::{Model, Optimizer, Penalty, Sgd};
/// use ndarray::array;
///
/// let mut network = Model::input(2).dense(2).softmax().build_f64(1)?;
/// let mut sgd = Sgd::new(0.1)?;
/// let mut gradients = network.gradients(&array![[1.0, 2.0]], &[1])?;
/// let (data, weight) = (gradients.clone(), network.parameter("dense_1.weight")?.clone());
/// gradients.add_penalty(&network, Penalty::l2(0.01))?;
/// let added = gradients.get("dense_1.weight")? - data.get("dense_1.weight")?;
/// assert!((added - weight * 0.01).iter().all(|d| d.abs() < 1e-15));
/// sgd.step(&mut network, &gradients)?;
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Penalty {
    kind: Kind,
    strength: f64,
    on_all: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    L2,
    L1,
    ThresholdedL1,
}

impl Penalty {
    /// Half the sum of squares times λ: weights shrink by a share. Krogh and Hertz, *A simple weight
    /// decay can improve generalization* (1991). PyTorch's `weight_decay` of every optimizer but
    /// AdamW is this [`on_all`](Self::on_all).
    pub fn l2(strength: f64) -> Self {
        Self::of(Kind::L2, strength)
    }

    /// The sum of absolute values times λ: weights shrink by an amount, and many come near 0.
    /// Tibshirani, *Regression shrinkage and selection via the lasso* (1996). By a subgradient
    /// that is 0 at 0, so weights cross 0 rather than stay there.
    pub fn l1(strength: f64) -> Self {
        Self::of(Kind::L1, strength)
    }

    /// As [`l1`](Self::l1), but weights within ±λ are left alone: the rule of the optimizer
    /// homework.
    pub fn thresholded_l1(strength: f64) -> Self {
        Self::of(Kind::ThresholdedL1, strength)
    }

    fn of(kind: Kind, strength: f64) -> Self {
        Self {
            kind,
            strength,
            on_all: false,
        }
    }

    /// Of every parameter, biases too.
    pub fn on_all(mut self) -> Self {
        self.on_all = true;
        self
    }

    /// Itself, if its strength is a finite number that is not negative.
    ///
    /// # Errors
    ///
    /// When it is not.
    pub fn checked(self) -> Result<Self> {
        check::at_least_zero(&format!("the strength λ of {}", self.name()), self.strength)?;
        Ok(self)
    }

    /// What it adds to the loss of a network.
    ///
    /// # Errors
    ///
    /// When its strength is out of range.
    pub fn value<F: Scalar>(&self, network: &Network<F>) -> Result<f64> {
        self.checked()?;
        let cost = |w: f64| match self.kind {
            Kind::L2 => 0.5 * w * w,
            Kind::L1 => w.abs(),
            Kind::ThresholdedL1 if w.abs() > self.strength => w.abs() - self.strength,
            // A NaN is beyond nothing, and stays one.
            Kind::ThresholdedL1 => w * 0.0,
        };
        let of = |entry: &Parameter<F>| entry.value.iter().map(|w| cost(w.as_f64())).sum::<f64>();
        let entries = network
            .parameters()
            .iter()
            .filter(|entry| self.is_on(entry));
        Ok(self.strength * entries.map(of).sum::<f64>())
    }

    fn is_on<F>(&self, parameter: &Parameter<F>) -> bool {
        self.on_all || is_weight(parameter)
    }

    fn name(&self) -> &'static str {
        match self.kind {
            Kind::L2 => "L2",
            Kind::L1 => "L1",
            Kind::ThresholdedL1 => "thresholded L1",
        }
    }
}

/// Weights of dense layers and convolutions: not biases, nor γ and β of batch normalization.
fn is_weight<F>(parameter: &Parameter<F>) -> bool {
    parameter.name.ends_with(".weight")
}

impl fmt::Display for Penalty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), self.strength)?;
        f.write_str(if self.on_all {
            " on all parameters"
        } else {
            ""
        })
    }
}

impl<F: Scalar> Gradients<F> {
    /// Adds the gradient of a penalty on the network's weights as they are. The loss stays that of
    /// the data; [`Penalty::value`] is the rest.
    ///
    /// # Errors
    ///
    /// When the strength is out of range, or these are the gradients of another network.
    pub fn add_penalty(&mut self, network: &Network<F>, penalty: Penalty) -> Result<()> {
        network.check_gradients(self)?;
        F::penalize(network, self, penalty.checked()?);
        Ok(())
    }
}

impl<F: Scalar> Network<F> {
    /// Decoupled weight decay, beside an optimizer's step: w ← w − `share`·w for every weight, with
    /// `share` the learning rate times λ. Biases, γ and β stay. Loshchilov and Hutter, *Decoupled
    /// weight decay regularization* (2019).
    ///
    /// # Errors
    ///
    /// When the share is not from 0 to below 1.
    pub fn decay_weights(&mut self, share: f64) -> Result<()> {
        check::decay("the share by which weights decay", share)?;
        F::decay(self, share);
        Ok(())
    }
}

pub(crate) fn penalize<F: Scalar>(
    network: &Network<F>,
    gradients: &mut Gradients<F>,
    penalty: Penalty,
) {
    let strength = F::of(penalty.strength);
    // Not `signum`, which is 1 at 0.
    let sign = |w: F| {
        if w == F::zero() {
            F::zero()
        } else {
            w.signum()
        }
    };
    let pairs = network.parameters().iter().zip(&mut gradients.entries);
    for (parameter, gradient) in pairs.filter(|(parameter, _)| penalty.is_on(parameter)) {
        let values = gradient.value.iter_mut().zip(parameter.values());
        match penalty.kind {
            Kind::L2 => values.for_each(|(g, &w)| *g += strength * w),
            Kind::L1 => values.for_each(|(g, &w)| *g += strength * sign(w)),
            Kind::ThresholdedL1 => values.for_each(|(g, &w)| {
                let within = w.abs() <= strength;
                *g += if within {
                    F::zero()
                } else {
                    strength * sign(w)
                };
            }),
        }
    }
}

pub(crate) fn decay<F: Scalar>(network: &mut Network<F>, share: f64) {
    let keep = F::of(1.0 - share);
    for parameter in network
        .parameters_mut()
        .iter_mut()
        .filter(|entry| is_weight(entry))
    {
        parameter.values_mut().iter_mut().for_each(|w| *w *= keep);
    }
}
