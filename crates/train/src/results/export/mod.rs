//! Results as files: every point as CSV and JSON in `points`, the summary as Markdown and LaTeX in
//! `tables`; here the way into a file.

mod points;
mod tables;

use std::path::Path;

use chainrule_error::{Result, file};
use chainrule_nn::Scalar;

use super::Results;

impl<F: Scalar> Results<F> {
    /// Writes the results to a file, by the ending of its name: every run with every point of its
    /// curve as [`.csv`](Self::csv) or [`.json`](Self::json), the [summary](Self::summary) as
    /// `.md` ([Markdown](super::ResultsSummary::markdown)) or `.tex`
    /// ([LaTeX](super::ResultsSummary::latex)). The file is there complete or as it was before.
    ///
    /// # Errors
    ///
    /// When the name ends otherwise, the folder is missing, or the system refuses.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        const WHAT: &str = "the results";
        let path = path.as_ref();
        let text = match file::ending(path, WHAT, &["csv", "json", "md", "tex"])? {
            "csv" => self.csv(),
            "json" => self.json() + "\n",
            "md" => self.summary().markdown(),
            _ => self.summary().latex(),
        };
        file::write(path, WHAT, text.as_bytes())
    }
}
