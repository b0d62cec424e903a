//! Our side of the bench: a process that trains what it is told to, and says how long it took.
//!
//! One request a line on standard input, one answer a line on standard output, both JSON;
//! `benches/README.md` lists them. It does everything through the crate `chainrule` as a notebook
//! does, and `cargo lab bench` also builds it as a notebook's cells are built.
//!
//! `chainrule-bench DATASETS [NAME]`

mod figures;
mod learner;
mod peak;
mod workload;

use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use chainrule::data::{Mnist, Places};
use chainrule::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use learner::Learner;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(datasets) = arguments.next().map(PathBuf::from) else {
        let _ = writeln!(io::stderr(), "usage: chainrule-bench DATASETS [NAME]");
        return ExitCode::FAILURE;
    };
    let name = arguments.next().unwrap_or_else(|| "chainrule".to_owned());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let version = env!("CARGO_PKG_VERSION");
    let detail = format!("chainrule {version}, f32, {threads} threads");
    // Whoever asks has gone when nothing can be written any more.
    match serve(&datasets, &json!({"name": name, "detail": detail})) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(datasets: &std::path::Path, hello: &Value) -> io::Result<()> {
    let (mut out, mut learner) = (io::stdout().lock(), None);
    writeln!(out, "{hello}").and_then(|()| out.flush())?;
    for line in io::stdin().lock().lines() {
        let answer = answer(&line?, datasets, &mut learner)
            .unwrap_or_else(|error| json!({"error": error.to_string()}));
        writeln!(out, "{answer}").and_then(|()| out.flush())?;
    }
    Ok(())
}

/// Does what a request says.
fn answer(line: &str, datasets: &std::path::Path, learner: &mut Option<Learner>) -> Result<Value> {
    let request: Value =
        serde_json::from_str(line).map_err(|error| wrong("no JSON").source(error))?;
    let number = |key: &str| {
        let value = request[key].as_f64();
        value.ok_or_else(|| wrong("a number is missing").expected(format!("\"{key}\": 1")))
    };
    let loaded = |learner: &mut Option<Learner>| {
        let missing = || wrong("nothing is loaded").hint("ask to load a workload first");
        learner.take().ok_or_else(missing)
    };
    match request["do"].as_str() {
        Some("load") => {
            // The data of the last workload go first: two at once would count as memory.
            *learner = None;
            *learner = Some(Learner::load(datasets, &request["workload"])?);
            Ok(json!({}))
        }
        Some("mnist") => {
            let start = Instant::now();
            let splits = Mnist::load_with(&Places::only(datasets.join("mnist")))?;
            let seconds = start.elapsed().as_secs_f64();
            Ok(json!({"seconds": seconds, "samples": splits.train.len()}))
        }
        Some("render") => figures::curves(&request["figure"], request["path"].as_str()),
        Some("bars") => figures::bars(&request["figure"], request["path"].as_str()),
        Some("lines") => figures::lines(&request["figure"], request["path"].as_str()),
        Some("peak") => Ok(peak::measure(number("seconds")?)),
        Some(what @ ("train" | "epoch" | "evaluate" | "runs")) => {
            let kept = loaded(learner)?;
            let answer = match what {
                "train" => number("seconds").and_then(|seconds| kept.train(seconds)),
                "epoch" => number("seed").and_then(|seed| kept.epoch(seed as u64)),
                "evaluate" => kept.evaluate(),
                _ => number("count").and_then(|count| kept.runs(count as usize)),
            };
            *learner = Some(kept);
            answer
        }
        _ => Err(wrong("there is no such request").got(request["do"].to_string())),
    }
}

/// The error for a request that cannot be understood.
fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::Value, format!("the request is wrong: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> Result<Value> {
        let datasets = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/datasets");
        answer(line, std::path::Path::new(datasets), &mut None)
    }

    #[test]
    fn what_cannot_be_understood_is_answered_with_what_is_wrong() {
        for (line, word) in [
            ("{", "no JSON"),
            ("{}", "no such request"),
            (r#"{"do": "fly"}"#, "\"fly\""),
            (r#"{"do": "train", "seconds": 1}"#, "load a workload first"),
            (r#"{"do": "peak"}"#, "\"seconds\": 1"),
            (r#"{"do": "load"}"#, "data"),
        ] {
            let error = asked(line).unwrap_err().to_string();
            assert!(error.contains(word), "{line}: {error}");
        }
    }

    #[test]
    fn loading_mnist_is_timed() {
        let answer = asked(r#"{"do": "mnist"}"#).unwrap();
        assert_eq!(answer["samples"], 60_000);
        assert!(answer["seconds"].as_f64() > Some(0.0));
    }
}
