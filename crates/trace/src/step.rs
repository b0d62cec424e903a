//! One operation of a pass: its formula, the numbers put in, what comes out, and why.

use std::fmt;

use ndarray::ArrayD;

use crate::{
    block::columns,
    expr::{Call, Expr, Writer},
    matrix::{self, shape_words},
    piece::{Line, Piece, lines},
    quantity::Quantity,
    style::Style,
};

/// Where in a pass a step belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Not computed: an input, a target, a parameter, a mask.
    Given,
    /// From the input to the cost.
    Forward,
    /// From the cost back to the parameters.
    Backward,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Given => "given",
            Self::Forward => "forward",
            Self::Backward => "backward",
        })
    }
}

/// One step of a [`Trace`](crate::Trace): an owned value, cheap to clone.
///
/// ```
/// use chainrule_nn::Model;
/// use chainrule_trace::Traceable;
/// use ndarray::array;
///
/// let network = Model::input(2).dense(1).sigmoid().half_squared_error().build_f64(1)?;
/// let trace = network.trace(&array![[1.0, -1.0]], &array![[1.0]])?;
/// let step = trace.get("z1")?;
/// assert_eq!((step.name(), step.symbol()), ("z1", "z¹"));
/// assert_eq!(step.formula(), "W¹ a⁰ + b¹");
/// assert_eq!(step.shape(), [1, 1]);
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone)]
pub struct Step {
    number: usize,
    direction: Direction,
    quantity: Quantity,
    expr: Option<Expr>,
    place: String,
    why: String,
    style: Style,
}

impl Step {
    pub(crate) fn new(
        number: usize,
        direction: Direction,
        quantity: &Quantity,
        expr: Option<Expr>,
        place: &str,
        why: String,
        style: Style,
    ) -> Self {
        Self {
            number,
            direction,
            quantity: quantity.clone(),
            expr,
            place: place.to_owned(),
            why,
            style,
        }
    }

    /// Its number in the trace, counted from 1; 0 for what is given.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Where in the pass it belongs.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Its name as a key: `z1`, `s'(z1)`, `delta2`, `dW1`.
    pub fn name(&self) -> &str {
        self.quantity.key()
    }

    /// Its name as it is written: z¹, σ′(z¹), δ², ∂C/∂W¹.
    pub fn symbol(&self) -> &str {
        &self.quantity.name().text
    }

    /// The layer that it belongs to, such as `dense_1`; empty for the cost.
    pub fn layer(&self) -> &str {
        &self.place
    }

    /// Its formula with symbols, as text; empty for what is given.
    pub fn formula(&self) -> String {
        self.written(false, usize::MAX)
            .into_iter()
            .map(|line| line.block.text())
            .collect()
    }

    /// Its formula with symbols, in LaTeX.
    pub fn formula_latex(&self) -> String {
        self.written(false, usize::MAX)
            .into_iter()
            .map(|line| line.latex)
            .collect()
    }

    /// Its formula with the numbers in place of the symbols, as text with matrices over several
    /// lines.
    pub fn substituted(&self) -> String {
        let lines = self.written(true, self.style.width).into_iter();
        let lines: Vec<_> = lines.map(|line| line.block.text()).collect();
        lines.join("\n")
    }

    /// Its formula with the numbers in place of the symbols, in LaTeX.
    pub fn substituted_latex(&self) -> String {
        let lines = self.written(true, self.style.width).into_iter();
        let lines: Vec<_> = lines.map(|line| line.latex).collect();
        lines.join(" \\\\ ")
    }

    /// What comes out, read from the pass and shaped as the notation has it.
    pub fn result(&self) -> &ArrayD<f64> {
        self.quantity.value()
    }

    /// The shape of what comes out.
    pub fn shape(&self) -> &[usize] {
        self.quantity.value().shape()
    }

    /// Why it is done, in a sentence.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// The derivation in LaTeX: formula, numbers, result.
    pub fn latex(&self) -> String {
        let (_, symbol) = self.quantity.symbol(self.style.notation);
        let mut rows = Vec::new();
        for part in self.parts() {
            let lines = part.into_iter().enumerate();
            rows.extend(lines.map(|(i, line)| match i {
                0 => format!("&= {}", line.latex),
                _ => format!("&\\quad {}", line.latex),
            }));
        }
        format!(
            "\\begin{{aligned}}\n{symbol} {}\n\\end{{aligned}}",
            rows.join(" \\\\[3pt]\n")
        )
    }

    /// The step as Markdown with LaTeX in it.
    pub fn markdown(&self) -> String {
        let title = match self.number {
            0 => format!("**{}**", self.symbol()),
            number => format!("**{number} · {}**", self.symbol()),
        };
        format!(
            "{title} ({}) {}\n\n$$\n{}\n$$\n",
            shape_words(self.shape()),
            escaped(&self.why),
            self.latex()
        )
    }

    /// The symbol in LaTeX.
    pub(crate) fn symbol_latex(&self) -> String {
        self.quantity.symbol(self.style.notation).1
    }

    /// Symbol and formula in one line of LaTeX.
    pub(crate) fn equation_latex(&self) -> String {
        let (_, symbol) = self.quantity.symbol(self.style.notation);
        match &self.expr {
            Some(_) => format!("{symbol} = {}", self.formula_latex()),
            None => symbol,
        }
    }

    pub(crate) fn quantity(&self) -> &Quantity {
        &self.quantity
    }

    pub(crate) fn expr(&self) -> Option<&Expr> {
        self.expr.as_ref()
    }

    fn written(&self, numbers: bool, width: usize) -> Vec<Line> {
        let style = &self.style;
        let writer = Writer { style, numbers };
        match &self.expr {
            Some(expr) => lines(&writer.pieces(expr), width),
            None => Vec::new(),
        }
    }

    /// Formula, numbers and result, each as lines; what would only repeat the line before is left
    /// out.
    fn parts(&self) -> Vec<Vec<Line>> {
        let (value, style) = (self.quantity.value(), &self.style);
        let result = match &self.expr {
            Some(Expr::Call(Call::Im2col(patch), _)) => {
                matrix::marked_pieces(value, style, &|index| patch.has_entry(index))
            }
            _ => matrix::pieces(value, style),
        };
        let result = lines(&result, style.width);
        let mut parts = Vec::new();
        if self.expr.is_some() {
            parts.push(self.written(false, self.style.width));
            let numbers = self.written(true, self.style.width);
            let latex = |lines: &[Line]| -> String { lines.iter().map(|l| &*l.latex).collect() };
            if latex(&numbers) != latex(&result) {
                parts.push(numbers);
            }
        }
        parts.push(result);
        parts
    }
}

/// The derivation as text, as wide as a page.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.number > 0 {
            write!(f, "{}. ", self.number)?;
        }
        let shape = shape_words(self.shape());
        write!(f, "{} ({shape}): {}", self.name(), self.why)?;
        let (symbol, _) = self.quantity.symbol(self.style.notation);
        let indent = columns(&symbol) + 2;
        let mut first = true;
        for part in self.parts() {
            for (i, line) in part.into_iter().enumerate() {
                let start = match (first, i) {
                    (true, _) => format!("  {symbol} = "),
                    (_, 0) => format!("{:indent$} = ", ""),
                    _ => format!("{:indent$}   ", ""),
                };
                first = false;
                let start = Piece::same(&start, "").block;
                write!(f, "\n{}", start.beside(&line.block).text())?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Words in which Markdown and HTML see no marks of theirs.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '*' | '_' | '`' | '$' | '|' | '[' | ']' | '#' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
