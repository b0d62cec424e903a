//! What NumPy refuses is refused, in words that say what to try.

#![allow(clippy::unwrap_used, reason = "what is not refused fails the test")]

use std::panic::catch_unwind;

use chainrule_random::{
    Error, ErrorKind, GeneratorState, RandomState, SeedSequence, State, default_rng,
};

fn old() -> RandomState {
    RandomState::new(1).unwrap()
}

fn new() -> chainrule_random::Generator {
    default_rng(1).unwrap()
}

/// The headline, and that there is something to try.
fn refused<T: std::fmt::Debug>(result: Result<T, Error>, headline: &str) {
    let error = result.unwrap_err();
    let text = error.to_string();
    assert_eq!(error.headline(), headline, "{text}");
    for label in ["\n  expected  ", "\n  got       ", "\n  try       "] {
        assert!(text.contains(label), "{text}");
    }
}

#[test]
fn an_error_is_printed_in_rows() {
    let error = old().randint(5..5, 3).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    assert_eq!(
        error.to_string(),
        "there is no integer in the range\n  \
           expected  a lower end, then a higher one\n  \
           got       5..5\n  \
           try       0..10 for 0 to 9, 0..=10 for 0 to 10"
    );
    assert_eq!(format!("{error:?}"), error.to_string());
}

#[test]
fn seeds() {
    let range = "a seed is out of range";
    refused(RandomState::new(-1), range);
    refused(RandomState::new(1_u64 << 32), range);
    refused(RandomState::new([1, -2]), range);
    refused(RandomState::new(vec![1_u64 << 32]), range);
    refused(RandomState::new([0_u32; 0]), "the seed is empty");
    refused(default_rng(-1), "a seed is negative");
    refused(SeedSequence::new([3_i128, -1]), "a seed is negative");
    assert!(RandomState::new(u32::MAX).is_ok());
    assert!(default_rng(u128::MAX).is_ok());
    // An empty list is a seed to NumPy's SeedSequence.
    assert!(default_rng([0_u32; 0]).is_ok());
}

#[test]
fn a_refused_seed_leaves_the_generator_as_it_was() {
    let mut rng = old();
    let before = rng.clone();
    refused(rng.seed(-1), "a seed is out of range");
    assert_eq!(rng, before);
}

#[test]
#[allow(clippy::reversed_empty_ranges, reason = "they are what is refused")]
fn ranges() {
    let empty = "there is no integer in the range";
    refused(old().randint(5..5, 2), empty);
    refused(old().randint(1..=0, 2), empty);
    refused(old().randint_one(i64::MIN..i64::MIN), empty);
    refused(old().randint(false..false, 2), empty);
    refused(new().integers(3..-3, 2), empty);
    refused(new().integers_one(0_u8..0), empty);
    // Nothing is drawn, so nothing is wrong: NumPy's order of checks.
    assert_eq!(old().randint(5..5, (0, 3)).unwrap().dim(), (0, 3));
    assert_eq!(new().integers(5..5, 0).unwrap().len(), 0);
}

#[test]
fn parameters() {
    let (nan, most) = (f64::NAN, f64::MAX);
    refused(old().uniform(-most, most, 1), "the range is not finite");
    refused(old().uniform_one(nan, 1.0), "the range is not finite");
    refused(
        new().uniform(0.0, f64::INFINITY, 1),
        "the range is not finite",
    );
    refused(new().uniform(1.0, 0.0, 1), "high − low is negative");
    assert!(old().uniform(1.0, 0.0, 1).is_ok());
    let sd = "the standard deviation is negative";
    refused(old().normal(0.0, -1.0, 1), sd);
    refused(new().normal_one(0.0, -0.0), sd);
    assert!(old().normal_one(0.0, nan).unwrap().is_nan());
    refused(old().exponential(-1.0, 1), "the scale is negative");
    let alpha = "the shape parameter alpha is negative";
    refused(old().standard_gamma(-1.0, 1), alpha);
    refused(old().beta(0.0, 1.0, 1), "the parameter a is not above zero");
    refused(
        old().beta_one(1.0, -1.0),
        "the parameter b is not above zero",
    );
    refused(
        old().binomial(-1, 0.5, 1),
        "the number of trials is negative",
    );
    refused(old().binomial(1, 1.5, 1), "p is no probability");
    refused(old().binomial_one(1, nan), "p is no probability");
}

#[test]
fn choices() {
    refused(old().choice(0).draw(1), "there is nothing to choose from");
    refused(
        new().choice(&[0_u8; 0]).draw_one(),
        "there is nothing to choose from",
    );
    assert_eq!(old().choice(0).draw(0).unwrap().len(), 0);
    let fewer = "there are fewer items than are to be drawn without replacement";
    refused(old().choice(3).without_replacement().draw(4), fewer);
    refused(new().choice(3).without_replacement().draw((2, 2)), fewer);
    let none = "these are no probabilities";
    refused(old().choice(2).p([0.5, 0.4]).draw(1), none);
    refused(old().choice(2).p([1.5, -0.5]).draw(1), none);
    refused(new().choice(2).p([f64::NAN, 0.5]).draw(1), none);
    let number = "probabilities and items differ in number";
    refused(new().choice(2).p([1.0]).draw(1), number);
    let possible = "there are fewer items of a probability above 0 than are to be drawn";
    refused(
        old().choice(2).p([1.0, 0.0]).without_replacement().draw(2),
        possible,
    );
}

#[test]
fn shapes_that_cannot_be_are_errors_and_no_aborts() {
    let large = "the shape is too large for an array";
    refused(old().uniform(0.0, 1.0, (usize::MAX, 2)), large);
    refused(old().randint(0..2, [usize::MAX, 2, 0]), large);
    refused(new().normal(0.0, 1.0, usize::MAX), large);
    refused(new().choice(5).draw((usize::MAX, usize::MAX)), large);
    let memory = "there is no memory for so many numbers";
    refused(old().normal(0.0, 1.0, 1_usize << 60), memory);
    refused(
        new().integers::<u8, _>(.., (isize::MAX as usize, 1)),
        memory,
    );
    refused(
        new()
            .choice(1_usize << 62)
            .without_replacement()
            .draw(1_usize << 60),
        memory,
    );
}

#[test]
fn what_returns_no_result_panics_with_the_same_words() {
    let panics: [(&str, fn()); 5] = [
        ("random_sample", || {
            drop(old().random_sample((usize::MAX, 2)));
        }),
        ("randn", || drop(old().randn(1_usize << 60))),
        ("permutation", || drop(old().permutation(1_usize << 60))),
        ("random", || drop(new().random_f32(usize::MAX))),
        ("standard_normal", || {
            drop(new().standard_normal(1_usize << 60));
        }),
    ];
    for (name, draw) in panics {
        let payload = catch_unwind(draw).unwrap_err();
        let text = payload.downcast_ref::<String>().unwrap();
        assert!(
            text.contains("\n  try       a smaller shape"),
            "{name}: {text}"
        );
    }
}

#[test]
fn states() {
    let wrong = "this is no state of a RandomState";
    refused(State::new(&[1; 623], 0, None), wrong);
    refused(State::new(&[1; 624], 625, None), wrong);
    refused(State::new(&[0; 624], 0, None), wrong);
    refused(State::new(&[1; 624], 0, Some(f64::NAN)), wrong);
    for text in [
        "",
        "MT19937",
        "PCG64 1 2 0 0",
        "MT19937 0 2 0.0 1",
        "MT19937 x 0 0.0",
    ] {
        refused(text.parse::<State>(), wrong);
    }
    let wrong = "this is no state of a Generator";
    refused(GeneratorState::new(1, 2, None), wrong);
    for text in [
        "",
        "PCG64 1 2 0 0",
        "PCG64 1 3 2 0",
        "PCG64 -1 3 0 0",
        "MT19937 1 3 0 0",
    ] {
        refused(text.parse::<GeneratorState>(), wrong);
    }
    let mut stateless = chainrule_random::Generator::from_state(&new().state());
    refused(stateless.spawn(1), "this generator cannot spawn others");
}
