//! A grid: every combination of the values of some fields.
//!
//! [`Choice`] is a value as a student writes it, `field` knows the fields of a setting and which
//! values fit them, [`Axis`] is one field with its values.

mod choice;
mod field;

use chainrule_error::{Error, ErrorKind, Result};

pub use self::choice::Choice;
use crate::Setting;

/// One field with the values that it takes in turn.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) field: &'static str,
    choices: Vec<Choice>,
}

impl Axis {
    /// Checked as far as a value can be without the others: its kind, its range.
    pub(crate) fn new(
        name: &str,
        choices: Vec<Choice>,
        samples: usize,
        validation: bool,
    ) -> Result<Self> {
        let field = field::known(name)?;
        let within = |error: Error| error.within(format!("grid, field “{field}”"));
        if choices.is_empty() {
            let error = Error::new(ErrorKind::Value, "a field needs values")
                .expected("at least one")
                .got("none");
            return Err(within(error));
        }
        for choice in &choices {
            let mut probe = field::probe(field, samples);
            field::set(&mut probe, field, choice)
                .and_then(|()| probe.check_ranges(samples, validation))
                .map_err(within)?;
        }
        Ok(Self { field, choices })
    }

    /// What is a part of another field, such as an optimizer's momentum, comes after that.
    fn rank(&self) -> usize {
        usize::from(field::is_after_rule(self.field))
    }
}

/// Every setting with every combination of values: the settings in their order, for each of them
/// the first field's values in theirs, and so on; the last field varies fastest.
pub(crate) fn product(bases: &[Setting], axes: &[Axis]) -> Result<Vec<Setting>> {
    let sizes = axes.iter().map(|axis| axis.choices.len());
    let count = sizes.fold(1_usize, usize::saturating_mul);
    let mut order: Vec<_> = (0..axes.len()).collect();
    order.sort_by_key(|&axis| axes[axis].rank());
    let mut settings = Vec::with_capacity(count.saturating_mul(bases.len()));
    for base in bases {
        for combination in 0..count {
            let mut setting = base.clone();
            let mut rest = combination;
            let mut picked = vec![0; axes.len()];
            for (pick, axis) in picked.iter_mut().zip(axes).rev() {
                *pick = rest % axis.choices.len();
                rest /= axis.choices.len();
            }
            for &axis in &order {
                let (field, choice) = (axes[axis].field, &axes[axis].choices[picked[axis]]);
                field::set(&mut setting, field, choice)
                    .map_err(|error| error.within(format!("grid, field “{field}”")))?;
            }
            settings.push(setting);
        }
    }
    Ok(settings)
}

/// How many combinations there are; `usize::MAX` if there are more.
pub(crate) fn combinations(axes: &[Axis]) -> usize {
    let sizes = axes.iter().map(|axis| axis.choices.len());
    sizes.fold(1, usize::saturating_mul)
}

/// Gives settings with a name of their own what tells the grid's combinations of them apart.
pub(crate) fn name_combinations(settings: &mut [Setting], axes: &[Axis]) {
    for setting in settings {
        let Some(name) = setting.name.take() else {
            continue;
        };
        let fields = axes.iter().map(|axis| field::label_in(axis.field, setting));
        let fields: Vec<_> = fields.collect();
        let words = setting.words().into_iter();
        let words = words.filter(|(field, _)| fields.contains(field));
        let words: Vec<_> = std::iter::once(name).chain(words.map(|(_, w)| w)).collect();
        setting.name = Some(words.join(", "));
    }
}
