//! What is learned from: MNIST and Fashion-MNIST in one line, their parts, and batches of them.
//!
//! ```
//! use chainrule_data::Mnist;
//!
//! let mnist = Mnist::load()?; // 60 000 / 10 000
//! assert_eq!((mnist.train.len(), mnist.test.len()), (60_000, 10_000));
//!
//! let split = mnist.with_validation(5_000)?; // 55 000 / 5 000 / 10 000
//! let mut reader = split.train.reader(42);
//! let batch = reader.next_batch(100)?;
//! assert_eq!(batch.x.dim(), (100, 784)); // pixels, 0 to 1
//! assert_eq!(batch.y.dim(), (100, 10)); // one-hot labels
//! # Ok::<(), chainrule_data::Error>(())
//! ```
//!
//! A [`Dataset`] keeps its pixels as the bytes they are stored as and converts them when a batch
//! is drawn. It is cheap to clone and to cut: parts share the bytes. A [`Dataset`] holds at least
//! one sample, always; whatever would make an empty one is an error.
//!
//! [`Splits::standardized`] gives pixels mean 0 and deviation 1, by the training part alone.
//!
//! Where the files come from is said in [`Places`]; which data sets there are, in [`catalog`].
//!
//! [`Augment`] moves, turns and scales images a little each time that they are drawn.
//!
//! Deliberately absent: pictures (the card's strip is plain arrays), and anything that knows what a
//! network is.

mod augment;
mod batch;
mod card;
pub mod catalog;
mod dataset;
mod diagnose;
mod digest;
mod draw;
mod drawn;
mod element;
mod fetch;
mod filled;
mod huge_pages;
mod idx;
mod load;
mod one_hot;
mod places;
mod sampler;
mod scaler;
mod splits;
mod text;
mod toy;
mod user_data;
mod wide;

#[cfg(test)]
mod testing;

pub use augment::{Augment, Augmenter};
pub use batch::{Batch, Reader};
pub use card::{Card, CardPart, ClassRow, StripRow};
pub use chainrule_error::{Error, ErrorKind, Result};
pub use dataset::Dataset;
pub use drawn::Drawn;
pub use element::Element;
pub use filled::{Filled, FilledRows};
pub use load::{FashionMnist, Mnist};
pub use one_hot::{one_hot, one_hot_f64};
pub use places::{Place, PlaceKind, Places};
pub use sampler::BatchSampler;
pub use scaler::Scaler;
pub use splits::Splits;
pub use toy::Toy;
