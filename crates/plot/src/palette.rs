//! Colours, dashes and markers that any two readers can tell apart.
//!
//! The series colours are those of M. Okabe and K. Ito, "Color Universal Design: How to make
//! figures and presentations that are friendly to colorblind people" (2002, revised 2008), without
//! the yellow, which is too faint on white. A series also has a dash pattern of its own, and a
//! class of points a shape of its own, for readers and printers that see no colours.

/// A colour: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// The colours of series and classes, in their order.
pub const SERIES_COLORS: [Rgb; 7] = [
    Rgb(0, 114, 178),
    Rgb(213, 94, 0),
    Rgb(0, 158, 115),
    Rgb(204, 121, 167),
    Rgb(230, 159, 0),
    Rgb(86, 180, 233),
    Rgb(60, 60, 60),
];

impl Rgb {
    /// This colour over white, at this share of its strength.
    pub(crate) fn over_white(self, alpha: f64) -> Self {
        WHITE.towards(self, alpha)
    }

    /// How light it is, 0 to 1; WCAG 2's relative luminance.
    pub(crate) fn luminance(self) -> f64 {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// How well one stands out from the other, 1 to 21; WCAG 2's contrast ratio.
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance() + 0.05, other.luminance() + 0.05);
        (a / b).max(b / a)
    }

    /// The colour this share of the way to another one.
    pub(crate) fn towards(self, other: Self, share: f64) -> Self {
        let mix = |a: u8, b: u8| f64::from(a) * (1.0 - share) + f64::from(b) * share;
        let mix = |a, b| mix(a, b).round() as u8;
        Self(
            mix(self.0, other.0),
            mix(self.1, other.1),
            mix(self.2, other.2),
        )
    }
}

pub(crate) const WHITE: Rgb = Rgb(255, 255, 255);
/// Titles.
pub(crate) const INK: Rgb = Rgb(28, 32, 38);
/// Labels.
pub(crate) const TEXT: Rgb = Rgb(64, 70, 79);
/// Tick labels, captions, muted cells.
pub(crate) const FAINT: Rgb = Rgb(101, 108, 118);
pub(crate) const GRID: Rgb = Rgb(231, 234, 238);
/// Curves that stand behind others.
pub(crate) const BACKDROP: Rgb = Rgb(206, 211, 218);
pub(crate) const SPINE: Rgb = Rgb(150, 157, 167);
pub(crate) const BEST: Rgb = Rgb(221, 238, 248);
pub(crate) const BEST_TEXT: Rgb = Rgb(0, 80, 130);
pub(crate) const WARN: Rgb = Rgb(255, 244, 235);
pub(crate) const WARN_EDGE: Rgb = Rgb(240, 190, 150);
pub(crate) const WARN_TEXT: Rgb = Rgb(158, 62, 0);

/// Lengths of stroke and gap in turn, for lines of the usual width; empty for a solid line.
const DASHES: [&[f64]; 4] = [&[], &[7.0, 3.5], &[2.2, 3.0], &[9.0, 3.0, 2.2, 3.0]];

/// The shape of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Marker {
    /// A filled circle.
    Disc,
    /// A filled square.
    Square,
    /// A filled triangle that points up.
    Triangle,
    /// A filled square on its corner.
    Diamond,
    /// A diagonal cross.
    Cross,
}

const MARKERS: [Marker; 5] = [
    Marker::Disc,
    Marker::Square,
    Marker::Triangle,
    Marker::Diamond,
    Marker::Cross,
];

/// The colour of the series with this number, counted from zero.
pub(crate) fn color(index: usize) -> Rgb {
    SERIES_COLORS[index % SERIES_COLORS.len()]
}

/// The dash pattern of the series with this number: 28 series pass before a pair repeats.
pub(crate) fn dash(index: usize) -> &'static [f64] {
    DASHES[index % DASHES.len()]
}

/// The shape of the class with this number.
pub(crate) fn marker(index: usize) -> Marker {
    MARKERS[index % MARKERS.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_eight_series_differ_in_colour_or_dash() {
        let mut seen = std::collections::HashSet::new();
        for i in 0..28 {
            assert!(seen.insert((color(i), dash(i).len(), dash(i).first().map(|d| *d as u32))));
        }
    }

    #[test]
    fn texts_stand_out_from_their_ground() {
        // 4.5 is what WCAG 2 asks of ordinary text.
        for (text, ground) in [
            (FAINT, WHITE),
            (TEXT, WHITE),
            (BEST_TEXT, BEST),
            (WARN_TEXT, WARN),
        ] {
            let ratio = ground.contrast(text);
            assert!(ratio >= 4.5, "{text:?} on {ground:?}: {ratio:.2}");
        }
    }
}
