//! The linear layer: y = x·W + b.

use super::{Backward, Layer, Scratch, Share};
use crate::{
    Parameter, Scalar,
    kernels::{
        product::{Left, product},
        sparse::{self, Places, Sorted},
    },
    matmul::{Into, Mat, matmul},
    network::Piece,
    team,
};

/// Weights of more numbers than this do not stay in the caches next to a core, and are multiplied
/// by the `gemm` crate, which packs them.
const SMALL: usize = 1 << 16;

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
        const ROWS: usize = 96;
        let mut beside = vec![(); self.inputs.div_ceil(ROWS)];
        team::for_parts(
            d_weight,
            ROWS * self.units,
            &mut beside,
            &|part, d_weight, ()| {
                let from = part * ROWS;
                if self.is_small() {
                    let x = Left::Columns(x, self.inputs, from);
                    product(x, dy, None, d_weight, (batch, self.units));
                } else {
                    let x =
                        Mat::new(x, batch, self.inputs).columns(from, d_weight.len() / self.units);
                    let dy = Mat::new(dy, batch, self.units);
                    matmul(x.t(), dy, d_weight, Into::Overwrite);
                }
            },
        );
    }

    /// ∂x = ∂y·Wᵀ, with room for Wᵀ.
    fn input_gradient<F: Scalar>(&self, dy: &[F], weight: &[F], dx: &mut [F], room: &mut [F]) {
        if room.len() == weight.len() {
            transpose(weight, room, self.units);
            return product(Left::Rows(dy), room, None, dx, (self.units, self.inputs));
        }
        let dy = Mat::new(dy, dy.len() / self.units, self.units);
        let weight = Mat::new(weight, self.inputs, self.units);
        matmul(dy, weight.t(), dx, Into::Overwrite);
    }
}

fn transpose<F: Scalar>(from: &[F], to: &mut [F], columns: usize) {
    let rows = from.len() / columns;
    for (j, to) in to.chunks_exact_mut(rows).take(columns).enumerate() {
        let column = from[j..].iter().step_by(columns);
        to.iter_mut().zip(column).for_each(|(to, &from)| *to = from);
    }
}

impl<F: Scalar> Layer<F> for Dense {
    fn output_len(&self) -> usize {
        self.units
    }

    fn scratch(&self, capacity: usize) -> Scratch<F> {
        if self.reads_data {
            return Scratch {
                places: Places::for_rows(capacity, self.inputs),
                ..Scratch::default()
            };
        }
        let transposed = if self.is_small() {
            self.inputs * self.units
        } else {
            0
        };
        Scratch {
            values: vec![F::zero(); transposed],
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
        if scratch.sparse {
            scratch.places.find(x);
            let extents = (self.inputs, self.units);
            sparse::forward(x, &scratch.places, weight, bias, y, extents);
        } else {
            self.all(x, weight, bias, y, batch);
        }
    }

    fn backward(&self, pass: Backward<'_, F>, scratch: &mut Scratch<F>) {
        let [weight, ..] = pass.parameters else {
            unreachable!("a dense layer has a weight")
        };
        if let Some(dx) = pass.dx {
            self.input_gradient(pass.dy, weight.values(), dx, &mut scratch.values);
        }
    }

    fn share(&self) -> Share {
        Share::Inputs
    }

    fn packs(&self) -> bool {
        !self.is_small()
    }

    fn finds_zeros(&self, data: &[F]) -> bool {
        self.reads_data && sparse::is_sparse(data, self.inputs)
    }

    fn gradients(
        &self,
        x: &[F],
        dy: &[F],
        gradients: &mut [Parameter<F>],
        pieces: &mut [Piece<F>],
        layer: usize,
    ) {
        let [d_weight, d_bias @ ..] = gradients else {
            unreachable!("a dense layer has a weight")
        };
        let (batch, d_weight) = (dy.len() / self.units, d_weight.values_mut());
        if pieces[0].scratch[layer].sparse && batch > 1 {
            let mut sorted = std::mem::take(&mut pieces[0].scratch[layer].sorted);
            if sorted.first().is_none_or(|room| room.rows() < batch) {
                sorted = Sorted::for_batch(batch, self.inputs);
            }
            let places = pieces.iter().map(|piece| &piece.scratch[layer].places);
            sparse::gradient(x, places, dy, d_weight, self.units, &mut sorted);
            pieces[0].scratch[layer].sorted = sorted;
        } else {
            self.all_gradients(x, dy, d_weight, batch);
        }
        if let Some(d_bias) = d_bias.first_mut() {
            let d_bias = d_bias.values_mut();
            d_bias.fill(F::zero());
            for row in dy.chunks_exact(self.units) {
                d_bias.iter_mut().zip(row).for_each(|(sum, &d)| *sum += d);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis, s};

    use crate::{Gradients, Model};

    /// One sample's fast path against the products that a batch takes, here of the sample twice.
    #[test]
    fn one_sample_is_computed_as_a_batch_is() {
        for has_bias in [true, false] {
            let layer = |model: Model| {
                if has_bias {
                    model
                } else {
                    model.without_bias()
                }
            };
            let model = layer(layer(Model::input(9).dense(7)).tanh().dense(4)).half_squared_error();
            let network = model.build_f64(3).unwrap();
            let mut x = Array2::from_shape_fn((2, 9), |(_, j)| (j as f64 * 0.7).sin());
            x.slice_mut(s![.., 2..6]).fill(0.0);
            let y = Array2::from_elem((2, 4), 0.3);
            let first = |a: &Array2<f64>| a.row(0).insert_axis(Axis(0)).to_owned();
            let one = network.gradients(&first(&x), &first(&y)).unwrap();
            let two = network.gradients(&x, &y).unwrap();
            let near = |a: &Gradients<f64>, b: &Gradients<f64>| {
                let entries = a.entries.iter().zip(&b.entries);
                entries.fold(0.0_f64, |worst, (a, b)| {
                    (&a.value - &b.value).fold(worst, |worst, d| worst.max(d.abs()))
                })
            };
            assert!(near(&one, &two) < 1e-15);
            assert!((one.loss - two.loss).abs() < 1e-15);
        }
    }
}
