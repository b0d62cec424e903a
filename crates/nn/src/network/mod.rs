//! A model with parameters: scores, losses, gradients.

mod batch;
mod change;
mod check;
mod dropout;
pub(crate) mod engine;
mod gradients;
mod inputs;
mod parts;
pub(crate) mod passes;
mod pieces;
mod record;
pub(crate) mod weights;
mod workspace;

use std::{fmt, ops::Range, sync::Arc};

use chainrule_error::{Error, ErrorKind, Result};
pub use dropout::Dropout;
pub use inputs::{FilledBytes, Inputs};
use ndarray::{Array2, ArrayD};
pub(crate) use pieces::Piece;
pub use record::{Inside, LayerRecord, Record};
pub use workspace::Workspace;

use crate::{
    Gradients, Loss, Model, Parameter, Scalar, Shape, Targets, layers::Layer, loss, parameter,
};

/// A network: a [`Model`] with numbers.
///
/// `Network` alone is `Network<f32>`; [`Model::build_f64`] gives a `Network<f64>`. Cloning copies
/// the parameters, and the running statistics of batch normalization.
#[derive(Clone)]
pub struct Network<F: Scalar = f32> {
    model: Model,
    loss: Loss,
    layers: Arc<[BuiltLayer<F>]>,
    parameters: Vec<Parameter<F>>,
    /// Running statistics: what training changes without a gradient.
    statistics: Vec<Parameter<F>>,
    /// One of its own for each network that was built; clones share it.
    identity: Arc<()>,
}

#[derive(Debug)]
struct BuiltLayer<F: Scalar> {
    name: String,
    place: String,
    output: Shape,
    mathematics: Box<dyn Layer<F>>,
    /// Which of the network's parameters are this layer's.
    parameters: Range<usize>,
    /// Which of the network's running statistics are, and how far they go to a batch's.
    statistics: Range<usize>,
    momentum: f64,
}

impl<F: Scalar> Network<F> {
    /// The description that it was built from.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// How many scores it gives for one sample.
    pub fn outputs(&self) -> usize {
        self.layers
            .last()
            .map_or(0, |layer| layer.output.features())
    }

    /// Every parameter, layer by layer, the weight before the bias.
    pub fn parameters(&self) -> &[Parameter<F>] {
        &self.parameters
    }

    /// The parameter of that name, such as `dense_1.weight`.
    ///
    /// # Errors
    ///
    /// When there is none; the error lists the names that there are.
    pub fn parameter(&self, name: &str) -> Result<&ArrayD<F>> {
        parameter::find(&self.parameters, name)
    }

    /// The running statistics of batch normalization, layer by layer, the mean before the variance,
    /// such as `batch_norm_1.mean`. They are no parameters: nothing takes a gradient of them. Steps
    /// along gradients move them towards the batches', see
    /// [`Model::batch_norm`](crate::Model::batch_norm).
    pub fn statistics(&self) -> &[Parameter<F>] {
        &self.statistics
    }

    /// The smallest batch that the network can learn from: 2 under batch normalization of features,
    /// since a single number has no variance, and 1 otherwise.
    pub fn least_batch(&self) -> usize {
        let least = self
            .layers
            .iter()
            .map(|layer| layer.mathematics.least_batch());
        least.max().unwrap_or(1)
    }

    /// The scores (logits) of a batch.
    ///
    /// # Shapes
    ///
    /// `[batch, features]` → `[batch, outputs]`.
    ///
    /// # Errors
    ///
    /// When the rows have another length than the model's input, there are none, or a number is
    /// NaN or infinite.
    pub fn forward(&self, x: &Array2<F>) -> Result<Array2<F>> {
        let mut workspace = self.filled_workspace(x)?;
        F::forward(self, &mut workspace, x.nrows(), None);
        Ok(self.array(workspace.scores(x.nrows())))
    }

    /// The softmax of the scores: each row's probabilities of the classes.
    ///
    /// # Shapes
    ///
    /// `[batch, features]` → `[batch, outputs]`.
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward).
    pub fn probabilities(&self, x: &Array2<F>) -> Result<Array2<F>> {
        let scores = self.forward(x)?;
        let mut probabilities = vec![F::zero(); scores.len()];
        let scores = scores
            .as_slice()
            .expect("scores lie row by row; please report");
        loss::softmax(scores, &mut probabilities, self.outputs());
        Ok(self.array(&probabilities))
    }

    /// The class with the greatest score, for each sample.
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward), and when a score is NaN: then no class is the greatest.
    pub fn predict(&self, x: &Array2<F>) -> Result<Vec<usize>> {
        let scores = self.forward(x)?;
        if let Some(((sample, _), _)) = scores.indexed_iter().find(|(_, score)| score.is_nan()) {
            return Err(Error::new(ErrorKind::NotFinite, "a score is not a number")
                .got(format!("NaN for sample {sample}"))
                .why("the parameters are no numbers any more; training has diverged")
                .hint("train again with a smaller learning rate"));
        }
        Ok(scores
            .outer_iter()
            .map(|row| argmax(row.iter().copied()))
            .collect())
    }

    /// The loss of a batch: averaged over its samples or summed, as the model says. Nothing is
    /// dropped out.
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward), and when targets are too few, too many, out of range, or
    /// of another width than the outputs.
    pub fn loss<'a>(&self, x: &Array2<F>, targets: impl Into<Targets<'a, F>>) -> Result<f64> {
        let mut workspace = self.filled_workspace(x)?;
        self.forward_in(&mut workspace, x.nrows())?;
        self.loss_in(&mut workspace, targets.into())
    }

    /// The gradients of the loss with respect to every parameter.
    ///
    /// # Shapes
    ///
    /// `x` is `[batch, features]`; targets are labels, or an array `[batch, outputs]` such as
    /// one-hot rows.
    ///
    /// # Errors
    ///
    /// As [`loss`](Self::loss), and when the model has dropout: then
    /// [`gradients_with`](Self::gradients_with) says which units are dropped.
    pub fn gradients<'a>(
        &self,
        x: &Array2<F>,
        targets: impl Into<Targets<'a, F>>,
    ) -> Result<Gradients<F>> {
        if let Some(place) = self.first_dropout() {
            return Err(dropout::unsaid(place));
        }
        self.gradients_with(x, targets, Dropout::Off)
    }

    /// As [`gradients`](Self::gradients), for a network with dropout.
    ///
    /// # Errors
    ///
    /// As [`loss`](Self::loss), and when masks do not fit.
    pub fn gradients_with<'a>(
        &self,
        x: &Array2<F>,
        targets: impl Into<Targets<'a, F>>,
        dropout: Dropout<'_, F>,
    ) -> Result<Gradients<F>> {
        let targets = targets.into();
        let mut workspace = self.filled_workspace(x)?;
        self.set_dropout(&mut workspace, dropout)?;
        self.forward_backward_in(&mut workspace, x.nrows(), targets)?;
        Ok(workspace.into_gradients())
    }

    /// Buffers for batches of up to `capacity` samples, to be used again and again: steps in a
    /// workspace allocate nothing.
    ///
    /// # Errors
    ///
    /// When the capacity is 0.
    pub fn workspace(&self, capacity: usize) -> Result<Workspace<F>> {
        if capacity == 0 {
            return Err(Error::new(ErrorKind::Value, "a batch needs samples")
                .expected("a batch size of at least 1")
                .got("0"));
        }
        Ok(F::workspace(self, capacity, true))
    }

    /// The scores of the batch that was written to [`Workspace::input_mut`]. Nothing is dropped
    /// out.
    ///
    /// # Errors
    ///
    /// When the batch is empty or larger than the workspace.
    pub fn forward_in<'w>(&self, workspace: &'w mut Workspace<F>, batch: usize) -> Result<&'w [F]> {
        workspace.check(batch)?;
        F::forward(self, workspace, batch, None);
        Ok(workspace.scores(batch))
    }

    /// The loss of the scores that [`forward_in`](Self::forward_in) has just computed, for as many
    /// samples as there are targets.
    ///
    /// # Errors
    ///
    /// When there are no targets, more than fit the workspace, or they do not fit the outputs.
    pub fn loss_in(&self, workspace: &mut Workspace<F>, targets: Targets<'_, F>) -> Result<f64> {
        workspace.check(targets.len())?;
        targets.check(targets.len(), self.outputs())?;
        Ok(F::loss(self, workspace, targets))
    }

    /// Loss and gradients of the batch that was written to [`Workspace::input_mut`]. The gradients
    /// stay in the workspace. Units are dropped out as [`set_dropout`](Self::set_dropout) says.
    ///
    /// A NaN is no error here, since training has to see it: ask
    /// [`Workspace::first_beyond`] when the loss is not finite.
    ///
    /// # Errors
    ///
    /// When the batch is empty or larger than the workspace, or targets do not fit.
    pub fn forward_backward_in(
        &self,
        workspace: &mut Workspace<F>,
        batch: usize,
        targets: Targets<'_, F>,
    ) -> Result<f64> {
        self.check_step(workspace, batch, targets)?;
        Ok(F::forward_backward(self, workspace, batch, None, targets))
    }

    /// The first layer that learns, or the number of layers if none does: below it nobody needs a
    /// gradient.
    fn lowest(&self) -> usize {
        let learns = |layer: &BuiltLayer<F>| !layer.parameters.is_empty();
        let lowest = self.layers.iter().position(learns);
        lowest.unwrap_or(self.layers.len())
    }

    /// The layer that can do with the data's numbers that are not zero. Those before it leave the
    /// data as they are.
    fn taker_of_places(&self) -> Option<usize> {
        let mut layers = self.layers.iter();
        layers.position(|layer| layer.mathematics.takes_places())
    }

    /// The loss of the scores of some samples of a batch of `of`, and its gradient.
    fn loss_of(&self, scores: &[F], targets: Targets<'_, F>, d_scores: &mut [F], of: usize) -> f64 {
        let (smoothing, reduction) = (self.model.smoothing, self.model.reduction);
        let outputs = self.outputs();
        self.loss
            .of_part(of, smoothing, reduction, scores, targets, d_scores, outputs)
    }

    /// The same for a network and its clones, and for no other.
    pub(crate) fn identity(&self) -> &Arc<()> {
        &self.identity
    }

    fn array(&self, rows: &[F]) -> Array2<F> {
        let shape = (rows.len() / self.outputs(), self.outputs());
        Array2::from_shape_vec(shape, rows.to_vec()).expect("rows are whole; please report")
    }
}

/// The place of the first greatest value.
fn argmax<F: Scalar>(values: impl Iterator<Item = F>) -> usize {
    let mut best = (0, F::neg_infinity());
    for (i, value) in values.enumerate() {
        if value > best.1 {
            best = (i, value);
        }
    }
    best.0
}

impl<F: Scalar> fmt::Debug for Network<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<F: Scalar> fmt::Display for Network<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "network in {}\n{}", F::NAME, self.model)
    }
}
