//! Pictures of traces: what they tell in words, which sample they show, what they refuse.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use chainrule::prelude::*;

fn traced(samples: usize) -> Trace {
    let model = Model::input([1, 4, 4]).conv2d(2, 3).relu().max_pool2d(2);
    let network = model.flatten().dense(2).softmax().build_f64(4).unwrap();
    let x = Array2::from_shape_fn((samples, 16), |(i, j)| ((i * 3 + j * 7) % 10) as f64 / 10.0);
    let y: Vec<u8> = (0..samples).map(|i| (i % 2) as u8).collect();
    network.trace(&x, &y).unwrap()
}

fn said(figure: Result<Figure>) -> String {
    figure.unwrap().description().to_owned()
}

fn refused(figure: Result<Figure>) -> String {
    figure.unwrap_err().to_string()
}

#[test]
fn a_convolution_shows_every_matrix_of_both_passes() {
    let text = said(TracePlot::new(&traced(1)).layer("conv2d_1"));
    for part in [
        "Matrices \"conv2d_1, step by step\": input, channel 1 4 × 4 from 0 to 0.9",
        "X¹, the patches as columns 9 × 16 from 0 to 0.9",
        "(W¹)ᵀ, a column for each filter 9 × 2",
        "z¹, filter 2 4 × 4",
        "δ¹, filter 1 4 × 4",
        "∂C/∂X¹ 9 × 16",
        "(∂C/∂W¹)ᵀ 9 × 2",
        "∂C/∂input, channel 1 4 × 4",
        "b¹ = (0, 0) is added",
    ] {
        assert!(text.contains(part), "{text}, not {part:?}");
    }
}

/// The numbers that are told are those of the sample that was asked for.
#[test]
fn a_sample_is_chosen() {
    let trace = traced(3);
    let plot = |sample| TracePlot::new(&trace).sample(sample);
    for sample in 0..3 {
        let maps = said(plot(sample).maps());
        assert!(
            maps.contains(&format!("input, sample [{sample}] of 3")),
            "{maps}"
        );
        let network = said(plot(sample).network());
        let p = trace.record().probabilities.as_ref().unwrap()[[sample, 0]];
        let first = format!("p₁ {}", &p.to_string()[..6]);
        assert!(network.contains(&first), "{network}, not {first}");
        assert!(network.contains("the weights' gradients are the batch's"));
    }
    let layers = [0, 1, 2].map(|sample| said(plot(sample).layer("max_pool2d_1")));
    assert!(layers[0] != layers[1] && layers[1] != layers[2]);
    assert!(layers[1].contains("sample [1] of 3"));
    // The colours follow the winners.
    let one = TracePlot::new(&traced(1)).layer("max_pool2d_1").unwrap();
    assert_ne!(one.png(), plot(1).layer("max_pool2d_1").unwrap().png());
}

#[test]
fn what_cannot_be_drawn_is_explained() {
    let (one, three) = (traced(1), traced(3));
    for figure in [
        TracePlot::new(&three).network(),
        TracePlot::new(&three).maps(),
        TracePlot::new(&three).layer("conv2d_1"),
        plot_trace(&three),
    ] {
        let text = refused(figure);
        assert!(
            text.contains("3 samples, and none chosen") && text.contains(".sample(0)"),
            "{text}"
        );
    }
    let text = refused(TracePlot::new(&three).sample(3).network());
    assert!(
        text.contains("sample 3 of 3") && text.contains("0 to 2"),
        "{text}"
    );
    let text = refused(TracePlot::new(&one).layer("conv2d_2"));
    assert!(text.contains("one of conv2d_1, max_pool2d_1"), "{text}");
    let text = refused(TracePlot::new(&one).layer("dense_1"));
    assert!(
        text.contains("no windows to draw") && text.contains(".network()"),
        "{text}"
    );
    let text = refused(TracePlot::new(&one).layer("relu_1"));
    assert!(text.contains("a convolution or a max pooling"), "{text}");
    let dense = Model::input(2)
        .dense(1)
        .half_squared_error()
        .build_f64(1)
        .unwrap();
    let dense = dense.trace(&array![[1.0, 2.0]], &array![[1.0]]).unwrap();
    let text = refused(TracePlot::new(&dense).maps());
    assert!(text.contains("has no images"), "{text}");
    let text = refused(TracePlot::new(&dense).layer("conv2d_1"));
    assert!(
        text.contains("with a convolution or a max pooling"),
        "{text}"
    );
    let large = Model::input([1, 13, 13])
        .conv2d(1, 3)
        .flatten()
        .dense(2)
        .softmax();
    let large = large
        .build_f64(1)
        .unwrap()
        .trace(&Array2::zeros((1, 169)), &[0])
        .unwrap();
    let text = refused(TracePlot::new(&large).layer("conv2d_1"));
    assert!(
        text.contains("at most 8 images of 12 × 12") && text.contains(".maps()"),
        "{text}"
    );
    assert!(TracePlot::new(&large).maps().is_ok());
    let deep = Model::input([5, 3, 3])
        .conv2d(1, 3)
        .flatten()
        .dense(2)
        .softmax();
    let deep = deep
        .build_f64(1)
        .unwrap()
        .trace(&Array2::zeros((1, 45)), &[0])
        .unwrap();
    let text = refused(TracePlot::new(&deep).layer("conv2d_1"));
    assert!(text.contains("5 · 3 · 3 = 45"), "{text}");
    let convolutions = Model::input([1, 2, 2]).conv2d(1, 1).flatten().softmax();
    let only = convolutions
        .build_f64(1)
        .unwrap()
        .trace(&Array2::zeros((1, 4)), &[0])
        .unwrap();
    let text = refused(plot_trace(&only));
    assert!(
        text.contains("at least one dense layer") && text.contains(".maps()"),
        "{text}"
    );
}
