//! Toy problems: a handful of points that show what a network can and cannot do.

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::{Array1, Array2, Axis, array};

use crate::text::counted;

/// The most points that [`Toy::alternating_points`] gives: 2²⁰.
const MOST: u32 = 20;

/// A toy problem with two classes: points, and 0 or 1 for each.
///
/// ```
/// use chainrule_data::Toy;
///
/// let toy = Toy::alternating_points(2)?;
/// assert_eq!(toy.x.column(0).to_vec(), [0.0, 0.25, 0.5, 0.75]);
/// assert_eq!(toy.y.column(0).to_vec(), [0.0, 1.0, 0.0, 1.0]);
/// assert_eq!(Toy::xor().labels(), [0, 1, 1, 0]);
/// # Ok::<(), chainrule_data::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Toy {
    /// What the problem is called.
    pub name: String,
    /// The points, `[samples, features]`.
    pub x: Array2<f64>,
    /// 0 or 1 for each point, `[samples, 1]`.
    pub y: Array2<f64>,
}

impl Toy {
    /// The n-alternating-points problem: 2ⁿ points, evenly spaced from 0 to 1 − 2⁻ⁿ, whose labels
    /// are 0 and 1 in turn.
    ///
    /// A network with one hidden layer needs about as many units as there are points, a deep one
    /// about as many as n. Telgarsky, *Representation benefits of deep feedforward networks*
    /// (2015).
    ///
    /// # Errors
    ///
    /// When n is 0, since a single point does not alternate, or above 20.
    pub fn alternating_points(n: u32) -> Result<Self> {
        if !(1..=MOST).contains(&n) {
            let error = Error::new(ErrorKind::Value, "alternating points need a sensible n")
                .expected(format!("1 to {MOST}, for 2 to 2^{MOST} points"))
                .got(n.to_string());
            return Err(if n == 0 {
                error
                    .why("2^0 is a single point, and one point does not alternate")
                    .hint("Toy::alternating_points(3) has eight")
            } else {
                error
                    .why(format!(
                        "2^{n} points would not fit into memory, or take hours"
                    ))
                    .hint("3, 4 and 5 already show what is to be seen")
            });
        }
        let count = 1_u32 << n;
        let x = Array1::from_iter((0..count).map(|i| f64::from(i) / f64::from(count)));
        let y = Array1::from_iter((0..count).map(|i| f64::from(i % 2)));
        Ok(Self {
            name: format!("{n}-alternating points"),
            x: x.insert_axis(Axis(1)),
            y: y.insert_axis(Axis(1)),
        })
    }

    /// Exclusive or: the corners of the unit square, 1 where the two coordinates differ.
    ///
    /// No straight line parts the classes. Minsky and Papert, *Perceptrons* (1969).
    pub fn xor() -> Self {
        Self {
            name: "exclusive or".to_owned(),
            x: array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]],
            y: array![[0.0], [1.0], [1.0], [0.0]],
        }
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.x.nrows()
    }

    /// Never: a toy problem has points.
    pub fn is_empty(&self) -> bool {
        self.x.is_empty()
    }

    /// The classes as labels, one for each point.
    pub fn labels(&self) -> Vec<u8> {
        self.y.iter().map(|&y| u8::from(y > 0.5)).collect()
    }

    /// The points of one class, each as the row that it has in `x`.
    pub fn of_class(&self, class: u8) -> Vec<Vec<f64>> {
        let rows = self.x.rows().into_iter().zip(self.labels());
        rows.filter(|&(_, label)| label == class)
            .map(|(row, _)| row.to_vec())
            .collect()
    }
}

/// A table of the points; of many, the first ones.
impl fmt::Display for Toy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 16;
        write!(f, "{}: {}", self.name, counted(self.len(), "point"))?;
        for (x, y) in self.x.rows().into_iter().zip(&self.y).take(SHOWN) {
            let x: Vec<_> = x.iter().map(|x| format!("{x:<7}")).collect();
            write!(f, "\n  {}  {y}", x.join(" "))?;
        }
        if self.len() > SHOWN {
            write!(f, "\n  …")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_alternate_and_stay_below_one() {
        for n in 1..=10 {
            let toy = Toy::alternating_points(n).unwrap();
            assert_eq!(toy.len(), 1 << n);
            assert_eq!(toy.x[[toy.len() - 1, 0]], 1.0 - 0.5_f64.powi(n as i32));
            let labels = toy.labels();
            assert!(labels.windows(2).all(|pair| pair[0] != pair[1]) && labels[0] == 0);
            assert_eq!(toy.of_class(1).len(), toy.len() / 2);
        }
    }

    #[test]
    fn senseless_numbers_of_points_are_refused() {
        for n in [0, 21, 64, u32::MAX] {
            let text = Toy::alternating_points(n).unwrap_err().to_string();
            assert!(
                text.contains("1 to 20") && text.contains(&n.to_string()),
                "{text}"
            );
            assert!(text.contains("\n  try "), "{text}");
        }
    }

    #[test]
    fn a_toy_shows_its_points() {
        assert_eq!(
            Toy::xor().to_string(),
            "exclusive or: 4 points\n  \
             0       0        0\n  0       1        1\n  1       0        1\n  1       1        0"
        );
        let many = Toy::alternating_points(5).unwrap().to_string();
        assert!(many.ends_with("…") && many.lines().count() == 18, "{many}");
    }
}
