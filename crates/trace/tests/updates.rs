//! One weight through every optimizer: what is written is what happened.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod common;

use chainrule_nn::{
    AdaGrad, AdaMax, Adadelta, Adam, AdamW, AmsGrad, Momentum, Nadam, Nesterov, RmsProp, Sgd,
};
use chainrule_trace::{Update, Visible, trace_update};
use common::homework;

/// Computes the LaTeX of a line: what it says, not what it was made from.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn eat(&mut self, token: &str) -> bool {
        self.0 = self.0.trim_start();
        match self.0.strip_prefix(token) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn sum(&mut self) -> f64 {
        let mut value = if self.eat("-") {
            -self.product()
        } else {
            self.product()
        };
        loop {
            if self.eat("+") {
                value += self.product();
            } else if self.eat("-") {
                value -= self.product();
            } else {
                return value;
            }
        }
    }

    fn product(&mut self) -> f64 {
        let mut value = self.power();
        while self.eat("\\cdot") {
            value *= self.power();
        }
        value
    }

    fn power(&mut self) -> f64 {
        let value = self.atom();
        if self.eat("^{") {
            let exponent = self.closed("}");
            value.powf(exponent)
        } else if self.eat("^2") {
            value * value
        } else {
            value
        }
    }

    fn closed(&mut self, end: &str) -> f64 {
        let value = self.sum();
        assert!(self.eat(end), "{end} before {}", self.0);
        value
    }

    fn atom(&mut self) -> f64 {
        if self.eat("\\frac{") {
            let above = self.closed("}");
            assert!(self.eat("{"));
            return above / self.closed("}");
        }
        if self.eat("\\sqrt{") {
            return self.closed("}").sqrt();
        }
        if self.eat("\\max(") {
            let first = self.closed(",");
            return first.max(self.closed(")"));
        }
        if self.eat("|") {
            return self.closed("|").abs();
        }
        if self.eat("(") {
            return self.closed(")");
        }
        self.0 = self.0.trim_start();
        let end = self.0.find(|c: char| !c.is_ascii_digit() && c != '.');
        let (number, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest;
        number
            .parse()
            .unwrap_or_else(|_| panic!("no number before {rest}"))
    }
}

fn check(update: &Update) {
    for line in update.lines.iter().filter(|line| !line.formula.is_empty()) {
        if line.substituted.contains("prod") {
            continue; // Nadam's product of momenta stays a symbol.
        }
        let written = Reader(&line.substituted).sum();
        let far = (written - line.value).abs() / line.value.abs().max(1e-12);
        assert!(
            far < 2e-5,
            "{}: {} is {written}, not {}",
            update.title,
            line.substituted,
            line.value
        );
    }
}

fn follow<O: Visible>(mut optimizer: O, lines: usize) -> String {
    let (mut network, x, y) = homework();
    for _ in 0..3 {
        let gradients = network.gradients(&x, &y).unwrap();
        let (name, at) = ("dense_2.weight", [0, 1]);
        let update = trace_update(&optimizer, &network, &gradients, name, &at).unwrap();
        assert_eq!(update.lines.len(), lines, "{update}");
        check(&update);
        // Looking has changed nothing, and the step is as it was shown.
        optimizer.step(&mut network, &gradients).unwrap();
        let weight = network.parameter(name).unwrap()[&at[..]];
        assert_eq!(update.value("theta").unwrap(), weight);
    }
    let gradients = network.gradients(&x, &y).unwrap();
    let update = trace_update(&optimizer, &network, &gradients, "dense_1.bias", &[0]).unwrap();
    format!("{update}\n{}\n", update.latex())
}

#[test]
fn every_optimizer_is_followed() {
    let text = [
        follow(Sgd::new(0.1).unwrap(), 2),
        follow(Momentum::new(0.1).unwrap(), 3),
        follow(Momentum::new(0.1).unwrap().classical(), 3),
        follow(Nesterov::new(0.1).unwrap(), 3),
        follow(Nesterov::new(0.1).unwrap().classical(), 3),
        follow(AdaGrad::new(0.1).unwrap(), 3),
        follow(Adadelta::new(1.0).unwrap(), 5),
        follow(RmsProp::new(0.1).unwrap(), 3),
        follow(RmsProp::new(0.1).unwrap().centred(), 4),
        follow(Adam::new(0.1).unwrap(), 6),
        follow(AdaMax::new(0.1).unwrap(), 5),
        follow(Nadam::new(0.1).unwrap(), 6),
        follow(AmsGrad::new(0.1).unwrap(), 7),
        follow(AdamW::new(0.1).unwrap(), 6),
    ];
    insta::assert_snapshot!(text.join("\n"));
}

#[test]
fn what_is_not_there_is_refused() {
    let (network, x, y) = homework();
    let gradients = network.gradients(&x, &y).unwrap();
    let adam = Adam::new(0.1).unwrap();
    let of = |name: &str, index: &[usize]| trace_update(&adam, &network, &gradients, name, index);
    let said = of("dense_9.weight", &[0, 0]).unwrap_err().to_string();
    assert!(said.contains("dense_1.weight"), "{said}");
    for index in [&[0, 7][..], &[0]] {
        let said = of("dense_1.weight", index).unwrap_err().to_string();
        assert!(said.contains("an index within [2, 2]"), "{said}");
    }
    let update = of("dense_1.weight", &[0, 0]).unwrap();
    assert!(update.value("w").unwrap_err().to_string().contains("m_hat"));
}
