//! A layer that a student writes: its gradients against differences, and against a layer of the
//! library.

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::{Array2, ArrayD, ArrayViewMutD};

use super::{CheckRow, GradientCheck, Judged, Kink, Probe, Worst, chosen, index_of, judge};
use crate::{Dropout, Network};

/// A layer of one's own: three short methods in a cell.
///
/// ```
/// use chainrule_nn::{OwnGradients, OwnLayer, check_layer};
/// use ndarray::{Array1, Array2, ArrayViewMutD, Axis, array};
///
/// struct Linear {
///     weight: Array2<f64>,
///     bias: Array1<f64>,
/// }
///
/// impl OwnLayer for Linear {
///     fn forward(&mut self, x: &Array2<f64>) -> Array2<f64> {
///         x.dot(&self.weight) + &self.bias
///     }
///
///     fn backward(&mut self, x: &Array2<f64>, dy: &Array2<f64>) -> OwnGradients {
///         OwnGradients::of_input(dy.dot(&self.weight.t()))
///             .parameter("weight", x.t().dot(dy))
///             .parameter("bias", dy.sum_axis(Axis(0)))
///     }
///
///     fn parameters(&mut self) -> Vec<(&'static str, ArrayViewMutD<'_, f64>)> {
///         vec![
///             ("weight", self.weight.view_mut().into_dyn()),
///             ("bias", self.bias.view_mut().into_dyn()),
///         ]
///     }
/// }
///
/// let mut linear = Linear { weight: array![[0.1, 0.2], [0.3, 0.4]], bias: array![0.0, 1.0] };
/// let check = check_layer(&mut linear, &array![[1.0, -1.0], [0.5, 2.0]])?;
/// assert!(check.passed(), "{check}");
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
pub trait OwnLayer {
    /// What it puts out for a batch, `[batch, inputs]` → `[batch, outputs]`.
    fn forward(&mut self, x: &Array2<f64>) -> Array2<f64>;

    /// The gradients, from the input of the forward pass and the gradient of its output. It is
    /// called after `forward` with the same `x`.
    fn backward(&mut self, x: &Array2<f64>, dy: &Array2<f64>) -> OwnGradients;

    /// Its parameters by name, to be changed in place; none unless it says so.
    fn parameters(&mut self) -> Vec<(&'static str, ArrayViewMutD<'_, f64>)> {
        Vec::new()
    }
}

/// What the backward pass of an [`OwnLayer`] gives.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnGradients {
    /// The gradient of the input, shaped as the input.
    pub input: Array2<f64>,
    /// The gradients of the parameters, under their names.
    pub parameters: Vec<(String, ArrayD<f64>)>,
}

impl OwnGradients {
    /// Begins with the gradient of the input.
    pub fn of_input(input: Array2<f64>) -> Self {
        let parameters = Vec::new();
        Self { input, parameters }
    }

    /// Adds the gradient of a parameter.
    #[must_use]
    pub fn parameter<D: ndarray::Dimension>(
        mut self,
        name: impl Into<String>,
        gradient: ndarray::Array<f64, D>,
    ) -> Self {
        self.parameters.push((name.into(), gradient.into_dyn()));
        self
    }

    fn get(&self, name: &str, shape: &[usize]) -> Result<&ArrayD<f64>> {
        let known = self.parameters.iter().find(|(known, _)| known == name);
        let Some((_, value)) = known else {
            let names: Vec<_> = self.parameters.iter().map(|(name, _)| &**name).collect();
            return Err(wrong(&format!("backward gives no gradient of {name:?}"))
                .expected(format!("a gradient of shape {shape:?}"))
                .got(format!("gradients of [{}]", names.join(", ")))
                .hint(format!(".parameter({name:?}, gradient)")));
        };
        fits(&format!("the gradient of {name}"), value.shape(), shape)?;
        Ok(value)
    }
}

fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::Shape, format!("own layer: {what}"))
}

fn fits(what: &str, got: &[usize], expected: &[usize]) -> Result<()> {
    if got == expected {
        return Ok(());
    }
    Err(wrong(&format!("{what} has another shape"))
        .expected(format!("{expected:?}"))
        .got(format!("{got:?}")))
}

/// How much each output counts in the sum that takes the place of a loss: no two the same.
fn coefficients(shape: (usize, usize)) -> Array2<f64> {
    Array2::from_shape_fn(shape, |(i, j)| {
        (1.0 + i as f64 * 0.7 + j as f64 * 1.3).sin()
    })
}

/// Holds a layer's gradients against differences. In place of a loss stands a sum of all outputs,
/// each with a factor of its own.
///
/// # Shapes
///
/// `x` is `[batch, inputs]`.
///
/// # Errors
///
/// When a gradient is missing or has another shape than its array, the layer changes the size of
/// a batch, `x` is empty, or an output is not finite.
pub fn check_layer(layer: &mut dyn OwnLayer, x: &Array2<f64>) -> Result<GradientCheck> {
    let y = output(layer, x)?;
    let dy = coefficients(y.dim());
    let gradients = layer.backward(x, &dy);
    fits(
        "the gradient of the input",
        gradients.input.shape(),
        x.shape(),
    )?;
    let loss = (&y * &dy).sum();
    let probe = |layer: &mut dyn OwnLayer, x: &Array2<f64>| {
        let loss = (&layer.forward(x) * &dy).sum();
        let changed = None;
        Probe { loss, changed }
    };
    let names: Vec<_> = layer
        .parameters()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let mut rows = Vec::new();
    for (p, name) in names.iter().enumerate() {
        let shape = layer.parameters()[p].1.shape().to_vec();
        let gradient = gradients.get(name, &shape)?;
        let mut row = CheckRow::new(*name, gradient.len());
        for n in chosen(gradient.len()) {
            let index = index_of(n, &shape);
            let (g, value) = (gradient[&index[..]], layer.parameters()[p].1[&index[..]]);
            let judged = cornered(g, value, loss, |shift| {
                layer.parameters()[p].1[&index[..]] = value + shift;
                probe(layer, x)
            });
            layer.parameters()[p].1[&index[..]] = value;
            row.add(index, g, judged);
        }
        rows.push(row);
    }
    let mut row = CheckRow::new("input", x.len());
    for n in chosen(x.len()) {
        let at = [n / x.ncols(), n % x.ncols()];
        let judged = cornered(gradients.input[at], x[at], loss, |shift| {
            let mut moved = x.clone();
            moved[at] += shift;
            probe(layer, &moved)
        });
        row.add(at.to_vec(), gradients.input[at], judged);
    }
    rows.push(row);
    let about = format!(
        "own layer, {:?} → {:?}, against differences",
        x.dim(),
        y.dim()
    );
    Ok(GradientCheck { about, rows })
}

/// As [`judge`], for a function of which nothing is known but its values: where its slopes on the
/// two sides stay apart however narrow the step, it has a corner.
pub(super) fn cornered(
    gradient: f64,
    value: f64,
    loss: f64,
    mut at: impl FnMut(f64) -> Probe,
) -> Judged {
    let judged = judge(gradient, value, loss, &mut at);
    let Judged::Compared { error, .. } = &judged else {
        return judged;
    };
    if *error <= super::TOLERANCE {
        return judged;
    }
    let h = 1e-6 * value.abs().max(1.0);
    let (left, right) = ((loss - at(-h).loss) / h, (at(h).loss - loss) / h);
    // A smooth function's two slopes are apart by its curvature times the step.
    if (left - right).abs() < 1e-3 * left.abs().max(right.abs()).max(1e-3) {
        return judged;
    }
    Judged::Kink(Kink {
        place: "the function itself".to_owned(),
        what: "slopes that differ on the two sides",
        sample: 0,
        unit: 0,
    })
}

fn output(layer: &mut dyn OwnLayer, x: &Array2<f64>) -> Result<Array2<f64>> {
    if x.is_empty() {
        return Err(wrong("there is nothing to put in")
            .expected("[batch, inputs], both at least 1")
            .got(format!("{:?}", x.shape())));
    }
    let y = layer.forward(x);
    if y.nrows() != x.nrows() {
        return Err(wrong("the output has another batch")
            .expected(format!("[{}, outputs]", x.nrows()))
            .got(format!("{:?}", y.shape())));
    }
    if let Some((at, value)) = y.indexed_iter().find(|(_, value)| !value.is_finite()) {
        return Err(
            Error::new(ErrorKind::NotFinite, "own layer: an output is not finite")
                .got(format!("{value} at {at:?}")),
        );
    }
    Ok(y)
}

/// Holds a layer against one of the library: a network of that one layer, whose parameters become
/// those of `layer`. Rows come in the order in which things are computed: the output, then the
/// gradients of the parameters, then that of the input; the first that differs is
/// [`GradientCheck::first_wrong`].
///
/// ```
/// use chainrule_nn::{Model, OwnGradients, OwnLayer, compare_layer};
/// use ndarray::{Array2, array};
///
/// struct Squash; // a hyperbolic tangent, with a mistake in its gradient
///
/// impl OwnLayer for Squash {
///     fn forward(&mut self, x: &Array2<f64>) -> Array2<f64> {
///         x.mapv(f64::tanh)
///     }
///
///     fn backward(&mut self, x: &Array2<f64>, dy: &Array2<f64>) -> OwnGradients {
///         OwnGradients::of_input(dy * &x.mapv(|x| 1.0 - x * x))
///     }
/// }
///
/// let library = Model::input(2).tanh().half_squared_error().build_f64(1)?;
/// let table = compare_layer(&mut Squash, &library, &array![[1.0, -0.5]])?;
/// assert_eq!(table.first_wrong().map(|row| row.name.as_str()), Some("input"));
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
///
/// # Errors
///
/// As [`check_layer`], and when the network has other parameters or outputs, or does not end with
/// half the squared error, whose gradient can be set by the targets.
pub fn compare_layer(
    layer: &mut dyn OwnLayer,
    library: &Network<f64>,
    x: &Array2<f64>,
) -> Result<GradientCheck> {
    let mut library = library.clone();
    let names: Vec<_> = library
        .parameters()
        .iter()
        .map(|p| p.name.clone())
        .collect();
    let own = layer.parameters();
    if own.len() != names.len() {
        return Err(wrong("the library's layer has other parameters")
            .expected(format!("{} parameters: {}", names.len(), names.join(", ")))
            .got(own.len().to_string())
            .hint("fn parameters(&mut self) names them in that order"));
    }
    for (name, (_, value)) in names.iter().zip(&own) {
        library.set_parameter(name, value.to_owned())?;
    }
    let own_names: Vec<_> = own.iter().map(|(name, _)| *name).collect();
    drop(own);
    let y = output(layer, x)?;
    let scores = library.forward(x)?;
    fits("the output", y.shape(), scores.shape())?;
    let dy = coefficients(y.dim());
    let gradients = layer.backward(x, &dy);
    fits(
        "the gradient of the input",
        gradients.input.shape(),
        x.shape(),
    )?;
    // Half the squared error's gradient is scores − targets, over the batch if it is averaged.
    let record = library.record(x, &(&scores - &dy), Dropout::Off)?;
    let scale = record.d_scores[[0, 0]] / dy[[0, 0]];
    if record
        .d_scores
        .iter()
        .zip(&dy)
        .any(|(a, b)| (a - b * scale).abs() > 1e-9)
        || record.loss != crate::Loss::HalfSquaredError
    {
        return Err(
            Error::new(ErrorKind::Model, "the library's layer needs another loss")
                .got(record.loss.to_string())
                .hint("end it with .half_squared_error()"),
        );
    }
    let mut rows = vec![row("output", y.iter(), scores.iter(), scores.shape())];
    for (own, entry) in own_names.iter().zip(&record.gradients.entries) {
        let truth = entry.value.mapv(|g| g / scale);
        let mine = gradients.get(own, truth.shape())?;
        rows.push(row(own, mine.iter(), truth.iter(), truth.shape()));
    }
    let truth = record.layers[0].d_input.mapv(|g| g / scale);
    rows.push(row(
        "input",
        gradients.input.iter(),
        truth.iter(),
        x.shape(),
    ));
    let about = format!("own layer against {}", record.layers[0].place);
    Ok(GradientCheck { about, rows })
}

/// Compares two arrays number by number; the library's stands where a difference would.
fn row<'a>(
    name: &str,
    mine: impl Iterator<Item = &'a f64>,
    truth: impl Iterator<Item = &'a f64>,
    shape: &[usize],
) -> CheckRow {
    let pairs: Vec<_> = mine.copied().zip(truth.copied()).collect();
    let scale = pairs.iter().map(|(_, b)| b.abs()).fold(1e-12, f64::max);
    let mut row = CheckRow::new(name, pairs.len());
    row.checked = pairs.len();
    for (n, (a, b)) in pairs.into_iter().enumerate() {
        let error = (a - b).abs() / a.abs().max(b.abs()).max(1e-6 * scale);
        let error = if error.is_nan() { f64::INFINITY } else { error };
        if row.worst.as_ref().is_none_or(|worst| error > worst.error) {
            row.worst = Some(Worst {
                error,
                index: index_of(n, shape),
                gradient: a,
                difference: b,
            });
        }
    }
    row
}
