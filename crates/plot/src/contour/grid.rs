//! A surface as values on a regular grid, and what it is between them.

use chainrule_error::{Error, ErrorKind, Result};

use crate::ticks::drawable;

/// Columns and rows of the grid that a function is looked at on: fine enough that no eye sees the
/// straight lines between.
const COLUMNS: usize = 601;
const ROWS: usize = 401;

#[derive(Clone, Debug)]
pub(super) struct Grid {
    pub(super) x_range: (f64, f64),
    pub(super) y_range: (f64, f64),
    /// A row for each y, from low to high.
    pub(super) rows: Vec<Vec<f64>>,
}

impl Grid {
    pub(super) fn of(
        x_range: (f64, f64),
        y_range: (f64, f64),
        function: impl Fn(f64, f64) -> f64,
    ) -> Self {
        let along = |(low, high): (f64, f64), i: usize, of: usize| {
            low + (high - low) * i as f64 / (of - 1) as f64
        };
        let row = |r| {
            let y = along(y_range, r, ROWS);
            let value = |c| function(along(x_range, c, COLUMNS), y);
            (0..COLUMNS).map(value).collect()
        };
        Self {
            x_range,
            y_range,
            rows: (0..ROWS).map(row).collect(),
        }
    }

    pub(super) fn check(&self, place: &str) -> Result<()> {
        let (rows, columns) = (self.rows.len(), self.rows.first().map_or(0, Vec::len));
        if rows < 2 || columns < 2 {
            return Err(Error::new(ErrorKind::Shape, format!("{place}, values"))
                .expected("at least two rows of two values")
                .got(format!("rows: {rows}, columns: {columns}")));
        }
        if let Some((r, row)) = self
            .rows
            .iter()
            .enumerate()
            .find(|(_, row)| row.len() != columns)
        {
            return Err(Error::new(ErrorKind::Shape, format!("{place}, row {r}"))
                .expected(format!("{columns} values, as in the first row"))
                .got(format!("{} values", row.len())));
        }
        if self.extremes().is_none() {
            return Err(Error::new(ErrorKind::NotFinite, format!("{place}, values"))
                .expected("finite values")
                .got("none")
                .hint("look at the function's value in the middle of the ranges"));
        }
        Ok(())
    }

    fn all(&self) -> impl Iterator<Item = f64> + '_ {
        self.rows.iter().flatten().copied()
    }

    pub(super) fn finite(&self) -> impl Iterator<Item = f64> + '_ {
        self.all().filter(|&value| drawable(value))
    }

    /// The least and the greatest finite value.
    pub(super) fn extremes(&self) -> Option<(f64, f64)> {
        let first = self.finite().next()?;
        let wider = |(low, high): (f64, f64), value: f64| (low.min(value), high.max(value));
        Some(self.finite().fold((first, first), wider))
    }

    pub(super) fn missing(&self) -> usize {
        self.all().count() - self.finite().count()
    }

    /// The value at shares of the ranges, 0 to 1 from the low ends: bilinear between the four
    /// neighbours, and NaN beside one that is not finite.
    pub(super) fn at(&self, across: f64, up: f64) -> f64 {
        let split = |share: f64, count: usize| {
            let place = share.clamp(0.0, 1.0) * (count - 1) as f64;
            let before = (place as usize).min(count - 2);
            (before, place - before as f64)
        };
        let (c, x) = split(across, self.rows[0].len());
        let (r, y) = split(up, self.rows.len());
        let [low, high] =
            [&self.rows[r], &self.rows[r + 1]].map(|row| mixed(row[c], row[c + 1], x));
        let value = mixed(low, high, y);
        if drawable(value) { value } else { f64::NAN }
    }
}

fn mixed(a: f64, b: f64, share: f64) -> f64 {
    a * (1.0 - share) + b * share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_is_the_same_plane_between_its_corners() {
        let grid = Grid {
            x_range: (0.0, 1.0),
            y_range: (0.0, 1.0),
            rows: vec![vec![0.0, 2.0, 4.0], vec![1.0, 3.0, 5.0]],
        };
        for (across, up) in [(0.0, 0.0), (1.0, 1.0), (0.3, 0.8), (0.5, 0.25)] {
            assert!((grid.at(across, up) - (4.0 * across + up)).abs() < 1e-12);
        }
        assert_eq!((grid.extremes(), grid.missing()), (Some((0.0, 5.0)), 0));
    }

    #[test]
    fn a_function_is_taken_at_both_ends_of_its_ranges() {
        let grid = Grid::of((-1.0, 3.0), (5.0, 6.0), |x, y| x * 10.0 + y);
        assert_eq!(grid.rows[0][0], -5.0);
        assert_eq!(grid.rows[ROWS - 1][COLUMNS - 1], 36.0);
    }

    #[test]
    fn beside_what_is_not_finite_there_is_no_value() {
        let rows = vec![vec![0.0, f64::INFINITY], vec![1.0, 1e301]];
        let grid = Grid {
            x_range: (0.0, 1.0),
            y_range: (0.0, 1.0),
            rows,
        };
        assert!(grid.at(0.5, 0.5).is_nan());
        assert_eq!(grid.missing(), 2);
    }
}
