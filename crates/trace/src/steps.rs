//! Several steps in a row, and the table of them.

use std::fmt;

use crate::{
    block::{columns, padded},
    matrix::shape_words,
    number,
    step::{Direction, Step, escaped},
};

/// Steps of a [`Trace`](crate::Trace) in their order, shown as one derivation.
#[derive(Clone)]
pub struct Steps {
    pub(crate) title: String,
    pub(crate) steps: Vec<Step>,
}

impl Steps {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The steps themselves.
    pub fn as_slice(&self) -> &[Step] {
        &self.steps
    }

    /// The steps one after the other.
    pub fn iter(&self) -> std::slice::Iter<'_, Step> {
        self.steps.iter()
    }

    /// The same as a table: a line for each step.
    pub fn table(&self) -> StepTable {
        StepTable {
            title: self.title.clone(),
            steps: self.steps.clone(),
        }
    }

    /// The derivation as Markdown with LaTeX in it.
    pub fn markdown(&self) -> String {
        let mut text = format!("**{}**\n", escaped(&self.title));
        let mut section = None;
        for step in &self.steps {
            if section != Some(step.direction()) {
                section = Some(step.direction());
                text.push_str(&format!("\n#### {}\n", heading(step.direction())));
            }
            text.push('\n');
            text.push_str(&step.markdown());
        }
        text
    }
}

fn heading(direction: Direction) -> &'static str {
    match direction {
        Direction::Given => "Given",
        Direction::Forward => "Forward pass",
        Direction::Backward => "Backward pass",
    }
}

impl<'a> IntoIterator for &'a Steps {
    type Item = &'a Step;
    type IntoIter = std::slice::Iter<'a, Step>;

    fn into_iter(self) -> Self::IntoIter {
        self.steps.iter()
    }
}

/// The derivation as text.
impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)?;
        let mut section = None;
        for step in &self.steps {
            if section != Some(step.direction()) {
                section = Some(step.direction());
                write!(f, "\n\n{}", heading(step.direction()))?;
            }
            write!(f, "\n\n{step}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A line for each step: number, name, formula, shape, size of the result.
#[derive(Clone)]
pub struct StepTable {
    title: String,
    steps: Vec<Step>,
}

impl StepTable {
    /// The table's head.
    pub const HEAD: [&str; 6] = ["step", "pass", "name", "formula", "shape", "result"];

    /// The table's cells as text, row by row.
    pub fn cells(&self) -> Vec<[String; 6]> {
        let row = |step: &Step| {
            let number = match step.number() {
                0 => String::new(),
                number => number.to_string(),
            };
            let formula = match step.formula() {
                formula if formula.is_empty() => step.symbol().to_owned(),
                formula => format!("{} = {formula}", step.symbol()),
            };
            [
                number,
                step.direction().to_string(),
                step.name().to_owned(),
                formula,
                shape_words(step.shape()),
                sizes(step),
            ]
        };
        self.steps.iter().map(row).collect()
    }

    /// The table as Markdown with LaTeX in it.
    pub fn markdown(&self) -> String {
        let mut text = format!("**{}**\n\n", escaped(&self.title));
        text.push_str(&format!("| {} |\n", Self::HEAD.join(" | ")));
        text.push_str("| ---: | :--- | :--- | :--- | :--- | :--- |\n");
        for (step, [number, pass, name, _, shape, result]) in self.steps.iter().zip(self.cells()) {
            // A bar would end the cell, also within a formula.
            let formula = step.equation_latex().replace('|', "\\vert ");
            text.push_str(&format!(
                "| {number} | {pass} | `{name}` | ${formula}$ | {shape} | {} |\n",
                escaped(&result)
            ));
        }
        text
    }
}

/// The numbers of a small result, or from where to where those of a large one go.
fn sizes(step: &Step) -> String {
    let digits = 4;
    let values = step.result();
    if values.len() <= 4 {
        let values = values.iter().map(|&value| number::text(value, digits));
        return values.collect::<Vec<_>>().join(", ");
    }
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!(
        "{} to {}",
        number::text(least, digits),
        number::text(greatest, digits)
    )
}

impl fmt::Display for StepTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = self.cells();
        let head = Self::HEAD.map(str::to_owned);
        let all = || std::iter::once(&head).chain(&cells);
        let width = |column: usize| all().map(|row| columns(&row[column])).max();
        let widths: [usize; 6] = std::array::from_fn(|column| width(column).unwrap_or(0));
        f.write_str(&self.title)?;
        for row in all() {
            let mut line = String::new();
            for (i, (cell, width)) in row.iter().zip(widths).enumerate() {
                let gap = if i > 0 { "  " } else { "" };
                line.push_str(&match i {
                    0 => format!("{cell:>width$}"),
                    _ => format!("{gap}{}", padded(cell, width)),
                });
            }
            write!(f, "\n{}", line.trim_end())?;
        }
        Ok(())
    }
}

impl fmt::Debug for StepTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
