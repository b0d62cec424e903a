//! Convolutions: patches as columns (im2col), one product, and back (col2im).

use chainrule_nn::{LayerRecord, Shape};
use ndarray::Array3;

use super::{Builder, Passed};
use crate::{
    expr::{Call, Expr, Patch, Sum},
    matrix::shown,
    quantity::{Name, Quantity},
    step::Direction,
};

impl Builder<'_> {
    pub(super) fn convolution(
        &mut self,
        layer: &LayerRecord,
        input: &Quantity,
        columns: &Array3<f64>,
    ) -> Passed {
        self.layer += 1;
        let number = self.layer.to_string();
        let stored = &layer.parameters[0].value;
        let weight = Quantity::new(Name::of("W", &number), stored.clone());
        let [filters, channels, kernel, _] = extents(stored.shape());
        self.given(
            &weight,
            &layer.name,
            format!(
                "The filters of {}, by filter and channel; in a product each filter is a row of \
                 {channels} · {kernel} · {kernel} numbers.",
                layer.name
            ),
        );
        let patches = Quantity::new(
            Name::of("patches", &number),
            self.stack(columns.view().into_dyn()),
        );
        let (height, width) = plane(layer.output_shape);
        let patch = self.patch(kernel, height, width);
        let why = format!(
            "Each place of the {kernel} × {kernel} window becomes a column: column p is the patch \
             around pixel (row ⌊(p - 1) / {width}⌋ + 1, column (p - 1) mod {width} + 1), channel \
             by channel, row by row; places outside the image are 0. Column {} and its pixels are set \
             off.",
            patch.place + 1
        );
        self.step(
            Direction::Forward,
            &patches,
            Expr::of(input).call(Call::Im2col(patch)),
            &layer.name,
            why,
        );
        let mut expr = Expr::Product(vec![
            Expr::of(&weight).shaped(&[filters, columns.shape()[1]]),
            Expr::of(&patches),
        ]);
        if let Some(bias) = layer.parameters.get(1) {
            let bias = Quantity::new(Name::of("b", &number), bias.value.clone());
            self.given(
                &bias,
                &layer.name,
                format!("The biases of {}, one for each filter.", layer.name),
            );
            expr = expr.plus(Expr::of(&bias).shaped(&[filters, 1]));
        }
        let output = Quantity::new(
            Name::of("z", &number),
            self.samples(&layer.output, layer.output_shape),
        );
        let why =
            "Filter times patch, for every filter and every place in one product; each row is \
                   then an image again. As in every framework the filter is not flipped."
                .to_owned();
        let expr = expr.shaped(output.value().shape());
        self.step(Direction::Forward, &output, expr, &layer.name, why);
        Passed {
            input: input.clone(),
            output,
            weight: Some(weight),
            inner: Some(patches),
            skipped: false,
        }
    }

    /// Of the columns that are written out, the first whose patch has the most pixels.
    fn patch(&self, kernel: usize, height: usize, width: usize) -> Patch {
        let places = shown(height * width, self.style.most).into_iter().flatten();
        let patches = places.map(|place| Patch {
            kernel,
            width,
            place,
        });
        let pixels = |patch: &Patch| {
            let (top, left) = (patch.place / width, patch.place % width);
            let before = (kernel - 1) / 2;
            let extent =
                |at: usize, all: usize| (at + kernel - before).min(all) - at.saturating_sub(before);
            extent(top, height) * extent(left, width)
        };
        let best = patches.reduce(|a, b| if pixels(&b) > pixels(&a) { b } else { a });
        best.expect("a column is always shown; please report")
    }

    /// The gradients of filters and biases, and that of the patches if it is needed.
    pub(super) fn convolution_back(
        &mut self,
        layer: &LayerRecord,
        passed: &Passed,
        delta: &Quantity,
        d_columns: &Array3<f64>,
        needed: bool,
    ) {
        let (Some(weight), Some(patches)) = (&passed.weight, &passed.inner) else {
            return;
        };
        let [filters, ..] = extents(weight.value().shape());
        let (height, width) = plane(layer.output_shape);
        let rows = [self.batch, filters, height * width];
        let rows = if self.batch == 1 { &rows[1..] } else { &rows };
        let flat = Expr::of(delta).shaped(rows);
        let mut expr = Expr::Product(vec![flat.clone(), Expr::of(patches).t()]);
        if self.batch > 1 {
            expr = expr.call(Call::SumAlong(Sum::Images));
        }
        let quantity = Quantity::new(
            Name::gradient(weight.name()),
            layer.gradients[0].value.clone(),
        );
        let why = "A filter's number takes part at every place: its gradient is the sum over the \
                   places of δ times the pixel that it met."
            .to_owned();
        let expr = expr.shaped(weight.value().shape());
        self.back(layer, &quantity, expr, why);
        if let Some(bias) = layer.gradients.get(1) {
            let name = Name::gradient(&Name::of("b", &weight.key()[1..]));
            let expr = Expr::of(delta).call(Call::SumAlong(Sum::Places));
            let why = "A filter's bias is added at every place, so its gradient is the sum of its \
                       δ over all places."
                .to_owned();
            self.back(layer, &Quantity::new(name, bias.value.clone()), expr, why);
        }
        if needed {
            let quantity = Quantity::new(
                Name::gradient(patches.name()),
                self.stack(d_columns.view().into_dyn()),
            );
            let matrix = Expr::of(weight).shaped(&[filters, d_columns.shape()[1]]);
            let expr = Expr::Product(vec![matrix.t(), flat]);
            let why = "Backwards through the product: the transposed filters times δ.".to_owned();
            self.back(layer, &quantity, expr, why);
        }
    }

    pub(super) fn through_patches(&self, layer: &LayerRecord, passed: &Passed) -> (Expr, String) {
        let patches = passed
            .inner
            .as_ref()
            .map(|patches| Name::gradient(patches.name()).key);
        let step = self
            .built
            .steps
            .iter()
            .rfind(|step| Some(step.name()) == patches.as_deref());
        let step = step.expect("the patches' gradient has just been shown; please report");
        let expr = Expr::of(step.quantity()).call(Call::Col2im);
        let why = format!(
            "A pixel lies in several patches of {}: what its copies get is added up (col2im, the \
             transpose of im2col).",
            layer.name
        );
        (expr, why)
    }
}

fn extents(shape: &[usize]) -> [usize; 4] {
    match *shape {
        [filters, channels, height, width] => [filters, channels, height, width],
        _ => unreachable!("filters have four dimensions; please report"),
    }
}

fn plane(shape: Shape) -> (usize, usize) {
    match shape {
        Shape::Image { height, width, .. } => (height, width),
        Shape::Flat(features) => (1, features),
    }
}
