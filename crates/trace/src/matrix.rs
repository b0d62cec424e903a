//! An array in brackets, large ones by their corners and dots.

use ndarray::{ArrayD, ArrayViewD, Axis};

use crate::{block::Block, number, piece::Piece, style::Style};

/// Matrices of an array of more than two dimensions that are written out.
const MOST_LAYERS: usize = 4;

/// What is written of so many rows or columns: their numbers, with a gap where some are left out.
pub(crate) fn shown(extent: usize, most: usize) -> Vec<Option<usize>> {
    if extent <= most {
        return (0..extent).map(Some).collect();
    }
    let tail = (most / 2).max(1);
    let head = most.saturating_sub(tail).max(1);
    let end = extent - tail..extent;
    let numbers = (0..head).map(Some).chain([None]);
    numbers.chain(end.map(Some)).collect()
}

/// Which entries of an array are set off, by their indices.
pub(crate) type Mark<'a> = &'a dyn Fn(&[usize]) -> bool;

/// The colour of what is set off: the vermilion of Okabe and Ito, darker.
const MARKED: &str = "#b34700";

/// An array as pieces of a formula: a number, a matrix, or several matrices with their indices.
pub(crate) fn pieces(value: &ArrayD<f64>, style: &Style) -> Vec<Piece> {
    marked_pieces(value, style, &|_| false)
}

/// The same with some entries set off: by colour and weight in LaTeX, by a star in text.
pub(crate) fn marked_pieces(value: &ArrayD<f64>, style: &Style, mark: Mark<'_>) -> Vec<Piece> {
    match value.ndim() {
        0..=2 => vec![flat(value.view(), style, mark)],
        _ => layers(value, style, mark),
    }
}

fn flat(value: ArrayViewD<'_, f64>, style: &Style, mark: Mark<'_>) -> Piece {
    if value.len() == 1 {
        let number = value.iter().next().copied().unwrap_or(f64::NAN);
        return Piece::new(
            number::latex(number, style.digits),
            Block::line(number::text(number, style.digits)),
        );
    }
    // A flat array lies in a row.
    let value = match value.ndim() {
        1 => value.insert_axis(Axis(0)),
        _ => value,
    };
    let (rows, columns) = (value.shape()[0], value.shape()[1]);
    let (rows, columns) = (shown(rows, style.most), shown(columns, style.most));
    let cell = |row: Option<usize>, column: Option<usize>, latex: bool| match (row, column) {
        (Some(i), Some(j)) if latex => {
            let number = number::latex(value[[i, j]], style.digits);
            match mark(&[i, j]) {
                true => format!("\\textcolor{{{MARKED}}}{{\\mathbf{{{number}}}}}"),
                false => number,
            }
        }
        (Some(i), Some(j)) => {
            let star = if mark(&[i, j]) { "*" } else { "" };
            number::text(value[[i, j]], style.digits) + star
        }
        (None, Some(_)) => if latex { "\\vdots" } else { "⋮" }.to_owned(),
        (Some(_), None) => if latex { "\\cdots" } else { "⋯" }.to_owned(),
        (None, None) => if latex { "\\ddots" } else { "⋱" }.to_owned(),
    };
    let cells = |latex: bool| -> Vec<Vec<String>> {
        let row = |&i: &Option<usize>| columns.iter().map(|&j| cell(i, j, latex)).collect();
        rows.iter().map(row).collect()
    };
    let lines: Vec<_> = cells(true).iter().map(|row| row.join(" & ")).collect();
    let latex = format!(
        "\\begin{{bmatrix}} {} \\end{{bmatrix}}",
        lines.join(" \\\\ ")
    );
    Piece::new(latex, Block::matrix(&cells(false)))
}

/// The matrices of the last two dimensions, each with the indices of the others, counted from 1.
fn layers(value: &ArrayD<f64>, style: &Style, mark: Mark<'_>) -> Vec<Piece> {
    let outer = &value.shape()[..value.ndim() - 2];
    let count: usize = outer.iter().product();
    let mut pieces = Vec::new();
    for number in shown(count, MOST_LAYERS) {
        if !pieces.is_empty() {
            pieces.push(Piece::same(", ", ",\\; ").keep());
        }
        let Some(number) = number else {
            pieces.push(Piece::same("⋯", "\\cdots "));
            continue;
        };
        let (mut view, mut rest, mut at_outer) = (value.view(), number, Vec::new());
        for (i, &extent) in outer.iter().enumerate() {
            let inner: usize = outer[i + 1..].iter().product();
            let at = rest / inner % extent.max(1);
            rest %= inner.max(1);
            at_outer.push(at);
            view = view.index_axis_move(Axis(0), at);
        }
        let index: Vec<_> = at_outer.iter().map(|at| (at + 1).to_string()).collect();
        let index = index.join(",");
        // A 1 × 1 image is a number, but one among several.
        let matrix = flat(view, style, &|inner| {
            let index: Vec<_> = at_outer.iter().chain(inner).copied().collect();
            mark(&index)
        });
        let latex = format!("\\underset{{{index}}}{{{}}}", matrix.latex);
        let label = format!("{index}: ");
        pieces.push(Piece::new(latex, Block::line(label).beside(&matrix.block)));
    }
    pieces
}

/// `2 × 2`, `a number`, `2 × 3 × 3`.
pub(crate) fn shape_words(shape: &[usize]) -> String {
    match shape {
        [] => "a number".to_owned(),
        [n] => n.to_string(),
        shape => {
            let extents: Vec<_> = shape.iter().map(ToString::to_string).collect();
            extents.join(" × ")
        }
    }
}
