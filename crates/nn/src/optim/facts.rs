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
