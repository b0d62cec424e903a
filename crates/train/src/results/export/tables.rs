//! The summary as a table in Markdown and LaTeX.

use crate::ResultsSummary;

impl ResultsSummary {
    /// The head and the rows, the best test accuracy made bold by `bold`, each cell escaped.
    fn table(&self, escape: fn(&str) -> String, bold: fn(String) -> String) -> Vec<Vec<String>> {
        let head = std::iter::once("setting").chain(Self::COLUMNS);
        let mut table = vec![head.map(escape).collect::<Vec<_>>()];
        let best = self.best().filter(|_| self.rows.len() > 1);
        for (i, row) in self.rows.iter().enumerate() {
            let mut cells: Vec<_> = std::iter::once(escape(&row.label))
                .chain(row.cells().iter().map(|cell| escape(cell)))
                .collect();
            if best == Some(i) {
                cells[3] = bold(std::mem::take(&mut cells[3]));
            }
            table.push(cells);
        }
        table
    }

    /// The table in Markdown, the best test accuracy bold, and below it what the numbers are.
    pub fn markdown(&self) -> String {
        let table = self.table(markdown, |cell| format!("**{cell}**"));
        let mut text = format!("**{}**\n\n", markdown(&self.name));
        for (i, cells) in table.iter().enumerate() {
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
            if i == 0 {
                text.push_str(&format!(
                    "| --- |{}\n",
                    " ---: |".repeat(Self::COLUMNS.len())
                ));
            }
        }
        text.push_str(&format!("\n{}\n", markdown(&self.caption())));
        text
    }

    /// The table in LaTeX, without packages: a `table` with a caption, the best test accuracy bold.
    pub fn latex(&self) -> String {
        let table = self.table(latex, |cell| format!("\\textbf{{{cell}}}"));
        let mut text = format!(
            "\\begin{{table}}[htbp]\n\\centering\n\\caption{{{}. {}}}\n\\begin{{tabular}}{{l{}}}\n\\hline\n",
            latex(&self.name),
            latex(&self.caption()),
            "r".repeat(Self::COLUMNS.len()),
        );
        for (i, cells) in table.iter().enumerate() {
            text.push_str(&format!("{} \\\\\n", cells.join(" & ")));
            if i == 0 {
                text.push_str("\\hline\n");
            }
        }
        text.push_str("\\hline\n\\end{tabular}\n\\end{table}\n");
        text
    }
}

/// Text in which no character means more than itself.
fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '$' | '#' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// As [`markdown`], for LaTeX; Greek letters and signs of labels become mathematics, so that every
/// engine sets them.
fn latex(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        let word = match character {
            '\n' | '\r' => " ",
            '&' => "\\&",
            '%' => "\\%",
            '$' => "\\$",
            '#' => "\\#",
            '_' => "\\_",
            '{' => "\\{",
            '}' => "\\}",
            '~' => "\\textasciitilde{}",
            '^' => "\\textasciicircum{}",
            '\\' => "\\textbackslash{}",
            '<' => "$<$",
            '>' => "$>$",
            '|' => "$|$",
            '"' => "''",
            '“' => "``",
            '”' => "''",
            '–' => "--",
            '−' => "$-$",
            '±' => "$\\pm$",
            '×' => "$\\times$",
            '·' => "$\\cdot$",
            '√' => "$\\surd$",
            '≤' => "$\\le$",
            '≥' => "$\\ge$",
            '½' => "$\\frac12$",
            'α' => "$\\alpha$",
            'β' => "$\\beta$",
            'γ' => "$\\gamma$",
            'ε' => "$\\varepsilon$",
            'η' => "$\\eta$",
            'λ' => "$\\lambda$",
            'μ' | 'µ' => "$\\mu$",
            'ρ' => "$\\rho$",
            'σ' => "$\\sigma$",
            'ψ' => "$\\psi$",
            '₀' => "$_0$",
            '₁' => "$_1$",
            '₂' => "$_2$",
            '\u{202f}' | '\u{a0}' => "~",
            _ => {
                escaped.push(character);
                continue;
            }
        };
        escaped.push_str(word);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_with_a_meaning_lose_it() {
        assert_eq!(markdown("a|b*c_d <e>"), "a\\|b\\*c\\_d &lt;e&gt;");
        assert_eq!(latex("50 % & #1_{x}"), "50 \\% \\& \\#1\\_\\{x\\}");
        assert_eq!(
            latex("Adam, β₂ 0.99 ± \\"),
            "Adam, $\\beta$$_2$ 0.99 $\\pm$ \\textbackslash{}"
        );
        assert_eq!(
            latex("a^b~c $"),
            "a\\textasciicircum{}b\\textasciitilde{}c \\$"
        );
    }
}
