//! Implementations before which a cell names nothing.
//!
//! When a cell is run again, evcxr puts what it names in the place of what had that name before, and
//! an `impl` goes with the named item before it in its cell. Without one it would stay for good, and
//! the same cell could not be run a second time. So an empty module before it gives it a name: the
//! old one, where it defines what an earlier one did.

use std::collections::BTreeSet;

use ra_ap_syntax::ast::{self, AstNode as _, HasName as _};
use ra_ap_syntax::{NodeOrToken, SyntaxNode, TextRange};

/// What names such a module begins with.
pub(crate) const MODULE: &str = "chainrule_impl_";

/// The implementations that were given names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Impls {
    named: Vec<Named>,
    count: usize,
}

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    module: String,
    header: String,
    defines: BTreeSet<String>,
}

impl Impls {
    /// Whether an item gives evcxr a name for what follows in the cell.
    pub(super) fn is_named(item: &ast::Item) -> bool {
        match item {
            ast::Item::Const(item) => item.name().is_some(),
            ast::Item::Enum(_)
            | ast::Item::Fn(_)
            | ast::Item::Module(_)
            | ast::Item::Static(_)
            | ast::Item::Struct(_)
            | ast::Item::Trait(_)
            | ast::Item::TypeAlias(_)
            | ast::Item::Union(_) => true,
            _ => false,
        }
    }

    /// Names an implementation, beside those that its cell has named already. The modules to put
    /// before it: its own is the last.
    pub(super) fn name(&self, item: &ast::Impl, beside: &mut Vec<Named>) -> String {
        let (header, defines) = (header(item), defines(item));
        let is_of_trait = item.trait_().is_some();
        let same = |known: &&Named| {
            known.header == header && (is_of_trait || !known.defines.is_disjoint(&defines))
        };
        let mut modules: Vec<String> = self
            .named
            .iter()
            .filter(same)
            .map(|known| known.module.clone())
            .filter(|module| beside.iter().all(|named| named.module != *module))
            .collect();
        if modules.is_empty() {
            modules.push(format!("{MODULE}{}", self.count + beside.len()));
        }
        let text = modules
            .iter()
            .map(|module| format!("mod {module} {{}} "))
            .collect();
        // What the other modules stood before is gone.
        let own = modules.pop().unwrap_or_default();
        beside.extend(modules.into_iter().map(|module| Named {
            module,
            header: String::new(),
            defines: BTreeSet::new(),
        }));
        beside.push(Named {
            module: own,
            header,
            defines,
        });
        text
    }

    /// Keeps the names of a cell that compiled.
    pub(crate) fn remember(&mut self, named: &[Named]) {
        self.count += named.len();
        let is_new = |module: &str| named.iter().all(|new| new.module != module);
        self.named.retain(|known| is_new(&known.module));
        let living = named.iter().filter(|new| !new.header.is_empty());
        self.named.extend(living.cloned());
    }
}

/// What stands from `impl` to the braces, with single blanks.
fn header(item: &ast::Impl) -> String {
    let whole = item.syntax().text_range();
    let start = item
        .impl_token()
        .map_or(whole.start(), |token| token.text_range().start());
    let list = item.assoc_item_list();
    let end = list.map_or(whole.end(), |list| list.syntax().text_range().start());
    let words = item
        .syntax()
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
        .filter(|token| !token.kind().is_trivia())
        .filter(|token| TextRange::new(start, end).contains_range(token.text_range()))
        .map(|token| token.text().to_owned());
    words.collect::<Vec<_>>().join(" ")
}

fn defines(item: &ast::Impl) -> BTreeSet<String> {
    let items = item.assoc_item_list();
    let items = items.iter().flat_map(ast::AssocItemList::assoc_items);
    items.filter_map(|item| name_of(item.syntax())).collect()
}

fn name_of(node: &SyntaxNode) -> Option<String> {
    let name = node.children().find_map(ast::Name::cast)?;
    Some(name.text().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::rewrite;

    /// The modules that a cell's text has, once it has compiled.
    fn run(impls: &mut Impls, code: &str) -> Vec<String> {
        let code = rewrite(code, impls);
        impls.remember(&code.impls);
        let words = code.text.split([' ', '\n']);
        let modules = words.filter_map(|word| word.strip_prefix(MODULE));
        modules.map(str::to_owned).collect()
    }

    #[test]
    fn an_implementation_takes_the_place_of_the_one_before() {
        let mut impls = Impls::default();
        assert_eq!(run(&mut impls, "impl Net { fn new() {} }"), ["0"]);
        assert_eq!(run(&mut impls, "impl Net { fn train() {} }"), ["1"]);
        assert_eq!(
            run(&mut impls, "impl Net {\n fn new() {}\n fn more() {} }"),
            ["0"]
        );
        assert_eq!(run(&mut impls, "impl Show for Net { fn show() {} }"), ["3"]);
        assert_eq!(run(&mut impls, "impl  Show for Net {}"), ["3"]);
        // One in the place of two, and then the second anew.
        assert_eq!(
            run(&mut impls, "impl Net { fn more() {} fn train() {} }"),
            ["1", "0"]
        );
        let again = run(&mut impls, "impl Net { fn new() {} }");
        assert!(!["0", "1", "3"].contains(&again[0].as_str()), "{again:?}");
    }

    #[test]
    fn what_follows_a_name_goes_with_it() {
        let mut impls = Impls::default();
        assert!(run(&mut impls, "struct Net;\nimpl Net { fn new() {} }").is_empty());
        let several =
            "use std::fmt;\nimpl A { fn a() {} }\nimpl B { fn b() {} }\nfn c() {}\nimpl C {}";
        assert_eq!(run(&mut impls, several), ["0", "1"]);
        assert_eq!(run(&mut impls, several), ["0", "1"]);
    }
}
