//! Every rule in one table: what it is made by, its formula, its usual settings, its source.

use std::fmt;

use super::Rule;

/// One rule of the [table](Rule::table).
#[derive(Clone, Debug, PartialEq)]
pub struct RuleRow {
    /// The rule with its usual settings.
    pub rule: Rule,
    /// What makes it: `Rule::adam()`.
    pub made_by: &'static str,
    /// Its settings with their usual values: `β₁ 0.9, β₂ 0.999, ε 1e-8`.
    pub settings: String,
}

/// Every update rule with formula, usual settings and source: see [`Rule::table`].
#[derive(Clone, Debug, PartialEq)]
pub struct RuleTable {
    /// The rules, in the order of [`Rule::all`].
    pub rows: Vec<RuleRow>,
}

const HEAD: [&str; 6] = [
    "rule",
    "formula",
    "usual settings",
    "usual rate η",
    "remembers",
    "source",
];

impl Rule {
    /// Every rule with its formula, usual settings and source: a table that a notebook shows.
    ///
    /// ```
    /// use chainrule_nn::Rule;
    ///
    /// let table = Rule::table();
    /// assert_eq!(table.rows.len(), 12);
    /// let text = table.to_string();
    /// assert!(text.contains("v ← μ·v + g, θ ← θ − η·v") && text.contains("Polyak 1964"));
    /// ```
    pub fn table() -> RuleTable {
        macro_rules! made_by {
            ($($name:ident)*) => {[
                $((concat!("Rule::", stringify!($name), "()"), Self::$name())),*
            ]};
        }
        let rules = made_by!(
            sgd momentum nesterov adagrad adadelta rmsprop centred_rmsprop adam adamax nadam amsgrad
            adamw
        );
        let row = |(made_by, rule): (&'static str, Self)| RuleRow {
            rule,
            made_by,
            settings: rule.settings_in_words(),
        };
        RuleTable {
            rows: rules.into_iter().map(row).collect(),
        }
    }
}

impl RuleRow {
    fn cells(&self, name: String, formula: String, code: fn(&str) -> String) -> [String; 6] {
        let slots: Vec<_> = self.rule.slots().iter().map(|slot| code(slot)).collect();
        let slots = if slots.is_empty() {
            "nothing".to_owned()
        } else {
            slots.join(", ")
        };
        let (rate, source) = (self.rule.usual_rate(), self.rule.source());
        [
            name,
            formula,
            self.settings.clone(),
            rate.to_string(),
            slots,
            source.to_owned(),
        ]
    }
}

impl RuleTable {
    /// As Markdown with the formulas in LaTeX.
    pub fn markdown(&self) -> String {
        self.in_markdown(|row| {
            let formula = format!("${}$", row.rule.formula());
            let name = format!("{}, `{}`", row.rule.name(), row.made_by);
            row.cells(name, formula, |slot| format!("`{slot}`"))
        })
    }

    /// As the documentation of [`Rule`] has it: formulas in plain letters, names as links.
    #[cfg(test)]
    fn documentation(&self) -> String {
        self.in_markdown(|row| {
            // A bar would end the cell.
            let formula = row.rule.formula_in_letters().replace('|', "\\|");
            let name = format!("[`{}`]", row.made_by);
            row.cells(name, formula, |slot| format!("`{slot}`"))
        })
    }

    fn in_markdown(&self, cells: impl Fn(&RuleRow) -> [String; 6]) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let mut text = line(&HEAD.map(str::to_owned));
        text.push_str(&line(&["---"; 6].map(str::to_owned)));
        for row in &self.rows {
            text.push_str(&line(&cells(row)));
        }
        text
    }
}

impl fmt::Display for RuleTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, row) in self.rows.iter().enumerate() {
            let formula = row.rule.formula_in_letters().to_owned();
            let cells = row.cells(row.rule.name().to_owned(), formula, str::to_owned);
            let [name, formula, settings, rate, slots, source] = cells;
            let settings = match settings.as_str() {
                "" => "no settings".to_owned(),
                _ => settings,
            };
            if i > 0 {
                writeln!(f)?;
            }
            writeln!(f, "{name}: {formula}")?;
            write!(f, "  {settings}; rate {rate}; remembers {slots}; {source}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The documentation's table is the code's. Where it differs the failure shows the text that
    /// `table.md` has to hold.
    #[test]
    fn the_documented_table_is_true() {
        let table = Rule::table();
        let rules: Vec<_> = table.rows.iter().map(|row| row.rule).collect();
        assert_eq!(rules, Rule::all());
        let text = table.documentation();
        assert_eq!(include_str!("table.md"), text, "\n{text}");
    }

    /// The formula that the table has is the one that the optimizer's own documentation begins with.
    #[test]
    fn each_optimizers_documentation_has_the_tables_formula() {
        let files = [
            include_str!("sgd.rs"),
            include_str!("momentum.rs"),
            include_str!("nesterov.rs"),
            include_str!("adagrad.rs"),
            include_str!("adadelta.rs"),
            include_str!("rmsprop.rs"),
            include_str!("rmsprop.rs"),
            include_str!("adam.rs"),
            include_str!("adamax.rs"),
            include_str!("nadam.rs"),
            include_str!("amsgrad.rs"),
            include_str!("adamw.rs"),
        ];
        for (rule, file) in Rule::all().into_iter().zip(files) {
            let docs: Vec<_> = file
                .lines()
                .filter_map(|line| line.strip_prefix("/// "))
                .map(str::trim)
                .collect();
            let (docs, formula) = (docs.join(" "), rule.formula_in_letters());
            assert!(docs.contains(formula), "{rule}: {formula}\n{docs}");
        }
    }

    #[test]
    fn a_notebooks_table_has_latex_and_no_bar_within_a_cell() {
        let text = Rule::table().markdown();
        assert_eq!(text.lines().count(), 14);
        for line in text.lines() {
            assert_eq!(line.matches('|').count(), 7, "{line}");
        }
        assert!(
            text.contains(r"$\theta_t = \theta_{t-1} - \eta\, g_t$"),
            "{text}"
        );
    }
}
