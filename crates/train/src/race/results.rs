//! What came of a race: paths, who arrived when, and a table.

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::Rule;

use super::Surface;

/// What came of a [`Race`](crate::Race). Its text is a table.
#[derive(Clone, Debug)]
pub struct RaceResults {
    /// The surface that they raced on.
    pub surface: Surface,
    /// How many steps each was given.
    pub steps: usize,
    /// How close to a minimum has arrived.
    pub near: f64,
    /// Those that took part, in their order.
    pub racers: Vec<Racer>,
}

/// One optimizer in a race.
#[derive(Clone, Debug, PartialEq)]
pub struct Racer {
    /// Its rule and settings.
    pub rule: Rule,
    /// Its learning rate.
    pub rate: f64,
    /// The learning rates that this one is the best of.
    pub tried: Vec<f64>,
    /// Where it was: the start, and the place after each step.
    pub path: Vec<[f64; 2]>,
    /// The function's values there.
    pub values: Vec<f64>,
    /// The step from which on it stayed near a minimum until the end; none if it did not.
    pub arrived: Option<usize>,
    /// The step after which it was far beyond the surface, or nowhere; its path ends there.
    pub diverged: Option<usize>,
}

impl Racer {
    /// Where it ended, and the value there.
    pub fn end(&self) -> ([f64; 2], f64) {
        let end = self.path.last().zip(self.values.last());
        end.map_or(([f64::NAN; 2], f64::NAN), |(&at, &value)| (at, value))
    }

    /// Its rule with its learning rate: `Adam, learning rate 0.05`.
    pub fn name(&self) -> String {
        self.rule.with_rate(self.rate)
    }

    /// Whether it is the better of two: earlier there, or else lower in the end.
    pub(super) fn beats(&self, other: &Self) -> bool {
        match (self.arrived, other.arrived) {
            (Some(mine), Some(others)) if mine != others => mine < others,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            _ => match (self.diverged, other.diverged) {
                (None, Some(_)) => true,
                (Some(_), None) => false,
                _ => self.end().1 < other.end().1,
            },
        }
    }

    /// `after 83 steps`, `diverged at step 5`, `not in 500 steps`.
    pub fn outcome(&self) -> String {
        match (self.diverged, self.arrived) {
            (Some(step), _) => format!("diverged at step {step}"),
            (None, Some(step)) => format!("there after {step} steps"),
            (None, None) => format!("not there in {} steps", self.path.len() - 1),
        }
    }
}

impl RaceResults {
    /// The one whose rule has that name, such as `Adam`.
    ///
    /// # Errors
    ///
    /// When there is none; the error lists the names that there are.
    pub fn racer(&self, name: &str) -> Result<&Racer> {
        let found = self.racers.iter().find(|racer| {
            let rule = racer.rule;
            [rule.name(), &rule.to_string(), &racer.name()].contains(&name)
        });
        found.ok_or_else(|| {
            let names: Vec<_> = self.racers.iter().map(|r| r.rule.to_string()).collect();
            let what = format!("{name:?} did not take part");
            Error::new(ErrorKind::Value, what).expected(format!("one of {}", names.join(", ")))
        })
    }

    /// The table's head and rows: rule, learning rate, steps until it was there, end value, how far
    /// from a minimum it ended.
    pub fn table(&self) -> ([&'static str; 5], Vec<[String; 5]>) {
        let head = ["rule", "learning rate", "arrived", "end value", "distance"];
        let row = |racer: &Racer| {
            let (at, value) = racer.end();
            let arrived = match (racer.diverged, racer.arrived) {
                (Some(step), _) => format!("diverged at {step}"),
                (None, Some(step)) => step.to_string(),
                (None, None) => "–".to_owned(),
            };
            let distance = self.surface.distance(at);
            [
                racer.rule.to_string(),
                racer.rate.to_string(),
                arrived,
                brief(value),
                distance.map_or("–".to_owned(), brief),
            ]
        };
        (head, self.racers.iter().map(row).collect())
    }

    /// What the table's columns mean.
    pub fn caption(&self) -> String {
        let several = self.racers.iter().any(|racer| racer.tried.len() > 1);
        let best = if several {
            " Each has the best of the learning rates that were tried."
        } else {
            ""
        };
        format!(
            "{}, {} steps. Arrived: the step from which on it stayed within {} of a minimum.{best}",
            self.surface, self.steps, self.near
        )
    }
}

/// Three significant digits.
fn brief(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if (1e-3..1e4).contains(&size) => {
            let decimals = (2 - size.log10().floor() as i32).max(0) as usize;
            format!("{value:.decimals$}")
        }
        _ => format!("{value:.2e}"),
    }
}

impl fmt::Display for RaceResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (head, rows) = self.table();
        let wide = |c: usize| {
            let cells = rows.iter().map(|row| row[c].chars().count());
            cells.chain([head[c].len()]).max().unwrap_or(0)
        };
        let widths: [usize; 5] = std::array::from_fn(wide);
        let mut line = |cells: &[&str]| {
            write!(f, "{:<1$}", cells[0], widths[0])?;
            for (cell, width) in cells.iter().zip(widths).skip(1) {
                write!(f, "  {cell:>width$}")?;
            }
            writeln!(f)
        };
        line(&head)?;
        for row in &rows {
            line(&row.each_ref().map(String::as_str))?;
        }
        f.write_str(&self.caption())
    }
}
