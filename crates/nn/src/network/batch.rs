//! What a batch has to be like, and what is said where it is not.

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::Array2;

use super::{
    Network, Workspace,
    dropout::{self, Source},
};
use crate::{Scalar, Shape, Targets};

impl<F: Scalar> Network<F> {
    /// Whether a batch can be learned from.
    pub(super) fn check_step(
        &self,
        workspace: &Workspace<F>,
        batch: usize,
        targets: Targets<'_, F>,
    ) -> Result<()> {
        workspace.check(batch)?;
        targets.check(batch, self.outputs())?;
        match workspace.dropout {
            Source::Given { batch: rows } if rows != batch => {
                Err(dropout::wrong_batch(rows, batch))
            }
            _ if batch < self.least_batch() => Err(self.too_small(batch)),
            _ => Ok(()),
        }
    }

    fn too_small(&self, batch: usize) -> Error {
        let least = self
            .layers
            .iter()
            .find(|layer| layer.mathematics.least_batch() > batch);
        let place = least.map_or("", |layer| layer.place.as_str());
        Error::new(
            ErrorKind::Shape,
            format!("{place} cannot learn from a batch of {batch}"),
        )
        .expected(format!("at least {} samples", self.least_batch()))
        .got(batch.to_string())
        .why("a feature is normalized by its variance within the batch, and one number has none")
        .hint("choose a batch size that does not leave a single sample for the last batch")
    }

    /// A workspace with these inputs, which have to be rows of finite numbers.
    pub(super) fn filled_workspace(&self, x: &Array2<F>) -> Result<Workspace<F>> {
        let features = self.model.input.features();
        if x.ncols() != features {
            let hint = match self.model.input {
                Shape::Flat(_) => format!("build the model with Model::input({})", x.ncols()),
                image @ Shape::Image { .. } => {
                    format!("give each image {image} as one row of {features} numbers")
                }
            };
            let place = self.layers.first().map_or("", |layer| layer.place.as_str());
            let mut error = Error::new(
                ErrorKind::Shape,
                format!("shape mismatch in {place}, forward pass"),
            )
            .expected(format!("[batch, {features}]"))
            .got(format!("{:?}", x.shape()))
            .hint(hint);
            if x.ncols() == features + 1 {
                error = error
                    .why("one column too many, perhaps a bias column; layers hold their own bias");
            }
            return Err(error);
        }
        if let Some(((row, column), value)) = x.indexed_iter().find(|(_, v)| !v.is_finite()) {
            return Err(
                Error::new(ErrorKind::NotFinite, "an input is not a finite number")
                    .got(format!("{value} in row {row}, column {column}")),
            );
        }
        if x.nrows() == 0 {
            return Err(Error::new(ErrorKind::Shape, "a batch needs samples")
                .expected(format!("[batch, {features}] with at least one row"))
                .got(format!("{:?}", x.shape())));
        }
        // In one piece, as records of a pass are read.
        let mut workspace = F::workspace(self, x.nrows(), false);
        workspace
            .input_mut(x.nrows())
            .iter_mut()
            .zip(x)
            .for_each(|(to, &from)| *to = from);
        Ok(workspace)
    }
}
