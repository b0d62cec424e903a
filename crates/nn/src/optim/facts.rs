//! What is known of each rule: its formula, its source, its usual rate, what it remembers.

use super::{
    AdaGrad, AdaMax, Adadelta, Adam, AdamW, AmsGrad, Momentum, Nadam, Nesterov, RmsProp, Rule, Sgd,
};

impl Rule {
    /// The learning rate that its paper, or the custom, begins with.
    pub fn usual_rate(&self) -> f64 {
        match self {
            Self::Sgd | Self::Momentum { .. } | Self::Nesterov { .. } => 0.1,
            Self::AdaGrad { .. } => 0.01,
            Self::Adadelta { .. } => 1.0,
            Self::AdaMax { .. } | Self::Nadam { .. } => 0.002,
            Self::RmsProp { .. }
            | Self::Adam { .. }
            | Self::AmsGrad { .. }
            | Self::AdamW { .. } => 0.001,
        }
    }

    /// Its formula in LaTeX.
    pub fn formula(&self) -> &'static str {
        match self {
            Self::Sgd => Sgd::FORMULA,
            Self::Momentum { .. } => Momentum::FORMULA,
            Self::Nesterov { .. } => Nesterov::FORMULA,
            Self::AdaGrad { .. } => AdaGrad::FORMULA,
            Self::Adadelta { .. } => Adadelta::FORMULA,
            Self::RmsProp { centred: false, .. } => RmsProp::FORMULA,
            Self::RmsProp { centred: true, .. } => RmsProp::CENTRED_FORMULA,
            Self::Adam { .. } => Adam::FORMULA,
            Self::AdaMax { .. } => AdaMax::FORMULA,
            Self::Nadam { .. } => Nadam::FORMULA,
            Self::AmsGrad { .. } => AmsGrad::FORMULA,
            Self::AdamW { .. } => AdamW::FORMULA,
        }
    }

    /// Its formula in plain letters; g is the gradient.
    pub fn formula_in_letters(&self) -> &'static str {
        match self {
            Self::Sgd => "θ ← θ − η·g",
            Self::Momentum { .. } => "v ← μ·v + g, θ ← θ − η·v",
            Self::Nesterov { .. } => "v ← μ·v + g, θ ← θ − η·(g + μ·v)",
            Self::AdaGrad { .. } => "s ← s + g², θ ← θ − η·g / (√s + ε)",
            Self::Adadelta { .. } => {
                "s ← ρ·s + (1 − ρ)·g², Δ = √(d + ε) / √(s + ε)·g, d ← ρ·d + (1 − ρ)·Δ², θ ← θ − η·Δ"
            }
            Self::RmsProp { centred: false, .. } => "s ← α·s + (1 − α)·g², θ ← θ − η·g / (√s + ε)",
            Self::RmsProp { centred: true, .. } => {
                "s ← α·s + (1 − α)·g², a ← α·a + (1 − α)·g, θ ← θ − η·g / (√(s − a²) + ε)"
            }
            Self::Adam { .. } => {
                "m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², θ ← θ − η·m̂ / (√v̂ + ε) with \
                 m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ)"
            }
            Self::AdaMax { .. } => {
                "m ← β₁·m + (1 − β₁)·g, u ← max(β₂·u, |g| + ε), θ ← θ − η / (1 − β₁ᵗ)·m / u"
            }
            Self::Nadam { .. } => {
                "m and v as Adam's, θ ← θ − η·(μₜ₊₁·m / (1 − Π·μₜ₊₁) + (1 − μₜ)·g / (1 − Π)) / (√v̂ + ε) \
                 with μₜ = β₁·(1 − ½·0.96^(t·ψ)), Π = μ₁·…·μₜ and v̂ = v / (1 − β₂ᵗ)"
            }
            Self::AmsGrad { .. } => {
                "m and v as Adam's, w ← max(w, v), θ ← θ − η·m̂ / (√ŵ + ε) with m̂ = m / (1 − β₁ᵗ) and \
                 ŵ = w / (1 − β₂ᵗ)"
            }
            Self::AdamW { .. } => "θ ← θ − η·λ·θ, then Adam's step",
        }
    }

    /// Who published it, and when.
    pub fn source(&self) -> &'static str {
        match self {
            Self::Sgd => "Robbins and Monro 1951",
            Self::Momentum { .. } => "Polyak 1964",
            Self::Nesterov { .. } => "Nesterov 1983, Sutskever et al. 2013",
            Self::AdaGrad { .. } => "Duchi, Hazan and Singer 2011",
            Self::Adadelta { .. } => "Zeiler 2012",
            Self::RmsProp { centred: false, .. } => "Tieleman and Hinton 2012",
            Self::RmsProp { centred: true, .. } => "Graves 2013",
            Self::Adam { .. } | Self::AdaMax { .. } => "Kingma and Ba 2015",
            Self::Nadam { .. } => "Dozat 2016",
            Self::AmsGrad { .. } => "Reddi, Kale and Kumar 2018",
            Self::AdamW { .. } => "Loshchilov and Hutter 2019",
        }
    }

    /// The names of what it remembers of each parameter.
    pub fn slots(&self) -> &'static [&'static str] {
        match self {
            Self::Sgd => &[],
            Self::Momentum { .. } | Self::Nesterov { .. } => &["velocity"],
            Self::AdaGrad { .. } => &["sum"],
            Self::Adadelta { .. } => &["squares", "steps"],
            Self::RmsProp { centred: false, .. } => &["squares"],
            Self::RmsProp { centred: true, .. } => &["squares", "mean"],
            Self::AdaMax { .. } => &["m", "u"],
            Self::AmsGrad { .. } => &["m", "v", "v_max"],
            Self::Adam { .. } | Self::Nadam { .. } | Self::AdamW { .. } => &["m", "v"],
        }
    }

    /// Its name without settings.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sgd => "SGD",
            Self::Momentum { .. } => "momentum",
            Self::Nesterov { .. } => "Nesterov momentum",
            Self::AdaGrad { .. } => "AdaGrad",
            Self::Adadelta { .. } => "Adadelta",
            Self::RmsProp { centred: false, .. } => "RMSProp",
            Self::RmsProp { centred: true, .. } => "centred RMSProp",
            Self::Adam { .. } => "Adam",
            Self::AdaMax { .. } => "AdaMax",
            Self::Nadam { .. } => "Nadam",
            Self::AmsGrad { .. } => "AMSGrad",
            Self::AdamW { .. } => "AdamW",
        }
    }
}
