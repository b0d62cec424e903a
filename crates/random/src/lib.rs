//! NumPy's random numbers, bit for bit: the legacy `RandomState`, and `Generator` over PCG64.
//!
//! ```
//! use chainrule_random::{RandomState, default_rng};
//!
//! let mut rng = RandomState::new(1)?; // numpy.random.seed(1)
//! let weights = rng.randn((784, 32)); // numpy.random.randn(784, 32)
//! assert_eq!(weights[[0, 0]], 1.6243453636632417);
//! let order = rng.permutation(60_000); // numpy.random.permutation(60000)
//!
//! let mut rng = default_rng(1)?; // numpy.random.default_rng(1)
//! let noise = rng.normal(0.0, 0.1, (2, 3))?; // rng.normal(0.0, 0.1, (2, 3))
//! assert_eq!((order.len(), noise.dim()), (60_000, (2, 3)));
//! # Ok::<(), chainrule_random::Error>(())
//! ```
//!
//! # From NumPy to here
//!
//! | `numpy.random`, `RandomState` | [`RandomState`] |
//! | --- | --- |
//! | `seed(1)`, `RandomState([1, 2])` | [`RandomState::new(1)?`](RandomState::new), `RandomState::new([1, 2])?`, [`rng.seed(1)?`](RandomState::seed) |
//! | `rand(2, 3)`, `random_sample((2, 3))` | [`rng.rand((2, 3))`](RandomState::rand), [`rng.random_sample((2, 3))`](RandomState::random_sample) |
//! | `rand()` | [`rng.rand_one()`](RandomState::rand_one); so for each method |
//! | `uniform(-1, 1, 5)` | [`rng.uniform(-1.0, 1.0, 5)?`](RandomState::uniform) |
//! | `randn(2, 3)`, `standard_normal((2, 3))` | [`rng.randn((2, 3))`](RandomState::randn), [`rng.standard_normal((2, 3))`](RandomState::standard_normal) |
//! | `normal(5, 2, 10)` | [`rng.normal(5.0, 2.0, 10)?`](RandomState::normal) |
//! | `randint(0, 10, (2, 3))` | [`rng.randint(0..10, (2, 3))?`](RandomState::randint) |
//! | `randint(1, 7, 9, dtype=np.uint8)` | `rng.randint(1..=6_u8, 9)?` |
//! | `randint(0, 2, 9, dtype=bool)` | `rng.randint::<bool, _>(.., 9)?` |
//! | `permutation(10)`, `permutation(array)` | [`rng.permutation(10)`](RandomState::permutation), `rng.permutation(&array)` |
//! | `shuffle(list)`, `shuffle(array)` | [`rng.shuffle(&mut vec)`](RandomState::shuffle), [`rng.shuffle_rows(&mut array)`](RandomState::shuffle_rows) |
//! | `choice(10, 3)`, `choice(["a", "b"])` | [`rng.choice(10).draw(3)?`](RandomState::choice), `rng.choice(&["a", "b"]).draw_one()?` |
//! | `choice(10, 3, replace=False, p=p)` | `rng.choice(10).without_replacement().p(&p).draw(3)?` |
//! | `binomial(10, 0.5, 100)` | [`rng.binomial(10, 0.5, 100)?`](RandomState::binomial) |
//! | `exponential(2, 9)` | [`rng.exponential(2.0, 9)?`](RandomState::exponential) |
//! | `standard_gamma(2, 9)`, `beta(2, 5, 9)` | [`rng.standard_gamma(2.0, 9)?`](RandomState::standard_gamma), [`rng.beta(2.0, 5.0, 9)?`](RandomState::beta) |
//! | `get_state()`, `set_state(state)` | [`rng.state()`](RandomState::state), [`rng.set_state(&state)`](RandomState::set_state), [`State`] |
//!
//! | `numpy.random.Generator` | [`Generator`] |
//! | --- | --- |
//! | `default_rng(1)`, `default_rng([1, 2])` | [`default_rng(1)?`](default_rng), `default_rng([1, 2])?` |
//! | `SeedSequence(1, spawn_key=(2,))` | [`SeedSequence::with_spawn_key(1, &[2])?`](SeedSequence::with_spawn_key) |
//! | `Generator(PCG64(sequence))` | [`Generator::from_sequence(sequence)`](Generator::from_sequence) |
//! | `random((2, 3))`, `random(5, dtype=np.float32)` | [`rng.random((2, 3))`](Generator::random), [`rng.random_f32(5)`](Generator::random_f32) |
//! | `integers(0, 10, 5)`, `integers(0, 9, 5, endpoint=True)` | [`rng.integers(0..10, 5)?`](Generator::integers), `rng.integers(0..=9, 5)?` |
//! | `standard_normal(5)`, with `dtype=np.float32` | [`rng.standard_normal(5)`](Generator::standard_normal), [`rng.standard_normal_f32(5)`](Generator::standard_normal_f32) |
//! | `normal(5, 2, 10)`, `uniform(-1, 1, 5)` | [`rng.normal(5.0, 2.0, 10)?`](Generator::normal), [`rng.uniform(-1.0, 1.0, 5)?`](Generator::uniform) |
//! | `permutation(10)`, `shuffle(array)` | [`rng.permutation(10)`](Generator::permutation), [`rng.shuffle_rows(&mut array)`](Generator::shuffle_rows) |
//! | `choice(10, 3, replace=False, shuffle=False)` | [`rng.choice(10).without_replacement().unshuffled().draw(3)?`](Generator::choice) |
//! | `spawn(4)` | [`rng.spawn(4)?`](Generator::spawn) |
//! | `bit_generator.state` | [`rng.state()`](Generator::state), [`rng.set_state(&state)`](Generator::set_state), [`GeneratorState`] |
//!
//! # What is promised
//!
//! The same calls on the same seed give the bits that NumPy 2.4.6 gives on x86-64: thousands of its
//! answers stand in `tests/goldens`, beside the script that made them and one that compares with a
//! NumPy of your own, call by call, at random. The legacy stream does not change from one version of
//! NumPy to the next; that of `Generator` may.
//!
//! Uniform numbers, integers, permutations and choices are integer arithmetic and exact products, so
//! they are the same everywhere. The other distributions call the platform's `log`, `exp`, `pow` and
//! `log1p`, as NumPy does; where those differ between platforms, in the last bit, so may a number
//! here, and a NumPy on that platform may differ alike. (NumPy for ARM is compiled with fused
//! multiplications besides, which this crate never has.)
//!
//! The example `beside_numpy` draws a million numbers of each kind here and with NumPy in turn, and
//! prints what it measured.
//!
//! # With the crate rand, and alone
//!
//! [`RandomState`], [`Generator`] and the bit generators [`Mt19937`] and [`Pcg64`] are generators of
//! rand 0.10 (`Rng` through `TryRng`, and `SeedableRng`), and can be handed to whatever draws from
//! one. `seed_from_u64(n)` gives the generator that NumPy seeds with `n`. What rand's own
//! distributions make of the words is rand's.
//!
//! This crate imports no other of chainrule's. Its [`Error`] is printed as
//! `chainrule_error::Error` is; with the cargo feature `chainrule-error`, off at first, the one
//! becomes the other by `?`.
//!
//! Deliberately absent: a generator without a seed, a global generator, NumPy's broadcasting of
//! parameters, its other bit generators and its other distributions.

mod array;
mod bits;
mod choice;
mod error;
mod generator;
mod integers;
mod legacy;
mod parameter;
mod population;
mod seed;
mod shuffle;

pub use bits::{Mt19937, Pcg64, SeedSequence};
pub use choice::{Choice, Chooser};
pub use error::{Error, ErrorKind, Result};
pub use generator::{Generator, GeneratorState, default_rng};
pub use integers::{Integer, IntegerRange};
pub use legacy::{RandomState, State};
pub use population::Population;
pub use seed::Seed;
pub use shuffle::Permutable;
