//! The download: several mirrors, several rounds, checked before it is moved to its final name.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;

use chainrule_error::{Error, ErrorKind, Result};
use tempfile::NamedTempFile;
use ureq::Agent;

use crate::catalog::{Entry, FileSpec, Progress};
use crate::diagnose;
use crate::idx::{self, Fault};
use crate::places::{DATA_VARIABLE, MIRROR_VARIABLE, Patience, Places};
use crate::text::grouped;

/// How often progress is told, in bytes.
const TELL_EVERY: u64 = 256 * 1024;

/// Why an attempt failed, and what that means for the next one.
#[derive(Debug)]
enum Failure {
    /// It may work the next time.
    Passing(String),
    /// This mirror will not give the file.
    Lasting(String),
    /// No mirror can help: the cache cannot be written.
    Cache(Error),
}

/// Fetches every file of a set that the cache lacks, and gives the set's folder in the cache.
pub(crate) fn fetch(
    entry: &Entry,
    places: &Places,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf> {
    let cache = places.cache.as_ref().ok_or_else(|| {
        Error::new(
            ErrorKind::Environment,
            format!("no cache folder to download {} into", entry.name),
        )
        .why("this user has no home folder")
        .hint(format!(
            "set {DATA_VARIABLE} to a folder that holds the files"
        ))
    })?;
    let bases = base_addresses(entry, places)?;
    let folder = cache.join(entry.folder);
    fs::create_dir_all(&folder).map_err(|error| cannot_write(&folder, error))?;
    for spec in &entry.files {
        let name = format!("{}.gz", spec.name);
        let path = folder.join(&name);
        if idx::read_exactly(&path, spec).is_err() {
            let job = Job {
                entry,
                spec,
                name: &name,
                folder: &folder,
                patience: places.patience,
            };
            let file = job.fetch_from_any(&bases, progress)?;
            // One step, so that nobody ever sees half a file under its final name.
            file.persist(&path)
                .map_err(|error| cannot_write(&folder, error.error))?;
        }
        progress(Progress::Stored { file: &name });
    }
    Ok(folder)
}

/// Where the files of a set are, up to and without the last `/`.
fn base_addresses(entry: &Entry, places: &Places) -> Result<Vec<String>> {
    let Some(mirror) = &places.mirror else {
        return Ok(entry.mirrors.iter().map(|&base| base.to_owned()).collect());
    };
    if !(mirror.starts_with("http://") || mirror.starts_with("https://")) {
        return Err(Error::new(
            ErrorKind::Value,
            format!("{MIRROR_VARIABLE} is not a web address"),
        )
        .expected("http://… or https://…")
        .got(format!("{mirror:?}"))
        .hint(format!(
            "the address before /{}/{}.gz",
            entry.folder, entry.files[0].name
        )));
    }
    Ok(vec![format!(
        "{}/{}",
        mirror.trim_end_matches('/'),
        entry.folder
    )])
}

/// One file to be fetched.
struct Job<'a> {
    entry: &'a Entry,
    spec: &'a FileSpec,
    name: &'a str,
    folder: &'a Path,
    patience: Patience,
}

impl Job<'_> {
    /// Goes round the mirrors until one gives the file. A mirror that failed for good is left out
    /// of the next round.
    fn fetch_from_any(
        &self,
        bases: &[String],
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<NamedTempFile> {
        let mut left: Vec<&String> = bases.iter().collect();
        let mut reasons = Vec::new();
        let mut pause = self.patience.pause;
        for round in 0..self.patience.rounds {
            if left.is_empty() {
                break;
            }
            if round > 0 {
                thread::sleep(pause);
                pause *= 2;
            }
            let mut passing = Vec::new();
            for base in left {
                let url = format!("{base}/{}", self.name);
                progress(Progress::Asking {
                    file: self.name,
                    url: &url,
                });
                let reason = match self.fetch_from_one(&url, progress) {
                    Ok(file) => return Ok(file),
                    Err(Failure::Cache(error)) => return Err(error),
                    Err(Failure::Passing(reason)) => {
                        passing.push(base);
                        reason
                    }
                    Err(Failure::Lasting(reason)) => reason,
                };
                progress(Progress::Failed {
                    file: self.name,
                    reason: &reason,
                });
                let reason = format!("{url}: {reason}");
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
            left = passing;
        }
        let what = format!("could not download {} of {}", self.name, self.entry.name);
        Err(Error::new(ErrorKind::Network, what)
            .why(reasons.join("\n"))
            .hint(format!(
                "check the connection; behind a proxy set HTTPS_PROXY; for a mirror nearer by set \
             {MIRROR_VARIABLE}"
            )))
    }

    fn fetch_from_one(
        &self,
        url: &str,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<NamedTempFile, Failure> {
        let response = self.agent(url).get(url).call().map_err(refused)?;
        let mut body = response.into_body();
        let total = body.content_length();
        let limit = self.limit();
        if total.is_some_and(|total| total > limit) {
            return Err(Failure::Lasting(too_long(limit)));
        }
        let mut file = tempfile::Builder::new()
            .prefix(&format!(".{}.", self.spec.name))
            .suffix(".part")
            .tempfile_in(self.folder)
            .map_err(|error| self.cannot_write(error))?;
        let mut next = 0;
        let mut tell = |bytes: u64| {
            if bytes >= next {
                next = bytes + TELL_EVERY;
                progress(Progress::Received {
                    file: self.name,
                    bytes,
                    total,
                });
            }
        };
        copy(&mut body.as_reader(), &mut file, limit, &mut tell).map_err(
            |failure| match failure {
                Copying::Write(error) => self.cannot_write(error),
                Copying::Read(error) => Failure::Passing(format!("the connection broke: {error}")),
                Copying::TooLong => Failure::Lasting(too_long(limit)),
            },
        )?;
        file.as_file()
            .sync_all()
            .map_err(|error| self.cannot_write(error))?;
        match idx::read_exactly(file.path(), self.spec) {
            Ok(_) => Ok(file),
            Err(fault @ (Fault::Gzip(_) | Fault::Truncated { .. } | Fault::Empty)) => {
                Err(Failure::Passing(self.verdict(file.path(), fault)))
            }
            Err(fault) => Err(Failure::Lasting(self.verdict(file.path(), fault))),
        }
    }

    fn agent(&self, url: &str) -> Agent {
        let patience = self.patience;
        let config = Agent::config_builder()
            .timeout_resolve(Some(patience.connect))
            .timeout_connect(Some(patience.connect))
            .timeout_recv_response(Some(patience.silence))
            .timeout_per_read(Some(patience.silence))
            .timeout_global(Some(patience.whole))
            .user_agent(concat!("chainrule/", env!("CARGO_PKG_VERSION")));
        // A mirror on this very machine is never behind the proxy that the environment names.
        let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        let config = match local.iter().any(|start| url.starts_with(start)) {
            true => config.proxy(None),
            false => config,
        };
        config.build().into()
    }

    /// A gzip file is never much longer than its content.
    fn limit(&self) -> u64 {
        let bytes = self.spec.bytes() as u64;
        bytes + bytes / 1000 + 1024
    }

    /// The first lines of what is wrong with the file, without the temporary name.
    fn verdict(&self, path: &Path, fault: Fault) -> String {
        let error = diagnose::catalogued(path, fault, self.spec, self.entry).to_string();
        error
            .replace(&path.display().to_string(), "what came")
            .replace('\n', "\n  ")
    }

    fn cannot_write(&self, error: io::Error) -> Failure {
        Failure::Cache(cannot_write(self.folder, error))
    }
}

/// What a request's failure means for the next one.
fn refused(error: ureq::Error) -> Failure {
    match error {
        ureq::Error::StatusCode(code @ (408 | 425 | 429 | 500..=599)) => {
            Failure::Passing(format!("the server answered {code}"))
        }
        ureq::Error::StatusCode(404) => Failure::Lasting("not there (404)".to_owned()),
        ureq::Error::StatusCode(code) => Failure::Lasting(format!("the server answered {code}")),
        ureq::Error::HostNotFound => {
            Failure::Lasting("the host's name is not known (is there a connection?)".to_owned())
        }
        // A network that swallows everything would cost this wait again in each round.
        ureq::Error::Timeout(timeout @ (ureq::Timeout::Connect | ureq::Timeout::Resolve)) => {
            Failure::Lasting(format!("no answer in time ({timeout})"))
        }
        ureq::Error::Timeout(timeout) => Failure::Passing(format!("no answer in time ({timeout})")),
        ureq::Error::Io(error) => Failure::Passing(error.to_string()),
        ureq::Error::ConnectionFailed | ureq::Error::Protocol(_) => {
            Failure::Passing(error.to_string())
        }
        other => Failure::Lasting(other.to_string()),
    }
}

#[derive(Debug)]
enum Copying {
    Read(io::Error),
    Write(io::Error),
    TooLong,
}

/// Copies everything, unless it is more than `limit` bytes.
fn copy(
    from: &mut dyn Read,
    to: &mut dyn Write,
    limit: u64,
    tell: &mut dyn FnMut(u64),
) -> Result<(), Copying> {
    let mut chunk = vec![0; 64 * 1024];
    let mut copied = 0;
    loop {
        let read = match from.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Copying::Read(error)),
        };
        copied += read as u64;
        if copied > limit {
            return Err(Copying::TooLong);
        }
        to.write_all(&chunk[..read]).map_err(Copying::Write)?;
        tell(copied);
    }
    to.flush().map_err(Copying::Write)
}

fn cannot_write(folder: &Path, error: io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room on that disk (60 MB are enough)".to_owned()
        }
        _ => format!(
            "make the folder writable, or set {DATA_VARIABLE} to a folder that holds the files"
        ),
    };
    Error::new(
        ErrorKind::Io,
        format!("cannot write to the cache folder {}", folder.display()),
    )
    .source(error)
    .hint(hint)
}

fn too_long(limit: u64) -> String {
    format!(
        "what comes is too long: more than {} bytes",
        grouped_bytes(limit)
    )
}

fn grouped_bytes(bytes: u64) -> String {
    grouped(usize::try_from(bytes).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests;
