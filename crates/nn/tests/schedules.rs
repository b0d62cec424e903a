//! Learning rates and clipped gradients against PyTorch's: `golden/schedules.txt` was printed by
//! `golden/schedules.py`.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod common;

use chainrule_nn::{Clipping, Model, Network, Pace, Rule, Schedule};
use common::{Golden, assert_near};
use ndarray::Array2;

const RATE: f64 = 0.3;

fn golden() -> Golden {
    Golden::read(include_str!("golden/schedules.txt"))
}

fn follows(case: &str, schedule: &Schedule, mut each: impl FnMut(&mut Pace, usize)) {
    let expected = golden().values(case);
    let mut pace = schedule.pace(RATE).unwrap();
    let rates: Vec<f64> = (0..expected.len())
        .map(|tick| {
            let rate = pace.rate();
            each(&mut pace, tick);
            rate
        })
        .collect();
    assert_near(&rates, &expected, case);
}

#[test]
fn schedules_follow_pytorch() {
    let follow = |case, schedule| follows(case, &schedule, |pace, _| pace.tick());
    follow("step", Schedule::step(7, 0.5));
    follow("exponential", Schedule::exponential(0.9));
    follow("cosine", Schedule::cosine(40));
    follow("cosine_to", Schedule::cosine_to(40, 0.1));
    follow(
        "warm_up_exponential",
        Schedule::warm_up(9, Schedule::exponential(0.95)),
    );
    follow(
        "warm_up_step",
        Schedule::warm_up(5, Schedule::step(10, 0.3)),
    );
}

#[test]
fn plateaus_follow_pytorch() {
    let losses = golden().values("losses");
    let follow = |case, schedule| {
        follows(case, &schedule, |pace, tick| {
            pace.measured(losses[tick]);
            pace.tick();
        });
    };
    follow("plateau", Schedule::reduce_on_plateau(0.5, 3));
    follow(
        "plateau_of_none",
        Schedule::reduce_on_plateau(0.8, 0).min_change(0.05),
    );
}

#[test]
fn a_cosine_stays_down_and_a_warm_up_has_no_plateaus() {
    let mut pace = Schedule::cosine(3).pace(1.0).unwrap();
    (0..10).for_each(|_| pace.tick());
    assert_eq!((pace.rate(), pace.time()), (0.0, 10));

    let schedule = Schedule::warm_up(4, Schedule::reduce_on_plateau(0.5, 0));
    assert!(schedule.needs_loss() && !Schedule::cosine(1).needs_loss());
    let mut pace = schedule.pace(1.0).unwrap();
    for _ in 0..4 {
        pace.measured(1.0);
        pace.tick();
    }
    assert_eq!(pace.rate(), 1.0);
    for loss in [1.0, 1.0, f64::NAN] {
        pace.measured(loss);
    }
    assert_eq!(pace.rate(), 0.25);
}

#[test]
fn every_optimizer_follows_a_schedule_down_to_nothing() {
    let x = Array2::from_elem((1, 2), 1.0);
    for rule in Rule::all() {
        let model = Model::input(2).dense(1).half_squared_error();
        let mut network = model.build_f64(1).unwrap();
        let mut optimizer = rule.optimizer(0.1).unwrap();
        optimizer.set_learning_rate(0.0).unwrap();
        let before = network.clone();
        let gradients = network.gradients(&x, &Array2::zeros((1, 1))).unwrap();
        optimizer.step(&mut network, &gradients).unwrap();
        assert_eq!(network.parameters(), before.parameters(), "{rule}");
    }
}

#[test]
fn schedules_out_of_range_are_named_and_words_tell_them_apart() {
    let complaint = |schedule: Schedule| schedule.pace(0.1).unwrap_err().to_string();
    for (schedule, part) in [
        (Schedule::step(0, 0.5), "the length of a step"),
        (Schedule::step(2, 0.0), "its factor"),
        (Schedule::exponential(1.5), "above 0, at most 1"),
        (Schedule::exponential(f64::NAN), "NaN"),
        (Schedule::cosine(0), "the length of a cosine"),
        (Schedule::cosine_to(3, -0.1), "0 to 1"),
        (Schedule::warm_up(0, Schedule::constant()), "a warm-up"),
        (
            Schedule::warm_up(3, Schedule::exponential(-1.0)),
            "its factor",
        ),
        (
            Schedule::reduce_on_plateau(0.5, 1).min_change(1.0),
            "least change",
        ),
    ] {
        let text = complaint(schedule);
        assert!(
            text.starts_with("learning rate schedule: ") && text.contains(part),
            "{text}"
        );
    }
    assert!(Schedule::constant().pace(0.0).is_err());
    for (schedule, words) in [
        (Schedule::constant(), "constant"),
        (Schedule::step(1, 0.5), "× 0.5 every 1 epoch"),
        (Schedule::exponential(0.9).per_step(), "× 0.9 each step"),
        (Schedule::cosine_to(9, 0.1), "cosine over 9 epochs to × 0.1"),
        (
            Schedule::warm_up(2, Schedule::cosine(9)).per_step(),
            "warm-up over 2 steps, then cosine over 9 steps",
        ),
        (
            Schedule::reduce_on_plateau(0.5, 1).min_change(0.01),
            "× 0.5 on a plateau of more than 1 epoch within 0.01",
        ),
    ] {
        assert_eq!(schedule.to_string(), words);
    }
}

fn steep(golden: &Golden) -> (Network<f64>, chainrule_nn::Gradients<f64>) {
    let mut network = Model::input(3)
        .dense(2)
        .squared_error()
        .build_f64(1)
        .unwrap();
    for name in ["weight", "bias"] {
        let value = golden.array(&format!("clip.{name}")).clone();
        network
            .set_parameter(&format!("dense_1.{name}"), value)
            .unwrap();
    }
    let gradients = network
        .gradients(&golden.rows("clip.x"), &golden.rows("clip.y"))
        .unwrap();
    (network, gradients)
}

#[test]
fn clipping_follows_pytorch_and_the_paper() {
    let golden = golden();
    let (_, gradients) = steep(&golden);
    let clipped = |clipping| {
        let mut gradients = gradients.clone();
        let norm = gradients.clip(clipping).unwrap();
        assert_near([&norm], [&golden.number("clip.norm_before")], "norm");
        gradients
    };
    let (by_norm, by_value) = (clipped(Clipping::Norm(2.5)), clipped(Clipping::Value(2.5)));
    for name in ["weight", "bias"] {
        let of = |gradients: &chainrule_nn::Gradients<f64>| {
            gradients.get(&format!("dense_1.{name}")).unwrap().clone()
        };
        assert_near(
            &of(&by_norm),
            golden.array(&format!("clip.paper.{name}")),
            name,
        );
        assert_near(
            &of(&by_value),
            golden.array(&format!("clip.value.{name}")),
            name,
        );
        // PyTorch adds 1e-6 to the norm.
        let pytorch = golden.array(&format!("clip.norm.{name}"));
        let far = (&of(&by_norm) / pytorch - 1.0)
            .iter()
            .fold(0.0_f64, |most, d| most.max(d.abs()));
        assert!(far > 1e-10 && far < 1e-6, "{far}");
    }
    assert_eq!(clipped(Clipping::Norm(1e9)), gradients);
    assert_eq!(clipped(Clipping::Value(1e9)), gradients);
}

#[test]
fn clipping_hides_no_nan_and_refuses_limits_that_are_none() {
    let (_, gradients) = steep(&golden());
    for clipping in [Clipping::Norm(1.0), Clipping::Value(1.0)] {
        let mut spoiled = gradients.clone();
        spoiled.entries[1].value[0] = f64::NAN;
        assert!(spoiled.clip(clipping).unwrap().is_nan());
        assert!(spoiled.entries[1].value[0].is_nan(), "{clipping}");
    }
    for limit in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(gradients.clone().clip(Clipping::Norm(limit)).is_err());
        let text = gradients
            .clone()
            .clip(Clipping::Value(limit))
            .unwrap_err()
            .to_string();
        assert!(
            text.contains("the greatest gradient is out of range"),
            "{text}"
        );
    }
}
