//! Panics as events, instead of twenty lines on standard error.

use std::{
    any::Any,
    backtrace::Backtrace,
    panic::PanicHookInfo,
    thread::{self, Thread, ThreadId},
};

use serde_json::{Value, json};

use super::addresses;
use crate::notebook::live;

/// So many frames are told at most, the innermost first.
const FRAMES: usize = 12;

/// To be called from the thread that runs the cells.
pub(super) fn install() {
    let cells = thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        // One of a callback is told with the history that it ends.
        if !chainrule_train::panic_is_caught() {
            live::emit(&event(info, cells));
        }
    }));
}

/// The name of a thread, unless it is the one that runs the cells. That one has none here: the
/// process's main function knows another copy of the standard library.
fn other_thread(thread: &Thread, cells: ThreadId) -> Option<&str> {
    (thread.id() != cells).then(|| thread.name().unwrap_or("<unnamed>"))
}

fn event(info: &PanicHookInfo<'_>, cells: ThreadId) -> Value {
    let place = info.location();
    let backtrace = Backtrace::force_capture();
    let frames = frames(&backtrace.to_string());
    json!({
        "event": "panic",
        "message": message(info.payload()),
        "file": place.map(std::panic::Location::file),
        "line": place.map(std::panic::Location::line),
        "column": place.map(std::panic::Location::column),
        "thread": other_thread(&thread::current(), cells),
        "frames": frames,
        "addresses": addresses::of_cells(&format!("{backtrace:#}")),
    })
}

/// The text of a panic; `panic_any` may have been given something else.
fn message(payload: &(dyn Any + Send)) -> String {
    macro_rules! text {
        ($($type:ty)*) => {$(
            if let Some(value) = payload.downcast_ref::<$type>() {
                return value.to_string();
            }
        )*};
    }
    text!(&'static str String Box<str> char bool i32 i64 u32 u64 usize f32 f64);
    text!(chainrule_error::Error std::io::Error Box<dyn std::error::Error + Send + Sync>);
    "a value that is no text (panic_any)".to_owned()
}

/// A frame of a printed backtrace.
struct Frame<'a> {
    name: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
}

/// The frames of a printed backtrace that say something to the author of a cell: those outside the
/// panic itself, the standard library, the runtime, and what the kernel writes around a cell.
fn frames(backtrace: &str) -> Vec<Value> {
    let frames = parse(backtrace);
    let throwing = frames.iter().rposition(Frame::throws);
    frames[throwing.map_or(0, |last| last + 1)..]
        .iter()
        .filter(|frame| !frame.is_noise())
        .take(FRAMES)
        .map(|frame| json!({ "name": frame.name, "file": frame.file, "line": frame.line }))
        .collect()
}

fn parse(backtrace: &str) -> Vec<Frame<'_>> {
    let mut frames: Vec<Frame<'_>> = Vec::new();
    for line in backtrace.lines().map(str::trim) {
        if let Some(place) = line.strip_prefix("at ") {
            // `src/lib.rs:7:5`: from the right, since a file's name may have colons too.
            let mut parts = place.rsplitn(3, ':').skip(1);
            if let (Some(frame), Some(line), Some(file)) =
                (frames.last_mut(), parts.next(), parts.next())
            {
                (frame.file, frame.line) = (Some(file), line.parse().ok());
            }
        } else if let Some((number, name)) = line.split_once(": ")
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            let (file, line) = (None, None);
            frames.push(Frame { name, file, line });
        }
    }
    frames
}

impl Frame<'_> {
    /// Whether it is the panic itself, with everything that it called.
    fn throws(&self) -> bool {
        let names = ["rust_begin_unwind", "begin_panic", "panic_fmt", "panic_any"];
        names.iter().any(|name| self.name.contains(name))
    }

    fn is_noise(&self) -> bool {
        let path = self.name.trim_start_matches(['<', '&', '(', '[', '*']);
        let path = path.strip_prefix("dyn ").unwrap_or(path);
        let beginnings = [
            "std::",
            "core::",
            "alloc::",
            "test::",
            "evcxr",
            "libloading::",
            "__rust",
            "__libc",
        ];
        let names = [
            "main",
            "clone",
            "clone3",
            "_start",
            "start_thread",
            "<unknown>",
        ];
        let folders = ["/rustc/", "/rustlib/", "/evcxr-"];
        let file = self.file.unwrap_or_default();
        beginnings
            .iter()
            .any(|beginning| path.starts_with(beginning))
            || names.contains(&self.name)
            || folders.iter().any(|folder| file.contains(folder))
            || self.name.contains("chainrule_kernel::")
            // With its file it names the cell's line.
            || (self.name.contains("run_user_code") && self.file.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "   0: std::backtrace_rs::backtrace::libunwind::trace
             at /rustc/5980/library/std/src/backtrace.rs:117:9
   1: chainrule::notebook::cell::panics::event
   2: rust_begin_unwind
   3: core::panicking::panic_fmt
   4: chainrule_data::dataset::Dataset::first
             at /home/a:b/crates/data/src/dataset.rs:88:13
   5: <chainrule_nn::model::Model as core::clone::Clone>::clone
   6: call_once<average>
             at /rustc/5980/library/core/src/ops/function.rs:250:5
   7: user_code::main_average
             at ./src/lib.rs:12:5
   8: <alloc::boxed::Box<F,A> as core::ops::function::FnOnce<Args>>::call_once
   9: run_user_code_4::{{closure}}
  10: std::panicking::catch_unwind
  11: evcxr::runtime::Runtime::run_loop
  12: __libc_start_main
";

    #[test]
    fn frames_of_the_machinery_are_left_out() {
        let names = |printed| -> Vec<String> {
            let frames = frames(printed).into_iter();
            frames
                .filter_map(|frame| frame["name"].as_str().map(str::to_owned))
                .collect()
        };
        let expected = [
            "chainrule_data::dataset::Dataset::first",
            "<chainrule_nn::model::Model as core::clone::Clone>::clone",
            "user_code::main_average",
        ];
        assert_eq!(names(PRINTED), expected);
        let first = &frames(PRINTED)[0];
        assert_eq!(first["file"], "/home/a:b/crates/data/src/dataset.rs");
        assert_eq!(first["line"], 88);
        let deep: String = (0..40)
            .map(|i| format!("{i}: f{i}\n at a.rs:1:1\n"))
            .collect();
        assert_eq!(names(&deep).len(), FRAMES);
    }

    #[test]
    fn a_thread_without_a_name_is_not_the_one_that_runs_the_cells() {
        let cells = thread::current().id();
        assert_eq!(other_thread(&thread::current(), cells), None);
        let name = move || other_thread(&thread::current(), cells).map(str::to_owned);
        let unnamed = thread::spawn(name).join().unwrap();
        assert_eq!(unnamed.as_deref(), Some("<unnamed>"));
        let named = thread::Builder::new().name("main".to_owned()).spawn(name);
        assert_eq!(named.unwrap().join().unwrap().as_deref(), Some("main"));
    }

    #[test]
    fn what_is_thrown_is_told_if_it_has_words() {
        assert_eq!(message(&"plain"), "plain");
        assert_eq!(message(&String::from("made")), "made");
        assert_eq!(message(&42_i32), "42");
        assert_eq!(message(&vec![1]), "a value that is no text (panic_any)");
    }
}
