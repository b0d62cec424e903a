//! The kernel as the sockets see it: every request, and what it leads to.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::evaluator::{Completeness, Completions, Evaluator, KernelInfo};
use crate::history::History;
use crate::lock;
use crate::message::{Request, refusal};
use crate::offsets;
use crate::publisher::Publisher;
use crate::queue::{Job, Queue};
use crate::replies::Replies;
use crate::server::Settings;
use crate::stdin::Stdin;

/// The version of the protocol that is spoken.
const PROTOCOL: &str = "5.3";

/// What all sockets and threads share.
pub(crate) struct Kernel {
    pub(crate) evaluator: Arc<dyn Evaluator>,
    pub(crate) settings: Settings,
    pub(crate) publisher: Publisher,
    pub(crate) queue: Queue,
    pub(crate) stdin: Arc<Stdin>,
    /// The way to the front end's user.
    pub(crate) questions: Replies,
    pub(crate) history: Mutex<History>,
    /// The number of the last cell that counted.
    pub(crate) count: AtomicUsize,
    /// The content of the answer to `kernel_info_request`.
    pub(crate) info: Value,
    /// To the thread that interrupts.
    pub(crate) presses: Sender<()>,
    /// Rung when the kernel is to end.
    pub(crate) end: Notify,
}

impl Kernel {
    /// Deals with a request of the shell or the control channel. Never waits.
    pub(crate) fn handle(self: &Arc<Self>, request: Request, replies: &Replies) {
        match request.kind() {
            // Begins when its turn comes.
            "execute_request" => {
                let request = Arc::new(request);
                let replies = replies.clone();
                self.queue.push(Job { request, replies });
            }
            "complete_request" => self.aside(request, replies, Self::complete),
            "inspect_request" => self.aside(request, replies, Self::inspect),
            "is_complete_request" => self.aside(request, replies, Self::is_complete),
            _ => {
                self.publisher.busy(&request);
                self.at_once(&request, replies);
                self.publisher.idle(&request);
                // Only now: everything that there is to say is on its way.
                if request.kind() == "shutdown_request" {
                    self.end.notify_one();
                }
            }
        }
    }

    /// Stops the running cell, or ends its wait for input.
    pub(crate) fn interrupt(&self) {
        let _ = self.presses.send(());
    }

    fn at_once(&self, request: &Request, replies: &Replies) {
        let content = match request.kind() {
            "kernel_info_request" => self.info.clone(),
            "history_request" => lock(&self.history).answer(request),
            "comm_info_request" => json!({ "status": "ok", "comms": {} }),
            "interrupt_request" => {
                self.interrupt();
                json!({ "status": "ok" })
            }
            "shutdown_request" => {
                let restart = request.flag("restart", false);
                let content = json!({ "status": "ok", "restart": restart });
                self.publisher
                    .send(request, "shutdown_reply", content.clone());
                content
            }
            "debug_request" => {
                let mut content = refusal("NotSupported", "this kernel has no debugger");
                content["type"] = "response".into();
                content["success"] = false.into();
                content
            }
            "comm_open" => {
                // Nobody here knows the target; the front end is told that it talks to itself.
                let id = request.text("comm_id").unwrap_or_default();
                let content = json!({ "comm_id": id, "data": {} });
                self.publisher.send(request, "comm_close", content);
                return;
            }
            // Messages of comms that are not there, and types that a later protocol has.
            _ => return,
        };
        replies.send(request.reply(content));
    }

    /// Answers on a thread of its own, since it may take long.
    fn aside(
        self: &Arc<Self>,
        request: Request,
        replies: &Replies,
        work: fn(&Self, &Request) -> Value,
    ) {
        self.publisher.busy(&request);
        let (kernel, replies) = (Arc::clone(self), replies.clone());
        tokio::task::spawn_blocking(move || {
            let content = catch_unwind(AssertUnwindSafe(|| work(&kernel, &request)))
                .unwrap_or_else(|panic| refusal("InternalError", &words(&*panic)));
            replies.send(request.reply(content));
            kernel.publisher.idle(&request);
        });
    }

    fn complete(&self, request: &Request) -> Value {
        let Some((code, cursor)) = place(request) else {
            return refusal("BadRequest", "the request to complete holds no code");
        };
        let Completions { start, end, items } = self.evaluator.complete(code, cursor);
        let start = offsets::to_position(code, start);
        let end = offsets::to_position(code, end).max(start);
        let matches: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
        let types: Vec<Value> = items
            .iter()
            .map(|item| {
                let mut entry = json!({ "start": start, "end": end, "text": item.text });
                if let Some(kind) = &item.kind {
                    entry["type"] = kind.as_str().into();
                }
                if let Some(signature) = &item.signature {
                    entry["signature"] = signature.as_str().into();
                }
                entry
            })
            .collect();
        json!({
            "status": "ok",
            "matches": matches,
            "cursor_start": start,
            "cursor_end": end,
            "metadata": { "_jupyter_types_experimental": types },
        })
    }

    fn inspect(&self, request: &Request) -> Value {
        let Some((code, cursor)) = place(request) else {
            return refusal("BadRequest", "the request to inspect holds no code");
        };
        let detail = u8::from(request.number("detail_level").unwrap_or(0) > 0);
        let found = self.evaluator.inspect(code, cursor, detail);
        let is_found = found.is_some();
        let bundle = found.unwrap_or_default();
        json!({
            "status": "ok",
            "found": is_found,
            "data": bundle.data,
            "metadata": bundle.metadata,
        })
    }

    fn is_complete(&self, request: &Request) -> Value {
        let Some(code) = request.text("code") else {
            return json!({ "status": "unknown" });
        };
        match self.evaluator.is_complete(code) {
            Completeness::Complete => json!({ "status": "complete" }),
            Completeness::Incomplete { indent } => {
                json!({ "status": "incomplete", "indent": indent })
            }
            Completeness::Invalid => json!({ "status": "invalid" }),
        }
    }
}

/// The code of a request, and where in it the cursor stands, in bytes.
fn place(request: &Request) -> Option<(&str, usize)> {
    let code = request.text("code")?;
    let cursor = match request.number("cursor_pos") {
        Some(position) => offsets::to_byte(code, usize::try_from(position).unwrap_or(0)),
        None => code.len(),
    };
    Some((code, cursor))
}

/// The content of the answer to `kernel_info_request`.
pub(crate) fn describe(info: &KernelInfo) -> Value {
    let links = info.help_links.iter();
    let links: Vec<Value> = links
        .map(|(text, url)| json!({ "text": text, "url": url }))
        .collect();
    json!({
        "status": "ok",
        "protocol_version": PROTOCOL,
        "implementation": info.implementation,
        "implementation_version": info.version,
        "banner": info.banner,
        "debugger": false,
        "help_links": links,
        "language_info": {
            "name": info.language.name,
            "version": info.language.version,
            "mimetype": info.language.mimetype,
            "file_extension": info.language.file_extension,
            "pygments_lexer": info.language.pygments_lexer,
            "codemirror_mode": info.language.codemirror_mode,
        },
    })
}

/// What a panic said.
pub(crate) fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it panicked").to_owned()
}
