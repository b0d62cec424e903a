//! A network's gradients against differences of its own loss.

use chainrule_error::Result;
use ndarray::Array2;

use super::{Dropout, Network, Workspace, passes};
use crate::{
    Targets,
    check::{CheckRow, GradientCheck, Kink, Probe, chosen, index_of, judge},
    layers::Function,
    model::LayerKind,
};

/// What each ReLU and each window of max pooling does with each number: a loss is smooth as long
/// as this stays the same.
struct ActiveSet(Vec<Vec<u32>>);

impl Network<f64> {
    /// Holds every gradient of a batch against differences of the loss: one row for each parameter
    /// and one for the input. Of an array with more than 1000 entries, 1000 are checked.
    ///
    /// Entries at a corner of the loss, where a ReLU is at zero or two pixels of a pooling window
    /// tie, have no gradient to compare: they are counted and named. They are recognised by the
    /// ReLUs and windows themselves, which behave otherwise on the two sides however narrow the
    /// step is.
    ///
    /// ```
    /// use chainrule_nn::{Agreement, Init, Model};
    /// use ndarray::array;
    ///
    /// // A weight of zero puts the ReLU just onto its corner.
    /// let model = Model::input(1).dense(1).with_weights(Init::Zeros).relu().dense(1);
    /// let network = model.half_squared_error().build_f64(1)?;
    /// let check = network.gradient_check(&array![[2.0]], &array![[1.0]])?;
    /// assert_eq!(check.rows[0].agreement(), Agreement::AgreesBesideKinks);
    /// # Ok::<(), chainrule_nn::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`gradients`](Network::gradients).
    pub fn gradient_check<'a>(
        &self,
        x: &Array2<f64>,
        targets: impl Into<Targets<'a, f64>>,
    ) -> Result<GradientCheck> {
        self.check_said()?;
        self.gradient_check_of(x, targets.into(), Dropout::Off)
    }

    /// As [`gradient_check`](Self::gradient_check), for a network with dropout: the same units are
    /// dropped in every pass.
    ///
    /// # Errors
    ///
    /// As [`gradients_with`](Network::gradients_with).
    pub fn gradient_check_with<'a>(
        &self,
        x: &Array2<f64>,
        targets: impl Into<Targets<'a, f64>>,
        dropout: Dropout<'_, f64>,
    ) -> Result<GradientCheck> {
        self.gradient_check_of(x, targets.into(), dropout)
    }

    fn gradient_check_of(
        &self,
        x: &Array2<f64>,
        targets: Targets<'_, f64>,
        dropout: Dropout<'_, f64>,
    ) -> Result<GradientCheck> {
        let batch = x.nrows();
        let mut w = self.settled_workspace(x, targets, dropout)?;
        let gradients = w.gradients().clone();
        let d_input = self.d_inputs(&mut w, batch).swap_remove(0);
        let base = self.active_set(&w, batch);
        let mut moved = self.clone();
        let mut rows = Vec::new();
        for (p, entry) in gradients.entries.iter().enumerate() {
            let mut row = CheckRow::new(&entry.name, entry.value.len());
            for n in chosen(entry.value.len()) {
                let (gradient, value) = (entry.values()[n], self.parameters[p].values()[n]);
                let judged = judge(gradient, value, gradients.loss, |shift| {
                    moved.parameters[p].values_mut()[n] = value + shift;
                    passes::pass(&moved, &mut w, batch, true);
                    let loss = passes::loss(&moved, &mut w, targets);
                    let changed = self.changed(&base, &w, batch);
                    Probe { loss, changed }
                });
                moved.parameters[p].values_mut()[n] = value;
                row.add(index_of(n, entry.value.shape()), gradient, judged);
            }
            rows.push(row);
        }
        let mut row = CheckRow::new("input", x.len());
        for n in chosen(x.len()) {
            let (i, j) = (n / x.ncols(), n % x.ncols());
            let judged = judge(d_input[[i, j]], x[[i, j]], gradients.loss, |shift| {
                w.input_mut(batch)[n] = x[[i, j]] + shift;
                passes::pass(self, &mut w, batch, true);
                let loss = passes::loss(self, &mut w, targets);
                let changed = self.changed(&base, &w, batch);
                Probe { loss, changed }
            });
            w.input_mut(batch)[n] = x[[i, j]];
            row.add(vec![i, j], d_input[[i, j]], judged);
        }
        rows.push(row);
        let samples = if batch == 1 { "sample" } else { "samples" };
        let about = format!(
            "gradients of loss {:.6} over {batch} {samples} against differences",
            gradients.loss
        );
        Ok(GradientCheck { about, rows })
    }

    /// The active set of the last forward pass.
    fn active_set(&self, w: &Workspace<f64>, batch: usize) -> ActiveSet {
        let of = |i: usize| match self.model.layers[i].kind {
            LayerKind::Activation(Function::Relu) => {
                let values = &w.activations[i + 1][..batch * w.lens[i + 1]];
                values.iter().map(|&y| u32::from(y > 0.0)).collect()
            }
            LayerKind::MaxPool2d { .. } => w.scratch(i).indices[..batch * w.lens[i + 1]].to_vec(),
            _ => Vec::new(),
        };
        ActiveSet((0..self.layers.len()).map(of).collect())
    }

    /// The first place where the last forward pass behaved otherwise.
    fn changed(&self, base: &ActiveSet, w: &Workspace<f64>, batch: usize) -> Option<Kink> {
        let now = self.active_set(w, batch);
        let layers = base.0.iter().zip(&now.0).enumerate();
        layers.into_iter().find_map(|(i, (before, after))| {
            let at = before.iter().zip(after).position(|(a, b)| a != b)?;
            let what = match self.model.layers[i].kind {
                LayerKind::MaxPool2d { .. } => "a tie in a window",
                _ => "a ReLU at zero",
            };
            Some(Kink {
                place: self.layers[i].place.clone(),
                what,
                sample: at / w.lens[i + 1],
                unit: at % w.lens[i + 1],
            })
        })
    }
}
