//! `cargo lab run`: executes notebooks without a browser, as a student would run them from top to
//! bottom, and says where one fails.
//!
//! The rule of this folder: `notebook` knows files, `client` and `process` know kernels, `execute`
//! brings the two together, `compare` judges the result. Nothing here knows what a cell computes,
//! and only `evcxr` knows one kernel from another.

mod check;
pub(crate) mod client;
mod compare;
pub(crate) mod control;
mod evcxr;
mod execute;
mod failure;
mod files;
pub(crate) mod interrupt;
pub(crate) mod kernelspec;
mod listening;
mod notebook;
mod outputs;
mod overtype;
mod pictures;
mod process;
mod report;
mod text;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chainrule_error::{Error, ErrorKind, Result};

use self::check::Check;
use self::client::Kernel;
use self::files::{Destination, write_whole};
use self::interrupt::Interrupt;
use self::kernelspec::Kernelspec;
use self::notebook::Notebook;
use self::report::{Report, duration};

/// What to run, and how. [`RunOptions::new`] has the defaults.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The notebooks to run; empty for all in the checkout's `notebooks/`, in order of their names.
    pub notebooks: Vec<PathBuf>,
    /// The kernel to run them on instead of the one that each names.
    pub kernel: Option<String>,
    /// Where the executed copies and the pictures go; by default the checkout's `.lab/runs`.
    pub out: Option<PathBuf>,
    /// Compare what the cells show with the outputs committed in the notebook.
    pub check: bool,
    /// Store the outputs in the notebook itself, once all its cells have run.
    pub update: bool,
    /// The checkout.
    pub root: PathBuf,
    /// Folders with kernel specifications that are searched before Jupyter's own.
    pub kernels: Vec<PathBuf>,
    /// How long a kernel may take until it answers.
    pub start_limit: Duration,
    /// How long a cell may take; `None` for as long as it likes.
    pub cell_limit: Option<Duration>,
    /// Whether errors keep the colours that the kernel gave them.
    pub colours: bool,
}

impl RunOptions {
    /// All notebooks of the checkout `root`, on the kernels that they name.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self {
            notebooks: Vec::new(),
            kernel: None,
            out: None,
            check: false,
            update: false,
            kernels: vec![root.join(".lab/share/jupyter/kernels")],
            root,
            start_limit: Duration::from_secs(300),
            cell_limit: Some(Duration::from_secs(30 * 60)),
            colours: false,
        }
    }
}

/// A notebook that is ready to run.
struct Job {
    name: String,
    notebook: Notebook,
    spec: Kernelspec,
    destination: Destination,
}

/// Executes notebooks, writes the executed copies and every picture, and compares if asked to.
///
/// # Errors
/// A notebook, its kernel or the folder for the copies cannot be used; the first cell that fails,
/// by an error, a panic or a `?`; with `check`, every output that is not as committed.
pub fn run(options: &RunOptions) -> Result<()> {
    if options.check && options.update {
        return Err(
            Error::new(ErrorKind::Value, "--check and --update exclude each other")
                .why("outputs that were just stored equal themselves"),
        );
    }
    let jobs = prepare(options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Error::new(ErrorKind::Io, "cannot start threads").source(error))?;
    let outcome = runtime.block_on(run_all(jobs, options));
    // A task that still reads from a kernel's socket does not hold up the end.
    runtime.shutdown_background();
    outcome
}

/// Reads everything and checks everything that can be checked before the first kernel starts.
fn prepare(options: &RunOptions) -> Result<Vec<Job>> {
    let paths = match options.notebooks.as_slice() {
        [] => all_notebooks(&options.root.join("notebooks"))?,
        some => some.to_vec(),
    };
    let out = options
        .out
        .clone()
        .unwrap_or_else(|| options.root.join(".lab/runs"));
    let mut seen: HashMap<_, &Path> = HashMap::new();
    for path in &paths {
        if let Some(other) = seen.insert(path.file_name(), path) {
            let place = "two notebooks of one name would overwrite each other's copies";
            return Err(Error::new(ErrorKind::Value, place)
                .got(format!("{}\n{}", other.display(), path.display()))
                .hint("run them one after the other with different folders for --out"));
        }
    }
    let mut jobs = Vec::new();
    for path in &paths {
        let notebook = Notebook::load(path)?;
        let name = path
            .strip_prefix(&options.root)
            .unwrap_or(path)
            .display()
            .to_string();
        let spec = match &options.kernel {
            Some(kernel) => kernelspec::find(kernel, &options.kernels)?,
            None => kernelspec::find(notebook.kernel_name()?, &options.kernels)
                .map_err(|error| error.within(&name))?,
        };
        if options.check && !notebook.has_been_run() {
            return Err(Error::new(
                ErrorKind::Data,
                format!("{name} has no outputs to compare with"),
            )
            .hint(format!(
                "cargo lab run --update {name}, then look at them and commit them"
            )));
        }
        let destination = Destination::prepare(&out, path)?;
        jobs.push(Job {
            name,
            notebook,
            spec,
            destination,
        });
    }
    Ok(jobs)
}

fn all_notebooks(folder: &Path) -> Result<Vec<PathBuf>> {
    let none = || {
        Error::new(
            ErrorKind::Io,
            format!("no notebooks in {}", folder.display()),
        )
    };
    let entries = fs::read_dir(folder).map_err(|error| none().source(error))?;
    let mut paths: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && path.extension().is_some_and(|kind| kind == "ipynb"))
        .collect();
    paths.sort();
    if paths.is_empty() {
        Err(none())
    } else {
        Ok(paths)
    }
}

async fn run_all(jobs: Vec<Job>, options: &RunOptions) -> Result<()> {
    let interrupt = Interrupt::listen()
        .map_err(|error| Error::new(ErrorKind::Io, "cannot listen for Ctrl-C").source(error))?;
    let mut report = Report::to_stdout();
    let mut check = Check::default();
    for job in jobs {
        run_one(job, options, &interrupt, &mut report, &mut check).await?;
    }
    check.into_result()
}

async fn run_one(
    job: Job,
    options: &RunOptions,
    interrupt: &Interrupt,
    report: &mut Report,
    check: &mut Check,
) -> Result<()> {
    let Job {
        name,
        mut notebook,
        spec,
        destination,
    } = job;
    let committed = notebook.clone();
    let cells = notebook.code_cells();
    report.notebook(&name, spec.display_name(), cells.len());
    let start = Instant::now();
    let folder = match notebook.path().parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut kernel = Kernel::start(&spec, &folder, options.start_limit, interrupt)
        .await
        .map_err(|error| error.within(&name))?;
    let save = |notebook: &Notebook| destination.save(notebook);
    let outcome =
        execute::execute(&mut notebook, &mut kernel, options.cell_limit, report, save).await;
    kernel.end().await;
    let copy = destination.copy.display().to_string();
    if let Some((cell, failure)) = outcome? {
        return Err(failure.into_error(&name, &cell, &copy, options.colours));
    }
    report.line(&format!(
        "  {} cells in {}  →  {copy}",
        cells.len(),
        duration(start.elapsed())
    ));
    if options.update {
        write_whole(notebook.path(), notebook.to_text().as_bytes())?;
        report.line(&format!("  outputs stored in {name}"));
    }
    if options.check {
        report.line(&format!(
            "  {}",
            check.notebook(&name, &committed, &notebook)
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut RunOptions, &Path)) -> String {
        let root = tempfile::tempdir().unwrap();
        let mut options = RunOptions::new(root.path());
        options.kernels = vec![root.path().join("kernels")];
        change(&mut options, root.path());
        let error = run(&options).unwrap_err().to_string();
        error.replace(&root.path().display().to_string(), "ROOT")
    }

    fn notebook(root: &Path, name: &str, kernel: &str) -> PathBuf {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = format!(
            r#"{{"cells": [{{"cell_type": "code", "source": "1", "outputs": []}}],
                "metadata": {{"kernelspec": {{"name": "{kernel}"}}}}, "nbformat": 4}}"#
        );
        fs::write(&path, text).unwrap();
        path
    }

    fn kernel(root: &Path, argv: &str) {
        let folder = root.join("kernels/k");
        fs::create_dir_all(&folder).unwrap();
        let json = format!(r#"{{"argv": {argv}, "display_name": "K", "language": "rust"}}"#);
        fs::write(folder.join("kernel.json"), json).unwrap();
    }

    #[test]
    fn a_checkout_without_notebooks_is_an_error() {
        assert!(refused(|_, _| {}).starts_with("no notebooks in ROOT/notebooks"));
        let empty = refused(|_, root| fs::create_dir(root.join("notebooks")).unwrap());
        assert_eq!(empty, "no notebooks in ROOT/notebooks");
    }

    #[test]
    fn an_unknown_kernel_names_the_notebook_that_asks_for_it() {
        let error = refused(|_, root| drop(notebook(root, "notebooks/a.ipynb", "nobody-has-this")));
        assert!(
            error.starts_with("notebooks/a.ipynb: there is no kernel \"nobody-has-this\""),
            "{error}"
        );
        assert!(error.contains("cargo lab setup"), "{error}");
        let error = refused(|options, root| {
            notebook(root, "notebooks/a.ipynb", "k");
            options.kernel = Some("nobody-has-this".to_owned());
        });
        assert!(error.starts_with("there is no kernel"), "{error}");
    }

    #[test]
    fn a_check_needs_outputs_to_compare_with() {
        let error = refused(|options, root| {
            notebook(root, "notebooks/a.ipynb", "k");
            kernel(root, r#"["true"]"#);
            options.check = true;
        });
        assert!(
            error.starts_with("notebooks/a.ipynb has no outputs"),
            "{error}"
        );
        assert!(error.contains("--update"), "{error}");
        let error = refused(|options, _| (options.check, options.update) = (true, true));
        assert!(error.contains("exclude"), "{error}");
    }

    #[test]
    fn two_notebooks_of_one_name_are_refused() {
        let error = refused(|options, root| {
            options.notebooks = vec![
                notebook(root, "a/n.ipynb", "k"),
                notebook(root, "b/n.ipynb", "k"),
            ];
        });
        assert!(
            error.contains("ROOT/a/n.ipynb\n            ROOT/b/n.ipynb"),
            "{error}"
        );
    }

    #[test]
    fn a_kernel_that_ends_at_once_is_told_with_its_last_words() {
        let error = refused(|_, root| {
            notebook(root, "notebooks/a.ipynb", "k");
            kernel(root, r#"["sh", "-c", "echo no rust here >&2; exit 3"]"#);
        });
        assert!(
            error.starts_with("notebooks/a.ipynb: the kernel \"k\" did not start"),
            "{error}"
        );
        assert!(error.contains("exit status: 3"), "{error}");
        assert!(error.contains("no rust here"), "{error}");
    }

    #[test]
    fn a_kernel_that_ends_early_is_started_again() {
        let starts = tempfile::NamedTempFile::new().unwrap();
        let count = format!("echo start >> {}; exit 3", starts.path().display());
        refused(|_, root| {
            notebook(root, "notebooks/a.ipynb", "k");
            kernel(root, &serde_json::json!(["sh", "-c", count]).to_string());
        });
        assert_eq!(
            fs::read_to_string(starts.path()).unwrap(),
            "start\n".repeat(3)
        );
    }

    #[test]
    fn a_kernel_that_never_answers_is_given_up() {
        let error = refused(|options, root| {
            notebook(root, "notebooks/a.ipynb", "k");
            kernel(root, r#"["sleep", "600"]"#);
            options.start_limit = Duration::from_millis(500);
        });
        assert!(error.contains("gave no answer within 0.5 s"), "{error}");
    }

    #[test]
    fn a_kernel_whose_program_is_missing_is_told() {
        let error = refused(|_, root| {
            notebook(root, "notebooks/a.ipynb", "k");
            kernel(root, r#"["/nowhere/kernel"]"#);
        });
        assert!(error.contains("cannot start the kernel \"k\""), "{error}");
        assert!(error.contains("/nowhere/kernel"), "{error}");
    }
}
