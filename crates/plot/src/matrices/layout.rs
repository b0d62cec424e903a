//! Where matrices, their cells and their frames go.

use super::{Area, Matrix, MatrixPlot};
use crate::canvas::{Align, Canvas, Rect, Style};
use crate::frame::Look;
use crate::numbers::{proper_minus, significant};
use crate::palette::{FAINT, INK, SPINE, TEXT, color};
use crate::text::{Weight, tabular};
use crate::view::{MARGIN, WIDTH};

const HEAD: Style = Style::new(14.0, Weight::SemiBold, INK);
const NAME: Style = Style::new(13.0, Weight::Regular, TEXT);
const COLUMN: Style = Style::new(11.0, Weight::Regular, FAINT);
const NUMBER: Style = Style::new(11.5, Weight::Regular, INK);
const STRONG: Style = Style::new(11.5, Weight::SemiBold, INK);
const CAPTION: Style = Style::new(13.0, Weight::Regular, TEXT);

const ROW: f64 = 26.0;
const LEAST_CELL: f64 = 30.0;
/// Between matrices, and from one line of them to the next.
const APART: f64 = 26.0;
/// Lines of matrices are broken beyond it.
const PAGE: f64 = 1000.0;
/// How strong a group's colour is behind numbers.
const TINT: f64 = 0.26;

/// A matrix with the size that it takes.
struct Measured<'a> {
    matrix: &'a Matrix,
    texts: Vec<String>,
    cell: f64,
    width: f64,
    height: f64,
}

impl<'a> Measured<'a> {
    fn new(matrix: &'a Matrix) -> Self {
        let texts = numbers(&matrix.values);
        let widest = texts
            .iter()
            .map(|text| STRONG.width(text))
            .fold(0.0, f64::max);
        let heads = matrix
            .heads
            .iter()
            .map(|head| COLUMN.width(head))
            .fold(0.0, f64::max);
        // Frames lie within the cells, beside their numbers.
        let depths = depths(&matrix.areas);
        let framed = depths.iter().map(|&depth| 6.0 + 5.0 * depth as f64);
        let frames = framed.fold(0.0, f64::max);
        let cell = (widest.max(heads) + 10.0 + frames).max(LEAST_CELL).ceil();
        let heads = if matrix.heads.is_empty() { 0.0 } else { 16.0 };
        let cells = matrix.columns as f64 * cell;
        Self {
            matrix,
            texts,
            cell,
            width: cells.max(NAME.width(&matrix.name)),
            height: 22.0 + heads + matrix.rows as f64 * ROW,
        }
    }

    fn draw(&self, canvas: &mut Canvas, (x, y): (f64, f64)) {
        let matrix = self.matrix;
        canvas.text((x, y + 13.0), Align::Start, NAME, &matrix.name);
        let mut top = y + 22.0;
        if !matrix.heads.is_empty() {
            for (i, head) in matrix.heads.iter().enumerate() {
                let middle = x + (i as f64 + 0.5) * self.cell;
                canvas.text((middle, top + 10.0), Align::Middle, COLUMN, head);
            }
            top += 16.0;
        }
        let area = |rows: (usize, usize), columns: (usize, usize)| {
            let (height, width) = (rows.1 + 1 - rows.0, columns.1 + 1 - columns.0);
            Rect::new(
                x + columns.0 as f64 * self.cell,
                top + rows.0 as f64 * ROW,
                width as f64 * self.cell,
                height as f64 * ROW,
            )
        };
        for &(row, column, group) in &matrix.tints {
            canvas.fill(
                area((row, row), (column, column)),
                color(group).over_white(TINT),
            );
        }
        let (right, bottom) = (matrix.columns as f64 * self.cell, matrix.rows as f64 * ROW);
        for i in 0..=matrix.rows {
            let at = top + i as f64 * ROW;
            canvas.segment((x, at), (x + right, at), 1.0, SPINE.over_white(0.45));
        }
        for i in 0..=matrix.columns {
            let at = x + i as f64 * self.cell;
            canvas.segment((at, top), (at, top + bottom), 1.0, SPINE.over_white(0.45));
        }
        for (frame, depth) in matrix.areas.iter().zip(depths(&matrix.areas)) {
            let within = area(frame.rows, frame.columns).grown(-1.2 - 2.4 * depth as f64);
            let corners = [
                (within.x0, within.y0),
                (within.x1, within.y0),
                (within.x1, within.y1),
                (within.x0, within.y1),
                (within.x0, within.y0),
            ];
            canvas.stroke(&corners, 2.0, &[], color(frame.group));
        }
        for (i, text) in self.texts.iter().enumerate() {
            let (row, column) = (i / matrix.columns, i % matrix.columns);
            let strong = matrix.strong.contains(&(row, column));
            let middle = x + (column as f64 + 0.5) * self.cell;
            let line = top + (row as f64 + 0.5) * ROW + NUMBER.size * 0.36;
            let style = if strong { STRONG } else { NUMBER };
            canvas.text((middle, line), Align::Middle, style, text);
        }
    }
}

impl MatrixPlot {
    pub(super) fn canvas(&self) -> Canvas {
        let rows: Vec<(&str, Vec<Vec<Measured<'_>>>)> = self
            .rows
            .iter()
            .filter(|row| !row.matrices.is_empty())
            .map(|row| {
                (
                    row.name.as_str(),
                    lines(row.matrices.iter().map(Measured::new)),
                )
            })
            .collect();
        let all = || rows.iter().flat_map(|(_, lines)| lines);
        let width = all()
            .map(|line| extent(line))
            .fold(WIDTH - 2.0 * MARGIN, f64::max);
        let caption = CAPTION.wrap(&self.caption, width, 4);
        let heads = rows.iter().filter(|(name, _)| !name.is_empty()).count() as f64;
        let tall: f64 = all().map(|line| tallest(line) + APART * 0.6).sum();
        let height =
            MARGIN + 30.0 + heads * 30.0 + tall + caption.len() as f64 * CAPTION.leading() + MARGIN;
        let mut canvas = Canvas::new(width + 2.0 * MARGIN, height);
        let look = Look::SINGLE;
        let title = look.title.shorten(&self.title, width);
        canvas.text((MARGIN, MARGIN + 12.0), Align::Start, look.title, &title);
        let mut y = MARGIN + 30.0;
        for (name, lines) in &rows {
            if !name.is_empty() {
                let name = HEAD.shorten(name, width);
                canvas.text((MARGIN, y + 16.0), Align::Start, HEAD, &name);
                y += 30.0;
            }
            for line in lines {
                let mut x = MARGIN;
                for sized in line {
                    sized.draw(&mut canvas, (x, y));
                    x += sized.width + APART;
                }
                y += tallest(line) + APART * 0.6;
            }
        }
        for (i, line) in caption.iter().enumerate() {
            let at = y + 12.0 + i as f64 * CAPTION.leading();
            canvas.text((MARGIN, at), Align::Start, CAPTION, line);
        }
        canvas
    }
}

/// How far within its cells each frame lies, so that frames with cells in common stay apart.
fn depths(areas: &[Area]) -> Vec<usize> {
    let apart = |a: (usize, usize), b: (usize, usize)| a.1 < b.0 || b.1 < a.0;
    let mut depths: Vec<usize> = Vec::new();
    for (i, area) in areas.iter().enumerate() {
        let meets =
            |other: &Area| !apart(area.rows, other.rows) && !apart(area.columns, other.columns);
        let before = areas[..i]
            .iter()
            .zip(&depths)
            .filter(|(other, _)| meets(other));
        let depth = before.map(|(_, depth)| depth + 1).max().unwrap_or(0);
        depths.push(depth);
    }
    depths
}

/// All numbers of a matrix with the decimals that three digits of its greatest need. A zero is 0; what
/// is only nearly zero keeps its decimals.
fn numbers(values: &[f64]) -> Vec<String> {
    let finite = values.iter().filter(|value| value.is_finite());
    let greatest = finite.map(|value| value.abs()).fold(0.0, f64::max);
    let decimals = 2 - greatest.log10().floor() as i32;
    let text = |&value: &f64| {
        if !(0..=6).contains(&decimals) || value == 0.0 || !value.is_finite() {
            return significant(value, 3);
        }
        let text = format!("{value:.*}", decimals as usize);
        let lost = !text.contains(|c: char| c.is_ascii_digit() && c != '0');
        match text.contains('.') && !lost {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        }
    };
    let texts = values.iter().map(text);
    texts.map(|text| tabular(&proper_minus(&text))).collect()
}

/// Matrices on as many lines as they need.
fn lines<'a>(matrices: impl Iterator<Item = Measured<'a>>) -> Vec<Vec<Measured<'a>>> {
    let mut lines: Vec<Vec<Measured<'a>>> = Vec::new();
    for matrix in matrices {
        match lines.last_mut() {
            Some(line) if extent(line) + APART + matrix.width <= PAGE => line.push(matrix),
            _ => lines.push(vec![matrix]),
        }
    }
    lines
}

fn extent(line: &[Measured<'_>]) -> f64 {
    let widths: f64 = line.iter().map(|sized| sized.width).sum();
    widths + APART * (line.len() as f64 - 1.0)
}

fn tallest(line: &[Measured<'_>]) -> f64 {
    line.iter().map(|sized| sized.height).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_has_one_number_of_decimals_and_zero_is_told_from_nearly_zero() {
        let said = |values: &[f64], expected: &[&str]| {
            let expected: Vec<_> = expected.iter().map(|text| tabular(text)).collect();
            assert_eq!(numbers(values), expected);
        };
        said(&[0.5, 0.125, -0.7], &["0.5", "0.125", "−0.7"]);
        said(
            &[0.5, 0.0, 0.0001, -0.0001],
            &["0.5", "0", "0.000", "0.000"],
        );
        said(&[12.345, 0.5], &["12.3", "0.5"]);
        said(&[2e-9, f64::NAN, f64::INFINITY], &["2e-9", "NaN", "∞"]);
    }

    #[test]
    fn only_frames_that_meet_are_set_apart() {
        let area = |rows, columns| Area {
            group: 0,
            rows,
            columns,
        };
        let apart = [
            area((0, 1), (0, 1)),
            area((0, 1), (2, 3)),
            area((2, 3), (0, 1)),
        ];
        assert_eq!(depths(&apart), [0, 0, 0]);
        let meeting = [
            area((0, 1), (0, 1)),
            area((1, 3), (1, 3)),
            area((2, 3), (2, 3)),
        ];
        assert_eq!(depths(&meeting), [0, 1, 2]);
    }
}
