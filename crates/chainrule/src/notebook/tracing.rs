//! How traces, answers and gradient checks look: Markdown with LaTeX, tables, coloured verdicts.

use chainrule_nn::{Agreement, GradientCheck};
use chainrule_trace::{Answers, Finding, Step, StepTable, Stepper, Steps, Trace, Update, Verdict};

use super::{Bundle, NotebookDisplay, bundle::escaped};

/// Text, and Markdown with LaTeX in it.
macro_rules! derivations {
    ($($name:ident)*) => {$(
        impl NotebookDisplay for $name {
            fn bundle(&self) -> Bundle {
                Bundle::text(self.to_string()).markdown(self.markdown())
            }
        }
    )*};
}

derivations!(Trace Steps Step StepTable Update Answers);

impl NotebookDisplay for Stepper {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string())
    }
}

/// A green, a red or, for what is still to be filled in, a grey bar beside the sentence, and a mark for
/// those who do not see colours.
impl NotebookDisplay for Verdict {
    fn bundle(&self) -> Bundle {
        let rounding = self.findings.contains(&Finding::Rounding);
        let mark = self.mark();
        let (color, ground) = match self.is_right() {
            true if rounding => ("#1a6e3c", "#f1f8f3"),
            true => ("#1a6e3c", "#eaf6ee"),
            false if self.is_unanswered() => ("#555555", "#f4f4f4"),
            false => ("#a40000", "#fff3f2"),
        };
        let style = format!(
            "color:{color};background:{ground};padding:0.6em;border-left:3px solid {color}"
        );
        let html = format!(
            "<div style=\"{style}\">{mark} {}</div>",
            escaped(&self.sentence)
        );
        Bundle::text(format!("{mark} {self}")).html(html)
    }
}

impl NotebookDisplay for GradientCheck {
    fn bundle(&self) -> Bundle {
        let cell = |text: &str, side: &str, color: &str| {
            let style = format!("text-align:{side};color:{color}");
            format!("<td style=\"{style}\">{}</td>", escaped(text))
        };
        let head = Self::HEAD.map(|name| format!("<th style=\"text-align:left\">{name}</th>"));
        let rows = self.rows.iter().zip(self.cells()).map(|(row, cells)| {
            let color = match row.agreement() {
                Agreement::Differs => "#a40000",
                _ => "inherit",
            };
            let cells = cells.iter().enumerate().map(|(i, text)| match i {
                0 | 6 => cell(text, "left", color),
                _ => cell(text, "right", color),
            });
            format!("<tr>{}</tr>", cells.collect::<String>())
        });
        let html = format!(
            "<p>{}</p><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table><p>{}</p>",
            escaped(&self.about),
            head.concat(),
            rows.collect::<String>(),
            escaped(&self.sentence())
        );
        Bundle::text(self.to_string()).html(html)
    }
}

#[cfg(test)]
mod tests {
    use chainrule_nn::Model;
    use chainrule_trace::Traceable;
    use ndarray::array;

    use super::*;

    #[test]
    fn a_step_is_markdown_with_latex_and_text_beside_it() {
        let model = Model::input(2).dense(1).sigmoid().half_squared_error();
        let network = model.build_f64(1).unwrap();
        let (x, y) = (array![[1.0, -1.0]], array![[1.0]]);
        let trace = network.trace(&x, &y).unwrap();
        let bundle = trace.get("z1").unwrap().bundle();
        let markdown = bundle.get("text/markdown").unwrap();
        assert!(markdown.contains("z^{1} &= W^{1} \\, a^{0} + b^{1} \\\\"));
        assert!(
            bundle
                .get("text/plain")
                .unwrap()
                .contains("z¹ = W¹ a⁰ + b¹")
        );
        let whole = trace.bundle();
        assert!(
            whole
                .get("text/markdown")
                .unwrap()
                .contains("#### Backward pass")
        );
        let table = trace.table().bundle();
        assert!(
            table
                .get("text/markdown")
                .unwrap()
                .contains("| 1 | forward | `z1` |")
        );
        let wrong = trace.check("z1", &array![[f64::MAX]]).unwrap().bundle();
        assert!(wrong.get("text/plain").unwrap().starts_with("✗ z¹: "));
        let empty = trace.check("z1", &array![[0.0]]).unwrap().bundle();
        assert!(
            empty
                .get("text/plain")
                .unwrap()
                .starts_with("… z¹: Still to be filled in")
        );
        let check = network.gradient_check(&x, &y).unwrap().bundle();
        assert!(
            check
                .get("text/html")
                .unwrap()
                .contains("<td style=\"text-align:left;color:inherit\">agrees</td>")
        );
    }
}
