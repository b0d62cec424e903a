//! What the kernel says for itself.

use std::time::Duration;

use chainrule_jupyter::Failure;

use crate::cell::Code;
use crate::engine::Report;
use crate::failure::{Panicked, for_message};
use crate::memory::Renewed;

/// The crate that a line of cargo's says is being compiled, other than the cell itself.
pub(crate) fn compiling(line: &str) -> Option<&str> {
    let what = line.trim().strip_prefix("Compiling ")?;
    (!what.starts_with("ctx ")).then(|| what.split(" (").next().unwrap_or(what))
}

/// What a line of cargo's says of a dependency that is looked for or downloaded.
pub(crate) fn fetching(line: &str) -> Option<&str> {
    let line = line.trim();
    let about = [
        "Blocking",
        "Downloaded",
        "Downloading",
        "Locking",
        "Updating",
    ];
    let word = line.split(' ').next().unwrap_or_default();
    about.contains(&word).then_some(line)
}

/// How long a cell took, compiling and running apart.
pub(crate) fn times(report: &Report) -> String {
    let Some(Ok(outputs)) = &report.result else {
        return String::new();
    };
    let sum = |is_run: bool| {
        let phases = outputs.phases.iter();
        let phases = phases.filter(|phase| (phase.name == "Execution") == is_run);
        phases.map(|phase| phase.duration).sum()
    };
    format!(
        "compiled in {}, ran in {}\n",
        seconds(sum(false)),
        seconds(sum(true))
    )
}

/// A time as a person would say it.
pub(crate) fn seconds(time: Duration) -> String {
    match time.as_secs_f64() {
        s if s < 0.001 => format!("{:.0} µs", s * 1e6),
        s if s < 0.1 => format!("{:.1} ms", s * 1e3),
        s => format!("{s:.2} s"),
    }
}

/// The library was compiled anew while its former self is in the process.
pub(crate) fn renewed(renewed: &Renewed) -> String {
    let (why, crates) = (renewed.why(), renewed.crates.join(", "));
    if renewed.by_dependency {
        format!("{why}: compiled anew, and the process has to begin again.\n")
    } else {
        format!(
            "The sources of {crates} have changed, and were compiled anew. Restart the kernel to use them.\n"
        )
    }
}

/// What a start took long over, if it was the library.
pub(crate) fn compiled_at_start(crates: &[String]) -> Option<String> {
    let ours: Vec<&str> = crates
        .iter()
        .map(String::as_str)
        .filter(|what| what.starts_with("chainrule"))
        .collect();
    (!ours.is_empty()).then(|| {
        format!(
            "The sources of {} have changed, and were compiled anew.\n",
            ours.join(", ")
        )
    })
}

/// What a cell may begin with. Plain text and HTML.
pub(crate) fn help() -> (String, Option<String>) {
    let rows = HELP
        .iter()
        .map(|(what, means)| format!("{what:<22} {means}\n"));
    let text: String = rows.collect();
    let cell = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let rows = HELP.iter().map(|(what, means)| {
        format!(
            "<tr><td style=\"text-align:left\"><code>{}</code></td><td style=\"text-align:left\">{}</td></tr>",
            cell(what),
            cell(means)
        )
    });
    let html = format!("<table>{}</table>", rows.collect::<String>());
    (text, Some(html))
}

const HELP: [(&str, &str); 14] = [
    (
        "let x = 3;",
        "variables, functions, types and `use` lines live on for later cells",
    ),
    ("x", "a last line without `;` is shown"),
    ("f()?", "an error ends the cell and is shown with its line"),
    ("Tab, Shift-Tab", "completion, documentation"),
    (
        "■ (stop)",
        "stops training at the next batch; pressed twice, ends the process and its variables",
    ),
    ("%%time", "how long the cell took to compile and to run"),
    ("!command", "a line for the shell"),
    (":vars", "the variables and their types"),
    (
        ":dep name = \"1\"",
        "another library, from crates.io or `{ path = … }`",
    ),
    (":show_deps", "the libraries that were added"),
    (":type x", "the type of a variable"),
    (":explain", "the compiler's explanation of the last error"),
    (":clear", "forgets everything, as a restart would"),
    (":help", "this list"),
];

/// The libraries cannot be loaded.
pub(crate) fn cannot_start(why: &str) -> Failure {
    let mut traceback = vec![
        "\x1b[1;31mStartError\x1b[0m: the libraries cannot be loaded".to_owned(),
        String::new(),
    ];
    traceback.extend(why.lines().map(str::to_owned));
    traceback.push(String::new());
    traceback.push("try: `cargo lab setup` in the checkout, then restart the kernel".to_owned());
    Failure {
        name: "StartError".to_owned(),
        value: "the libraries cannot be loaded".to_owned(),
        traceback,
    }
}

/// evcxr panicked.
pub(crate) fn broken(why: &str) -> Failure {
    let value = format!("evcxr failed over this cell: {why}");
    Failure {
        name: "KernelError".to_owned(),
        traceback: vec![
            format!("\x1b[1;31mKernelError\x1b[0m: {value}"),
            "Everything is as after a restart: run the cells from the top. Please report the cell."
                .to_owned(),
        ],
        value,
    }
}

/// evcxr does not take the cell, in its words.
pub(crate) fn refused(message: &str) -> Failure {
    let first = message.lines().next().unwrap_or_default().to_owned();
    let mut traceback = vec![format!("\x1b[1;31mCompileError\x1b[0m: {first}")];
    match for_message(message) {
        Some(hint) => traceback.push(format!("\x1b[1;36mhelp\x1b[0m: {hint}")),
        None => traceback.extend(message.lines().skip(1).map(str::to_owned)),
    }
    Failure {
        name: "CompileError".to_owned(),
        value: first,
        traceback,
    }
}

/// evcxr could not find the type of a variable, and its own words on that are lost.
pub(crate) fn untyped(code: &Code) -> Failure {
    let message = match code.closures.as_slice() {
        [] => format!(
            "evcxr could not determine type of variable: one of `{}`",
            code.defines.join("`, `")
        ),
        closures => format!(
            "The variable `{}` is a closure, which cannot be kept",
            closures.join("`, `")
        ),
    };
    refused(&message)
}

/// A panic of another thread than the cell's own.
pub(crate) fn thread_panicked(panicked: &Panicked) -> Option<String> {
    let thread = panicked.thread.as_deref()?;
    Some(format!("thread {thread} panicked: {}\n", panicked.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_lines_are_understood() {
        assert_eq!(compiling("   Compiling serde v1.0.1"), Some("serde v1.0.1"));
        assert_eq!(
            compiling("Compiling nn v0.1.0 (/a b/nn)"),
            Some("nn v0.1.0")
        );
        assert_eq!(compiling("Compiling ctx v1.0.0 (/x)"), None);
        assert_eq!(compiling("Finished"), None);
        let line = "     Updating crates.io index";
        assert_eq!(fetching(line), Some("Updating crates.io index"));
        assert_eq!(fetching("warning: unused variable"), None);
    }

    #[test]
    fn a_library_that_is_compiled_anew_is_told_with_what_caused_it() {
        let told = |by_dependency| {
            let crates = vec!["chainrule-nn v0.1.0".to_owned()];
            renewed(&Renewed {
                crates,
                by_dependency,
            })
        };
        assert!(told(false).starts_with("The sources of chainrule-nn v0.1.0 have changed, and"));
        assert!(
            told(true).starts_with("`:dep` changed what chainrule-nn v0.1.0 are built with, or")
        );
    }

    #[test]
    fn times_read_well() {
        let read = |s| seconds(Duration::from_secs_f64(s));
        assert_eq!(
            [read(0.000_02), read(0.02), read(2.5)],
            ["20 µs", "20.0 ms", "2.50 s"]
        );
    }

    #[test]
    fn a_closure_that_cannot_be_kept_has_a_hint_in_place_of_evcxrs_words() {
        let failure = refused("The variable `f` is a closure, which cannot be persisted.\nYou can");
        let text = failure.traceback.join("\n");
        assert!(
            text.contains("write a function") && !text.contains("You can"),
            "{text}"
        );
    }
}
