//! How long a trace of a 784-100-30-10 network takes to be made and shown, and how long the text is:
//! `cargo run --release -p chainrule-trace --example display_time`

use std::time::Instant;

use chainrule_nn::{Model, Result};
use chainrule_trace::Traceable;
use ndarray::Array2;

#[expect(clippy::print_stdout, reason = "an example shows what it measured")]
fn main() -> Result<()> {
    let model = Model::input(784).dense(100).relu().dense(30).relu();
    let network = model.dense(10).softmax().build_f64(1)?;
    let x = Array2::from_shape_fn((1, 784), |(_, i)| ((i * 7) % 10) as f64 / 10.0);
    for _ in 0..3 {
        let begin = Instant::now();
        let trace = network.trace(&x, &[7])?;
        let made = begin.elapsed().as_secs_f64();
        let (markdown, text) = (trace.markdown(), trace.to_string());
        let shown = begin.elapsed().as_secs_f64() - made;
        println!(
            "made in {made:.3} s, shown in {shown:.3} s: {} bytes of Markdown, {} of text",
            markdown.len(),
            text.len()
        );
    }
    Ok(())
}
