//! What the chainrule kernel makes of a cell compiles for everything that a cell may hold, and
//! finds the right display, with the prelude alone.
//!
//! The lines are written as the kernel writes them: parentheses, borrows and all.

#![allow(
    clippy::unwrap_used,
    clippy::needless_borrow,
    clippy::unit_arg,
    clippy::todo,
    clippy::useless_vec,
    clippy::double_parens,
    clippy::diverging_sub_expression,
    unused_parens,
    unreachable_code,
    reason = "a kernel's code, and a test fails by unwrap"
)]

use std::fmt::Debug;

use chainrule::notebook::cell::{
    DebugDisplay as _, Tell as _, TellDebug as _, TellDisplay as _, Told,
};
use chainrule::prelude::*;

mod common;

use common::{Shown, stock};

#[derive(Debug)]
struct Plain {
    #[allow(dead_code, reason = "it is printed")]
    x: u8,
}

/// A display as evcxr's own convention has it.
#[derive(Debug)]
struct Own;

impl Own {
    fn evcxr_display(&self) {
        print_marked("own");
    }
}

#[allow(clippy::print_stdout, reason = "evcxr's convention")]
fn print_marked(text: &str) {
    println!("EVCXR_BEGIN_CONTENT text/plain\n{text}\nEVCXR_END_CONTENT");
}

#[test]
#[ignore = "run by the test below, for its output"]
fn child_displays() {
    (&(3)).evcxr_display();
    let x = 3;
    (&(x)).evcxr_display();
    let y = 2.5;
    (&(y * 2.0)).evcxr_display();
    (&("a")).evcxr_display();
    let text = String::from("b");
    (&(text)).evcxr_display();
    (&(text.len())).evcxr_display(); // not moved
    (&(vec![1, 2])).evcxr_display();
    (&(Some(1.5_f32))).evcxr_display();
    (&((1, "a"))).evcxr_display();
    (&(Plain { x: 1 })).evcxr_display();
    (&("3".parse::<i32>())).evcxr_display();
    let list = vec![1, 2, 3];
    (&(list[1..])).evcxr_display();
    (&(&list[..2])).evcxr_display();
    (&([1_u8, 2])).evcxr_display();
    (&(Box::new(7) as Box<dyn Debug>)).evcxr_display();
    (&(array![[1.0, 2.0]])).evcxr_display();
    (&(array![1, 2].view())).evcxr_display();
    (&(if x > 2 { 1 } else { 2 })).evcxr_display();
    (&(list.iter().sum::<i32>())).evcxr_display();
    (&(Own)).evcxr_display();
    // Nothing to see.
    (&(())).evcxr_display();
    (&({
        let _inside = 4;
    }))
        .evcxr_display();
    (&(for _ in 0..2 {})).evcxr_display();
    (&(show(&1).clone())).evcxr_display();
    let model = Model::input(2).dense(2).softmax();
    let network: Network = model.build(1).unwrap();
    (&(model)).evcxr_display();
    (&(network)).evcxr_display();
    (&(&network)).evcxr_display();
    (&(Box::new(&network))).evcxr_display();
    let figure = LinePlot::new("Loss").line("train", &[(0.0, 1.0)]).draw();
    (&(figure)).evcxr_display();
    (&(figure.as_ref().unwrap())).evcxr_display();
    (&(model.summary().map(|_| ()))).evcxr_display();
    if x == 4 {
        (&(panic!("never"))).evcxr_display();
        (&(std::process::exit(0))).evcxr_display();
        (&(todo!())).evcxr_display();
    }
}

#[test]
fn every_value_finds_its_display() {
    let shown = stock("child_displays");
    let texts: Vec<_> = shown.iter().filter(|s| s.mime == "text/plain").collect();
    let expected = [
        "3",
        "3",
        "5.0",
        "\"a\"",
        "\"b\"",
        "1",
        "[1, 2]",
        "Some(1.5)",
        "(1, \"a\")",
        "Plain { x: 1 }",
        "Ok(3)",
        "[2, 3]",
        "[1, 2]",
        "[1, 2]",
        "7",
        "[[1, 2]]\nshape [1, 2]",
        "[1, 2]\nshape [2]",
        "1",
        "6",
        "own",
        "1",
    ];
    let begin: Vec<_> = texts
        .iter()
        .map(|s| s.text.as_str())
        .take(expected.len())
        .collect();
    assert_eq!(begin, expected);
    let rest = &texts[expected.len()..];
    let starts = [
        "layer ",
        "network in f32",
        "network in f32",
        "network in f32",
        "Line plot",
        "Line plot",
    ];
    for (shown, start) in rest.iter().zip(starts) {
        assert!(shown.text.starts_with(start), "{start}: {}", shown.text);
    }
    let pictures = shown.iter().filter(|s: &&Shown| s.mime == "image/png");
    assert_eq!(pictures.count(), 2);
}

type Cell = Result<(), Told>;

#[derive(Debug)]
struct OnlyDebug;

struct Point;

impl std::str::FromStr for Point {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Err(format!("no point: {text}"))
    }
}

#[test]
fn every_error_can_end_a_cell() {
    let fine = || -> Cell {
        let x: i32 = "3".parse().chainrule_tell(1).told()?;
        let model = Model::input(2).dense(x as usize).softmax();
        let network: Network = model.build(1).chainrule_tell(2).told()?;
        assert_eq!(network.outputs(), 3);
        Ok(())
    };
    assert!(fine().is_ok());
    let cells: [fn() -> Cell; 9] = [
        || {
            let _x: f64 = "x".parse().chainrule_tell(1).told()?;
            Ok(())
        },
        || {
            let _point: Point = "x".parse().chainrule_tell(1).told()?;
            Ok(())
        },
        || Err::<(), _>("text").chainrule_tell(1).told(),
        || Err::<(), _>(String::from("text")).chainrule_tell(1).told(),
        || {
            Err::<(), Box<dyn std::error::Error>>("boxed".into())
                .chainrule_tell(1)
                .told()
        },
        || {
            let boxed: Box<dyn std::error::Error + Send + Sync> = "boxed".into();
            Err::<(), _>(boxed).chainrule_tell(1).told()
        },
        || Err::<(), _>(OnlyDebug).chainrule_tell(1).told(),
        || {
            let lock = std::sync::Mutex::new(1);
            let _guard = lock.try_lock().chainrule_tell(1).told()?;
            let _second = lock.try_lock().chainrule_tell(2).told()?;
            Ok(())
        },
        || {
            std::fs::read("/nowhere").chainrule_tell(1).told()?;
            Ok(())
        },
    ];
    for cell in cells {
        let told = cell().unwrap_err();
        assert_eq!(format!("{told}{told:?}"), "");
    }
}
