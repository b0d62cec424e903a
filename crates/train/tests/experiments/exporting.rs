//! Results as CSV, JSON, Markdown and LaTeX.

use chainrule_nn::{Adam, Init};
use chainrule_train::{Results, Setting};
use serde_json::Value;

use super::task::{experiment, model, pin_numbers};

/// Labels with commas, bars, ampersands and Greek letters; a run that diverged at once.
fn results() -> Results {
    let adam = Adam::new(0.1).unwrap().betas(0.9, 0.99).unwrap();
    let wild = model().weights(Init::Constant(1e30));
    let settings = [
        Setting::new(1, 0.1).optimizer(adam.rule()),
        Setting::new(1, 0.1).named("50 % | \"half\" & x_1"),
        Setting::new(1, 0.1).model(&wild).named("wild"),
    ];
    let mut results = experiment().settings(&settings).repeats(2).run().unwrap();
    pin_numbers(&mut results);
    results.seconds = 4.25;
    results
}

#[test]
fn csv_has_every_run_and_every_point_and_reads_back() {
    let results = results();
    let text = results.csv();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head: Vec<_> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let at = |name: &str| head.iter().position(|known| known == name).unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let expected = results.runs.iter().flat_map(|run| {
        let points: Vec<_> = run.curve.iter().copied().map(Some).collect();
        let points = if points.is_empty() {
            vec![None]
        } else {
            points
        };
        points.into_iter().map(move |point| (run, point))
    });
    let expected: Vec<_> = expected.collect();
    assert_eq!(rows.len(), expected.len());
    let labels = results.labels();
    for (row, (run, point)) in rows.iter().zip(expected) {
        assert_eq!(row[at("experiment")], *"Halves");
        assert!(labels.contains(&row[at("label")].to_owned()));
        assert_eq!(row[at("setting")], run.setting.to_string());
        assert_eq!(row[at("seed")].parse::<u64>().unwrap(), run.seed);
        let number = |name: &str| row[at(name)].parse::<f64>().ok();
        assert_eq!(number("final_test_accuracy"), run.final_test_accuracy);
        assert_eq!(number("seconds"), Some(run.seconds));
        assert_eq!(
            row[at("ended")],
            *if run.diverged() {
                "diverged"
            } else {
                "complete"
            }
        );
        assert_eq!(number("train_loss"), point.map(|point| point.train_loss));
        assert_eq!(
            number("test_accuracy"),
            point.map(|point| point.test_accuracy)
        );
        assert_eq!(number("samples"), point.map(|point| point.samples as f64));
    }
}

/// What is written is exact; this reader may be off by the last bit.
fn near(read: &Value, number: f64) -> bool {
    let read = read.as_f64();
    read.is_some_and(|read| (read - number).abs() <= 1e-12 * number.abs())
}

#[test]
fn json_has_everything_and_reads_back() {
    let results = results();
    let read: Value = serde_json::from_str(&results.json()).unwrap();
    assert_eq!(
        (&read["name"], &read["seconds"]),
        (&"Halves".into(), &4.25.into())
    );
    let settings = read["settings"].as_array().unwrap();
    assert_eq!(settings.len(), 3);
    assert_eq!(settings[1]["label"], "50 % | \"half\" & x_1");
    assert_eq!(settings[0]["fields"]["optimizer"], "Adam, β₂ 0.99");
    assert_eq!(settings[0]["fields"]["learning_rate"], 0.1);
    let summary = results.summary();
    let mean = summary.rows[0].test_accuracy.unwrap().mean;
    assert!(near(&settings[0]["summary"]["test_accuracy"]["mean"], mean));
    assert_eq!(settings[2]["summary"]["test_accuracy"], Value::Null);
    assert_eq!(settings[2]["summary"]["diverged"], 2);
    for (setting, runs) in settings.iter().zip(results.runs.chunks(2)) {
        for (read, run) in setting["runs"].as_array().unwrap().iter().zip(runs) {
            assert_eq!(read["seed"], run.seed);
            match run.final_test_accuracy {
                Some(accuracy) => assert!(near(&read["final_test_accuracy"], accuracy)),
                None => assert!(read["final_test_accuracy"].is_null()),
            }
            let curve = read["curve"].as_array().unwrap();
            assert_eq!(curve.len(), run.curve.len());
            for (read, point) in curve.iter().zip(&run.curve) {
                assert!(near(&read["test_loss"], point.test_loss));
                assert_eq!(read["step"], point.step);
            }
        }
    }
}

#[test]
fn tables_are_escaped() {
    let summary = results().summary();
    insta::assert_snapshot!("markdown", summary.markdown());
    insta::assert_snapshot!("latex", summary.latex());
}

#[test]
fn files_are_written_whole_by_their_ending() {
    let (results, folder) = (results(), tempfile::tempdir().unwrap());
    let path = |name: &str| folder.path().join(name);
    for (name, text) in [
        ("a.csv", results.csv()),
        ("a.JSON", results.json() + "\n"),
        ("a.md", results.summary().markdown()),
        ("a.tex", results.summary().latex()),
    ] {
        std::fs::write(path(name), "before").unwrap();
        results.save(path(name)).unwrap();
        assert_eq!(std::fs::read_to_string(path(name)).unwrap(), text);
    }
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        4,
        "no half files"
    );
}

#[test]
fn files_that_cannot_be_are_explained_and_nothing_is_left() {
    let (results, folder) = (results(), tempfile::tempdir().unwrap());
    let refused = |name: &str| {
        results
            .save(folder.path().join(name))
            .unwrap_err()
            .to_string()
    };
    let text = refused("runs.xlsx");
    assert!(
        text.contains("a file name that ends in .csv, .json, .md or .tex"),
        "{text}"
    );
    assert!(text.contains("got       .xlsx"), "{text}");
    let text = refused("nowhere/runs.csv");
    let nowhere = folder.path().join("nowhere");
    assert!(text.starts_with("cannot save the results to "), "{text}");
    assert!(
        text.contains(&format!("an existing folder {}", nowhere.display())),
        "{text}"
    );
    assert!(text.contains("got       no such folder"), "{text}");
    assert!(text.contains("create_dir_all"), "{text}");
    assert!(!nowhere.exists() && std::fs::read_dir(folder.path()).unwrap().count() == 0);
}
