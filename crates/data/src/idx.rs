//! The IDX format: reading one file, plain or gzipped, and refusing whatever does not fit.
//!
//! An IDX file is a magic number (two zero bytes, the element type, the number of dimensions),
//! the dimensions as big-endian 32-bit numbers, and the elements. Here the elements are bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::catalog::{Content, FileSpec};
use crate::huge_pages;

/// How much is decompressed, hashed and kept at a time: small enough to stay in the cache.
const CHUNK: usize = 128 * 1024;

/// Deflate packs at most 1032 bytes into one; a header that promises more is lying.
const MOST_PACKED: u64 = 1040;

/// The content of an IDX file.
#[derive(Debug)]
pub(crate) struct Idx {
    /// Number of images or labels.
    pub(crate) samples: usize,
    /// Height and width; `[1, 1]` for labels.
    pub(crate) size: [usize; 2],
    /// The elements, without the header.
    pub(crate) bytes: Vec<u8>,
}

/// What is wrong with a file.
#[derive(Debug)]
pub(crate) enum Fault {
    Missing,
    Folder,
    Io(io::Error),
    Empty,
    /// It does not begin as an IDX file of bytes does.
    NotIdx([u8; 4]),
    /// Images where labels should be, or the other way round.
    Swapped(Content),
    /// No samples, or images without pixels.
    NoSamples,
    /// Another number of samples, or another size, than the catalog says.
    Counts {
        samples: usize,
        size: [usize; 2],
    },
    Truncated {
        expected: u64,
        got: u64,
    },
    Oversized {
        expected: u64,
    },
    Gzip(io::Error),
    Checksum {
        got: String,
    },
    Memory(u64),
}

/// Reads the file of the catalog: structure, counts, length and checksum must be right.
pub(crate) fn read_exactly(path: &Path, spec: &FileSpec) -> Result<Idx, Fault> {
    read(path, spec.content, Some(spec))
}

/// Reads anybody's IDX file: structure and length must be right.
pub(crate) fn read_any(path: &Path, content: Content) -> Result<Idx, Fault> {
    read(path, content, None)
}

fn read(path: &Path, content: Content, spec: Option<&FileSpec>) -> Result<Idx, Fault> {
    let mut source = Source::open(path)?;
    let header = Header::read(&mut source, content)?;
    if let Some(spec) = spec
        && (header.samples, header.size) != (spec.samples, spec.size)
    {
        return Err(Fault::Counts {
            samples: header.samples,
            size: header.size,
        });
    }
    let mut hash = Sha256::new();
    hash.update(header.raw());
    let expected = header.length as u64 + header.body;
    if expected > source.most_bytes() {
        return Err(Fault::Truncated {
            expected,
            got: source.count_rest(header.length as u64)?,
        });
    }
    let body = usize::try_from(header.body).map_err(|_| Fault::Memory(expected))?;
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(body)
        .map_err(|_| Fault::Memory(expected))?;
    huge_pages::ask_for(bytes.spare_capacity_mut());
    while bytes.len() < body {
        let start = bytes.len();
        bytes.resize(start + CHUNK.min(body - start), 0);
        let read = source.fill(&mut bytes[start..])?;
        bytes.truncate(start + read);
        if read == 0 {
            let got = (header.length + bytes.len()) as u64;
            return Err(Fault::Truncated { expected, got });
        }
        if spec.is_some() {
            hash.update(&bytes[start..]);
        }
    }
    // Reading past the end also makes gzip's own checksum be looked at.
    if source.fill(&mut [0])? > 0 {
        return Err(Fault::Oversized { expected });
    }
    if let Some(spec) = spec {
        let got = hexadecimal(&hash.finalize());
        if got != spec.sha256 {
            return Err(Fault::Checksum { got });
        }
    }
    Ok(Idx {
        samples: header.samples,
        size: header.size,
        bytes,
    })
}

/// SHA-256 of the uncompressed content, if it can be read and is at most `limit` bytes long.
pub(crate) fn checksum(path: &Path, limit: u64) -> Option<String> {
    let mut source = Source::open(path).ok()?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut length = 0;
    loop {
        let read = source.fill(&mut chunk).ok()?;
        length += read as u64;
        if length > limit {
            return None;
        }
        if read == 0 {
            return Some(hexadecimal(&hash.finalize()));
        }
        hash.update(&chunk[..read]);
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

struct Header {
    samples: usize,
    size: [usize; 2],
    body: u64,
    length: usize,
    buffer: [u8; 16],
}

impl Header {
    fn read(source: &mut Source, content: Content) -> Result<Self, Fault> {
        let mut buffer = [0; 16];
        let read = source.fill(&mut buffer[..4])?;
        if read == 0 {
            return Err(Fault::Empty);
        }
        let magic = [buffer[0], buffer[1], buffer[2], buffer[3]];
        let found = match magic {
            [0, 0, 8, 1] => Content::Labels,
            [0, 0, 8, 3] => Content::Images,
            _ => return Err(Fault::NotIdx(magic)),
        };
        if found != content {
            return Err(Fault::Swapped(found));
        }
        let length = match content {
            Content::Labels => 8,
            Content::Images => 16,
        };
        let read = source.fill(&mut buffer[4..length])?;
        if read < length - 4 {
            return Err(Fault::Truncated {
                expected: length as u64,
                got: 4 + read as u64,
            });
        }
        let number = |at: usize| {
            let bytes = [buffer[at], buffer[at + 1], buffer[at + 2], buffer[at + 3]];
            u64::from(u32::from_be_bytes(bytes))
        };
        let (samples, size) = match content {
            Content::Labels => (number(4), [1, 1]),
            Content::Images => (number(4), [number(8), number(12)]),
        };
        // Three 32-bit numbers may overflow 64 bits when multiplied.
        let body = samples
            .checked_mul(size[0])
            .and_then(|part| part.checked_mul(size[1]));
        let body = body
            .filter(|&body| body < u64::MAX - 16)
            .ok_or(Fault::Memory(u64::MAX))?;
        if body == 0 {
            return Err(Fault::NoSamples);
        }
        // On every machine with at least 32-bit addresses these fit.
        let size = [size[0] as usize, size[1] as usize];
        Ok(Self {
            samples: samples as usize,
            size,
            body,
            length,
            buffer,
        })
    }

    fn raw(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

/// A file's uncompressed content.
struct Source {
    reader: Box<dyn Read>,
    packed: bool,
    /// Bytes on disk.
    stored: u64,
}

impl Source {
    /// Opens a file and looks at its first bytes: whether it is gzipped is not a matter of name,
    /// since some servers and browsers unpack on the way and keep the `.gz`.
    fn open(path: &Path) -> Result<Self, Fault> {
        let file = File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Fault::Missing,
            _ => Fault::Io(error),
        })?;
        let about = file.metadata().map_err(Fault::Io)?;
        if about.is_dir() {
            return Err(Fault::Folder);
        }
        let mut reader = BufReader::with_capacity(CHUNK, file);
        let packed = reader
            .fill_buf()
            .map_err(Fault::Io)?
            .starts_with(&[0x1f, 0x8b]);
        let reader: Box<dyn Read> = if packed {
            Box::new(MultiGzDecoder::new(reader))
        } else {
            Box::new(reader)
        };
        Ok(Self {
            reader,
            packed,
            stored: about.len(),
        })
    }

    /// The most that such a file can hold, unpacked.
    fn most_bytes(&self) -> u64 {
        if self.packed {
            self.stored.saturating_mul(MOST_PACKED)
        } else {
            self.stored
        }
    }

    /// Reads until `buffer` is full or the content ends, and says how much came.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.reader.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if self.packed && error.raw_os_error().is_none() => {
                    return Err(Fault::Gzip(error));
                }
                Err(error) => return Err(Fault::Io(error)),
            }
        }
        Ok(filled)
    }

    fn count_rest(&mut self, mut length: u64) -> Result<u64, Fault> {
        let mut chunk = vec![0; CHUNK];
        loop {
            match self.fill(&mut chunk)? {
                0 => return Ok(length),
                read => length += read as u64,
            }
        }
    }
}

#[cfg(test)]
mod tests;
