//! What is put into a cell's code before evcxr gets it.
//!
//! * The last expression becomes one call that shows it, whatever its type. Left alone, evcxr would
//!   compile a cell twice if its value shows itself by `Debug`, and show `()`.
//! * Each `?` first tells the error with its line. Left alone, evcxr prints it and goes on as if
//!   all were well. A last `write!(…)` has its `?` added: it is done for what it does, and its
//!   failure must be seen all the same.
//! * What evcxr would not replace when the cell is run again is given a name; see [`super::impls`].
//! * A first line that begins with `::` begins with `();` instead: evcxr would take it for a command.

use std::collections::HashSet;

use ra_ap_syntax::ast::{self, AstNode as _, HasName as _};
use ra_ap_syntax::{
    Edition, NodeOrToken, SourceFile, SyntaxKind, SyntaxNode, SyntaxToken, T, TextRange,
};

use super::impls::{Impls, Named};
use super::map::{Columns, Statement};
use super::tail::{has_no_value, is_write};
use super::uses::{computes, functions, names, operates, reads_stdin};

/// The code of a cell, for evcxr.
#[derive(Clone, Debug, Default)]
pub(crate) struct Code {
    /// The rewritten text.
    pub(crate) text: String,
    /// How columns moved.
    pub(crate) columns: Columns,
    /// Its parts.
    pub(crate) statements: Vec<Statement>,
    /// Every name in it.
    pub(crate) names: HashSet<String>,
    /// Names that it gives to variables, in order.
    pub(crate) defines: Vec<String>,
    /// Variables that are closures, which cannot be kept.
    pub(crate) closures: Vec<String>,
    /// Implementations that were given a name.
    pub(crate) impls: Vec<Named>,
    /// Whether it has loops, closures or functions: work that the compiler should optimise.
    pub(crate) computes: bool,
    /// Whether it has operators, which may be functions of the student's own.
    pub(crate) operates: bool,
    /// The line that reads from standard input.
    pub(crate) reads_stdin: Option<usize>,
    /// Whether it is only blank lines and comments.
    pub(crate) is_empty: bool,
}

/// What makes of a cell a function that can be parsed.
pub(super) const PRELUDE: &str = "fn f(){";

/// Rewrites the code of a cell (its head already blank), beside the implementations of earlier ones.
pub(crate) fn rewrite(code: &str, impls: &Impls) -> Code {
    let parsed = SourceFile::parse(&format!("{PRELUDE}{code}\n}}"), Edition::Edition2024);
    let root = parsed.syntax_node();
    let nodes = statements(&root, code.len());
    let mut insertions: Vec<(usize, String)> = Vec::new();
    let mut named = Vec::new();
    let unnamed = nodes.iter().cloned().filter_map(ast::Item::cast);
    for item in unnamed.take_while(|item| !Impls::is_named(item)) {
        if let ast::Item::Impl(item) = item {
            let text = impls.name(&item, &mut named);
            insertions.push((start_of(item.syntax()), text));
        }
    }
    for node in &nodes {
        for token in question_marks(node) {
            let line = line_of(code, offset(token.text_range()));
            let text = format!(".chainrule_tell({line}).told()");
            insertions.push((offset(token.text_range()), text));
        }
    }
    if let Some(tail) = nodes.last().and_then(|node| ast::Expr::cast(node.clone())) {
        let range = tail.syntax().text_range();
        let (start, end) = (offset(range), usize::from(range.end()) - PRELUDE.len());
        if is_write(&tail) {
            let line = line_of(code, start_of(tail.syntax()));
            insertions.push((end, format!(".chainrule_tell({line}).told()?;")));
        } else if has_no_value(&tail) {
            insertions.push((end, ";".to_owned()));
        } else {
            insertions.push((start, "(&(".to_owned()));
            insertions.push((end, ")).evcxr_display();".to_owned()));
        }
    }
    if let Some(start) = nodes.first().map(start_of)
        && code[start..].starts_with("::")
        && insertions.iter().all(|&(offset, _)| offset != start)
    {
        insertions.push((start, "();".to_owned()));
    }
    insertions.sort_by_key(|&(offset, _)| offset);
    let text = inserted(code, &insertions);
    Code {
        columns: Columns::new(code, &insertions),
        statements: parts(code, &nodes, &insertions),
        names: names(&root),
        defines: nodes
            .iter()
            .filter_map(|node| ast::LetStmt::cast(node.clone()))
            .flat_map(bound)
            .collect(),
        closures: nodes
            .iter()
            .filter_map(|node| ast::LetStmt::cast(node.clone()))
            .filter(|binding| matches!(binding.initializer(), Some(ast::Expr::ClosureExpr(_))))
            .flat_map(bound)
            .collect(),
        impls: named,
        computes: nodes.iter().any(computes),
        operates: nodes.iter().any(operates),
        reads_stdin: nodes
            .iter()
            .find_map(reads_stdin)
            .map(|range| line_of(code, offset(range))),
        is_empty: nodes.is_empty()
            && code.lines().all(|line| {
                let line = line.trim();
                line.is_empty() || line.starts_with("//")
            }),
        text,
    }
}

/// The statements, items and the last expression of a cell.
fn statements(root: &SyntaxNode, length: usize) -> Vec<SyntaxNode> {
    let body = root
        .children()
        .find_map(ast::Fn::cast)
        .and_then(|function| function.body())
        .and_then(|body| body.stmt_list());
    let end = PRELUDE.len() + length;
    body.iter()
        .flat_map(|list| list.syntax().children())
        .filter(|node| usize::from(node.text_range().end()) <= end)
        .collect()
}

/// Where a statement begins in the cell, without the comments before it: evcxr leaves those out.
fn start_of(node: &SyntaxNode) -> usize {
    let mut tokens = node
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let first = tokens.find(|token| !token.kind().is_trivia());
    offset(first.map_or(node.text_range(), |token| token.text_range()))
}

/// Where a range begins in the cell.
fn offset(range: TextRange) -> usize {
    usize::from(range.start()).saturating_sub(PRELUDE.len())
}

fn line_of(code: &str, offset: usize) -> usize {
    code[..offset].matches('\n').count() + 1
}

fn inserted(code: &str, insertions: &[(usize, String)]) -> String {
    let mut text = String::with_capacity(code.len() + 64);
    let mut from = 0;
    for (offset, insertion) in insertions {
        text.push_str(&code[from..*offset]);
        text.push_str(insertion);
        from = *offset;
    }
    text + &code[from..]
}

fn parts(code: &str, nodes: &[SyntaxNode], insertions: &[(usize, String)]) -> Vec<Statement> {
    nodes
        .iter()
        .map(|node| {
            let start = start_of(node);
            let end = usize::from(node.text_range().end()) - PRELUDE.len();
            let is_item = ast::Item::can_cast(node.kind());
            // What is put before an item is an item of its own.
            let from = start + usize::from(is_item);
            let inside: Vec<_> = insertions
                .iter()
                .filter(|(at, _)| (from..=end).contains(at))
                .map(|(at, text)| (at - start, text.clone()))
                .collect();
            Statement {
                text: inserted(&code[start..end], &inside),
                line: line_of(code, start),
                is_item,
                functions: if is_item { functions(node) } else { Vec::new() },
            }
        })
        .collect()
}

/// The `?` of this statement that would end the cell: none of functions, closures and `async`
/// blocks, whose own they are.
fn question_marks(node: &SyntaxNode) -> Vec<SyntaxToken> {
    let mut found = Vec::new();
    collect_question_marks(node, &mut found);
    found
}

fn collect_question_marks(node: &SyntaxNode, found: &mut Vec<SyntaxToken>) {
    let inner = match node.kind() {
        SyntaxKind::CLOSURE_EXPR => true,
        SyntaxKind::BLOCK_EXPR => ast::BlockExpr::cast(node.clone()).is_some_and(|block| {
            block.modifier().is_some_and(|modifier| {
                !matches!(
                    modifier,
                    ast::BlockModifier::Unsafe(_) | ast::BlockModifier::Label(_)
                )
            })
        }),
        kind => ast::Item::can_cast(kind) && kind != SyntaxKind::MACRO_CALL,
    };
    if inner {
        return;
    }
    if let Some(expression) = ast::TryExpr::cast(node.clone())
        && !is_err_call(&expression)
        && let Some(token) = expression.question_mark_token()
    {
        found.push(token);
    }
    if let Some(tree) = ast::TokenTree::cast(node.clone()) {
        found.extend(question_marks_of_macro(&tree));
        return;
    }
    for child in node.children() {
        collect_question_marks(&child, found);
    }
}

/// `Err(…)?`: its value has no type until `?` gives it one.
fn is_err_call(expression: &ast::TryExpr) -> bool {
    expression
        .expr()
        .is_some_and(|operand| operand.syntax().text().to_string().starts_with("Err("))
}

/// In a macro's arguments there is no syntax tree; a `?` behind something that may be a value is
/// taken for the operator, unless there are closures.
fn question_marks_of_macro(tree: &ast::TokenTree) -> Vec<SyntaxToken> {
    let tokens: Vec<SyntaxToken> = tree
        .syntax()
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
        .filter(|token| !token.kind().is_trivia())
        .collect();
    if tokens.iter().any(|token| token.kind() == T![|]) {
        return Vec::new();
    }
    let value = |token: &SyntaxToken| {
        matches!(
            token.kind(),
            T![')'] | T![']'] | T!['}'] | SyntaxKind::IDENT
        ) || token.kind().is_literal()
    };
    tokens
        .windows(2)
        .filter(|pair| value(&pair[0]) && pair[1].kind() == T![?])
        .map(|pair| pair[1].clone())
        .collect()
}

fn bound(statement: ast::LetStmt) -> Vec<String> {
    let pattern = statement.pat();
    pattern
        .iter()
        .flat_map(|pattern| pattern.syntax().descendants())
        .filter_map(ast::IdentPat::cast)
        .filter_map(|name| name.name())
        .map(|name| name.text().to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(code: &str) -> Code {
        rewrite(code, &Impls::default())
    }

    fn text(code: &str) -> String {
        rewritten(code).text
    }

    #[test]
    fn the_last_expression_is_shown_and_comments_stay() {
        assert_eq!(
            text("let x = 3;\nx + 1 // why"),
            "let x = 3;\n(&(x + 1)).evcxr_display(); // why"
        );
        assert_eq!(
            text("if a { 1 } else { 2 }"),
            "(&(if a { 1 } else { 2 })).evcxr_display();"
        );
        assert_eq!(text("vec![1, 2]"), "(&(vec![1, 2])).evcxr_display();");
        assert_eq!(text("x;"), "x;");
        assert_eq!(text("\n\nfn f() -> i32 { 3 }"), "\n\nfn f() -> i32 { 3 }");
    }

    #[test]
    fn what_has_no_value_shows_none() {
        for code in [
            "for i in 0..3 { f(i); }",
            "println!(\"a\")",
            "x += 1",
            "while a {}",
            "if a { b(); }",
        ] {
            assert_eq!(text(code), format!("{code};"));
        }
    }

    #[test]
    fn a_last_write_tells_its_error() {
        assert_eq!(
            text("let a = 1;\nwriteln!(file, \"{a}\")"),
            "let a = 1;\nwriteln!(file, \"{a}\").chainrule_tell(2).told()?;"
        );
        assert_eq!(
            text("write!(file, \"1\")?;"),
            "write!(file, \"1\").chainrule_tell(1).told()?;"
        );
        assert_eq!(text("write!(file, \"1\");"), "write!(file, \"1\");");
    }

    #[test]
    fn every_question_mark_that_ends_the_cell_tells_its_line() {
        assert_eq!(
            text("let a = f()?;\nlet b = g(h()?)?.k;"),
            "let a = f().chainrule_tell(1).told()?;\nlet b = g(h().chainrule_tell(2).told()?).chainrule_tell(2).told()?.k;"
        );
        assert_eq!(
            text("f()?"),
            "(&(f().chainrule_tell(1).told()?)).evcxr_display();"
        );
        assert_eq!(
            text("println!(\"{:?}\", f()?);"),
            "println!(\"{:?}\", f().chainrule_tell(1).told()?);"
        );
    }

    #[test]
    fn question_marks_of_functions_closures_and_patterns_are_their_own() {
        for code in [
            "fn f() -> R { g()? }",
            "let f = || -> R { g()? };",
            "let f = async { g()? };",
            "macro_rules! m { ($a:expr $(,)?) => { $a? } }",
            "fn f<T: ?Sized>(t: &T) {}",
            "let a = vec![v.iter().map(|x| f(x)?)];",
            "Err(\"no\")?;",
        ] {
            assert_eq!(text(code), code);
        }
        assert_eq!(
            text("unsafe { f()? };"),
            "unsafe { f().chainrule_tell(1).told()? };"
        );
    }

    #[test]
    fn parts_are_found_again_in_what_evcxr_is_given() {
        let code = rewritten("fn f() {}\nlet (a, mut b) = g()?;\n\na");
        assert_eq!(code.defines, ["a", "b"]);
        assert_eq!(rewritten("let f = |x: i32| x;").closures, ["f"]);
        let commented = rewritten("// why\n\n/* and */ fn f() {}");
        assert_eq!(commented.statements[0].text, "fn f() {}");
        assert_eq!(commented.statements[0].line, 3);
        let lines: Vec<_> = code.statements.iter().map(|part| part.line).collect();
        assert_eq!(lines, [1, 2, 4]);
        assert!(
            code.statements
                .iter()
                .all(|part| code.text.contains(&part.text))
        );
        assert!(code.statements[0].is_item && !code.statements[1].is_item);
        assert!(code.computes && code.names.contains("g"));
        assert!(!rewritten("model.build(1)").computes);
    }

    #[test]
    fn broken_code_is_left_as_it_is_for_the_compiler_to_explain() {
        for code in ["let x = ;", "fn f( {", "x +", "}", "let s = \"abc"] {
            let rewritten = text(code);
            assert!(
                rewritten.contains(code.trim_end_matches('}')),
                "{rewritten}"
            );
        }
        assert!(rewritten("// only\n\n  // words").is_empty);
    }
}
