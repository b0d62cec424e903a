//! What the kernel remembers of the cells that have run.

use std::collections::BTreeSet;

use crate::cell::{Code, Impls, Statement};
use crate::engine::Variables;
use crate::failure::Gone;

/// Crates of the library that were compiled anew.
#[derive(Debug, Default)]
pub(crate) struct Renewed {
    pub(crate) crates: Vec<String>,
    /// Whether a cell with `:dep` did it: a dependency may ask more of crates that they share.
    pub(crate) by_dependency: bool,
}

impl Renewed {
    /// Why that was, as far as it is known.
    pub(crate) fn why(&self) -> String {
        let crates = self.crates.join(", ");
        if self.by_dependency {
            format!("`:dep` changed what {crates} are built with, or their sources have changed")
        } else {
            format!("the sources of {crates} have changed")
        }
    }
}

/// Everything that outlives a cell, on this side.
#[derive(Default)]
pub(crate) struct Memory {
    /// Variables with their types.
    pub(crate) variables: Variables,
    /// Variables that went, and how.
    pub(crate) gone: Gone,
    /// Functions and types with the cells that hold them, newest last.
    pub(crate) items: Vec<(usize, Statement)>,
    /// What was compiled anew of the library since the process began.
    pub(crate) renewed: Renewed,
    /// Implementations that only this kernel has names for.
    pub(crate) impls: Impls,
    /// The text of every cell that has items: where a panic may be.
    pub(crate) cells: Vec<(usize, String)>,
}

impl Memory {
    /// Takes the variables as they are after a cell, and tells those that it took away.
    pub(crate) fn replace(
        &mut self,
        variables: Variables,
        cell: usize,
        how: &'static str,
    ) -> Vec<String> {
        let lost: Vec<String> = self
            .variables
            .keys()
            .filter(|name| !variables.contains_key(*name))
            .cloned()
            .collect();
        self.gone
            .extend(lost.iter().map(|name| (name.clone(), (cell, how))));
        for name in variables.keys() {
            self.gone.remove(name);
        }
        self.variables = variables;
        lost
    }

    /// Keeps the items of a cell that compiled.
    pub(crate) fn remember(&mut self, cell: usize, text: &str, code: &Code) {
        self.impls.remember(&code.impls);
        let items = code.statements.iter().filter(|part| part.is_item);
        let mut items = items.peekable();
        if items.peek().is_none() {
            return;
        }
        let items: Vec<_> = items.map(|item| (cell, item.clone())).collect();
        self.items.extend(items);
        self.cells.push((cell, text.to_owned()));
        // Whoever runs one cell again and again needs its last text only.
        let newest: BTreeSet<usize> = self
            .cells
            .iter()
            .rev()
            .take(KEPT)
            .map(|(cell, _)| *cell)
            .collect();
        self.cells.retain(|(cell, _)| newest.contains(cell));
        self.items.retain(|(cell, _)| newest.contains(cell));
    }

    /// Forgets everything that the session has defined, in this cell.
    pub(crate) fn clear(&mut self, cell: usize) {
        self.replace(Variables::new(), cell, "was cleared in");
        self.items.clear();
        self.cells.clear();
        self.impls = Impls::default();
    }

    /// The text of a cell.
    pub(crate) fn cell(&self, number: usize) -> Option<&str> {
        let found = self.cells.iter().rev().find(|(cell, _)| *cell == number);
        found.map(|(_, code)| code.as_str())
    }
}

/// So many cells with functions are remembered.
const KEPT: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(names: &[&str]) -> Variables {
        let pair = |name: &&str| ((*name).to_owned(), "i32".to_owned());
        names.iter().map(pair).collect()
    }

    #[test]
    fn variables_that_go_are_told_and_forgotten_when_they_come_back() {
        let mut memory = Memory::default();
        memory.replace(variables(&["a", "b"]), 1, "was moved in");
        assert_eq!(memory.replace(variables(&["b"]), 2, "was moved in"), ["a"]);
        assert_eq!(memory.gone["a"], (2, "was moved in"));
        assert_eq!(memory.replace(variables(&["a", "b"]), 3, ""), [""; 0]);
        assert!(memory.gone.is_empty());
    }

    #[test]
    fn cells_with_functions_are_kept_up_to_a_bound() {
        let mut memory = Memory::default();
        let code = |is_item| Code {
            statements: vec![Statement {
                text: "fn f() {}".to_owned(),
                line: 1,
                is_item,
                functions: Vec::new(),
            }],
            ..Code::default()
        };
        memory.remember(1, "x", &code(false));
        assert_eq!(memory.cell(1), None);
        for cell in 2..2 + 2 * KEPT {
            memory.remember(cell, &format!("fn f{cell}() {{}}"), &code(true));
        }
        assert_eq!((memory.cells.len(), memory.items.len()), (KEPT, KEPT));
        assert_eq!(memory.cell(1 + 2 * KEPT), Some("fn f1001() {}"));
    }
}
