//! What a rule is called: its name, and the settings that are not the usual ones.

use std::fmt;

use super::Rule;

impl Rule {
    /// Writes its name, the rate if there is one, and every setting that is not the usual one: so
    /// two rules that differ are never called the same.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>, rate: Option<f64>) -> fmt::Result {
        f.write_str(self.name())?;
        if let Some(rate) = rate {
            write!(f, ", learning rate {rate}")?;
        }
        let usual = self.usual();
        for (mine, usual) in self.settings().into_iter().zip(usual.settings()) {
            if mine != usual {
                match mine {
                    Named::Number(name, value) => write!(f, ", {name} {value}")?,
                    Named::Word(word) => write!(f, ", {word}")?,
                }
            }
        }
        Ok(())
    }

    pub(super) fn words(&self, rate: Option<f64>) -> String {
        struct Words<'a>(&'a Rule, Option<f64>);
        impl fmt::Display for Words<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f, self.1)
            }
        }
        Words(self, rate).to_string()
    }

    /// Every setting with its value: `β₁ 0.9, β₂ 0.999, ε 1e-8`.
    pub(super) fn settings_in_words(&self) -> String {
        let words = self.settings().into_iter().map(|setting| match setting {
            Named::Number(name, value) => format!("{name} {value:?}"),
            Named::Word(word) => word.to_owned(),
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// The rule of that name with its usual settings.
    fn usual(&self) -> Self {
        let mut all = Self::all().into_iter();
        all.find(|rule| rule.name() == self.name())
            .expect("every rule is among all of them; please report")
    }

    fn settings(&self) -> Vec<Named> {
        use Named::{Number, Word};
        let betas = |beta1, beta2, epsilon| {
            vec![
                Number("β₁", beta1),
                Number("β₂", beta2),
                Number("ε", epsilon),
            ]
        };
        let form = |classical| {
            Word(if classical {
                "classical"
            } else {
                "PyTorch's form"
            })
        };
        match *self {
            Self::Sgd => Vec::new(),
            Self::Momentum {
                momentum,
                classical,
            }
            | Self::Nesterov {
                momentum,
                classical,
            } => {
                vec![Number("μ", momentum), form(classical)]
            }
            Self::AdaGrad { epsilon } => vec![Number("ε", epsilon)],
            Self::Adadelta { rho, epsilon } => vec![Number("ρ", rho), Number("ε", epsilon)],
            Self::RmsProp {
                alpha,
                epsilon,
                epsilon_inside,
                centred: _,
            } => {
                let place = if epsilon_inside {
                    "ε inside the root"
                } else {
                    "ε beside the root"
                };
                vec![Number("α", alpha), Number("ε", epsilon), Word(place)]
            }
            Self::Adam {
                beta1,
                beta2,
                epsilon,
            }
            | Self::AdaMax {
                beta1,
                beta2,
                epsilon,
            } => betas(beta1, beta2, epsilon),
            Self::Nadam {
                beta1,
                beta2,
                epsilon,
                momentum_decay,
            } => {
                let mut all = betas(beta1, beta2, epsilon);
                all.push(match momentum_decay {
                    Some(psi) => Number("ψ", psi),
                    None => Word("constant momentum"),
                });
                all
            }
            Self::AmsGrad {
                beta1,
                beta2,
                epsilon,
                correction,
            } => {
                let mut all = betas(beta1, beta2, epsilon);
                all.push(Word(if correction {
                    "corrected"
                } else {
                    "without correction"
                }));
                all
            }
            Self::AdamW {
                beta1,
                beta2,
                epsilon,
                weight_decay,
            } => {
                let mut all = betas(beta1, beta2, epsilon);
                all.push(Number("λ", weight_decay));
                all
            }
        }
    }
}

#[derive(PartialEq)]
enum Named {
    Number(&'static str, f64),
    Word(&'static str),
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, None)
    }
}
