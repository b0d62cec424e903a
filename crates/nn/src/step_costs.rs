//! What a step of each update rule costs, and what it may cost.

use std::{fmt, hint::black_box, time::Instant};

use chainrule_error::Result;

use crate::{Gradients, Model, Network, Rule, Targets, kernels::widest};

/// Rounds in which everything is measured once; the least time of all counts, since others use the
/// machine too.
const ROUNDS: usize = 300;

/// What the steps of all update rules cost on this machine, measured when it was asked for: see
/// [`step_costs`].
#[derive(Clone, Debug, PartialEq)]
pub struct StepCosts {
    /// How many parameters are stepped.
    pub parameters: usize,
    /// The gradient of a batch of 100, in microseconds: what comes before each step.
    pub gradient: f64,
    /// A row for each rule, in the order of [`Rule::all`].
    pub rows: Vec<StepCost>,
}

/// What one rule's step costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepCost {
    /// The rule.
    pub rule: Rule,
    /// Microseconds for one step of all parameters.
    pub step: f64,
    /// Microseconds that it takes to read and write what the rule remembers, beside a step of plain
    /// SGD.
    pub traffic: f64,
    /// Twice the step of plain SGD, and the traffic.
    pub limit: f64,
}

impl StepCost {
    /// Whether the step costs no more than its limit.
    pub fn is_within(&self) -> bool {
        self.step <= self.limit
    }
}

/// Measures a step of every update rule on 784-100-30-10 in f32, on one thread, beside its limit:
/// twice plain SGD's step, and the memory traffic of what it remembers. It takes about a second.
///
/// ```no_run
/// use chainrule_nn::step_costs;
///
/// let costs = step_costs()?;
/// println!("{costs}");
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
///
/// # Errors
///
/// None that a user could cause.
pub fn step_costs() -> Result<StepCosts> {
    measure(ROUNDS)
}

fn measure(rounds: usize) -> Result<StepCosts> {
    let layers = Model::input(784).dense(100).relu().dense(30).relu();
    let mut network = layers.dense(10).softmax().build(1)?;
    let mut workspace = network.workspace(100)?;
    let labels: Vec<u8> = (0..100).map(|i| i % 10).collect();
    for (i, x) in workspace.input_mut(100).iter_mut().enumerate() {
        *x = (i * 7_919 % 251) as f32 / 250.0;
    }
    let mut gradient = f64::INFINITY;
    for _ in 0..rounds {
        let began = Instant::now();
        network.forward_backward_in(&mut workspace, 100, Targets::from(&labels))?;
        gradient = gradient.min(microseconds(began));
    }
    let gradients = workspace.gradients();
    let parameters = network.parameters().iter().map(|p| p.value.len()).sum();
    let rules = Rule::all();
    let most = rules.iter().map(|rule| rule.slots().len()).max();
    let mut states = vec![vec![1.0_f32; parameters]; most.unwrap_or(0)];
    let mut traffic = vec![f64::INFINITY; states.len() + 1];
    let mut steps = vec![f64::INFINITY; rules.len()];
    let mut optimizers = Vec::with_capacity(rules.len());
    for rule in rules {
        optimizers.push(rule.optimizer::<f32>(1e-6)?);
    }
    // Everything in each round, so that a slow moment of the machine is everyone's.
    for _ in 0..rounds {
        for (optimizer, least) in optimizers.iter_mut().zip(&mut steps) {
            let time = second(|| optimizer.step(&mut network, gradients))?;
            *least = least.min(time);
        }
        for (arrays, least) in traffic.iter_mut().enumerate() {
            let states = &mut states[..arrays];
            let time = second(|| with_traffic(&mut network, gradients, states))?;
            *least = least.min(time);
        }
    }
    let row = |(rule, step): (Rule, f64)| {
        let traffic = (traffic[rule.slots().len()] - traffic[0]).max(0.0);
        StepCost {
            rule,
            step,
            traffic,
            limit: 2.0 * steps[0] + traffic,
        }
    };
    let rows = rules.into_iter().zip(steps.iter().copied()).map(row);
    Ok(StepCosts {
        parameters,
        gradient,
        rows: rows.collect(),
    })
}

/// The time of the second of two calls: after the first, the caches hold what it uses, as far as
/// they can.
fn second(mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    work()?;
    let began = Instant::now();
    work()?;
    Ok(microseconds(began))
}

fn microseconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e6
}

/// A step of SGD, and every array of a state read and written.
fn with_traffic(
    network: &mut Network,
    gradients: &Gradients<f32>,
    states: &mut [Vec<f32>],
) -> Result<()> {
    Rule::Sgd.optimizer(1e-6)?.step(network, gradients)?;
    for state in states {
        let keep = black_box(1.0);
        widest(|| state.iter_mut().for_each(|value| *value *= keep));
        black_box(state);
    }
    Ok(())
}

impl StepCosts {
    /// The table's head and rows, as text.
    pub fn table(&self) -> ([&'static str; 6], Vec<[String; 6]>) {
        let head = [
            "rule",
            "step in µs",
            "× SGD",
            "its state's traffic",
            "limit in µs",
            "of the limit",
        ];
        let sgd = self.rows.first().map_or(f64::NAN, |row| row.step);
        let row = |row: &StepCost| {
            [
                row.rule.to_string(),
                format!("{:.1}", row.step),
                format!("{:.2}", row.step / sgd),
                format!("{:.1}", row.traffic),
                format!("{:.1}", row.limit),
                format!("{:.2}", row.step / row.limit),
            ]
        };
        (head, self.rows.iter().map(row).collect())
    }

    /// What was measured, in a sentence.
    pub fn caption(&self) -> String {
        format!(
            "One step of {} parameters in f32 on one thread; the gradient of a batch of 100 before \
             it takes {:.0} µs. Limit: twice SGD's step, and the memory traffic of the state.",
            self.parameters, self.gradient
        )
    }
}

impl fmt::Display for StepCosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (head, rows) = self.table();
        let all: Vec<Vec<&str>> = std::iter::once(head.to_vec())
            .chain(
                rows.iter()
                    .map(|row| row.each_ref().map(String::as_str).to_vec()),
            )
            .collect();
        for line in all {
            write!(f, "{:<18}", line[0])?;
            for (cell, name) in line.iter().zip(head).skip(1) {
                let width = name.chars().count();
                write!(f, "  {cell:>width$}")?;
            }
            writeln!(f)?;
        }
        f.write_str(&self.caption())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_row_and_its_limit_is_what_it_says() {
        let costs = measure(2).unwrap();
        assert_eq!((costs.parameters, costs.rows.len()), (81_840, 12));
        let sgd = costs.rows[0].step;
        for row in &costs.rows {
            assert!(row.step > 0.0 && row.traffic >= 0.0);
            assert_eq!(row.limit, 2.0 * sgd + row.traffic);
        }
        assert_eq!(
            (costs.rows[0].traffic, costs.rows[0].is_within()),
            (0.0, true)
        );
        let over = StepCost {
            step: 3.0,
            limit: 2.0,
            ..costs.rows[0]
        };
        let text = StepCosts {
            rows: vec![over],
            ..costs
        }
        .to_string();
        assert!(text.contains("1.50"), "{text}");
    }
}
