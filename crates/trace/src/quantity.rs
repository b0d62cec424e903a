//! A named number, vector or matrix of a pass.

use std::sync::Arc;

use ndarray::ArrayD;

use crate::{number::raised, style::Notation};

/// A quantity with its names and its value in the notation of its trace. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Quantity(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    name: Name,
    value: ArrayD<f64>,
}

/// What a quantity is called: as a key, in a sentence, in LaTeX, and in code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) key: String,
    pub(crate) text: String,
    pub(crate) latex: String,
    pub(crate) code: String,
}

impl Name {
    /// A letter with the number of its layer: `z` and `1` are z¹.
    pub(crate) fn of(letter: &str, layer: &str) -> Self {
        let (text, latex) = match letter {
            "dropped" => ("ã", "\\tilde a"),
            "delta" => ("δ", "\\delta"),
            "patches" => ("X", "X"),
            "gamma" => ("γ", "\\gamma"),
            "beta" => ("β", "\\beta"),
            "mu" => ("μ", "\\mu"),
            "xhat" => ("x̂", "\\hat x"),
            "winners" => ("winners", "\\mathrm{winners}"),
            letter => (letter, letter),
        };
        Self {
            key: format!("{letter}{layer}"),
            text: format!("{text}{}", raised(&layer.replace('_', "·"))),
            latex: format!("{latex}^{{{}}}", layer.replace('_', ",")),
            code: format!("{letter}{layer}"),
        }
    }

    /// The derivative of the cost by the quantity of that name.
    pub(crate) fn gradient(of: &Self) -> Self {
        if let Some(layer) = of.key.strip_prefix('z') {
            return Self::of("delta", layer);
        }
        Self {
            key: format!("d{}", of.key),
            text: format!("∂C/∂{}", of.text),
            latex: format!("\\frac{{\\partial C}}{{\\partial {}}}", of.latex),
            code: format!("d{}", of.code),
        }
    }

    /// σ′ at the quantity of that name.
    pub(crate) fn derivative(of: &Self) -> Self {
        Self {
            key: format!("s'({})", of.key),
            text: format!("σ′({})", of.text),
            latex: format!("\\sigma'({})", of.latex),
            code: format!("s_prime({})", of.code),
        }
    }

    /// A name of one letter or word, the same everywhere.
    pub(crate) fn plain(key: &str, text: &str, latex: &str) -> Self {
        Self {
            key: key.to_owned(),
            text: text.to_owned(),
            latex: latex.to_owned(),
            code: key.to_owned(),
        }
    }
}

impl Quantity {
    pub(crate) fn new(name: Name, value: ArrayD<f64>) -> Self {
        Self(Arc::new(Parts { name, value }))
    }

    pub(crate) fn name(&self) -> &Name {
        &self.0.name
    }

    pub(crate) fn key(&self) -> &str {
        &self.0.name.key
    }

    pub(crate) fn value(&self) -> &ArrayD<f64> {
        &self.0.value
    }

    /// Its symbol as it stands in a formula: text, then LaTeX.
    pub(crate) fn symbol(&self, notation: Notation) -> (String, String) {
        match notation {
            Notation::Lecture => (self.0.name.text.clone(), self.0.name.latex.clone()),
            Notation::Numpy => (self.0.name.code.clone(), code_latex(&self.0.name.code)),
        }
    }
}

/// Code in a formula.
pub(crate) fn code_latex(code: &str) -> String {
    format!("\\mathtt{{{}}}", code.replace('_', "\\_"))
}
