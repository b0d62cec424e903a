//! A schedule at work: the time, the rate, and what a plateau remembers.

use super::{Form, Schedule};

/// A [`Schedule`] at work. In a loop of one's own:
///
/// ```
/// use chainrule_nn::{Adam, Model, Optimizer, Schedule};
/// use ndarray::array;
///
/// let mut network = Model::input(1).dense(1).half_squared_error().build_f64(3)?;
/// let (x, y) = (array![[1.0], [2.0], [3.0]], array![[3.0], [5.0], [7.0]]);
/// let mut pace = Schedule::cosine(500).per_step().pace(0.1)?;
/// let mut adam = Adam::new(pace.rate())?;
/// for _ in 0..500 {
///     adam.set_learning_rate(pace.rate())?;
///     let gradients = network.gradients(&x, &y)?;
///     adam.step(&mut network, &gradients)?;
///     pace.tick();
/// }
/// assert!(network.loss(&x, &y)? < 1e-3);
/// assert_eq!(pace.rate(), 0.0);
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pace {
    schedule: Schedule,
    base: f64,
    time: usize,
    /// What plateaus have multiplied the rate by.
    reduced: f64,
    least: f64,
    waited: usize,
}

impl Pace {
    pub(super) fn new(schedule: Schedule, base: f64) -> Self {
        Self {
            schedule,
            base,
            time: 0,
            reduced: 1.0,
            least: f64::INFINITY,
            waited: 0,
        }
    }

    /// The learning rate now.
    pub fn rate(&self) -> f64 {
        self.base * self.schedule.form.factor(self.time) * self.reduced
    }

    /// How many epochs, or steps, have passed.
    pub fn time(&self) -> usize {
        self.time
    }

    /// One epoch more has passed, or one step if time is counted in steps.
    pub fn tick(&mut self) {
        self.time += 1;
    }

    /// Tells it the loss after an epoch: of samples that are not learned from, if there are any.
    /// Only [`Schedule::reduce_on_plateau`] listens, and not during its warm-up. A loss that is NaN
    /// has not fallen.
    pub fn measured(&mut self, loss: f64) {
        let mut form = &self.schedule.form;
        let mut began = 0;
        while let Form::WarmUp { length, then } = form {
            (form, began) = (then, began + length);
        }
        let Form::Plateau {
            factor,
            patience,
            min_change,
        } = *form
        else {
            return;
        };
        if self.time < began {
            return;
        }
        if loss < self.least * (1.0 - min_change) || self.least == f64::INFINITY && loss.is_finite()
        {
            (self.least, self.waited) = (loss, 0);
            return;
        }
        self.waited += 1;
        if self.waited > patience {
            self.reduced *= factor;
            self.waited = 0;
        }
    }
}
