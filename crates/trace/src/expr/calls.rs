//! How what is done with one operand is written: functions, sums, windows.

use super::{
    Call, Expr, Sum,
    write::{Binding, Writer, around, around_with, closed, enclosed, prefixed},
};
use crate::{matrix, number, piece::Piece};

impl Writer<'_> {
    pub(super) fn call(&self, call: &Call, inner: &Expr) -> Vec<Piece> {
        let argument = || match (call, inner) {
            (Call::Im2col(patch), Expr::Of(image)) if self.numbers => {
                let mark = |index: &[usize]| patch.has_pixel(index);
                matrix::marked_pieces(image.value(), self.style, &mark)
            }
            _ => self.write(inner, Binding::Sum),
        };
        let function = |lecture: (&str, &str), numpy: &str| match self.numpy() {
            true => {
                let latex = format!("\\mathtt{{{}}}(", numpy.replace('_', "\\_"));
                around(Piece::same(&format!("{numpy}("), &latex), argument(), ")")
            }
            false => {
                let (text, latex) = (format!("{}(", lecture.0), format!("{}\\left(", lecture.1));
                closed(
                    Piece::same(&text, &latex),
                    argument(),
                    Piece::same(")", "\\right)"),
                )
            }
        };
        let method = |name: &str| {
            let mut pieces = self.write(inner, Binding::Atom);
            let latex = format!(".\\mathtt{{{}}}", name.replace('_', "\\_"));
            pieces.push(Piece::same(&format!(".{name}"), &latex).keep());
            pieces
        };
        match call {
            Call::Relu => function(("ReLU", "\\mathrm{ReLU}"), "relu"),
            Call::Tanh => function(("tanh", "\\tanh"), "np.tanh"),
            Call::Softmax(_) => function(("softmax", "\\mathrm{softmax}"), "softmax"),
            Call::Sigmoid => match self.number_of(inner) {
                Some(value) if !self.numpy() => {
                    let (text, latex) = (
                        number::text(-value, self.style.digits),
                        number::latex(-value, self.style.digits),
                    );
                    let latex = format!("\\frac{{1}}{{1 + e^{{{latex}}}}}");
                    vec![Piece::same(&format!("1/(1 + e^({text}))"), &latex)]
                }
                _ => function(("σ", "\\sigma"), "sigmoid"),
            },
            Call::Positive => {
                let (open, close) = if self.numpy() { ("(", ")") } else { ("[", "]") };
                around_with(open, argument(), &format!(" > 0{close}"))
            }
            Call::SquaredNorm if self.numpy() => {
                let mut pieces = enclosed("((", argument(), ")");
                pieces.push(Piece::same("**2).sum()", "\\mathtt{{*}{*}2).sum()}").keep());
                pieces
            }
            Call::SquaredNorm => closed(
                Piece::same("‖", "\\left\\lVert "),
                argument(),
                Piece::same("‖²", " \\right\\rVert^2"),
            ),
            Call::Log if self.numpy() => function(("", ""), "np.log"),
            Call::Log => prefixed(
                Piece::same("log ", "\\log "),
                self.write(inner, Binding::Atom),
            ),
            Call::Total if self.numpy() => method("sum()"),
            Call::Total => prefixed(
                Piece::same("Σ ", "\\textstyle\\sum "),
                self.write(inner, Binding::Product),
            ),
            Call::SumAlong(Sum::Columns) => {
                let inside = match inner {
                    Expr::Hadamard(_) => Binding::Atom,
                    _ => Binding::Product,
                };
                let mut pieces = self.write(inner, inside);
                pieces.push(Piece::same(" 1", "\\,\\mathbf 1").keep());
                pieces
            }
            Call::SumAlong(Sum::Rows) => method("sum(axis=0)"),
            Call::SumAlong(Sum::Places) if self.numpy() => {
                let axes = if rank(inner) == Some(4) {
                    "(0, 2, 3)"
                } else {
                    "(1, 2)"
                };
                method(&format!("sum(axis={axes})"))
            }
            Call::SumAlong(Sum::Places) => prefixed(
                Piece::same("Σ over places ", "\\sum_{\\text{places}} "),
                self.write(inner, Binding::Product),
            ),
            Call::SumAlong(Sum::Images) => prefixed(
                Piece::same("Σ over images ", "\\sum_{\\text{images}} "),
                self.write(inner, Binding::Product),
            ),
            Call::Spread if self.numpy() => argument(),
            Call::Across(_) => self.open(inner),
            Call::Square => {
                let mut pieces = self.write(inner, Binding::Atom);
                pieces.push(match self.numpy() {
                    true => Piece::same("**2", "\\mathtt{{*}{*}2}").keep(),
                    false => Piece::same("^⊙2", "^{\\odot 2}").keep(),
                });
                pieces
            }
            Call::InverseRoot(epsilon) => {
                let (text, latex) = (
                    number::text(*epsilon, self.style.digits),
                    number::latex(*epsilon, self.style.digits),
                );
                let mut pieces = enclosed("(", self.write(inner, Binding::Sum), "");
                let tall = pieces.iter().any(|piece| piece.latex.contains("bmatrix"));
                let close = if tall { "\\Big)" } else { ")" };
                pieces.push(match self.numpy() {
                    true => Piece::same(
                        &format!(" + {text})**-0.5"),
                        &format!(" + {latex}{close}\\mathtt{{{{*}}{{*}}}}{{-0.5}}"),
                    )
                    .keep(),
                    false => Piece::same(
                        &format!(" + {text})^⊙(-1/2)"),
                        &format!(" + {latex}{close}^{{\\odot(-1/2)}}"),
                    )
                    .keep(),
                });
                pieces
            }
            Call::Spread => {
                let mut pieces = self.write(inner, Binding::Product);
                pieces.push(Piece::same(" 1ᵀ", "\\,\\mathbf 1^{\\mathsf T}").keep());
                pieces
            }
            Call::Pick(..) => function(("max", "\\max_{\\text{window}}"), "max_pool"),
            Call::Winners(..) => function(
                ("argmax", "\\operatorname*{argmax}_{\\text{window}}"),
                "winners",
            ),
            Call::Route(..) => function(("to winners", "\\text{to winners}"), "to_winners"),
            Call::Im2col(_) => function(("im2col", "\\mathrm{im2col}"), "im2col"),
            Call::Col2im => function(("col2im", "\\mathrm{col2im}"), "col2im"),
            Call::Flatten(_) => function(("flatten", "\\mathrm{flatten}"), "flatten"),
            Call::Unflatten(..) => function(("as image", "\\text{as image}"), "as_image"),
        }
    }
}

fn rank(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Of(quantity) => Some(quantity.value().ndim()),
        _ => None,
    }
}
