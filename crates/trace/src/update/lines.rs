//! The formulas of every rule, with the numbers of one weight in them.

use chainrule_nn::Rule;

use super::UpdateLine;
use crate::number;

/// Significant digits of an update: its numbers differ by little.
pub(super) const DIGITS: usize = 7;

/// What was read of one weight, before and after the step.
pub(super) struct Moment {
    pub(super) rate: f64,
    pub(super) step: u64,
    pub(super) theta: f64,
    pub(super) theta_after: f64,
    pub(super) g: f64,
    /// What was remembered, in the order of [`Rule::slots`].
    pub(super) old: Vec<f64>,
    pub(super) new: Vec<f64>,
}

/// A number in a formula, in brackets where its sign would stick to an operator.
fn n(value: f64) -> String {
    let text = number::latex(value, DIGITS);
    match value < 0.0 {
        true => format!("({text})"),
        false => text,
    }
}

/// The square of a number in a formula.
fn squared(value: f64) -> String {
    let text = number::latex(value, DIGITS);
    match value < 0.0 || text.contains("cdot") {
        true => format!("({text})^2"),
        false => format!("{text}^2"),
    }
}

struct Lines<'a> {
    moment: &'a Moment,
    lines: Vec<UpdateLine>,
}

impl Lines<'_> {
    fn line(&mut self, name: &str, symbol: &str, formula: &str, substituted: String, value: f64) {
        self.lines.push(UpdateLine {
            name: name.to_owned(),
            symbol: symbol.to_owned(),
            formula: formula.to_owned(),
            substituted,
            value,
        });
    }

    /// Slot `i` as a running average with the decay `beta` of `what`.
    fn average(&mut self, i: usize, name: &str, beta: (&str, f64), what: (&str, String)) {
        let (symbol, b) = beta;
        let formula = format!("{symbol}\\, {name}_{{t-1}} + (1 - {symbol})\\, {}", what.0);
        let numbers = format!(
            "{} \\cdot {} + {} \\cdot {}",
            n(b),
            n(self.moment.old[i]),
            n(1.0 - b),
            what.1
        );
        let value = self.moment.new[i];
        self.line(name, &format!("{name}_t"), &formula, numbers, value);
    }

    /// A slot's average, divided by 1 − βᵗ; gives the value.
    fn corrected(&mut self, name: &str, average: f64, beta: (&str, f64)) -> f64 {
        let (symbol, b) = beta;
        let t = self.moment.step;
        let value = average / (1.0 - b.powi(i32::try_from(t).unwrap_or(i32::MAX)));
        let formula = format!("\\frac{{{name}_t}}{{1 - {symbol}^t}}");
        let numbers = format!(
            "\\frac{{{}}}{{1 - {}^{{{t}}}}}",
            number::latex(average, DIGITS),
            n(b)
        );
        let hat = format!("\\hat {name}_t");
        self.line(&format!("{name}_hat"), &hat, &formula, numbers, value);
        value
    }

    fn theta(&mut self, formula: &str, numbers: String) {
        let value = self.moment.theta_after;
        self.line("theta", "\\theta_t", formula, numbers, value);
    }

    /// The means of the gradient and of its square, as Adam and its relatives have them.
    fn moments(&mut self, beta1: f64, beta2: f64, g: String) {
        self.average(0, "m", ("\\beta_1", beta1), ("g_t", g));
        let what = self.squared();
        self.average(1, "v", ("\\beta_2", beta2), what);
    }

    fn squared(&self) -> (&'static str, String) {
        ("g_t^2", squared(self.moment.g))
    }
}

/// The lines of one step.
pub(super) fn of(rule: Rule, moment: &Moment) -> Vec<UpdateLine> {
    let mut lines = Lines {
        moment,
        lines: Vec::new(),
    };
    let all = &mut lines;
    let Moment {
        rate,
        theta,
        g,
        old,
        new,
        ..
    } = moment;
    let (eta, p, g) = (n(*rate), n(*theta), n(*g));
    all.line("g", "g_t", "", String::new(), moment.g);
    match rule {
        Rule::Sgd => all.theta(
            "\\theta_{t-1} - \\eta\\, g_t",
            format!("{p} - {eta} \\cdot {g}"),
        ),
        Rule::Momentum {
            momentum,
            classical,
        }
        | Rule::Nesterov {
            momentum,
            classical,
        } => {
            let nesterov = matches!(rule, Rule::Nesterov { .. });
            let (mu, v0, v) = (n(momentum), n(old[0]), n(new[0]));
            let (formula, numbers) = match classical {
                true => (
                    "\\mu\\, v_{t-1} - \\eta\\, g_t",
                    format!("{mu} \\cdot {v0} - {eta} \\cdot {g}"),
                ),
                false => ("\\mu\\, v_{t-1} + g_t", format!("{mu} \\cdot {v0} + {g}")),
            };
            all.line("velocity", "v_t", formula, numbers, new[0]);
            match (nesterov, classical) {
                (false, true) => all.theta("\\theta_{t-1} + v_t", format!("{p} + {v}")),
                (false, false) => {
                    all.theta(
                        "\\theta_{t-1} - \\eta\\, v_t",
                        format!("{p} - {eta} \\cdot {v}"),
                    );
                }
                (true, true) => all.theta(
                    "\\theta_{t-1} + \\mu\\, v_t - \\eta\\, g_t",
                    format!("{p} + {mu} \\cdot {v} - {eta} \\cdot {g}"),
                ),
                (true, false) => all.theta(
                    "\\theta_{t-1} - \\eta\\,(g_t + \\mu\\, v_t)",
                    format!("{p} - {eta} \\cdot ({g} + {mu} \\cdot {v})"),
                ),
            }
        }
        Rule::AdaGrad { epsilon } => {
            let numbers = format!("{} + {}", n(old[0]), squared(moment.g));
            all.line("sum", "s_t", "s_{t-1} + g_t^2", numbers, new[0]);
            all.theta(
                "\\theta_{t-1} - \\frac{\\eta}{\\sqrt{s_t} + \\epsilon}\\, g_t",
                format!(
                    "{p} - \\frac{{{eta}}}{{\\sqrt{{{}}} + {}}} \\cdot {g}",
                    n(new[0]),
                    n(epsilon)
                ),
            );
        }
        Rule::Adadelta { rho, epsilon } => {
            let what = all.squared();
            all.average(0, "s", ("\\rho", rho), what);
            // The step itself, from what the weight did.
            let step = (moment.theta - moment.theta_after) / moment.rate;
            let e = n(epsilon);
            all.line(
                "step",
                "\\Delta_t",
                "\\frac{\\sqrt{d_{t-1} + \\epsilon}}{\\sqrt{s_t + \\epsilon}}\\, g_t",
                format!(
                    "\\frac{{\\sqrt{{{} + {e}}}}}{{\\sqrt{{{} + {e}}}}} \\cdot {g}",
                    n(old[1]),
                    n(new[0])
                ),
                step,
            );
            all.average(1, "d", ("\\rho", rho), ("\\Delta_t^2", squared(step)));
            all.theta(
                "\\theta_{t-1} - \\eta\\, \\Delta_t",
                format!("{p} - {eta} \\cdot {}", n(step)),
            );
        }
        Rule::RmsProp {
            alpha,
            epsilon,
            centred,
            epsilon_inside,
        } => {
            let what = all.squared();
            all.average(0, "s", ("\\alpha", alpha), what);
            let (mut under, mut numbers) = ("s_t".to_owned(), n(new[0]));
            if centred {
                all.average(1, "a", ("\\alpha", alpha), ("g_t", g.clone()));
                under.push_str(" - a_t^2");
                numbers.push_str(&format!(" - {}", squared(new[1])));
            }
            let e = n(epsilon);
            let (under, numbers) = match epsilon_inside {
                true => (
                    format!("\\sqrt{{{under} + \\epsilon}}"),
                    format!("\\sqrt{{{numbers} + {e}}}"),
                ),
                false => (
                    format!("\\sqrt{{{under}}} + \\epsilon"),
                    format!("\\sqrt{{{numbers}}} + {e}"),
                ),
            };
            all.theta(
                &format!("\\theta_{{t-1}} - \\frac{{\\eta}}{{{under}}}\\, g_t"),
                format!("{p} - \\frac{{{eta}}}{{{numbers}}} \\cdot {g}"),
            );
        }
        Rule::AdaMax {
            beta1,
            beta2,
            epsilon,
        } => {
            all.average(0, "m", ("\\beta_1", beta1), ("g_t", g.clone()));
            let numbers = format!(
                "\\max({} \\cdot {}, |{g}| + {})",
                n(beta2),
                n(old[1]),
                n(epsilon)
            );
            all.line(
                "u",
                "u_t",
                "\\max(\\beta_2\\, u_{t-1}, |g_t| + \\epsilon)",
                numbers,
                new[1],
            );
            let m = all.corrected("m", new[0], ("\\beta_1", beta1));
            all.theta(
                "\\theta_{t-1} - \\eta\\, \\frac{\\hat m_t}{u_t}",
                format!("{p} - {eta} \\cdot \\frac{{{}}}{{{}}}", n(m), n(new[1])),
            );
        }
        Rule::Nadam {
            beta1,
            beta2,
            epsilon,
            ..
        } => {
            all.moments(beta1, beta2, g.clone());
            let v = all.corrected("v", new[1], ("\\beta_2", beta2));
            // What of the step is neither rate nor root: the gradient and its mean, looking ahead.
            let root = v.sqrt() + epsilon;
            let ahead = (moment.theta - moment.theta_after) * root / moment.rate;
            all.line(
                "m_ahead",
                "\\bar m_t",
                "\\frac{\\mu_{t+1}\\, m_t}{1 - \\prod_{i=1}^{t+1} \\mu_i} + \\frac{(1-\\mu_t)\\, g_t}{1 - \\prod_{i=1}^{t} \\mu_i}",
                format!(
                    "\\frac{{\\mu_{{t+1}} \\cdot {}}}{{1 - \\prod_{{i=1}}^{{t+1}} \\mu_i}} + \\frac{{(1-\\mu_t) \\cdot {g}}}{{1 - \\prod_{{i=1}}^{{t}} \\mu_i}}",
                    n(new[0])
                ),
                ahead,
            );
            all.theta(
                "\\theta_{t-1} - \\eta\\, \\frac{\\bar m_t}{\\sqrt{\\hat v_t} + \\epsilon}",
                adam_numbers((&p, &eta), ahead, v, epsilon),
            );
        }
        Rule::AmsGrad {
            beta1,
            beta2,
            epsilon,
            correction,
        } => {
            all.moments(beta1, beta2, g.clone());
            let numbers = format!("\\max({}, {})", n(old[2]), n(new[1]));
            all.line("v_max", "w_t", "\\max(w_{t-1}, v_t)", numbers, new[2]);
            let (m, w, formula) = match correction {
                true => (
                    all.corrected("m", new[0], ("\\beta_1", beta1)),
                    all.corrected("w", new[2], ("\\beta_2", beta2)),
                    "\\theta_{t-1} - \\eta\\, \\frac{\\hat m_t}{\\sqrt{\\hat w_t} + \\epsilon}",
                ),
                false => (
                    new[0],
                    new[2],
                    "\\theta_{t-1} - \\eta\\, \\frac{m_t}{\\sqrt{w_t} + \\epsilon}",
                ),
            };
            all.theta(formula, adam_numbers((&p, &eta), m, w, epsilon));
        }
        Rule::Adam {
            beta1,
            beta2,
            epsilon,
        }
        | Rule::AdamW {
            beta1,
            beta2,
            epsilon,
            ..
        } => {
            all.moments(beta1, beta2, g.clone());
            let m = all.corrected("m", new[0], ("\\beta_1", beta1));
            let v = all.corrected("v", new[1], ("\\beta_2", beta2));
            let numbers = adam_numbers((&p, &eta), m, v, epsilon);
            match rule {
                Rule::AdamW { weight_decay, .. } => {
                    let decay = format!("{p} - {eta} \\cdot {} \\cdot {p}", n(weight_decay));
                    all.theta(
                        "\\theta_{t-1} - \\eta\\lambda\\, \\theta_{t-1} - \\eta\\, \\frac{\\hat m_t}{\\sqrt{\\hat v_t} + \\epsilon}",
                        numbers.replacen(&p, &decay, 1),
                    );
                }
                _ => all.theta(
                    "\\theta_{t-1} - \\eta\\, \\frac{\\hat m_t}{\\sqrt{\\hat v_t} + \\epsilon}",
                    numbers,
                ),
            }
        }
    }
    lines.lines
}

fn adam_numbers((p, eta): (&str, &str), m: f64, v: f64, epsilon: f64) -> String {
    format!(
        "{p} - {eta} \\cdot \\frac{{{}}}{{\\sqrt{{{}}} + {}}}",
        number::latex(m, DIGITS),
        number::latex(v, DIGITS),
        n(epsilon)
    )
}
