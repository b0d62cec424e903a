//! A request as it came, and the messages that answer it.
//!
//! Contents are plain JSON rather than one type per message: a front end may leave out what has a
//! default, and a display may carry any MIME type.

use bytes::Bytes;
use jupyter_protocol::{Header, JupyterMessage, UnknownMessage};
use jupyter_zmq_client::RawMessage;
use serde_json::{Value, json};

/// A message from a front end.
pub(crate) struct Request {
    /// Header and identities; the content lies beside it, so that answering copies none of it.
    message: JupyterMessage,
    content: Value,
}

impl Request {
    /// Understands a message whose signature was found to be right.
    pub(crate) fn parse(raw: RawMessage) -> Result<Self, String> {
        let [header, parent, metadata, content, ..] = &raw.jparts[..] else {
            return Err("it lacks parts".to_owned());
        };
        let header: Header = serde_json::from_slice(header)
            .map_err(|error| format!("its header cannot be understood ({error})"))?;
        let content = serde_json::from_slice(content)
            .map_err(|error| format!("its content is not JSON ({error})"))?;
        let message = JupyterMessage {
            header,
            // An empty object stands for no parent.
            parent_header: serde_json::from_slice(parent).ok(),
            metadata: serde_json::from_slice(metadata).unwrap_or_default(),
            content: UnknownMessage::default().into(),
            buffers: Vec::new(),
            channel: None,
            zmq_identities: raw.zmq_identities,
        };
        Ok(Self { message, content })
    }

    /// The message's type, such as `execute_request`.
    pub(crate) fn kind(&self) -> &str {
        &self.message.header.msg_type
    }

    /// From whom it came, for the router.
    pub(crate) fn identities(&self) -> &[Bytes] {
        &self.message.zmq_identities
    }

    /// Which message this one answers.
    pub(crate) fn parent_id(&self) -> Option<&str> {
        let parent = self.message.parent_header.as_ref()?;
        Some(&parent.msg_id)
    }

    /// An entry of the metadata that is text.
    pub(crate) fn metadata(&self, name: &str) -> Option<&str> {
        self.message.metadata.get(name)?.as_str()
    }

    /// An entry of the content that is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.content.get(name)?.as_str()
    }

    /// An entry of the content that is yes or no.
    pub(crate) fn flag(&self, name: &str, otherwise: bool) -> bool {
        let value = self.content.get(name).and_then(Value::as_bool);
        value.unwrap_or(otherwise)
    }

    /// An entry of the content that is a whole number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.content.get(name)?.as_i64()
    }

    /// The answer to this request, for whoever asked.
    pub(crate) fn reply(&self, content: Value) -> JupyterMessage {
        let kind = self.kind();
        let kind = kind.strip_suffix("_request").unwrap_or(kind);
        self.message(&format!("{kind}_reply"), content)
    }

    /// A message for whoever asked.
    pub(crate) fn message(&self, kind: &str, content: Value) -> JupyterMessage {
        build(kind, content, Some(&self.message))
    }

    /// A message for everybody, on account of this request.
    pub(crate) fn broadcast(&self, kind: &str, content: Value) -> JupyterMessage {
        let topic = Bytes::copy_from_slice(format!("kernel.{kind}").as_bytes());
        self.message(kind, content).with_zmq_identities(vec![topic])
    }
}

/// A message of any type.
pub(crate) fn build(kind: &str, content: Value, parent: Option<&JupyterMessage>) -> JupyterMessage {
    let msg_type = kind.to_owned();
    let mut message = JupyterMessage::new(UnknownMessage { msg_type, content }, parent);
    "kernel".clone_into(&mut message.header.username);
    message
}

/// The content of an answer that says no.
pub(crate) fn refusal(name: &str, value: &str) -> Value {
    json!({ "status": "error", "ename": name, "evalue": value, "traceback": [value] })
}
