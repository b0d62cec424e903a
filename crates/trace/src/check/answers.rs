//! Several answers at once, each beside what is right.

use std::fmt;

use chainrule_error::Result;
use ndarray::{Array, ArrayD, Dimension};

use super::Verdict;
use crate::{
    matrix,
    piece::{Line, Piece, lines},
    step::{Step, escaped},
    style::Style,
    trace::Trace,
};

/// An answer, what is right, and what is said of it.
#[derive(Clone)]
pub struct Answer {
    /// What was answered.
    pub mine: ArrayD<f64>,
    /// The step that it was the answer for.
    pub step: Step,
    /// What is said.
    pub verdict: Verdict,
}

/// Answers held against a trace: what [`Trace::check_all`] gives, shown as a table.
#[derive(Clone)]
pub struct Answers {
    /// One row for each answer, in their order.
    pub rows: Vec<Answer>,
    style: Style,
}

impl Trace {
    /// Holds several answers against the values of their steps: a table with what was answered, what is
    /// right, and a sentence on each. What is still to be filled in is not told.
    ///
    /// ```
    /// use chainrule_nn::Model;
    /// use chainrule_trace::Traceable;
    /// use ndarray::array;
    ///
    /// let network = Model::input(1).dense(1).sigmoid().half_squared_error().build_f64(1)?;
    /// let trace = network.trace(&array![[1.0]], &array![[1.0]])?;
    /// let right = trace.value("z1")?;
    /// let answers = trace.check_all(&[("z1", right.clone()), ("a1", right)])?;
    /// assert_eq!(answers.right(), 1);
    /// assert!(answers.to_string().contains("The activation is missing."));
    /// # Ok::<(), chainrule_nn::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check), for the first answer that is none.
    pub fn check_all<D: Dimension>(&self, answers: &[(&str, Array<f64, D>)]) -> Result<Answers> {
        let rows = answers.iter().map(|(name, mine)| {
            Ok(Answer {
                mine: mine.clone().into_dyn(),
                step: self.get(name)?,
                verdict: self.check(name, mine)?,
            })
        });
        Ok(Answers {
            rows: rows.collect::<Result<_>>()?,
            style: self.style(),
        })
    }
}

impl Answer {
    /// What is right, for who has begun.
    fn truth(&self) -> Option<&ArrayD<f64>> {
        (!self.verdict.is_unanswered()).then(|| self.step.result())
    }

    /// What is said, without the name.
    fn words(&self) -> &str {
        let sentence = &self.verdict.sentence;
        let words = sentence.strip_prefix(self.step.symbol());
        words.map_or(sentence, |words| words.trim_start_matches(": "))
    }
}

impl Answers {
    /// How many are right, rounding aside.
    pub fn right(&self) -> usize {
        let right = self.rows.iter().filter(|row| row.verdict.is_right());
        right.count()
    }

    fn title(&self) -> String {
        format!("{} of {} answers are right", self.right(), self.rows.len())
    }

    /// The table as Markdown with LaTeX in it.
    pub fn markdown(&self) -> String {
        let mut text = format!("**{}**\n\n", self.title());
        text.push_str(
            "| | quantity | answer | right | |\n| :---: | :--- | :---: | :---: | :--- |\n",
        );
        let written = |value: &ArrayD<f64>| -> String {
            let pieces = matrix::pieces(value, &self.style);
            let latex: String = pieces.into_iter().map(|piece| piece.latex).collect();
            format!("${latex}$")
        };
        for row in &self.rows {
            text.push_str(&format!(
                "| {} | ${}$ | {} | {} | {} |\n",
                row.verdict.mark(),
                row.step.symbol_latex(),
                written(&row.mine),
                row.truth().map(&written).unwrap_or_default(),
                escaped(row.words())
            ));
        }
        text
    }
}

/// The answers as text, one below the other.
impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title())?;
        for row in &self.rows {
            let word = |text: &str| vec![Piece::same(text, "").keep()];
            let start = format!("{} {} = ", row.verdict.mark(), row.step.symbol());
            let parts = [word(&start), matrix::pieces(&row.mine, &self.style)];
            let truth = row
                .truth()
                .into_iter()
                .flat_map(|truth| [word("   right: "), matrix::pieces(truth, &self.style)]);
            let all: Vec<_> = parts.into_iter().chain(truth).flatten().collect();
            for Line { block, .. } in lines(&all, self.style.width) {
                write!(f, "\n{}", block.text())?;
            }
            write!(f, "\n  {}", row.words())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
