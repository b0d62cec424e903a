//! At which values a contour lies, and the colours between them.

use chainrule_error::{Error, ErrorKind, Result};

use crate::log_axis::{log_y_axis, placeable};
use crate::numbers::{display, short};
use crate::palette::Rgb;
use crate::ticks::{Axis, Notation, drawable};

use super::Spacing;
use super::grid::Grid;

/// Levels at equal distances, about.
const MOST: usize = 12;
/// From the greatest level down to the least, at most.
const DECADES: f64 = 5.0;
/// Below all levels, and above them: pale, since the paths are what is to be seen. The names of
/// the series' colours keep a good distance from both.
const LOWEST: Rgb = Rgb(178, 194, 214);
const HIGHEST: Rgb = Rgb(250, 250, 247);
/// The function has no value here.
pub(super) const NOWHERE: Rgb = Rgb(222, 222, 222);

/// Values that rise, with what is written beside them; where nothing is, the text is empty.
pub(super) struct Levels {
    pub(super) all: Vec<(f64, String)>,
    /// What the texts are to be multiplied by.
    pub(super) factor: Option<String>,
    logarithmic: bool,
}

impl Levels {
    pub(super) fn find(spacing: &Spacing, grid: &Grid, place: &str) -> Result<Self> {
        let (low, high) = grid.extremes().unwrap_or((0.0, 1.0));
        let axis = match spacing {
            Spacing::Given(levels) => return Self::given(levels, place),
            Spacing::Equal if high - low > low.abs().max(high.abs()) * 1e-9 => {
                Axis::new(low, high, MOST, false, Notation::Auto)
            }
            // A plane: one level says what it is.
            Spacing::Equal => {
                return Ok(Self {
                    all: vec![(low, display(low))],
                    factor: None,
                    logarithmic: false,
                });
            }
            Spacing::Logarithmic => {
                if !placeable(high) {
                    let what = format!("{place}, logarithmic levels");
                    return Err(Error::new(ErrorKind::Value, what)
                        .expected("positive values")
                        .got(format!("values from {} to {}", short(low), short(high)))
                        .hint("leave .log_levels() out, or give .levels(&[…])"));
                }
                let positive = grid.finite().filter(|&value| placeable(value));
                let least = positive.fold(high, f64::min);
                let low = least.max(high / 10_f64.powf(DECADES)).min(high / 2.0);
                log_y_axis((low, high), 300.0)
            }
        };
        // No value lies beyond the ends, and a band beyond them would be empty.
        let inside = axis.ticks.into_iter();
        let inside = inside.filter(|&(level, _)| low < level && level < high);
        Ok(Self {
            all: inside.collect(),
            factor: axis.factor,
            logarithmic: axis.log,
        })
    }

    fn given(levels: &[f64], place: &str) -> Result<Self> {
        let rising = levels.windows(2).all(|pair| pair[0] < pair[1]);
        if levels.is_empty() || !rising || !levels.iter().all(|&level| drawable(level)) {
            let got: Vec<_> = levels.iter().map(|&level| short(level)).collect();
            return Err(Error::new(ErrorKind::Value, format!("{place}, levels"))
                .expected("at least one finite level, each above the one before")
                .got(format!("[{}]", got.join(", "))));
        }
        Ok(Self {
            all: levels.iter().map(|&l| (l, display(l))).collect(),
            factor: None,
            logarithmic: false,
        })
    }

    /// Which band a value lies in: 0 below all levels; none where there is no value.
    pub(super) fn band(&self, value: f64) -> Option<usize> {
        (!value.is_nan()).then(|| self.all.partition_point(|(level, _)| *level <= value))
    }

    /// The colour of a band.
    pub(super) fn color(&self, band: Option<usize>) -> Rgb {
        band.map_or(NOWHERE, |band| {
            LOWEST.towards(HIGHEST, band as f64 / self.all.len() as f64)
        })
    }

    pub(super) fn describe(&self) -> String {
        let kind = if self.logarithmic { "logarithmic " } else { "" };
        let count = self.all.len();
        let many = if count == 1 { "level" } else { "levels" };
        match (self.all.first(), self.all.last()) {
            (Some((first, _)), Some((last, _))) if count > 1 => {
                format!(
                    "{count} {kind}{many}, from {} to {}.",
                    short(*first),
                    short(*last)
                )
            }
            (Some((only, _)), _) => format!("1 {kind}level at {}.", short(*only)),
            _ => "no levels.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(values: &[f64]) -> Grid {
        let rows = vec![values.to_vec(), values.to_vec()];
        Grid {
            x_range: (0.0, 1.0),
            y_range: (0.0, 1.0),
            rows,
        }
    }

    fn find(spacing: &Spacing, values: &[f64]) -> Vec<f64> {
        let levels = Levels::find(spacing, &grid(values), "x").unwrap();
        levels.all.iter().map(|(level, _)| *level).collect()
    }

    #[test]
    fn levels_are_round_numbers_within_the_values() {
        let equal = find(&Spacing::Equal, &[-0.25, 1.9]);
        assert_eq!(equal.len(), 11);
        assert_eq!((equal[0], equal[10]), (-0.2, 1.8));
        let log = find(&Spacing::Logarithmic, &[0.0, 2500.0, 30.0]);
        assert!(
            log.len() > 5 && log[0] >= 0.025 && log.last() <= Some(&2500.0),
            "{log:?}"
        );
        for pair in log.windows(2) {
            assert!(pair[1] / pair[0] <= 10.1, "{log:?}");
        }
        assert_eq!(find(&Spacing::Equal, &[3.0, 3.0]), [3.0]);
    }

    #[test]
    fn a_value_lies_in_the_band_above_its_level() {
        let spacing = Spacing::Given(vec![1.0, 2.0]);
        let levels = Levels::find(&spacing, &grid(&[0.0, 3.0]), "x").unwrap();
        let bands = [0.5, 1.0, 1.5, 2.0, 9.0].map(|value| levels.band(value));
        assert_eq!(bands, [0, 1, 1, 2, 2].map(Some));
        assert_eq!(levels.band(f64::NAN), None);
        assert_eq!(levels.color(Some(0)), LOWEST);
        assert_eq!(levels.color(Some(2)), HIGHEST);
        assert_eq!(levels.color(None), NOWHERE);
    }
}
