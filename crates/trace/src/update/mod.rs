//! One weight through one step of an optimizer.
//!
//! The step is a real one, taken by a clone of the optimizer on a clone of the network: what the
//! optimizer remembers before and after it, and the weight before and after it, are read, not
//! computed. `lines` writes the rule's formulas with these numbers in them; the corrected averages
//! that Adam and its relatives use on the way are divided out of what was read.

mod lines;

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{
    AdaGrad, AdaMax, Adadelta, Adam, AdamW, AmsGrad, Gradients, Momentum, Nadam, Nesterov, Network,
    Optimizer, RmsProp, Rule, Sgd, State,
};
use ndarray::ArrayD;

use self::lines::Moment;
use crate::{number, step::escaped};

/// An optimizer whose rule and memory can be seen: every one of the crate.
pub trait Visible: Optimizer<f64> + Clone {
    #[doc(hidden)]
    fn seen_rule(&self) -> Rule;
    #[doc(hidden)]
    fn seen_rate(&self) -> f64;
    #[doc(hidden)]
    fn seen_state(&self, parameter: &str) -> Option<State>;
}

macro_rules! visible {
    ($($name:ident)*) => {$(
        impl Visible for $name {
            fn seen_rule(&self) -> Rule {
                self.rule()
            }

            fn seen_rate(&self) -> f64 {
                self.learning_rate()
            }

            fn seen_state(&self, parameter: &str) -> Option<State> {
                self.state(parameter).ok()
            }
        }
    )*};
}

visible!(AdaGrad AdaMax Adadelta Adam AdamW AmsGrad Momentum Nadam Nesterov RmsProp);

impl Visible for Sgd {
    fn seen_rule(&self) -> Rule {
        self.rule()
    }

    fn seen_rate(&self) -> f64 {
        self.learning_rate()
    }

    fn seen_state(&self, _: &str) -> Option<State> {
        None
    }
}

/// One line of an [`Update`]: a quantity with its formula, the numbers put in, and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateLine {
    /// Its name: `g`, `m`, `v`, `m_hat`, `v_hat`, `theta`.
    pub name: String,
    /// Its symbol in LaTeX.
    pub symbol: String,
    /// Its formula in LaTeX.
    pub formula: String,
    /// The formula with numbers, in LaTeX.
    pub substituted: String,
    /// Its value, read from the step.
    pub value: f64,
}

/// One weight through one step of an optimizer, line by line.
#[derive(Clone, PartialEq)]
pub struct Update {
    /// The optimizer with its settings, the parameter, the entry and the step.
    pub title: String,
    /// The lines in their order; the last is the new weight.
    pub lines: Vec<UpdateLine>,
}

/// Takes a step with copies of an optimizer and a network, and shows it for one weight.
///
/// The optimizer may have taken steps before: what it remembers of them is in the lines. Neither it
/// nor the network is changed. The parameter and the index are as the network stores them.
///
/// ```
/// use chainrule_nn::{Adam, Model};
/// use chainrule_trace::trace_update;
/// use ndarray::array;
///
/// let network = Model::input(2).dense(1).sigmoid().half_squared_error().build_f64(1)?;
/// let gradients = network.gradients(&array![[1.0, -1.0]], &array![[1.0]])?;
/// let adam = Adam::new(0.001)?;
/// let update = trace_update(&adam, &network, &gradients, "dense_1.weight", &[0, 0])?;
/// assert_eq!(update.lines.len(), 6); // g, m, v, m̂, v̂, θ
/// let g = gradients.get("dense_1.weight")?[[0, 0]];
/// assert!((update.value("m")? - 0.1 * g).abs() < 1e-15);
/// println!("{update}");
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
///
/// # Errors
///
/// When there is no such parameter or entry, or the optimizer cannot take the step.
pub fn trace_update(
    optimizer: &impl Visible,
    network: &Network<f64>,
    gradients: &Gradients<f64>,
    parameter: &str,
    index: &[usize],
) -> Result<Update> {
    let before = network.parameter(parameter)?;
    let entry = |values: &ArrayD<f64>| values.get(index).copied();
    let theta = entry(before).ok_or_else(|| {
        Error::new(
            ErrorKind::Value,
            format!("{parameter} has no entry {index:?}"),
        )
        .expected(format!("an index within {:?}", before.shape()))
        .got(format!("{index:?}"))
    })?;
    let remembered = optimizer.seen_state(parameter);
    let (mut optimizer, mut moved) = (optimizer.clone(), network.clone());
    optimizer.step(&mut moved, gradients)?;
    let after = optimizer.seen_state(parameter);
    let g = entry(gradients.get(parameter)?);
    let theta_after = entry(moved.parameter(parameter)?);
    let slots = |state: &Option<State>| -> Vec<f64> {
        let arrays = state.iter().flat_map(|state| &state.arrays);
        arrays.filter_map(|array| entry(&array.value)).collect()
    };
    let mut old = slots(&remembered);
    let new = slots(&after);
    old.resize(new.len(), 0.0);
    let moment = Moment {
        rate: optimizer.seen_rate(),
        step: after.as_ref().map_or(1, |state| state.steps),
        theta,
        theta_after: theta_after.unwrap_or(f64::NAN),
        g: g.unwrap_or(f64::NAN),
        old,
        new,
    };
    let rule = optimizer.seen_rule();
    let step = match after {
        Some(state) => format!(", step {}", state.steps),
        None => String::new(),
    };
    Ok(Update {
        title: format!(
            "{}: {parameter}{index:?}{step}",
            rule.with_rate(moment.rate)
        ),
        lines: lines::of(rule, &moment),
    })
}

impl Update {
    /// The value of the line of that name.
    ///
    /// # Errors
    ///
    /// When there is none; the error lists those that there are.
    pub fn value(&self, name: &str) -> Result<f64> {
        let line = self.lines.iter().find(|line| line.name == name);
        line.map(|line| line.value).ok_or_else(|| {
            let names: Vec<_> = self.lines.iter().map(|line| line.name.as_str()).collect();
            Error::new(ErrorKind::Value, format!("the update has no line {name:?}"))
                .expected(format!("one of {}", names.join(", ")))
        })
    }

    /// The lines in LaTeX.
    pub fn latex(&self) -> String {
        let rows = self.lines.iter().map(|line| {
            let value = number::latex(line.value, lines::DIGITS);
            match line.formula.is_empty() {
                true => format!("{} &= {value}", line.symbol),
                false => format!(
                    "{} &= {} \\\\[2pt]\n&= {} = {value}",
                    line.symbol, line.formula, line.substituted
                ),
            }
        });
        let rows: Vec<_> = rows.collect();
        format!(
            "\\begin{{aligned}}\n{}\n\\end{{aligned}}",
            rows.join(" \\\\[6pt]\n")
        )
    }

    /// The update as Markdown with LaTeX in it.
    pub fn markdown(&self) -> String {
        format!("**{}**\n\n$$\n{}\n$$\n", escaped(&self.title), self.latex())
    }
}

/// The lines with their values as text.
impl fmt::Display for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)?;
        for line in &self.lines {
            let value = number::text(line.value, lines::DIGITS);
            write!(f, "\n  {:<6} = {value}", line.name)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
