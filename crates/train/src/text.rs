//! Numbers that people read.

/// 55000 as `55 000`, with the narrow space that belongs there.
#[doc(hidden)]
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// 75.2 as `1 min 15 s`.
#[doc(hidden)]
pub fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match (whole / 60, whole % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_in_groups() {
        let spaced = |number| grouped(number).replace('\u{202f}', " ");
        assert_eq!(spaced(0), "0");
        assert_eq!(spaced(999), "999");
        assert_eq!(spaced(5_000), "5 000");
        assert_eq!(spaced(1_234_567), "1 234 567");
    }

    #[test]
    fn minutes_are_named_when_there_are_some() {
        assert_eq!(duration(59.4), "59 s");
        assert_eq!(duration(75.2), "1 min 15 s");
    }
}
