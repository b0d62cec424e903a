//! Arrays of a wanted shape, made without an abort when there is no room for them.

use ndarray::{Array, Dimension, IntoDimension};

use crate::error::{Error, ErrorKind, Result};

/// The number of elements of a shape.
///
/// # Errors
/// If an array of this shape cannot be: ndarray counts its elements, leaving out lengths of zero,
/// in an `isize`.
fn count(lengths: &[usize]) -> Result<usize> {
    let extent = lengths
        .iter()
        .filter(|&&length| length != 0)
        .try_fold(1_usize, |product, &length| product.checked_mul(length))
        .filter(|&product| isize::try_from(product).is_ok());
    match extent {
        Some(_) if lengths.contains(&0) => Ok(0),
        Some(extent) => Ok(extent),
        None => Err(
            Error::new(ErrorKind::Shape, "the shape is too large for an array")
                .expected(format!("at most {} elements", isize::MAX))
                .got(format!("{lengths:?}"))
                .hint("a smaller shape, or several arrays in turn"),
        ),
    }
}

/// An empty `Vec` with room for `count` numbers, or an error when there is no memory.
fn room<T>(count: usize) -> Result<Vec<T>> {
    let mut numbers = Vec::new();
    match numbers.try_reserve_exact(count) {
        Ok(()) => Ok(numbers),
        Err(_) => Err(no_room::<T>(count)),
    }
}

/// `count` times the default.
pub(crate) fn zeros<T: Copy + Default>(count: usize) -> Result<Vec<T>> {
    let mut numbers = room(count)?;
    numbers.resize(count, T::default());
    Ok(numbers)
}

fn no_room<T>(count: usize) -> Error {
    Error::new(ErrorKind::Shape, "there is no memory for so many numbers")
        .expected("an array that fits into memory")
        .got(format!("{count} numbers of {} bytes", size_of::<T>()))
        .hint("a smaller shape, or several arrays in turn")
}

/// `number(i)` for each `i` below `count`.
pub(crate) fn counted<T>(count: usize, number: impl Fn(usize) -> T) -> Result<Vec<T>> {
    let mut numbers = room(count)?;
    numbers.extend((0..count).map(number));
    Ok(numbers)
}

/// The array of this shape whose numbers `draw` gives, in standard order.
///
/// What is generic over the shape is compiled anew in each crate that calls it, a notebook's cell
/// among them; so nothing but this is, and the drawing is compiled once.
pub(crate) fn of<T, S: IntoDimension>(
    shape: S,
    draw: impl FnOnce(usize) -> Result<Vec<T>>,
) -> Result<Array<T, S::Dim>> {
    let shape = shape.into_dimension();
    let numbers = draw(count(shape.slice())?)?;
    Ok(shaped(shape, numbers))
}

/// `count` numbers, filled at once.
pub(crate) fn filled<T: Copy + Default>(
    count: usize,
    fill: impl FnOnce(&mut [T]),
) -> Result<Vec<T>> {
    let mut numbers = zeros(count)?;
    fill(&mut numbers);
    Ok(numbers)
}

/// `count` numbers, filled part by part. Faster than [`filled`]: memory is written once, not zeroed
/// first.
pub(crate) fn filled_in_parts<T: Copy + Default>(
    count: usize,
    mut fill: impl FnMut(&mut [T]),
) -> Result<Vec<T>> {
    const PART: usize = 1024;
    let mut numbers = room(count)?;
    let mut part = [T::default(); PART];
    while numbers.len() < count {
        let part = &mut part[..PART.min(count - numbers.len())];
        fill(part);
        numbers.extend_from_slice(part);
    }
    Ok(numbers)
}

/// What a method without `Result` gives, or its panic.
#[track_caller]
pub(crate) fn or_panic<T>(result: Result<T>) -> T {
    match result {
        Ok(array) => array,
        Err(error) => panic!("{error}"),
    }
}

/// The numbers in this shape, which has room for just so many.
fn shaped<T, D: Dimension>(shape: D, numbers: Vec<T>) -> Array<T, D> {
    Array::from_shape_vec(shape, numbers).expect("as many numbers as the shape has; please report")
}
