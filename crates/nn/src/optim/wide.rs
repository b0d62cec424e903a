//! One step of one parameter's values: in wide registers, and shared between threads.

use super::{Rule, core::Turn, sgd::update};
use crate::{Scalar, kernels::widest, line::InLine, team};

/// One parameter's step in the widest registers that the machine has: roots and divisions are what
/// most rules take their time for. The operations are the same, so the numbers are too.
pub(super) struct Wide<'a, F> {
    rule: Rule,
    turn: Turn,
    parameter: &'a mut [F],
    gradient: &'a [F],
    slots: [&'a mut [F]; MOST_SLOTS],
    /// How many of them the rule has.
    used: usize,
}

/// Plain gradient descent of one parameter. Where a gradient is zero nothing changes, and rows that
/// are known to be are left out.
pub(crate) fn descend<F: Scalar>(
    rate: f64,
    parameter: &mut [F],
    (gradient, filled): (&[F], Option<(&[u16], usize)>),
    samples: usize,
) {
    if let Some(rows) = filled {
        return widest(Rows {
            rate,
            parameter,
            gradient,
            rows,
        });
    }
    let turn = Turn {
        rate,
        step: 1,
        product: 1.0,
    };
    Wide::new(Rule::Sgd, turn, parameter, gradient, &mut []).step(samples);
}

/// Plain gradient descent of some rows of a parameter.
struct Rows<'a, F> {
    rate: f64,
    parameter: &'a mut [F],
    gradient: &'a [F],
    /// Which, and how many numbers each has.
    rows: (&'a [u16], usize),
}

impl<F: Scalar> pulp::WithSimd for Rows<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let (rows, columns) = self.rows;
        for &row in rows {
            let from = usize::from(row) * columns;
            let parameter = &mut self.parameter[from..][..columns];
            update(self.rate, parameter, &self.gradient[from..][..columns]);
        }
    }
}

/// No rule remembers more arrays.
const MOST_SLOTS: usize = 3;

/// Fewer values than these, or than these with what is remembered of them, are not shared between
/// threads, nor are steps after fewer samples: handing over would take longer. A parameter of so many
/// values is mostly the first layer's, and of its gradient each thread has computed a half.
const VALUES: usize = 1 << 12;
const SHARED: usize = 1 << 14;
const SAMPLES: usize = 16;

/// Into so many tasks for each thread they are cut at most: a thread that is ready first takes another.
const TASKS: usize = 4;

impl<'a, F: Scalar> Wide<'a, F> {
    pub(super) fn new(
        rule: Rule,
        turn: Turn,
        parameter: &'a mut [F],
        gradient: &'a [F],
        slots: &'a mut [InLine<F>],
    ) -> Self {
        let used = slots.len();
        let mut all = <[&mut [F]; MOST_SLOTS]>::default();
        for (to, slot) in all.iter_mut().zip(slots) {
            *to = slot;
        }
        Self {
            rule,
            turn,
            parameter,
            gradient,
            slots: all,
            used,
        }
    }

    /// Takes the step, by the gradients of so many samples, on as many threads as there are.
    pub(super) fn step(self, samples: usize) {
        let values = self.parameter.len();
        let all = values * (1 + self.used);
        let is_shared = samples >= SAMPLES && (values >= VALUES || all >= SHARED);
        self.step_in(if is_shared && team::is_shared() {
            let tasks = (1 + all / SHARED).next_power_of_two();
            tasks.clamp(2, TASKS * team::threads())
        } else {
            1
        });
    }

    fn step_in(self, tasks: usize) {
        if tasks < 2 {
            return widest(self);
        }
        let half = self.parameter.len() / 2;
        let (parameter, last_parameter) = self.parameter.split_at_mut(half);
        let (gradient, last_gradient) = self.gradient.split_at(half);
        let mut last_slots = <[&mut [F]; MOST_SLOTS]>::default();
        let mut slots = <[&mut [F]; MOST_SLOTS]>::default();
        for (i, slot) in self.slots.into_iter().take(self.used).enumerate() {
            (slots[i], last_slots[i]) = slot.split_at_mut(half);
        }
        let part = |parameter, gradient, slots| Wide {
            parameter,
            gradient,
            slots,
            ..self
        };
        let first = part(parameter, gradient, slots);
        let last = part(last_parameter, last_gradient, last_slots);
        team::join(
            || first.step_in(tasks.div_ceil(2)),
            || last.step_in(tasks / 2),
        );
    }
}

impl<F: Scalar> pulp::WithSimd for Wide<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(mut self, _: S) {
        let slots = &mut self.slots[..self.used];
        self.rule
            .apply(&self.turn, self.parameter, self.gradient, slots);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optim::Core;

    /// Bits of parameters and memory after a few steps, in wide registers, after so many samples each,
    /// or one value at a time.
    fn bits<F: Scalar>(rule: Rule, values: usize, samples: Option<usize>) -> Vec<u64> {
        let number =
            |i: usize, salt: usize| F::of(((i * 7_919 + salt) % 1_009) as f64 / 331.7 - 1.5);
        let mut parameter: Vec<F> = (0..values).map(|i| number(i, 5)).collect();
        let mut slots = vec![InLine::zeros(values); rule.slots().len()];
        let mut core = Core::new(rule, 0.013).expect("the usual settings are right");
        core.memory.product = 1.0;
        for step in 0..5 {
            let gradient: Vec<F> = (0..values).map(|i| number(i, 17 * step)).collect();
            let (turn, gradient) = (core.turn(), gradient.as_slice());
            if let Some(samples) = samples {
                Wide::new(rule, turn, &mut parameter, gradient, &mut slots).step(samples);
            } else {
                for (i, g) in gradient.chunks(1).enumerate() {
                    let mut one: Vec<_> = slots.iter().map(|slot| vec![slot[i]]).collect();
                    let mut all: Vec<_> = one.iter_mut().map(Vec::as_mut_slice).collect();
                    rule.apply(&turn, &mut parameter[i..=i], g, &mut all);
                    slots
                        .iter_mut()
                        .zip(one)
                        .for_each(|(slot, one)| slot[i] = one[0]);
                }
            }
        }
        let all = parameter
            .iter()
            .chain(slots.iter().flat_map(|slot| slot.iter()));
        all.map(|value| value.as_f64().to_bits()).collect()
    }

    /// No register's width divides it.
    const FEW: usize = 1_003;

    #[test]
    fn wide_registers_give_the_same_bits_as_single_values() {
        for rule in Rule::all() {
            let single = bits::<f32>(rule, FEW, None);
            assert!(bits::<f32>(rule, FEW, Some(1)) == single, "{rule}");
            let single = bits::<f64>(rule, FEW, None);
            assert!(bits::<f64>(rule, FEW, Some(1)) == single, "{rule}");
        }
    }

    #[test]
    fn steps_that_threads_share_give_the_same_bits() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build();
        let pool = pool.expect("threads");
        // In two tasks, and in more.
        for values in [VALUES + 7, 2 * SHARED + 11] {
            for rule in Rule::all() {
                let of = |samples| bits::<f32>(rule, values, Some(samples));
                let shared = pool.install(|| team::wide_awake(|| of(SAMPLES)));
                assert!(shared == of(SAMPLES - 1), "{rule}, {values}");
            }
        }
    }
}
