//! `cargo lab test`: prepares everything, then runs every test.

use std::io::Write;
use std::process::Command;

use chainrule_error::{Error, ErrorKind, Result};

use crate::args::TestArgs;
use crate::places::Places;
use crate::setup::kernel;
use crate::{bench, setup, tools};

/// Prepares everything, then runs the tests of the workspace, and the kernel's with the programs
/// that the setup has built; last, a short run of the bench beside NumPy.
///
/// # Errors
/// A step of the setup or a test fails; cargo has then said which.
pub fn test(places: &Places, args: &TestArgs, out: &mut dyn Write) -> Result<()> {
    if !setup::is_current(places) {
        setup::prepare(places, out)?;
    }
    commands(places, args).iter_mut().try_for_each(run)?;
    match args.arguments.as_slice() {
        [] => bench::check(places, out),
        _ => Ok(()),
    }
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|cause| {
        let program = command.get_program().to_string_lossy().into_owned();
        Error::new(ErrorKind::Environment, format!("{program} does not start")).source(cause)
    })?;
    if status.success() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Environment, "the tests do not pass")
        .got(status.to_string())
        .why("their own words are above"))
}

/// `cargo test` on the workspace's default members, then on what holds rust-analyzer: optimised, so
/// that what the setup has compiled is not compiled again; then sessions of the kernel, in Python.
/// Arguments choose among the first.
fn commands(places: &Places, args: &TestArgs) -> Vec<Command> {
    let test = || {
        let mut command = tools::command("cargo");
        command.arg("test").current_dir(places.root());
        command
    };
    let mut most = test();
    most.args(&args.arguments);
    let mut kernels = test();
    kernels
        .args(["--release", "--locked"])
        .args(kernel::packages());
    match args.arguments.as_slice() {
        [] => vec![most, kernels, suite(places), sessions(places)],
        _ => vec![most],
    }
}

/// Installs the protocol's own test suite beside JupyterLab, which has all that it needs.
fn suite(places: &Places) -> Command {
    let mut install = tools::command(places.python());
    install
        .args(["-m", "pip", "install", "--quiet", "--no-deps"])
        .args(["--disable-pip-version-check", "--requirement"])
        .arg(places.kernels("requirements-test.txt"));
    install
}

/// The tests that look at a session of our kernel from outside, as a front end does.
fn sessions(places: &Places) -> Command {
    let mut tests = tools::command(places.python());
    tests
        .args(["-B", "-m", "unittest", "discover", "--verbose"])
        .args(["--pattern", "test_*.py", "--start-directory"])
        .arg(places.root().join("tests/kernel"))
        .envs(places.environment());
    tests
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(arguments: &[&str]) -> Vec<Vec<String>> {
        let args = TestArgs {
            arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
        };
        commands(&Places::of("/checkout"), &args)
            .iter()
            .map(|command| {
                let words = command.get_args().map(|word| word.to_str().unwrap());
                words.map(str::to_owned).collect()
            })
            .collect()
    }

    #[test]
    fn the_kernels_are_tested_as_they_are_built() {
        let [most, kernels, suite, sessions] = words(&[]).try_into().unwrap();
        assert_eq!(most, ["test"]);
        assert_eq!(
            kernels.join(" "),
            "test --release --locked --package chainrule-kernel --package chainrule-evcxr \
             --package chainrule-cargo"
        );
        assert!(
            suite
                .iter()
                .any(|word| word.ends_with("requirements-test.txt"))
        );
        assert!(sessions.contains(&"/checkout/tests/kernel".to_owned()));
    }

    #[test]
    fn arguments_are_passed_on() {
        assert_eq!(
            words(&["--test", "notebooks"]),
            [["test", "--test", "notebooks"]]
        );
    }
}
