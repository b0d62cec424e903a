//! What a run tells while it goes on: a line for each cell, and the progress of training below it.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use super::failure::shortened;
use super::text::is_progress;

/// Writes lines for a person. A terminal that has gone away stops no run.
pub(super) struct Report {
    out: Box<dyn Write>,
    colours: bool,
    // Whether the line of the current cell is still open for the time it took.
    open: bool,
    total: usize,
}

impl Report {
    /// Reports to the standard output.
    pub(super) fn to_stdout() -> Self {
        Self::to(Box::new(io::stdout()), io::stdout().is_terminal())
    }

    fn to(out: Box<dyn Write>, colours: bool) -> Self {
        Self {
            out,
            colours,
            open: false,
            total: 0,
        }
    }

    /// A line of its own.
    pub(super) fn line(&mut self, text: &str) {
        self.close();
        self.write(&format!("{text}\n"));
    }

    /// A notebook of so many cells begins.
    pub(super) fn notebook(&mut self, name: &str, kernel: &str, cells: usize) {
        self.total = cells;
        self.line(&format!("{name}  ({kernel})"));
    }

    /// A cell begins.
    pub(super) fn cell(&mut self, number: usize, first_line: &str) {
        self.close();
        let total = self.total;
        let width = total.to_string().len();
        self.write(&format!(
            "  [{number:>width$}/{total}] {}",
            shortened(first_line)
        ));
        self.open = true;
    }

    /// Text of the current cell: its lines of progress are shown.
    pub(super) fn text(&mut self, text: &str) {
        for line in text.lines().filter(|line| is_progress(line)) {
            self.close();
            let line = line.trim_end();
            if self.colours {
                self.write(&format!("        \u{1b}[2m{line}\u{1b}[0m\n"));
            } else {
                self.write(&format!("        {line}\n"));
            }
        }
    }

    /// The current cell has ended.
    pub(super) fn done(&mut self, took: Duration, remark: &str) {
        let indent = if self.open { "  " } else { "        " };
        self.write(&format!("{indent}{}{remark}\n", duration(took)));
        self.open = false;
    }

    fn close(&mut self) {
        if std::mem::take(&mut self.open) {
            self.write("\n");
        }
    }

    fn write(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes());
        let _ = self.out.flush();
    }
}

/// A time as people say it.
pub(super) fn duration(time: Duration) -> String {
    if time < Duration::from_secs(60) {
        return format!("{:.1} s", time.as_secs_f64());
    }
    format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn told(colours: bool) -> String {
        let page = Page::default();
        let mut report = Report::to(Box::new(page.clone()), colours);
        report.notebook("a.ipynb", "Rust (chainrule)", 12);
        report.cell(3, "let x = 1;");
        report.text("not progress\n");
        report.done(Duration::from_millis(1240), "");
        report.cell(4, "train()");
        report.text("[ 40 %] epoch 2\nother\n[100 %] done\n");
        report.done(Duration::from_secs(125), "  failed");
        report.cell(5, "x");
        report.line("end");
        let bytes = page.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_cell_is_one_line_and_its_progress_stands_below() {
        assert_eq!(
            told(false),
            "a.ipynb  (Rust (chainrule))\n  [ 3/12] let x = 1;  1.2 s\n  [ 4/12] train()\n        \
             [ 40 %] epoch 2\n        [100 %] done\n        2 min 05 s  failed\n  \
             [ 5/12] x\nend\n"
        );
        assert!(told(true).contains("\u{1b}[2m[ 40 %] epoch 2\u{1b}[0m\n"));
    }
}
