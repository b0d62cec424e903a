//! The table of a model's layers.

use std::fmt;

use chainrule_error::Result;

use super::{Model, plan};
use crate::{Loss, Reduction, Shape};

/// One layer in a [`Summary`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryRow {
    /// The layer's name, such as `dense_1`.
    pub name: String,
    /// The shape of one sample after it.
    pub output: Shape,
    /// How many numbers it learns.
    pub parameters: usize,
}

/// A model's layers, output shapes and parameters, for people to read.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The shape of one sample.
    pub input: Shape,
    /// One row for each layer.
    pub rows: Vec<SummaryRow>,
    /// How many numbers the model learns.
    pub total: usize,
    /// What it makes small.
    pub loss: Loss,
    /// How the samples of a batch count together.
    pub reduction: Reduction,
    /// The share of each target that is spread over all classes; 0 without label smoothing.
    pub smoothing: f64,
}

impl Summary {
    pub(super) fn of(model: &Model) -> Result<Self> {
        let (layers, loss) = plan(model)?;
        let rows: Vec<_> = layers
            .into_iter()
            .map(|layer| SummaryRow {
                name: layer.name,
                output: layer.output,
                parameters: layer
                    .parameters
                    .iter()
                    .map(|parameter| parameter.shape.iter().product::<usize>())
                    .sum(),
            })
            .collect();
        let total = rows.iter().map(|row| row.parameters).sum();
        Ok(Self {
            input: model.input,
            rows,
            total,
            loss,
            reduction: model.reduction,
            smoothing: model.smoothing,
        })
    }
}

/// 25450 as `25 450`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let input = (String::from("input"), self.input.to_string(), 0);
        let layers = self
            .rows
            .iter()
            .map(|row| (row.name.clone(), row.output.to_string(), row.parameters));
        let rows: Vec<_> = std::iter::once(input).chain(layers).collect();
        let name = rows.iter().map(|row| row.0.len()).max().unwrap_or(0).max(5);
        let shape = rows
            .iter()
            .map(|row| row.1.len())
            .max()
            .unwrap_or(0)
            .max(12);
        let rule = "─".repeat(name + shape + 16);
        writeln!(
            f,
            "{:<name$}  {:<shape$}  {:>12}\n{rule}",
            "layer", "output shape", "parameters"
        )?;
        for (layer, output, parameters) in rows {
            writeln!(
                f,
                "{layer:<name$}  {output:<shape$}  {:>12}",
                grouped(parameters)
            )?;
        }
        let total = grouped(self.total);
        writeln!(f, "{rule}\n{:<name$}  {:<shape$}  {total:>12}", "total", "")?;
        write!(f, "loss: {}, ", self.loss)?;
        if self.smoothing > 0.0 {
            write!(f, "label smoothing {}, ", self.smoothing)?;
        }
        write!(f, "{}", self.reduction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_reads_as_it_did() {
        let model = Model::input([1, 28, 28])
            .conv2d(8, 3)
            .max_pool2d(2)
            .conv2d(8, 3)
            .max_pool2d(2)
            .flatten()
            .dense(32)
            .relu()
            .dense(10)
            .softmax()
            .reduction(Reduction::Sum);
        assert_eq!(
            model.to_string(),
            "\
layer         output shape    parameters
────────────────────────────────────────
input         [1, 28, 28]              0
conv2d_1      [8, 28, 28]             80
max_pool2d_1  [8, 14, 14]              0
conv2d_2      [8, 14, 14]            584
max_pool2d_2  [8, 7, 7]                0
flatten_1     [392]                    0
dense_1       [32]                12 576
relu_1        [32]                     0
dense_2       [10]                   330
────────────────────────────────────────
total                             13 570
loss: softmax with cross-entropy, summed over the batch"
        );
    }
}
