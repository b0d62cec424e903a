//! What this crate asks of whoever evaluates cells, and what it offers to a cell that runs.

/// A JSON object: MIME types with their contents, or metadata.
pub type Map = serde_json::Map<String, serde_json::Value>;

/// Evaluates cells. Everything may be called from any thread; only [`execute`](Self::execute) is
/// called for one cell after the other.
///
/// A method that panics does not end the kernel: the request is answered with an error.
pub trait Evaluator: Send + Sync + 'static {
    /// Who the kernel is. Asked once, before anything else.
    fn info(&self) -> KernelInfo;

    /// Runs one cell, on the thread that runs all of them.
    fn execute(&self, cell: Cell, host: &dyn Host) -> Outcome;

    /// Stops the running cell. Called for every press, also when no cell runs, while `execute`
    /// is at work in another thread. Has to return quickly.
    fn interrupt(&self);

    /// What could stand at the cursor, a byte offset on a character's boundary.
    fn complete(&self, code: &str, cursor: usize) -> Completions;

    /// What is known of the thing at the cursor, a byte offset on a character's boundary.
    /// `detail` is 0, or 1 for more.
    fn inspect(&self, code: &str, cursor: usize, detail: u8) -> Option<Bundle>;

    /// Whether a console should send the code or ask for another line.
    fn is_complete(&self, code: &str) -> Completeness;

    /// Ends everything that the evaluator started, quickly. The kernel ends after this.
    fn shutdown(&self);
}

/// What a running cell can do to the front end.
pub trait Host: Sync {
    /// Shows something, now. Waits while the front end is slow to read.
    fn send(&self, output: Output);

    /// Asks the user for a line. `None` if the front end cannot ask, the user pressed stop, the
    /// kernel ends, or [`end_input`](Self::end_input) was called.
    fn input(&self, prompt: &str, password: bool) -> Option<String>;

    /// Ends a wait for input, and all further ones of this cell: nobody wants the line any more.
    fn end_input(&self);
}

/// A cell to run.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The source text.
    pub code: String,
    /// Run for its effects: nothing of it is shown.
    pub silent: bool,
    /// Whether it counts and is remembered.
    pub store_history: bool,
    /// The number in brackets beside the cell.
    pub number: usize,
    /// Whether the front end can ask the user for input.
    pub allow_stdin: bool,
    /// The cell's identity in its notebook, where the front end tells it.
    pub id: Option<String>,
}

/// Something that a cell shows.
#[derive(Clone, Debug)]
pub enum Output {
    /// Text on standard output, as it came: partial lines and `\r` included.
    Stdout(String),
    /// Text on standard error.
    Stderr(String),
    /// Something to look at.
    Display {
        /// The contents by MIME type.
        data: Map,
        /// What describes them.
        metadata: Map,
        /// A name by which an [`Output::Update`] can find it.
        id: Option<String>,
    },
    /// New contents for everything displayed under a name.
    Update {
        /// The contents by MIME type.
        data: Map,
        /// What describes them.
        metadata: Map,
        /// The name.
        id: String,
    },
    /// Takes away what the cell has shown so far.
    Clear {
        /// Only when the next output comes, so that nothing flickers.
        wait: bool,
    },
    /// The value of the cell.
    Result {
        /// The contents by MIME type.
        data: Map,
        /// What describes them.
        metadata: Map,
    },
}

/// How a cell ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// As it should.
    Done,
    /// With an error. It is shown, and cells queued behind are not run.
    Failed(Failure),
}

/// Why a cell failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The kind of error, such as `CompileError`.
    pub name: String,
    /// One line.
    pub value: String,
    /// What the front end shows, line by line; ANSI colours are allowed.
    pub traceback: Vec<String>,
}

/// What could stand at the cursor.
#[derive(Clone, Debug, Default)]
pub struct Completions {
    /// From where the text would be replaced: a byte offset.
    pub start: usize,
    /// To where: a byte offset.
    pub end: usize,
    /// The candidates, best first.
    pub items: Vec<Completion>,
}

/// One candidate.
#[derive(Clone, Debug, Default)]
pub struct Completion {
    /// What would be inserted.
    pub text: String,
    /// What it is, such as `function` or `struct`.
    pub kind: Option<String>,
    /// Its signature.
    pub signature: Option<String>,
}

/// Contents by MIME type, and what describes them.
#[derive(Clone, Debug, Default)]
pub struct Bundle {
    /// The contents by MIME type.
    pub data: Map,
    /// What describes them.
    pub metadata: Map,
}

/// Whether code could be run as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// It could.
    Complete,
    /// Something is still open.
    Incomplete {
        /// What the next line should begin with.
        indent: String,
    },
    /// No further line would mend it.
    Invalid,
}

/// Who the kernel is.
#[derive(Clone, Debug)]
pub struct KernelInfo {
    /// The kernel's name.
    pub implementation: String,
    /// The kernel's version.
    pub version: String,
    /// What a console shows at its start.
    pub banner: String,
    /// The language of its cells.
    pub language: Language,
    /// Entries for the help menu: text and address.
    pub help_links: Vec<(String, String)>,
}

/// The language of a kernel's cells.
#[derive(Clone, Debug)]
pub struct Language {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The MIME type of its source files.
    pub mimetype: String,
    /// The extension of its source files, with the dot.
    pub file_extension: String,
    /// What Pygments calls it.
    pub pygments_lexer: String,
    /// What `CodeMirror` calls it.
    pub codemirror_mode: String,
}
