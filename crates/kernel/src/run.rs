//! One cell from its text to its end.

use std::fs;

use chainrule_jupyter::{Cell, Failure, Host, Map, Outcome, Output};

use crate::cell::{Anew, Code, Head, Impls, Order, is_operator, rewrite};
use crate::child::Piece;
use crate::failure::{no_standard_input, stopped_early};
use crate::kernel::Kernel;
use crate::screen::Screen;
use crate::stage::{Happening, lock};
use crate::table::{self, Sizes};
use crate::told::Told;
use crate::words;

/// The answer to a question that nobody answers; the library makes an error of it.
const NOBODY: &str = "\u{4}";

impl Kernel {
    pub(crate) fn run_cell(&self, cell: &Cell, host: &dyn Host) -> Outcome {
        let head = Head::of(&cell.code, &self.settings.library, &self.settings.folder);
        let mut screen = Screen::new(host);
        let impls = match head.anew {
            Some(Anew::Session) => Impls::default(),
            _ => lock(&self.memory).impls.clone(),
        };
        let code = rewrite(&code_of(&head), &impls);
        let is_empty = code.is_empty && !head.commands;
        let is_alone = head.orders.len() == 1 && is_empty && head.anew.is_none();
        if let Some(line) = code.reads_stdin {
            return Outcome::Failed(no_standard_input(&cell.code, line));
        }
        for order in &head.orders {
            if let Err(failure) = self.obey(order, is_alone, host, &mut screen) {
                return Outcome::Failed(failure);
            }
        }
        if is_empty && head.anew.is_none() {
            return Outcome::Done;
        }
        if let Err(failure) = self.wait_for_start(&mut screen) {
            return Outcome::Failed(failure);
        }
        if let Some(anew) = head.anew
            && let Err(failure) = self.begin_anew(anew, cell.number, &mut screen, host)
        {
            return Outcome::Failed(failure);
        }
        if is_empty {
            return Outcome::Done;
        }
        let text = if head.commands {
            with_commands(&head, &code)
        } else {
            code.text.clone()
        };
        self.choose_optimisation(&code);
        self.link.control.clear();
        // A press from here on is seen by what it finds at work.
        if self.stop.pressed() {
            return Outcome::Failed(stopped_early(head.anew));
        }
        let told = self.attend(text, &mut screen, host);
        if head.time {
            screen.show(Output::Stdout(words::times(&told.report)));
        }
        match self.judge(cell, (&head, &code), told, &mut screen) {
            Some(failure) => Outcome::Failed(failure),
            None => Outcome::Done,
        }
    }

    /// Does what the kernel does itself. `is_alone` where the cell has nothing else.
    fn obey(
        &self,
        order: &Order,
        is_alone: bool,
        host: &dyn Host,
        screen: &mut Screen<'_>,
    ) -> Result<(), Failure> {
        let (text, html) = match order {
            Order::Shell(line) => {
                let command = self.settings.shell(line);
                return self
                    .shell
                    .run(command, line, &mut |output| screen.show(output));
            }
            Order::Help => words::help(),
            Order::Version => (
                concat!("chainrule-kernel ", env!("CARGO_PKG_VERSION")).to_owned(),
                None,
            ),
            Order::Variables => {
                self.variables(is_alone, screen, host);
                return Ok(());
            }
        };
        screen.answer(bundle(text, html), is_alone);
        Ok(())
    }

    /// `:vars`: names, types, and what the library can say of each variable's size.
    fn variables(&self, is_alone: bool, screen: &mut Screen<'_>, host: &dyn Host) {
        let variables = lock(&self.memory).variables.clone();
        let mut sizes = Sizes::new();
        if !variables.is_empty() {
            // If one of them cannot be asked, all are shown without their sizes.
            sizes = self.attend(table::question(&variables), screen, host).sizes;
        }
        let (text, html) = table::variables(&variables, &sizes);
        screen.answer(bundle(text, Some(html)), is_alone);
    }

    /// A cell that has no loop, closure or function, and calls none of the student's own, is compiled
    /// without optimisation: it runs once through what the library has optimised, and is there in
    /// half the time. One that computes itself must be fast.
    fn choose_optimisation(&self, code: &Code) {
        let memory = lock(&self.memory);
        let mut own = memory.items.iter().flat_map(|(_, item)| &item.functions);
        let calls_own = own.any(|name| {
            let is_operator = code.operates && is_operator(name);
            is_operator || code.names.contains(name)
        });
        let level = if code.computes || calls_own { "2" } else { "0" };
        // What cannot be written leaves the level that the session was built with.
        let _ = fs::write(self.settings.file("opt-level"), level);
    }

    /// Runs the text and shows what comes of it until evcxr is done.
    pub(crate) fn attend(&self, text: String, screen: &mut Screen<'_>, host: &dyn Host) -> Told {
        let happenings = self.stage.open();
        self.link.reset();
        self.stop.open();
        self.link.relay.set_running(true);
        self.engine.run(text);
        let mut told = Told::default();
        let (mut compiled, mut has_news) = (0, false);
        while let Ok(happening) = happenings.recv() {
            match happening {
                Happening::Piece(piece) => {
                    let is_error =
                        matches!(&piece, Piece::Event(event) if event["event"] == "error");
                    if !is_error {
                        told.end_newline(screen);
                    }
                    told.piece(piece, screen);
                }
                Happening::Stderr(text) => told.stderr(text, screen),
                Happening::Ask {
                    prompt,
                    password,
                    answer,
                } => {
                    let line = host.input(&prompt, password);
                    let line = line.unwrap_or_else(|| NOBODY.to_owned());
                    // One line is one answer.
                    let _ = answer.send(line.replace(['\n', '\r'], " "));
                }
                Happening::News(line) => {
                    if let Some(what) = words::compiling(&line) {
                        compiled += 1;
                        if what.starts_with("chainrule") {
                            told.renewed.push(what.to_owned());
                        }
                        has_news = true;
                        screen.show(Output::Stderr(format!(
                            "\r\x1b[KCompiling {what} ({compiled})"
                        )));
                    } else if let Some(what) = words::fetching(&line) {
                        has_news = true;
                        screen.show(Output::Stderr(format!("\r\x1b[K{what}")));
                    }
                }
                Happening::Finished(report) => {
                    told.report = *report;
                    break;
                }
            }
        }
        told.end_newline(screen);
        if has_news {
            screen.show(Output::Stderr("\r\x1b[K".to_owned()));
        }
        self.link.relay.set_running(false);
        self.link.forget_compiled();
        self.stage.close();
        let was_killed = self.stop.close();
        self.link.reset();
        if was_killed && !told.report.has_ended() {
            self.notice_the_end(&mut told.report);
        }
        told
    }
}

/// The code of a cell with its commands blank: they are no Rust.
fn code_of(head: &Head) -> String {
    let mut in_head = true;
    let mut code = String::with_capacity(head.rest.len());
    for line in head.rest.split_inclusive('\n') {
        let text = line.trim();
        let is_command = in_head && text.starts_with(':') && !text.starts_with("::");
        in_head &= text.is_empty() || text.starts_with("//") || is_command;
        if is_command {
            code.extend(line.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        } else {
            code.push_str(line);
        }
    }
    code
}

/// The rewritten code with the commands before it. Commands stand on lines that are blank in it.
fn with_commands(head: &Head, code: &Code) -> String {
    let mut commands = head.rest.split_inclusive('\n');
    let lines = code.text.split_inclusive('\n').map(|line| {
        let command = commands.next().unwrap_or("");
        if command.trim().starts_with(':') && line.trim().is_empty() {
            command
        } else {
            line
        }
    });
    lines.collect()
}

fn bundle(text: String, html: Option<String>) -> Map {
    let mut data = Map::new();
    data.insert("text/plain".to_owned(), text.into());
    if let Some(html) = html {
        data.insert("text/html".to_owned(), html.into());
    }
    data
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn commands_and_code_share_a_cell() {
        let text = ":dep a = \"1\"\n// why\nlet x = f()?;\nx";
        let head = Head::of(text, Path::new("/"), Path::new("/"));
        let code = rewrite(&code_of(&head), &Impls::default());
        assert_eq!(
            with_commands(&head, &code),
            ":dep a = \"1\"\n// why\nlet x = f().chainrule_tell(3).told()?;\n(&(x)).evcxr_display();"
        );
        assert_eq!(code.statements[0].line, 3);
        assert!(head.adds_dependency());
    }
}
