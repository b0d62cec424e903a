//! Binomial numbers.
