//! What is wrong with a data file, said so that one knows what to do.

use std::path::Path;

use chainrule_error::{Error, ErrorKind};

use crate::catalog::{self, Content, Entry, FileSpec};
use crate::idx::{self, Fault};
use crate::text::{counted, grouped};

/// The error for a file of the catalog. If it is another known file, it says which.
pub(crate) fn catalogued(path: &Path, fault: Fault, spec: &FileSpec, entry: &Entry) -> Error {
    let wanted = owned_name(entry, spec);
    let mistaken = matches!(
        fault,
        Fault::Swapped(_) | Fault::Counts { .. } | Fault::Checksum { .. } | Fault::NotIdx(_)
    );
    if mistaken && let Some(actual) = identify(path, entry) {
        return Error::new(
            ErrorKind::Data,
            format!("{} is another file than its name says", path.display()),
        )
        .expected(format!(
            "{wanted}: {}",
            describe(spec.content, spec.samples, spec.size)
        ))
        .got(actual)
        .hint(format!(
            "put {wanted} there, or load the data set that the files belong to"
        ));
    }
    if let Fault::Counts { samples, size } = fault {
        return Error::new(
            ErrorKind::Data,
            format!("{} does not hold {wanted}", path.display()),
        )
        .expected(describe(spec.content, spec.samples, spec.size))
        .got(describe(spec.content, samples, size))
        .hint("for images of your own, use Dataset::from_idx(images, labels)");
    }
    if let Fault::Checksum { got } = fault {
        return Error::new(ErrorKind::Data, format!("{} is corrupted", path.display()))
            .expected(format!(
                "SHA-256 {} once uncompressed",
                shortened(spec.sha256)
            ))
            .got(format!("SHA-256 {}", shortened(&got)))
            .why(format!(
                "its form is right, but its content is not {wanted}"
            ))
            .hint("copy or download the file again");
    }
    structural(path, fault, spec.content)
}

/// The error for a file that the catalog does not know.
pub(crate) fn structural(path: &Path, fault: Fault, content: Content) -> Error {
    let shown = path.display();
    let data = |what: &str| Error::new(ErrorKind::Data, format!("{shown} {what}"));
    let again = "copy or download the file again";
    match fault {
        Fault::Missing => data("is missing").expected(format!("an IDX file of {content}")),
        Fault::Folder => data("is a folder").expected(format!("an IDX file of {content}")),
        Fault::Io(source) => {
            Error::new(ErrorKind::Io, format!("cannot read {shown}")).source(source)
        }
        Fault::Empty => data("is empty")
            .expected(format!("an IDX file of {content}"))
            .got("0 bytes")
            .hint(again),
        Fault::NotIdx(first) => not_idx(data("is not an IDX file of bytes"), first, content),
        Fault::Swapped(actual) => data(&format!("holds {actual}, not {content}"))
            .expected(format!("magic number {}", magic(content)))
            .got(format!("magic number {}", magic(actual)))
            .hint("check whether images and labels were swapped"),
        Fault::NoSamples => data("holds no samples")
            .expected(format!(
                "at least one of the {content}, of at least one byte"
            ))
            .got("a dimension of 0"),
        // Only files of the catalog are compared with numbers or a checksum known beforehand.
        Fault::Counts { .. } | Fault::Checksum { .. } => data("is not the expected file"),
        Fault::Truncated { expected, got } => data("is truncated")
            .expected(bytes(expected))
            .got(bytes(got))
            .why("the file ends too early; a copy or download may have been cut short")
            .hint(again),
        Fault::Oversized { expected } => data("is too long")
            .expected(bytes(expected))
            .got("more than that")
            .why("its header says how long it must be")
            .hint(again),
        Fault::Gzip(source) if source.kind() == std::io::ErrorKind::UnexpectedEof => {
            data("is truncated")
                .expected("a whole gzip file")
                .got("one that ends too early")
                .why("a copy or download may have been cut short")
                .hint(again)
        }
        Fault::Gzip(source) => data("is a corrupted gzip file").source(source).hint(again),
        Fault::Memory(needed) => Error::new(ErrorKind::Data, format!("{shown} is too large"))
            .expected("what fits into memory")
            .got(if needed == u64::MAX {
                "an absurd size".into()
            } else {
                bytes(needed)
            })
            .why("the numbers in its header say so; they may be corrupted"),
    }
}

fn not_idx(error: Error, first: [u8; 4], content: Content) -> Error {
    let hexadecimal: Vec<String> = first.iter().map(|byte| format!("{byte:02x}")).collect();
    let error = error
        .expected(format!("magic number {}", magic(content)))
        .got(format!("first bytes {}", hexadecimal.join(" ")));
    match first {
        [b'<', ..] => error
            .why("it looks like a web page: an error or log-in page was saved in its place")
            .hint("download the file itself"),
        [b'v', b'e', b'r', b's'] => error
            .why("it looks like a Git LFS pointer: the file itself was not fetched")
            .hint("git lfs pull"),
        [0, 0, ..] => error.why("it has another element type or number of dimensions"),
        _ => error.hint("copy or download the file again"),
    }
}

/// Which known file this is, by its checksum.
fn identify(path: &Path, entry: &Entry) -> Option<String> {
    let entries = || std::iter::once(entry).chain(catalog::all());
    let longest = entries()
        .flat_map(|entry| &entry.files)
        .map(FileSpec::bytes)
        .max()?;
    let sum = idx::checksum(path, longest as u64)?;
    entries().find_map(|entry| {
        let spec = entry.files.iter().find(|spec| spec.sha256 == sum)?;
        Some(owned_name(entry, spec))
    })
}

fn owned_name(entry: &Entry, spec: &FileSpec) -> String {
    format!("{}'s {} file", entry.name, spec.short_name())
}

fn describe(content: Content, samples: usize, [height, width]: [usize; 2]) -> String {
    match content {
        Content::Labels => counted(samples, "label"),
        Content::Images => {
            format!("{} of {height} × {width} pixels", counted(samples, "image"))
        }
    }
}

fn magic(content: Content) -> &'static str {
    match content {
        Content::Labels => "00 00 08 01 (labels)",
        Content::Images => "00 00 08 03 (images)",
    }
}

fn bytes(number: u64) -> String {
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    format!(
        "{} {}",
        grouped(number),
        if number == 1 { "byte" } else { "bytes" }
    )
}

fn shortened(sum: &str) -> String {
    match (sum.get(..8), sum.get(sum.len().saturating_sub(8)..)) {
        (Some(start), Some(end)) if sum.len() > 20 => format!("{start}…{end}"),
        _ => sum.to_owned(),
    }
}
