//! `cargo lab bench scale`: how cost grows with batch, width, threads and samples.

use std::fs;
use std::io::Write;

use chainrule_error::Result;
use serde_json::{Value, json};

use super::machine::Machine;
use super::process::Process;
use super::workloads::{self, Workload};
use super::{contenders, say, write};
use crate::args::ScaleArgs;
use crate::places::{Places, cannot};
use crate::statistics::median;

/// How many independent runs are timed beside one.
const RUNS: usize = 12;

/// A line of the figure: what it varies, and what it is to be compared with.
struct Curve {
    title: &'static str,
    x_label: &'static str,
    points: Vec<(f64, Workload)>,
}

/// What a sample of a network of dense layers costs at least, in floating-point operations: forward,
/// the gradient of the weights, and that of the inputs but for the first layer's.
fn flop(workload: &Workload) -> f64 {
    let mut inputs = 784.0;
    let (mut sum, mut first) = (0.0, true);
    for layer in &workload.layers {
        let units = layer
            .strip_prefix("dense ")
            .and_then(|rest| rest.parse::<f64>().ok());
        if let Some(units) = units {
            sum += inputs * units * if first { 4.0 } else { 6.0 };
            (inputs, first) = (units, false);
        }
    }
    sum
}

fn curves() -> Vec<Curve> {
    let powers = |from: u32, to: u32| (from..=to).map(|power| 2_usize.pow(power));
    vec![
        Curve {
            title: "784-100-30-10 by batch",
            x_label: "samples in a batch",
            points: powers(0, 12)
                .map(|batch| (batch as f64, workloads::wide(&[100, 30], batch, None)))
                .collect(),
        },
        Curve {
            title: "784-n-n-10 by width, batch 128",
            x_label: "n",
            points: powers(4, 11)
                .map(|width| (width as f64, workloads::wide(&[width, width], 128, None)))
                .collect(),
        },
        Curve {
            title: "784-100-30-10 by samples, batch 100",
            x_label: "training samples",
            points: [100, 300, 1000, 3000, 10_000, 30_000, 60_000]
                .map(|count| (count as f64, workloads::wide(&[100, 30], 100, Some(count))))
                .to_vec(),
        },
    ]
}

/// Measures, shows a table, and writes `scale.json` and `scale.png` where wanted.
pub(super) fn measure(places: &Places, args: &ScaleArgs, out: &mut dyn Write) -> Result<()> {
    if let Some(folder) = &args.out {
        fs::create_dir_all(folder).map_err(|cause| cannot("make the folder", folder, cause))?;
    }
    let ours = contenders::release(places)?;
    let machine = Machine::here();
    if let Some(warning) = machine.busy() {
        say(out, &warning);
    }
    let mut process = ours.start()?;
    let peak = median(&repeated(args.rounds, || peak(&mut process, args.seconds))?);
    let peak = peak.unwrap_or_default();
    say(out, &format!("measured peak: {peak:.0} GFLOP/s in f32\n"));
    let (mut figures, mut kept) = (Vec::new(), Vec::new());
    for curve in curves() {
        let mut measured = Vec::new();
        for (x, workload) in &curve.points {
            let time = sample_time(&mut process, workload, args)?;
            let bound = flop(workload) / (peak * 1e9);
            measured.push([*x, time, bound]);
            told(out, curve.x_label, *x, time, bound);
        }
        figures.push(figure(&curve, &measured));
        kept.push(json!({"what": curve.title, "x": curve.x_label, "points": points(&measured)}));
    }
    let (plot, threads) = by_threads(&ours, &machine, args, peak, out)?;
    figures.extend(plot);
    kept.push(threads);
    process.load(&workloads::named("lab").json())?;
    let runs = runs(&mut process, args.rounds, machine.processors)?;
    say(out, &format!("\n{}", words(&runs)));
    if let Some(folder) = &args.out {
        let json = json!({
            "machine": machine.words, "load": machine.load, "peak_gflops": peak,
            "points": "x, seconds per sample, seconds per sample at the peak",
            "curves": kept, "independent_runs": runs,
        });
        write(&folder.join("scale.json"), &format!("{json:#}\n"))?;
        let figure = json!({"figures": figures, "columns": 2});
        process.ask(
            "lines",
            json!({"figure": figure, "path": folder.join("scale.png")}),
        )?;
    }
    Ok(())
}

fn repeated(rounds: u16, mut work: impl FnMut() -> Result<f64>) -> Result<Vec<f64>> {
    (0..rounds).map(|_| work()).collect()
}

fn peak(process: &mut Process, seconds: f64) -> Result<f64> {
    let answer = process.ask("peak", json!({"seconds": seconds}))?;
    process.number(&answer, "gflops")
}

/// Seconds for a sample: the median of the rounds.
fn sample_time(process: &mut Process, workload: &Workload, args: &ScaleArgs) -> Result<f64> {
    process.load(&workload.json())?;
    process.train(args.seconds.min(0.1))?;
    let speeds = repeated(args.rounds, || process.train(args.seconds))?;
    Ok(1.0 / median(&speeds).unwrap_or(f64::NAN))
}

fn told(out: &mut dyn Write, what: &str, x: f64, time: f64, bound: f64) {
    let (time, bound) = (time * 1e6, bound * 1e6);
    say(
        out,
        &format!("{what} {x}: {time:.3} µs a sample, {bound:.3} µs at the peak"),
    );
}

/// A plot of microseconds for a sample, and of those that the peak would take.
fn figure(curve: &Curve, measured: &[[f64; 3]]) -> Value {
    let line = |which: usize| {
        let points = measured
            .iter()
            .map(|point| json!([point[0], point[which] * 1e6]));
        points.collect::<Vec<_>>()
    };
    json!({
        "title": curve.title, "x_label": curve.x_label, "y_label": "µs a sample",
        "lines": [["measured", line(1)], ["at the machine's peak", line(2)]],
    })
}

fn points(measured: &[[f64; 3]]) -> Vec<Value> {
    measured.iter().map(|point| json!(point)).collect()
}

/// The usual network and a wide one on one thread to all: processes that may use so many processors.
fn by_threads(
    ours: &contenders::Contender,
    machine: &Machine,
    args: &ScaleArgs,
    peak: f64,
    out: &mut dyn Write,
) -> Result<(Option<Value>, Value)> {
    let workloads = [
        ("lab", workloads::named("lab")),
        ("wide", workloads::named("wide")),
    ];
    let mut lines = Vec::new();
    for (name, workload) in &workloads {
        let mut measured = Vec::new();
        for threads in 1..=machine.processors {
            let Ok(mut process) = ours.start_on(threads) else {
                say(
                    out,
                    "this system cannot say on how many processors a program runs",
                );
                return Ok((None, json!({"what": "threads", "points": null})));
            };
            let time = sample_time(&mut process, workload, args)?;
            let bound = flop(workload) / (peak * 1e9) * machine.processors as f64 / threads as f64;
            measured.push([threads as f64, time, bound]);
            told(
                out,
                &format!("{name}, threads"),
                threads as f64,
                time,
                bound,
            );
        }
        lines.push((name, measured));
    }
    let shown = lines.iter().flat_map(|(name, measured)| {
        let line = |which: usize| {
            let points = measured
                .iter()
                .map(|point| json!([point[0], point[which] * 1e6]));
            points.collect::<Vec<_>>()
        };
        [
            json!([name, line(1)]),
            json!([format!("{name} at the peak"), line(2)]),
        ]
    });
    let plot = json!({
        "title": "lab and wide by threads", "x_label": "threads", "y_label": "µs a sample",
        "lines": shown.collect::<Vec<_>>(),
    });
    let kept: Vec<_> = lines
        .iter()
        .map(|(name, measured)| json!({"workload": name, "points": points(measured)}))
        .collect();
    Ok((Some(plot), json!({"what": "threads", "lines": kept})))
}

/// Twelve runs of an experiment beside one: medians of the rounds.
fn runs(process: &mut Process, rounds: u16, processors: usize) -> Result<Value> {
    let (mut one, mut many) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let answer = process.ask("runs", json!({"count": RUNS}))?;
        let alone = answer["one"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        one.extend(alone.iter().filter_map(Value::as_f64));
        many.push(process.number(&answer, "many")?);
    }
    let one = median(&one).unwrap_or(f64::NAN);
    let many = median(&many).unwrap_or(f64::NAN);
    let ideal = RUNS as f64 / processors as f64;
    Ok(json!({
        "runs": RUNS, "processors": processors, "one_seconds": one, "all_seconds": many,
        "ratio": many / one, "ideal_ratio": ideal,
    }))
}

fn words(runs: &Value) -> String {
    let number = |key: &str| runs[key].as_f64().unwrap_or(f64::NAN);
    format!(
        "{} independent runs on {} processors take {:.2} times one run on one; {:.2} without any loss",
        runs["runs"],
        runs["processors"],
        number("ratio"),
        number("ideal_ratio"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_costs_two_operations_for_each_product() {
        let workload = workloads::wide(&[100, 30], 100, None);
        let expected = 4.0 * 784.0 * 100.0 + 6.0 * (100.0 * 30.0 + 30.0 * 10.0);
        assert_eq!(flop(&workload), expected);
    }

    #[test]
    fn the_curves_span_what_they_are_to_show() {
        let ends: Vec<_> = curves()
            .iter()
            .map(|curve| (curve.points[0].0, curve.points.last().unwrap().0))
            .collect();
        assert_eq!(ends, [(1.0, 4096.0), (16.0, 2048.0), (100.0, 60_000.0)]);
    }

    #[test]
    fn runs_are_told_beside_what_is_possible() {
        let runs = json!({"runs": 12, "processors": 2, "ratio": 6.5, "ideal_ratio": 6.0});
        assert!(
            words(&runs).contains(
                "12 independent runs on 2 processors take 6.50 times one run on one; 6.00"
            )
        );
    }
}
