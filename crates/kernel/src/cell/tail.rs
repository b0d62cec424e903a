//! What kind of last expression a cell has.

use ra_ap_syntax::ast::{self, AstNode as _};

/// Expressions that are done for what they do.
pub(super) fn has_no_value(expression: &ast::Expr) -> bool {
    match expression {
        ast::Expr::ForExpr(_)
        | ast::Expr::WhileExpr(_)
        | ast::Expr::ReturnExpr(_)
        | ast::Expr::BreakExpr(_)
        | ast::Expr::ContinueExpr(_) => true,
        ast::Expr::IfExpr(branch) => branch.else_branch().is_none(),
        ast::Expr::BinExpr(operation) => {
            matches!(operation.op_kind(), Some(ast::BinaryOp::Assignment { .. }))
        }
        ast::Expr::MacroExpr(_) => is_call_of(expression, &SHOWS_NOTHING),
        _ => false,
    }
}

/// Writing into something of the student's own, which may fail.
pub(super) fn is_write(expression: &ast::Expr) -> bool {
    is_call_of(expression, &["write", "writeln"])
}

fn is_call_of(expression: &ast::Expr, macros: &[&str]) -> bool {
    let ast::Expr::MacroExpr(call) = expression else {
        return false;
    };
    let path = call.macro_call().and_then(|call| call.path());
    path.is_some_and(|path| macros.contains(&path.syntax().text().to_string().as_str()))
}

const SHOWS_NOTHING: [&str; 14] = [
    "println",
    "print",
    "eprintln",
    "eprint",
    "panic",
    "todo",
    "unimplemented",
    "unreachable",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
];
