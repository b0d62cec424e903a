//! What the numbers were measured on.

use std::fs;

/// The machine in a line, and how busy it was.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Machine {
    /// Processor, how many of them, vector instructions, memory, system.
    pub(super) words: String,
    /// How many processes wanted to run, on average over the last minute.
    pub(super) load: Option<f64>,
    pub(super) processors: usize,
}

impl Machine {
    /// This machine, now.
    pub(super) fn here() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            words: words(&read("/proc/cpuinfo"), &read("/proc/meminfo"), processors),
            load: read("/proc/loadavg")
                .split(' ')
                .next()
                .and_then(|word| word.parse().ok()),
            processors,
        }
    }

    /// A warning if something else is at work.
    pub(super) fn busy(&self) -> Option<String> {
        let load = self.load.filter(|load| *load > 0.5)?;
        Some(format!(
            "the machine is busy (load {load:.1}): close other programs, or trust the ratios alone"
        ))
    }
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
        assert!(machine(Some(3.08)).busy().unwrap().contains("load 3.1"));
        assert_eq!(machine(Some(0.2)).busy(), None);
        assert_eq!(machine(None).busy(), None);
    }
}
