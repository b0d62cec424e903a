//! Letters: the crate's own fonts, how wide a text is, and how it is wrapped or shortened.
//!
//! The fonts are compiled in, so that a figure looks the same on every machine. Glyphs are set at
//! fractional positions with kerning; a character that the text font lacks comes from the symbols.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, GlyphId, PxScale, ScaleFont, point};

/// How heavy the letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    SemiBold,
}

struct Fonts {
    regular: FontRef<'static>,
    semi_bold: FontRef<'static>,
    symbols: FontRef<'static>,
}

static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let open = |bytes| {
        FontRef::try_from_slice(bytes)
            .expect("a font that the plot crate ships is unreadable; please report")
    };
    Fonts {
        regular: open(include_bytes!("../fonts/ChainruleSans-Regular.otf")),
        semi_bold: open(include_bytes!("../fonts/ChainruleSans-SemiBold.otf")),
        symbols: open(include_bytes!("../fonts/ChainruleSymbols.ttf")),
    }
});

/// The font's size is that of its em square; `ab_glyph` counts from ascent to descent.
fn scale(font: &FontRef<'_>, size: f64) -> PxScale {
    let per_em = font.units_per_em().unwrap_or(1000.0);
    PxScale::from(size as f32 * font.height_unscaled() / per_em)
}

fn font_for(c: char, weight: Weight) -> &'static FontRef<'static> {
    let main = match weight {
        Weight::Regular => &FONTS.regular,
        Weight::SemiBold => &FONTS.semi_bold,
    };
    if main.glyph_id(c).0 == 0 && FONTS.symbols.glyph_id(c).0 != 0 {
        &FONTS.symbols
    } else {
        main
    }
}

/// Calls `each` with every glyph's font, identity and pen position; returns the text's width.
fn walk(
    text: &str,
    size: f64,
    weight: Weight,
    mut each: impl FnMut(&'static FontRef<'static>, GlyphId, PxScale, f32),
) -> f32 {
    let mut pen = 0.0;
    let mut before: Option<(*const FontRef<'static>, GlyphId)> = None;
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        let font = font_for(c, weight);
        let px = scale(font, size);
        let scaled = font.as_scaled(px);
        let id = scaled.glyph_id(c);
        if let Some((same, left)) = before
            && std::ptr::eq(same, font)
        {
            pen += scaled.kern(left, id);
        }
        each(font, id, px, pen);
        pen += scaled.h_advance(id);
        before = Some((font, id));
    }
    pen
}

/// The text with digits of equal width, for numbers below each other.
pub(crate) fn tabular(text: &str) -> String {
    let wide = |c: char| match c.to_digit(10) {
        Some(digit) => char::from_u32(TABULAR_ZERO + digit).unwrap_or(c),
        None => c,
    };
    text.chars().map(wide).collect()
}

/// Where the crate's fonts have their digits of equal width: in the private use area.
const TABULAR_ZERO: u32 = 0xE000;

/// The width of one line of text, in the unit of `size`.
pub(crate) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    f64::from(walk(text, size, weight, |_, _, _, _| {}))
}

/// Rasterizes one line: `put(x, y, coverage)` in pixels relative to the start of the baseline,
/// shifted by the fractions `(dx, dy)` so that a text need not start on a whole pixel.
pub(crate) fn rasterize(
    text: &str,
    size: f64,
    weight: Weight,
    (dx, dy): (f64, f64),
    mut put: impl FnMut(i32, i32, f32),
) {
    walk(text, size, weight, |font, id, px, pen| {
        let glyph = id.with_scale_and_position(px, point(pen + dx as f32, dy as f32));
        if let Some(outline) = font.outline_glyph(glyph) {
            let bounds = outline.px_bounds();
            let (left, top) = (bounds.min.x as i32, bounds.min.y as i32);
            outline.draw(|x, y, coverage| put(left + x as i32, top + y as i32, coverage));
        }
    });
}

/// The text, or as much of it as fits into `room` with an ellipsis at its end.
pub(crate) fn shorten(text: &str, size: f64, weight: Weight, room: f64) -> String {
    let text = text.trim_end();
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    // The longest head that fits, by bisection: widths grow with length.
    let (mut fits, mut too_long) = (0, chars.len());
    while fits + 1 < too_long {
        let middle = usize::midpoint(fits, too_long);
        if width(&headed(&chars[..middle]), size, weight) <= room {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    headed(&chars[..fits])
}

fn headed(chars: &[char]) -> String {
    let head: String = chars.iter().collect();
    format!("{}…", head.trim_end())
}

/// Breaks a text at spaces (and at its own line ends) into at most `lines` lines that fit into
/// `room`; what is too long ends with an ellipsis. At least one line comes back.
pub(crate) fn wrap(text: &str, size: f64, weight: Weight, room: f64, lines: usize) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let mut rest: Vec<&str> = Vec::new();
    'paragraphs: for (i, paragraph) in text.lines().enumerate() {
        let mut line = String::new();
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        for (j, word) in words.iter().enumerate() {
            let longer = if line.is_empty() {
                (*word).to_owned()
            } else {
                format!("{line} {word}")
            };
            if line.is_empty() || width(&longer, size, weight) <= room {
                line = longer;
                continue;
            }
            done.push(std::mem::replace(&mut line, (*word).to_owned()));
            if done.len() == lines {
                rest.extend(&words[j..]);
                rest.extend(text.lines().skip(i + 1));
                break 'paragraphs;
            }
        }
        done.push(line);
        if done.len() == lines {
            rest.extend(text.lines().skip(i + 1));
            break;
        }
    }
    if done.is_empty() {
        done.push(String::new());
    }
    if let Some(last) = done.last_mut()
        && !rest.is_empty()
    {
        *last = format!("{last} {}", rest.join(" "));
    }
    for line in &mut done {
        *line = shorten(line, size, weight, room);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fonts_have_what_a_course_on_networks_writes() {
        let needed = "ABCxyz0123456789äöüßéñçøåłŷẑαβγδεζηθλμξπρστφχψωΓΔΘΛΣΦΨΩ∂∑∏∇√∞∫·×−±∓→←↑↓⇒≤≥≠≈\
            ∈∝∘⊙⊗⊕∀∃∥⌈⌉⌊⌋≡²³¹⁰⁴⁵⁶⁷⁸⁹⁺⁻ⁿᵀ₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₙ‰%…–—‘’“”«»°•†′″ℒℓℝ½\u{a0}\u{2009}\u{202f}\
            ДЖЯдж";
        let missing: Vec<char> = needed
            .chars()
            .filter(|&c| font_for(c, Weight::Regular).glyph_id(c).0 == 0)
            .filter(|c| !c.is_whitespace())
            .collect();
        assert!(missing.is_empty(), "missing {missing:?}");
    }

    #[test]
    fn letters_are_kerned_and_wide_letters_are_wider() {
        let sum = width("T", 20.0, Weight::Regular) + width("e", 20.0, Weight::Regular);
        assert!(width("Te", 20.0, Weight::Regular) < sum - 0.5);
        assert!(width("W", 20.0, Weight::Regular) > width("i", 20.0, Weight::Regular) * 2.0);
        assert!(width("Wide", 20.0, Weight::SemiBold) > width("Wide", 20.0, Weight::Regular));
        assert_eq!(width("", 20.0, Weight::Regular), 0.0);
    }

    #[test]
    fn tabular_digits_are_equally_wide() {
        let one = width(&tabular("1111"), 20.0, Weight::Regular);
        assert_eq!(one, width(&tabular("0808"), 20.0, Weight::Regular));
        assert!(one > width("1111", 20.0, Weight::Regular));
        assert_eq!(tabular("a-b"), "a-b");
    }

    #[test]
    fn a_digit_stands_on_the_baseline_and_is_as_high_as_it_should_be() {
        let (mut top, mut bottom) = (i32::MAX, i32::MIN);
        rasterize("1", 100.0, Weight::Regular, (0.0, 0.0), |_, y, coverage| {
            if coverage > 0.5 {
                top = top.min(y);
                bottom = bottom.max(y);
            }
        });
        assert_eq!(bottom, -1);
        assert!(
            (-76..=-68).contains(&top),
            "capitals are 0.727 em high: {top}"
        );
    }

    #[test]
    fn long_texts_are_shortened_and_wrapped_within_the_room() {
        let text = "Epochs: 15, Learning rate: 0.0001";
        for room in [0.0, 5.0, 20.0, 60.0, 130.0, 1000.0] {
            let short = shorten(text, 12.0, Weight::Regular, room);
            assert!(
                width(&short, 12.0, Weight::Regular) <= room.max(12.0),
                "{room} {short}"
            );
        }
        assert_eq!(shorten(text, 12.0, Weight::Regular, 1000.0), text);
        let lines = wrap(text, 12.0, Weight::Regular, 130.0, 2);
        assert_eq!(lines, ["Epochs: 15, Learning", "rate: 0.0001"]);
        let lines = wrap(
            "one two three four five six",
            12.0,
            Weight::Regular,
            50.0,
            2,
        );
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'), "{lines:?}");
        assert_eq!(wrap("", 12.0, Weight::Regular, 50.0, 2), [""]);
        assert_eq!(wrap("a\nb", 12.0, Weight::Regular, 50.0, 2), ["a", "b"]);
    }
}
