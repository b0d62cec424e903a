//! The dense layers of a traced pass as nodes and edges, with the numbers of one sample.

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{Inside, LayerRecord};
use chainrule_plot::{Figure, NetworkNode, NetworkPlot};
use chainrule_trace::Trace;
use ndarray::ArrayView1;

/// The dense layers with the numbers of one sample of the trace.
pub(super) fn network(trace: &Trace, sample: usize) -> Result<Figure> {
    let layers = &trace.record().layers;
    let dense = |layer: &LayerRecord| matches!(layer.inside, Inside::Dense);
    let places: Vec<usize> = (0..layers.len()).filter(|&i| dense(&layers[i])).collect();
    let Some(&first) = places.first() else {
        return Err(Error::new(
            ErrorKind::Model,
            "a network without dense layers has no such picture",
        )
        .expected("at least one dense layer")
        .hint("TracePlot::new(&trace).maps() draws images, .layer(\"conv2d_1\") a convolution"));
    };
    // As the trace counts: dense and convolution.
    let weighted = |layer: &&LayerRecord| !layer.parameters.is_empty();
    let before = layers[..first].iter().filter(weighted).count();
    let letter = if before == 0 { "x" } else { "f" };
    let input = &layers[first];
    let mut inputs = units(&input.input.row(sample), |unit| {
        format!("{letter}{}", lowered(unit))
    });
    for (unit, node) in inputs.iter_mut().enumerate() {
        let label = format!("∂C/∂{letter}{}", lowered(unit));
        *node = node.clone().gradient(label, input.d_input[[sample, unit]]);
    }
    let name = if before == 0 { "input" } else { "flattened" };
    let cost = short(trace.cost());
    let title = match trace.samples() {
        1 => format!("One pass, C = {cost}"),
        samples => format!(
            "Sample [{sample}] of {samples}, C = {cost}; the weights' gradients are the batch's"
        ),
    };
    let mut plot = NetworkPlot::new(title).input(name, inputs);
    for (n, &at) in places.iter().enumerate() {
        let number = before + n + 1;
        let end = places.get(n + 1).copied().unwrap_or(layers.len());
        let layer = &layers[at];
        let last = &layers[end - 1];
        // Softmax belongs to the loss: what the last layer's scores say are probabilities.
        let probabilities = trace.record().probabilities.as_ref();
        let probabilities = probabilities.filter(|_| end == layers.len());
        let letter = match probabilities {
            Some(_) => "p".to_owned(),
            None if end - 1 == at => format!("z{}", raised(number)),
            None => format!("a{}", raised(number)),
        };
        let bias = layer.parameters.get(1);
        let values = probabilities.unwrap_or(&last.output);
        let mut nodes = units(&values.row(sample), |unit| {
            format!("{letter}{}", lowered(unit))
        });
        for (unit, node) in nodes.iter_mut().enumerate() {
            let label = format!("δ{}{}", raised(number), lowered(unit));
            let mut with = node.clone().gradient(label, layer.d_output[[sample, unit]]);
            if let Some(bias) = bias {
                with = with.note(format!("b = {}", short(bias.value[unit])));
            }
            *node = with;
        }
        let mut names: Vec<_> = layers[at..end]
            .iter()
            .map(|layer| layer.name.as_str())
            .collect();
        names.extend(probabilities.map(|_| "softmax"));
        let weights = by_unit(&layer.parameters[0].value);
        let gradients = by_unit(&layer.gradients[0].value);
        plot = plot
            .layer(names.join(", "), nodes, &weights)
            .gradients(&gradients);
    }
    plot.draw()
}

fn units(values: &ArrayView1<'_, f64>, label: impl Fn(usize) -> String) -> Vec<NetworkNode> {
    let values = values.iter().enumerate();
    values
        .map(|(unit, &value)| NetworkNode::new(label(unit), value))
        .collect()
}

/// `[inputs, units]` as a row for each unit.
fn by_unit(stored: &ndarray::ArrayD<f64>) -> Vec<Vec<f64>> {
    let rows = stored.t();
    rows.outer_iter()
        .map(|row| row.iter().copied().collect())
        .collect()
}

pub(super) fn short(value: f64) -> String {
    let text = format!("{value:.5}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text {
        "-0" => "0".to_owned(),
        text => text.replace('-', "−"),
    }
}

pub(super) fn raised(number: usize) -> String {
    moved(number, '⁰', |digit| {
        ['⁰', '¹', '²', '³'].get(digit).copied()
    })
}

fn lowered(unit: usize) -> String {
    moved(unit + 1, '₀', |_| None)
}

/// A number in other digits.
fn moved(number: usize, zero: char, special: impl Fn(usize) -> Option<char>) -> String {
    let digit = |c: char| {
        let digit = c.to_digit(10).unwrap_or(0);
        let usual = char::from_u32(zero as u32 + digit).unwrap_or(c);
        special(digit as usize).unwrap_or(usual)
    };
    number.to_string().chars().map(digit).collect()
}
