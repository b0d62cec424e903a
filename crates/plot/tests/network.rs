//! What a network looks like and says, and what it refuses.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod pixels;

use chainrule_plot::{NetworkNode, NetworkPlot, Rgb};
use pixels::Pixels;

fn nodes(values: &[f64]) -> Vec<NetworkNode> {
    let named = values.iter().enumerate();
    named
        .map(|(i, &value)| NetworkNode::new(format!("a{i}"), value))
        .collect()
}

/// The darkest red and blue that edges and nodes may have.
fn inked(plot: &NetworkPlot) -> (usize, usize) {
    let pixels = Pixels::of(&plot.draw().unwrap());
    let all = |color| pixels.count(color);
    // The number of the strongest edge is written in the full colour.
    (all(Rgb(178, 24, 43)), all(Rgb(33, 102, 172)))
}

#[test]
fn signs_are_colours() {
    let one = |weight| {
        NetworkPlot::new("")
            .input("x", nodes(&[0.0]))
            .layer("a", nodes(&[0.0]), &[vec![weight]])
    };
    let (red, blue) = inked(&one(0.5));
    assert!(red > 20 && blue == 0, "{red} {blue}");
    let (red, blue) = inked(&one(-0.5));
    assert!(red == 0 && blue > 20, "{red} {blue}");
}

#[test]
fn gradients_have_a_panel_of_their_own_and_words() {
    let plot = NetworkPlot::new("t").input("x", nodes(&[1.0, -1.0])).layer(
        "y",
        vec![
            NetworkNode::new("a", 0.5)
                .note("b = 1")
                .gradient("δ", -0.25),
        ],
        &[vec![0.5, 2.0]],
    );
    let forward =
        NetworkPlot::new("t")
            .input("x", nodes(&[1.0]))
            .layer("y", nodes(&[2.0]), &[vec![0.5]]);
    let (both, alone) = (plot.draw().unwrap(), forward.draw().unwrap());
    assert!(both.height() > alone.height() + 300);
    assert_eq!(
        both.description(),
        "Network \"t\": x 2, y 1. x: a0 1, a1 -1. y: a 0.5 (δ -0.25)."
    );
}

#[test]
fn large_layers_are_collapsed_and_odd_numbers_drawn() {
    let values: Vec<f64> = (0..784).map(|i| f64::from(i).sin()).collect();
    let weights = vec![values.clone(); 30];
    let mut odd = nodes(&[0.0; 30]);
    odd[0] = NetworkNode::new("∞", f64::INFINITY);
    odd[1] = NetworkNode::new("NaN", f64::NAN);
    let plot = NetworkPlot::new("large")
        .input("x", nodes(&values))
        .layer("a", odd, &weights);
    let figure = plot.draw().unwrap();
    assert!(figure.height() < 2000, "{}", figure.height());
    assert!(
        figure
            .description()
            .starts_with("Network \"large\": x 784, a 30.")
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let said = |plot: NetworkPlot| plot.draw().unwrap_err().to_string();
    let alone = NetworkPlot::new("t").input("x", nodes(&[1.0]));
    assert!(said(alone.clone()).contains("2 to 12 layers"));
    assert!(said(alone.clone().layer("a", vec![], &[])).contains("at least one node"));
    let short = alone.clone().layer("a", nodes(&[1.0, 2.0]), &[vec![1.0]]);
    assert!(said(short).contains("[2, 1] weights"));
    let wide = alone.clone().layer("a", nodes(&[1.0]), &[vec![1.0, 2.0]]);
    assert!(said(wide).contains("got       [1, 2]"));
    let gradients = alone.layer("a", nodes(&[1.0]), &[vec![1.0]]).gradients(&[]);
    assert!(said(gradients).contains("[1, 1] weights"));
}
