//! Completions, with evcxr and without.

use chainrule_jupyter::{Completion, Completions};

use crate::cell::{MODULE, Statement};
use crate::engine::Variables;

/// evcxr's completions, without names that only the kernel knows.
pub(crate) fn from_evcxr(found: evcxr::Completions) -> Completions {
    let internal = |text: &str| {
        ["evcxr_", "chainrule_tell", MODULE]
            .iter()
            .any(|own| text.contains(own))
    };
    Completions {
        start: found.start_offset,
        end: found.end_offset,
        items: found
            .completions
            .into_iter()
            .filter(|item| !internal(&item.code))
            .map(|item| Completion {
                text: item.code,
                kind: Some(item.kind.to_owned()),
                signature: Some(item.label),
            })
            .collect(),
    }
}

/// Words of Rust that begin something.
const WORDS: [&str; 18] = [
    "for", "while", "loop", "match", "if", "else", "let", "let mut", "fn", "struct", "enum",
    "impl", "use", "return", "break", "continue", "true", "false",
];

/// Completions while a cell runs, when evcxr cannot be asked: variables, functions and types of
/// earlier cells, and the words of the language. Nothing behind a dot.
pub(crate) fn from_memory(
    code: &str,
    cursor: usize,
    variables: &Variables,
    items: &[(usize, Statement)],
) -> Completions {
    let start = start_of_name(code, cursor);
    let (before, word) = (&code[..start], &code[start..cursor]);
    let mut found = Completions {
        start,
        end: cursor,
        items: Vec::new(),
    };
    if before.trim_end().ends_with(['.', ':']) {
        return found;
    }
    let mut add = |text: &str, kind: &str, signature: Option<&str>| {
        let is_new = found.items.iter().all(|item| item.text != text);
        if text.starts_with(word) && is_new {
            found.items.push(Completion {
                text: text.to_owned(),
                kind: Some(kind.to_owned()),
                signature: signature.map(str::to_owned),
            });
        }
    };
    for (name, kind) in variables {
        add(name, "instance", Some(&format!("{name}: {kind}")));
    }
    for (_, item) in items.iter().rev() {
        if let Some((kind, name)) = named(&item.text) {
            add(&name, kind, None);
        }
    }
    for word in WORDS {
        add(word, "keyword", None);
    }
    found
}

/// What an item is and what it is called.
fn named(item: &str) -> Option<(&'static str, String)> {
    let mut words = item.split(|c: char| !c.is_alphanumeric() && c != '_');
    let kind = loop {
        match words.next()? {
            "fn" => break "function",
            "struct" | "enum" | "trait" | "type" => break "class",
            "mod" => break "module",
            "const" | "static" => break "instance",
            _ => {}
        }
    };
    let name = words.find(|word| !word.is_empty())?;
    Some((kind, name.to_owned()))
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn start_of_name(code: &str, cursor: usize) -> usize {
    let name = code[..cursor].chars().rev().take_while(|&c| is_name(c));
    cursor - name.map(char::len_utf8).sum::<usize>()
}

/// The end of the name that the cursor is in, with the parenthesis of a call.
pub(crate) fn end_of_name(code: &str, cursor: usize) -> usize {
    let name = code[cursor..].chars().take_while(|&c| is_name(c));
    let end = cursor + name.map(char::len_utf8).sum::<usize>();
    end + usize::from(code[end..].starts_with('(') && !code[..end].ends_with('('))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_without_evcxr() {
        let variables = Variables::from([("network".to_owned(), "Network".to_owned())]);
        let item = |text: &str| {
            let text = text.to_owned();
            (
                1,
                Statement {
                    text,
                    line: 1,
                    is_item: true,
                    functions: Vec::new(),
                },
            )
        };
        let items = [
            item("pub fn next(x: f64) {}"),
            item("#[derive(Debug)] struct Net { a: f64 }"),
        ];
        let texts = |code: &str| -> Vec<String> {
            let found = from_memory(code, code.len(), &variables, &items);
            found.items.into_iter().map(|item| item.text).collect()
        };
        assert_eq!(texts("let a = ne"), ["network", "next"]);
        assert_eq!(texts("N"), ["Net"]);
        assert_eq!(texts("wh"), ["while"]);
        assert!(texts("network.").is_empty());
        let found = from_memory("é + netw", "é + netw".len(), &variables, &items);
        assert_eq!((found.start, found.end), (5, 9));
    }

    #[test]
    fn a_name_ends_behind_its_parenthesis() {
        assert_eq!(end_of_name("a.build(1)", 4), 8);
        assert_eq!(end_of_name("model", 2), 5);
        assert_eq!(end_of_name("f(x)", 2), 3);
    }
}
