//! A strip of images: one as it is stored, and as training might see it.

use chainrule_data::{Augment, Dataset};
use chainrule_error::Result;
use chainrule_plot::{Figure, ImageGrid};

/// Images in a row of a strip.
const COLUMNS: usize = 9;

/// Draws samples of a data set, a row for each: the image as it is stored, and eight variants of it
/// as an augmentation might draw them in training, from a seed.
///
/// ```
/// use chainrule::prelude::*;
///
/// let train = Mnist::load()?.train;
/// let augment = Augment::new().shift(2.0).rotate(15.0).scale(0.1);
/// let figure = plot_augmented(&train, &[0, 1, 2], &augment, 1)?;
/// assert!(figure.description().contains("27 images"));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
///
/// When an amount is out of range, the samples are no images, there is no such sample, or none is
/// asked for.
pub fn plot_augmented(
    data: &Dataset,
    samples: &[usize],
    augment: &Augment,
    seed: u64,
) -> Result<Figure> {
    let mut grid = ImageGrid::new(format!("{}: {augment}", data.name()))
        .columns(COLUMNS)
        .caption("On the left as stored, beside it as training might see it.");
    for &sample in samples {
        let original = data.image(sample)?;
        let (rows, columns) = original.dim();
        let bytes: Vec<u8> = original.into_iter().collect();
        let class = &data.class_names()[usize::from(data.label(sample)?)];
        grid = grid.image(rows, columns, &bytes, class);
        // Each sample has a seed of its own, or all would be turned alike.
        let seed = seed.wrapping_add(sample as u64);
        for variant in augment.variants(data, sample, COLUMNS - 1, seed)? {
            let bytes: Vec<u8> = variant.iter().map(|p| (p * 255.0).round() as u8).collect();
            grid = grid.image(rows, columns, &bytes, "");
        }
    }
    grid.draw()
}
