//! Finding a step by its name, however it is written.

use chainrule_error::{Error, ErrorKind};

/// A name in the form of a key: ∂C/∂W¹, dC/dW1 and dW¹ are `dW1`.
pub(crate) fn key(name: &str) -> String {
    let mut plain = String::new();
    for c in name.trim().chars() {
        match c {
            '¹' => plain.push('1'),
            '²' => plain.push('2'),
            '³' => plain.push('3'),
            '⁰' => plain.push('0'),
            '⁴'..='⁹' => plain.push(char::from(b'0' + (c as u32 - 0x2070) as u8)),
            '₀'..='₉' => plain.push(char::from(b'0' + (c as u32 - 0x2080) as u8)),
            'δ' => plain.push_str("delta"),
            'σ' => plain.push('s'),
            'γ' => plain.push_str("gamma"),
            'β' => plain.push_str("beta"),
            'μ' => plain.push_str("mu"),
            // The hat of x̂ is a letter of its own.
            '\u{302}' => plain.push_str("hat"),
            '′' | '’' => plain.push('\''),
            'ŷ' => plain.push_str("yhat"),
            'ã' => plain.push_str("dropped"),
            '∂' => plain.push('d'),
            '·' => plain.push('_'),
            '^' | ' ' | '{' | '}' | '\\' => {}
            c => plain.push(c),
        }
    }
    let plain = plain.replace("sigma'", "s'").replace("s_prime", "s'");
    let plain = match plain.strip_prefix("dC/d") {
        Some(rest) => match rest.strip_prefix('z') {
            Some(layer) => format!("delta{layer}"),
            None => format!("d{rest}"),
        },
        None => plain,
    };
    match plain.strip_prefix("dz") {
        Some(layer) => format!("delta{layer}"),
        None => plain,
    }
}

/// The error for a name that is no step's, with the nearest ones.
pub(crate) fn unknown(name: &str, known: &[&str]) -> Error {
    let wanted = key(name);
    let nearest = known.iter().min_by_key(|known| distance(&wanted, known));
    let error = Error::new(ErrorKind::Value, format!("the trace has no step {name:?}"))
        .expected(format!("one of {}", known.join(", ")));
    match nearest {
        Some(nearest) => error.hint(format!("{nearest:?} is the nearest")),
        None => error,
    }
}

/// How many letters have to be changed, put in or taken out; one of another case counts little.
/// Levenshtein, *Binary codes capable of correcting deletions, insertions and reversals* (1966).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).map(|j| 2 * j).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = 2 * (i + 1);
        for (j, y) in b.iter().enumerate() {
            let change = match x {
                x if x == y => 0,
                x if x.eq_ignore_ascii_case(y) => 1,
                _ => 2,
            };
            let next = (corner + change).min(row[j] + 2).min(row[j + 1] + 2);
            corner = std::mem::replace(&mut row[j + 1], next);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_be_written_in_many_ways() {
        for (written, expected) in [
            ("∂C/∂W¹", "dW1"),
            ("dC/dW1", "dW1"),
            ("dW1", "dW1"),
            ("σ′(z¹)", "s'(z1)"),
            ("sigma'(z1)", "s'(z1)"),
            ("δ²", "delta2"),
            ("dz2", "delta2"),
            ("∂C/∂z²", "delta2"),
            ("z^12", "z12"),
            ("ã¹", "dropped1"),
            ("a¹·²", "a1_2"),
        ] {
            assert_eq!(key(written), expected, "{written}");
        }
    }

    #[test]
    fn the_nearest_name_is_offered() {
        let known = ["z1", "a1", "delta1", "dW1", "db1"];
        for (name, nearest) in [
            ("dw1", "dW1"),
            ("delta7", "delta1"),
            ("dB1", "db1"),
            ("A1", "a1"),
        ] {
            let error = unknown(name, &known).to_string();
            assert!(
                error.contains(&format!("{nearest:?} is the nearest")),
                "{error}"
            );
        }
    }
}
