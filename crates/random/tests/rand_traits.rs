//! The generators as generators of the crate rand.

#![allow(clippy::unwrap_used, reason = "what is refused fails the test")]

use chainrule_random::{Generator, Mt19937, Pcg64, RandomState, SeedSequence, default_rng};
use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};

/// What a notebook keeps is owned and can go to another thread.
fn kept<T: Clone + Send + Sync + PartialEq + std::fmt::Debug + 'static>() {}

#[test]
fn generators_can_be_kept() {
    kept::<RandomState>();
    kept::<Generator>();
    kept::<Mt19937>();
    kept::<Pcg64>();
    kept::<SeedSequence>();
    kept::<chainrule_random::State>();
    kept::<chainrule_random::GeneratorState>();
}

#[test]
fn rand_draws_from_all_of_them() {
    fn draws(mut rng: impl Rng) {
        let die: u8 = rng.random_range(1..=6);
        assert!((1..=6).contains(&die));
        let mut items: Vec<u32> = (0..100).collect();
        items.shuffle(&mut rng);
        assert_ne!(items[..5], [0, 1, 2, 3, 4]);
        let mut bytes = [0; 13];
        rng.fill_bytes(&mut bytes);
        assert_ne!(bytes, [0; 13]);
    }
    draws(Mt19937::seed_from_u64(1));
    draws(Pcg64::seed_from_u64(1));
    draws(RandomState::new(1).unwrap());
    draws(default_rng(1).unwrap());
}

#[test]
fn words_are_drawn_from_the_same_stream_as_numbers() {
    let mut words = RandomState::new(7).unwrap();
    let (high, low) = (words.next_u32() >> 5, words.next_u32() >> 6);
    let unit = (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0;
    assert_eq!(RandomState::new(7).unwrap().random_sample_one(), unit);

    let mut words = default_rng(7).unwrap();
    let unit = (words.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0;
    assert_eq!(default_rng(7).unwrap().random_one(), unit);
}

#[test]
fn bytes_are_the_words_little_endian() {
    // numpy.random.RandomState(1).bytes(6)
    let mut bytes = [0; 6];
    RandomState::new(1).unwrap().fill_bytes(&mut bytes);
    assert_eq!(bytes, [0x25, 0xf4, 0xc1, 0x6a, 0xeb, 0x80]);
}

#[test]
fn a_seed_of_rand_is_a_seed_of_numpy() {
    for seed in [0_u64, 1, 12_345, u64::from(u32::MAX)] {
        let ours = RandomState::new(seed).unwrap();
        assert_eq!(RandomState::seed_from_u64(seed), ours);
        assert_eq!(RandomState::from(Mt19937::seed_from_u64(seed)), ours);
        assert_eq!(Generator::seed_from_u64(seed), default_rng(seed).unwrap());
    }
    let large = 5 << 32 | 3;
    let list = RandomState::new([3, 5]).unwrap();
    assert_eq!(RandomState::seed_from_u64(large), list);
    assert_eq!(
        Generator::seed_from_u64(large),
        default_rng([3, 5]).unwrap()
    );
}

#[test]
fn pcg64_is_that_of_the_crate_rand_pcg() {
    for seed in 0..20_u8 {
        let seed: [u8; 32] = std::array::from_fn(|i| seed.wrapping_mul(31).wrapping_add(i as u8));
        let mut ours = Pcg64::from_seed(seed);
        let mut theirs = rand_pcg::Pcg64::from_seed(seed);
        assert!((0..100).all(|_| ours.next_u64() == theirs.next_u64()));
    }
    let mut ours = Pcg64::from_seed_and_stream(42, 54);
    let mut theirs = rand_pcg::Pcg64::new(42, 54);
    assert!((0..100).all(|_| ours.next_u64() == theirs.next_u64()));
}

#[test]
fn the_reference_implementations_first_words() {
    // mt19937ar.out by Matsumoto and Nishimura: init_by_array {0x123, 0x234, 0x345, 0x456}
    let mut rng = RandomState::new([0x123, 0x234, 0x345, 0x456]).unwrap();
    let words: Vec<u32> = (0..5).map(|_| rng.next_u32()).collect();
    assert_eq!(
        words,
        [
            1_067_595_299,
            955_945_823,
            477_289_528,
            4_107_218_783,
            4_228_976_476
        ]
    );
}
