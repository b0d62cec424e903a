//! A file of the standard library without what says nothing about names and types.

use std::borrow::Cow;
use std::ops::Range;

use ra_ap_syntax::ast::{self, AstNode as _, AstToken as _, HasName as _};
use ra_ap_syntax::{Edition, NodeOrToken, SourceFile, SyntaxElement, SyntaxKind, SyntaxNode};

/// Whether the file's own macros are still to be expanded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Macros {
    /// They are: definitions stay, and calls stay as they are, since what a macro matches and what
    /// it makes of it belong together.
    Needed,
    /// The compiler has done so: of the definitions, those for other crates stay.
    Expanded,
}

/// Attributes that the compiler alone reads. There are more of them than there are functions.
const FOR_THE_COMPILER: [&str; 24] = [
    "allow",
    "automatically_derived",
    "cold",
    "deny",
    "expect",
    "inline",
    "must_use",
    "optimize",
    "rustc_allow_const_fn_unstable",
    "rustc_as_ptr",
    "rustc_confusables",
    "rustc_const_stable",
    "rustc_const_unstable",
    "rustc_diagnostic_item",
    "rustc_inherit_overflow_checks",
    "rustc_never_returns_null_ptr",
    "rustc_no_implicit_autorefs",
    "rustc_on_unimplemented",
    "rustc_promotable",
    "rustc_should_not_be_called_on_const_items",
    "stable",
    "target_feature",
    "track_caller",
    "warn",
];

/// The text with `{}` for the body of every function, without comments and without attributes that
/// only the compiler reads. Documentation is kept, as one comment for each item rather than one
/// for each line: rust-analyzer keeps every token of every file.
pub(super) fn reduced(text: &str, macros: Macros) -> String {
    let parsed = SourceFile::parse(text, Edition::Edition2024);
    let mut edits = Vec::new();
    collect(&parsed.syntax_node(), macros, &mut edits);
    edits.sort_by_key(|(range, _)| range.start);
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for (range, replacement) in edits {
        kept.push_str(&text[from..range.start]);
        kept.push_str(&replacement);
        from = range.end;
    }
    kept + &text[from..]
}

type Edits = Vec<(Range<usize>, String)>;

fn collect(node: &SyntaxNode, macros: Macros, edits: &mut Edits) {
    documentation(node, edits);
    for child in node.children() {
        match child.kind() {
            SyntaxKind::TOKEN_TREE => {}
            SyntaxKind::ATTR => {
                if is_for_the_compiler(&child) {
                    edits.push((range(&child.into()), String::new()));
                }
            }
            SyntaxKind::PATH_TYPE if macros == Macros::Expanded && is_field(node) => {
                match by_parameters(&child) {
                    Some(text) => edits.push((range(&child.into()), text)),
                    None => collect(&child, macros, edits),
                }
            }
            SyntaxKind::BLOCK_EXPR if is_body(node) => {
                edits.push((range(&child.into()), "{}".to_owned()));
            }
            SyntaxKind::MACRO_RULES
                if macros == Macros::Expanded && !has_attribute(&child, "macro_export") =>
            {
                edits.push((range(&child.into()), String::new()));
            }
            _ => collect(&child, macros, edits),
        }
    }
}

/// Whether it is a function whose body says nothing. One that returns some `impl Trait` keeps its
/// body: it alone says which type that is.
fn is_body(node: &SyntaxNode) -> bool {
    ast::Fn::cast(node.clone()).is_some_and(|function| {
        let hidden = function.ret_type().is_some_and(|returns| {
            let mut nodes = returns.syntax().descendants();
            nodes.any(|node| node.kind() == SyntaxKind::IMPL_TRAIT_TYPE)
        });
        function.name().is_some() && !hidden
    })
}

fn is_field(node: &SyntaxNode) -> bool {
    matches!(
        node.kind(),
        SyntaxKind::RECORD_FIELD | SyntaxKind::TUPLE_FIELD
    )
}

/// What a field says of its struct's parameters, where its own type is hashbrown's, which `std`
/// calls `base` and rust-analyzer is not told of. By a field of unknown type it would take the
/// parameters of a `HashMap` for unused, and find no type for `map.get(&key)`.
fn by_parameters(kind: &SyntaxNode) -> Option<String> {
    let text = kind.text().to_string();
    if !text.starts_with("base::") {
        return None;
    }
    let list = kind.descendants().find_map(ast::GenericArgList::cast)?;
    let arguments = list.generic_args().map(|argument| match argument {
        ast::GenericArg::LifetimeArg(lifetime) => format!("&{} ()", lifetime.syntax().text()),
        other => other.syntax().text().to_string(),
    });
    let arguments: Vec<_> = arguments.collect();
    Some(format!(
        "crate::marker::PhantomData<({},)>",
        arguments.join(", ")
    ))
}

fn is_for_the_compiler(attribute: &SyntaxNode) -> bool {
    name_of(attribute).is_some_and(|name| {
        FOR_THE_COMPILER.contains(&name.as_str()) || name.starts_with("diagnostic")
    })
}

fn has_attribute(node: &SyntaxNode, name: &str) -> bool {
    let mut attributes = node.children().filter_map(ast::Attr::cast);
    attributes.any(|attribute| name_of(attribute.syntax()).is_some_and(|own| own == name))
}

fn name_of(attribute: &SyntaxNode) -> Option<String> {
    let mut paths = attribute.descendants().filter_map(ast::Path::cast);
    Some(paths.next()?.syntax().text().to_string())
}

/// Joins the documentation at the head of an item, and drops comments that are none.
fn documentation(node: &SyntaxNode, edits: &mut Edits) {
    for is_inner in [false, true] {
        let mut first: Option<Range<usize>> = None;
        let mut lines: Vec<String> = Vec::new();
        for child in node.children_with_tokens() {
            let Some(text) = line_of(&child, is_inner) else {
                continue;
            };
            match first {
                None => first = Some(range(&child)),
                Some(_) => edits.push((range(&child), String::new())),
            }
            lines.push(text);
        }
        if let Some(range) = first {
            edits.push((range, joined(&lines.join("\n"), is_inner)));
        }
    }
    for child in node.children_with_tokens() {
        let comment = child.as_token().cloned().and_then(ast::Comment::cast);
        if comment.is_some_and(|comment| comment.kind().doc.is_none()) {
            edits.push((range(&child), String::new()));
        }
    }
}

/// What a comment or an attribute adds to the documentation of what it stands in or before.
fn line_of(element: &SyntaxElement, is_inner: bool) -> Option<String> {
    match element {
        NodeOrToken::Token(token) => {
            let comment = ast::Comment::cast(token.clone())?;
            let is_own = comment.is_inner() == is_inner && !comment.kind().shape.is_block();
            let (text, _) = comment.doc_comment()?;
            is_own.then(|| text.to_owned())
        }
        NodeOrToken::Node(node) => {
            let attribute = ast::Attr::cast(node.clone())?;
            let text = node.text().to_string();
            let start = if is_inner { "#![doc" } else { "#[doc" };
            if !text.starts_with(start) || !text[start.len()..].trim_start().starts_with('=') {
                return None;
            }
            let literals = attribute
                .syntax()
                .descendants()
                .find_map(ast::Literal::cast)?;
            match literals.kind() {
                ast::LiteralKind::String(string) => string.value().ok().map(Cow::into_owned),
                _ => None,
            }
        }
    }
}

/// One comment for all of it, or one attribute where it has signs that end or begin a comment.
fn joined(text: &str, is_inner: bool) -> String {
    let mark = if is_inner { "!" } else { "" };
    if text.contains("*/") || text.contains("/*") {
        return format!("#{mark}[doc = {text:?}]");
    }
    let mark = if is_inner { "!" } else { "*" };
    format!("/*{mark}\n{text}\n*/")
}

fn range(element: &SyntaxElement) -> Range<usize> {
    let range = element.text_range();
    range.start().into()..range.end().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_go_and_what_they_are_of_stays() {
        let text = "impl<T> V<T> where [T; { 1 }]: Sized {\n  pub fn push(&mut self, v: [T; 2]) -> usize { if a { b } else { c } }\n  fn none(&self);\n}\nconst F: fn(u8) -> u8 = f;\n";
        let expected = "impl<T> V<T> where [T; { 1 }]: Sized {\n  pub fn push(&mut self, v: [T; 2]) -> usize {}\n  fn none(&self);\n}\nconst F: fn(u8) -> u8 = f;\n";
        assert_eq!(reduced(text, Macros::Needed), expected);
    }

    #[test]
    fn macros_and_hidden_types_keep_theirs() {
        for text in [
            "macro_rules! m { ($t:ty) => { /// why\n fn max(self) -> $t { 1 } } }",
            "m! { #[inline] fn f() { 2 } }",
            "fn it() -> impl Iterator { 0..3 }",
        ] {
            assert_eq!(reduced(text, Macros::Needed), text);
        }
        let text = "#[macro_export] macro_rules! a { () => {} } macro_rules! b { () => {} }";
        let expected = "#[macro_export] macro_rules! a { () => {} } ";
        assert_eq!(reduced(text, Macros::Expanded), expected);
    }

    #[test]
    fn fields_of_hashbrown_tell_their_parameters() {
        let text = "struct I<'a, K, V> { base: base::Iter<'a, K, V>, n: usize }";
        let expected =
            "struct I<'a, K, V> { base: crate::marker::PhantomData<(&'a (), K, V,)>, n: usize }";
        assert_eq!(reduced(text, Macros::Expanded), expected);
    }

    #[test]
    fn documentation_becomes_one_comment_and_other_comments_go() {
        let text = "//! In {\n//! here.\n// why\n/// One\n#[doc = \" \\\"two\\\"\"]\n#[stable(a = \"b\")]\n#[lang = \"x\"]\n/// three\nstruct S {\n    /// Field.\n    a: u8, // not this\n}\n";
        let expected = "/*!\n In {\n here.\n*/\n\n\n/**\n One\n \"two\"\n three\n*/\n\n\n#[lang = \"x\"]\n\nstruct S {\n    /**\n Field.\n*/\n    a: u8, \n}\n";
        assert_eq!(reduced(text, Macros::Expanded), expected);
    }

    #[test]
    fn documentation_with_signs_of_comments_is_an_attribute() {
        let text = "/// `a */ b`\n/// c\nfn f();";
        let expected = "#[doc = \" `a */ b`\\n c\"]\n\nfn f();";
        assert_eq!(reduced(text, Macros::Needed), expected);
    }
}
