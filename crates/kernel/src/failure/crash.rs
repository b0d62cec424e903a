//! The end of the process that runs the cells.

use chainrule_jupyter::Failure;

use super::snippet::draw;
use crate::cell::Anew;
use crate::memory::Renewed;

/// The process ended by itself: evcxr's words on how, and what it last wrote on standard error.
pub(crate) fn terminated(status: &str, errors: &str, variables: usize) -> Failure {
    let signal = status
        .split("signal: ")
        .nth(1)
        .and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next())
        .and_then(|number| number.parse::<i32>().ok());
    let overflowed = errors.contains("has overflowed its stack");
    let memory = errors.contains("memory allocation of");
    let (name, what, help) = match signal {
        _ if overflowed => (
            "StackOverflow",
            "the stack is full: a function calls itself too often".to_owned(),
            "a recursion needs a case that ends it; large arrays belong in a `Vec` or `Box`",
        ),
        _ if memory => (
            "OutOfMemory",
            "there is no memory left for the cell".to_owned(),
            "load less at a time, or drop what is not needed: `drop(x);`",
        ),
        Some(9) => (
            "Killed",
            "the cell's process was killed (signal 9), most likely because memory ran out"
                .to_owned(),
            "load less at a time, or drop what is not needed: `drop(x);`",
        ),
        Some(6) => (
            "Abort",
            "the cell's process aborted (signal 6)".to_owned(),
            "look at what it printed last: a panic while panicking, or `std::process::abort()`",
        ),
        Some(11 | 7 | 10) => (
            "SegmentationFault",
            "the cell touched memory that is not its own (segmentation fault)".to_owned(),
            "look for `unsafe` code, in the cell or in a library it uses",
        ),
        Some(8) => (
            "ArithmeticFault",
            "an impossible arithmetic operation (signal 8)".to_owned(),
            "",
        ),
        Some(signal) => (
            "Crash",
            format!("the cell's process was ended by signal {signal}"),
            "",
        ),
        None => (
            "Exit",
            format!("the cell ended its process{}", code(status)),
            "leave out `std::process::exit`: a cell just ends",
        ),
    };
    lost(name, &what, help, variables)
}

fn code(status: &str) -> String {
    let code = status.split("exit status: ").nth(1);
    let code = code.map(|code| code.lines().next().unwrap_or(code).trim());
    code.map_or(String::new(), |code| format!(" with code {code}"))
}

/// Stop was pressed and the code did not listen.
pub(crate) fn killed(variables: usize) -> Failure {
    let what = "stopped: the code did not listen, so its process was ended";
    let help = "training listens, and loops that ask `chainrule::interrupted()` do: they stop with everything kept";
    lost("Interrupted", what, help, variables)
}

/// The library was compiled anew while its former self was at work in the process.
pub(crate) fn replaced(renewed: &Renewed, variables: usize) -> Failure {
    let name = if renewed.by_dependency {
        "LibraryReplaced"
    } else {
        "SourcesChanged"
    };
    let what = format!(
        "{}: compiled anew, and the process began again",
        renewed.why()
    );
    lost(name, &what, "run this cell once more", variables)
}

fn lost(name: &str, what: &str, help: &str, variables: usize) -> Failure {
    let mut help: Vec<_> = [help.to_owned()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    help.push(match variables {
        0 => "functions, types and dependencies are kept".to_owned(),
        1 => "the 1 variable is lost; functions, types and dependencies are kept: run the cells from the top".to_owned(),
        some => format!("all {some} variables are lost; functions, types and dependencies are kept: run the cells from the top"),
    });
    Failure {
        name: name.to_owned(),
        value: what.to_owned(),
        traceback: draw(&format!("{name}: {what}"), None, None, &help),
    }
}

/// Stop was pressed and the code ended by itself.
pub(crate) fn interrupted() -> Failure {
    stopped("stopped; what was trained until then and every variable is kept")
}

/// Stop was pressed before the cell's code ran, and after what the cell had begin anew.
pub(crate) fn stopped_early(anew: Option<Anew>) -> Failure {
    stopped(match anew {
        None => "stopped before the cell ran; every variable is kept",
        Some(Anew::Session) => {
            "stopped before the cell's code ran; `:clear` has cleared the session"
        }
        Some(Anew::Process) => {
            "stopped before the cell's code ran; after `:restart` there are no variables, what is defined is kept"
        }
    })
}

/// What was wanted is no mistake, and is not drawn as one.
fn stopped(what: &str) -> Failure {
    Failure {
        name: "Interrupted".to_owned(),
        value: what.to_owned(),
        traceback: vec![format!("Interrupted: {what}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_after_clear_does_not_say_that_variables_are_kept() {
        let told = |anew| stopped_early(anew).value;
        assert!(told(None).contains("every variable is kept"));
        assert!(told(Some(Anew::Session)).contains("cleared the session"));
        assert!(told(Some(Anew::Process)).contains("there are no variables"));
    }

    #[test]
    fn a_crash_is_told_as_what_it_was() {
        let name = |status: &str, errors: &str| terminated(status, errors, 2).name;
        let died = |signal| format!("Subprocess terminated with status: signal: {signal} (X)");
        assert_eq!(name(&died(11), ""), "SegmentationFault");
        assert_eq!(name(&died(6), ""), "Abort");
        assert_eq!(name(&died(9), ""), "Killed");
        assert_eq!(
            name(&died(6), "thread 'main' has overflowed its stack"),
            "StackOverflow"
        );
        assert_eq!(
            name(&died(6), "memory allocation of 99 bytes failed"),
            "OutOfMemory"
        );
        let exit = terminated("Subprocess terminated with status: exit status: 3", "", 1);
        assert_eq!(exit.value, "the cell ended its process with code 3");
        assert!(exit.traceback.join("\n").contains("the 1 variable is lost"));
    }
}
