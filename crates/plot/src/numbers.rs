//! Numbers as people read them: short, without binary noise, with a real minus sign.

/// Six significant digits at most, for descriptions: `0.9184`, `60000`, `2.5e-7`, `NaN`.
pub(crate) fn short(value: f64) -> String {
    significant(value, 6)
}

/// At most so many significant digits, without trailing zeros.
pub(crate) fn significant(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "-∞" }.to_owned();
    }
    if value.fract() == 0.0 && value.abs() < 1e9 {
        return format!("{:.0}", value + 0.0);
    }
    let scientific = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..9).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        return trim(&format!("{value:.decimals$}")).to_owned();
    }
    format!("{}e{exponent}", trim(mantissa))
}

fn trim(number: &str) -> &str {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    }
}

/// For a picture: integers in groups of three, a minus sign as wide as a plus.
pub(crate) fn display(value: f64) -> String {
    let text = if value.fract() == 0.0 && value.abs() < 1e15 {
        group(&format!("{value:.0}"))
    } else {
        significant(value, 4)
    };
    proper_minus(&text)
}

/// Five digits and more are set in groups of three with a narrow space.
pub(crate) fn group(number: &str) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = whole.trim_start_matches('-');
    if digits.len() < 5 {
        return number.to_owned();
    }
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{2009}');
        }
        out.push(c);
    }
    let sign = if whole.starts_with('-') { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{out}{point}{fraction}")
}

/// The minus sign instead of the hyphen; no minus zero.
pub(crate) fn proper_minus(number: &str) -> String {
    let digits = number.trim_start_matches('-');
    if digits.len() < number.len() && digits.chars().any(|c| c.is_ascii_digit() && c != '0') {
        format!("−{digits}")
    } else if digits.starts_with('∞') {
        number.replace('-', "−")
    } else {
        digits.to_owned()
    }
}

/// `×10⁵`.
pub(crate) fn power_of_ten(exponent: i32) -> String {
    let exponent = exponent.to_string();
    let raised = exponent.chars().map(|c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        other => char::from_u32(other as u32 - '0' as u32 + 0x2070).unwrap_or(other),
    });
    format!("×10{}", raised.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_descriptions() {
        let table = [
            (0.1 + 0.2, "0.3"),
            (0.918_400_01, "0.9184"),
            (60000.0, "60000"),
            (1_234_567.0, "1234567"),
            (2.5e-7, "2.5e-7"),
            (-1.5e30, "-1.5e30"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-∞"),
            (-0.0, "0"),
            (0.000_123_456_789, "0.000123457"),
            (999_999.5, "1000000"),
            (12_345.678, "12345.7"),
        ];
        for (value, text) in table {
            assert_eq!(short(value), text);
        }
    }

    #[test]
    fn numbers_for_pictures() {
        assert_eq!(display(5923.0), "5923");
        assert_eq!(display(-60000.0), "−60\u{2009}000");
        assert_eq!(display(0.98765), "0.9877");
        assert_eq!(display(-0.0), "0");
        assert_eq!(proper_minus("-0.00"), "0.00");
        assert_eq!(group("1234567.25"), "1\u{2009}234\u{2009}567.25");
        assert_eq!(power_of_ten(5), "×10⁵");
        assert_eq!(power_of_ten(-12), "×10⁻¹²");
    }
}
