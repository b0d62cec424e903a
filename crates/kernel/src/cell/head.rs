//! The lines before a cell's code: commands, shell lines, comments.

use std::path::Path;

/// Something to do before the code runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// `!command`: run by the shell.
    Shell(String),
    /// `:help`.
    Help,
    /// `:vars`.
    Variables,
    /// `:version`.
    Version,
}

/// What begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anew {
    /// The whole session: nothing is known any more.
    Session,
    /// The process: definitions live on, variables do not.
    Process,
}

/// A cell without its head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// What this kernel does itself, in order.
    pub(crate) orders: Vec<Order>,
    /// `%%time`: tell how long the cell took.
    pub(crate) time: bool,
    /// Commands that are left to evcxr, such as `:dep`.
    pub(crate) commands: bool,
    /// `:clear` or `:restart`, before everything else of the cell.
    pub(crate) anew: Option<Anew>,
    /// The cell, every line of ours blank, so that everything else keeps its place.
    pub(crate) rest: String,
}

impl Head {
    /// Reads a cell's head. `library` is the crate that every session has already; a `:dep` line
    /// for it, as notebooks have for other kernels, costs nothing. Paths are seen from `folder`.
    pub(crate) fn of(code: &str, library: &Path, folder: &Path) -> Self {
        let mut head = Self::default();
        let mut lines = code.split_inclusive('\n');
        for line in lines.by_ref() {
            let text = line.trim();
            if head.takes(text, library, folder) {
                let blank = |c: char| {
                    if c == '\n' {
                        "\n".to_owned()
                    } else {
                        " ".repeat(c.len_utf8())
                    }
                };
                head.rest.extend(line.chars().map(blank));
                continue;
            }
            head.rest.push_str(line);
            let in_head = text.is_empty() || text.starts_with("//") || text.starts_with(':');
            head.commands |= text.starts_with(':') && !text.starts_with("::");
            if !in_head {
                break;
            }
        }
        head.rest.extend(lines);
        head
    }

    /// Whether the cell asks for another library.
    pub(crate) fn adds_dependency(&self) -> bool {
        let mut lines = self.rest.lines();
        self.commands && lines.any(|line| line.trim_start().starts_with(":dep"))
    }

    fn takes(&mut self, line: &str, library: &Path, folder: &Path) -> bool {
        match line {
            "%%time" | ":time" => self.time = true,
            ":help" => self.orders.push(Order::Help),
            ":vars" => self.orders.push(Order::Variables),
            ":version" => self.orders.push(Order::Version),
            ":clear" => self.anew = Some(Anew::Session),
            ":restart" => self.anew = self.anew.or(Some(Anew::Process)),
            "use chainrule::prelude::*;" => {}
            _ if line.starts_with('!') => {
                self.orders.push(Order::Shell(line[1..].trim().to_owned()));
            }
            _ => return is_library(line, library, folder),
        }
        true
    }
}

/// Whether the line is `:dep chainrule = { path = "…" }` with the path of `library`.
fn is_library(line: &str, library: &Path, folder: &Path) -> bool {
    let value = line
        .strip_prefix(":dep ")
        .map(str::trim)
        .and_then(|rest| rest.strip_prefix("chainrule"))
        .map(str::trim_start)
        .and_then(|rest| rest.strip_prefix('='));
    let path = value.and_then(|value| {
        let after = value.split_once("path")?.1.trim_start().strip_prefix('=')?;
        Some(after.split('"').nth(1)?.to_owned())
    });
    let real = |path: &Path| path.canonicalize().ok();
    path.is_some_and(|path| {
        let named = real(&folder.join(path));
        named.is_some() && named == real(library)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(code: &str) -> Head {
        Head::of(code, Path::new("/usr/lib"), Path::new("/usr/bin"))
    }

    #[test]
    fn only_a_cell_with_a_dependency_adds_one() {
        let adds = |code| head(code).adds_dependency();
        assert!(adds(":dep a = \"1\""));
        assert!(!adds(":opt 1\nlet x = 1;") && !adds("let x = 1;\n:dep a"));
    }

    #[test]
    fn the_notebooks_first_cell_costs_nothing() {
        let code =
            "// The library\n:dep chainrule = { path = \"../lib\" }\nuse chainrule::prelude::*;\n";
        let head = head(code);
        assert_eq!(head.rest.trim(), "// The library");
        assert_eq!(head.rest.len(), code.len());
        assert!(!head.commands);
    }

    #[test]
    fn other_dependencies_are_evcxrs() {
        for line in [
            ":dep chainrule = { path = \"../share\" }",
            ":dep chainrule = \"1\"",
            ":dep chainrule",
            ":dep regex = { path = \"../lib\" }",
        ] {
            let head = head(line);
            assert_eq!((head.rest.as_str(), head.commands), (line, true));
        }
    }

    #[test]
    fn lines_keep_their_numbers_and_the_code_is_untouched() {
        let head = head("%%time\n!ls -l\n\n:help\nlet x = 1;\n:vars\n!x");
        let expected = "      \n      \n\n     \nlet x = 1;\n:vars\n!x";
        assert_eq!(head.rest, expected);
        assert!(head.time);
        assert_eq!(head.orders, [Order::Shell("ls -l".into()), Order::Help]);
    }

    #[test]
    fn beginning_anew_is_seen() {
        assert_eq!(head(":clear\n1 + 1").anew, Some(Anew::Session));
        assert_eq!(head(":clear\n1 + 1").rest, "      \n1 + 1");
        assert_eq!(head(":clear\n:restart").anew, Some(Anew::Session));
        assert_eq!(head(":restart").anew, Some(Anew::Process));
        assert_eq!(head("let x = 1;\n:clear").anew, None);
    }
}
