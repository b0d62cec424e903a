//! Weights in a file: an `.npz` as NumPy writes and reads it, an array for each parameter and each
//! running statistic under its name.

use std::{
    fs,
    io::{Cursor, Read, Write},
    path::Path,
};

use chainrule_error::{Error, ErrorKind, Result, file};
use ndarray::ArrayD;
use ndarray_npy::{ReadNpyExt, WritableElement, WriteNpyExt, npy::header::Header};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::Network;
use crate::{Parameter, Scalar, parameter};

/// More than the header of an array ever takes.
const HEADER: usize = 1 << 16;
/// What is saved, for errors.
const WHAT: &str = "the weights";

impl<F: Scalar> Network<F> {
    /// Writes every parameter, and the running statistics of batch normalization, to an `.npz` file:
    /// arrays of the network's arithmetic under their names, such as `dense_1.weight`. NumPy reads it
    /// with `np.load(path)["dense_1.weight"]`.
    ///
    /// The file is there whole or not at all, and replaces one of that name. Layers and activations are
    /// not in it: [`load_weights`](Self::load_weights) takes a network of the same model.
    ///
    /// ```
    /// use chainrule_nn::Model;
    ///
    /// let model = Model::input(2).dense(3).relu().dense(2).softmax();
    /// let trained = model.build(1)?;
    /// let path = std::env::temp_dir().join(format!("chainrule-{}.npz", std::process::id()));
    /// trained.save_weights(&path)?;
    /// let mut other = model.build(2)?;
    /// other.load_weights(&path)?;
    /// assert_eq!(other.parameters(), trained.parameters());
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), chainrule_nn::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the name does not end in `.npz`, the folder is not there, or the system refuses.
    pub fn save_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        file::ending(path, WHAT, &["npz"])?;
        let content = F::npz(self)
            .map_err(|e| e.within(format!("cannot save {WHAT} to {}", path.display())))?;
        file::write(path, WHAT, &content)
    }

    /// Takes parameters and running statistics from an `.npz` file: one that
    /// [`save_weights`](Self::save_weights) wrote, or NumPy's `savez` with the same names and shapes.
    ///
    /// A file of the other arithmetic is converted: f32 becomes f64 exactly, f64 becomes the nearest
    /// f32. After an error the network is as it was.
    ///
    /// # Errors
    ///
    /// When there is no such file, it is truncated or no `.npz`, an array is missing, unknown, of
    /// another shape, of another type than float32 and float64, or holds what is no finite number in
    /// the network's arithmetic.
    pub fn load_weights(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let place = format!("cannot load weights from {}", path.display());
        check_name(path, &place)?;
        let content = fs::read(path).map_err(|error| {
            let hint = match error.kind() {
                std::io::ErrorKind::NotFound => {
                    "network.save_weights(…) writes such a file; a path is relative to the folder \
                     that the program or notebook runs in"
                }
                _ => "the path of a file that may be read",
            };
            let error = Error::new(ErrorKind::Io, &*place).source(error);
            error.hint(hint)
        })?;
        F::read_npz(self, &content).map_err(|error| error.within(place))
    }

    /// Whether [`save_weights`](Self::save_weights) could write there, asked before there is something
    /// to write.
    ///
    /// # Errors
    ///
    /// When the name does not end in `.npz` or the folder is not there.
    pub fn can_save_weights(path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        file::ending(path, WHAT, &["npz"])?;
        file::can_write(path, WHAT).map(|_| ())
    }

    fn arrays(&self) -> impl Iterator<Item = &Parameter<F>> {
        self.parameters.iter().chain(&self.statistics)
    }
}

fn check_name(path: &Path, place: &str) -> Result<()> {
    if path.extension().is_some_and(|end| end == "npz") {
        return Ok(());
    }
    let name = path.with_extension("npz");
    Err(Error::new(ErrorKind::Value, place)
        .expected("a file name that ends in .npz")
        .got(format!("{:?}", path.display().to_string()))
        .hint(format!("{:?}", name.display().to_string())))
}

/// The content of the file.
pub(crate) fn npz<F: Scalar + WritableElement>(network: &Network<F>) -> Result<Vec<u8>> {
    let broken = |error: Box<dyn std::error::Error + Send + Sync>| {
        Error::new(
            ErrorKind::Internal,
            "an array cannot be written; please report",
        )
        .why(error.to_string())
    };
    let mut file = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for array in network.arrays() {
        let mut bytes = Vec::new();
        array
            .value
            .write_npy(&mut bytes)
            .map_err(|e| broken(e.into()))?;
        file.start_file(format!("{}.npy", array.name), stored)
            .map_err(|e| broken(e.into()))?;
        file.write_all(&bytes).map_err(|e| broken(e.into()))?;
    }
    let file = file.finish().map_err(|e| broken(e.into()))?;
    Ok(file.into_inner())
}

/// Takes the arrays of a file, all or none.
pub(crate) fn read_npz<F: Scalar>(network: &mut Network<F>, content: &[u8]) -> Result<()> {
    let mut file = ZipArchive::new(Cursor::new(content)).map_err(|error| {
        Error::new(ErrorKind::Data, "not a whole .npz file")
            .got(format!("{} bytes", content.len()))
            .source(error)
            .hint("the file may be truncated; save the weights again")
    })?;
    check_names(network, &file)?;
    let mut values = Vec::new();
    for array in network.arrays() {
        let name = format!("{}.npy", array.name);
        let broken = |error: Box<dyn std::error::Error + Send + Sync>| {
            Error::new(ErrorKind::Data, format!("{} is damaged", array.name))
                .why(error.to_string())
                .hint("save the weights again")
        };
        let entry = file.by_name(&name).map_err(|e| broken(e.into()))?;
        // What claims to be larger is of another shape, which its header says.
        let most = HEADER + 8 * array.value.len();
        let mut bytes = Vec::new();
        let read = entry.take(most as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|e| broken(e.into()))?;
        let header = Header::from_reader(&mut &*bytes).map_err(|e| broken(e.into()))?;
        if header.shape != array.value.shape() {
            let (expected, got) = (array.value.shape(), &header.shape);
            return Err(parameter::wrong_shape(&array.name, expected, got)
                .hint("the weights are of another model; build the network from the same one"));
        }
        let value = match header.type_descriptor.as_string().map(String::as_str) {
            Some("<f4" | ">f4") => ArrayD::<f32>::read_npy(&*bytes)
                .map(|array| array.mapv(|value| F::of(f64::from(value)))),
            Some("<f8" | ">f8") => ArrayD::<f64>::read_npy(&*bytes).map(|array| array.mapv(F::of)),
            _ => {
                return Err(Error::new(
                    ErrorKind::Data,
                    format!("{} has another type", array.name),
                )
                .expected("float32 or float64")
                .got(header.type_descriptor.to_string())
                .hint("in NumPy: array.astype(np.float32)"));
            }
        };
        let value = value.map_err(|e| broken(e.into()))?;
        if let Some((index, value)) = value.indexed_iter().find(|(_, v)| !v.is_finite()) {
            let place = format!("{} is not finite", array.name);
            return Err(Error::new(ErrorKind::NotFinite, place)
                .expected(format!("finite numbers in {}", F::NAME))
                .got(format!(
                    "{value} at {:?}",
                    ndarray::Dimension::slice(&index)
                ))
                .why("the network had diverged when it was saved, or f64 goes beyond f32"));
        }
        let value = value.as_standard_layout().into_owned();
        values.push(value);
    }
    let statistics = values.split_off(network.parameters.len());
    let mut taken = network.clone();
    for (entry, value) in taken.parameters.iter_mut().zip(values) {
        entry.value = value;
    }
    for (entry, value) in network.statistics.iter().zip(statistics) {
        taken.set_statistics(&entry.name, value)?;
    }
    *network = taken;
    Ok(())
}

/// Whether the file has the network's arrays and no others.
fn check_names<F: Scalar>(network: &Network<F>, file: &ZipArchive<Cursor<&[u8]>>) -> Result<()> {
    let held: std::result::Result<Vec<_>, _> = file.file_names().collect();
    let held = held.map_err(|error| {
        Error::new(ErrorKind::Data, "the names in the file cannot be read").source(error)
    })?;
    let held: Vec<&str> = held
        .iter()
        .map(|name| name.strip_suffix(".npy").unwrap_or(name))
        .collect();
    let missing = network.arrays().map(|array| array.name.as_str());
    let missing = missing.filter(|name| !held.contains(name));
    let unknown = held.iter().copied();
    let unknown = unknown.filter(|name| network.arrays().all(|array| array.name != *name));
    let (missing, unknown) = (listed(missing), listed(unknown));
    if missing.is_empty() && unknown.is_empty() {
        return Ok(());
    }
    let parts = [("missing: ", missing), ("unknown: ", unknown)];
    let parts = parts.iter().filter(|(_, names)| !names.is_empty());
    let parts: Vec<_> = parts
        .map(|(word, names)| format!("{word}{names}"))
        .collect();
    Err(Error::new(
        ErrorKind::Model,
        "the file has the weights of another model",
    )
    .expected(listed(network.arrays().map(|array| array.name.as_str())))
    .got(listed(held.iter().copied()))
    .why(parts.join("; "))
    .hint("build the network from the model that the weights were saved of"))
}

/// At most eight names.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    match names.len() {
        0..=8 => names.join(", "),
        more => format!("{} and {} more", names[..8].join(", "), more - 8),
    }
}
