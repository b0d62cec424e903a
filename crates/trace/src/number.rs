//! A number as people write it: so many significant digits, no trailing zeros.

/// `0.26500` as `0.265`, `1.5e-7`, `-0.2`; never minus zero.
pub(crate) fn text(value: f64, digits: usize) -> String {
    let (mantissa, exponent) = parts(value, digits);
    match exponent {
        Some(exponent) => format!("{mantissa}e{exponent}"),
        None => mantissa,
    }
}

/// The same for LaTeX: `1.5\cdot 10^{-7}`.
pub(crate) fn latex(value: f64, digits: usize) -> String {
    let (mantissa, exponent) = parts(value, digits);
    let mantissa = match &*mantissa {
        "NaN" => "\\mathrm{NaN}".to_owned(),
        "∞" => "\\infty".to_owned(),
        "-∞" => "-\\infty".to_owned(),
        _ => mantissa,
    };
    match exponent {
        Some(exponent) => format!("{mantissa}\\cdot 10^{{{exponent}}}"),
        None => mantissa,
    }
}

/// The digits, and the power of ten where the number is too small or too large to be written out.
fn parts(value: f64, digits: usize) -> (String, Option<i32>) {
    if !value.is_finite() {
        let name = match value {
            value if value.is_nan() => "NaN",
            value if value > 0.0 => "∞",
            _ => "-∞",
        };
        return (name.to_owned(), None);
    }
    if value == 0.0 {
        return ("0".to_owned(), None);
    }
    let scientific = format!("{value:.*e}", digits.max(1) - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..7).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        return (trimmed(&format!("{value:.decimals$}")).to_owned(), None);
    }
    (trimmed(mantissa).to_owned(), Some(exponent))
}

fn trimmed(number: &str) -> &str {
    match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => number,
    }
}

/// Digits as superscripts: `12` becomes `¹²`; what has no superscript stays.
pub(crate) fn raised(text: &str) -> String {
    let raised = |c: char| match c {
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0' | '4'..='9' => char::from_u32(c as u32 - '0' as u32 + 0x2070).unwrap_or(c),
        other => other,
    };
    text.chars().map(raised).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_digits_and_no_more() {
        let table = [
            (0.265_000_000_01, "0.265"),
            (-0.2, "-0.2"),
            (0.565_865_1, "0.56587"),
            (-1.3, "-1.3"),
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (123_456.7, "123457"),
            (9.999_99, "10"),
            (2.5e-7, "2.5e-7"),
            (0.000_123_456_7, "0.00012346"),
            (-1.5e30, "-1.5e30"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-∞"),
        ];
        for (value, expected) in table {
            assert_eq!(text(value, 5), expected);
        }
        assert_eq!(latex(2.5e-7, 5), "2.5\\cdot 10^{-7}");
        assert_eq!(latex(f64::INFINITY, 5), "\\infty");
        assert_eq!(text(0.565_865_1, 3), "0.566");
        assert_eq!(raised("12"), "¹²");
    }
}
