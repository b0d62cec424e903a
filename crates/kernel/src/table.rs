//! `:vars`: the variables as a table.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::engine::Variables;

/// Sizes of variables, by name, as the library tells them.
pub(crate) type Sizes = HashMap<String, String>;

/// What asks the library for the sizes of the variables.
pub(crate) fn question(variables: &Variables) -> String {
    let sizes: Vec<_> = variables
        .keys()
        .map(|name| format!("({name:?}, (&({name})).chainrule_size())"))
        .collect();
    format!(
        "{{ use chainrule::notebook::cell::{{NoSize as _, Size as _}}; \
         chainrule::notebook::cell::sizes(&[{}]); }};",
        sizes.join(", ")
    )
}

/// Names, types and sizes, as text and as HTML.
pub(crate) fn variables(variables: &Variables, sizes: &Sizes) -> (String, String) {
    if variables.is_empty() {
        let none = "There are no variables yet.".to_owned();
        return (none.clone(), format!("<p>{none}</p>"));
    }
    let size = |name: &String| sizes.get(name).map_or("", String::as_str);
    let rows: Vec<_> = variables
        .iter()
        .map(|(name, kind)| (name, short(kind), size(name)))
        .collect();
    let widest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or(0);
    let width = widest(&mut rows.iter().map(|(name, ..)| name.chars().count()));
    let types = widest(&mut rows.iter().map(|(_, kind, _)| kind.chars().count()));
    let mut text = String::new();
    let mut html = String::from(
        "<table><thead><tr><th style=\"text-align:left\">variable</th>\
         <th style=\"text-align:left\">type</th>\
         <th style=\"text-align:left\">size</th></tr></thead><tbody>",
    );
    for (name, kind, size) in rows {
        // Writing to a string cannot fail.
        let line = format!("{name:<width$}  {kind:<types$}  {size}");
        let _ = writeln!(text, "{}", line.trim_end());
        let kind = kind
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        let _ = write!(
            html,
            "<tr><td style=\"text-align:left\"><code>{name}</code></td>\
             <td style=\"text-align:left\"><code>{kind}</code></td>\
             <td style=\"text-align:left\">{size}</td></tr>"
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
        let sizes = Sizes::from([("a".into(), "[3]".into())]);
        let (text, html) = variables(&variables_, &sizes);
        assert_eq!(text, "a    Vec<f64>  [3]\nnet  Network");
        assert!(question(&variables_).contains("(\"a\", (&(a)).chainrule_size())"));
        assert!(html.contains("<code>Vec&lt;f64&gt;</code>"));
        assert!(
            variables(&Variables::new(), &sizes)
                .0
                .contains("no variables")
        );
    }
}
