//! What a student's cells end in, with the prelude, on the real kernels.

use chainrule_cli::run::run;
use chainrule_tests::{Bench, KERNELS, checkout, one_kernel_at_a_time};
use serde_json::Value;

const NONE: &[&str] = &[];

fn dependency() -> String {
    let path = checkout().join("crates/chainrule");
    let path = path.to_string_lossy();
    format!(":dep chainrule = {{ path = {path:?} }}\nuse chainrule::prelude::*;")
}

/// What a cell shows as text/plain.
fn shown(notebook: &Value, cell: usize) -> String {
    let outputs = notebook["cells"][cell]["outputs"].as_array().cloned();
    let lines = outputs
        .unwrap_or_default()
        .last()
        .map(|output| output["data"]["text/plain"].as_array().cloned());
    let lines = lines.flatten().unwrap_or_default();
    lines.iter().filter_map(Value::as_str).collect()
}

#[test]
fn cells_end_in_anything() {
    let _one = one_kernel_at_a_time();
    let dependency = dependency();
    let cells = [
        ("let x = 3;\nx", "3"),
        ("x + 1", "4"),
        ("2.0 * 3.5", "7.0"),
        ("vec![1, 2]", "[1, 2]"),
        ("\"text\"", "\"text\""),
        ("(1, 2.5)", "(1, 2.5)"),
        (
            "let a = array![[1.0, 2.0], [3.0, 4.0]];\na.dot(&a)",
            "[[7, 10],\n [15, 22]]\nshape [2, 2]",
        ),
        (
            "#[derive(Debug)]\nstruct Point { x: u8 }\nPoint { x: 1 }",
            "Point { x: 1 }",
        ),
        (
            "let mut rng = Pcg64::seed_from_u64(1);\nrng.random_range(4..5)",
            "4",
        ),
        (
            "Model::input(2).dense(1).squared_error()",
            "layer    output shape    parameters\n\
             ───────────────────────────────────\n\
             input    [2]                      0\n\
             dense_1  [1]                      3\n\
             ───────────────────────────────────\n\
             total                             3\n\
             loss: squared error, averaged over the batch",
        ),
    ];
    let first = [(dependency.as_str(), NONE)];
    let sources: Vec<_> = first
        .into_iter()
        .chain(cells.iter().map(|(source, _)| (*source, NONE)))
        .collect();
    for kernel in KERNELS {
        let bench = Bench::new(&sources);
        if let Err(error) = run(&bench.on(kernel)) {
            panic!("on {kernel}: {error}");
        }
        let copy = bench.copy();
        for (i, (source, expected)) in cells.iter().enumerate() {
            assert_eq!(shown(&copy, i + 1), *expected, "{source} on {kernel}");
        }
    }
}

#[test]
fn an_error_that_ends_a_cell_is_a_failure_and_reads_as_one() {
    let _one = one_kernel_at_a_time();
    let cells = ["Model::input(4).softmax()", "Sgd::new(-1.0)?;"];
    let expected = ["a model without layers cannot learn", "got       -1"];
    for (cell, expected) in cells.iter().zip(expected) {
        for kernel in KERNELS {
            let bench = Bench::new(&[(&dependency(), NONE), (cell, NONE)]);
            let error = run(&bench.on(kernel))
                .expect_err("the cell fails")
                .to_string();
            assert!(
                error.contains("cell 2") && error.contains(expected),
                "on {kernel}: {error}"
            );
        }
    }
}
