//! What happens at each step beside the gradient and the update rule.

use chainrule_data::{Augment, Dataset};
use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{
    Clipping, GradientNoise, Network, NoiseSource, Optimizer, Pace, Penalty, Schedule, Workspace,
};

use crate::Number;

/// What a step does beside computing gradients and following the update rule. By default nothing.
///
/// In this order: the images of the batch are augmented; the gradients of the data are clipped; penalties add theirs; noise is added, after
/// the clipping, as its paper has it; weights decay; the optimizer takes its step, at the
/// schedule's learning rate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recipe {
    /// How the images are moved, turned and scaled as batches are drawn; not at all unless set. What
    /// is measured is never augmented.
    pub augment: Option<Augment>,
    /// How the learning rate changes; constant unless set.
    pub schedule: Schedule,
    /// How large gradients may be; as large as they are unless set.
    pub clipping: Option<Clipping>,
    /// What large weights cost; nothing unless set.
    pub penalties: Vec<Penalty>,
    /// Noise on the gradients; none unless set.
    pub noise: Option<GradientNoise>,
    /// λ of decoupled weight decay, by which weights shrink beside the optimizer's step:
    /// w ← w − η·λ·w. 0 unless set.
    pub weight_decay: f64,
}

impl Recipe {
    pub(crate) fn check(&self) -> Result<()> {
        self.augment.map(Augment::checked).transpose()?;
        self.schedule.clone().checked()?;
        self.clipping.map(Clipping::checked).transpose()?;
        self.noise.map(GradientNoise::checked).transpose()?;
        for penalty in &self.penalties {
            penalty.checked()?;
        }
        if !(self.weight_decay.is_finite() && self.weight_decay >= 0.0) {
            return Err(Error::new(ErrorKind::Value, "weight decay is out of range")
                .expected("a finite number, not negative")
                .got(self.weight_decay.to_string()));
        }
        Ok(())
    }

    /// Whether the augmentation suits the images that are trained on.
    pub(crate) fn check_images(&self, train: &Dataset) -> Result<()> {
        self.augment
            .map_or(Ok(()), |augment| augment.check_for(train))
    }

    /// What it is in words, for labels, by field; nothing for what is as usual.
    pub(crate) fn words(&self) -> Vec<(&'static str, String)> {
        let mut words = Vec::new();
        words.extend(
            self.augment
                .map(|augment| ("augment", format!("Augmentation: {augment}"))),
        );
        if self.schedule != Schedule::constant() {
            words.push(("schedule", format!("Schedule: {}", self.schedule)));
        }
        words.extend(
            self.clipping
                .map(|clipping| ("clipping", format!("Clipping: {clipping}"))),
        );
        words.extend(
            self.penalties
                .iter()
                .map(|penalty| ("penalty", format!("Penalty: {penalty}"))),
        );
        words.extend(
            self.noise
                .map(|noise| ("gradient_noise", format!("Gradient noise: {noise}"))),
        );
        if self.weight_decay != 0.0 {
            words.push((
                "weight_decay",
                format!("Weight decay: {}", self.weight_decay),
            ));
        }
        words
    }
}

/// The share of each weight that decays in a step: the learning rate times λ. From 1 on nothing
/// would be left of the weights, or they would be turned round.
pub(crate) fn decaying_share(rate: f64, lambda: f64) -> Result<f64> {
    let share = rate * lambda;
    if (0.0..1.0).contains(&share) {
        return Ok(share);
    }
    let place = "weight decay λ is out of range for the learning rate";
    Err(Error::new(ErrorKind::Value, place)
        .expected("learning rate · λ from 0 to below 1")
        .got(format!("{rate} · {lambda} = {share}"))
        .why("at each step w ← w − learning rate · λ · w")
        .hint("a λ of 0.0001 to 0.1 is usual"))
}

/// A [`Recipe`] at work.
pub(crate) struct Course {
    recipe: Recipe,
    /// The schedule and the rate that it began with, if it is not constant.
    pace: Option<(Pace, f64)>,
    noise: Option<NoiseSource>,
    /// The rate of the last step, if the optimizer tells it.
    rate: Option<f64>,
}

impl Course {
    /// Begins, and gives the optimizer the schedule's first rate.
    pub(crate) fn new<F: Number>(
        recipe: &Recipe,
        optimizer: &mut dyn Optimizer<F>,
        seed: u64,
    ) -> Result<Self> {
        recipe.check()?;
        let pace = if recipe.schedule == Schedule::constant() {
            None
        } else {
            let base = optimizer.learning_rate().ok_or_else(unknown_rate)?;
            let pace = recipe.schedule.pace(base)?;
            optimizer.set_learning_rate(pace.rate())?;
            Some((pace, base))
        };
        Ok(Self {
            recipe: recipe.clone(),
            pace,
            noise: recipe.noise.map(|noise| noise.source(seed)).transpose()?,
            rate: optimizer.learning_rate(),
        })
    }

    /// The learning rate of the last step, which the optimizer's own need not be any more; before
    /// the first step that of the first.
    pub(crate) fn rate(&self) -> Option<f64> {
        self.rate
    }

    /// One step along the gradients of the workspace.
    pub(crate) fn step<F: Number>(
        &mut self,
        network: &mut Network<F>,
        optimizer: &mut dyn Optimizer<F>,
        workspace: &mut Workspace<F>,
    ) -> Result<()> {
        if let Some(clipping) = self.recipe.clipping {
            workspace.gradients_mut().clip(clipping)?;
        }
        for &penalty in &self.recipe.penalties {
            workspace.gradients_mut().add_penalty(network, penalty)?;
        }
        if let Some(noise) = &mut self.noise {
            noise.add_to(workspace.gradients_mut());
        }
        self.rate = optimizer.learning_rate();
        if self.recipe.weight_decay != 0.0 {
            let rate = self.rate.ok_or_else(unknown_rate)?;
            // Settings were checked with the rate that they begin with; an optimizer of one's own
            // may raise it.
            network.decay_weights(decaying_share(rate, self.recipe.weight_decay)?)?;
        }
        optimizer.step(network, workspace.gradients())?;
        if self.recipe.schedule.is_per_step() {
            self.tick(optimizer)?;
        }
        Ok(())
    }

    /// Whether the end of an epoch needs a loss.
    pub(crate) fn needs_loss(&self) -> bool {
        self.recipe.schedule.needs_loss()
    }

    /// The end of an epoch, with the loss that a plateau is seen by.
    pub(crate) fn epoch<F: Number>(
        &mut self,
        optimizer: &mut dyn Optimizer<F>,
        loss: f64,
    ) -> Result<()> {
        let Some((pace, _)) = &mut self.pace else {
            return Ok(());
        };
        pace.measured(loss);
        if self.recipe.schedule.is_per_step() {
            optimizer.set_learning_rate(pace.rate())
        } else {
            self.tick(optimizer)
        }
    }

    /// Gives the optimizer back the rate that it came with.
    pub(crate) fn end<F: Number>(&self, optimizer: &mut dyn Optimizer<F>) -> Result<()> {
        self.pace
            .as_ref()
            .map_or(Ok(()), |(_, base)| optimizer.set_learning_rate(*base))
    }

    fn tick<F: Number>(&mut self, optimizer: &mut dyn Optimizer<F>) -> Result<()> {
        if let Some((pace, _)) = &mut self.pace {
            pace.tick();
            optimizer.set_learning_rate(pace.rate())?;
        }
        Ok(())
    }
}

fn unknown_rate() -> Error {
    Error::new(
        ErrorKind::Value,
        "a learning rate schedule, or weight decay, needs an optimizer that tells its rate",
    )
    .got("one that does not")
    .hint("give it fn learning_rate(&self) -> Option<f64>")
}
