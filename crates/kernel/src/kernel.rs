//! The kernel as the protocol sees it: one evaluator of cells.

use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::Duration;

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_jupyter::{
    Bundle, Cell, Completeness, Completions, Evaluator, Host, KernelInfo, Language, Outcome,
};

use crate::cell::{Head, Whole, whole};
use crate::complete;
use crate::engine::{Engine, Start};
use crate::folder;
use crate::link::Link;
use crate::memory::Memory;
use crate::settings::Settings;
use crate::shell::Shell;
use crate::stage::{Stage, lock};
use crate::stop::Stop;

/// How long code that does not listen may go on after the first press of the stop button.
const DEAF: Duration = Duration::from_secs(3);
/// The same for code that said it would stop.
const LISTENING: Duration = Duration::from_secs(10);
/// How long completion and documentation may take while no cell runs.
const PATIENCE: Duration = Duration::from_secs(4);

/// Evaluates Rust cells.
pub struct Kernel {
    pub(crate) settings: Settings,
    pub(crate) engine: Engine,
    pub(crate) link: Arc<Link>,
    pub(crate) stage: Arc<Stage>,
    pub(crate) memory: Mutex<Memory>,
    pub(crate) shell: Shell,
    pub(crate) stop: Stop,
    /// To watch a cell from a thread that does not keep the kernel alive.
    this: Weak<Kernel>,
}

impl Kernel {
    /// Starts a kernel and returns at once; the first cell waits for the rest of the start.
    ///
    /// # Errors
    /// The system refuses sockets or threads.
    pub fn start(settings: Settings) -> Result<Arc<Self>> {
        let refused =
            |cause| Error::new(ErrorKind::Environment, "the kernel cannot start").source(cause);
        let stage = Arc::new(Stage::default());
        let link = Link::open(&settings, &stage).map_err(refused)?;
        let engine = Engine::start(&settings, &link, &stage).map_err(refused)?;
        // Without a thread for it, what is left of killed kernels waits for the next start.
        let _ = thread::Builder::new()
            .name("sweep".to_owned())
            .spawn(folder::sweep);
        Ok(Arc::new_cyclic(|this| Self {
            settings,
            engine,
            link,
            stage,
            memory: Mutex::default(),
            shell: Shell::default(),
            stop: Stop::default(),
            this: this.clone(),
        }))
    }

    /// The code that evcxr can analyse: without what this kernel does itself, everything in place.
    fn analysable(&self, code: &str) -> String {
        Head::of(code, &self.settings.library, &self.settings.folder).rest
    }

    /// Ends what the cell is at: a shell line or a compiler if one is at work, else the process.
    fn force(&self, cell: u64) {
        if !self.shell.kill() && !self.is_starting() && !self.stop_compiler() {
            self.stop.kill(cell, || self.link.relay.kill());
        }
    }

    fn is_starting(&self) -> bool {
        self.engine.started(Duration::ZERO) == Start::Waiting
    }

    fn stop_compiler(&self) -> bool {
        let is_stopped = self.link.stop_compiler();
        if is_stopped {
            self.stop.compiler_stopped();
        }
        is_stopped
    }

    /// Ends what the cell is at if it still runs after `limit`.
    fn force_after(&self, cell: u64, limit: Duration) {
        let this = self.this.clone();
        let watch = move || {
            loop {
                thread::sleep(limit);
                let Some(kernel) = this.upgrade() else { return };
                if !kernel.stop.is_running(cell) {
                    return;
                }
                if kernel.link.has_built() {
                    return kernel.force(cell);
                }
            }
        };
        if thread::Builder::new().spawn(watch).is_err() {
            self.force(cell);
        }
    }
}

impl Evaluator for Kernel {
    fn info(&self) -> KernelInfo {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        KernelInfo {
            implementation: "chainrule".to_owned(),
            banner: format!(
                "chainrule {version}: neural networks from scratch in Rust. `:help` helps."
            ),
            version,
            language: Language {
                name: "Rust".to_owned(),
                version: env!("CARGO_PKG_RUST_VERSION").to_owned(),
                mimetype: "text/rust".to_owned(),
                file_extension: ".rs".to_owned(),
                pygments_lexer: "rust".to_owned(),
                codemirror_mode: "rust".to_owned(),
            },
            help_links: vec![
                (
                    "The Rust book".to_owned(),
                    "https://doc.rust-lang.org/book/".to_owned(),
                ),
                (
                    "Rust's standard library".to_owned(),
                    "https://doc.rust-lang.org/std/".to_owned(),
                ),
                ("ndarray".to_owned(), "https://docs.rs/ndarray/".to_owned()),
            ],
        }
    }

    fn execute(&self, cell: Cell, host: &dyn Host) -> Outcome {
        self.stop.begin();
        let outcome = self.run_cell(&cell, host);
        self.stop.end();
        outcome
    }

    fn interrupt(&self) {
        let Some((cell, press)) = self.stop.press() else {
            return;
        };
        let is_first = press == 1;
        let is_shell = if is_first {
            self.shell.interrupt()
        } else {
            self.shell.kill()
        };
        if is_shell {
            return;
        }
        // Without its compiler the start would fail, and no cell would ever run. The cell that waits
        // sees the press itself.
        if self.is_starting() {
            return;
        }
        match press {
            1 => {
                if !self.stop_compiler() {
                    let listens = self.link.control.interrupt();
                    self.force_after(cell, if listens { LISTENING } else { DEAF });
                }
            }
            // No code runs yet, and the compiler that would begin is ended.
            2 if !self.link.has_built() => {}
            _ => self.force(cell),
        }
    }

    fn complete(&self, code: &str, cursor: usize) -> Completions {
        let code = self.analysable(code);
        let is_busy = self.stop.is_busy();
        let found = (!is_busy)
            .then(|| self.engine.complete(&code, cursor, PATIENCE))
            .flatten();
        let memory = lock(&self.memory);
        match found {
            Some(found) => complete::from_evcxr(found),
            // evcxr runs a cell: what is known without it.
            None => complete::from_memory(&code, cursor, &memory.variables, &memory.items),
        }
    }

    fn inspect(&self, code: &str, cursor: usize, _: u8) -> Option<Bundle> {
        if self.stop.is_busy() {
            return None;
        }
        let code = self.analysable(code);
        let cursor = complete::end_of_name(&code, cursor);
        let (text, html) = self.engine.hover(&code, cursor, PATIENCE)?;
        if text.trim().is_empty() || text == "No documentation found" {
            return None;
        }
        let mut bundle = Bundle::default();
        bundle.data.insert("text/plain".to_owned(), text.into());
        bundle.data.insert("text/html".to_owned(), html.into());
        Some(bundle)
    }

    fn is_complete(&self, code: &str) -> Completeness {
        match whole(code) {
            Whole::Yes => Completeness::Complete,
            Whole::NotYet(depth) => Completeness::Incomplete {
                indent: "    ".repeat(depth),
            },
            Whole::Never => Completeness::Invalid,
        }
    }

    fn shutdown(&self) {
        self.shell.kill();
        self.link.stop_compiler();
        self.link.relay.kill();
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        self.shutdown();
    }
}
