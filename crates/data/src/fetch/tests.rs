//! Downloads from a small server on this machine that misbehaves in every way it is told to.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::load;
use crate::testing::{Folder, gzip, tiny_entry, tiny_files};

/// What the server answers.
enum Answer {
    Whole(Vec<u8>),
    /// As long as it says, without saying so beforehand.
    Unannounced(Vec<u8>),
    /// Announces everything and sends half of it.
    Half(Vec<u8>),
    Status(u16),
    Redirect(String),
    HangUp,
    /// Says nothing for this long.
    Silence(Duration),
}

struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answer` is given the path and how often it was asked for before.
    fn start(answer: impl Fn(&str, usize) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        // It ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let Some(path) = requested(&stream) else {
                    continue;
                };
                let before = {
                    let mut log = log.lock().unwrap();
                    log.push(path.clone());
                    log.iter().filter(|other| **other == path).count() - 1
                };
                // The other side may have hung up; that is its business.
                let _ = reply(stream, answer(&path, before));
            }
        });
        Self { address, asked }
    }

    /// Serves the tiny set, except that `answer` has the first word.
    fn serving_tiny(answer: impl Fn(&str, usize) -> Option<Answer> + Send + 'static) -> Self {
        Self::start(move |path, before| {
            let name = path.rsplit('/').next().unwrap().trim_end_matches(".gz");
            let file = tiny_files().into_iter().find(|(other, _)| *other == name);
            answer(path, before).unwrap_or_else(|| match file {
                Some((_, bytes)) => Answer::Whole(gzip(&bytes)),
                None => Answer::Status(404),
            })
        })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn requested(stream: &TcpStream) -> Option<String> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    // The rest of the request must be read, or closing the connection would reset it.
    for line in lines {
        if line.ok()?.is_empty() {
            break;
        }
    }
    first.split(' ').nth(1).map(str::to_owned)
}

fn reply(mut stream: TcpStream, answer: Answer) -> io::Result<()> {
    let head = |bytes: &[u8]| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            bytes.len()
        )
    };
    match answer {
        Answer::Whole(bytes) => {
            stream.write_all(head(&bytes).as_bytes())?;
            stream.write_all(&bytes)
        }
        Answer::Unannounced(bytes) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            stream.write_all(&bytes)
        }
        Answer::Half(bytes) => {
            stream.write_all(head(&bytes).as_bytes())?;
            stream.write_all(&bytes[..bytes.len() / 2])
        }
        Answer::Status(code) => stream.write_all(
            format!("HTTP/1.1 {code} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        ),
        Answer::Redirect(to) => stream.write_all(
            format!(
                "HTTP/1.1 302 X\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            .as_bytes(),
        ),
        Answer::HangUp => Ok(()),
        Answer::Silence(time) => {
            thread::sleep(time);
            Ok(())
        }
    }
}

/// Nowhere but this cache, and impatient.
fn cache_only(cache: &Path) -> Places {
    let mut places = Places::nowhere();
    places.cache = Some(cache.into());
    places.download = true;
    places.patience.pause = Duration::from_millis(1);
    places.patience.silence = Duration::from_millis(500);
    places
}

/// Every file in a folder and below, by its path inside it.
fn files_in(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for item in fs::read_dir(folder).into_iter().flatten() {
        let path = item.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match path.is_dir() {
            true => files.extend(files_in(&path).iter().map(|file| format!("{name}/{file}"))),
            false => files.push(name),
        }
    }
    files.sort();
    files
}

const ALL_FOUR: [&str; 4] = [
    "tiny/t10k-images-idx3-ubyte.gz",
    "tiny/t10k-labels-idx1-ubyte.gz",
    "tiny/train-images-idx3-ubyte.gz",
    "tiny/train-labels-idx1-ubyte.gz",
];

/// Fetches from servers in this order; gives the outcome and what the cache holds then.
fn fetch_from(servers: &[&Server]) -> (Result<PathBuf>, Vec<String>) {
    let cache = Folder::new();
    let mirrors: Vec<String> = servers
        .iter()
        .map(|server| server.address.clone())
        .collect();
    let outcome = fetch(
        &tiny_entry(&mirrors),
        &cache_only(cache.path()),
        &mut |_| {},
    );
    (outcome, files_in(cache.path()))
}

/// Why fetching failed; nothing may be left in the cache.
fn complaint(servers: &[&Server]) -> String {
    let (outcome, files) = fetch_from(servers);
    assert!(files.is_empty(), "left over: {files:?}");
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    let headline = "could not download train-images-idx3-ubyte.gz of Tiny";
    assert_eq!(error.headline(), headline);
    error.to_string()
}

#[test]
fn what_is_nowhere_is_downloaded_once_and_then_found_in_the_cache() {
    let server = Server::serving_tiny(|_, _| None);
    let cache = Folder::new();
    let places = cache_only(cache.path());
    let entry = tiny_entry(std::slice::from_ref(&server.address));
    for _ in 0..2 {
        let tiny = load::load(&entry, &places).unwrap();
        assert_eq!((tiny.train.len(), tiny.test.len()), (6, 4));
    }
    assert_eq!(server.asked().len(), 4);
    assert_eq!(files_in(cache.path()), ALL_FOUR);
}

#[test]
fn a_bad_file_in_the_cache_is_fetched_again_and_good_ones_are_kept() {
    let server = Server::serving_tiny(|_, _| None);
    let cache = Folder::new();
    cache.write_tiny("tiny", ".gz");
    cache.write("tiny/train-labels-idx1-ubyte.gz", b"rubbish");
    let entry = tiny_entry(std::slice::from_ref(&server.address));
    load::load(&entry, &cache_only(cache.path())).unwrap();
    assert_eq!(server.asked(), ["/train-labels-idx1-ubyte.gz"]);
}

#[test]
fn progress_is_told() {
    let server = Server::serving_tiny(|_, before| (before == 0).then_some(Answer::Status(503)));
    let cache = Folder::new();
    let entry = tiny_entry(std::slice::from_ref(&server.address));
    let mut told = Vec::new();
    entry
        .fetch(&cache_only(cache.path()), &mut |progress| {
            told.push(match progress {
                Progress::Asking { file, .. } => format!("asking {file}"),
                Progress::Received { bytes, total, .. } => {
                    format!("{} {}", bytes > 0, total.is_some())
                }
                Progress::Failed { reason, .. } => reason.to_owned(),
                Progress::Stored { file } => format!("stored {file}"),
            });
        })
        .unwrap();
    let expected = [
        "asking train-images-idx3-ubyte.gz",
        "the server answered 503",
        "asking train-images-idx3-ubyte.gz",
        "true true",
        "stored train-images-idx3-ubyte.gz",
    ];
    assert_eq!(told[..5], expected);
    assert_eq!(told.len(), 20);
}

#[test]
fn passing_troubles_are_tried_again() {
    type Trouble = fn(Vec<u8>) -> Answer;
    let troubles: [(&str, Trouble); 6] = [
        ("error", |_| Answer::Status(500)),
        ("too many", |_| Answer::Status(429)),
        ("half", Answer::Half),
        ("half, unannounced", |bytes| {
            Answer::Unannounced(bytes[..30].to_vec())
        }),
        ("hang up", |_| Answer::HangUp),
        ("silence", |_| Answer::Silence(Duration::from_millis(800))),
    ];
    for (what, trouble) in troubles {
        let server = Server::serving_tiny(move |path, before| {
            let first = before == 0 && path == "/train-images-idx3-ubyte.gz";
            first.then(|| trouble(gzip(&tiny_files()[0].1)))
        });
        let (outcome, files) = fetch_from(&[&server]);
        outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(files, ALL_FOUR, "{what}");
        assert_eq!(server.asked().len(), 5, "{what}");
    }
}

#[test]
fn three_rounds_are_enough() {
    let server = Server::start(|_, _| Answer::Status(500));
    let complaint = complaint(&[&server]);
    assert_eq!(server.asked().len(), 3);
    let url = format!("{}/train-images-idx3-ubyte.gz", server.address);
    assert!(complaint.contains(&format!("why       {url}: the server answered 500\n")));
    assert!(complaint.contains("CHAINRULE_MIRROR"), "{complaint}");
}

#[test]
fn lasting_troubles_are_not_tried_again_but_the_next_mirror_is() {
    type Trouble = fn() -> Answer;
    let troubles: [(&str, Trouble, &str); 5] = [
        ("missing", || Answer::Status(404), "not there (404)"),
        (
            "forbidden",
            || Answer::Status(403),
            "the server answered 403",
        ),
        (
            "page",
            || Answer::Whole(b"<html>Log in</html>".to_vec()),
            "looks like a web page",
        ),
        (
            "other file",
            || Answer::Whole(gzip(&tiny_files()[2].1)),
            "Tiny's t10k-images file",
        ),
        (
            "changed",
            || {
                let mut bytes = tiny_files()[0].1.clone();
                bytes[30] ^= 1;
                Answer::Whole(gzip(&bytes))
            },
            "what came is corrupted",
        ),
    ];
    for (what, trouble, reason) in troubles {
        let bad = Server::start(move |_, _| trouble());
        let text = complaint(&[&bad]);
        assert!(text.contains(reason), "{what}: {text}");
        assert!(!text.contains(".part"), "{what}: {text}");
        assert_eq!(bad.asked().len(), 1, "{what}");
        let good = Server::serving_tiny(|_, _| None);
        let (outcome, files) = fetch_from(&[&bad, &good]);
        assert!(outcome.is_ok(), "{what}");
        assert_eq!(files, ALL_FOUR, "{what}");
    }
}

#[test]
fn what_is_too_long_is_not_even_stored() {
    let endless = || vec![0x1f; 100_000];
    let announced = Server::start(move |_, _| Answer::Whole(endless()));
    assert!(complaint(&[&announced]).contains("too long: more than 1 076 bytes"));
    let unannounced = Server::start(move |_, _| Answer::Unannounced(endless()));
    assert!(complaint(&[&unannounced]).contains("too long: more than 1 076 bytes"));
    let bomb = Server::start(move |_, _| Answer::Whole(gzip(&vec![0; 500_000])));
    assert!(complaint(&[&bomb]).contains("not an IDX file"));
}

#[test]
fn redirects_are_followed() {
    let good = Server::serving_tiny(|_, _| None);
    let target = good.address.clone();
    let moved = Server::start(move |path, _| Answer::Redirect(format!("{target}{path}")));
    assert_eq!(fetch_from(&[&moved]).1, ALL_FOUR);
}

#[test]
fn nobody_there_is_said() {
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let server = Server {
        address,
        asked: Arc::default(),
    };
    let text = complaint(&[&server]);
    assert!(text.to_lowercase().contains("refused"), "{text}");
    let server = Server {
        address: "http://no-such-host.invalid".into(),
        asked: Arc::default(),
    };
    let text = complaint(&[&server]);
    assert!(
        text.contains("http://no-such-host.invalid/train-images"),
        "{text}"
    );
}

#[test]
fn a_mirror_of_ones_own_replaces_the_public_ones() {
    let public = Server::serving_tiny(|_, _| None);
    let own = Server::serving_tiny(|_, _| None);
    let cache = Folder::new();
    let mut places = cache_only(cache.path());
    let entry = tiny_entry(std::slice::from_ref(&public.address));
    places.mirror = Some(format!("{}/data/", own.address));
    fetch(&entry, &places, &mut |_| {}).unwrap();
    assert!(public.asked().is_empty());
    assert_eq!(own.asked()[0], "/data/tiny/train-images-idx3-ubyte.gz");
    for wrong in ["lab.example/data", "ftp://lab.example", "file:///data"] {
        places.mirror = Some(wrong.into());
        let error = fetch(&entry, &places, &mut |_| {}).unwrap_err();
        assert_eq!(error.headline(), "CHAINRULE_MIRROR is not a web address");
    }
    places.mirror = Some("http://".into());
    assert!(
        fetch(&entry, &places, &mut |_| {}).is_ok(),
        "all is in the cache already"
    );
    fs::remove_dir_all(cache.path().join("tiny")).unwrap();
    assert!(fetch(&entry, &places, &mut |_| {}).is_err());
}

#[test]
fn a_cache_that_cannot_be_written_is_named() {
    let server = Server::serving_tiny(|_, _| None);
    let entry = tiny_entry(std::slice::from_ref(&server.address));
    let folder = Folder::new();
    let file = folder.write("file", b"");
    // A file in place of the folder refuses everybody, the superuser too.
    let error = fetch(&entry, &cache_only(&file), &mut |_| {}).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    let headline = format!("cannot write to the cache folder {}/tiny", file.display());
    assert_eq!(error.headline(), headline);
    assert!(
        error.to_string().contains("set CHAINRULE_DATA to a folder"),
        "{error}"
    );
    assert!(
        server.asked().is_empty(),
        "the cache is looked at before anything is asked for"
    );

    let mut places = cache_only(folder.path());
    places.cache = None;
    let error = fetch(&entry, &places, &mut |_| {}).unwrap_err();
    assert_eq!(error.headline(), "no cache folder to download Tiny into");
}

#[test]
#[cfg(target_os = "linux")]
fn a_cache_that_refuses_files_is_named() {
    let server = Server::serving_tiny(|_, _| None);
    let entry = tiny_entry(std::slice::from_ref(&server.address));
    // Nobody may make files or folders there.
    let error = fetch(&entry, &cache_only(Path::new("/proc/self")), &mut |_| {}).unwrap_err();
    assert_eq!(
        error.headline(),
        "cannot write to the cache folder /proc/self/tiny"
    );
    let mut places = cache_only(Path::new("/proc/self"));
    places.repository.push("/nowhere".into());
    let error = load::load(&entry, &places).unwrap_err().to_string();
    assert!(
        error.contains("download: cannot write to the cache folder /proc/self/tiny"),
        "{error}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said() {
    let mut full = File::options().write(true).open("/dev/full").unwrap();
    let error = copy(&mut &[1; 10][..], &mut full, 100, &mut |_| {}).unwrap_err();
    let Copying::Write(error) = error else {
        panic!("{error:?}")
    };
    let text = cannot_write(Path::new("/cache"), error).to_string();
    assert!(text.starts_with("cannot write to the cache folder /cache\n  why       No space left"));
    assert!(
        text.ends_with("try       make room on that disk (60 MB are enough)"),
        "{text}"
    );
}

#[test]
fn a_download_cut_short_leaves_nothing_and_does_not_touch_what_was_there() {
    let server = Server::start(|_, _| Answer::Half(gzip(&tiny_files()[0].1)));
    let cache = Folder::new();
    cache.write("tiny/train-images-idx3-ubyte.gz", b"what was there");
    let entry = tiny_entry(std::slice::from_ref(&server.address));
    assert!(fetch(&entry, &cache_only(cache.path()), &mut |_| {}).is_err());
    assert_eq!(files_in(cache.path()), ["tiny/train-images-idx3-ubyte.gz"]);
    let left = fs::read(cache.path().join("tiny/train-images-idx3-ubyte.gz")).unwrap();
    assert_eq!(left, b"what was there");
}
