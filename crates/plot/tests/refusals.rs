//! What the figures of a course refuse, and what they bear: nothing panics.

use chainrule_error::Result;
use chainrule_plot::{BarPlot, Figure, ImageGrid, LinePlot, ScatterPlot, ScatterPlot3d};

const XOR: [&[(f64, f64)]; 2] = [&[(0.0, 0.0), (1.0, 1.0)], &[(0.0, 1.0), (1.0, 0.0)]];

fn xor() -> ScatterPlot {
    ScatterPlot::new("XOR").class("", XOR[0]).class("", XOR[1])
}

fn space() -> ScatterPlot3d {
    ScatterPlot3d::new("XOR")
        .class("", &[(0.0, 0.0, 0.0), (1.0, 1.0, 0.0)])
        .class("", &[(0.0, 1.0, 1.0), (1.0, 0.0, 1.0)])
        .point_size(14.0)
}

#[test]
fn endless_texts_stay_in_the_picture() {
    let long = "word ".repeat(300) + &"unbroken".repeat(100) + "\n\t∂字🦀\0";
    space()
        .class(&long, &[(0.5, 0.5, 0.5)])
        .x_label(&long)
        .y_label(&long)
        .z_label(&long)
        .plane(&long, 0.2)
        .draw()
        .unwrap();
    xor()
        .class(&long, &[])
        .line(&long, XOR[0])
        .equal_axes()
        .y_label(&long)
        .draw()
        .unwrap();
    LinePlot::new(&long)
        .band(&long, &[(0.0, 1.0, 2.0)])
        .reference(&long, 1.0)
        .draw()
        .unwrap();
    ImageGrid::new(&long)
        .values(1, 1, &[-1.0], &long)
        .axes()
        .draw()
        .unwrap();
    let bars = BarPlot::new(&long)
        .names(&[&long, &long])
        .group(&long, &[1.0, -2.0]);
    bars.draw().unwrap();
    bars.horizontal().draw().unwrap();
}

#[test]
fn what_cannot_be_drawn_is_explained() {
    let nan = f64::NAN;
    let line = || LinePlot::new("L").values("", &[1.0, 2.0]);
    let image = || ImageGrid::new("I").values(1, 2, &[0.0, 1.0], "");
    let table: [(Result<Figure>, &str); 19] = [
        (
            xor().point_size(nan).draw(),
            "scatter plot \"XOR\", point size\n  expected  1 to 100",
        ),
        (
            xor().point_size(1e9).draw(),
            "scatter plot \"XOR\", point size\n  expected  1 to 100",
        ),
        (
            ScatterPlot3d::new("S").draw(),
            "scatter plot in space \"S\" has nothing to draw",
        ),
        (
            space().point_size(0.0).draw(),
            "scatter plot in space \"XOR\", point size",
        ),
        (
            space().view(nan, 0.0).draw(),
            "scatter plot in space \"XOR\", view\n  expected  degrees",
        ),
        (
            space().view(0.0, 91.0).draw(),
            "scatter plot in space \"XOR\", view\n  expected  degrees",
        ),
        (
            space().view(0.0, nan).draw(),
            "scatter plot in space \"XOR\", view\n  expected  degrees",
        ),
        (
            space().z_range(1.0, 1.0).draw(),
            "scatter plot in space \"XOR\", range of the z axis",
        ),
        (
            space().x_range(0.0, nan).draw(),
            "scatter plot in space \"XOR\", range of the x axis",
        ),
        (
            space().plane("p", nan).draw(),
            "scatter plot in space \"XOR\", plane \"p\"",
        ),
        (
            line().reference("r", nan).draw(),
            "line plot \"L\", reference \"r\"\n  expected  a finite",
        ),
        (
            line().reference("r", 0.0).log_y().draw(),
            "line plot \"L\", reference \"r\"\n  expected  a finite value above zero",
        ),
        (
            line().band("b", &[(0.0, 2.0, 1.0)]).draw(),
            "line plot \"L\", band \"b\"\n  expected  a low end",
        ),
        (
            line().band("b", &[(1.0, 0.0, 1.0), (0.0, 0.0, 1.0)]).draw(),
            "line plot \"L\", band \"b\"\n  expected  x in rising order",
        ),
        (
            image().side(nan).draw(),
            "image grid \"I\", side of an image\n  expected  8 to 2048",
        ),
        (
            image().side(1e9).draw(),
            "image grid \"I\", side of an image\n  expected  8 to 2048",
        ),
        (
            image().value_range(1.0, 0.0).draw(),
            "image grid \"I\", range of the value",
        ),
        (
            image().values(2, 2, &[0.0; 3], "").draw(),
            "image grid \"I\", image 1\n  expected  2 × 2 = 4 pixels",
        ),
        (
            BarPlot::new("B")
                .names(&["a", "b"])
                .group("g", &[1.0])
                .draw(),
            "bar plot \"B\", group \"g\"\n  expected  2 values, one for each name\n  got       1 values",
        ),
    ];
    for (result, text) in table {
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with(text), "{error}");
        assert!(error.contains("\n  try       "), "{error}");
    }
    let huge = (0..400).fold(ImageGrid::new("I").side(1000.0), |grid, _| {
        grid.image(1, 1, &[0], "")
    });
    let error = huge.draw().unwrap_err().to_string();
    assert!(error.starts_with("the figure is too large"), "{error}");
    let group = |values: &[f64]| BarPlot::new("B").group("g", values).draw();
    assert!(
        group(&[])
            .unwrap_err()
            .to_string()
            .contains("nothing to draw")
    );
    assert!(
        group(&[1.0; 61])
            .unwrap_err()
            .to_string()
            .contains("too many bars")
    );
}
