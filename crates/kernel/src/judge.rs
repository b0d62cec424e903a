//! What a cell's end means: a result, or a failure that a student can read.

use chainrule_jupyter::{Cell, Failure, Map, Output};
use serde_json::Value;

use crate::cell::{Code, Head, Place, locate};
use crate::failure::{
    Cells, Kept, Panicked, compile_failure, disk_full, interrupted, is_disk_full, killed,
    panic_failure, question_mark_failure, replaced, stopped_early, terminated,
};
use crate::kernel::Kernel;
use crate::memory::Renewed;
use crate::screen::Screen;
use crate::stage::lock;
use crate::told::Told;
use crate::{symbols, words};

/// How evcxr's process ends if a cell's library does not fit what is loaded.
const CANNOT_LOAD: &str = "exit status: 99";

impl Kernel {
    pub(crate) fn judge(
        &self,
        cell: &Cell,
        (head, code): (&Head, &Code),
        mut told: Told,
        screen: &mut Screen<'_>,
    ) -> Option<Failure> {
        let mut memory = lock(&self.memory);
        let panicked = told.end();
        if !told.renewed.is_empty() {
            let crates = std::mem::take(&mut told.renewed);
            let by_dependency = head.adds_dependency();
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
                memory.remember(cell.number, &cell.code, code);
                let renewed = std::mem::take(&mut memory.renewed);
                return Some(if self.stop.has_killed() {
                    killed(lost)
                } else if status.contains(CANNOT_LOAD) && !renewed.crates.is_empty() {
                    replaced(&renewed, lost)
                } else {
                    terminated(&status, &errors, lost)
                });
            }
            Err(_) if self.stop.pressed() => return Some(stopped_early(head.anew)),
            Err(evcxr::Error::CompilationErrors(errors)) if is_evcxrs_own(&errors) => {
                return Some(words::untyped(code));
            }
            Err(evcxr::Error::CompilationErrors(errors)) => {
                let cells = Cells {
                    text: &cell.code,
                    code,
                    source: &report.source,
                    memory: &memory,
                };
                return Some(compile_failure(&errors, &cells));
            }
            Err(error) => return Some(words::refused(&error.to_string())),
        };
        let lost = memory.replace(report.variables, cell.number, "was moved in");
        memory.remember(cell.number, &cell.code, code);
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
