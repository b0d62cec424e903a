//! What a cell's process sends to the chainrule kernel, as the kernel sees it.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test, and what it prints"
)]

use std::{
    io::{Read, Write},
    os::unix::net::UnixListener,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use chainrule::notebook::cell::{self, Tell as _, TellDisplay as _};
use chainrule::notebook::is_live;
use chainrule::prelude::*;
use serde_json::{Value, json};

mod common;

use common::{child, events};

fn nowhere() -> std::ffi::OsString {
    std::env::temp_dir().join("no-such-socket").into_os_string()
}

/// What a child sends that cannot reach the socket, which is no reason not to compute.
fn sent(name: &str) -> (String, Vec<Value>) {
    events(&child(name, Some(&nowhere())).stdout)
}

#[test]
#[ignore = "run by a test below"]
fn child_shows() {
    if !is_live() {
        return; // run by hand, with `--ignored`
    }
    cell::install();
    cell::install();
    print!("before ");
    let handle = show(&array![1.0]);
    println!("after");
    handle.update("text");
    clear_output(true);
    7.evcxr_display();
    ().evcxr_display();
    Model::input(4).softmax().evcxr_display();
    let mut plot = LivePlot::new("Loss");
    plot.point("a", 0.0, 1.0);
}

#[test]
fn displays_are_events_in_order_with_the_text() {
    let (text, events) = sent("child_shows");
    assert!(text.contains("before after\n"), "{text}");
    let [display, update, clear, number, error, plot] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(display["event"], "display");
    assert_eq!(display["data"]["text/plain"], "[1]\nshape [1]");
    assert!(display.get("live").is_none() && display["metadata"].is_object());
    assert_eq!(
        (&update["event"], &update["id"]),
        (&json!("update"), &display["id"])
    );
    assert_eq!(clear, &json!({ "event": "clear", "wait": true }));
    let result = json!({ "event": "result", "data": { "text/plain": "7" }, "metadata": {} });
    assert_eq!(number, &result);
    let marked = &error["data"]["application/vnd.chainrule.error+json"]["message"];
    assert!(marked.as_str().unwrap().contains("a model without layers"));
    assert!(plot["data"]["image/png"].is_string());
}

#[test]
#[ignore = "run by a test below"]
fn child_fails() {
    if !is_live() {
        return; // run by hand, with `--ignored`
    }
    cell::install();
    let _ = Err::<(), _>("no \u{1b}[31m colour")
        .chainrule_tell(3)
        .told();
    let _ = "x".parse::<i32>().chainrule_tell(4).told();
    let built = Model::input(4).softmax().build(1);
    assert!(built.chainrule_tell(5).told().is_err());
    let _ = Err::<(), _>(std::fmt::Error).chainrule_tell(6).told();
    let thread = std::thread::Builder::new().name("helper".to_owned());
    let _ = thread
        .spawn(|| std::panic::panic_any(42_i32))
        .unwrap()
        .join();
    deep(3);
}

#[inline(never)]
fn deep(n: u32) {
    if n == 0 {
        panic!("boom {n}");
    }
    deep(n - 1);
    std::hint::black_box(n);
}

#[test]
fn errors_and_panics_are_events_and_nothing_is_on_stderr() {
    let output = child("child_fails", Some(&nowhere()));
    let (_, events) = events(&output.stdout);
    let told: Vec<_> = events[..4]
        .iter()
        .map(|e| (e["name"].as_str().unwrap(), e["line"].as_u64().unwrap()))
        .collect();
    let expected = [
        ("Error", 3),
        ("ParseIntError", 4),
        ("ModelError", 5),
        ("Error", 6),
    ];
    assert_eq!(told, expected);
    assert_eq!(events[0]["message"], "no \u{1b}[31m colour");
    assert_eq!(events[1]["message"], "invalid digit found in string");
    let own = events[2]["message"].as_str().unwrap();
    assert!(own.starts_with("a model without layers"), "{own}");
    let [thread, main] = &events[4..] else {
        panic!("{events:?}")
    };
    assert_eq!(
        (&thread["message"], &thread["thread"]),
        (&json!("42"), &json!("helper"))
    );
    assert_eq!(
        (&main["event"], &main["message"]),
        (&json!("panic"), &json!("boom 0"))
    );
    assert!(main["file"].as_str().unwrap().ends_with("tests/live.rs"));
    assert!(main["line"].is_u64() && main["column"].is_u64());
    let frames = main["frames"].as_array().unwrap();
    let names: Vec<_> = frames.iter().map(|f| f["name"].as_str().unwrap()).collect();
    assert!(names[0].contains("deep") && frames.len() <= 12, "{names:?}");
    assert!(
        !names.iter().any(|name| name.contains("panicking")),
        "{names:?}"
    );
    assert!(!String::from_utf8_lossy(&output.stderr).contains("boom"));
}

#[test]
#[ignore = "run by a test below"]
fn child_trains() {
    if !is_live() {
        return; // run by hand, with `--ignored`
    }
    cell::install();
    let mut mnist = Mnist::load().unwrap();
    mnist.train = mnist.train.first(2_000).unwrap();
    mnist.test = mnist.test.first(500).unwrap();
    let model = Model::input(784).dense(10).softmax();
    let results = Experiment::new("Endless", &model, &mnist)
        .settings(&[(1_000_000, 0.005), (1_000_000, 0.1), (1_000_000, 0.2)])
        .log_every(2_000)
        .threads(2)
        .run()
        .unwrap();
    println!("trained");
    assert!(results.interrupted() && chainrule::train::interrupt::requested());
    println!("{results}");
    plot_learning_curves(&[&results]).unwrap();
    plot_learning_curves(&[&results, &results]).unwrap();
    plot_summary_table(&[&results]).unwrap();
    results.evcxr_display();
    let x = mnist.test.pixels();
    assert_eq!(results.runs[0].network.predict(&x).unwrap().len(), 500);
    println!("alive");
    // Until the kernel is gone.
    loop {
        std::thread::sleep(Duration::from_secs(1));
    }
}

#[test]
fn stop_ends_training_and_keeps_it_and_the_kernels_end_ends_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["child_trains", "--exact", "--ignored", "--nocapture"])
        .env("CHAINRULE_KERNEL_SOCKET", &path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut socket, _) = listener.accept().unwrap();
    let mut ask = |byte: u8| {
        socket.write_all(&[byte]).unwrap();
        let mut answer = [0];
        socket.read_exact(&mut answer).unwrap();
        char::from(answer[0])
    };
    assert_eq!(ask(b'c'), 'c');
    // Read all the time, as a kernel does: a full pipe would hold training up.
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let mut out = child.stdout.take().unwrap();
    let read = Arc::clone(&bytes);
    let reader = std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(n @ 1..) = out.read(&mut buffer) {
            read.lock().unwrap().extend_from_slice(&buffer[..n]);
        }
    });
    let until = |what: &[u8]| {
        let begun = Instant::now();
        while !bytes
            .lock()
            .unwrap()
            .windows(what.len())
            .any(|part| part == what)
        {
            assert!(begun.elapsed() < Duration::from_secs(60), "{what:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    until(b"<img ");
    std::thread::sleep(Duration::from_millis(1_500));
    let pressed = Instant::now();
    assert_eq!(ask(b'i'), 'l');
    until(b"trained\n");
    let stopped = pressed.elapsed();
    assert!(stopped < Duration::from_secs(1), "{stopped:?}");
    until(b"alive\n");
    assert_eq!(ask(b'i'), 'n');
    drop(socket);
    assert!(
        child.wait().unwrap().success(),
        "the end of its kernel is its own"
    );
    reader.join().unwrap();
    let (text, events) = events(&bytes.lock().unwrap());
    assert!(text.contains("interrupted before its first step"), "{text}");
    let [first, .., last, result] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(
        (&first["event"], &first["live"]),
        (&json!("display"), &json!(true))
    );
    assert_eq!(
        (&last["event"], &last["id"]),
        (&json!("update"), &first["id"])
    );
    let said = last["data"]["text/plain"].as_str().unwrap();
    assert!(said.starts_with("Endless: stopped by you after "), "{said}");
    assert_eq!(result["event"], "result");
    assert!((5..=30).contains(&events.len()), "{}", events.len());
    println!("stopped after {stopped:?}; {} events", events.len());
}

#[test]
#[ignore = "run by a test below"]
fn child_trains_twice() {
    if !is_live() {
        return; // run by hand, with `--ignored`
    }
    cell::install();
    let mut mnist = Mnist::load().unwrap();
    mnist.train = mnist.train.first(500).unwrap();
    mnist.test = mnist.test.first(100).unwrap();
    let model = Model::input(784).dense(10).softmax();
    let experiment = Experiment::new("Twice", &model, &mnist).settings(&[(1, 0.1), (2, 0.1)]);
    println!("first");
    experiment.run().unwrap();
    println!("second");
    experiment.run().unwrap();
    println!("fresh");
    experiment.fresh().run().unwrap();
    println!("end");
}

#[test]
fn a_cell_that_is_run_again_says_that_its_runs_are_remembered() {
    let (text, _) = sent("child_trains_twice");
    let between = |from: &str, to: &str| {
        let after = text.split_once(from).unwrap().1;
        after.split_once(to).unwrap().0.to_owned()
    };
    assert!(
        !between("first\n", "second\n").contains("remembered"),
        "{text}"
    );
    assert_eq!(
        between("second\n", "fresh\n"),
        "Twice: 2 of 2 runs remembered, with the times of their first training; .fresh() trains \
         anew\n"
    );
    assert!(
        !between("fresh\n", "end\n").contains("remembered"),
        "{text}"
    );
}
