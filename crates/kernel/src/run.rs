//! One cell from its text to its end.

use std::fs;

use chainrule_jupyter::{Cell, Failure, Host, Map, Outcome, Output};
use serde_json::Value;

use crate::cell::{Code, Head, Order, Place, locate, rewrite};
use crate::child::Piece;
use crate::complete;
use crate::failure::{
    Kept, Panicked, compile_failure, disk_full, interrupted, is_disk_full, killed, panic_failure,
    question_mark_failure, replaced, stopped_early, terminated,
};
use crate::kernel::Kernel;
use crate::memory::Renewed;
use crate::screen::Screen;
use crate::stage::{Happening, lock};
use crate::table::{self, Sizes};
use crate::told::Told;
use crate::{symbols, words};

/// The answer to a question that nobody answers; the library makes an error of it.
const NOBODY: &str = "\u{4}";
/// How evcxr's process ends if a cell's library does not fit what is loaded.
const CANNOT_LOAD: &str = "exit status: 99";
impl Kernel {
    pub(crate) fn run_cell(&self, cell: &Cell, host: &dyn Host) -> Outcome {
        let head = Head::of(&cell.code, &self.settings.library, &self.settings.folder);
        let mut screen = Screen::new(host);
        let code = rewrite(&code_of(&head));
        let is_alone = head.orders.len() == 1 && code.is_empty && !head.commands;
        for order in &head.orders {
            if let Err(failure) = self.obey(order, is_alone, host, &mut screen) {
                return Outcome::Failed(failure);
            }
        }
        if code.is_empty && !head.commands {
            return Outcome::Done;
        }
        if let Err(failure) = self.wait_for_start(&mut screen) {
            return Outcome::Failed(failure);
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
            return Outcome::Failed(stopped_early());
        }
        let told = self.attend(text, &mut screen, host);
        if head.clears {
            self.attend(self.settings.prelude(), &mut screen, host);
        }
        if head.time {
            screen.show(Output::Stdout(words::times(&told.report)));
        }
        match self.judge(cell, &code, told, adds_dependency(&head), &mut screen) {
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
        let calls_own = memory.items.iter().any(|(_, item)| {
            complete::named(&item.text).is_some_and(|(_, name)| code.names.contains(&name))
        });
        let level = if code.computes || calls_own { "2" } else { "0" };
        // What cannot be written leaves the level that the session was built with.
        let _ = fs::write(self.settings.file("opt-level"), level);
    }

    /// Runs the text and shows what comes of it until evcxr is done.
    fn attend(&self, text: String, screen: &mut Screen<'_>, host: &dyn Host) -> Told {
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

    fn judge(
        &self,
        cell: &Cell,
        code: &Code,
        mut told: Told,
        by_dependency: bool,
        screen: &mut Screen<'_>,
    ) -> Option<Failure> {
        let mut memory = lock(&self.memory);
        let panicked = told.end();
        if !told.renewed.is_empty() {
            let crates = std::mem::take(&mut told.renewed);
            let renewed = Renewed {
                crates,
                by_dependency,
            };
            screen.show(Output::Stderr(words::renewed(&renewed)));
            memory.renewed.crates.extend(renewed.crates);
            memory.renewed.by_dependency |= by_dependency;
        }
        let Told {
            error,
            has_failed,
            errors,
            report,
            ..
        } = told;
        if let Some(why) = report.broken {
            return Some(words::broken(&why));
        }
        let outputs = match report.result? {
            Ok(outputs) => outputs,
            Err(error) if is_disk_full(&error, &self.settings.session.join("cell")) => {
                return Some(disk_full(&self.settings.session));
            }
            Err(evcxr::Error::SubprocessTerminated(status)) => {
                let lost = memory.replace(report.variables, cell.number, "was lost in");
                let lost = lost.len();
                memory.remember(cell.number, &cell.code, &code.statements);
                let renewed = std::mem::take(&mut memory.renewed);
                return Some(if self.stop.has_killed() {
                    killed(lost)
                } else if status.contains(CANNOT_LOAD) && !renewed.crates.is_empty() {
                    replaced(&renewed, lost)
                } else {
                    terminated(&status, &errors, lost)
                });
            }
            Err(_) if self.stop.pressed() => return Some(stopped_early()),
            Err(evcxr::Error::CompilationErrors(errors)) if is_evcxrs_own(&errors) => {
                return Some(words::untyped(code));
            }
            Err(evcxr::Error::CompilationErrors(errors)) => {
                return Some(compile_failure(
                    &errors,
                    &cell.code,
                    &code.columns,
                    &memory.gone,
                ));
            }
            Err(error) => return Some(words::refused(&error.to_string())),
        };
        let lost = memory.replace(report.variables, cell.number, "was moved in");
        memory.remember(cell.number, &cell.code, &code.statements);
        let has_defined = |name: &String| memory.variables.contains_key(name);
        let kept = Kept {
            lost,
            not_made: code
                .defines
                .iter()
                .filter(|name| !has_defined(name))
                .cloned()
                .collect(),
            alive: memory.variables.len(),
        };
        if let Some(panicked) = panicked {
            let place = place_of(&panicked, &report.source, code, &memory.items);
            let text = place.and_then(|place| match place.cell {
                Some(number) => memory.cell(number),
                None => Some(cell.code.as_str()),
            });
            return Some(panic_failure(&panicked, place.zip(text), &kept));
        }
        if has_failed {
            let error = error.unwrap_or(Value::Null);
            let name = error["name"].as_str().unwrap_or("Error");
            let message = error["message"].as_str().unwrap_or_else(|| errors.trim());
            let place = error["line"].as_u64().map(|line| Place {
                cell: None,
                line: line as usize,
            });
            let place = place.map(|place| (place, cell.code.as_str()));
            return Some(question_mark_failure(name, message, place, &kept));
        }
        if self.stop.pressed() {
            return Some(interrupted());
        }
        let data: Map = outputs
            .content_by_mime_type
            .into_iter()
            .map(|(mime, content)| (mime, content.into()))
            .collect();
        if !data.is_empty() {
            screen.answer(data, true);
        }
        None
    }
}

/// Whether the errors are all in what evcxr wrote around a cell. It checks a cell whose variables'
/// types it cannot find, and stumbles there over every kept variable that is a `&'static str`.
fn is_evcxrs_own(errors: &[evcxr::CompilationError]) -> bool {
    let has_place = |error: &evcxr::CompilationError| {
        error
            .spanned_messages()
            .iter()
            .any(|message| message.span.is_some())
    };
    !errors.is_empty()
        && errors
            .iter()
            .all(|error| error.code() == Some("E0521") && !has_place(error))
}

/// Whether a cell asks for another library.
fn adds_dependency(head: &Head) -> bool {
    let mut lines = head.rest.lines();
    head.commands && lines.any(|line| line.trim_start().starts_with(":dep"))
}

/// The code of a cell with its commands blank: they are no Rust.
fn code_of(head: &Head) -> String {
    let mut in_head = true;
    let mut code = String::with_capacity(head.rest.len());
    for line in head.rest.split_inclusive('\n') {
        let text = line.trim();
        let is_command = in_head && text.starts_with(':');
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

/// Where in the student's cells it happened: there, or where a library was called from.
fn place_of(
    panicked: &Panicked,
    source: &str,
    code: &Code,
    items: &[(usize, crate::cell::Statement)],
) -> Option<Place> {
    let frames = panicked
        .frames
        .iter()
        .map(|(_, file, line)| (file.clone(), *line));
    let there = std::iter::once((panicked.file.clone(), panicked.line));
    let called = panicked
        .addresses
        .iter()
        .flat_map(|(library, at)| symbols::lines(library, *at));
    there
        .chain(frames)
        .chain(called)
        .filter(|(file, _)| file.ends_with("cell/src/lib.rs"))
        .find_map(|(_, line)| locate(source, line, &code.statements, items))
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
        let code = rewrite(&code_of(&head));
        assert_eq!(
            with_commands(&head, &code),
            ":dep a = \"1\"\n// why\nlet x = f().chainrule_tell(3).told()?;\n(&(x)).evcxr_display();"
        );
        assert_eq!(code.statements[0].line, 3);
        assert!(adds_dependency(&head));
    }

    #[test]
    fn only_a_cell_with_a_dependency_adds_one() {
        let adds = |text| adds_dependency(&Head::of(text, Path::new("/"), Path::new("/")));
        assert!(adds(":dep a = \"1\""));
        assert!(!adds(":opt 1\nlet x = 1;") && !adds("let x = 1;\n:dep a"));
    }
}
