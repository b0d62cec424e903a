//! The metrics of each epoch in a file, as they come.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

use chainrule_error::{Error, ErrorKind, Result};

use super::{
    callback::{Callback, Control, End, Epoch, Start},
    export,
};
use crate::Number;

/// Writes a line for each epoch to a CSV file: the epoch, its seconds, and every metric.
///
/// A line is in the file as soon as its epoch has ended, so that nothing is lost if the process is.
/// The file is begun anew by each run.
///
/// ```no_run
/// # fn run(model: chainrule_nn::Model, data: chainrule_data::Splits) -> chainrule_train::Result<()> {
/// use chainrule_train::{Fit, Log};
///
/// Fit::new(&model, &data).callback(Log::csv("training.csv")).run()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    file: Option<File>,
}

impl Log {
    /// Writes to this file.
    pub fn csv(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            file: None,
        }
    }

    fn write(&mut self, line: &str) -> Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.write_all(line.as_bytes())
            .map_err(|error| refused(&self.path, error))
    }
}

/// The system did not let a file be written.
fn refused(path: &Path, error: std::io::Error) -> Error {
    let place = format!("cannot write {}", path.display());
    Error::new(ErrorKind::Io, place).source(error)
}

impl<F: Number> Callback<F> for Log {
    fn on_start(&mut self, start: &Start) -> Result<()> {
        let file = File::create(&self.path).map_err(|error| refused(&self.path, error))?;
        self.file = Some(file);
        self.write(&export::csv_head(&start.metrics))
    }

    fn on_epoch_end(&mut self, epoch: &mut Epoch<'_, F>) -> Result<Control> {
        let values = epoch.metrics().iter().map(|&(_, value)| value);
        let line = export::csv_line(epoch.number, epoch.seconds, values);
        self.write(&line)?;
        Ok(Control::Continue)
    }

    fn on_end(&mut self, _: &mut End<'_, F>) -> Result<()> {
        self.file = None;
        Ok(())
    }
}
