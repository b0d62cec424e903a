//! Writes one pass of small networks into a folder, as Markdown with LaTeX and as pictures:
//! `cargo run --example by_hand -- FOLDER`.

use std::path::PathBuf;

use chainrule::prelude::*;

fn main() -> Result<()> {
    let folder: PathBuf = std::env::args_os()
        .nth(1)
        .unwrap_or_else(|| ".".into())
        .into();
    let write = |name: &str, text: String| {
        std::fs::write(folder.join(name), text).map_err(|error| {
            Error::new(ErrorKind::Io, format!("cannot write {name}")).source(error)
        })
    };

    // The 2-2-2-1 net of the fifth homework.
    let model = Model::input(2).dense(2).relu().dense(2).relu();
    let model = model.dense(1).sigmoid().half_squared_error();
    let mut network = model.build_f64(0)?;
    for (name, value) in [
        (
            "dense_1.weight",
            array![[0.25, -0.2], [0.1, 0.9]].into_dyn(),
        ),
        ("dense_1.bias", array![0.1, -0.2].into_dyn()),
        ("dense_2.weight", array![[0.5, 0.3], [0.8, 0.7]].into_dyn()),
        ("dense_2.bias", array![-0.3, 0.1].into_dyn()),
        ("dense_3.weight", array![[0.1], [-0.2]].into_dyn()),
        ("dense_3.bias", array![0.3].into_dyn()),
    ] {
        network.set_parameter(name, value)?;
    }
    let (x, y) = (array![[1.0, -1.0]], array![[1.0]]);
    let trace = network.trace(&x, &y)?;
    plot_trace(&trace)?.save(folder.join("by_hand.png"))?;
    write("lecture.md", trace.markdown())?;
    write("numpy.md", trace.in_notation(Notation::Numpy).markdown())?;
    write("table.md", trace.table().markdown())?;
    let gradients = network.gradients(&x, &y)?;
    macro_rules! updates {
        ($($optimizer:expr),* $(,)?) => {
            [$(trace_update(&$optimizer, &network, &gradients, "dense_2.weight", &[0, 1])?.markdown()),*]
        };
    }
    let updates = updates![
        Sgd::new(0.1)?,
        Adam::new(0.001)?,
        AdamW::new(0.001)?,
        AmsGrad::new(0.001)?,
        Nadam::new(0.002)?,
        Adadelta::new(1.0)?,
        RmsProp::new(0.001)?.centred(),
        Nesterov::new(0.1)?,
    ];
    write("updates.md", updates.join("\n"))?;

    // What one sample of two numbers does not show.
    let model = Model::input([1, 4, 4])
        .conv2d(2, 3)
        .relu()
        .max_pool2d(2)
        .flatten();
    let network = model
        .dense(3)
        .tanh()
        .dropout(0.5)
        .dense(3)
        .softmax()
        .build_f64(4)?;
    let x = Array2::from_shape_fn((1, 16), |(_, j)| ((j * 7) % 10) as f64 / 10.0);
    let trace = network.trace_with(&x, &[1], Dropout::Seed(2))?;
    plot_trace(&trace)?.save(folder.join("convolution.png"))?;
    let pictures = TracePlot::new(&trace);
    pictures
        .layer("conv2d_1")?
        .save(folder.join("patches.png"))?;
    pictures
        .layer("max_pool2d_1")?
        .save(folder.join("windows.png"))?;
    pictures.maps()?.save(folder.join("maps.png"))?;
    let whole = trace.largest(9).digits(3).with_input_gradient();
    write("convolution.md", whole.markdown())?;

    // A larger one, and a batch.
    let network = Model::input(784)
        .dense(100)
        .relu()
        .dense(30)
        .relu()
        .dense(10)
        .softmax();
    let network = network.build_f64(4)?;
    let x = Array2::from_shape_fn((1, 784), |(_, j)| ((j * 7) % 10) as f64 / 10.0);
    let trace = network.trace(&x, &[1])?;
    plot_trace(&trace)?.save(folder.join("large.png"))?;
    write("large.md", trace.markdown())?;
    let network = Model::input(2)
        .dense(3)
        .sigmoid()
        .dense(2)
        .mean_squared_error();
    let network = network.build_f64(4)?;
    let x = array![[1.0, -1.0], [0.5, 2.0], [-0.25, 0.75]];
    let y = array![[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]];
    let trace = network.trace(&x, &y)?;
    TracePlot::new(&trace)
        .sample(1)
        .network()?
        .save(folder.join("sample.png"))?;
    write("batch.md", trace.markdown())?;
    write(
        "batch_numpy.md",
        trace.in_notation(Notation::Numpy).markdown(),
    )
}
