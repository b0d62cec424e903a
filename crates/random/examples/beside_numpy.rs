//! A million numbers of each kind, with this crate and with NumPy in turn, in one run.
//!
//! ```text
//! PYTHON=venv/bin/python cargo run --release -p chainrule-random --example beside_numpy [ROUNDS [ROWS]]
//! ```
//!
//! `ROWS` is a part of the calls to measure, such as `randint`.
//! ```text
//! … --example beside_numpy 15 randint
//! ```

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a program that measures and prints"
)]

use std::any::Any;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Instant;

use chainrule_random::{Generator, RandomState, default_rng};
use ndarray::Array2;

const N: usize = 1_000_000;

/// What is drawn from.
struct Ours {
    old: RandomState,
    new: Generator,
    items: Vec<i64>,
    rows: Array2<f64>,
    p: Vec<f64>,
}

type Draw = fn(&mut Ours) -> Box<dyn Any>;

macro_rules! table {
    ($($numpy:literal => |$ours:ident| $draw:expr;)*) => {
        [$(($numpy, (|$ours| Box::new(black_box($draw))) as Draw)),*]
    };
}

fn main() -> ExitCode {
    let table = table! {
        "old.random_sample(N)" => |o| o.old.random_sample(N);
        "old.uniform(-1, 1, N)" => |o| o.old.uniform(-1.0, 1.0, N).unwrap();
        "old.randn(N)" => |o| o.old.randn(N);
        "old.normal(1, 2, N)" => |o| o.old.normal(1.0, 2.0, N).unwrap();
        "old.randint(0, 2, N)" => |o| o.old.randint(0..2_i64, N).unwrap();
        "old.randint(0, 10, N)" => |o| o.old.randint(0..10_i64, N).unwrap();
        "old.randint(0, 2**40, N)" => |o| o.old.randint(0..1_i64 << 40, N).unwrap();
        "old.randint(0, 10, N, np.int32)" => |o| o.old.randint(0..10_i32, N).unwrap();
        "old.randint(0, 10, N, np.int16)" => |o| o.old.randint(0..10_i16, N).unwrap();
        "old.randint(0, 10, N, np.uint8)" => |o| o.old.randint(0..10_u8, N).unwrap();
        "old.randint(0, 2, N, bool)" => |o| o.old.randint::<bool, _>(.., N).unwrap();
        "old.permutation(N)" => |o| o.old.permutation(N);
        "old.shuffle(items)" => |o| o.old.shuffle(&mut o.items);
        "old.shuffle(rows)" => |o| o.old.shuffle_rows(&mut o.rows);
        "old.choice(N, N)" => |o| o.old.choice(N).draw(N).unwrap();
        "old.choice(N, N // 10, False)" => |o| {
            o.old.choice(N).without_replacement().draw(N / 10).unwrap()
        };
        "old.choice(100, N, p=p)" => |o| o.old.choice(100).p(&o.p).draw(N).unwrap();
        "old.binomial(20, 0.3, N)" => |o| o.old.binomial(20, 0.3, N).unwrap();
        "old.binomial(1000, 0.3, N)" => |o| o.old.binomial(1000, 0.3, N).unwrap();
        "old.exponential(1, N)" => |o| o.old.exponential(1.0, N).unwrap();
        "old.standard_gamma(0.5, N)" => |o| o.old.standard_gamma(0.5, N).unwrap();
        "old.standard_gamma(3, N)" => |o| o.old.standard_gamma(3.0, N).unwrap();
        "old.beta(0.5, 0.5, N)" => |o| o.old.beta(0.5, 0.5, N).unwrap();
        "old.beta(2, 5, N)" => |o| o.old.beta(2.0, 5.0, N).unwrap();
        "[np.random.RandomState(i) for i in range(1000)]" => |_o| {
            (0..1000).map(|i| RandomState::new(i).unwrap()).collect::<Vec<_>>()
        };
        "new.random(N)" => |o| o.new.random(N);
        "new.random(N, np.float32)" => |o| o.new.random_f32(N);
        "new.uniform(-1, 1, N)" => |o| o.new.uniform(-1.0, 1.0, N).unwrap();
        "new.standard_normal(N)" => |o| o.new.standard_normal(N);
        "new.standard_normal(N, np.float32)" => |o| o.new.standard_normal_f32(N);
        "new.normal(1, 2, N)" => |o| o.new.normal(1.0, 2.0, N).unwrap();
        "new.integers(0, 10, N)" => |o| o.new.integers(0..10_i64, N).unwrap();
        "new.integers(0, 2**40, N)" => |o| o.new.integers(0..1_i64 << 40, N).unwrap();
        "new.integers(0, 2**62 + 1, N)" => |o| o.new.integers(0..=1_i64 << 62, N).unwrap();
        "new.integers(0, 10, N, np.int32)" => |o| o.new.integers(0..10_i32, N).unwrap();
        "new.integers(0, 10, N, np.int16)" => |o| o.new.integers(0..10_i16, N).unwrap();
        "new.integers(0, 10, N, np.uint8)" => |o| o.new.integers(0..10_u8, N).unwrap();
        "new.integers(0, 2, N, bool)" => |o| o.new.integers::<bool, _>(.., N).unwrap();
        "new.permutation(N)" => |o| o.new.permutation(N);
        "new.shuffle(items)" => |o| o.new.shuffle(&mut o.items);
        "new.shuffle(rows)" => |o| o.new.shuffle_rows(&mut o.rows);
        "new.choice(N, N)" => |o| o.new.choice(N).draw(N).unwrap();
        "new.choice(N, N // 10, False)" => |o| {
            o.new.choice(N).without_replacement().draw(N / 10).unwrap()
        };
        "new.choice(N, N // 100, False)" => |o| {
            o.new.choice(N).without_replacement().draw(N / 100).unwrap()
        };
        "new.choice(100, N, p=p)" => |o| o.new.choice(100).p(&o.p).draw(N).unwrap();
        "[np.random.default_rng(i) for i in range(1000)]" => |_o| {
            (0..1000).map(|i| default_rng(i).unwrap()).collect::<Vec<_>>()
        };
    };
    let rounds = std::env::args()
        .nth(1)
        .map_or(15, |text| text.parse().unwrap());
    let rows = std::env::args().nth(2).unwrap_or_default();
    let mut numpy = match NumPy::start(&table.map(|(call, _)| call)) {
        Ok(numpy) => numpy,
        Err(line) => {
            if !line.is_empty() {
                eprintln!("{line}");
            }
            return ExitCode::FAILURE;
        }
    };
    let mut ours = Ours {
        old: RandomState::new(1).unwrap(),
        new: default_rng(1).unwrap(),
        items: (0..N as i64).collect(),
        rows: Array2::zeros((N / 10, 10)),
        p: vec![0.01; 100],
    };
    println!(
        "NumPy {}, N = {N}, median of {rounds} rounds in turn",
        numpy.version
    );
    println!(
        "{:<48} {:>9} {:>9} {:>8}",
        "", "NumPy ms", "ours ms", "faster"
    );
    let wanted = |(_, (call, _)): &(usize, (&str, Draw))| call.contains(&rows);
    for (row, (call, draw)) in table.into_iter().enumerate().filter(wanted) {
        let (mut theirs, mut mine) = (Vec::new(), Vec::new());
        for round in 0..rounds + 2 {
            let seconds = numpy.time(row);
            let start = Instant::now();
            let drawn = draw(&mut ours);
            let elapsed = start.elapsed().as_secs_f64();
            drop(drawn);
            // The first two rounds warm up.
            if round >= 2 {
                theirs.push(seconds);
                mine.push(elapsed);
            }
        }
        let (theirs, mine) = (median(&mut theirs), median(&mut mine));
        let faster = theirs / mine;
        println!(
            "{call:<48} {:9.3} {:9.3} {faster:7.2}×",
            1e3 * theirs,
            1e3 * mine
        );
    }
    ExitCode::SUCCESS
}

fn median(seconds: &mut [f64]) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

/// A Python that draws when it is told to.
struct NumPy {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
    version: String,
}

impl NumPy {
    fn start(calls: &[&str]) -> Result<Self, String> {
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
        let mut child = Command::new(&python)
            .args(["-c", include_str!("beside_numpy.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| {
                format!("cannot start {python}: {error}; set PYTHON to one with NumPy")
            })?;
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        let mut version = String::new();
        answers.read_line(&mut version).unwrap();
        if version.is_empty() {
            // It has said why.
            return Err(String::new());
        }
        writeln!(child.stdin.as_mut().unwrap(), "{}", calls.join("\u{1f}")).unwrap();
        Ok(Self {
            child,
            answers,
            version: version.trim().into(),
        })
    }

    fn time(&mut self, row: usize) -> f64 {
        writeln!(self.child.stdin.as_mut().unwrap(), "{row}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim()
            .parse()
            .expect("a number of seconds from Python")
    }
}

impl Drop for NumPy {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
