//! Where the inputs of a batch come from, if they are not in the workspace already.

use std::{fmt::Debug, ops::Range};

use chainrule_error::{Error, ErrorKind, Result};

use super::{Network, Workspace, parts::Origin, pieces::MOST_LAYERS};
use crate::{Scalar, Targets, kernels::sparse::Notes, layers::Share, team};

/// A batch of samples that are drawn as they are needed: each thread draws those that it computes.
///
/// Where samples are made of bytes and most bytes are zero, as of an image's pixels, a dense first
/// layer takes the others straight from the bytes, and [`write`](Self::write) is not called.
///
/// ```
/// use std::ops::Range;
/// use chainrule_nn::{Inputs, Model, Targets};
///
/// #[derive(Debug)]
/// struct Pairs<'a>(&'a [[f32; 2]]);
///
/// impl Inputs<f32> for Pairs<'_> {
///     fn len(&self) -> usize {
///         self.0.len()
///     }
///     fn features(&self) -> usize {
///         2
///     }
///     fn write(&self, samples: Range<usize>, x: &mut [f32]) {
///         x.copy_from_slice(self.0[samples].as_flattened());
///     }
/// }
///
/// let network = Model::input(2).dense(2).softmax().build(1)?;
/// let mut workspace = network.workspace(3)?;
/// let (x, labels) = (Pairs(&[[0.1, 0.9], [0.8, 0.2], [0.7, 0.1]]), [0, 1, 1]);
/// let loss = network.forward_backward_from(&mut workspace, &x, Targets::from(&labels))?;
/// assert!(loss > 0.0);
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
pub trait Inputs<F>: Sync + Debug {
    /// How many samples the batch has.
    fn len(&self) -> usize;

    /// Whether it has none, which no network can compute with.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many numbers a sample has.
    fn features(&self) -> usize;

    /// Writes some of the samples: `x` is `[samples, features]`, row by row.
    fn write(&self, samples: Range<usize>, x: &mut [F]);

    /// A sample's bytes, one for each of its numbers. Asked for only where
    /// [`numbers`](Self::numbers) has an answer.
    fn bytes(&self, sample: usize) -> &[u8] {
        let _ = sample;
        &[]
    }

    /// The bytes that are not zero, if they are known: of all samples or of none. Asked for only where
    /// [`numbers`](Self::numbers) has an answer.
    fn filled(&self) -> Option<FilledBytes<'_>> {
        None
    }

    /// Of how many samples that will probably come after these [`bounds`](Self::bounds) knows, too.
    fn following(&self) -> usize {
        0
    }

    /// For each sample where its bytes begin among those of [`filled`](Self::filled), where those do
    /// that are not before the middle, and where they end. There may be room for more samples than
    /// there are.
    fn bounds(&self, bounds: &mut [[usize; 3]]) {
        let _ = bounds;
    }

    /// The number that each byte stands for, if samples are made of bytes.
    fn numbers(&self) -> Option<&[F; 256]> {
        None
    }
}

/// Of many samples the bytes that are not zero, one sample after the other.
#[derive(Clone, Copy, Debug)]
pub struct FilledBytes<'a> {
    /// Their places in the sample, in ascending order.
    pub places: &'a [u16],
    /// The bytes.
    pub bytes: &'a [u8],
    /// The place in the middle of a sample: threads share the bytes before it and those from it on.
    pub middle: usize,
}

impl<F: Scalar> Network<F> {
    /// The scores of a batch that is drawn from `inputs`. Nothing is dropped out.
    ///
    /// # Errors
    ///
    /// When the batch is empty or larger than the workspace, or samples do not fit the network.
    pub fn forward_from<'w>(
        &self,
        workspace: &'w mut Workspace<F>,
        inputs: &dyn Inputs<F>,
    ) -> Result<&'w [F]> {
        workspace.check(inputs.len())?;
        self.check_features(inputs)?;
        F::forward(self, workspace, inputs.len(), Some(inputs));
        Ok(workspace.scores(inputs.len()))
    }

    /// Loss and gradients, as of [`forward_backward_in`](Self::forward_backward_in), of a batch
    /// that is drawn from `inputs`.
    ///
    /// # Errors
    ///
    /// As [`forward_backward_in`](Self::forward_backward_in), and when samples do not fit the
    /// network.
    pub fn forward_backward_from(
        &self,
        workspace: &mut Workspace<F>,
        inputs: &dyn Inputs<F>,
        targets: Targets<'_, F>,
    ) -> Result<f64> {
        self.check_step(workspace, inputs.len(), targets)?;
        self.check_features(inputs)?;
        Ok(F::forward_backward(
            self,
            workspace,
            inputs.len(),
            Some(inputs),
            targets,
        ))
    }

    fn check_features(&self, inputs: &dyn Inputs<F>) -> Result<()> {
        let features = self.model.input.features();
        if inputs.features() == features {
            return Ok(());
        }
        let place = self.layers.first().map_or("", |layer| layer.place.as_str());
        let what = format!("samples do not fit {place}");
        Err(Error::new(ErrorKind::Shape, what)
            .expected(format!("{features} numbers each"))
            .got(inputs.features().to_string())
            .hint(format!(
                "build the model with Model::input({})",
                inputs.features()
            )))
    }
}

/// How a pass gets its inputs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start<'a, F> {
    /// They are there.
    There,
    /// Each piece writes its own.
    Written(&'a dyn Inputs<F>),
    /// The layer of this number takes those that are not zero, of which there are notes.
    Noted(Origin<'a, F>, usize),
}

impl<'a, F: Scalar> Start<'a, F> {
    /// How a network best gets them, by the batch alone: `x`, if there are no inputs to draw from. If
    /// there are to be notes, they are made.
    pub(super) fn of(
        network: &Network<F>,
        inputs: Option<&'a dyn Inputs<F>>,
        x: &[F],
        notes: &mut Notes<F>,
    ) -> Self {
        let otherwise = inputs.map_or(Self::There, Self::Written);
        let Some(taker) = network.taker_of_places() else {
            return otherwise;
        };
        // What takes the whole batch cannot be given to pieces of the layers before.
        let is_whole = network.layers[taker].mathematics.share() == Share::Whole;
        if taker >= MOST_LAYERS || (taker > 0 && is_whole) {
            return otherwise;
        }
        let features = network.model.input.features();
        let origin = match inputs {
            Some(inputs) => Origin::note(inputs, features, notes),
            None => Origin::note_numbers(x, features, notes),
        };
        origin.map_or(otherwise, |origin| Self::Noted(origin, taker))
    }
}

/// Writes a whole batch, on as many threads as there are.
pub(super) fn write_all<F: Scalar>(inputs: &dyn Inputs<F>, x: &mut [F]) {
    const TOGETHER: usize = 16;
    let mut beside = vec![(); inputs.len().div_ceil(TOGETHER)];
    team::for_parts(
        x,
        TOGETHER * inputs.features(),
        &mut beside,
        &|part, x, ()| {
            let from = part * TOGETHER;
            inputs.write(from..from + x.len() / inputs.features(), x);
        },
    );
}
