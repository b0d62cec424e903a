//! Surfaces over the plane that optimizers race on.

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};

/// A function of two variables, its gradient, and where a race on it begins.
///
/// | surface | what is hard about it | minima |
/// | --- | --- | --- |
/// | [`rosenbrock`](Self::rosenbrock) | a bent valley with a nearly flat floor | (1, 1) |
/// | [`ravine`](Self::ravine) | fifty times as steep across as along | (0, 0) |
/// | [`saddle`](Self::saddle) | the way down begins where it is flat | (0, −1) and (0, 1) |
/// | [`himmelblau`](Self::himmelblau) | several minima: which one is found? | four |
///
/// One of your own is two functions without surroundings, `fn` or closures that use their
/// arguments alone, so that a notebook can keep it:
///
/// ```
/// use chainrule_train::Surface;
///
/// let bowl = Surface::new("bowl", |x, y| x * x + y * y, |x, y| [2.0 * x, 2.0 * y])
///     .from(3.0, 2.0)
///     .minimum(0.0, 0.0)
///     .shown((-4.0, 4.0), (-3.0, 3.0));
/// assert_eq!(bowl.value([3.0, 2.0]), 13.0);
/// bowl.check()?; // the gradient agrees with differences
/// # Ok::<(), chainrule_train::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Surface {
    name: String,
    function: fn(f64, f64) -> f64,
    gradient: fn(f64, f64) -> [f64; 2],
    start: [f64; 2],
    minima: Vec<[f64; 2]>,
    x_range: (f64, f64),
    y_range: (f64, f64),
    log_levels: bool,
}

impl Surface {
    /// A surface of your own. It begins at (1, 1), no minimum of it is known, and −2 to 2 of both
    /// axes are shown, unless told.
    pub fn new(
        name: impl Into<String>,
        function: fn(f64, f64) -> f64,
        gradient: fn(f64, f64) -> [f64; 2],
    ) -> Self {
        Self {
            name: name.into(),
            function,
            gradient,
            start: [1.0, 1.0],
            minima: Vec::new(),
            x_range: (-2.0, 2.0),
            y_range: (-2.0, 2.0),
            log_levels: false,
        }
    }

    /// (1 − x)² + 100·(y − x²)². Rosenbrock, *An automatic method for finding the greatest or least
    /// value of a function* (1960), whose start (−1.2, 1) is taken.
    pub fn rosenbrock() -> Self {
        let surface = Self::new(
            "Rosenbrock's valley",
            |x, y| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2),
            |x, y| {
                let off = y - x * x;
                [-2.0 * (1.0 - x) - 400.0 * x * off, 200.0 * off]
            },
        );
        surface
            .from(-1.2, 1.0)
            .minimum(1.0, 1.0)
            .shown((-1.8, 1.8), (-0.8, 2.0))
            .log_levels()
    }

    /// (x² + 50·y²) / 2: fifty times as steep across as along. The rate that is safe across is slow
    /// along.
    pub fn ravine() -> Self {
        let surface = Self::new(
            "Ravine",
            |x, y| (x * x + 50.0 * y * y) / 2.0,
            |x, y| [x, 50.0 * y],
        );
        surface
            .from(-4.0, 1.2)
            .minimum(0.0, 0.0)
            .shown((-5.0, 3.0), (-2.0, 2.0))
            .log_levels()
    }

    /// x² / 2 + y⁴ / 4 − y² / 2: a saddle at the origin between two minima. The start lies above it,
    /// hardly to the side: the way down begins where the gradient is all but nothing.
    pub fn saddle() -> Self {
        let surface = Self::new(
            "Saddle",
            |x, y| x * x / 2.0 + y.powi(4) / 4.0 - y * y / 2.0,
            |x, y| [x, y.powi(3) - y],
        );
        surface
            .from(-1.5, 0.001)
            .minimum(0.0, 1.0)
            .minimum(0.0, -1.0)
            .shown((-1.8, 1.2), (-1.5, 1.5))
    }

    /// (x² + y − 11)² + (x + y² − 7)², with four minima of the value 0. Himmelblau, *Applied
    /// nonlinear programming* (1972).
    pub fn himmelblau() -> Self {
        let surface = Self::new(
            "Himmelblau's function",
            |x, y| (x * x + y - 11.0).powi(2) + (x + y * y - 7.0).powi(2),
            |x, y| {
                let (a, b) = (x * x + y - 11.0, x + y * y - 7.0);
                [4.0 * x * a + 2.0 * b, 2.0 * a + 4.0 * y * b]
            },
        );
        // To all digits of f64: the roots of the two squares, by Newton's method.
        let minima = [
            (3.0, 2.0),
            (-2.805_118_086_952_745, 3.131_312_518_250_573),
            (-3.779_310_253_377_747, -3.283_185_991_286_169_4),
            (3.584_428_340_330_491_7, -1.848_126_526_964_403_6),
        ];
        minima
            .into_iter()
            .fold(surface, |surface, (x, y)| surface.minimum(x, y))
            .from(0.1, -0.8)
            .shown((-5.5, 5.5), (-5.0, 5.0))
            .log_levels()
    }

    /// Where a race on it begins.
    pub fn from(mut self, x: f64, y: f64) -> Self {
        self.start = [x, y];
        self
    }

    /// With one more minimum that is known: what the race is to.
    pub fn minimum(mut self, x: f64, y: f64) -> Self {
        self.minima.push([x, y]);
        self
    }

    /// The part of the plane that a figure shows.
    pub fn shown(mut self, x: (f64, f64), y: (f64, f64)) -> Self {
        (self.x_range, self.y_range) = (x, y);
        self
    }

    /// Contours at equal factors of the value above 0, rather than at equal distances: for a surface
    /// that is steep far from its minimum, and has the value 0 there.
    pub fn log_levels(mut self) -> Self {
        self.log_levels = true;
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The function's value at a point.
    pub fn value(&self, [x, y]: [f64; 2]) -> f64 {
        (self.function)(x, y)
    }

    /// The gradient at a point.
    pub fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        (self.gradient)(x, y)
    }

    /// Where a race begins.
    pub fn start(&self) -> [f64; 2] {
        self.start
    }

    /// The minima that are known.
    pub fn minima(&self) -> &[[f64; 2]] {
        &self.minima
    }

    /// What a figure shows of x and of y, from low to high.
    pub fn ranges(&self) -> [(f64, f64); 2] {
        [self.x_range, self.y_range]
    }

    /// Whether a figure's contours lie at equal factors.
    pub fn has_log_levels(&self) -> bool {
        self.log_levels
    }

    /// How far a point is from the nearest known minimum; none if no minimum is known.
    pub fn distance(&self, [x, y]: [f64; 2]) -> Option<f64> {
        let distances = self.minima.iter().map(|[a, b]| (x - a).hypot(y - b));
        distances.reduce(f64::min)
    }

    /// Whether the gradient agrees with central differences of the function, at the start, at the
    /// minima, and on a grid over what is shown.
    ///
    /// # Errors
    ///
    /// When it does not, when the function is no finite number at the start, or when what is shown
    /// is an empty part of the plane.
    pub fn check(&self) -> Result<()> {
        let wrong = |what: &str| Error::new(ErrorKind::Value, format!("{}: {what}", self.name));
        for ((low, high), axis) in self.ranges().into_iter().zip(["x", "y"]) {
            if !(low.is_finite() && high.is_finite() && low < high) {
                return Err(wrong("an empty part of the plane is to be shown")
                    .expected(format!(
                        "a finite low end of {axis} below a finite high end"
                    ))
                    .got(format!("{low} to {high}"))
                    .hint(".shown((-2.0, 2.0), (-2.0, 2.0))"));
            }
        }
        let [x, y] = self.start;
        let value = self.value(self.start);
        if !(value.is_finite() && x.is_finite() && y.is_finite()) {
            return Err(wrong("a race cannot begin here")
                .expected("a point where the function is a finite number")
                .got(format!("{value} at ({x}, {y})")));
        }
        let [x_range, y_range] = self.ranges();
        let along =
            |(low, high): (f64, f64), i: u32| low + (high - low) * (f64::from(i) + 0.37) / 7.0;
        let grid = (0..49).map(|i| [along(x_range, i % 7), along(y_range, i / 7)]);
        let known = self.minima.iter().copied();
        let mut places = std::iter::once(self.start).chain(known).chain(grid);
        places.try_for_each(|place| self.check_at(place))
    }

    fn check_at(&self, place: [f64; 2]) -> Result<()> {
        let gradient = self.gradient(place);
        let value = self.value(place);
        for (axis, name) in ["x", "y"].into_iter().enumerate() {
            let slopes = |step: f64| {
                let at = |step: f64| {
                    let mut near = place;
                    near[axis] += step;
                    self.value(near)
                };
                [(at(step) - value) / step, (value - at(-step)) / step]
            };
            let step = 1e-5 * place[axis].abs().max(1.0);
            let [[up, down], [up_near, down_near]] = [slopes(step), slopes(step / 10.0)];
            let slope = f64::midpoint(up, down);
            let size = slope.abs().max(gradient[axis].abs());
            // Rounding of the values, and a step within which the function bends.
            let slack = 1e-4 * size + 1e-9 * value.abs() / step + 1e-7;
            // Where it only bends, the slopes of both sides come together: at a corner, and at a pole,
            // they do not, and there is nothing to compare with.
            let apart = (up_near - down_near).abs();
            let smooth = slope.is_finite() && apart <= (up - down).abs() / 2.0 + slack;
            let off = (gradient[axis] - slope).abs();
            if smooth && (off > slack || off.is_nan()) {
                let [x, y] = place;
                let what = format!(
                    "{}: the gradient's {name} is not the function's slope",
                    self.name
                );
                return Err(Error::new(ErrorKind::Value, what)
                    .expected(format!("{slope:.6} at ({x:.4}, {y:.4}), by differences"))
                    .got(format!("{:.6}", gradient[axis]))
                    .hint("derive ∂f/∂x and ∂f/∂y once more; the gradient is [∂f/∂x, ∂f/∂y]"));
            }
        }
        Ok(())
    }
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [x, y] = self.start;
        write!(f, "{}, from ({x}, {y})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_the_slopes_and_vanish_at_the_minima() {
        for surface in [
            Surface::rosenbrock(),
            Surface::ravine(),
            Surface::saddle(),
            Surface::himmelblau(),
        ] {
            surface.check().unwrap();
            assert!(!surface.minima().is_empty());
            for &minimum in surface.minima() {
                let [dx, dy] = surface.gradient(minimum);
                assert!(dx.hypot(dy) < 1e-12, "{surface}: {minimum:?} {dx} {dy}");
                for (dx, dy) in [(1e-3, 0.0), (-1e-3, 0.0), (0.0, 1e-3), (0.0, -1e-3)] {
                    let near = [minimum[0] + dx, minimum[1] + dy];
                    assert!(surface.value(near) > surface.value(minimum), "{surface}");
                }
            }
            let [(x0, x1), (y0, y1)] = surface.ranges();
            let [x, y] = surface.start();
            assert!(x0 < x && x < x1 && y0 < y && y < y1, "{surface}");
        }
    }

    #[test]
    fn a_wrong_gradient_is_told_with_its_place() {
        let wrong = Surface::new("mine", |x, y| x * x + y * y, |x, y| [2.0 * x, y]);
        let error = wrong.check().unwrap_err().to_string();
        assert!(error.contains("mine: the gradient's y"), "{error}");
        assert!(error.contains("2.000000 at (1.0000, 1.0000)"), "{error}");
        let nan = Surface::new("mine", |x, y| x * x + y, |_, _| [f64::NAN, 1.0]);
        assert!(nan.check().is_err());
    }

    #[test]
    fn corners_are_no_mistakes_but_poles_at_the_start_are() {
        let corner = Surface::new("corner", |x, y| x.abs() + y, |x, _| [x.signum(), 1.0]);
        corner.from(0.0, 1.0).check().unwrap();
        let pole = Surface::new("pole", |x, y| 1.0 / x + y, |x, _| [-1.0 / (x * x), 1.0]);
        let error = pole.from(0.0, 0.0).check().unwrap_err().to_string();
        assert!(error.contains("inf at (0, 0)"), "{error}");
    }

    #[test]
    fn an_empty_part_of_the_plane_is_refused() {
        let error = Surface::ravine().shown((1.0, 1.0), (0.0, 1.0)).check();
        assert!(error.unwrap_err().to_string().contains("1 to 1"));
    }
}
