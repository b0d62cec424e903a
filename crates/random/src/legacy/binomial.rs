//! Binomial numbers.

use ndarray::{Array, IntoDimension};

use super::RandomState;
use crate::array::{filled_in_parts, of};
use crate::bits::{Bits, Mt19937};
use crate::error::{Error, Result};
use crate::parameter::probability;

impl RandomState {
    /// How often something of probability `p` happens in `n` trials: by inversion if that is 30
    /// times or less on average (or fails as seldom), else by the method BTPE.
    ///
    /// Source: V. Kachitvichyanukul and B. W. Schmeiser, *Binomial random variate generation*, CACM
    /// 31 (1988). The legacy stream is defined with the misprints in the paper's last test, and so
    /// are these numbers.
    ///
    /// ```
    /// use chainrule_random::RandomState;
    ///
    /// let mut rng = RandomState::new(1)?;
    /// let heads = rng.binomial(100, 0.5, 1_000)?; // numpy.random.binomial(100, 0.5, 1000)
    /// assert_eq!(heads[0], 52);
    /// # Ok::<(), chainrule_random::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `n` is negative, if `p` is not from 0 to 1, or there can be no array of the shape.
    pub fn binomial<S: IntoDimension>(
        &mut self,
        n: i64,
        p: f64,
        shape: S,
    ) -> Result<Array<i64, S::Dim>> {
        let mut binomial = Binomial::new(n, p)?;
        of(shape, |count| binomial.many(&mut self.bits, count))
    }

    /// How often something of probability `p` happens in `n` trials, once.
    ///
    /// # Errors
    /// If `n` is negative, or if `p` is not from 0 to 1.
    pub fn binomial_one(&mut self, n: i64, p: f64) -> Result<i64> {
        Ok(Binomial::new(n, p)?.draw(&mut self.bits))
    }
}

/// What does not change from one number to the next.
struct Binomial {
    n: i64,
    /// Whether the failures are counted, which are fewer.
    mirrored: bool,
    method: Method,
}

enum Method {
    Inversion(Inversion),
    Btpe(Btpe),
}

impl Binomial {
    fn new(n: i64, p: f64) -> Result<Self> {
        probability("p", p)?;
        if n < 0 {
            return Err(Error::value("the number of trials is negative")
                .expected("0 or more")
                .got(n)
                .hint("binomial(10, 0.5, shape)"));
        }
        let mirrored = p > 0.5;
        let p = if mirrored { 1.0 - p } else { p };
        let method = match p * n as f64 <= 30.0 {
            true => Method::Inversion(Inversion::new(n, p)),
            false => Method::Btpe(Btpe::new(n, p)),
        };
        Ok(Self {
            n,
            mirrored,
            method,
        })
    }

    fn many(&mut self, bits: &mut Mt19937, count: usize) -> Result<Vec<i64>> {
        if let Method::Btpe(btpe) = &mut self.method {
            btpe.prepare();
        }
        filled_in_parts(count, |out| out.fill_with(|| self.draw(bits)))
    }

    fn draw(&self, bits: &mut Mt19937) -> i64 {
        let count = match &self.method {
            Method::Inversion(inversion) => inversion.draw(bits),
            Method::Btpe(btpe) => btpe.draw(bits),
        };
        if self.mirrored { self.n - count } else { count }
    }
}

/// Adds up probabilities until they exceed a uniform number.
struct Inversion {
    /// The probability of 0, 1, 2 …, up to where rounding would lead astray and one begins again.
    terms: Vec<f64>,
}

impl Inversion {
    fn new(n: i64, p: f64) -> Self {
        let q = 1.0 - p;
        let mean = n as f64 * p;
        let bound = (n as f64).min(mean + 10.0 * (mean * q + 1.0).sqrt()) as i64;
        let mut term = (n as f64 * q.ln()).exp();
        let mut terms = vec![term];
        for count in 1..=bound {
            term = ((n - count + 1) as f64 * p * term) / (count as f64 * q);
            terms.push(term);
        }
        Self { terms }
    }

    fn draw(&self, bits: &mut Mt19937) -> i64 {
        loop {
            let mut unit = bits.next_f64();
            for (count, &term) in self.terms.iter().enumerate() {
                if unit <= term {
                    return count as i64;
                }
                unit -= term;
            }
        }
    }
}

/// A hat of a triangle, two parallelograms and two exponential tails over the probabilities.
struct Btpe {
    n: i64,
    p: f64,
    q: f64,
    variance: f64,
    mode: i64,
    /// Half the width of the triangle.
    half: f64,
    middle: f64,
    left: f64,
    right: f64,
    slope: f64,
    rate_left: f64,
    rate_right: f64,
    /// The areas up to the end of the triangle, of the parallelograms, of each tail.
    areas: [f64; 4],
    /// The probabilities of the counts `NEAR` or less from the mode, relative to the mode's.
    near: Vec<f64>,
}

/// As far from the mode, probabilities are multiplied out.
const NEAR: i64 = 20;

impl Btpe {
    fn new(n: i64, p: f64) -> Self {
        let trials = n as f64;
        // The literature's r: p rounds to another number if it is above one half.
        let r = p.min(1.0 - p);
        let q = 1.0 - r;
        let centre = trials * r + r;
        let mode = centre.floor() as i64;
        let half = (2.195 * (trials * r * q).sqrt() - 4.6 * q).floor() + 0.5;
        let middle = mode as f64 + 0.5;
        let (left, right) = (middle - half, middle + half);
        let slope = 0.134 + 20.5 / (15.3 + mode as f64);
        let rate = |distance: f64, scale: f64| {
            let a = distance / scale;
            a * (1.0 + a / 2.0)
        };
        let rate_left = rate(centre - left, centre - left * r);
        let rate_right = rate(right - centre, right * q);
        let body = half * (1.0 + 2.0 * slope);
        let first_tail = body + slope / rate_left;
        Self {
            n,
            p: r,
            q,
            variance: trials * r * q,
            mode,
            half,
            middle,
            left,
            right,
            slope,
            rate_left,
            rate_right,
            areas: [half, body, first_tail, first_tail + slope / rate_right],
            near: Vec::new(),
        }
    }

    /// Works out in advance what many numbers will need.
    fn prepare(&mut self) {
        let near = self.mode - NEAR..=self.mode + NEAR;
        self.near = near.map(|count| self.ratio(count)).collect();
    }

    fn draw(&self, bits: &mut Mt19937) -> i64 {
        let [triangle, body, first_tail, whole] = self.areas;
        loop {
            let u = bits.next_f64() * whole;
            let v = bits.next_f64();
            if u <= triangle {
                return (self.middle - self.half * v + u).floor() as i64;
            }
            let (count, v) = if u <= body {
                let x = self.left + (u - self.half) / self.slope;
                let v = v * self.slope + 1.0 - (self.mode as f64 - x + 0.5).abs() / self.half;
                if v > 1.0 {
                    continue;
                }
                (x.floor() as i64, v)
            } else if u <= first_tail {
                let count = (self.left + v.ln() / self.rate_left).floor() as i64;
                if count < 0 || v == 0.0 {
                    continue;
                }
                (count, v * (u - body) * self.rate_left)
            } else {
                let count = (self.right - v.ln() / self.rate_right).floor() as i64;
                if count > self.n || v == 0.0 {
                    continue;
                }
                (count, v * (u - first_tail) * self.rate_right)
            };
            if self.accepts(count, v) {
                return count;
            }
        }
    }

    /// Whether `v` is below the probability of `count`, relative to that of the mode.
    fn accepts(&self, count: i64, v: f64) -> bool {
        let away = (count - self.mode).abs();
        if away > NEAR && (away as f64) < self.variance / 2.0 - 1.0 {
            return self.accepts_far(count, away, v);
        }
        let near = usize::try_from(count - self.mode + NEAR).ok();
        match near.and_then(|at| self.near.get(at)) {
            Some(&ratio) => v <= ratio,
            None => v <= self.ratio(count),
        }
    }

    /// The probability of `count`, relative to that of the mode.
    fn ratio(&self, count: i64) -> f64 {
        let odds = self.p / self.q;
        let a = odds * (self.n.wrapping_add(1)) as f64;
        let step = |i: i64| a / i as f64 - odds;
        match self.mode < count {
            true => (self.mode + 1..=count).fold(1.0, |ratio, i| ratio * step(i)),
            false => (count + 1..=self.mode).fold(1.0, |ratio, i| ratio / step(i)),
        }
    }

    /// The same by squeezing, and by Stirling's formula where that does not decide.
    fn accepts_far(&self, count: i64, away: i64, v: f64) -> bool {
        let k = away as f64;
        let rho = (k / self.variance)
            * ((k * (k / 3.0 + 0.625) + 0.16666666666666666) / self.variance + 0.5);
        let t = -(away.wrapping_mul(away)) as f64 / (2.0 * self.variance);
        let log = v.ln();
        if log < t - rho {
            return true;
        }
        if log > t + rho {
            return false;
        }
        let (n, m, y) = (self.n as f64, self.mode as f64, count as f64);
        let x1 = y + 1.0;
        let f1 = m + 1.0;
        let z = n + 1.0 - m;
        let w = n - y + 1.0;
        // With the paper's 13 680 for 13 860, and its plus for a minus before the last two.
        let stirling = |x: f64| {
            let square = x * x;
            (13680.0 - (462.0 - (132.0 - (99.0 - 140.0 / square) / square) / square) / square)
                / x
                / 166320.0
        };
        let bound = self.middle * (f1 / x1).ln()
            + ((self.n - self.mode) as f64 + 0.5) * (z / w).ln()
            + (count - self.mode) as f64 * (w * self.p / (x1 * self.q)).ln()
            + stirling(f1)
            + stirling(z)
            + stirling(x1)
            + stirling(w);
        log <= bound
    }
}
