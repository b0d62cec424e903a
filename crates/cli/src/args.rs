//! What one can type after `cargo lab`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::bench;

/// Learn neural networks from scratch in Rust notebooks.
///
/// Without a command: prepare everything, then open JupyterLab on the notebooks.
#[derive(Debug, Parser)]
#[command(
    name = "cargo lab",
    bin_name = "cargo lab",
    version,
    args_conflicts_with_subcommands = true
)]
pub struct Cli {
    /// What to do; JupyterLab without one.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Settings of JupyterLab.
    #[command(flatten)]
    pub lab: LabArgs,
}

/// Settings of JupyterLab.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct LabArgs {
    /// Print the address, open no browser
    #[arg(long)]
    pub no_browser: bool,
    /// Listen on this port [default: the first free one from 8888 on]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prepare everything that the notebooks need, and stop there
    Setup,
    /// Execute notebooks without a browser; stop at the first failing cell
    Run(RunArgs),
    /// Prepare everything, then run every test
    Test(TestArgs),
    /// Say what is present, what is missing, and how to mend it
    Doctor,
    /// Measure what a student waits for, on both kernels
    Latency(LatencyArgs),
    /// Train side by side with NumPy, PyTorch and Keras
    Bench(BenchArgs),
    /// List, verify and fetch the data sets
    Data(DataArgs),
    /// Start one session of the kernel; Jupyter calls this
    #[command(hide = true)]
    Kernel(KernelArgs),
    /// Prepare the folder of the next session; the start of a session calls this
    #[command(hide = true)]
    Spare(SpareArgs),
}

/// Which notebooks to execute, and how.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct RunArgs {
    /// The notebooks [default: every one in notebooks/]
    #[arg(value_name = "NOTEBOOK")]
    pub notebooks: Vec<PathBuf>,
    /// Run them on this kernel instead of the one they name
    #[arg(long, value_name = "NAME")]
    pub kernel: Option<String>,
    /// Write the executed copies, and each picture as a PNG file, to this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Compare the outputs with those that the notebooks hold
    #[arg(long)]
    pub check: bool,
    /// Store the outputs in the notebooks themselves
    #[arg(long, conflicts_with = "check")]
    pub update: bool,
}

/// What to pass on to `cargo test`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct TestArgs {
    /// Arguments for `cargo test`, as in `cargo lab test -- --test notebooks`; with any, the
    /// kernel's own tests and the check of training's speed are left out
    #[arg(last = true, value_name = "ARGUMENTS")]
    pub arguments: Vec<String>,
}

/// What to measure.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct LatencyArgs {
    /// How often the everyday cells are run, at least twice; the first round is told apart
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub rounds: usize,
    /// Instead of the comparison: so many sessions of our kernel at once
    #[arg(long, value_name = "SESSIONS")]
    pub many: Option<usize>,
    /// Instead of the comparison: so many cells in one session of our kernel, in rounds of twenty
    #[arg(long, value_name = "CELLS")]
    pub soak: Option<usize>,
    /// Write every single value to this file
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Measure what is set up, although sources have changed since
    #[arg(long)]
    pub as_is: bool,
}

/// What to train, beside whom, and what becomes of the numbers.
#[derive(Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BenchArgs {
    /// Something else than the whole comparison.
    #[command(subcommand)]
    pub action: Option<BenchAction>,
    /// Beside these only [default: all]; each is installed when it is first wanted
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub peers: Vec<Peer>,
    /// These only [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = PossibleValuesParser::new(bench::names()))]
    pub workloads: Vec<String>,
    /// How often each is measured, in turn with the others
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub rounds: u16,
    /// How long each measurement of training takes
    #[arg(long, value_name = "S", default_value = "1", value_parser = seconds)]
    pub seconds: f64,
    /// From how many seeds accuracy after an epoch is taken
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub seeds: u16,
    /// Write table.md, bench.json and bench.png to this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Put the table into README.md and the picture into benches/; for the whole comparison alone
    #[arg(long, conflicts_with_all = ["peers", "workloads"])]
    pub readme: bool,
    /// Run a peer on a Python of your own, as in torch=venv/bin/python, instead of installing it
    #[arg(long, value_name = "PEER=PROGRAM", value_parser = own_python)]
    pub python: Vec<(Peer, PathBuf)>,
}

/// What the bench does instead of the whole comparison.
#[derive(Clone, Debug, Subcommand)]
pub enum BenchAction {
    /// Measure how cost grows with batch, width, threads and samples
    Scale(ScaleArgs),
    /// Fail if training has become much slower than it was, by a short run beside NumPy
    Check,
}

/// How finely the growth of cost is measured.
#[derive(Args, Clone, Debug)]
pub struct ScaleArgs {
    /// How often each point is measured
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub rounds: u16,
    /// How long each measurement of training takes
    #[arg(long, value_name = "S", default_value = "0.5", value_parser = seconds)]
    pub seconds: f64,
    /// Write scale.json and scale.png to this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Whom the bench compares with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Peer {
    /// Vectorised, in f32 and in f64
    Numpy,
    /// Eager, all threads
    Torch,
    /// Compiled fit, on TensorFlow
    Keras,
    /// For the figure alone
    Matplotlib,
}

impl Peer {
    /// What its environment and its requirements are called.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Numpy => "numpy",
            Self::Torch => "torch",
            Self::Keras => "keras",
            Self::Matplotlib => "matplotlib",
        }
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    match (0.05..=60.0).contains(&seconds) {
        true => Ok(seconds),
        false => Err("expected 0.05 to 60 seconds".to_owned()),
    }
}

fn own_python(text: &str) -> Result<(Peer, PathBuf), String> {
    let (peer, program) = text.split_once('=').ok_or("expected PEER=PROGRAM")?;
    Ok((Peer::from_str(peer, false)?, program.into()))
}

/// What to do with the data sets.
#[derive(Args, Clone, Debug, Default)]
pub struct DataArgs {
    /// What to do; list them without one.
    #[command(subcommand)]
    pub action: Option<DataAction>,
}

/// What can be done with the data sets.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum DataAction {
    /// Show each data set and where it is found
    List,
    /// Read every file that is there and compare its checksum
    Verify,
    /// Download a data set into the cache
    Fetch {
        /// The name, as `list` shows it
        name: String,
    },
}

/// What Jupyter tells a kernel at its start.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct KernelArgs {
    /// The checkout whose kernel is started
    #[arg(long, value_name = "DIR")]
    pub root: PathBuf,
    /// Start stock evcxr instead of the project's own kernel
    #[arg(long)]
    pub stock: bool,
    /// The file that says where Jupyter listens
    pub connection_file: PathBuf,
}

/// Where a folder for the next session is prepared.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct SpareArgs {
    /// The checkout
    #[arg(long, value_name = "DIR")]
    pub root: PathBuf,
    /// Do it in this process
    #[arg(long)]
    pub now: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_declarations_agree_with_each_other() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_command_opens_the_lab_with_its_settings() {
        let cli = parse("lab --no-browser --port 8899").unwrap();
        assert!(cli.command.is_none());
        assert_eq!(
            cli.lab,
            LabArgs {
                no_browser: true,
                port: Some(8899)
            }
        );
    }

    #[test]
    fn a_port_out_of_range_is_refused() {
        for port in ["0", "65536", "-1", "http"] {
            assert!(parse(&format!("lab --port {port}")).is_err(), "{port}");
        }
    }

    #[test]
    fn notebooks_and_switches_of_run_mix_in_any_order() {
        let cli = parse("lab run a.ipynb --check b.ipynb --kernel rust --out pictures").unwrap();
        let Some(Command::Run(run)) = cli.command else {
            panic!("not run: {cli:?}")
        };
        assert_eq!(
            run.notebooks,
            [PathBuf::from("a.ipynb"), PathBuf::from("b.ipynb")]
        );
        assert_eq!((run.check, run.kernel.as_deref()), (true, Some("rust")));
        assert_eq!(run.out, Some(PathBuf::from("pictures")));
    }

    #[test]
    fn what_follows_two_dashes_goes_to_cargo_test() {
        let cli = parse("lab test -- --test notebooks -- --nocapture").unwrap();
        let Some(Command::Test(test)) = cli.command else {
            panic!("not test: {cli:?}")
        };
        assert_eq!(test.arguments, ["--test", "notebooks", "--", "--nocapture"]);
    }

    #[test]
    fn what_is_measured_can_be_chosen() {
        let latency = |line: &str| match parse(line).unwrap().command {
            Some(Command::Latency(latency)) => latency,
            other => panic!("not latency: {other:?}"),
        };
        let usual = latency("lab latency");
        assert_eq!((usual.rounds, usual.many, usual.soak), (4, None, None));
        let other = latency("lab latency --many 10 --soak 500 --json a.json");
        assert_eq!((other.many, other.soak), (Some(10), Some(500)));
        assert_eq!(other.json, Some(PathBuf::from("a.json")));
        assert!(parse("lab latency --rounds many").is_err());
    }

    #[test]
    fn what_the_bench_compares_can_be_chosen() {
        let bench = |line: &str| match parse(line).unwrap().command {
            Some(Command::Bench(bench)) => bench,
            other => panic!("not bench: {other:?}"),
        };
        let usual = bench("lab bench");
        assert!(usual.peers.is_empty() && usual.workloads.is_empty() && !usual.readme);
        assert_eq!((usual.rounds, usual.seconds), (5, 1.0));
        let other = bench("lab bench --peers numpy,torch --workloads lab,conv --python torch=/p");
        assert_eq!(other.peers, [Peer::Numpy, Peer::Torch]);
        assert_eq!(other.workloads, ["lab", "conv"]);
        assert_eq!(other.python, [(Peer::Torch, PathBuf::from("/p"))]);
        let scale = bench("lab bench scale --rounds 2").action;
        assert!(matches!(
            scale,
            Some(BenchAction::Scale(ScaleArgs { rounds: 2, .. }))
        ));
    }

    #[test]
    fn what_the_bench_does_not_know_is_refused_with_what_it_knows() {
        for (line, word) in [
            ("lab bench --peers jax", "keras"),
            ("lab bench --workloads resnet", "fashion"),
            ("lab bench --rounds 0", "1..=100"),
            ("lab bench --seconds 0", "0.05 to 60"),
            ("lab bench --seconds NaN", "0.05 to 60"),
            ("lab bench --readme --workloads lab", "cannot be used with"),
            ("lab bench --python torch", "PEER=PROGRAM"),
            ("lab bench --python jax=/p", "invalid variant"),
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(error.contains(word), "{line}: {error}");
        }
    }

    #[test]
    fn jupyter_starts_our_kernel_unless_it_asks_for_the_stock_one() {
        for (line, expected) in [
            ("lab kernel --root /r c.json", false),
            ("lab kernel --root /r --stock c.json", true),
        ] {
            let cli = parse(line).unwrap();
            let Some(Command::Kernel(kernel)) = cli.command else {
                panic!("not kernel: {cli:?}")
            };
            assert_eq!(kernel.stock, expected, "{line}");
            assert_eq!(kernel.connection_file, PathBuf::from("c.json"));
        }
    }

    #[test]
    fn settings_of_the_lab_do_not_go_with_a_command() {
        assert!(parse("lab --port 8899 doctor").is_err());
        assert!(parse("lab steup").is_err());
    }
}
