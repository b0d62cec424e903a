//! Where nodes and edges lie, and how strong they are.

use super::{
    Layer, NetworkPlot,
    labels::{self, Edge},
};
use crate::canvas::{Align, Canvas, Rect, Style};
use crate::frame::Look;
use crate::numbers::{proper_minus, significant};
use crate::palette::{FAINT, INK, Rgb, SPINE, TEXT, WHITE};
use crate::text::Weight;
use crate::view::{MARGIN, WIDTH};

/// The colours of signs, as images of values have them.
const ABOVE: Rgb = Rgb(178, 24, 43);
const BELOW: Rgb = Rgb(33, 102, 172);

/// Of a larger layer so many units at each end are shown.
const ENDS: usize = 4;
/// Nodes beside each other, in the largest layer, that still have numbers on their edges.
const NUMBERED: usize = 3;

const HEAD: Style = Style::new(14.0, Weight::SemiBold, INK);
const NAME: Style = Style::new(12.5, Weight::Regular, FAINT);
const VALUE: Style = Style::new(13.5, Weight::SemiBold, INK);
const LABEL: Style = Style::new(12.5, Weight::Regular, TEXT);
const EDGE: Style = Style::new(12.0, Weight::SemiBold, TEXT);

/// A place on the canvas.
pub(super) type Point = (f64, f64);

/// The two passes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    Forward,
    Backward,
}

/// What a layer shows: units by number, with a gap where some are left out.
fn shown(count: usize) -> Vec<Option<usize>> {
    if count <= 2 * ENDS + 1 {
        return (0..count).map(Some).collect();
    }
    let tail = (count - ENDS..count).map(Some);
    (0..ENDS).map(Some).chain([None]).chain(tail).collect()
}

/// Sizes that depend on how much is shown.
struct Plan {
    radius: f64,
    row: f64,
    column: f64,
    rows: usize,
    numbers: bool,
    left: f64,
}

impl NetworkPlot {
    pub(super) fn canvas(&self) -> Canvas {
        let largest = self
            .layers
            .iter()
            .map(|layer| shown(layer.nodes.len()).len());
        let rows = largest.max().unwrap_or(1);
        let numbers = rows <= NUMBERED;
        let (radius, row) = if numbers { (29.0, 128.0) } else { (19.0, 58.0) };
        let gaps = (self.layers.len() - 1) as f64;
        let side = MARGIN + 56.0;
        let column =
            ((WIDTH - 2.0 * side) / gaps).clamp(if numbers { 190.0 } else { 130.0 }, 300.0);
        let width = (2.0 * side + gaps * column).max(WIDTH);
        let plan = Plan {
            radius,
            row,
            column,
            rows,
            numbers,
            left: (width - gaps * column) / 2.0,
        };
        let look = Look::SINGLE;
        let passes: &[Pass] = match self.has_gradients() {
            true => &[Pass::Forward, Pass::Backward],
            false => &[Pass::Forward],
        };
        let panel = 64.0 + rows as f64 * row;
        let top = MARGIN + 30.0;
        let height = top + passes.len() as f64 * panel + 34.0;
        let mut canvas = Canvas::new(width, height);
        let title = look.title.shorten(&self.title, width - 2.0 * MARGIN);
        canvas.text((MARGIN, MARGIN + 12.0), Align::Start, look.title, &title);
        for (i, pass) in passes.iter().enumerate() {
            let y = top + i as f64 * panel;
            if i > 0 {
                canvas.segment((MARGIN, y), (width - MARGIN, y), 1.0, SPINE.over_white(0.5));
            }
            self.panel(&mut canvas, &plan, *pass, y);
        }
        legend(&mut canvas, (MARGIN, height - 20.0));
        canvas
    }

    fn panel(&self, canvas: &mut Canvas, plan: &Plan, pass: Pass, top: f64) {
        let words = match pass {
            Pass::Forward => "Forward: what each unit puts out, and the weights",
            Pass::Backward => "Backward: the gradients of units and weights",
        };
        canvas.text((MARGIN, top + 24.0), Align::Start, HEAD, words);
        let middle = top + 52.0 + plan.rows as f64 * plan.row / 2.0;
        let place = |layer: usize, at: usize, count: usize| {
            let x = plan.left + layer as f64 * plan.column;
            let y = middle + (at as f64 - (count as f64 - 1.0) / 2.0) * plan.row;
            (x, y)
        };
        // Edges first, the faint ones below the strong ones; their numbers above all of them.
        let mut numbers = Vec::new();
        for (i, pair) in self.layers.windows(2).enumerate() {
            let Some(values) = edges(&pair[1], pass) else {
                continue;
            };
            let greatest = greatest(values.iter().flatten());
            let (from, to) = (shown(pair[0].nodes.len()), shown(pair[1].nodes.len()));
            let mut lines = Vec::new();
            for (t, unit) in to.iter().enumerate() {
                for (s, source) in from.iter().enumerate() {
                    let (Some(unit), Some(source)) = (unit, source) else {
                        continue;
                    };
                    let value = values[*unit][*source];
                    let ends = (place(i, s, from.len()), place(i + 1, t, to.len()));
                    lines.push((value, ends));
                }
            }
            lines.sort_by(|a, b| a.0.abs().total_cmp(&b.0.abs()));
            for (value, (a, b)) in lines {
                let share = share(value, greatest);
                let thickest = if plan.numbers { 6.0 } else { 3.5 };
                let width = 0.8 + (thickest - 0.8) * share;
                canvas.segment(a, b, width, tint(value, 0.3 + 0.6 * share));
                if plan.numbers {
                    numbers.push((value, a, b));
                }
            }
        }
        let taken: Vec<_> = self
            .layers
            .iter()
            .enumerate()
            .flat_map(|(i, layer)| {
                let units = shown(layer.nodes.len());
                (0..units.len()).map(move |at| place(i, at, units.len()))
            })
            // The node with the words above and below it.
            .map(|(x, y)| {
                Rect::new(
                    x - 42.0,
                    y - plan.radius - 24.0,
                    84.0,
                    2.0 * plan.radius + 48.0,
                )
            })
            .collect();
        edge_numbers(canvas, &numbers, &taken);
        for (i, layer) in self.layers.iter().enumerate() {
            let units = shown(layer.nodes.len());
            let greatest = greatest(layer.nodes.iter().filter_map(|node| match pass {
                Pass::Forward => Some(&node.value),
                Pass::Backward => node.gradient.as_ref().map(|(_, value)| value),
            }));
            for (at, unit) in units.iter().enumerate() {
                let at = place(i, at, units.len());
                match unit {
                    Some(unit) => self.node(canvas, plan, pass, (i, *unit), at, greatest),
                    None => {
                        for dy in [-8.0, 0.0, 8.0] {
                            canvas.disc((at.0, at.1 + dy), 2.0, FAINT);
                        }
                    }
                }
            }
            let y = top + 44.0;
            let name = match layer.nodes.len() == units.len() {
                true => layer.name.clone(),
                false => format!("{}, {} units", layer.name, layer.nodes.len()),
            };
            let name = NAME.shorten(&name, plan.column - 10.0);
            let (x, _) = place(i, 0, 1);
            canvas.text((x, y), Align::Middle, NAME, &name);
        }
    }

    fn node(
        &self,
        canvas: &mut Canvas,
        plan: &Plan,
        pass: Pass,
        (layer, unit): (usize, usize),
        at: (f64, f64),
        greatest: f64,
    ) {
        let node = &self.layers[layer].nodes[unit];
        let (label, value, note) = match (pass, &node.gradient) {
            (Pass::Forward, _) => (node.label.as_str(), Some(node.value), node.note.as_str()),
            (Pass::Backward, Some((label, value))) => (label.as_str(), Some(*value), ""),
            (Pass::Backward, None) => (node.label.as_str(), None, ""),
        };
        let (ring, ground) = match value {
            Some(value) => (
                tint(value, 0.85),
                tint(value, 0.08 + 0.27 * share(value, greatest)),
            ),
            None => (SPINE, WHITE),
        };
        canvas.disc(at, plan.radius + 1.6, ring);
        canvas.disc(at, plan.radius, ground);
        let style = if plan.numbers {
            VALUE
        } else {
            Style {
                size: 11.0,
                ..VALUE
            }
        };
        let text = value.map_or_else(
            || "–".to_owned(),
            |value| fitting(value, &style, plan.radius),
        );
        canvas.text(
            (at.0, at.1 + style.size * 0.36),
            Align::Middle,
            style,
            &text,
        );
        if plan.numbers {
            let above = at.1 - plan.radius - 9.0;
            label_on_white(canvas, (at.0, above), label);
            if !note.is_empty() {
                label_on_white(canvas, (at.0, at.1 + plan.radius + 17.0), note);
            }
        }
    }
}

fn edges(layer: &Layer, pass: Pass) -> Option<&Vec<Vec<f64>>> {
    match pass {
        Pass::Forward => Some(&layer.edges.weights),
        Pass::Backward => layer.edges.gradients.as_ref(),
    }
}

/// A label that crossing edges do not strike through.
fn label_on_white(canvas: &mut Canvas, (x, y): (f64, f64), text: &str) {
    let half = LABEL.width(text) / 2.0 + 3.0;
    let area = Rect::new(
        x - half,
        y - LABEL.size * 0.85,
        2.0 * half,
        LABEL.size * 1.15,
    );
    canvas.wash(area, WHITE, 0.8);
    canvas.text((x, y), Align::Middle, LABEL, text);
}

/// The numbers of edges, each on a white ground.
fn edge_numbers(canvas: &mut Canvas, numbers: &[(f64, Point, Point)], taken: &[Rect]) {
    let text = |value: f64| number(value, 4);
    let edges: Vec<_> = numbers
        .iter()
        .map(|&(value, from, to)| Edge {
            from,
            to,
            width: EDGE.width(&text(value)) + 10.0,
            height: 18.0,
        })
        .collect();
    let middles = labels::placed(&edges, taken);
    for ((&(value, ..), edge), (x, y)) in numbers.iter().zip(&edges).zip(middles) {
        let area = Rect::new(
            x - edge.width / 2.0,
            y - edge.height / 2.0,
            edge.width,
            edge.height,
        );
        capsule(canvas, area, tint(value, 0.75));
        capsule(canvas, area.grown(-1.25), WHITE);
        let style = Style {
            color: strong(value),
            ..EDGE
        };
        let text = text(value);
        canvas.text((x, y + EDGE.size * 0.36), Align::Middle, style, &text);
    }
}

/// A rectangle whose ends are half circles, in one piece: where discs and rectangles meet, an edge
/// would show.
fn capsule(canvas: &mut Canvas, area: Rect, color: Rgb) {
    const STEPS: usize = 12;
    let radius = area.height() / 2.0;
    let y = (area.y0 + area.y1) / 2.0;
    let arc = |x: f64, from: f64| {
        (0..=STEPS).map(move |i| {
            let angle = from + std::f64::consts::PI * i as f64 / STEPS as f64;
            (x + radius * angle.sin(), y - radius * angle.cos())
        })
    };
    let right = arc(area.x1 - radius, 0.0);
    let left = arc(area.x0 + radius, std::f64::consts::PI);
    canvas.polygon(&right.chain(left).collect::<Vec<_>>(), color);
}

fn number(value: f64, digits: usize) -> String {
    proper_minus(&significant(value, digits))
}

/// As many digits as fit into a node.
fn fitting(value: f64, style: &Style, radius: f64) -> String {
    let texts = (1..=4).rev().map(|digits| number(value, digits));
    let fits = |text: &String| style.width(text) <= 2.0 * radius - 6.0;
    let shortest = || number(value, 1);
    texts.into_iter().find(fits).unwrap_or_else(shortest)
}

fn greatest<'a>(values: impl Iterator<Item = &'a f64>) -> f64 {
    let sizes = values.map(|value| value.abs());
    sizes.filter(|size| size.is_finite()).fold(0.0, f64::max)
}

fn share(value: f64, greatest: f64) -> f64 {
    if greatest > 0.0 && value.is_finite() {
        (value.abs() / greatest).clamp(0.0, 1.0)
    } else {
        0.0
    }
}

fn strong(value: f64) -> Rgb {
    if value > 0.0 {
        ABOVE
    } else if value < 0.0 {
        BELOW
    } else {
        FAINT
    }
}

fn tint(value: f64, alpha: f64) -> Rgb {
    strong(value).over_white(alpha)
}

fn legend(canvas: &mut Canvas, (x, y): (f64, f64)) {
    let mut x = x;
    for (color, width, text) in [
        (ABOVE, 4.0, "above zero"),
        (BELOW, 4.0, "below zero"),
        (FAINT, 1.0, "zero"),
    ] {
        canvas.segment(
            (x, y - 4.0),
            (x + 24.0, y - 4.0),
            width,
            color.over_white(0.8),
        );
        x += 31.0;
        canvas.text((x, y), Align::Start, LABEL, text);
        x += LABEL.width(text) + 22.0;
    }
    canvas.text((x, y), Align::Start, LABEL, "thicker: larger in size");
}
