//! One setting against another: in words, in numbers, and what cannot be compared.

use chainrule_nn::Init;
use chainrule_train::{Results, Setting};

use super::task::{experiment, model};

/// Settings whose final accuracies are these, a line for each setting, a column for each seed.
fn results(accuracies: &[&[f64]]) -> Results {
    let settings: Vec<_> = (0..accuracies.len())
        .map(|i| Setting::new(1, 0.1).named(["plain", "Adam", "slow"][i]))
        .enumerate()
        .map(|(i, setting)| setting.batch_size(100 + i))
        .collect();
    let seeds = accuracies[0].len();
    let mut results = experiment()
        .settings(&settings)
        .repeats(seeds)
        .run()
        .unwrap();
    for (run, &accuracy) in results
        .runs
        .iter_mut()
        .zip(accuracies.iter().copied().flatten())
    {
        run.final_test_accuracy = Some(accuracy);
    }
    results
}

#[test]
fn a_difference_beyond_chance_is_told() {
    let results = results(&[
        &[0.9712, 0.9705, 0.9721, 0.9708, 0.9715],
        &[0.9781, 0.9769, 0.9790, 0.9785, 0.9774],
    ]);
    let comparison = results.compare("Adam", "plain").unwrap();
    assert_eq!(comparison.winner(), Some("Adam"));
    insta::assert_snapshot!(comparison);
    // The other way round is the same thing.
    let turned = results.compare(0, 1).unwrap();
    assert_eq!(turned.winner(), Some("Adam"));
    assert_eq!(
        (turned.difference, turned.p),
        (-comparison.difference, comparison.p)
    );
}

#[test]
fn a_difference_that_may_be_chance_is_told_as_that() {
    let results = results(&[&[0.97, 0.98, 0.96], &[0.98, 0.96, 0.97]]);
    let comparison = results.compare("plain", "Adam").unwrap();
    assert!(!comparison.beyond_chance() && comparison.winner().is_none());
    insta::assert_snapshot!(comparison);
}

#[test]
fn one_pair_cannot_tell() {
    let comparison = results(&[&[0.97], &[0.90]])
        .compare("plain", "Adam")
        .unwrap();
    assert_eq!(
        (comparison.pairs(), comparison.p, comparison.interval),
        (1, None, None)
    );
    insta::assert_snapshot!(comparison);
}

#[test]
fn no_difference_and_the_same_difference_everywhere_are_told_as_that() {
    let same = results(&[&[0.97, 0.98], &[0.97, 0.98]])
        .compare(0, 1)
        .unwrap();
    assert_eq!((same.t, same.p, same.winner()), (None, None, None));
    insta::assert_snapshot!(same);
    let shifted = results(&[&[0.97, 0.98, 0.96], &[0.96, 0.97, 0.95]])
        .compare(0, 1)
        .unwrap();
    assert_eq!((shifted.t, shifted.p, shifted.interval), (None, None, None));
    assert_eq!((shifted.beyond_chance(), shifted.winner()), (false, None));
    insta::assert_snapshot!(shifted);
}

#[test]
fn pairs_without_an_end_are_left_out_and_named() {
    let mut results = results(&[&[0.97, 0.98, 0.96, 0.97], &[0.96, 0.95, 0.95, 0.94]]);
    results.runs[1].interrupted = true;
    results.runs[7].final_test_accuracy = None;
    results.runs[7].divergence = Some(chainrule_train::Divergence {
        step: 1,
        samples: 100,
        loss: f64::NAN,
        layer: "loss".to_owned(),
    });
    let comparison = results.compare("plain", "Adam").unwrap();
    assert_eq!(comparison.seeds, [1, 3]);
    assert_eq!(
        comparison.left_out,
        ["seed 2: “plain” was interrupted", "seed 4: “Adam” diverged"]
    );
    assert!(
        comparison
            .to_string()
            .ends_with("Left out: seed 2: “plain” was interrupted; seed 4: “Adam” diverged.")
    );
}

#[test]
fn what_makes_no_pairs_is_refused() {
    let settings = [Setting::new(1, 0.1), Setting::new(1, 0.2).seed(7)];
    let results = experiment().settings(&settings).repeats(2).run().unwrap();
    let error = results.compare(0, 1).unwrap_err().to_string();
    assert!(
        error.starts_with("Halves: compare: runs under different seeds"),
        "{error}"
    );
    assert!(
        error.contains("the seeds 1 to 2 and the seeds 7 to 8"),
        "{error}"
    );
    assert!(results.compare_all().is_err());
    let wild = model().weights(Init::Constant(1e30));
    let settings = [
        Setting::new(1, 0.1),
        Setting::new(1, 0.2).model(&wild).named("wild"),
    ];
    let results = experiment().settings(&settings).repeats(2).run().unwrap();
    let error = results.compare(0, "wild").unwrap_err().to_string();
    assert!(error.contains("no pair came to its end"), "{error}");
    assert!(
        error.contains("seed 1: “wild” diverged; seed 2: “wild” diverged"),
        "{error}"
    );
}

#[test]
fn settings_that_are_not_there_are_told_with_those_that_are() {
    let results = results(&[&[0.97, 0.98], &[0.96, 0.97]]);
    let error = results.compare("plain", "Adan").unwrap_err().to_string();
    assert!(
        error.contains("one of “plain”, “Adam”") && error.ends_with("try       “Adam”"),
        "{error}"
    );
    let error = results.compare(0, 2).unwrap_err().to_string();
    assert!(
        error.contains("0 to 1: “plain”, “Adam”") && error.contains("got       2"),
        "{error}"
    );
    let error = results.compare("plain", 0).unwrap_err().to_string();
    assert!(error.contains("cannot be compared with itself"), "{error}");
}

#[test]
fn all_pairs_are_corrected_for_their_number() {
    let results = results(&[
        &[0.9712, 0.9705, 0.9721, 0.9708],
        &[0.9781, 0.9769, 0.9790, 0.9785],
        &[0.9700, 0.9712, 0.9715, 0.9711],
    ]);
    let all = results.compare_all().unwrap();
    assert_eq!(all.pairs.len(), 3);
    let single = results.compare("plain", "Adam").unwrap();
    assert_eq!(all.pairs[0].p, single.p);
    assert!(all.pairs[0].corrected_p > single.p);
    insta::assert_snapshot!(all);
    let alone = experiment().settings(&[(1, 0.1)]).repeats(2).run().unwrap();
    assert!(
        alone
            .compare_all()
            .unwrap_err()
            .to_string()
            .contains("at least 2 settings")
    );
}

#[test]
fn two_settings_without_a_seed_in_common_cost_the_others_nothing() {
    let mut results = results(&[&[0.97, 0.98], &[0.96, 0.95], &[0.90, 0.92]]);
    // “plain” came to its end under seed 1 alone, “Adam” under seed 2 alone.
    results.runs[1].interrupted = true;
    results.runs[2].interrupted = true;
    let all = results.compare_all().unwrap();
    let names: Vec<_> = all.pairs.iter().map(|pair| (&*pair.a, &*pair.b)).collect();
    assert_eq!(names, [("plain", "slow"), ("Adam", "slow")]);
    assert_eq!(
        all.left_out,
        ["“plain” and “Adam”: no seed under which both came to their end"]
    );
    assert!(
        all.to_string()
            .ends_with("Left out: “plain” and “Adam”: no seed under which both came to their end."),
        "{all}"
    );
    let error = results.compare(0, 1).unwrap_err().to_string();
    assert!(error.contains("no pair came to its end"), "{error}");
}
