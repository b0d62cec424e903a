//! What holds for every seed: bounds, permutations, and that bulk draws are single draws.

#![allow(clippy::unwrap_used, reason = "what is refused fails the test")]

use chainrule_random::{Generator, RandomState, default_rng};
use ndarray::{Array, Array2, Axis, s};
use proptest::prelude::*;
use rand::Rng;

/// Brings a generator to some place in the middle of things.
fn somewhere(seed: u32, words: usize, normals: usize) -> RandomState {
    let mut rng = RandomState::new(seed).unwrap();
    for _ in 0..words {
        rng.next_u32();
    }
    rng.randn(normals);
    rng
}

fn somewhere_else(seed: u32, words: usize) -> Generator {
    let mut rng = default_rng(seed).unwrap();
    for _ in 0..words {
        rng.next_u32();
    }
    rng
}

fn sorted<T: Ord + Clone>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort();
    items
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_array_is_what_single_draws_are(
        seed: u32, words in 0..700_usize, normals in 0..4_usize, count in 0..2100_usize
    ) {
        let mut bulk = somewhere(seed, words, normals);
        let mut single = bulk.clone();
        prop_assert_eq!(
            bulk.random_sample(count).to_vec(),
            (0..count).map(|_| single.random_sample_one()).collect::<Vec<_>>()
        );
        prop_assert_eq!(
            bulk.randn(count).to_vec(),
            (0..count).map(|_| single.randn_one()).collect::<Vec<_>>()
        );
        prop_assert_eq!(
            bulk.randint(0..1000_u32, count).unwrap().to_vec(),
            (0..count).map(|_| single.randint_one(0..1000_u32).unwrap()).collect::<Vec<_>>()
        );
        prop_assert_eq!(
            bulk.binomial(200, 0.4, count).unwrap().to_vec(),
            (0..count).map(|_| single.binomial_one(200, 0.4).unwrap()).collect::<Vec<_>>()
        );
        prop_assert_eq!(bulk, single);

        let mut bulk = somewhere_else(seed, words);
        let mut single = bulk.clone();
        prop_assert_eq!(
            bulk.random(count).to_vec(),
            (0..count).map(|_| single.random_one()).collect::<Vec<_>>()
        );
        prop_assert_eq!(
            bulk.standard_normal_f32(count).to_vec(),
            (0..count).map(|_| single.standard_normal_f32_one()).collect::<Vec<_>>()
        );
        // A range of which nearly half of the words are rejected.
        let wide = 0..=(1_u64 << 63);
        prop_assert_eq!(
            bulk.integers(wide.clone(), count).unwrap().to_vec(),
            (0..count).map(|_| single.integers_one(wide.clone()).unwrap()).collect::<Vec<_>>()
        );
        prop_assert_eq!(bulk, single);
    }

    #[test]
    fn integers_stay_in_their_range_and_reach_its_ends(seed: u32, a: i8, b: i8) {
        let (low, high) = (a.min(b), a.max(b));
        for drawn in [
            RandomState::new(seed).unwrap().randint(low..=high, 20_000).unwrap(),
            default_rng(seed).unwrap().integers(low..=high, 20_000).unwrap(),
        ] {
            prop_assert_eq!(drawn.iter().min(), Some(&low));
            prop_assert_eq!(drawn.iter().max(), Some(&high));
        }
    }

    #[test]
    fn integers_of_64_bits_stay_in_their_range(seed: u32, a: u64, b: u64) {
        let (low, high) = (a.min(b), a.max(b));
        let old = RandomState::new(seed).unwrap().randint(low..=high, 500).unwrap();
        let new = default_rng(seed).unwrap().integers(low..=high, 500).unwrap();
        prop_assert!(old.iter().chain(&new).all(|number| (low..=high).contains(number)));
    }

    #[test]
    fn a_permutation_has_every_item_once(seed: u32, count in 0..3000_usize) {
        let all: Vec<usize> = (0..count).collect();
        let (mut old, mut new) = (RandomState::new(seed).unwrap(), default_rng(seed).unwrap());
        prop_assert_eq!(sorted(old.permutation(count)), all.clone());
        prop_assert_eq!(sorted(new.permutation(&all)), all.clone());
        let mut items = all.clone();
        old.shuffle(&mut items);
        new.shuffle(&mut items);
        prop_assert_eq!(sorted(items), all);
    }

    #[test]
    fn rows_stay_whole_in_any_layout(seed: u32, rows in 1..50_usize, columns in 1..5_usize) {
        let whole = Array2::from_shape_fn((columns, rows), |(j, i)| (i, j));
        // Not contiguous, and in column order.
        let mut array = whole.t().to_owned().slice_move(s![..;-1, ..]);
        RandomState::new(seed).unwrap().shuffle_rows(&mut array);
        let firsts = array.column(0).iter().map(|&(i, _)| i).collect::<Vec<_>>();
        prop_assert_eq!(sorted(firsts), (0..rows).collect::<Vec<_>>());
        for row in array.axis_iter(Axis(0)) {
            prop_assert!(row.iter().enumerate().all(|(j, &cell)| cell == (row[0].0, j)));
        }
        let permuted = default_rng(seed).unwrap().permutation(&array);
        prop_assert_eq!(sorted(permuted.column(1.min(columns - 1)).to_vec()).len(), rows);
    }

    #[test]
    fn what_is_chosen_without_replacement_differs(
        seed: u32, count in 1..20_000_usize, share in 0.0..=1.0_f64
    ) {
        let wanted = (share * count as f64) as usize;
        let (mut old, mut new) = (RandomState::new(seed).unwrap(), default_rng(seed).unwrap());
        let drawn = [
            old.choice(count).without_replacement().draw(wanted).unwrap(),
            new.choice(count).without_replacement().draw(wanted).unwrap(),
            new.choice(count).without_replacement().unshuffled().draw(wanted).unwrap(),
        ];
        for mut drawn in drawn.map(Array::into_raw_vec_and_offset).map(|(vec, _)| vec) {
            drawn.sort_unstable();
            drawn.dedup();
            prop_assert_eq!(drawn.len(), wanted);
            prop_assert!(drawn.last().is_none_or(|&last| last < count));
        }
    }

    #[test]
    fn what_has_no_probability_is_never_chosen(seed: u32, replace: bool) {
        let mut rng = RandomState::new(seed).unwrap();
        let mut choice = rng.choice(&['a', 'b', 'c', 'd']).p([0.0, 0.7, 0.0, 0.3]);
        if !replace {
            choice = choice.without_replacement();
        }
        let drawn = choice.draw(2).unwrap();
        prop_assert!(drawn.iter().all(|item| "bd".contains(*item)));
    }

    #[test]
    fn a_state_as_text_goes_on_where_it_stood(
        seed: u32, words in 0..1300_usize, normals in 0..4_usize
    ) {
        let mut rng = somewhere(seed, words, normals);
        let mut again = RandomState::from_state(&rng.state().to_string().parse().unwrap());
        prop_assert_eq!(&rng, &again);
        prop_assert_eq!(rng.randn(700), again.randn(700));

        let mut rng = somewhere_else(seed, words);
        let mut again = Generator::from_state(&rng.state().to_string().parse().unwrap());
        prop_assert_eq!(rng.random_f32(7), again.random_f32(7));
        prop_assert_eq!(rng.state(), again.state());
    }

    #[test]
    fn no_text_is_too_odd_to_be_refused(text in "(MT19937|PCG64)?( ?[-0-9a-z.]{0,5}){0,8}") {
        prop_assert!(text.parse::<chainrule_random::State>().is_err());
        let _ = text.parse::<chainrule_random::GeneratorState>();
    }
}

/// Mean and variance of each distribution, within five standard errors of the mean.
#[test]
fn moments_are_those_of_the_distributions() {
    let mut old = RandomState::new(20_240).unwrap();
    let mut new = default_rng(20_240).unwrap();
    let n = 200_000;
    let samples = [
        (
            "uniform",
            old.uniform(2.0, 6.0, n).unwrap(),
            4.0,
            16.0 / 12.0,
        ),
        ("normal", old.normal(-1.0, 3.0, n).unwrap(), -1.0, 9.0),
        ("exponential", old.exponential(2.0, n).unwrap(), 2.0, 4.0),
        ("gamma 0.3", old.standard_gamma(0.3, n).unwrap(), 0.3, 0.3),
        ("gamma 7", old.standard_gamma(7.0, n).unwrap(), 7.0, 7.0),
        ("beta", old.beta(2.0, 3.0, n).unwrap(), 0.4, 0.04),
        ("Jöhnk", old.beta(0.5, 0.5, n).unwrap(), 0.5, 0.125),
        (
            "inversion",
            old.binomial(40, 0.25, n).unwrap().mapv(|x| x as f64),
            10.0,
            7.5,
        ),
        (
            "BTPE",
            old.binomial(1000, 0.9, n).unwrap().mapv(|x| x as f64),
            900.0,
            90.0,
        ),
        ("ziggurat", new.standard_normal(n), 0.0, 1.0),
        ("f32", new.standard_normal_f32(n).mapv(f64::from), 0.0, 1.0),
    ];
    for (name, sample, mean, variance) in samples {
        let error = (variance / n as f64).sqrt();
        let got = sample.mean().unwrap();
        assert!((got - mean).abs() < 5.0 * error, "{name}: mean {got}");
        let got = sample.var(0.0);
        assert!(
            (got / variance - 1.0).abs() < 0.03,
            "{name}: variance {got}"
        );
    }
}
