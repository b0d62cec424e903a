//! What happens at each step beside the gradient and the update rule.

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{Clipping, Network, Optimizer, Pace, Schedule, Workspace};

use crate::Number;

/// What a step does beside computing gradients and following the update rule. By default nothing.
///
/// Gradients are clipped before the optimizer sees them; the learning rate is the schedule's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recipe {
    /// How the learning rate changes; constant unless set.
    pub schedule: Schedule,
    /// How large gradients may be; as large as they are unless set.
    pub clipping: Option<Clipping>,
}

impl Recipe {
    pub(crate) fn check(&self) -> Result<()> {
        self.schedule.clone().checked()?;
        self.clipping.map(Clipping::checked).transpose()?;
        Ok(())
    }

    /// What it is in words, for labels; nothing for what is as usual.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.schedule != Schedule::constant() {
            words.push(format!("Schedule: {}", self.schedule));
        }
        words.extend(
            self.clipping
                .map(|clipping| format!("Clipping: {clipping}")),
        );
        words
    }
}

/// A [`Recipe`] at work.
pub(crate) struct Course {
    recipe: Recipe,
    /// The schedule and the rate that it began with, if it is not constant.
    pace: Option<(Pace, f64)>,
}

impl Course {
    /// Begins, and gives the optimizer the schedule's first rate.
    pub(crate) fn new<F: Number>(
        recipe: &Recipe,
        optimizer: &mut dyn Optimizer<F>,
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
        })
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
        "a learning rate schedule needs an optimizer that tells its rate",
    )
    .got("one that does not")
    .hint("give it fn learning_rate(&self) -> Option<f64>")
}
