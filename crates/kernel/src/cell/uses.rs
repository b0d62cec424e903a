//! What code uses: names, loops, operators, standard input.

use std::collections::HashSet;

use ra_ap_syntax::ast::{self, AstNode as _, HasArgList as _, HasName as _};
use ra_ap_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, TextRange};

/// Every name in it.
pub(super) fn names(root: &SyntaxNode) -> HashSet<String> {
    root.descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
        .filter(|token| token.kind() == SyntaxKind::IDENT)
        .map(|token| token.text().to_owned())
        .collect()
}

/// Whether it has loops, closures or functions.
pub(super) fn computes(node: &SyntaxNode) -> bool {
    node.descendants().any(|node| {
        matches!(
            node.kind(),
            SyntaxKind::FOR_EXPR
                | SyntaxKind::WHILE_EXPR
                | SyntaxKind::LOOP_EXPR
                | SyntaxKind::CLOSURE_EXPR
                | SyntaxKind::FN
                | SyntaxKind::IMPL
        )
    })
}

/// Whether it has operators that a type may define, an index among them.
pub(super) fn operates(node: &SyntaxNode) -> bool {
    node.descendants().any(|node| {
        matches!(
            node.kind(),
            SyntaxKind::BIN_EXPR | SyntaxKind::PREFIX_EXPR | SyntaxKind::INDEX_EXPR
        )
    })
}

/// Whether an operator calls functions of this name.
pub(crate) fn is_operator(function: &str) -> bool {
    const NAMES: &str = "add sub mul div rem neg not bitand bitor bitxor shl shr index index_mut \
        add_assign sub_assign mul_assign div_assign rem_assign deref eq partial_cmp cmp lt";
    NAMES.split_whitespace().any(|name| name == function)
}

/// The functions of an item, those of its implementation among them, and its macro.
pub(super) fn functions(item: &SyntaxNode) -> Vec<String> {
    let name = |node: SyntaxNode| match node.kind() {
        SyntaxKind::FN => ast::Fn::cast(node)?.name(),
        SyntaxKind::MACRO_RULES => ast::MacroRules::cast(node)?.name(),
        _ => None,
    };
    let names = item.descendants().filter_map(name);
    names.map(|name| name.text().to_string()).collect()
}

/// Where standard input is asked for: `stdin()`, whatever it is called through.
pub(super) fn reads_stdin(node: &SyntaxNode) -> Option<TextRange> {
    let calls = node.descendants().filter_map(ast::CallExpr::cast);
    let mut asks = calls.filter(|call| {
        let takes_nothing = call
            .arg_list()
            .is_some_and(|list| list.args().next().is_none());
        let function = call
            .expr()
            .map(|function| function.syntax().text().to_string());
        let last = function
            .as_deref()
            .and_then(|path| path.rsplit("::").next());
        takes_nothing && last.map(str::trim) == Some("stdin")
    });
    asks.next().map(|call| call.syntax().text_range())
}
