//! The linear layer: y = x·W + b.

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

/// Weights of more numbers than this do not stay in the caches next to a core, and are multiplied
/// by the `gemm` crate, which packs them.
const SMALL: usize = 1 << 16;

/// Weights of data of more numbers than this do not even stay in the next cache, and a thread that
/// goes through all of them for each piece of a batch waits for memory.
const LARGE: usize = 1 << 17;

/// Columns of weights that are multiplied together by the `gemm` crate.
const COLUMNS: usize = 128;

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

    /// c = a·b, a block of columns at a time: `product` computes those from a column on, as many
    /// as there is room for. Beside it has room for so many numbers more of each column.
    fn by_columns<F: Scalar>(
        (batch, columns, more): (usize, usize, usize),
        start: Option<&[F]>,
        c: &mut [F],
        room: &mut [F],
        product: impl Fn(usize, &mut [F], &mut [F]) + Sync,
    ) {
        const ROWS: usize = 32;
        let each = batch + more;
        let room = &mut room[..each * columns];
        let mut beside = vec![(); columns.div_ceil(COLUMNS)];
        team::for_parts(room, each * COLUMNS, &mut beside, &|block, room, ()| {
            let (room, beside) = room.split_at_mut(room.len() / each * batch);
            product(block * COLUMNS, room, beside);
        });
        let room = &*room;
        let mut beside = vec![(); batch.div_ceil(ROWS)];
        team::for_parts(c, ROWS * columns, &mut beside, &|part, c, ()| {
            for (row, c) in c.chunks_exact_mut(columns).enumerate() {
                let row = part * ROWS + row;
                for (block, c) in c.chunks_mut(COLUMNS).enumerate() {
                    let (from, len) = (block * COLUMNS, c.len());
                    let product = &room[each * from + row * len..][..len];
                    match start {
                        Some(start) => c
                            .iter_mut()
                            .zip(product)
                            .zip(&start[from..])
                            .for_each(|((c, &product), &start)| *c = product + start),
                        None => c.copy_from_slice(product),
                    }
                }
            }
        });
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
            let batch = dy.len() / self.units;
            let (dy, shape) = (
                Mat::new(dy, batch, self.units),
                (batch, self.inputs, self.units),
            );
            return Self::by_columns(shape, None, dx, room, |from, room, transposed| {
                // Where registers have 64 bytes, `gemm` would pack a transpose number by number.
                let weight = &weight[from * self.units..][..transposed.len()];
                transpose(weight, transposed, self.units);
                let weight = Mat::new(&*transposed, self.units, room.len() / batch);
                matmul(dy, weight, room, Into::Overwrite);
            });
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
        let room = match (self.takes_all(), self.reads_data) {
            // The products, block by block.
            (true, true) => capacity * self.units,
            // The products, forward or, beside the transpose of the weights, backward.
            (true, false) => (self.inputs * (capacity + self.units)).max(capacity * self.units),
            (false, _) => 0,
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
        let x = Mat::new(x, batch, self.inputs);
        let weight = Mat::new(weight, self.inputs, self.units);
        let (shape, room) = ((batch, self.units, 0), &mut scratch.values);
        Self::by_columns(shape, bias, y, room, |from, room, _| {
            let columns = weight.some_columns(from, room.len() / batch);
            matmul(x, columns, room, Into::Overwrite);
        });
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
            self.all_gradients(pass.x, pass.dy, d_weight.values_mut(), pass.batch);
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
mod tests {
    use ndarray::{Array2, ArrayD, Axis, Ix1, Ix2, s};

    use crate::{Dropout, Gradients, Model, Reduction};

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

    /// A pass that is recorded asks for the gradient of the data, too.
    #[test]
    fn a_large_layer_of_data_gives_the_gradient_of_its_input() {
        let model = Model::input(700).dense(200).half_squared_error();
        let model = model.reduction(Reduction::Sum);
        let network = model.build_f64(5).unwrap();
        let x = Array2::from_shape_fn((2, 700), |(i, j)| ((i * 31 + j) as f64 * 0.37).sin());
        let target = Array2::from_elem((2, 200), 0.1);
        let record = network.record(&x, &target, Dropout::Off).unwrap();
        let weight = network.parameter("dense_1.weight").unwrap().clone();
        let weight = weight.into_dimensionality::<Ix2>().unwrap();
        let expected = record.layers[0].d_output.dot(&weight.t());
        let off = &record.layers[0].d_input - &expected;
        assert!(off.iter().all(|d| d.abs() < 1e-12));
    }

    /// Weights that are shared out by columns against products of whole matrices.
    #[test]
    fn large_layers_agree_with_products_of_arrays() {
        let model = Model::input(270).dense(300).dense(290).half_squared_error();
        let model = model.reduction(Reduction::Sum);
        let network = model.build_f64(5).unwrap();
        let number = |i: usize, j: usize| ((i * 31 + j) as f64 * 0.37).sin();
        let x = Array2::from_shape_fn((13, 270), |(i, j)| number(i, j));
        let target = Array2::from_shape_fn((13, 290), |(i, j)| number(j, i));
        let matrix = |name: &str| {
            let value = network.parameter(name).unwrap().clone();
            value.into_dimensionality::<Ix2>().unwrap()
        };
        let row = |name: &str| network.parameter(name).unwrap().clone();
        let [w1, w2] = ["dense_1.weight", "dense_2.weight"].map(matrix);
        let hidden: Array2<f64> =
            x.dot(&w1) + row("dense_1.bias").into_dimensionality::<Ix1>().unwrap();
        let y: Array2<f64> =
            hidden.dot(&w2) + row("dense_2.bias").into_dimensionality::<Ix1>().unwrap();
        let dy = &y - &target;
        let d_hidden = dy.dot(&w2.t());
        let expected = [
            x.t().dot(&d_hidden).into_dyn(),
            d_hidden.sum_axis(Axis(0)).into_dyn(),
            hidden.t().dot(&dy).into_dyn(),
            dy.sum_axis(Axis(0)).into_dyn(),
        ];
        let near = |a: &ArrayD<f64>, b: &ArrayD<f64>| (a - b).iter().all(|d| d.abs() < 1e-11);
        assert!(near(
            &network.forward(&x).unwrap().into_dyn(),
            &y.into_dyn()
        ));
        let gradients = network.gradients(&x, &target).unwrap();
        for (got, expected) in gradients.entries.iter().zip(&expected) {
            assert!(near(&got.value, expected), "{}", got.name);
        }
    }
}
