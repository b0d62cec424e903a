//! Weights that do not stay in the caches next to a core: the whole batch is taken at once, shared out by
//! columns of the result, or by rows of ∂W.
//!
//! Where enough of the numbers on the left are zero, as behind ReLU, they are left out; `gemm`
//! multiplies what has none.

use super::Dense;
use crate::{
    Scalar,
    kernels::{
        masked::{self, Right},
        sets::Sets,
        transpose, transpose_part, width_in_blocks,
    },
    matmul::{Into, Mat, matmul},
    team,
};

/// Columns of weights that are multiplied together by the `gemm` crate.
const COLUMNS: usize = 128;

/// Rows of ∂W that are computed together.
const ROWS: usize = 128;

impl Dense {
    /// How much room the passes of batches of up to so many samples take.
    pub(super) fn large_room(&self, capacity: usize) -> usize {
        let products = capacity * self.units;
        if self.reads_data {
            return products;
        }
        // Backward the transpose of x, or the products beside the transpose of the weights.
        (self.inputs * (capacity + self.units)).max(products)
    }

    /// y = x·W + b.
    pub(super) fn large_forward<F: Scalar>(
        &self,
        x: &[F],
        (weight, bias): (&[F], Option<&[F]>),
        y: &mut [F],
        room: &mut [F],
    ) {
        let batch = x.len() / self.inputs;
        let mut blocks = Blocks {
            batch,
            columns: self.units,
            width: COLUMNS,
            more: 0,
            start: bias,
        };
        if masked::is_worth_while(x, self.inputs) {
            let sets = Sets::of_batch(x, self.inputs);
            blocks.width = width_in_blocks::<F>(self.units);
            return blocks.each(y, room, |from, room, _| {
                let weight = Right::Rows(weight, self.units, from);
                let shape = (self.inputs, room.len() / batch);
                masked::product((x, &sets), weight, room, shape);
            });
        }
        let x = Mat::new(x, batch, self.inputs);
        let weight = Mat::new(weight, self.inputs, self.units);
        blocks.each(y, room, |from, room, _| {
            let columns = weight.some_columns(from, room.len() / batch);
            matmul(x, columns, room, Into::Overwrite);
        });
    }

    /// ∂W = xᵀ·∂y.
    pub(super) fn large_gradient<F: Scalar>(
        &self,
        x: &[F],
        dy: &[F],
        d_weight: &mut [F],
        room: &mut [F],
    ) {
        let batch = dy.len() / self.units;
        if !masked::is_worth_while(x, self.inputs) {
            return self.all_gradients(x, dy, d_weight, batch);
        }
        let transposed = &mut room[..self.inputs * batch];
        let mut transposed: Vec<_> = transposed.chunks_mut(ROWS * batch).collect();
        let each = ROWS * self.units;
        team::for_parts(d_weight, each, &mut transposed, &|part, d_weight, x_t| {
            let (x, rows) = (&x[part * ROWS..], d_weight.len() / self.units);
            transpose_part((x, self.inputs), (batch, rows), (x_t, batch));
            let sets = Sets::of(x_t, batch);
            let dy = Right::Rows(dy, self.units, 0);
            masked::product((x_t, &sets), dy, d_weight, (batch, self.units));
        });
    }

    /// ∂x = ∂y·Wᵀ.
    pub(super) fn large_input_gradient<F: Scalar>(
        &self,
        dy: &[F],
        weight: &[F],
        dx: &mut [F],
        room: &mut [F],
    ) {
        let (batch, units) = (dy.len() / self.units, self.units);
        let mut blocks = Blocks {
            batch,
            columns: self.inputs,
            width: COLUMNS,
            more: units,
            start: None,
        };
        if masked::is_worth_while(dy, units) {
            let sets = Sets::of_batch(dy, units);
            (blocks.width, blocks.more) = (width_in_blocks::<F>(self.inputs), 0);
            return blocks.each(dx, room, |from, room, _| {
                let columns = room.len() / batch;
                let weight = Right::Columns(&weight[from * units..][..columns * units]);
                masked::product((dy, &sets), weight, room, (units, columns));
            });
        }
        let dy = Mat::new(dy, batch, units);
        blocks.each(dx, room, |from, room, transposed| {
            // Where registers have 64 bytes, `gemm` would pack a transpose number by number.
            let weight = &weight[from * units..][..transposed.len()];
            transpose(weight, transposed, units);
            let weight = Mat::new(&*transposed, units, room.len() / batch);
            matmul(dy, weight, room, Into::Overwrite);
        });
    }
}

/// A product `[batch, columns]`, blocks of columns of which threads share.
#[derive(Clone, Copy)]
struct Blocks<'a, F> {
    batch: usize,
    columns: usize,
    /// How many columns a block has.
    width: usize,
    /// For how many numbers more a block has room, for each of its columns.
    more: usize,
    /// What each row begins with.
    start: Option<&'a [F]>,
}

impl<F: Scalar> Blocks<'_, F> {
    /// Puts into c what `product` computes: the columns from one on, as many as there is room for. Beside it
    /// has the rest of the room.
    fn each(self, c: &mut [F], room: &mut [F], product: impl Fn(usize, &mut [F], &mut [F]) + Sync) {
        let (batch, columns, width) = (self.batch, self.columns, self.width);
        let each = batch + self.more;
        let room = &mut room[..each * columns];
        let mut beside = vec![(); columns.div_ceil(width)];
        team::for_parts(room, each * width, &mut beside, &|block, room, ()| {
            let (room, beside) = room.split_at_mut(room.len() / each * batch);
            product(block * width, room, beside);
        });
        self.put_together(room, c);
    }

    /// Puts the rows of the blocks side by side.
    fn put_together(self, room: &[F], c: &mut [F]) {
        const ROWS: usize = 32;
        let (columns, each) = (self.columns, self.batch + self.more);
        let mut beside = vec![(); self.batch.div_ceil(ROWS)];
        team::for_parts(c, ROWS * columns, &mut beside, &|part, c, ()| {
            for (row, c) in c.chunks_exact_mut(columns).enumerate() {
                let row = part * ROWS + row;
                for (block, c) in c.chunks_mut(self.width).enumerate() {
                    let (from, len) = (block * self.width, c.len());
                    let product = &room[each * from + row * len..][..len];
                    match self.start {
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
}
