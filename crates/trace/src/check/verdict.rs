//! What is said of an answer.

use std::fmt;

use crate::{matrix::shape_words, number, step::Step};

/// What is right or wrong with an answer. Names are those of the steps: `δ²`, `σ′(z²)`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the variants say what their fields are")]
pub enum Finding {
    /// It is the value of the step.
    Right,
    /// It is, up to rounding.
    Rounding,
    /// Every entry is 0 and the truth's are not: nothing has been filled in yet.
    Unanswered,
    /// It has another shape.
    WrongShape {
        expected: Vec<usize>,
        got: Vec<usize>,
    },
    /// Rows and columns are exchanged.
    Transposed,
    /// Every entry has the other sign.
    Sign,
    /// Some entries have the other sign.
    SomeSigns { entries: Vec<Vec<usize>> },
    /// Every entry is this many times too large.
    Factor(f64),
    /// The mean over the batch is missing: it is a sum.
    MissingMean { samples: usize },
    /// It is a mean over the batch, where the network adds up.
    MeanForSum { samples: usize },
    /// In a step, the derivative of the activation is missing.
    MissingDerivative { derivative: String, step: String },
    /// In a step, the activation is missing.
    MissingActivation { step: String },
    /// In a step, a factor is missing.
    MissingFactor { factor: String, step: String },
    /// In a step, a summand is missing, such as the bias.
    MissingTerm { term: String, step: String },
    /// In a step, a summand has the other sign.
    SignOf { term: String, step: String },
    /// In a step, another quantity was used than the one that belongs there.
    WrongQuantity {
        used: String,
        belongs: String,
        step: String,
    },
    /// It is another quantity, the same of another layer.
    AnotherQuantity { is: String },
    /// In a step, a quantity was not transposed.
    NotTransposed { quantity: String, step: String },
    /// In a step, a quantity was transposed that should not be.
    WronglyTransposed { quantity: String, step: String },
    /// The factors of the chain rule were multiplied from left to right as matrices.
    ChainAsProducts { factors: String },
    /// The entries were added up, along a row, along a column or all of them.
    SummedUp,
    /// Only these entries are wrong.
    SomeEntries { entries: Vec<Vec<usize>> },
    /// It is wrong, in a way that nothing tried here gives.
    Differs,
}

/// The answer of [`Trace::check`](crate::Trace::check): findings for a program, a sentence for a
/// person.
#[derive(Clone, PartialEq)]
pub struct Verdict {
    /// The step's name, such as `dW1`.
    pub name: String,
    /// What was found: what is wrong first, then what is wrong besides.
    pub findings: Vec<Finding>,
    /// The findings in words.
    pub sentence: String,
}

impl Verdict {
    pub(super) fn new(step: &Step, findings: Vec<Finding>, got: &[usize]) -> Self {
        let words: Vec<_> = findings
            .iter()
            .map(|finding| sentence(finding, step))
            .collect();
        let mut verdict = Self {
            name: step.name().to_owned(),
            findings,
            sentence: format!("{}: {}", step.symbol(), words.join(" ")),
        };
        let formula = step.formula();
        // Who has not begun is not told the formula.
        if !verdict.is_right() && !verdict.is_unanswered() && !formula.is_empty() {
            let equation = format!(" It is {} = {formula}.", step.symbol());
            verdict.sentence.push_str(&equation);
        }
        if verdict.is_right() && step.shape() != got && step.result().len() > 1 {
            let shape = shape_words(step.shape());
            let remark = format!(" (Here its shape is {shape}.)");
            verdict.sentence.push_str(&remark);
        }
        verdict
    }

    /// Whether the answer is right, rounding aside.
    pub fn is_right(&self) -> bool {
        let right = |finding: &Finding| matches!(finding, Finding::Right | Finding::Rounding);
        self.findings.iter().all(right)
    }

    /// ✓ for right, … for not filled in yet, ✗ for wrong.
    pub fn mark(&self) -> char {
        match self.is_right() {
            true => '✓',
            false if self.is_unanswered() => '…',
            false => '✗',
        }
    }

    /// Whether nothing has been filled in yet: every entry is 0, and the truth's are not.
    pub fn is_unanswered(&self) -> bool {
        self.findings.contains(&Finding::Unanswered)
    }
}

fn sentence(finding: &Finding, own: &Step) -> String {
    // Where the mistake was made, unless it is the step itself.
    let within = |step: &String| match step == own.symbol() {
        true => String::new(),
        false => format!("In {step}, "),
    };
    let start = |step: &String, words: String| {
        let within = within(step);
        match within.is_empty() {
            true => {
                let mut chars = words.chars();
                let first = chars.next().map(|c| c.to_uppercase().to_string());
                // A symbol keeps its case.
                match words.starts_with("the ") {
                    true => first.unwrap_or_default() + chars.as_str(),
                    false => words,
                }
            }
            false => within + &words,
        }
    };
    match finding {
        Finding::Right => "Right.".to_owned(),
        Finding::Rounding => "Right, up to rounding.".to_owned(),
        Finding::Unanswered if own.result().len() == 1 => {
            "Still to be filled in: it is 0, and should not be.".to_owned()
        }
        Finding::Unanswered => {
            "Still to be filled in: every entry is 0, and not all should be.".to_owned()
        }
        Finding::WrongShape { expected, got } => format!(
            "The shape is {}, and should be {}.",
            shape_words(got),
            shape_words(expected)
        ),
        Finding::Transposed => {
            "The answer is transposed: rows and columns are exchanged.".to_owned()
        }
        Finding::Sign => "The sign is the other.".to_owned(),
        Finding::SomeSigns { entries } => format!("The sign is the other at {}.", places(entries)),
        Finding::Factor(factor) => {
            let size = number::text(factor.abs(), 5);
            let sign = if *factor < 0.0 {
                ", and the sign is the other"
            } else {
                ""
            };
            match factor.abs() {
                0.5 => format!("Every entry is half of what it should be{sign}."),
                2.0 => format!("Every entry is twice what it should be{sign}."),
                _ => format!("Every entry is {size} times what it should be{sign}."),
            }
        }
        Finding::MissingMean { samples } => format!(
            "The mean over the batch is missing: it is {samples} times too large, the sum over \
             {samples} samples."
        ),
        Finding::MeanForSum { samples } => {
            format!("It is a mean over the {samples} samples, and this network adds them up.")
        }
        Finding::MissingDerivative { derivative, step } => start(
            step,
            format!("the derivative of the activation is missing, {derivative}."),
        ),
        Finding::MissingActivation { step } => start(step, "the activation is missing.".to_owned()),
        Finding::MissingFactor { factor, step } => {
            start(step, format!("the factor {factor} is missing."))
        }
        Finding::MissingTerm { term, step } => {
            start(step, format!("the summand {term} is missing."))
        }
        Finding::SignOf { term, step } => {
            start(step, format!("the summand {term} has the other sign."))
        }
        Finding::WrongQuantity {
            used,
            belongs,
            step,
        } => start(step, format!("{used} was used where {belongs} belongs.")),
        Finding::AnotherQuantity { is } => format!("This is {is}."),
        Finding::NotTransposed { quantity, step } => {
            start(step, format!("{quantity} should be transposed."))
        }
        Finding::WronglyTransposed { quantity, step } => {
            start(step, format!("{quantity} should not be transposed."))
        }
        Finding::ChainAsProducts { factors } => format!(
            "It is the product {factors}, multiplied from left to right as matrices. But σ′ acts \
             entry by entry (⊙), and the weights are transposed on the way back."
        ),
        Finding::SummedUp => {
            "Its numbers are sums of the right entries: an inner product where the \
                              entries should stay apart."
                .to_owned()
        }
        Finding::SomeEntries { entries } => {
            format!("Only some entries are wrong: {}.", places(entries))
        }
        Finding::Differs => "It differs, in a way that is none of the usual mistakes.".to_owned(),
    }
}

/// At most six indices, counted from 0 as in a program.
fn places(entries: &[Vec<usize>]) -> String {
    let shown: Vec<_> = entries
        .iter()
        .take(6)
        .map(|index| format!("{index:?}"))
        .collect();
    match entries.len() {
        0..=6 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), more - 6),
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.sentence, self.findings)
    }
}
