//! A student's answer held against the truth, with what is likely wrong.
//!
//! The rule of the folder: a wrong guess is worse than "it differs". So nothing is claimed that
//! does not give the student's own numbers: `guess` makes the formula of a step wrong in the ways in
//! which people make it wrong, `chain` multiplies the chain rule out as if its factors were numbers,
//! `compare` says whether two arrays are the same up to rounding. The plainest mistake comes first.

mod answers;
mod chain;
mod compare;
mod guess;
mod verdict;

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::{ArrayBase, ArrayD, Data, Dimension};

pub use answers::{Answer, Answers};
pub use verdict::{Finding, Verdict};

use self::compare::{Fit, fit, rounded, same};
use crate::{step::Step, trace::Trace};

impl Trace {
    /// Holds an answer against the value of a step, and says what is likely wrong with it.
    ///
    /// The answer may have any number of dimensions: a bias's gradient is welcome as a column and
    /// as a flat array, a filter's as a matrix too. It is to be in the trace's notation.
    ///
    /// ```
    /// use chainrule_nn::Model;
    /// use chainrule_trace::{Finding, Traceable};
    /// use ndarray::array;
    ///
    /// let network = Model::input(2).dense(2).tanh().dense(1).half_squared_error().build_f64(1)?;
    /// let trace = network.trace(&array![[1.0, -1.0]], &array![[1.0]])?;
    /// let mine = trace.value("da1")?; // δ¹ without σ′(z¹)
    /// let verdict = trace.check("delta1", &mine)?;
    /// assert!(!verdict.is_right());
    /// assert!(matches!(verdict.findings[0], Finding::MissingDerivative { .. }));
    /// println!("{verdict}");
    /// # Ok::<(), chainrule_nn::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When no step has the name, or the answer is empty or holds a number that is not finite. A
    /// wrong shape is a verdict.
    pub fn check<S, D>(&self, name: &str, mine: &ArrayBase<S, D>) -> Result<Verdict>
    where
        S: Data<Elem = f64>,
        D: Dimension,
    {
        self.checked(name, mine.to_owned().into_dyn())
    }

    /// As [`check`](Self::check), for a single number.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub fn check_number(&self, name: &str, mine: f64) -> Result<Verdict> {
        self.check(name, &ndarray::arr0(mine))
    }

    fn checked(&self, name: &str, mine: ArrayD<f64>) -> Result<Verdict> {
        let step = self.find(name)?;
        if mine.is_empty() {
            return Err(
                Error::new(ErrorKind::Shape, format!("the answer for {name} is empty"))
                    .expected(format!("{:?}", step.shape()))
                    .got(format!("{:?}", mine.shape())),
            );
        }
        let bad = mine.indexed_iter().find(|(_, value)| !value.is_finite());
        if let Some((index, value)) = bad {
            return Err(Error::new(
                ErrorKind::NotFinite,
                format!("the answer for {name} is not finite"),
            )
            .expected("finite numbers")
            .got(format!("{value} at {:?}", index.slice()))
            .why("something was divided by zero, or a logarithm taken of zero")
            .hint("look at the quantities that it is made of, one by one"));
        }
        let findings = self.findings(step, &mine);
        Ok(Verdict::new(step, findings, mine.shape()))
    }

    fn findings(&self, step: &Step, mine: &ArrayD<f64>) -> Vec<Finding> {
        let truth = step.result();
        let zeros = |values: &ArrayD<f64>| values.iter().all(|value| *value == 0.0);
        let unanswered = zeros(mine) && !zeros(truth);
        let (value, turned) = match fit(mine, truth.shape()) {
            Fit::Same(value) => (value, false),
            Fit::Transposed(value) => (value, true),
            Fit::Other => {
                let mut findings = vec![Finding::WrongShape {
                    expected: truth.shape().to_vec(),
                    got: mine.shape().to_vec(),
                }];
                match unanswered {
                    true => findings.insert(0, Finding::Unanswered),
                    false => findings.extend(self.of_another_shape(step, mine)),
                }
                return findings;
            }
        };
        if unanswered {
            return vec![Finding::Unanswered];
        }
        let mut findings = if turned {
            vec![Finding::Transposed]
        } else {
            Vec::new()
        };
        if same(&value, truth) {
            if findings.is_empty() {
                findings.push(Finding::Right);
            }
            return findings;
        }
        if rounded(&value, truth) {
            findings.push(Finding::Rounding);
            return findings;
        }
        findings.extend(self.explained(step, &value));
        findings
    }

    /// What makes the truth into this value of the same shape.
    fn explained(&self, step: &Step, value: &ArrayD<f64>) -> Vec<Finding> {
        let truth = step.result();
        if rounded(value, &-truth) {
            return vec![Finding::Sign];
        }
        let square = truth.ndim() == 2 && truth.shape()[0] == truth.shape()[1];
        if square && truth.len() > 1 {
            let turned = truth.t().to_owned();
            for (candidate, sign) in [(turned.clone(), false), (-turned, true)] {
                if rounded(value, &candidate) {
                    let sign = sign.then_some(Finding::Sign);
                    return std::iter::once(Finding::Transposed).chain(sign).collect();
                }
            }
        }
        self.factor(step, value, true)
            .or_else(|| self.guessed(step, value))
            .or_else(|| self.factor(step, value, false))
            .or_else(|| compare::some_entries(value, truth))
            .unwrap_or_else(|| vec![Finding::Differs])
    }

    /// A number that every entry is multiplied by: one that has a name, or any.
    fn factor(&self, step: &Step, value: &ArrayD<f64>, named: bool) -> Option<Vec<Finding>> {
        let truth = step.result();
        let samples = self.samples() as f64;
        if named {
            let averaged = self.record().reduction == chainrule_nn::Reduction::Mean;
            let backward = step.direction() == crate::Direction::Backward || step.name() == "C";
            if samples > 1.0 && backward {
                let (factor, finding) = match averaged {
                    true => (
                        samples,
                        Finding::MissingMean {
                            samples: self.samples(),
                        },
                    ),
                    false => (
                        1.0 / samples,
                        Finding::MeanForSum {
                            samples: self.samples(),
                        },
                    ),
                };
                if rounded(value, &(truth * factor)) {
                    return Some(vec![finding]);
                }
                if rounded(value, &(truth * -factor)) {
                    return Some(vec![finding, Finding::Sign]);
                }
            }
            let factor = [2.0, 0.5, -2.0, -0.5];
            let factor = factor.into_iter().find(|f| rounded(value, &(truth * *f)))?;
            return Some(vec![Finding::Factor(factor)]);
        }
        // One number is always a multiple of another: that says nothing.
        let factor = compare::common_factor(value, truth)?;
        Some(vec![Finding::Factor(factor)])
    }
}
