//! One's own images: from arrays, or from any pair of IDX files, whose structure is checked.

use std::path::Path;

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::Array2;

use crate::catalog::Content;
use crate::dataset::checked_features;
use crate::text::counted;
use crate::{Dataset, diagnose, idx};

impl Dataset {
    /// A data set from arrays: `images` is `[samples, features]`, each row an image of
    /// `sample_shape` (channels, height, width); `labels` count from 0, and each has a name.
    ///
    /// # Errors
    /// If there is no sample, if the shapes or counts do not fit together, or if a label has no
    /// name.
    pub fn from_arrays<S: Into<String>>(
        name: impl Into<String>,
        images: Array2<u8>,
        labels: Vec<u8>,
        sample_shape: [usize; 3],
        class_names: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        let names = class_names.into_iter().map(Into::into).collect();
        Self::from_images(name.into(), images, labels, sample_shape, names)
    }

    fn from_images(
        name: String,
        images: Array2<u8>,
        labels: Vec<u8>,
        sample_shape: [usize; 3],
        class_names: Vec<String>,
    ) -> Result<Self> {
        let (rows, columns) = images.dim();
        if rows != labels.len() {
            return Err(Error::new(
                ErrorKind::Shape,
                format!("data set {name:?}: not as many labels as images"),
            )
            .expected(format!(
                "{} for {}",
                counted(rows, "label"),
                counted(rows, "image")
            ))
            .got(counted(labels.len(), "label"))
            .hint("images are the rows of the array, one for each label"));
        }
        if checked_features(sample_shape) != Some(columns) {
            let [channels, height, width] = sample_shape;
            let what = format!("data set {name:?}: images of another size");
            return Err(Error::new(ErrorKind::Shape, what)
                .expected(format!("rows of {channels} · {height} · {width} values"))
                .got(format!("rows of {}", counted(columns, "value")))
                .hint("sample_shape is [channels, height, width]"));
        }
        let pixels = if images.is_standard_layout() {
            let (pixels, start) = images.into_raw_vec_and_offset();
            match start {
                None | Some(0) if pixels.len() == rows * columns => pixels,
                // The array was a part of a larger one.
                start => {
                    let start = start.unwrap_or(0);
                    pixels[start..start + rows * columns].to_vec()
                }
            }
        } else {
            images.iter().copied().collect()
        };
        Self::from_bytes(name, pixels, labels, sample_shape, class_names)
    }

    /// A data set from two IDX files of one's own, gzipped or not: images (three dimensions of
    /// bytes) and labels (one dimension). Its name is the images' file name.
    ///
    /// The classes are named `0` to `9`, or further if there are larger labels; see
    /// [`with_class_names`](Self::with_class_names) for better names.
    ///
    /// ```
    /// use chainrule_data::Dataset;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let (images, labels) = (folder.path().join("mine"), folder.path().join("mine-labels"));
    /// // Magic number, then samples, height and width as 32-bit numbers, then the pixels.
    /// std::fs::write(&images, [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 9, 200])?;
    /// std::fs::write(&labels, [0, 0, 8, 1, 0, 0, 0, 1, 7])?;
    /// let mine = Dataset::from_idx(&images, &labels)?;
    /// assert_eq!((mine.name(), mine.sample_shape(), mine.label(0)?), ("mine", [1, 1, 2], 7));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If a file is missing, truncated, too long or no such IDX file, or if there are not as many
    /// labels as images.
    pub fn from_idx(images: impl AsRef<Path>, labels: impl AsRef<Path>) -> Result<Self> {
        from_files(images.as_ref(), labels.as_ref())
    }
}

fn from_files(images_path: &Path, labels_path: &Path) -> Result<Dataset> {
    let read = |path, content| {
        idx::read_any(path, content).map_err(|fault| diagnose::structural(path, fault, content))
    };
    let images = read(images_path, Content::Images)?;
    let labels = read(labels_path, Content::Labels)?;
    if images.samples != labels.samples {
        return Err(
            Error::new(ErrorKind::Data, "images and labels do not belong together")
                .expected(format!(
                    "as many labels as images in {}",
                    images_path.display()
                ))
                .got(format!(
                    "{} and {} in {}",
                    counted(images.samples, "image"),
                    counted(labels.samples, "label"),
                    labels_path.display()
                )),
        );
    }
    let largest = labels.bytes.iter().copied().max().unwrap_or(0).max(9);
    let names = (0..=largest).map(|label| label.to_string()).collect();
    let name = images_path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let shape = [1, images.size[0], images.size[1]];
    Dataset::from_bytes(name, images.bytes, labels.bytes, shape, names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Folder, gzip, idx_images, idx_labels};

    #[test]
    fn any_structure_that_holds_together_is_welcome() {
        let folder = Folder::new();
        let images = folder.write(
            "mine.gz",
            &gzip(&idx_images(2, [1, 3], &[1, 2, 3, 4, 5, 6])),
        );
        let labels = folder.write("labels", &idx_labels(&[3, 12]));
        let mine = Dataset::from_idx(&images, &labels).unwrap();
        assert_eq!((mine.name(), mine.len(), mine.classes()), ("mine", 2, 13));
        assert_eq!(mine.image(1).unwrap(), ndarray::array![[4, 5, 6]]);
        let few = folder.write("few", &idx_labels(&[3, 4]));
        assert_eq!(Dataset::from_idx(&images, few).unwrap().classes(), 10);
    }

    #[test]
    fn swapped_and_uneven_files_are_named() {
        let folder = Folder::new();
        let images = folder.write("images", &idx_images(2, [1, 1], &[1, 2]));
        let labels = folder.write("labels", &idx_labels(&[3]));
        let error = Dataset::from_idx(&labels, &images).unwrap_err().to_string();
        let headline = format!("{} holds labels, not images", labels.display());
        assert_eq!(error.lines().next(), Some(&*headline));
        assert!(error.contains("swapped"), "{error}");
        let error = Dataset::from_idx(&images, &labels).unwrap_err().to_string();
        assert!(error.contains("2 images and 1 label in"), "{error}");
        let error = Dataset::from_idx(folder.path().join("none"), &labels).unwrap_err();
        assert!(error.headline().ends_with("none is missing"), "{error}");
    }
}
