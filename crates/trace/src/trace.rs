//! One training pass, opened up.

use std::{fmt, sync::Arc};

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Record;
use ndarray::ArrayD;

use crate::{
    build::{Built, build},
    names,
    quantity::Quantity,
    step::{Direction, Step},
    stepper::Stepper,
    steps::{StepTable, Steps},
    style::{Notation, Style},
};

/// Every step of one forward and one backward pass, read from the pass that training makes.
///
/// ```
/// use chainrule_nn::Model;
/// use chainrule_trace::{Notation, Traceable};
/// use ndarray::array;
///
/// let network = Model::input(2).dense(2).relu().dense(1).sigmoid().half_squared_error();
/// let network = network.build_f64(1)?;
/// let trace = network.trace(&array![[1.0, -1.0]], &array![[1.0]])?;
/// println!("{trace}"); // the whole derivation
/// println!("{}", trace.table());
/// assert_eq!(trace.get("dW1")?.symbol(), "∂C/∂W¹");
/// assert_eq!(trace.step(1)?.name(), "z1");
/// let rows = trace.in_notation(Notation::Numpy);
/// assert_eq!(rows.get("z1")?.formula(), "a0.dot(W1) + b1");
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
///
/// The names: aˡ is what layer l puts out and zˡ what goes into its activation, δˡ = ∂C/∂zˡ, as in
/// the four equations of Nielsen, *Neural networks and deep learning* (2015), chapter 2; the method
/// is that of Rumelhart, Hinton and Williams, *Learning representations by back-propagating errors*
/// (1986).
#[derive(Clone)]
pub struct Trace(Arc<Parts>);

struct Parts {
    record: Arc<Record>,
    style: Style,
    input_gradient: bool,
    built: Built,
}

impl Trace {
    pub(crate) fn new(record: Record) -> Self {
        Self::built(Arc::new(record), Style::default(), false)
    }

    fn built(record: Arc<Record>, style: Style, input_gradient: bool) -> Self {
        let built = build(&record, style, input_gradient);
        Self(Arc::new(Parts {
            record,
            style,
            input_gradient,
            built,
        }))
    }

    fn styled(&self, style: Style) -> Self {
        Self::built(self.0.record.clone(), style, self.0.input_gradient)
    }

    /// The same pass in a notation: [`Notation::Lecture`], the default, or [`Notation::Numpy`].
    #[must_use]
    pub fn in_notation(&self, notation: Notation) -> Self {
        self.styled(Style {
            notation,
            ..self.0.style
        })
    }

    /// The same with so many significant digits, 1 to 17; 5 unless set.
    #[must_use]
    pub fn digits(&self, digits: usize) -> Self {
        self.styled(Style {
            digits: digits.clamp(1, 17),
            ..self.0.style
        })
    }

    /// The same with matrices written out up to so many rows and columns, 2 to 30; 6 unless set.
    /// Larger ones are shown by their corners.
    #[must_use]
    pub fn largest(&self, most: usize) -> Self {
        self.styled(Style {
            most: most.clamp(2, 30),
            ..self.0.style
        })
    }

    /// The same with the steps down to ∂C/∂a⁰, the gradient of the input, which training does not
    /// need.
    #[must_use]
    pub fn with_input_gradient(&self) -> Self {
        Self::built(self.0.record.clone(), self.0.style, true)
    }

    pub(crate) fn style(&self) -> Style {
        self.0.style
    }

    /// The notation that it is written in.
    pub fn notation(&self) -> Notation {
        self.0.style.notation
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.0.built.steps.len()
    }

    /// Whether there is no step, which cannot be.
    pub fn is_empty(&self) -> bool {
        self.0.built.steps.is_empty()
    }

    /// How many samples the batch has.
    pub fn samples(&self) -> usize {
        self.0.record.targets.nrows()
    }

    /// The cost.
    pub fn cost(&self) -> f64 {
        self.0.record.gradients.loss
    }

    /// The record that it was read from.
    pub fn record(&self) -> &Record {
        &self.0.record
    }

    /// A step by its number, counted from 1.
    ///
    /// # Errors
    ///
    /// When there is none of that number.
    pub fn step(&self, number: usize) -> Result<Step> {
        let step = number
            .checked_sub(1)
            .and_then(|at| self.0.built.steps.get(at));
        step.cloned().ok_or_else(|| {
            Error::new(ErrorKind::Value, format!("the trace has no step {number}"))
                .expected(format!("a step from 1 to {}", self.len()))
                .got(number.to_string())
                .hint("trace.table() lists them; trace.get(\"dW1\") finds one by its name")
        })
    }

    /// A step, or something given, by its name: `z1`, `s'(z1)`, `delta2`, `dW1`, `W1`; also as it
    /// is written, such as `∂C/∂W¹`. `yhat` is what the network puts out.
    ///
    /// # Errors
    ///
    /// When there is none of that name; the error has the nearest.
    pub fn get(&self, name: &str) -> Result<Step> {
        self.find(name).cloned()
    }

    pub(crate) fn find(&self, name: &str) -> Result<&Step> {
        let mut key = names::key(name);
        if key == "yhat" {
            self.output().name().clone_into(&mut key);
        } else if key == "x" {
            key = "a0".to_owned();
        } else if key == "dx" {
            key = "da0".to_owned();
        }
        let all = || self.0.built.steps.iter().chain(&self.0.built.givens);
        all().find(|step| step.name() == key).ok_or_else(|| {
            let known: Vec<_> = all().map(Step::name).collect();
            let error = names::unknown(name, &known);
            match &*key {
                "da0" => error.hint("trace.with_input_gradient() has it"),
                _ => error,
            }
        })
    }

    pub(crate) fn everything(&self) -> (&[Step], &[Step]) {
        (&self.0.built.givens, &self.0.built.steps)
    }

    /// What is given and what is computed, as quantities.
    pub(crate) fn quantities(&self) -> impl Iterator<Item = Quantity> {
        let (givens, steps) = self.everything();
        givens
            .iter()
            .chain(steps)
            .map(|step| step.quantity().clone())
    }

    /// The value of a step or of something given.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    pub fn value(&self, name: &str) -> Result<ArrayD<f64>> {
        self.find(name).map(|step| step.result().clone())
    }

    /// The step whose formula, computed with the numbers put in, is farthest from what the pass
    /// gave, and how far; formulas of patches are not computed. Tests hold it at rounding.
    #[doc(hidden)]
    pub fn farthest_formula(&self) -> (String, f64) {
        let mut farthest = (String::new(), 0.0);
        for step in &self.0.built.steps {
            let value = step
                .expr()
                .and_then(|expr| expr.value(&|leaf| leaf.value().clone()));
            let Some(value) = value else { continue };
            let truth = step.result();
            let scale = truth.iter().map(|value| value.abs()).fold(1.0, f64::max);
            let far = match value.shape() == truth.shape() {
                true => {
                    (&value - truth)
                        .iter()
                        .map(|far| far.abs())
                        .fold(0.0, f64::max)
                        / scale
                }
                false => f64::INFINITY,
            };
            if far > farthest.1 {
                farthest = (step.name().to_owned(), far);
            }
        }
        farthest
    }

    /// What the network puts out: the probabilities, or the last activation.
    fn output(&self) -> &Step {
        let steps = &self.0.built.steps;
        let cost = steps.iter().position(|step| step.name() == "C");
        let before = cost.and_then(|cost| cost.checked_sub(1));
        // A network whose only layer does nothing puts out its input.
        before.map_or(&self.0.built.givens[0], |at| &steps[at])
    }

    fn titled(&self, title: &str, steps: impl Iterator<Item = Step>) -> Steps {
        Steps {
            title: title.to_owned(),
            steps: steps.collect(),
        }
    }

    /// What is given: input, target, parameters, masks.
    pub fn given(&self) -> Steps {
        self.titled("What is given", self.0.built.givens.iter().cloned())
    }

    /// The steps of the forward pass.
    pub fn forward(&self) -> Steps {
        self.titled("The forward pass", self.of(Direction::Forward))
    }

    /// The steps of the backward pass.
    pub fn backward(&self) -> Steps {
        self.titled("The backward pass", self.of(Direction::Backward))
    }

    fn of(&self, direction: Direction) -> impl Iterator<Item = Step> {
        let steps = self.0.built.steps.iter();
        steps
            .filter(move |step| step.direction() == direction)
            .cloned()
    }

    /// The steps from the first to the one of that name.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get), and when it is something given.
    pub fn until(&self, name: &str) -> Result<Steps> {
        let last = self.position(name)?;
        let title = format!("Until {}", self.0.built.steps[last - 1].symbol());
        Ok(self.titled(&title, self.0.built.steps[..last].iter().cloned()))
    }

    /// The number of the step of that name.
    pub(crate) fn position(&self, name: &str) -> Result<usize> {
        let step = self.find(name)?;
        if step.number() > 0 {
            return Ok(step.number());
        }
        Err(Error::new(
            ErrorKind::Value,
            format!("{} is given, not computed", step.symbol()),
        )
        .expected("the name of a step, such as z1")
        .hint(format!("trace.get({:?}) shows it", step.name())))
    }

    /// The steps from one number to another, both counted in, from 1.
    ///
    /// # Errors
    ///
    /// When there are no such steps.
    pub fn range(&self, first: usize, last: usize) -> Result<Steps> {
        self.step(first)?;
        self.step(last)?;
        if first > last {
            return Err(
                Error::new(ErrorKind::Value, "a range of steps ends before it begins")
                    .got(format!("{first} to {last}")),
            );
        }
        let steps = self.0.built.steps[first - 1..last].iter().cloned();
        Ok(self.titled(&format!("Steps {first} to {last}"), steps))
    }

    /// A cursor before the first step: keep it in a variable, and see one step in each cell.
    pub fn stepper(&self) -> Stepper {
        Stepper::new(self.clone())
    }

    /// Everything: what is given, forward, backward.
    pub fn all(&self) -> Steps {
        let samples = match self.samples() {
            1 => "one sample".to_owned(),
            n => format!("{n} samples"),
        };
        let title = format!("One pass over {samples}, step by step");
        let (givens, steps) = (&self.0.built.givens, &self.0.built.steps);
        self.titled(&title, givens.iter().chain(steps).cloned())
    }

    /// A line for each step.
    pub fn table(&self) -> StepTable {
        self.all().table()
    }

    /// The whole derivation as Markdown with LaTeX in it.
    pub fn markdown(&self) -> String {
        self.all().markdown()
    }
}

/// The whole derivation as text.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.all(), f)
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
