//! Which units a pass of training drops out.

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::Array2;
use rand::SeedableRng;
use rand_pcg::Pcg64;

use super::Network;
use crate::{Scalar, Workspace, layers, model::LayerKind};

/// Where a pass of training takes its dropout masks from.
///
/// ```
/// use chainrule_nn::{Dropout, Model};
/// use ndarray::array;
///
/// let network = Model::input(2).dense(4).dropout(0.5).dense(2).softmax().build_f64(1)?;
/// let (x, y) = (array![[0.3, -0.7]], [1]);
/// let a = network.gradients_with(&x, &y, Dropout::Seed(5))?;
/// let b = network.gradients_with(&x, &y, Dropout::Seed(5))?;
/// assert_eq!(a, b); // the same seed drops the same units
/// let all = network.gradients_with(&x, &y, Dropout::Off)?;
/// assert_eq!(all.loss, network.loss(&x, &y)?); // a loss without dropout
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Dropout<'a, F> {
    /// Nothing is dropped: every unit passes, as when the network predicts.
    Off,
    /// Masks are drawn from this seed, anew for each step.
    Seed(u64),
    /// These masks: one `[batch, features]` for each dropout layer, in their order; 1 keeps a
    /// unit, 0 drops it.
    Masks(&'a [Array2<F>]),
}

/// What a workspace does at its next step.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Off,
    Drawn(Pcg64),
    Given { batch: usize },
}

impl Source {
    pub(super) fn seeded(seed: u64) -> Self {
        // Apart from the streams that draw weights and batches from the same seed.
        Self::Drawn(Pcg64::seed_from_u64(
            seed.rotate_left(32) ^ 0x0064_726f_706f_7574,
        ))
    }
}

impl<F: Scalar> Network<F> {
    /// The rates of the dropout layers, with the number of features and the layer's place.
    fn dropouts(&self) -> impl Iterator<Item = (usize, f64, usize)> {
        let layers = self.model.layers.iter().enumerate();
        layers.filter_map(|(i, spec)| match spec.kind {
            LayerKind::Dropout { rate } => Some((i, rate, self.layers[i].output.features())),
            _ => None,
        })
    }

    /// The first dropout layer's place, if there is one.
    pub(super) fn first_dropout(&self) -> Option<&str> {
        let first = self.dropouts().next();
        first.map(|(layer, ..)| self.layers[layer].place.as_str())
    }

    /// Chooses where the workspace takes dropout masks from, in all steps that follow. A new
    /// workspace draws them from the seed 0.
    ///
    /// # Errors
    ///
    /// When masks are given and their number, a shape or a value does not fit.
    pub fn set_dropout(&self, workspace: &mut Workspace<F>, dropout: Dropout<'_, F>) -> Result<()> {
        workspace.dropout = match dropout {
            Dropout::Off => Source::Off,
            Dropout::Seed(seed) => Source::seeded(seed),
            Dropout::Masks(masks) => {
                let batch = self.check_masks(masks)?;
                workspace.check(batch)?;
                for ((layer, rate, _), mask) in self.dropouts().zip(masks) {
                    let gain = layers::Dropout::gain::<F>(rate);
                    let mut mask = mask.iter();
                    for piece in &mut workspace.pieces {
                        let factors = &mut piece.scratch[layer].values;
                        factors
                            .iter_mut()
                            .zip(&mut mask)
                            .for_each(|(factor, &keep)| *factor = keep * gain);
                    }
                }
                Source::Given { batch }
            }
        };
        Ok(())
    }

    fn check_masks(&self, masks: &[Array2<F>]) -> Result<usize> {
        let count = self.dropouts().count();
        if masks.len() != count || count == 0 {
            return Err(
                Error::new(ErrorKind::Shape, "each dropout layer needs one mask")
                    .expected(format!(
                        "{count} mask{}, one for each dropout layer",
                        if count == 1 { "" } else { "s" }
                    ))
                    .got(masks.len().to_string())
                    .hint("add .dropout(0.5) to the model where units are to be dropped"),
            );
        }
        let batch = masks[0].nrows();
        for ((layer, _, features), mask) in self.dropouts().zip(masks) {
            let place = &self.layers[layer].place;
            if mask.dim() != (batch, features) {
                return Err(Error::new(
                    ErrorKind::Shape,
                    format!("{place}: its mask does not fit"),
                )
                .expected(format!("[{batch}, {features}]"))
                .got(format!("{:?}", mask.shape()))
                .hint("a mask has a row for each sample and a column for each unit"));
            }
            if let Some(((row, column), value)) = mask
                .indexed_iter()
                .find(|&(_, &value)| value != F::zero() && value != F::one())
            {
                return Err(Error::new(
                    ErrorKind::Value,
                    format!("{place}: a mask holds nothing but 0 and 1"),
                )
                .expected("1 for a unit that is kept, 0 for one that is dropped")
                .got(format!("{value} in row {row}, column {column}"))
                .why("what is kept is amplified by the layer itself")
                .hint("leave the factor 1 / (1 − rate) out of the mask"));
            }
        }
        Ok(batch)
    }
}

/// What is said when it is not clear which units a step is to drop.
pub(super) fn unsaid(place: &str) -> Error {
    Error::new(
        ErrorKind::Model,
        "a network with dropout has a gradient for each mask",
    )
    .expected("where the mask comes from")
    .got(format!("nothing that says it, for {place}"))
    .hint(
        "network.gradients_with(&x, &y, Dropout::Seed(step)), with another seed for each step; \
         Dropout::Off for the gradient without dropout",
    )
}

pub(super) fn wrong_batch(expected: usize, got: usize) -> Error {
    Error::new(ErrorKind::Shape, "the dropout masks are for another batch")
        .expected(format!("a batch of {expected}, as the masks have rows"))
        .got(got.to_string())
        .hint("give masks with a row for each sample of the batch")
}
