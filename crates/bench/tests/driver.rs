//! Our contender through the whole of `cargo lab bench`, for a moment: what it answers is measured,
//! kept and drawn, and a peer that is not there is left out by name.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::fs;
use std::path::Path;

use chainrule_cli::args::{BenchArgs, Peer};
use chainrule_cli::bench;
use chainrule_cli::places::Places;

#[test]
fn a_short_run_leaves_a_table_values_and_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("new/results");
    let args = BenchArgs {
        action: None,
        peers: vec![Peer::Keras],
        workloads: ["m1", "evaluate", "render", "load"]
            .map(str::to_owned)
            .to_vec(),
        rounds: 2,
        seconds: 0.05,
        seeds: 2,
        out: Some(out.clone()),
        readme: false,
        python: vec![(Peer::Keras, "no-such-python".into())],
    };
    let places = Places::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let program = env!("CARGO_BIN_EXE_chainrule-bench").into();
    let mut said = Vec::new();
    bench::compare_program(&places, &args, program, &mut said).unwrap();

    let said = String::from_utf8(said).unwrap();
    let table = fs::read_to_string(out.join("table.md")).unwrap();
    assert!(said.contains(&table), "{said}");
    for row in [
        "| m1 ",
        "| evaluate ",
        "| render ",
        "| load ",
        "Left out: Keras",
    ] {
        assert!(
            table.lines().any(|line| line.starts_with(row)),
            "{row}: {table}"
        );
    }
    let json = fs::read_to_string(out.join("bench.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let trained = &json["rows"][0]["by"]["chainrule"];
    assert_eq!(trained["values"].as_array().map(Vec::len), Some(2));
    assert!(trained["median"].as_f64() > Some(1000.0), "{trained}");
    let accuracies = trained["accuracies"].as_array().unwrap();
    let learned = |accuracy: &serde_json::Value| accuracy.as_f64() > Some(0.85);
    assert!(
        accuracies.len() == 2 && accuracies.iter().all(learned),
        "{trained}"
    );
    let png = fs::read(out.join("bench.png")).unwrap();
    assert!(png.starts_with(b"\x89PNG") && png.len() > 5_000);
}
