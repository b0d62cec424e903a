//! The mistakes that people make: a step's formula with one thing wrong in it, in the step itself or
//! in one that it is made of.

use std::collections::HashMap;

use ndarray::ArrayD;

use super::{
    Finding,
    compare::{other_signs, rounded},
};
use crate::{
    expr::{Call, Expr},
    names,
    quantity::Quantity,
    step::Step,
    trace::Trace,
};

/// So many numbers may be computed while guessing: a second or two.
const BUDGET: usize = 200_000_000;

/// A formula with one mistake, and what the mistake is.
type Wrong = (Expr, Finding);

/// How plausible a mistake that gives the answer is: the least is told. First whether the signs
/// agree, then the family of mistakes, then how many steps away it was made, and how many layers away
/// from there what was mixed up.
type Rank = (u8, u8, usize, usize);

/// The families, from what is likely made wrong to what may be a coincidence.
const SLIP: u8 = 0;
const ANOTHER: u8 = 1;
const CHAIN: u8 = 2;
const MIXED_UP: u8 = 3;

struct Best {
    rank: Rank,
    findings: Vec<Finding>,
}

impl Trace {
    /// The most plausible mistake that gives the value.
    pub(super) fn guessed(&self, step: &Step, value: &ArrayD<f64>) -> Option<Vec<Finding>> {
        let mut best: Option<Best> = None;
        let mut offer = |family: u8, distance: usize, candidate: &ArrayD<f64>, finding: Finding| {
            if rounded(candidate, step.result()) {
                return;
            }
            let (signs, sign) = match with_signs(value, candidate, distance == 0) {
                Some(found) => found,
                None => return,
            };
            let away = match &finding {
                Finding::WrongQuantity { used, step, .. } => {
                    layer(&names::key(used)).abs_diff(layer(&names::key(step)))
                }
                _ => 0,
            };
            let rank = (signs, family, distance, away);
            if best.as_ref().is_none_or(|best| rank < best.rank) {
                let findings = std::iter::once(finding).chain(sign).collect();
                best = Some(Best { rank, findings });
            }
        };
        for other in self.quantities().filter(|other| other.key() != step.name()) {
            // The same letter in another layer: another letter is told as a mistake of its kind.
            if letter(other.key()) == letter(step.name()) {
                let is = other.name().text.clone();
                offer(ANOTHER, 0, other.value(), Finding::AnotherQuantity { is });
            }
        }
        if let Some((product, finding)) = self.as_products(step, value) {
            offer(CHAIN, 0, &product, finding);
        }
        let (_, steps) = self.everything();
        let last = steps.iter().position(|other| other.name() == step.name());
        let each: usize = self
            .quantities()
            .map(|quantity| quantity.value().len())
            .sum();
        let mut left = BUDGET / each.max(1);
        for (distance, at) in (0..=last?).rev().enumerate() {
            let Some(expr) = steps[at].expr() else {
                continue;
            };
            let mut pool: Vec<_> = self.quantities().collect();
            pool.sort_by_key(|quantity| layer(quantity.key()).abs_diff(layer(steps[at].name())));
            let (mut wrong, context) = (
                Vec::new(),
                Context {
                    step: &steps[at],
                    pool: &pool,
                },
            );
            mistakes(expr, &context, &mut wrong);
            for (expr, finding) in wrong {
                let Some(rest) = left.checked_sub(1) else {
                    break;
                };
                left = rest;
                let family = match finding {
                    Finding::WrongQuantity { .. } => MIXED_UP,
                    _ => SLIP,
                };
                if let Some(candidate) = carried(&steps[at..=last?], &expr) {
                    offer(family, distance, &candidate, finding);
                }
            }
        }
        best.map(|best| best.findings)
    }
}

/// `a` of `a2`, `dW` of `dW1`.
fn letter(key: &str) -> &str {
    key.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_' || c == ')')
}

/// The number of the layer in a key; 0 where there is none.
fn layer(key: &str) -> usize {
    let digits = key.chars().skip_while(|c| !c.is_ascii_digit());
    let digits: String = digits.take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

/// Whether the candidate is the value: as it is, with the other sign, or in size alone. The first
/// number is larger where less agrees.
fn with_signs(
    value: &ArrayD<f64>,
    candidate: &ArrayD<f64>,
    near: bool,
) -> Option<(u8, Option<Finding>)> {
    if rounded(value, candidate) {
        return Some((0, None));
    }
    if rounded(value, &-candidate) {
        return Some((1, Some(Finding::Sign)));
    }
    let entries = if near {
        other_signs(value, candidate)
    } else {
        None
    };
    entries.map(|entries| (2, Some(Finding::SomeSigns { entries })))
}

/// The last step's value if the first one's formula is `expr`, and everything between follows.
fn carried(steps: &[Step], expr: &Expr) -> Option<ArrayD<f64>> {
    let (first, rest) = steps.split_first()?;
    let value = expr.value(&|quantity| quantity.value().clone())?;
    let value = shaped_as(value, first.shape())?;
    let mut changed: HashMap<&str, ArrayD<f64>> = HashMap::from([(first.name(), value)]);
    for step in rest {
        let Some(expr) = step.expr() else { continue };
        if expr
            .leaves()
            .iter()
            .any(|leaf| changed.contains_key(leaf.key()))
        {
            let value = expr.value(&|quantity| match changed.get(quantity.key()) {
                Some(value) => value.clone(),
                None => quantity.value().clone(),
            });
            changed.insert(step.name(), shaped_as(value?, step.shape())?);
        }
    }
    changed.remove(steps.last()?.name())
}

fn shaped_as(value: ArrayD<f64>, shape: &[usize]) -> Option<ArrayD<f64>> {
    if value.shape() == shape {
        return Some(value);
    }
    let whole = value.len() == 1 && shape.iter().product::<usize>() == 1;
    if !whole {
        return None;
    }
    value
        .to_shape(shape)
        .ok()
        .map(ndarray::ArrayBase::into_owned)
}

/// Where mistakes are made.
struct Context<'a> {
    step: &'a Step,
    /// What may have been used in place of something else.
    pool: &'a [Quantity],
}

impl Context<'_> {
    fn instead(&self, used: &Quantity, belongs: &str) -> Finding {
        Finding::WrongQuantity {
            used: used.name().text.clone(),
            belongs: belongs.to_owned(),
            step: self.step.symbol().to_owned(),
        }
    }

    fn symbol(&self) -> String {
        self.step.symbol().to_owned()
    }
}

/// Collects the formula with each single mistake.
fn mistakes(expr: &Expr, context: &Context<'_>, all: &mut Vec<Wrong>) {
    match expr {
        Expr::Hadamard(factors) => {
            for (i, factor) in factors.iter().enumerate() {
                let rest = without(factors, i);
                all.push((Expr::Hadamard(rest), dropped(factor, context)));
            }
        }
        Expr::Sum(terms) => {
            for (i, (minus, term)) in terms.iter().enumerate() {
                if terms.len() > 1 {
                    let finding = Finding::MissingTerm {
                        term: words(term),
                        step: context.symbol(),
                    };
                    all.push((Expr::Sum(without(terms, i)), finding));
                    let mut other = terms.clone();
                    other[i] = (!minus, term.clone());
                    let finding = Finding::SignOf {
                        term: words(term),
                        step: context.symbol(),
                    };
                    all.push((Expr::Sum(other), finding));
                }
            }
        }
        Expr::Product(factors) => {
            for (i, factor) in factors.iter().enumerate() {
                if let Expr::Fraction(a, b) = factor {
                    let finding = Finding::MissingFactor {
                        factor: fraction(*a, *b),
                        step: context.symbol(),
                    };
                    all.push((Expr::Product(without(factors, i)), finding));
                }
            }
        }
        Expr::Transpose(inner) => {
            if let Expr::Of(quantity) = &**inner {
                let finding = Finding::NotTransposed {
                    quantity: quantity.name().text.clone(),
                    step: context.symbol(),
                };
                all.push(((**inner).clone(), finding));
            }
        }
        Expr::Call(Call::Relu | Call::Sigmoid | Call::Tanh, inner) => {
            let finding = Finding::MissingActivation {
                step: context.symbol(),
            };
            all.push(((**inner).clone(), finding));
        }
        _ => {}
    }
    // The same in each part, with the rest around it.
    let mut inside = |part: &Expr, around: &dyn Fn(Expr) -> Expr| {
        let mut parts = Vec::new();
        mistakes(part, context, &mut parts);
        all.extend(
            parts
                .into_iter()
                .map(|(part, finding)| (around(part), finding)),
        );
    };
    match expr {
        Expr::Hadamard(parts) => {
            for (i, part) in parts.iter().enumerate() {
                inside(part, &|wrong| Expr::Hadamard(with(parts, i, wrong)));
            }
        }
        Expr::Product(parts) => {
            for (i, part) in parts.iter().enumerate() {
                inside(part, &|wrong| Expr::Product(with(parts, i, wrong)));
            }
        }
        Expr::Sum(parts) => {
            for (i, (minus, part)) in parts.iter().enumerate() {
                inside(part, &|wrong| Expr::Sum(with(parts, i, (*minus, wrong))));
            }
        }
        Expr::Transpose(part) => inside(part, &Expr::t),
        Expr::Call(call, part) => inside(part, &|wrong| wrong.call(call.clone())),
        Expr::Shaped(part, shape) => inside(part, &|wrong| wrong.shaped(shape)),
        Expr::Of(_) | Expr::Fraction(..) => {}
    }
    // What was mistaken for something else: the leaf itself, and a transposed one as a whole.
    match expr {
        Expr::Of(quantity) => {
            let others = context
                .pool
                .iter()
                .filter(|other| other.key() != quantity.key());
            all.extend(others.map(|other| {
                let finding = context.instead(other, &quantity.name().text);
                (Expr::of(other), finding)
            }));
            if quantity.key().starts_with('W') {
                let finding = Finding::WronglyTransposed {
                    quantity: quantity.name().text.clone(),
                    step: context.symbol(),
                };
                all.push((expr.clone().t(), finding));
            }
        }
        Expr::Transpose(inner) => {
            if let Expr::Of(quantity) = &**inner {
                let others = context
                    .pool
                    .iter()
                    .filter(|other| other.key() != quantity.key());
                let belongs = format!("({})ᵀ", quantity.name().text);
                all.extend(others.map(|other| (Expr::of(other), context.instead(other, &belongs))));
            }
        }
        _ => {}
    }
}

fn dropped(factor: &Expr, context: &Context<'_>) -> Finding {
    match factor {
        Expr::Of(quantity) if quantity.key().starts_with("s'") => Finding::MissingDerivative {
            derivative: quantity.name().text.clone(),
            step: context.symbol(),
        },
        factor => Finding::MissingFactor {
            factor: words(factor),
            step: context.symbol(),
        },
    }
}

/// What an operand is called in a sentence.
fn words(expr: &Expr) -> String {
    match expr {
        Expr::Of(quantity) => quantity.name().text.clone(),
        Expr::Fraction(a, b) => fraction(*a, *b),
        Expr::Transpose(inner) => format!("({})ᵀ", words(inner)),
        Expr::Call(Call::Spread, inner) | Expr::Shaped(inner, _) => words(inner),
        expr => {
            let leaves = expr.leaves();
            let names: Vec<_> = leaves.iter().map(|leaf| &*leaf.name().text).collect();
            format!("what is made of {}", names.join(" and "))
        }
    }
}

fn fraction(a: f64, b: f64) -> String {
    match b == 1.0 {
        true => format!("{a}"),
        false => format!("{a}/{b}"),
    }
}

fn without<T: Clone>(items: &[T], i: usize) -> Vec<T> {
    let mut items = items.to_vec();
    items.remove(i);
    items
}

fn with<T: Clone>(items: &[T], i: usize, item: T) -> Vec<T> {
    let mut items = items.to_vec();
    items[i] = item;
    items
}
