//! `:vars`: the variables as a table.

use std::fmt::Write as _;

use crate::engine::Variables;

/// Names and types, as text and as HTML.
pub(crate) fn variables(variables: &Variables) -> (String, String) {
    if variables.is_empty() {
        let none = "There are no variables yet.".to_owned();
        return (none.clone(), format!("<p>{none}</p>"));
    }
    let rows: Vec<_> = variables
        .iter()
        .map(|(name, kind)| (name, short(kind)))
        .collect();
    let width = rows
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    let mut html = String::from(
        "<table><thead><tr><th style=\"text-align:left\">variable</th>\
         <th style=\"text-align:left\">type</th></tr></thead><tbody>",
    );
    for (name, kind) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<width$}  {kind}");
        let kind = kind
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        let _ = write!(
            html,
            "<tr><td style=\"text-align:left\"><code>{name}</code></td>\
             <td style=\"text-align:left\"><code>{kind}</code></td></tr>"
        );
    }
    html.push_str("</tbody></table>");
    (text.trim_end().to_owned(), html)
}

/// A type as a student would write it: without paths, and arrays by their usual names.
pub(crate) fn short(kind: &str) -> String {
    let mut short = String::with_capacity(kind.len());
    for part in kind.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_' && c != ':') {
        let (name, end) = match part.char_indices().next_back() {
            Some((at, c)) if !c.is_alphanumeric() && c != '_' && c != ':' => part.split_at(at),
            _ => (part, ""),
        };
        short.push_str(name.rsplit("::").next().unwrap_or(name));
        short.push_str(end);
    }
    array(&short).unwrap_or(short)
}

/// `ArrayBase<OwnedRepr<f64>, Dim<[usize; 2]>, f64>` as `Array2<f64>`.
fn array(kind: &str) -> Option<String> {
    let rest = kind.strip_prefix("ArrayBase<")?;
    let (owner, rest) = rest.split_once('<')?;
    let (element, rest) = rest.split_once('>')?;
    let name = match owner {
        "OwnedRepr" => "Array",
        "OwnedArcRepr" => "ArcArray",
        _ => return None,
    };
    let dimensions = rest
        .split_once("[usize; ")
        .and_then(|(_, rest)| rest.split_once(']'));
    Some(match dimensions {
        Some((dimensions, _)) => format!("{name}{dimensions}<{element}>"),
        None => format!("{name}D<{element}>"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_read_as_a_student_writes_them() {
        for (long, written) in [
            (
                "ndarray::prelude::ArrayBase<ndarray::OwnedRepr<f64>, ndarray::prelude::Dim<[usize; 2]>, f64>",
                "Array2<f64>",
            ),
            (
                "std::collections::HashMap<String, Vec<i32>>",
                "HashMap<String, Vec<i32>>",
            ),
            ("Network", "Network"),
            ("(f64, [u8; 3])", "(f64, [u8; 3])"),
        ] {
            assert_eq!(short(long), written);
        }
    }

    #[test]
    fn the_table_has_every_variable() {
        let variables_ = Variables::from([
            ("a".into(), "Vec<f64>".into()),
            ("net".into(), "nn::Network".into()),
        ]);
        let (text, html) = variables(&variables_);
        assert_eq!(text, "a    Vec<f64>\nnet  Network");
        assert!(html.contains("<code>Vec&lt;f64&gt;</code>"));
        assert!(variables(&Variables::new()).0.contains("no variables"));
    }
}
