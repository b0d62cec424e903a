//! What was measured: rows of values, one list for each contender.

use crate::statistics::{geometric_mean, median, quantile};

/// What a value counts, and which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// More is better.
    SamplesPerSecond,
    /// Less is better.
    Seconds,
    /// Less is better.
    Megabytes,
}

/// A contender as the table names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) name: String,
    /// Versions, precision and threads, in its own words.
    pub(super) detail: String,
    pub(super) is_peer: bool,
}

/// One kind of measurement.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) title: String,
    /// The network and how it is trained, or what else is measured.
    pub(super) words: String,
    pub(super) unit: Unit,
    /// For each contender.
    pub(super) values: Vec<Vec<f64>>,
    /// Test accuracies after an epoch, one for each seed, for each contender.
    pub(super) accuracies: Vec<Vec<f64>>,
}

/// All that was measured, in the order of the table. The first contender is ours.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    pub(super) contenders: Vec<Name>,
    /// Who was left out, and why.
    pub(super) missing: Vec<(String, String)>,
    pub(super) rows: Vec<Row>,
}

impl Measured {
    /// An empty row.
    pub(super) fn row(&self, title: &str, words: &str, unit: Unit) -> Row {
        let count = self.contenders.len();
        Row {
            title: title.to_owned(),
            words: words.to_owned(),
            unit,
            values: vec![Vec::new(); count],
            accuracies: vec![Vec::new(); count],
        }
    }

    /// How many times as good our median is as the best peer's.
    pub(super) fn ratio(&self, row: &Row) -> Option<f64> {
        let ours = median(row.values.first()?)?;
        let peers = self.contenders.iter().zip(&row.values);
        let peers = peers.filter(|(contender, _)| contender.is_peer);
        let medians = peers.filter_map(|(_, values)| median(values));
        match row.unit {
            Unit::SamplesPerSecond => medians.reduce(f64::max).map(|best| ours / best),
            Unit::Seconds | Unit::Megabytes => medians.reduce(f64::min).map(|best| best / ours),
        }
    }

    /// The notebook's share of the release build's speed: the median over the rounds, in each of which
    /// one follows the other, so that a host that changes between rounds does not show.
    pub(super) fn notebook_share(&self, row: &Row) -> Option<f64> {
        let notebook = self.place("notebook")?;
        let pairs = row.values[0].iter().zip(&row.values[notebook]);
        let shares = pairs.map(|(ours, theirs)| match row.unit {
            Unit::SamplesPerSecond => theirs / ours,
            Unit::Seconds | Unit::Megabytes => ours / theirs,
        });
        median(&shares.collect::<Vec<_>>())
    }

    /// Where the contender of this name stands.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        let mut contenders = self.contenders.iter();
        contenders.position(|contender| contender.name == name)
    }

    /// The rows of training.
    pub(super) fn training(&self) -> impl Iterator<Item = &Row> {
        let rows = self.rows.iter();
        rows.filter(|row| row.unit == Unit::SamplesPerSecond)
    }

    /// The geometric mean of the ratios of training.
    pub(super) fn mean_ratio(&self) -> Option<f64> {
        let ratios: Vec<_> = self.training().filter_map(|row| self.ratio(row)).collect();
        geometric_mean(&ratios)
    }
}

/// Least, median and greatest of a contender's values.
pub(super) fn spread(values: &[f64]) -> Option<[f64; 3]> {
    let part = |part| quantile(values, part);
    Some([part(0.0)?, part(0.5)?, part(1.0)?])
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Ours, ours in the notebook, and two peers on three rows.
    pub(crate) fn measured() -> Measured {
        let name = |name: &str, is_peer| Name {
            name: name.to_owned(),
            detail: format!("{name} 1.0"),
            is_peer,
        };
        let mut measured = Measured {
            contenders: vec![
                name("chainrule", false),
                name("notebook", false),
                name("PyTorch", true),
                name("NumPy f32", true),
            ],
            missing: vec![("Keras".to_owned(), "no internet".to_owned())],
            rows: Vec::new(),
        };
        let mut row = measured.row("m1", "784-10, SGD, batch 100", Unit::SamplesPerSecond);
        row.values = vec![
            vec![800_000.0, 1_000_000.0, 1_100_000.0],
            vec![792_000.0, 1_080_000.0, 1_089_000.0],
            vec![200_000.0, 250_000.0],
            vec![400_000.0],
        ];
        row.accuracies = vec![vec![0.9], vec![], vec![0.91, 0.93, 0.92], vec![]];
        measured.rows.push(row);
        let mut row = measured.row("conv", "conv 8, SGD, batch 100", Unit::SamplesPerSecond);
        row.values = vec![vec![40_000.0], vec![39_000.0], vec![4_000.0], vec![2_500.0]];
        measured.rows.push(row);
        let mut row = measured.row("load", "MNIST to ready", Unit::Seconds);
        row.values = vec![vec![0.1], vec![], vec![0.05], vec![0.4]];
        measured.rows.push(row);
        measured
    }

    #[test]
    fn ours_is_compared_with_the_best_peer() {
        let measured = measured();
        let ratios = measured.rows.iter().map(|row| measured.ratio(row).unwrap());
        assert_eq!(ratios.collect::<Vec<_>>(), [2.5, 10.0, 0.5]);
        assert_eq!(measured.mean_ratio().map(f64::round), Some(5.0));
        assert_eq!(measured.notebook_share(&measured.rows[0]), Some(0.99));
        assert_eq!(measured.notebook_share(&measured.rows[2]), None);
    }

    #[test]
    fn without_peers_there_is_no_ratio() {
        let mut measured = measured();
        measured.contenders.truncate(2);
        for row in &mut measured.rows {
            row.values.truncate(2);
        }
        assert_eq!(measured.ratio(&measured.rows[0]), None);
        assert_eq!(measured.mean_ratio(), None);
    }

    #[test]
    fn the_spread_is_from_least_to_greatest() {
        assert_eq!(spread(&[3.0, 1.0, 2.0]), Some([1.0, 2.0, 3.0]));
        assert_eq!(spread(&[]), None);
    }
}
