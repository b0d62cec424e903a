//! Matrices of numbers: what is coloured, what is told, what is refused.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod pixels;

use chainrule_plot::{Matrix, MatrixPlot, Rgb, SERIES_COLORS};
use pixels::Pixels;

fn matrix() -> Matrix {
    Matrix::new("A", 2, 3, &[0.0, 0.5, -1.0, 2.0, 3.0, f64::NAN])
}

fn coloured(matrix: Matrix, color: Rgb) -> usize {
    let figure = MatrixPlot::new("t").matrix(matrix).draw().unwrap();
    Pixels::of(&figure).count(color)
}

#[test]
fn groups_have_their_colours() {
    // The colour of the first group over white, behind numbers.
    let tint = Rgb(189, 218, 235);
    assert_eq!(coloured(matrix(), tint), 0);
    let one = coloured(matrix().tint(0, 0, 0), tint);
    let column = coloured(matrix().tint_column(0, 0), tint);
    assert!(one > 1000 && column > 2 * one - 200, "{one} {column}");
    let frame = SERIES_COLORS[1];
    assert_eq!(coloured(matrix().tint(0, 0, 0), frame), 0);
    let small = coloured(matrix().frame((0, 0), (0, 0), 1), frame);
    let large = coloured(matrix().frame((0, 1), (0, 2), 1), frame);
    assert!(small > 100 && large > small + 100, "{small} {large}");
}

#[test]
fn rows_are_under_each_other_and_long_ones_are_broken() {
    let height = |plot: MatrixPlot| plot.draw().unwrap().height();
    let one = height(MatrixPlot::new("t").matrix(matrix()));
    let beside = height(MatrixPlot::new("t").matrix(matrix()).matrix(matrix()));
    let below = height(
        MatrixPlot::new("t")
            .matrix(matrix())
            .row("")
            .matrix(matrix()),
    );
    assert_eq!(one, beside);
    assert!(below > one + 100, "{below} {one}");
    let many = (0..12).fold(MatrixPlot::new("t"), |plot, _| plot.matrix(matrix()));
    let figure = many.draw().unwrap();
    assert!(figure.height() > one + 100 && figure.width() <= 2 * 1048);
}

#[test]
fn what_does_not_fit_is_refused() {
    let refused = |plot: MatrixPlot| plot.draw().unwrap_err().to_string();
    assert!(refused(MatrixPlot::new("t")).contains("at least one matrix"));
    let with = |matrix: Matrix| refused(MatrixPlot::new("t").matrix(matrix));
    assert!(with(Matrix::new("A", 0, 1, &[])).contains("1 to 64 rows and columns"));
    assert!(with(Matrix::new("A", 1, 65, &[0.0; 65])).contains("ImageGrid"));
    assert!(with(Matrix::new("A", 2, 2, &[0.0; 3])).contains("2 × 2 = 4 values"));
    assert!(with(matrix().heads(["a", "b"])).contains("a head for each of 3 columns"));
    assert!(with(matrix().tint(2, 0, 0)).contains("[2, 0]"));
    assert!(with(matrix().frame((0, 1), (1, 3), 0)).contains("[1, 3]"));
    assert!(with(matrix().strong(0, 3)).contains("a cell of 2 × 3"));
}
