//! What the numbers were measured on.

use std::fs;
use std::thread;
use std::time::Duration;

/// How long it is looked at what others do.
const LOOK: Duration = Duration::from_secs(1);

/// The machine in a line, and how busy it was.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Machine {
    /// Processor, how many of them, vector instructions, memory, system.
    pub(super) words: String,
    /// How many processors were at work for others, while nothing of ours was.
    pub(super) load: Option<f64>,
    pub(super) processors: usize,
}

impl Machine {
    /// This machine, after having looked for a second at what others do on it.
    pub(super) fn here() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Self {
            words: words(&read("/proc/cpuinfo"), &read("/proc/meminfo"), processors),
            load: {
                let before = read("/proc/stat");
                thread::sleep(LOOK);
                at_work(&before, &read("/proc/stat")).map(|share| share * processors as f64)
            },
            processors,
        }
    }

    /// A warning if something else is at work.
    pub(super) fn busy(&self) -> Option<String> {
        let load = self.load.filter(|load| *load > 0.2)?;
        Some(format!(
            "{load:.1} of {} processors are busy: close other programs, or trust the ratios alone",
            self.processors
        ))
    }
}

/// The share of the time between two readings of /proc/stat that the processors were at work.
fn at_work(before: &str, after: &str) -> Option<f64> {
    // user, nice, system, idle, waiting for a disk, and more.
    let ticks = |text: &str| -> Option<[f64; 2]> {
        let line = text.lines().next()?.strip_prefix("cpu ")?;
        let numbers = line.split_whitespace().map(str::parse);
        let numbers: Vec<f64> = numbers.collect::<Result<_, _>>().ok()?;
        Some([numbers.iter().sum(), numbers.get(3)? + numbers.get(4)?])
    };
    let ([all, idle], [all_before, idle_before]) = (ticks(after)?, ticks(before)?);
    let time = all - all_before;
    (time > 0.0).then(|| 1.0 - (idle - idle_before) / time)
}

fn words(processor: &str, memory: &str, count: usize) -> String {
    let field = |text: &str, name: &str| {
        let mut lines = text.lines();
        let line = lines.find_map(|line| line.strip_prefix(name).map(str::to_owned));
        line.map(|rest| rest.trim_start_matches([' ', '\t', ':']).trim().to_owned())
    };
    let mut parts = Vec::new();
    parts.extend(field(processor, "model name"));
    parts.push(match count {
        1 => "1 processor".to_owned(),
        _ => format!("{count} processors"),
    });
    let flags = field(processor, "flags").unwrap_or_default();
    let has = |flag: &str| flags.split(' ').any(|known| known == flag);
    let widest = [("avx512f", "AVX-512"), ("avx2", "AVX2")];
    let widest = widest.iter().find(|(flag, _)| has(flag));
    parts.extend(widest.map(|(_, name)| (*name).to_owned()));
    let kibibytes = field(memory, "MemTotal").unwrap_or_default();
    let kibibytes: Option<f64> = kibibytes.trim_end_matches("kB").trim().parse().ok();
    parts.extend(kibibytes.map(|kib| format!("{:.0} GB", kib * 1024.0 / 1e9)));
    let system = match std::env::consts::OS {
        "linux" => "Linux",
        "macos" => "macOS",
        other => other,
    };
    parts.push(format!("{system} {}", std::env::consts::ARCH));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_told_in_a_line() {
        let processor = "model name\t: AMD EPYC\nflags\t\t: fpu avx2 fma\n";
        let told = words(processor, "MemTotal:       24000000 kB\n", 2);
        assert!(
            told.starts_with("AMD EPYC, 2 processors, AVX2, 25 GB, "),
            "{told}"
        );
        assert!(words("", "", 1).starts_with("1 processor, "));
    }

    #[test]
    fn a_busy_machine_is_told() {
        let machine = |load| Machine {
            words: String::new(),
            load,
            processors: 2,
        };
        let words = machine(Some(1.28)).busy().unwrap();
        assert!(words.starts_with("1.3 of 2 processors"), "{words}");
        assert_eq!(machine(Some(0.1)).busy(), None);
        assert_eq!(machine(None).busy(), None);
    }

    #[test]
    fn work_is_time_that_is_neither_idle_nor_waiting() {
        let (before, after) = (
            "cpu  100 0 50 800 50 0 0 0\ncpu0 1",
            "cpu  125 0 75 925 75 0 0 0\n",
        );
        assert_eq!(at_work(before, after), Some(0.25));
        assert_eq!(at_work(after, after), None);
        assert_eq!(at_work("", after), None);
        assert_eq!(at_work("cpu  1 2", "cpu  a b"), None);
    }
}
