//! The linear layer: y = x·W + b.

mod large;

use std::ops::Range;

use super::{Backward, Layer, OverBatch, Scratch, Share, Sum};
use crate::{
    Parameter, Scalar,
    kernels::{
        loops,
        product::{Left, product},
        sparse::{self, Lists, Onto, Part},
        transpose,
    },
    matmul::{Into, Mat, matmul},
    team,
};

/// Weights of more numbers than this do not stay in the caches next to a core: see `large.rs`.
const SMALL: usize = 1 << 16;

/// Weights of data of more numbers than this do not even stay in the next cache, and a thread that
/// goes through all of them for each piece of a batch waits for memory.
const LARGE: usize = 1 << 17;

/// y = x·W + b with W `[inputs, units]` and b `[units]`, or without b; backward ∂W = xᵀ·∂y, ∂b = Σ ∂y over the
/// batch, ∂x = ∂y·Wᵀ.
#[derive(Debug)]
pub(crate) struct Dense {
    pub(crate) inputs: usize,
    pub(crate) units: usize,
    /// Whether its input is data, in which zeros are looked for: of images most pixels may be.
    pub(crate) reads_data: bool,
}

impl Dense {
    fn is_small(&self) -> bool {
        self.inputs * self.units <= SMALL
    }

    /// Whether the whole batch is taken at once, shared out by columns: so the weights are gone
    /// through, or packed, once a step and not for every piece.
    fn takes_all(&self) -> bool {
        self.inputs * self.units > if self.reads_data { LARGE } else { SMALL }
    }

    /// y = x·W + b of all numbers, zeros or not.
    fn all<F: Scalar>(&self, x: &[F], weight: &[F], bias: Option<&[F]>, y: &mut [F], batch: usize) {
        if self.is_small() {
            return product(Left::Rows(x), weight, bias, y, (self.inputs, self.units));
        }
        let x = Mat::new(x, batch, self.inputs);
        let weight = Mat::new(weight, self.inputs, self.units);
        let Some(bias) = bias else {
            return matmul(x, weight, y, Into::Overwrite);
        };
        for row in y.chunks_exact_mut(self.units) {
            row.copy_from_slice(bias);
        }
        matmul(x, weight, y, Into::Add);
    }

    /// ∂W = xᵀ·∂y of all numbers, a few rows of it at a time.
    fn all_gradients<F: Scalar>(&self, x: &[F], dy: &[F], d_weight: &mut [F], batch: usize) {
        let rows = if self.is_small() { 32 } else { 128 };
        let mut beside = vec![(); self.inputs.div_ceil(rows)];
        team::for_parts(
            d_weight,
            rows * self.units,
            &mut beside,
            &|part, d_weight, ()| {
                let from = part * rows;
                if self.is_small() {
                    let x = Left::Columns(x, self.inputs, from);
                    product(x, dy, None, d_weight, (batch, self.units));
                } else {
                    let x = Mat::new(x, batch, self.inputs)
                        .some_columns(from, d_weight.len() / self.units);
                    let dy = Mat::new(dy, batch, self.units);
                    matmul(x.t(), dy, d_weight, Into::Overwrite);
                }
            },
        );
    }

    /// ∂x = ∂y·Wᵀ where Wᵀ is not prepared, with room for it if the whole batch is taken. Of data it is
    /// only asked for when a pass is recorded.
    fn input_gradient<F: Scalar>(&self, dy: &[F], weight: &[F], dx: &mut [F], room: &mut [F]) {
        if self.takes_all() && !self.reads_data {
            return self.large_input_gradient(dy, weight, dx, room);
        }
        let dy = Mat::new(dy, dy.len() / self.units, self.units);
        let weight = Mat::new(weight, self.inputs, self.units);
        matmul(dy, weight.t(), dx, Into::Overwrite);
    }
}

/// ∂b = Σ ∂y over the batch, if there is a bias.
fn sum_rows<F: Scalar>(dy: &[F], d_bias: &mut [Parameter<F>]) {
    let Some(d_bias) = d_bias.first_mut() else {
        return;
    };
    let d_bias = d_bias.values_mut();
    loops(|| {
        d_bias.fill(F::zero());
        for row in dy.chunks_exact(d_bias.len()) {
            d_bias.iter_mut().zip(row).for_each(|(sum, &d)| *sum += d);
        }
    });
}

impl<F: Scalar> Layer<F> for Dense {
    fn output_len(&self) -> usize {
        self.units
    }

    fn scratch(&self, capacity: usize) -> Scratch<F> {
        let room = if self.takes_all() {
            self.large_room(capacity)
        } else {
            0
        };
        Scratch {
            values: vec![F::zero(); room],
            ..Scratch::default()
        }
    }

    fn forward(
        &self,
        parameters: &[Parameter<F>],
        x: &[F],
        y: &mut [F],
        batch: usize,
        scratch: &mut Scratch<F>,
    ) {
        let [weight, bias @ ..] = parameters else {
            unreachable!("a dense layer has a weight")
        };
        let (weight, bias) = (weight.values(), bias.first().map(Parameter::values));
        if !self.takes_all() {
            return self.all(x, weight, bias, y, batch);
        }
        self.large_forward(x, (weight, bias), y, &mut scratch.values);
    }

    fn forward_part(
        &self,
        parameters: &[Parameter<F>],
        lists: Lists<'_, F>,
        of: (Range<usize>, Part),
        sum: Sum,
        y: &mut [F],
    ) {
        let [weight, bias @ ..] = parameters else {
            unreachable!("a dense layer has a weight")
        };
        let onto = match (sum, bias) {
            (Sum::First, [bias, ..]) => Onto::Start(bias.values()),
            (Sum::First, []) | (Sum::Apart, _) => Onto::Nothing,
            (Sum::Onto, _) => Onto::There,
        };
        sparse::forward(lists, of, weight.values(), onto, y, self.units);
    }

    fn backward(&self, pass: Backward<'_, F>, scratch: &mut Scratch<F>) {
        let [weight, ..] = pass.parameters else {
            unreachable!("a dense layer has a weight")
        };
        if self.takes_all() && !self.reads_data {
            let [d_weight, d_bias @ ..] = pass.gradients else {
                unreachable!("a dense layer has a weight")
            };
            let d_weight = d_weight.values_mut();
            self.large_gradient(pass.x, pass.dy, d_weight, &mut scratch.values);
            sum_rows(pass.dy, d_bias);
        }
        if let Some(dx) = pass.dx {
            if !pass.prepared.is_empty() {
                let (dy, shape) = (Left::Rows(pass.dy), (self.units, self.inputs));
                return product(dy, pass.prepared, None, dx, shape);
            }
            self.input_gradient(pass.dy, weight.values(), dx, &mut scratch.values);
        }
    }

    fn share(&self) -> Share {
        if self.takes_all() {
            Share::Whole
        } else {
            Share::Inputs
        }
    }

    /// The transpose of the weights.
    fn prepared(&self) -> usize {
        // Data have no gradient.
        if self.takes_all() || self.reads_data {
            0
        } else {
            self.inputs * self.units
        }
    }

    fn prepare(&self, parameters: &[Parameter<F>], room: &mut [F]) {
        if let ([weight, ..], false) = (parameters, room.is_empty()) {
            transpose(weight.values(), room, self.units);
        }
    }

    fn takes_places(&self) -> bool {
        self.reads_data && sparse::has_places(self.inputs)
    }

    fn gradients(&self, of: OverBatch<'_, F>) {
        if self.takes_all() && !self.reads_data {
            return (of.meanwhile)();
        }
        let dy = of.dy;
        let ([d_weight, d_bias @ ..], [filled, ..]) = (of.gradients, of.filled) else {
            unreachable!("a dense layer has a weight")
        };
        let (batch, d_weight) = (dy.len() / self.units, d_weight.values_mut());
        if let Some(lists) = of.lists {
            let d_weight = (d_weight, filled);
            sparse::gradient(lists, dy, d_weight, self.units, of.sorted, of.meanwhile);
        } else {
            *filled = None;
            self.all_gradients(of.x, dy, d_weight, batch);
            (of.meanwhile)();
        }
        sum_rows(dy, d_bias);
    }
}

#[cfg(test)]
mod tests;
