//! A formula as people read it: with symbols or with numbers, in LaTeX and as text.

use super::{Call, Expr, Sum};
use crate::{
    block::Block,
    matrix, number,
    piece::Piece,
    style::{Notation, Style},
};

/// How tightly something holds together: what binds less than its surroundings needs brackets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    Sum,
    Product,
    Atom,
}

/// A formula with its symbols, or with the numbers in their place.
pub(crate) struct Writer<'a> {
    pub(crate) style: &'a Style,
    pub(crate) numbers: bool,
}

impl Writer<'_> {
    pub(crate) fn pieces(&self, expr: &Expr) -> Vec<Piece> {
        self.write(expr, Binding::Sum)
    }

    pub(super) fn numpy(&self) -> bool {
        self.style.notation == Notation::Numpy
    }

    pub(super) fn write(&self, expr: &Expr, outside: Binding) -> Vec<Piece> {
        let pieces = self.open(expr);
        if self.binding(expr) >= outside {
            return pieces;
        }
        enclosed("(", pieces, ")")
    }

    fn binding(&self, expr: &Expr) -> Binding {
        match expr {
            Expr::Sum(_) => Binding::Sum,
            Expr::Product(_) if self.numpy() && !has_fraction(expr) => Binding::Atom,
            Expr::Product(_) | Expr::Hadamard(_) => Binding::Product,
            Expr::Call(Call::SumAlong(Sum::Columns) | Call::Spread, _) => Binding::Product,
            Expr::Call(Call::Log | Call::Total, _) if !self.numpy() => Binding::Product,
            Expr::Shaped(inner, _) if !self.numbers => self.binding(inner),
            Expr::Call(Call::Across(_), inner) => self.binding(inner),
            Expr::Of(quantity) if self.numbers && quantity.value().len() == 1 => {
                match quantity.value().iter().next() {
                    Some(value) if *value < 0.0 => Binding::Sum,
                    _ => Binding::Atom,
                }
            }
            // Several matrices in a row are one operand.
            Expr::Of(quantity) if self.numbers && quantity.value().ndim() > 2 => Binding::Sum,
            Expr::Shaped(inner, shape) if shape.len() > 2 => match &**inner {
                Expr::Of(_) => Binding::Sum,
                inner => self.binding(inner),
            },
            _ => Binding::Atom,
        }
    }

    /// The expression without brackets around it.
    pub(super) fn open(&self, expr: &Expr) -> Vec<Piece> {
        match expr {
            Expr::Of(quantity) if self.numbers => matrix::pieces(quantity.value(), self.style),
            Expr::Of(quantity) => {
                let (text, latex) = quantity.symbol(self.style.notation);
                vec![Piece::new(latex, Block::line(text))]
            }
            Expr::Fraction(a, b) => vec![self.fraction(*a, *b)],
            Expr::Sum(terms) => {
                let mut all = Vec::new();
                for (minus, term) in terms {
                    let operator = match (all.is_empty(), minus) {
                        (true, false) => None,
                        (true, true) => Some(Piece::same("-", "-")),
                        (false, false) => Some(Piece::same(" + ", " + ")),
                        (false, true) => Some(Piece::same(" - ", " - ")),
                    };
                    let inside = if *minus || (operator.is_some() && self.negative(term)) {
                        Binding::Product
                    } else {
                        Binding::Sum
                    };
                    let bound = operator.is_some();
                    all.extend(operator);
                    all.extend(kept(self.write(term, inside), bound));
                }
                all
            }
            Expr::Product(factors) if self.numpy() => self.dots(factors),
            Expr::Product(factors) => self.side_by_side(factors),
            Expr::Hadamard(factors) => {
                let operator = match self.numpy() {
                    true => Piece::same(" * ", " * "),
                    false => Piece::same(" ⊙ ", " \\odot "),
                };
                let mut all = Vec::new();
                for factor in factors {
                    let bound = !all.is_empty();
                    if bound {
                        all.push(operator.clone());
                    }
                    all.extend(kept(self.write(factor, Binding::Product), bound));
                }
                all
            }
            Expr::Transpose(inner) => self.transposed(inner),
            Expr::Call(call, inner) => self.call(call, inner),
            Expr::Shaped(inner, shape) => match &**inner {
                Expr::Of(quantity) if self.numbers => {
                    let value = quantity.value().to_shape(&shape[..]);
                    let value = value
                        .map_or_else(|_| quantity.value().clone(), ndarray::ArrayBase::into_owned);
                    matrix::pieces(&value, self.style)
                }
                inner => self.open(inner),
            },
        }
    }

    /// Whether it begins with a minus sign when written.
    fn negative(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Of(_)) && self.binding(expr) == Binding::Sum
    }

    fn fraction(&self, a: f64, b: f64) -> Piece {
        let write = |value| number::text(value, self.style.digits);
        let (a_text, b_text) = (write(a), write(b));
        match (b == 1.0, self.numpy()) {
            (true, _) => Piece::same(&a_text, &a_text),
            (false, true) => {
                let text = format!("{a_text} / {b_text}");
                Piece::same(&text, &text)
            }
            (false, false) => {
                let latex = format!("\\frac{{{a_text}}}{{{b_text}}}");
                Piece::same(&format!("{a_text}/{b_text}"), &latex)
            }
        }
    }

    /// `2 * a.dot(b) / 3`.
    fn dots(&self, factors: &[Expr]) -> Vec<Piece> {
        let mut all = Vec::new();
        let mut divisor = None;
        let mut matrices = 0;
        for factor in factors {
            if let Expr::Fraction(a, b) = factor {
                if *a != 1.0 {
                    all.push(self.fraction(*a, 1.0));
                    all.push(Piece::same(" * ", " * ").keep());
                }
                divisor = (*b != 1.0).then_some(*b);
                continue;
            }
            matrices += 1;
            if matrices == 1 {
                let needed = if divisor.is_some() || factors.len() == 2 {
                    Binding::Product
                } else {
                    Binding::Atom
                };
                all.extend(self.write(factor, needed.max(Binding::Product)));
            } else {
                all.push(Piece::same(".dot(", ".\\mathtt{dot}(").keep());
                all.extend(self.write(factor, Binding::Sum));
                all.push(Piece::same(")", ")").keep());
            }
        }
        if let Some(divisor) = divisor {
            let divisor = number::text(divisor, self.style.digits);
            all.push(Piece::same(&format!(" / {divisor}"), &format!(" / {divisor}")).keep());
        }
        all
    }

    /// W a, with a dot where two numbers meet.
    fn side_by_side(&self, factors: &[Expr]) -> Vec<Piece> {
        let mut all: Vec<Piece> = Vec::new();
        for factor in factors {
            let bound = !all.is_empty();
            if bound {
                let between = match self.numbers && is_number(factor) {
                    true => Piece::same(" · ", " \\cdot "),
                    false => Piece::same(" ", " \\, "),
                };
                all.push(between.keep());
            }
            let inside = match factor {
                Expr::Hadamard(_) => Binding::Atom,
                Expr::Of(_) if bound => Binding::Product,
                _ => Binding::Product,
            };
            all.extend(self.write(factor, inside));
        }
        all
    }

    /// With numbers, those of the transposed matrix: they are what one multiplies with.
    fn transposed(&self, inner: &Expr) -> Vec<Piece> {
        if self.numbers
            && let Some(value) =
                Expr::Transpose(Box::new(inner.clone())).value(&|quantity| quantity.value().clone())
        {
            return matrix::pieces(&value, self.style);
        }
        let mut pieces = match self.numpy() {
            true => self.write(inner, Binding::Atom),
            false => enclosed("(", self.write(inner, Binding::Sum), ")"),
        };
        pieces.push(match self.numpy() {
            true => Piece::same(".T", ".\\mathtt{T}").keep(),
            false => Piece::same("ᵀ", "^{\\mathsf T}").keep(),
        });
        pieces
    }

    /// The number that stands for a quantity of one entry.
    pub(super) fn number_of(&self, expr: &Expr) -> Option<f64> {
        match expr {
            Expr::Of(quantity) if self.numbers && quantity.value().len() == 1 => {
                quantity.value().iter().next().copied()
            }
            _ => None,
        }
    }
}

fn is_number(expr: &Expr) -> bool {
    match expr {
        Expr::Of(quantity) => quantity.value().len() == 1,
        Expr::Fraction(..) => true,
        Expr::Transpose(inner) | Expr::Shaped(inner, _) => is_number(inner),
        _ => false,
    }
}

fn has_fraction(expr: &Expr) -> bool {
    match expr {
        Expr::Product(factors) => factors.iter().any(|f| matches!(f, Expr::Fraction(..))),
        _ => false,
    }
}

/// Pieces of which the first stays where it is, if it has to.
fn kept(mut pieces: Vec<Piece>, bound: bool) -> Vec<Piece> {
    if let (true, Some(first)) = (bound, pieces.first_mut()) {
        first.breakable = false;
    }
    pieces
}

pub(super) fn prefixed(prefix: Piece, pieces: Vec<Piece>) -> Vec<Piece> {
    let mut all = vec![prefix];
    all.extend(kept(pieces, true));
    all
}

pub(super) fn closed(open: Piece, pieces: Vec<Piece>, close: Piece) -> Vec<Piece> {
    // `\left` and `\right` must meet on one line: nothing in between is broken.
    let paired = open.latex.contains("\\left");
    let mut all = vec![open];
    let inside = pieces.into_iter().enumerate();
    all.extend(inside.map(|(i, piece)| {
        if paired || i == 0 {
            piece.keep()
        } else {
            piece
        }
    }));
    all.push(close.keep());
    all
}

pub(super) fn around(open: Piece, pieces: Vec<Piece>, close: &str) -> Vec<Piece> {
    closed(open, pieces, Piece::same(close, close))
}

pub(super) fn around_with(open: &str, pieces: Vec<Piece>, close: &str) -> Vec<Piece> {
    around(Piece::same(open, open), pieces, close)
}

/// In brackets, large ones about matrices. They may stand on two lines, so they are of a fixed size.
pub(super) fn enclosed(open: &str, pieces: Vec<Piece>, close: &str) -> Vec<Piece> {
    let tall = pieces.iter().any(|piece| piece.latex.contains("bmatrix"));
    let sized = |bracket: &str| {
        let latex = match bracket {
            "(" => "\\Big(",
            ")" => "\\Big)",
            other => other,
        };
        Piece::same(bracket, if tall { latex } else { bracket })
    };
    closed(sized(open), pieces, sized(close))
}
