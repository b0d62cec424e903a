//! `cargo lab test`: prepares everything, then runs every test.

use std::io::Write;
use std::process::Command;

use chainrule_error::{Error, ErrorKind, Result};

use crate::args::TestArgs;
use crate::places::Places;
use crate::{setup, tools};

/// Prepares everything, then runs the tests of the workspace.
///
/// # Errors
/// A step of the setup or a test fails; cargo has then said which.
pub fn test(places: &Places, args: &TestArgs, out: &mut dyn Write) -> Result<()> {
    if !setup::is_current(places) {
        setup::prepare(places, out)?;
    }
    let status = command(places, args).status().map_err(|cause| {
        Error::new(ErrorKind::Environment, "cargo does not start").source(cause)
    })?;
    if status.success() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Environment, "the tests do not pass")
        .got(status.to_string())
        .why("cargo's own words are above"))
}

/// `cargo test` on everything but the kernel, which has no tests of its own and takes minutes.
fn command(places: &Places, args: &TestArgs) -> Command {
    let mut command = tools::command("cargo");
    command
        .args(["test", "--workspace", "--exclude", "chainrule-evcxr"])
        .args(&args.arguments)
        .current_dir(places.root());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_is_left_out_and_arguments_are_passed_on() {
        let args = TestArgs {
            arguments: vec!["--test".into(), "notebooks".into()],
        };
        let command = command(&Places::of("/checkout"), &args);
        let words: Vec<_> = command
            .get_args()
            .map(|word| word.to_str().unwrap())
            .collect();
        assert_eq!(
            words,
            [
                "test",
                "--workspace",
                "--exclude",
                "chainrule-evcxr",
                "--test",
                "notebooks"
            ]
        );
    }
}
