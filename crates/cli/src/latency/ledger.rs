//! What was measured: lines of values, one list for each kernel.

use super::KERNELS;
use crate::statistics::quantile;

/// What a value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Megabytes,
    /// A plain number.
    Number,
}

/// Values of one kind.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) what: String,
    pub(super) unit: Unit,
    /// For each of [`KERNELS`].
    pub(super) values: [Vec<f64>; 2],
}

/// All that was measured, in the order in which it was first written.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    pub(super) lines: Vec<Line>,
}

impl Ledger {
    /// Writes a value down for the kernel with this place in [`KERNELS`].
    pub(super) fn add(&mut self, kernel: usize, what: &str, unit: Unit, value: f64) {
        debug_assert!(kernel < KERNELS.len());
        if let Some(line) = self.lines.iter_mut().find(|line| line.what == what) {
            line.values[kernel].push(value);
            return;
        }
        let mut values = [Vec::new(), Vec::new()];
        values[kernel].push(value);
        self.lines.push(Line {
            what: what.to_owned(),
            unit,
            values,
        });
    }

    /// The median of a kernel's values on a line.
    pub(super) fn median(&self, kernel: usize, what: &str) -> Option<f64> {
        let line = self.lines.iter().find(|line| line.what == what)?;
        quantile(&line.values[kernel], 0.5)
    }
}

impl Line {
    /// How our median compares with the stock kernel's.
    pub(super) fn ratio(&self) -> Option<f64> {
        let [ours, stock] = [0, 1].map(|kernel: usize| quantile(&self.values[kernel], 0.5));
        let (ours, stock) = (ours?, stock?);
        (stock > 0.0).then_some(ours / stock)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_needs_both_kernels() {
        let mut ledger = Ledger::default();
        ledger.add(0, "wait", Unit::Seconds, 1.0);
        assert_eq!(ledger.lines[0].ratio(), None);
        ledger.add(1, "wait", Unit::Seconds, 4.0);
        ledger.add(0, "wait", Unit::Seconds, 3.0);
        assert_eq!(ledger.lines[0].ratio(), Some(0.5));
        assert_eq!(
            (ledger.lines.len(), ledger.median(0, "wait")),
            (1, Some(2.0))
        );
    }
}
