//! Races of optimizers on surfaces.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use chainrule_nn::{RmsProp, Rule};
use chainrule_train::{Race, Surface};

const RATES: [f64; 9] = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0];

#[test]
fn plain_descent_on_a_ravine_is_the_closed_form() {
    let race = Race::on(Surface::ravine())
        .steps(50)
        .with(Rule::sgd(), 0.03);
    let race = race.run().unwrap();
    for (t, [x, y]) in race.racers[0].path.iter().enumerate() {
        let (a, b) = (
            -4.0 * 0.97_f64.powi(t as i32),
            1.2 * (-0.5_f64).powi(t as i32),
        );
        assert!((x - a).abs() < 1e-12 && (y - b).abs() < 1e-12, "{t}");
    }
}

#[test]
fn arrival_is_the_step_from_which_on_it_stays() {
    // Heavy momentum passes the minimum again and again.
    let race = Race::on(Surface::ravine()).steps(400).near(0.2);
    let race = race.with(Rule::momentum(), 0.01).run().unwrap();
    let (racer, surface) = (&race.racers[0], &race.surface);
    let far = |at: &[f64; 2]| surface.distance(*at).unwrap();
    let arrived = racer.arrived.unwrap();
    assert!(racer.path[arrived..].iter().all(|at| far(at) <= 0.2));
    assert!(far(&racer.path[arrived - 1]) > 0.2);
    let first = racer.path.iter().position(|at| far(at) <= 0.2).unwrap();
    assert!(first < arrived, "{first} {arrived}");
    let already = Race::on(Surface::ravine().from(0.0, 0.0)).with(Rule::sgd(), 0.01);
    assert_eq!(already.run().unwrap().racers[0].arrived, Some(0));
}

#[test]
fn too_large_a_rate_diverges_and_its_path_ends() {
    let race = Race::on(Surface::ravine())
        .with(Rule::sgd(), 0.05)
        .with(Rule::sgd(), 0.03);
    let race = race.run().unwrap();
    let [lost, fine] = &race.racers[..] else {
        panic!("two took part")
    };
    let step = lost.diverged.unwrap();
    assert_eq!((lost.path.len(), lost.arrived), (step + 1, None));
    assert_eq!(fine.diverged, None);
    let text = race.to_string();
    assert!(text.contains(&format!("diverged at {step}")), "{text}");
    assert_eq!(text.lines().count(), 4, "{text}");
}

#[test]
fn every_rule_with_its_best_rate_goes_down_every_surface() {
    for surface in [
        Surface::rosenbrock(),
        Surface::ravine(),
        Surface::saddle(),
        Surface::himmelblau(),
    ] {
        let begin = surface.value(surface.start());
        let race = Race::on(surface).all(&RATES).run().unwrap();
        for racer in &race.racers {
            assert_eq!(racer.tried, RATES);
            assert!(racer.end().1 < begin, "{}: {}", race.surface, racer.name());
            assert!(racer.values.len() == 501 && racer.diverged.is_none());
        }
        let arrived = race.racers.iter().filter(|r| r.arrived.is_some()).count();
        assert!(arrived >= 3, "{race}");
    }
}

#[test]
fn dividing_rules_keep_away_from_the_saddle_and_plain_descent_is_first_all_the_same() {
    let rates = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0];
    let straight = [Rule::sgd(), Rule::nesterov(), Rule::momentum()];
    let dividing = [Rule::adam(), Rule::rmsprop(), Rule::adadelta()];
    let race = straight.into_iter().chain(dividing);
    let race = race.fold(Race::on(Surface::saddle()).steps(200), |race, rule| {
        race.with_best(rule, &rates)
    });
    let race = race.run().unwrap();
    let nearest = |i: usize| {
        let path = race.racers[i].path.iter();
        path.map(|[x, y]| x.hypot(*y)).fold(f64::MAX, f64::min)
    };
    for i in 0..3 {
        assert!(nearest(i) < 0.1 && nearest(3 + i) > 0.5, "{race}");
    }
    let arrived = |i: usize| race.racers[i].arrived;
    assert!(arrived(0) < arrived(1) && arrived(1) < arrived(3), "{race}");
    assert!(arrived(3) < arrived(2) && arrived(2) < arrived(4), "{race}");
    assert_eq!((race.racers[0].rate, arrived(5)), (1.0, None), "{race}");
}

#[test]
fn the_best_rate_is_the_one_that_arrives_first() {
    let race = |rates: &[f64]| {
        let race = Race::on(Surface::ravine()).steps(300);
        let results = race.with_best(Rule::sgd(), rates).run().unwrap();
        (results.racers[0].rate, results.racers[0].arrived)
    };
    assert_eq!(race(&[0.01, 0.03, 0.02, 0.05]).0, 0.03);
    // None arrives with these: then the lower end wins, and none that diverges.
    assert_eq!(race(&[1e-4, 1e-3, 1.0]), (1e-3, None));
}

#[test]
fn one_may_race_on_a_function_of_ones_own_and_ask_for_racers_by_name() {
    let bowl = Surface::new("bowl", |x, y| x * x + y * y, |x, y| [2.0 * x, 2.0 * y]);
    let race = Race::on(bowl).steps(100).with(Rule::sgd(), 0.1);
    let other = RmsProp::new(0.01).unwrap().alpha(0.5).unwrap().rule();
    let race = race.with(other, 0.01).run().unwrap();
    assert_eq!(
        race.racer("SGD").unwrap().arrived,
        None,
        "no minimum is known"
    );
    assert!(race.racer("SGD").unwrap().end().1 < 1e-12);
    assert_eq!(race.racer("RMSProp, α 0.5").unwrap().rate, 0.01);
    let error = race.racer("Adam").unwrap_err().to_string();
    assert!(error.contains("one of SGD, RMSProp, α 0.5"), "{error}");
}

#[test]
fn what_cannot_be_raced_is_said() {
    let complaint = |race: Race| race.run().unwrap_err().to_string();
    let on = || Race::on(Surface::ravine());
    assert!(complaint(on()).contains("nobody takes part"));
    assert!(complaint(on().with(Rule::sgd(), 0.1).steps(0)).contains("at least 1"));
    assert!(complaint(on().with(Rule::sgd(), -0.1)).contains("-0.1"));
    assert!(complaint(on().all(&[])).contains("SGD has no learning rate"));
    assert!(complaint(on().with(Rule::sgd(), 0.1).near(f64::NAN)).contains("NaN"));
    let wrong = Surface::new("mine", |x, _| x * x, |x, _| [x, 0.0]);
    let text = complaint(Race::on(wrong).with(Rule::sgd(), 0.1));
    assert!(text.contains("not the function's slope"), "{text}");
}
