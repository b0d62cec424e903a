//! `cargo lab run` on the real kernels: what passes, what fails, and what `--check` sees.

use std::fs;
use std::path::Path;
use std::time::Duration;

use chainrule_cli::run::run;
use chainrule_tests::{Bench, KERNELS, one_kernel_at_a_time, picture, showing, stdout};
use serde_json::json;

const NONE: &[&str] = &[];

/// Runs a notebook that is to fail, and returns the error's text.
fn failing(bench: &Bench) -> String {
    failing_on("chainrule", bench)
}

fn failing_on(kernel: &str, bench: &Bench) -> String {
    run(&bench.on(kernel))
        .expect_err("the notebook fails")
        .to_string()
}

#[test]
fn outputs_are_stored_and_compared() {
    let _one = one_kernel_at_a_time();
    let shown = showing("image/png", &picture(40, true));
    let bench = Bench::new(&[
        (
            "// Words first.\nlet x = 2;\nprintln!(\"x is {x}\");\nx + 1",
            NONE,
        ),
        (&shown, NONE),
        (
            "println!(\"[ 50 %] {:?}\", std::time::Instant::now());\nprintln!(\"end\");",
            NONE,
        ),
        (
            "println!(\"took {:?}\", std::time::SystemTime::now().duration_since(\
          std::time::UNIX_EPOCH)?.as_nanos());",
            &["timing"],
        ),
        ("println!(\"accuracy {}\", 0.97);", &["trained"]),
        ("// nothing to run", NONE),
    ]);
    let before = bench.read();

    let mut options = bench.options();
    options.update = true;
    run(&options).expect("the notebook passes");
    let stored = bench.read();
    assert_eq!(stored, bench.copy());
    assert_eq!(stdout(&stored, 0), "x is 2\n");
    assert_eq!(stored["cells"][0]["execution_count"], 1);
    assert_eq!(stored["cells"][5]["execution_count"], 6);
    let results = stored["cells"][0]["outputs"].as_array().expect("a list");
    let result = results.last().expect("a result");
    assert_eq!(result["output_type"], "execute_result");
    assert_eq!(result["execution_count"], 1);
    assert!(
        result["data"]["text/plain"].to_string().contains('3'),
        "{result}"
    );
    let png = image::open(bench.out().join("bench/cell-02.png")).expect("the picture was written");
    assert_eq!((png.width(), png.height()), (40, 40));
    let mut emptied = stored.clone();
    for cell in emptied["cells"].as_array_mut().expect("a list") {
        cell["outputs"] = json!([]);
        cell["execution_count"] = json!(null);
    }
    assert_eq!(emptied, before, "only outputs and counts change");

    for kernel in KERNELS {
        let mut options = bench.on(kernel);
        options.check = true;
        if let Err(error) = run(&options) {
            panic!("a second run, on {kernel}, shows something else: {error}");
        }
    }
}

#[test]
fn every_mismatch_is_told_and_times_and_rounding_are_not() {
    let _one = one_kernel_at_a_time();
    let same = showing("image/png", &picture(40, true));
    let blank = showing("image/png", &picture(40, false));
    let bench = Bench::new(&[
        ("println!(\"new words\");", NONE),
        ("println!(\"took 12.5 s\");", &["timing"]),
        ("println!(\"took 12.5 s\");", NONE),
        ("println!(\"accuracy 0.975\");", &["trained"]),
        ("println!(\"accuracy 0.875\");", &["trained"]),
        (&same, NONE),
        (&blank, NONE),
        ("let no_picture = 1;", NONE),
        (&showing("image/png", &picture(30, true)), NONE),
    ]);
    let printed = |text: &str| json!([{"name": "stdout", "output_type": "stream", "text": [text]}]);
    let pictured = json!([{"data": {"image/png": picture(40, true)}, "execution_count": 1,
        "metadata": {}, "output_type": "execute_result"}]);
    let committed = [
        printed("old words\n"),
        printed("took 9 s\n"),
        printed("took 9 s\n"),
        printed("accuracy 0.974\n"),
        printed("accuracy 0.974\n"),
        pictured.clone(),
        pictured.clone(),
        pictured.clone(),
        pictured,
    ];
    let mut notebook = bench.read();
    for (position, outputs) in committed.into_iter().enumerate() {
        notebook["cells"][position]["outputs"] = outputs;
    }
    bench.write(&notebook);

    let mut options = bench.options();
    options.check = true;
    let error = run(&options).expect_err("the outputs differ").to_string();
    assert!(
        error.starts_with("outputs are not as committed in "),
        "{error}"
    );
    for part in [
        "expected  old words",
        "got       new words",
        "got       took 12.5 s",
        "numbers further apart than 0.01",
        "picture 1 is blank",
        "expected  40 × 40",
        "got       30 × 30",
    ] {
        assert!(error.contains(part), "{part}:\n{error}");
    }
    let differ = |number: usize| error.contains(&format!(", cell {number} ("));
    let found: Vec<_> = (1..=9).filter(|number| differ(*number)).collect();
    assert_eq!(found, [1, 3, 5, 7, 8, 9], "{error}");
    assert_eq!(bench.read(), notebook, "a check changes nothing");
}

#[test]
fn the_first_failing_cell_is_named_and_nothing_is_lost() {
    let _one = one_kernel_at_a_time();
    for kernel in KERNELS {
        let bench = Bench::new(&[
            (
                "let other = std::process::Command::new(\"sleep\").arg(\"600\").spawn()?;\n\
                 println!(\"{}\", other.id());\nstd::mem::forget(other);",
                NONE,
            ),
            (
                "// Words.\nfn deep() { panic!(\"broken {}\", 7) }\nprintln!(\"before\");\ndeep();",
                NONE,
            ),
            ("println!(\"never\");", NONE),
        ]);
        let error = failing_on(kernel, &bench);
        assert!(
            error.contains("bench.ipynb, cell 2 (// Words.) failed"),
            "on {kernel}: {error}"
        );
        assert!(
            error.contains("broken 7") && !error.contains("backtrace"),
            "on {kernel}: {error}"
        );
        let copy = bench.copy();
        assert_eq!(stdout(&copy, 1), "before\n");
        assert_eq!(copy["cells"][2]["execution_count"], json!(null));
        assert_eq!(copy["cells"][2]["outputs"], json!([]));
        assert_eq!(
            bench.read()["cells"][1]["outputs"],
            json!([]),
            "the notebook is as it was"
        );

        let process = stdout(&copy, 0)
            .trim()
            .parse::<u32>()
            .expect("a process number");
        let state = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("stat"));
        let gone = state.is_err() || state.is_ok_and(|state| state.contains(") Z "));
        assert!(gone, "what {kernel} started ends with it");
    }
}

#[test]
fn a_question_mark_and_a_compile_error_are_failures() {
    let _one = one_kernel_at_a_time();
    for kernel in KERNELS {
        let bench = Bench::new(&[
            ("let a = 1;", NONE),
            ("let b: i32 = \"x\".parse::<i32>()?;\nb", NONE),
        ]);
        let error = failing_on(kernel, &bench);
        assert!(error.contains("cell 2 (let b: i32"), "{error}");
        assert!(
            error.contains("invalid digit found in string"),
            "on {kernel}: {error}"
        );

        let bench = Bench::new(&[("let wrong: i32 = \"text\"; // here", NONE)]);
        let error = failing_on(kernel, &bench);
        assert!(
            error.contains("cell 1 (let wrong: i32 = \"text\"; // here) failed"),
            "on {kernel}: {error}"
        );
        assert!(error.contains("mismatched types"), "on {kernel}: {error}");
        let as_written = error.lines().any(|line| {
            let (number, code) = line.trim().split_once(' ').unwrap_or_default();
            number == "1" && code.ends_with("let wrong: i32 = \"text\"; // here")
        });
        assert!(as_written, "the code as written, on {kernel}:\n{error}");
    }
}

/// A cell that is tagged so and does not fail is itself a failure, so this notebook passes only if
/// each of its failures is seen.
#[test]
fn every_way_to_fail_is_seen_and_every_way_to_pass_too() {
    let _one = one_kernel_at_a_time();
    let fails: &[&str] = &["raises-exception"];
    let error_shown = showing(
        "application/vnd.chainrule.error+json",
        "{\"message\": \"bad\"}",
    );
    let bench = Bench::new(&[
        ("panic!(\"at once\")", fails),
        (
            "use std::collections::HashMap;\nlet m: HashMap<i32, i32> = HashMap::new();",
            NONE,
        ),
        (
            "fn f() -> Result<i32, String> { Err(\"two\\nlines\".into()) }\nf()?",
            fails,
        ),
        (
            "fn g(n: i32) -> i32 { if n == 0 { panic!(\"deep\") } else { g(n - 1) } }\ng(3)",
            fails,
        ),
        ("struct P;\nimpl P { fn one(&self) -> i32 { 1 } }", NONE),
        ("P.one() + m.len() as i32", NONE),
        (
            "std::thread::spawn(|| { if true { panic!(\"thread\") } 5 }).join().unwrap()",
            fails,
        ),
        ("std::thread::spawn(|| 5).join().unwrap()", NONE),
        (
            "let moved = vec![1]; let kept = moved; kept.len() // the end",
            NONE,
        ),
        (
            "let again = kept; panic!(\"with a move\"); // the end",
            fails,
        ),
        ("let kept = vec![2]; kept.len()", NONE),
        (
            ":opt 1\n\n// Words.\nlet n: Option<i32> = None; n.unwrap()",
            fails,
        ),
        ("// only words", NONE),
        (":vars", NONE),
        ("undefined();", fails),
        (&error_shown, fails),
        ("for i in 0..2 { println!(\"{i}\"); }", NONE),
        ("std::process::exit(0)", fails),
        ("1 + 1", NONE),
    ]);
    for kernel in KERNELS {
        if let Err(error) = run(&bench.on(kernel)) {
            panic!("a cell does not do what its tag says, on {kernel}: {error}");
        }
    }
}

#[test]
fn a_cell_that_is_meant_to_fail_and_does_not_is_a_failure() {
    let _one = one_kernel_at_a_time();
    let error = failing(&Bench::new(&[("let fine = 1;", &["raises-exception"])]));
    assert!(
        error.contains("cell 1 (let fine = 1;) went well"),
        "{error}"
    );
}

#[test]
fn a_kernel_that_dies_or_a_cell_that_takes_too_long_ends_the_run() {
    let _one = one_kernel_at_a_time();
    let error = failing(&Bench::new(&[(
        "let kernel = std::os::unix::process::parent_id().to_string();\n\
         std::process::Command::new(\"kill\").args([\"-9\", &kernel]).status()?;",
        NONE,
    )]));
    assert!(
        error.contains("cell 1") && error.contains("lost its kernel"),
        "{error}"
    );

    let bench = Bench::new(&[(
        "std::thread::sleep(std::time::Duration::from_secs(600));",
        NONE,
    )]);
    let mut options = bench.options();
    options.cell_limit = Some(Duration::from_secs(3));
    let error = run(&options)
        .expect_err("the cell takes too long")
        .to_string();
    assert!(error.contains("took longer than allowed"), "{error}");
}
