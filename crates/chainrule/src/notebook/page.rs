//! The page's side of what moves: a bar, words, a picture, in colours of the reader's theme.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use chainrule_plot::Figure;

use super::bundle::{PAGE, escaped};

/// A bar that is filled to a share, with its name above and words below.
pub(super) fn bar(name: &str, share: f64, words: &str) -> String {
    let percent = (share.clamp(0.0, 1.0) * 100.0).floor();
    format!(
        "<div style=\"max-width:640px;margin:4px 0 10px\">\
         <div style=\"display:flex;justify-content:space-between;gap:1em\">\
         <span style=\"font-weight:600\">{name}</span><span>{percent} %</span></div>\
         <div role=\"progressbar\" aria-valuenow=\"{percent}\" aria-valuemin=\"0\" \
         aria-valuemax=\"100\" style=\"height:8px;margin:4px 0;border-radius:4px;overflow:hidden;\
         background:var(--jp-layout-color2,#e7eaee)\">\
         <div style=\"width:{percent}%;height:100%;border-radius:4px;\
         background:var(--jp-brand-color1,#0072b2)\"></div></div>\
         {words}</div>",
        name = escaped(name),
        words = line(words),
    )
}

/// One quiet line.
pub(super) fn line(words: &str) -> String {
    format!(
        "<div style=\"color:var(--jp-ui-font-color2,#656c76);font-size:90%;\
         font-variant-numeric:tabular-nums\">{}</div>",
        escaped(words)
    )
}

/// A picture, as wide as the same figure stands on its page when it is shown for good.
pub(super) fn picture(figure: &Figure) -> String {
    let (width, height) = (figure.width(), figure.height());
    let share = f64::from(width) / f64::from(width.max(PAGE)) * 100.0;
    let mut html = format!(
        "<img alt=\"learning curves\" width=\"{width}\" height=\"{height}\" \
         style=\"display:block;width:{share:.2}%;height:auto\" src=\"data:image/png;base64,"
    );
    STANDARD.encode_string(figure.png(), &mut html);
    // Writing to a string cannot fail.
    let _ = write!(html, "\">");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_stays_between_its_ends_and_names_are_escaped() {
        for (share, width) in [
            (-1.0, "0%"),
            (0.404, "40%"),
            (7.0, "100%"),
            (f64::NAN, "NaN%"),
        ] {
            let html = bar("a <b>", share, "1 & 2");
            assert!(html.contains(&format!("width:{width}")), "{html}");
            assert!(html.contains("a &lt;b&gt;") && html.contains("1 &amp; 2"));
        }
    }
}
