//! The batches of an epoch in their order, and the gradients of each: what every training is made of.

use chainrule_data::{Augment, Augmenter, BatchSampler, Dataset};
use chainrule_error::Result;
use chainrule_nn::{Dropout, Network, Targets, Workspace};

use crate::{Number, interrupt, samples::Samples, sharing::Sharing};

/// How many samples of the batches to come are asked for while one is computed: they lie anywhere in
/// memory.
const AHEAD: usize = 6;

/// Draws batches and computes their gradients, all in one workspace.
pub(crate) struct Steps<'a, F: Number> {
    train: &'a Dataset,
    sampler: BatchSampler,
    labels: Vec<u8>,
    augmenter: Option<Augmenter>,
    seed: u64,
    sharing: Sharing,
    pub(crate) workspace: Workspace<F>,
}

/// What came of asking for a batch.
pub(crate) enum Drawn {
    /// So many samples, and their loss as the model reduces it. The gradients are in the workspace.
    Batch(usize, f64),
    /// The epoch has no batch left.
    EpochOver,
    /// An interrupt came before the batch.
    Interrupted,
}

impl<'a, F: Number> Steps<'a, F> {
    /// The seed decides the order of the samples and what is dropped out.
    pub(crate) fn new(
        network: &Network<F>,
        train: &'a Dataset,
        batch_size: usize,
        seed: u64,
    ) -> Result<Self> {
        let sampler = BatchSampler::new(train.len(), batch_size, seed)?;
        let mut workspace = network.workspace(batch_size)?;
        network.set_dropout(&mut workspace, Dropout::Seed(seed))?;
        train.note_filled();
        Ok(Self {
            train,
            sampler,
            labels: vec![0; batch_size],
            augmenter: None,
            seed,
            sharing: Sharing::default(),
            workspace,
        })
    }

    /// With images that are changed as they are drawn, by the same seed.
    pub(crate) fn augmented(mut self, augment: Option<Augment>) -> Result<Self> {
        let source = |augment: Augment| augment.source(self.train, self.seed);
        self.augmenter = augment.map(source).transpose()?;
        Ok(self)
    }

    pub(crate) fn start_epoch(&mut self) {
        self.sampler.start_epoch();
    }

    /// The next batch of the epoch, its loss and its gradients.
    pub(crate) fn draw(&mut self, network: &Network<F>) -> Result<Drawn> {
        let Some((indices, batch)) = self.sampler.next_batch_and(AHEAD) else {
            return Ok(Drawn::EpochOver);
        };
        if interrupt::requested() {
            return Ok(Drawn::Interrupted);
        }
        self.sharing.begin();
        let labels = &mut self.labels[..batch];
        let loss = if let Some(augmenter) = &mut self.augmenter {
            let x = self.workspace.input_mut(batch);
            self.train
                .fill_batch_augmented(&indices[..batch], x, labels, augmenter)?;
            let targets = Targets::Classes(labels);
            network.forward_backward_in(&mut self.workspace, batch, targets)?
        } else {
            let samples = self.train.drawn(indices)?;
            for (i, label) in labels.iter_mut().enumerate() {
                *label = samples.label(i);
            }
            let samples = Samples::first(batch, samples);
            let targets = Targets::Classes(labels);
            network.forward_backward_from(&mut self.workspace, &samples, targets)?
        };
        Ok(Drawn::Batch(batch, loss))
    }

    /// Tells that the step along the gradients of so many samples has been taken.
    pub(crate) fn taken(&mut self, batch: usize) {
        self.sharing.end(batch);
    }

    /// The labels of the batch that was drawn last.
    pub(crate) fn labels(&self, batch: usize) -> &[u8] {
        &self.labels[..batch]
    }
}
