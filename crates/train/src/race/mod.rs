//! Optimizers beside each other on a surface that can be drawn.

mod results;
mod surface;

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{Descent, Rule};

pub use results::{RaceResults, Racer};
pub use surface::Surface;

/// Optimizers that go down one surface from one start, step by step, with the exact gradient.
///
/// | setting | default |
/// | --- | --- |
/// | [`steps`](Self::steps) | 500 |
/// | [`near`](Self::near) | 0.1: how close to a minimum has arrived |
///
/// The rules are the ones that networks are trained with, at work on two numbers ([`Descent`]).
///
/// ```
/// use chainrule_nn::Rule;
/// use chainrule_train::{Race, Surface};
///
/// let race = Race::on(Surface::ravine())
///     .steps(200)
///     .with(Rule::sgd(), 0.03)
///     .with(Rule::momentum(), 0.01)
///     .with(Rule::adam(), 0.3)
///     .run()?;
/// let adam = race.racer("Adam")?;
/// assert!(adam.arrived.is_some() && adam.end().1 < 1e-3);
/// # Ok::<(), chainrule_train::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Race {
    surface: Surface,
    steps: usize,
    near: f64,
    entered: Vec<(Rule, Vec<f64>)>,
}

impl Race {
    /// A race on a surface, without optimizers yet.
    pub fn on(surface: Surface) -> Self {
        Self {
            surface,
            steps: 500,
            near: 0.1,
            entered: Vec::new(),
        }
    }

    /// How many steps each takes.
    pub fn steps(mut self, steps: usize) -> Self {
        self.steps = steps;
        self
    }

    /// How close to a minimum has arrived, as a distance in the plane.
    pub fn near(mut self, distance: f64) -> Self {
        self.near = distance;
        self
    }

    /// Lets one more take part: a rule with its learning rate.
    pub fn with(self, rule: Rule, learning_rate: f64) -> Self {
        self.with_best(rule, &[learning_rate])
    }

    /// Lets a rule take part with the best of several learning rates: the one that arrives first;
    /// if none arrives, the one that ends lowest.
    pub fn with_best(mut self, rule: Rule, learning_rates: &[f64]) -> Self {
        self.entered.push((rule, learning_rates.to_vec()));
        self
    }

    /// Lets every rule take part with its usual settings, each with the best of these learning
    /// rates: a race in which none suffers from a rate that suits another.
    ///
    /// ```
    /// use chainrule_train::{Race, Surface};
    ///
    /// let rates = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0];
    /// let race = Race::on(Surface::rosenbrock()).all(&rates).run()?;
    /// assert_eq!(race.racers.len(), 12);
    /// assert!(race.racers.iter().all(|racer| racer.diverged.is_none()));
    /// # Ok::<(), chainrule_train::Error>(())
    /// ```
    pub fn all(self, learning_rates: &[f64]) -> Self {
        let all = Rule::all().into_iter();
        all.fold(self, |race, rule| race.with_best(rule, learning_rates))
    }

    /// Runs the race.
    ///
    /// # Errors
    ///
    /// When nobody takes part, there are no steps, a rate or a setting is out of range, or the
    /// surface's gradient is not its slope; see [`Surface::check`].
    pub fn run(&self) -> Result<RaceResults> {
        self.surface.check()?;
        let place = || format!("race on {}", self.surface.name());
        let wrong = |what: &str| Error::new(ErrorKind::Value, format!("{}: {what}", place()));
        if self.entered.is_empty() {
            return Err(wrong("nobody takes part").hint("Race::on(…).with(Rule::adam(), 0.05)"));
        }
        if self.steps == 0 {
            return Err(wrong("a race needs steps").expected("at least 1").got("0"));
        }
        if !(self.near.is_finite() && self.near > 0.0) {
            return Err(wrong("how close has arrived is out of range")
                .expected("a finite distance above 0")
                .got(self.near.to_string()));
        }
        let mut racers = Vec::with_capacity(self.entered.len());
        for (rule, rates) in &self.entered {
            let mut best: Option<Racer> = None;
            for &rate in rates {
                let racer = self
                    .go(*rule, rate)
                    .map_err(|error| error.within(place()))?;
                if best.as_ref().is_none_or(|best| racer.beats(best)) {
                    best = Some(racer);
                }
            }
            let Some(best) = best else {
                let what = format!("{rule} has no learning rate");
                return Err(wrong(&what).expected("at least one").got("an empty list"));
            };
            racers.push(Racer {
                tried: rates.clone(),
                ..best
            });
        }
        Ok(RaceResults {
            surface: self.surface.clone(),
            steps: self.steps,
            near: self.near,
            racers,
        })
    }

    fn go(&self, rule: Rule, rate: f64) -> Result<Racer> {
        let mut descent = Descent::new(rule, rate)?;
        let surface = &self.surface;
        let mut at = surface.start();
        let (mut path, mut values) = (vec![at], vec![surface.value(at)]);
        let mut diverged = None;
        for step in 1..=self.steps {
            let gradient = surface.gradient(at);
            descent.step(&mut at, &gradient)?;
            let value = surface.value(at);
            path.push(at);
            values.push(value);
            if self.is_lost(at, value) {
                diverged = Some(step);
                break;
            }
        }
        let near = |at: &[f64; 2]| surface.distance(*at).is_some_and(|far| far <= self.near);
        // Who only passes by has not arrived.
        let arrived = match path.iter().rposition(|at| !near(at)) {
            None => Some(0),
            Some(last) => (last + 1 < path.len()).then_some(last + 1),
        };
        Ok(Racer {
            rule,
            rate,
            tried: vec![rate],
            path,
            values,
            arrived,
            diverged,
        })
    }

    /// Far beyond what is shown, or no number any more.
    fn is_lost(&self, [x, y]: [f64; 2], value: f64) -> bool {
        const FAR: f64 = 1000.0;
        let out = |at: f64, (low, high): (f64, f64)| {
            let away = (at - f64::midpoint(low, high)).abs();
            away > FAR * (high - low) || away.is_nan()
        };
        let [x_range, y_range] = self.surface.ranges();
        !value.is_finite() || out(x, x_range) || out(y, y_range)
    }
}
