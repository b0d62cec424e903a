//! One display: contents by MIME type, and how kernels take them.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use chainrule_error::{Error, Result};
use chainrule_plot::Figure;
use serde_json::{Map, Value, json};

use super::live;

/// Marks a display as an error, for programs that run notebooks: to the kernel a cell that ends
/// in an `Err` has succeeded.
const ERROR: &str = "application/vnd.chainrule.error+json";

/// Pixels that a page of a notebook is taken to be wide: about a thousand on a dense screen.
pub(super) const PAGE: u32 = 2000;

/// Contents by MIME type, text/plain first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle(Vec<(&'static str, String)>);

impl Bundle {
    pub(super) fn empty() -> Self {
        Self(Vec::new())
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self(vec![("text/plain", text.into())])
    }

    fn png(mut self, png: &[u8]) -> Self {
        self.0.push(("image/png", STANDARD.encode(png)));
        self
    }

    /// Adds a picture; where it cannot be drawn the text stands alone and says why.
    pub(super) fn figure(mut self, figure: Result<Figure>) -> Self {
        match figure.and_then(|figure| figure.on_page(PAGE)) {
            Ok(figure) => self.png(figure.png()),
            Err(error) => {
                self.0[0].1.push_str(&format!("\n({error})"));
                self
            }
        }
    }

    /// Adds a table whose first column is text and whose last are numbers.
    pub(super) fn table(mut self, head: &[&str], rows: &[[String; 3]], caption: &str) -> Self {
        let mut html = String::from("<table><thead><tr>");
        for name in head {
            html.push_str(&format!(
                "<th style=\"text-align:left\">{}</th>",
                escaped(name)
            ));
        }
        html.push_str("</tr></thead><tbody>");
        for row in rows {
            html.push_str("<tr>");
            for (i, cell) in row.iter().enumerate() {
                let side = if i + 1 == row.len() { "right" } else { "left" };
                let cell = escaped(cell);
                // Writing to a string cannot fail.
                let _ = write!(html, "<td style=\"text-align:{side}\">{cell}</td>");
            }
            html.push_str("</tr>");
        }
        let _ = write!(html, "</tbody></table><p>{}</p>", escaped(caption));
        self.0.push(("text/html", html));
        self
    }

    pub(super) fn error(error: &Error) -> Self {
        let text = error.to_string();
        let style = "color:#a40000;background:#fff3f2;padding:0.6em;border-left:3px solid #a40000";
        let html = format!("<pre style=\"{style}\">{}</pre>", escaped(&text));
        let json = serde_json::json!({ "message": text }).to_string();
        Self(vec![
            ("text/plain", text),
            ("text/html", html),
            (ERROR, json),
        ])
    }

    /// Adds Markdown, in which `$…$` is LaTeX.
    pub(super) fn markdown(mut self, markdown: String) -> Self {
        self.0.push(("text/markdown", markdown));
        self
    }

    pub(super) fn html(mut self, html: String) -> Self {
        self.0.push(("text/html", html));
        self
    }

    /// The contents as Jupyter's messages have them.
    pub(super) fn data(&self) -> Value {
        let content = |mime: &str, content: &str| match mime.ends_with("+json") {
            true => serde_json::from_str(content).unwrap_or(Value::Null),
            false => Value::from(content),
        };
        let data = self.0.iter();
        Value::Object(
            data.map(|(m, c)| ((*m).to_owned(), content(m, c)))
                .collect(),
        )
    }

    /// Shows the contents as the cell's result.
    pub(super) fn print(&self) {
        if self.0.is_empty() {
            return;
        }
        if live::is_live() {
            let (data, metadata) = (self.data(), Map::new());
            live::emit(&json!({ "event": "result", "data": data, "metadata": metadata }));
        } else {
            self.print_marked();
        }
    }

    /// Prints the contents between the markers of evcxr's kernel.
    #[expect(clippy::print_stdout, reason = "this is how a cell displays")]
    pub(super) fn print_marked(&self) {
        for (mime, content) in &self.0 {
            println!("EVCXR_BEGIN_CONTENT {mime}\n{content}\nEVCXR_END_CONTENT");
        }
    }

    /// The content of that type.
    #[cfg(test)]
    pub(super) fn get(&self, mime: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, _)| *name == mime)
            .map(|(_, content)| content.as_str())
    }
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use chainrule_error::ErrorKind;
    use chainrule_nn::Model;
    use chainrule_plot::LinePlot;

    use super::*;
    use crate::notebook::NotebookDisplay;

    #[test]
    fn a_figure_is_a_picture_with_words_beside_it() {
        let figure = LinePlot::new("Loss")
            .line("train", &[(0.0, 1.0), (1.0, 0.5)])
            .draw()
            .unwrap();
        let bundle = figure.bundle();
        assert_eq!(bundle.get("text/plain"), Some(figure.description()));
        let png = STANDARD.decode(bundle.get("image/png").unwrap()).unwrap();
        assert!(png.starts_with(b"\x89PNG"));
        let width = u32::from_be_bytes(png[16..20].try_into().unwrap());
        assert_eq!((figure.width(), width), (1440, PAGE));
    }

    #[test]
    fn an_error_is_marked_as_one_and_escaped() {
        let error = Error::new(ErrorKind::Value, "a <b> & \"c\"").got("d\\e");
        let bundle = Err::<Figure, _>(error).bundle();
        assert_eq!(
            bundle.get("text/plain"),
            Some("a <b> & \"c\"\n  got       d\\e")
        );
        assert!(
            bundle
                .get("text/html")
                .unwrap()
                .contains("a &lt;b&gt; &amp; \"c\"")
        );
        assert_eq!(
            bundle.get(ERROR),
            Some("{\"message\":\"a <b> & \\\"c\\\"\\n  got       d\\\\e\"}")
        );
    }

    #[test]
    fn a_model_is_a_table_and_a_wrong_one_an_error() {
        let bundle = Model::input(4).dense(2).softmax().bundle();
        assert!(
            bundle
                .get("text/html")
                .unwrap()
                .contains("<td style=\"text-align:right\">10</td>")
        );
        assert!(bundle.get("text/plain").unwrap().starts_with("layer "));
        assert!(Model::input(4).softmax().bundle().get(ERROR).is_some());
    }
}
