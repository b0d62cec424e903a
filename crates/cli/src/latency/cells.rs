//! What is run: the cells of `cells.txt`, and a few with a purpose of their own.

/// The notebooks' first cell.
pub(super) const HEAD: &str =
    ":dep chainrule = { path = \"../crates/chainrule\" }\nuse chainrule::prelude::*;";

/// The first cell that has to be compiled.
pub(super) const FIRST: &str = "println!(\"ready\");";

/// What the everyday cells build on.
pub(super) const DATA: &str = "let mnist = Mnist::load()?;\n\
     let mut small = mnist.clone();\n\
     small.train = small.train.first(100)?;\n\
     small.test = small.test.first(100)?;";

/// A first training in a fresh session, and its curve.
pub(super) const FIRST_CURVE: [&str; 2] = [
    "let mnist = Mnist::load()?;",
    "let model = Model::input(784).dense(10).softmax();\n\
     let results = Experiment::new(\"A first network\", &model, &mnist).settings(&[(2, 0.01)]).run()?;\n\
     plot_learning_curves(&[&results])?",
];

/// A training so small that what takes time is to compile the cell.
pub(super) const EXPERIMENT: &str = "let model = Model::input(784).dense(10).softmax();\n\
     let results = Experiment::new(\"Small\", &model, &small).settings(&[(1, 0.01 * f64::from(ROUND))]).run()?;\n\
     println!(\"{:?}\", results.runs[0].final_test_accuracy);";

/// A training that nobody waits for.
pub(super) const LONG: &str = "let model = Model::input(784).dense(32).relu().dense(10).softmax();\n\
     let long = Experiment::new(\"Long\", &model, &mnist).settings(&[(1000, 0.001)]).run()?;";

/// How many displays [`DISPLAYS`] makes.
pub(super) const SHOWN: usize = 20;

/// Says when it printed, and shows something right after.
pub(super) const DISPLAYS: &str = "for i in 0..20 {\n\
     let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;\n\
     println!(\"at {}\", now.as_nanos());\n\
     show(&array![f64::from(i)]);\n\
     std::thread::sleep(std::time::Duration::from_millis(50));\n\
     }";

/// A cell and what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Everyday {
    pub(super) title: &'static str,
    code: &'static str,
}

impl Everyday {
    /// The code of one round: the same work, another text.
    pub(super) fn in_round(&self, round: usize) -> String {
        in_round(self.code, round)
    }
}

/// Puts the number of a round into a cell.
pub(super) fn in_round(code: &str, round: usize) -> String {
    code.replace("ROUND", &round.to_string())
}

/// The twenty cells, in the order in which they build on each other.
pub(super) fn everyday() -> Vec<Everyday> {
    let blocks = include_str!("cells.txt").split("\n## ").skip(1);
    let cell = |block: &'static str| {
        let (title, code) = block.split_once('\n').unwrap_or((block, ""));
        Everyday {
            title: title.trim(),
            code: code.trim(),
        }
    };
    blocks.map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_twenty_cells_and_each_has_a_title_and_code() {
        let cells = everyday();
        assert_eq!(cells.len(), 20);
        for (i, cell) in cells.iter().enumerate() {
            assert!(!cell.title.is_empty() && !cell.code.is_empty(), "{cell:?}");
            let other = cells[..i].iter().find(|other| other.title == cell.title);
            assert_eq!(other, None);
        }
    }

    #[test]
    fn rounds_differ_where_the_cell_says_so() {
        let cells = everyday();
        assert_eq!(cells[0].in_round(3), "println!(\"Hello, round 3!\");");
        let same = cells
            .iter()
            .filter(|cell| cell.in_round(1) == cell.in_round(2));
        // Some cells have nothing that could vary; what they read has changed.
        assert!(same.count() <= 10);
        assert!(cells.iter().all(|cell| !cell.in_round(1).contains("ROUND")));
    }

    #[test]
    fn the_cell_that_shows_makes_as_many_displays_as_are_counted() {
        assert!(DISPLAYS.contains(&format!("0..{SHOWN} ")));
    }
}
