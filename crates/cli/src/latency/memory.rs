//! How much memory a kernel takes: its own process, and all that it has started.
//!
//! Counted is the proportional share (PSS): pages that several processes have in common, such as
//! the libraries of ten sessions, are divided among them.

use std::collections::HashMap;
use std::fs;
use std::time::{Duration, Instant};

/// How long a kernel must have been at rest.
const REST: Duration = Duration::from_millis(1500);
/// So much work, in hundredths of a second, still counts as rest.
const IDLE: u64 = 2;
/// How long is waited for rest.
const PATIENCE: Duration = Duration::from_secs(60);

/// The memory of a process and its descendants in MB, once they have come to rest.
/// `None` where the system does not tell.
pub(super) async fn at_rest(process: u32) -> Option<f64> {
    let start = Instant::now();
    let mut before = work(&tree(process));
    while start.elapsed() < PATIENCE {
        tokio::time::sleep(REST).await;
        let now = work(&tree(process));
        if now.saturating_sub(before) <= IDLE {
            break;
        }
        before = now;
    }
    let shares = tree(process)
        .into_iter()
        .filter_map(|(id, _)| share(&fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?));
    let sum: f64 = shares.sum();
    (sum > 0.0).then_some(sum)
}

/// What the system tells of a process.
#[derive(Debug, PartialEq, Eq)]
struct Status {
    parent: u32,
    /// Time on processors, in hundredths of a second.
    work: u64,
}

/// A process and its descendants.
fn tree(root: u32) -> Vec<(u32, Status)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut all: HashMap<u32, Status> = entries
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let text = fs::read_to_string(entry.path().join("stat")).ok()?;
            Some((id, status(&text)?))
        })
        .collect();
    let mut found: Vec<_> = all.remove_entry(&root).into_iter().collect();
    let mut next = 0;
    while next < found.len() {
        let parent = found[next].0;
        let children = all.iter().filter(|(_, status)| status.parent == parent);
        let children: Vec<_> = children.map(|(id, _)| *id).collect();
        found.extend(children.iter().filter_map(|id| all.remove_entry(id)));
        next += 1;
    }
    found
}

fn work(tree: &[(u32, Status)]) -> u64 {
    tree.iter().map(|(_, status)| status.work).sum()
}

/// Reads `/proc/…/stat`. A program's name may hold anything, hence from the last parenthesis on.
fn status(text: &str) -> Option<Status> {
    let fields: Vec<_> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Status {
        parent: fields.get(1)?.parse().ok()?,
        work: number(11)? + number(12)?,
    })
}

/// The proportional share in `/proc/…/smaps_rollup`, in MB.
fn share(text: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kibibytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_tells_is_read() {
        let text = "42 (a (b) c) S 7 42 42 0 -1 4194304 100 0 0 0 12 3 0 0 20 0 1 0 5\n";
        assert_eq!(
            status(text),
            Some(Status {
                parent: 7,
                work: 15
            })
        );
        assert_eq!(status("garbage"), None);
        assert_eq!(
            share("00400000-7fff rollup\nRss: 5 kB\nPss:    1000 kB\n"),
            Some(1.024)
        );
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn children_are_counted_with_their_parent() {
        let mut child = tokio::process::Command::new("sleep")
            .arg("60")
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let ids: Vec<_> = tree(std::process::id()).iter().map(|(id, _)| *id).collect();
        assert_eq!(ids[0], std::process::id());
        assert!(ids.contains(&child.id().unwrap()), "{ids:?}");
        assert!(at_rest(child.id().unwrap()).await.unwrap() > 0.0);
        child.kill().await.unwrap();
    }
}
