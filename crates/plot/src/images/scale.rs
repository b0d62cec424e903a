//! From values to colours: greys from black to white, or blue, white and red about zero.

use crate::palette::Rgb;
use crate::ticks::drawable;

/// Where there is no number. Neither a grey nor between blue and red, so that it is seen.
pub(super) const MISSING: Rgb = Rgb(0, 158, 115);

/// C. Brewer, RdBu with eleven classes (colorbrewer2.org), from blue to red: readable for
/// colour-blind people. Between the classes the colours are mixed.
const BLUE_TO_RED: [Rgb; 11] = [
    Rgb(5, 48, 97),
    Rgb(33, 102, 172),
    Rgb(67, 147, 195),
    Rgb(146, 197, 222),
    Rgb(209, 229, 240),
    Rgb(247, 247, 247),
    Rgb(253, 219, 199),
    Rgb(244, 165, 130),
    Rgb(214, 96, 77),
    Rgb(178, 24, 43),
    Rgb(103, 0, 31),
];

/// Smaller values are as good as zero: between them an axis has no room for numbers.
const LEAST_SPAN: f64 = 1e-290;

/// The values that one picture's colours stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Scale {
    /// One scale for all values: about zero if any of them is negative, from zero otherwise.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|&value| drawable(value))
            .fold((0.0f64, 0.0f64), |(low, high), v| (low.min(v), high.max(v)));
        if high - low < LEAST_SPAN {
            return Self::between(if low < 0.0 { -1.0 } else { 0.0 }, 1.0);
        }
        Self::between(low, high)
    }

    /// A scale over this range; widened to have zero in its middle if it begins below zero.
    pub(super) fn between(low: f64, high: f64) -> Self {
        if low < 0.0 {
            let most = high.abs().max(-low);
            Self {
                low: -most,
                high: most,
            }
        } else {
            Self { low, high }
        }
    }

    /// Whether the colours tell signs apart.
    pub(super) fn is_signed(&self) -> bool {
        self.low < 0.0
    }

    /// The colour of a value; beyond the ends, that of the end.
    pub(super) fn color(&self, value: f64, inverted: bool) -> Rgb {
        if !drawable(value) {
            return MISSING;
        }
        // Halves first: the whole span of the largest numbers would overflow.
        let share = (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        let share = share.clamp(0.0, 1.0);
        if self.is_signed() {
            let place = share * (BLUE_TO_RED.len() - 1) as f64;
            let below = (place.floor() as usize).min(BLUE_TO_RED.len() - 2);
            return BLUE_TO_RED[below].towards(BLUE_TO_RED[below + 1], place - below as f64);
        }
        let grey = (share * 255.0).round() as u8;
        let grey = if inverted { 255 - grey } else { grey };
        Rgb(grey, grey, grey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_is_blue_zero_is_white_positive_is_red() {
        let scale = Scale::of([-0.5, 0.1, f64::NAN, f64::INFINITY].into_iter());
        assert_eq!((scale.low, scale.high), (-0.5, 0.5));
        assert_eq!(scale.color(-0.5, false), BLUE_TO_RED[0]);
        assert_eq!(scale.color(0.0, false), BLUE_TO_RED[5]);
        assert_eq!(scale.color(0.5, false), BLUE_TO_RED[10]);
        assert_eq!(scale.color(9.0, false), BLUE_TO_RED[10]);
        assert_eq!(scale.color(f64::NAN, false), MISSING);
        let Rgb(r, _, b) = scale.color(0.05, false);
        assert!(r > b, "a little above zero is a little red");
    }

    #[test]
    fn values_without_a_sign_are_grey() {
        let scale = Scale::of([0.0, 0.25, 1.0].into_iter());
        assert!(!scale.is_signed());
        assert_eq!(scale.color(0.0, false), Rgb(0, 0, 0));
        assert_eq!(scale.color(1.0, false), Rgb(255, 255, 255));
        assert_eq!(scale.color(1.0, true), Rgb(0, 0, 0));
        assert_eq!(scale.color(0.5, false), Rgb(128, 128, 128));
    }

    #[test]
    fn any_values_have_a_scale() {
        assert_eq!(
            Scale::of([].into_iter()),
            Scale {
                low: 0.0,
                high: 1.0
            }
        );
        assert_eq!(
            Scale::of([0.0, 0.0].into_iter()),
            Scale {
                low: 0.0,
                high: 1.0
            }
        );
        let wide = Scale::of([-1e300, 1e300].into_iter());
        assert_eq!(wide.color(1e300, false), BLUE_TO_RED[10]);
        assert_eq!(wide.color(0.0, false), BLUE_TO_RED[5]);
        let tiny = Scale::of([-1e-310].into_iter());
        assert_eq!((tiny.low, tiny.high), (-1.0, 1.0));
    }
}
