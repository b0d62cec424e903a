//! `cargo lab data`: lists, verifies and fetches the data sets.

use std::io::Write;

use chainrule_data::Places;
use chainrule_data::catalog::{self, Entry, Progress, SpotState};
use chainrule_error::{Error, ErrorKind, Result};

use crate::args::{DataAction, DataArgs};

/// Does what was asked; a list, if nothing was.
///
/// # Errors
/// A file that is not what it should be, a name that no data set has, or a download that failed.
pub fn obey(args: &DataArgs, out: &mut dyn Write) -> Result<()> {
    let places = Places::from_environment();
    match &args.action {
        None | Some(DataAction::List) => list(&places, out),
        Some(DataAction::Verify) => verify(&places, out),
        Some(DataAction::Fetch { name }) => fetch(catalog::find(name)?, &places, out),
    }
}

fn say(out: &mut dyn Write, line: &str) -> Result<()> {
    writeln!(out, "{line}")
        .map_err(|cause| Error::new(ErrorKind::Io, "cannot print the list").source(cause))
}

fn list(places: &Places, out: &mut dyn Write) -> Result<()> {
    for entry in catalog::all() {
        say(out, &format!("{}: {}", entry.name, entry.about))?;
        say(out, &format!("  licence: {}", entry.licence))?;
        for spot in entry.survey(places) {
            say(out, &format!("  {}: {}", spot.place.kind, spot.state))?;
        }
    }
    Ok(())
}

/// Checks every place that holds a data set, and tells the first bad one at the end.
fn verify(places: &Places, out: &mut dyn Write) -> Result<()> {
    let mut bad = None;
    for entry in catalog::all() {
        let mut seen = 0;
        for spot in entry.survey(places) {
            if spot.state == SpotState::Absent {
                continue;
            }
            seen += 1;
            match entry.verify(&spot.place) {
                Ok(folder) => {
                    say(
                        out,
                        &format!(
                            "ok        {}: all files right, in {}",
                            entry.name,
                            folder.display()
                        ),
                    )?;
                }
                Err(error) => {
                    say(
                        out,
                        &format!("BAD       {}: {}", entry.name, error.headline()),
                    )?;
                    bad.get_or_insert(error);
                }
            }
        }
        if seen == 0 {
            say(
                out,
                &format!(
                    "absent    {}: cargo lab data fetch {}",
                    entry.name, entry.folder
                ),
            )?;
        }
    }
    bad.map_or(Ok(()), Err)
}

fn fetch(entry: &Entry, places: &Places, out: &mut dyn Write) -> Result<()> {
    let mut tenths = 0;
    let folder = entry.fetch(places, &mut |progress| {
        let line = match progress {
            Progress::Asking { file, url } => {
                tenths = 0;
                format!("{file}: asking {url}")
            }
            Progress::Received {
                file,
                bytes,
                total: Some(total),
            } if total > 0 => {
                let now = bytes * 10 / total;
                if now == tenths || now == 10 {
                    return;
                }
                tenths = now;
                format!("{file}: {now}0 %")
            }
            Progress::Failed { file, reason } => format!("{file}: {reason}"),
            Progress::Stored { file } => format!("{file}: right, stored"),
            _ => return,
        };
        // A closed pipe must not spoil the download.
        let _ = writeln!(out, "{line}");
    })?;
    say(
        out,
        &format!("{} is complete, in {}", entry.name, folder.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_names_each_data_set_with_its_places() {
        let mut out = Vec::new();
        obey(&DataArgs::default(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for entry in catalog::all() {
            assert!(text.contains(&format!("{}: ", entry.name)), "{text}");
        }
        assert!(text.contains("complete, in "), "{text}");
    }

    #[test]
    fn a_damaged_file_is_told_and_fails() {
        let folder = tempfile::tempdir().unwrap();
        let entry = catalog::find("mnist").unwrap();
        for file in entry.files {
            std::fs::write(folder.path().join(file.name), "not images").unwrap();
        }
        let mut out = Vec::new();
        let error = verify(&Places::only(folder.path()), &mut out).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("BAD       MNIST"), "{text}");
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        let args = DataArgs {
            action: Some(DataAction::Fetch {
                name: "mnits".into(),
            }),
        };
        let text = obey(&args, &mut Vec::new()).unwrap_err().to_string();
        assert!(text.contains("fashion-mnist"), "{text}");
    }
}
