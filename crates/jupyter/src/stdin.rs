//! Asking the user: the one channel on which the kernel asks and the front end answers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use bytes::Bytes;
use serde_json::json;

use crate::lock;
use crate::message::Request;
use crate::replies::Replies;

/// One question at a time, and the thread that waits for its answer.
#[derive(Default)]
pub(crate) struct Stdin {
    /// Held by who asks: others wait for their turn.
    turn: Mutex<()>,
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Default)]
struct State {
    question: Option<Question>,
    closed: bool,
}

struct Question {
    id: String,
    identities: Vec<Bytes>,
    /// The inner `None` is an answer that will not come.
    answer: Option<Option<String>>,
}

impl Stdin {
    /// Asks the front end that sent `request`, and waits. `ended` says that nobody wants the
    /// answer; who sets it calls [`cancel`](Self::cancel) after.
    pub(crate) fn ask(
        &self,
        request: &Request,
        replies: &Replies,
        prompt: &str,
        password: bool,
        ended: &AtomicBool,
    ) -> Option<String> {
        let _turn = lock(&self.turn);
        let content = json!({ "prompt": prompt, "password": password });
        let message = request.message("input_request", content);
        let mut state = lock(&self.state);
        state.question = Some(Question {
            id: message.header.msg_id.clone(),
            identities: request.identities().to_vec(),
            answer: None,
        });
        // Looked at only now: whoever ends the wait from here on finds the question.
        if state.closed || ended.load(Ordering::SeqCst) {
            state.question = None;
            return None;
        }
        replies.send(message);
        loop {
            match state.question.take() {
                Some(Question {
                    answer: Some(answer),
                    ..
                }) => return answer,
                None => return None,
                waiting => state.question = waiting,
            }
            state = self
                .bell
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes in a message of the stdin channel. What answers no question is dropped: it comes too
    /// late, or from another front end.
    pub(crate) fn take(&self, reply: &Request) {
        if reply.kind() != "input_reply" {
            return;
        }
        let mut state = lock(&self.state);
        if let Some(question) = &mut state.question
            && question.identities.first() == reply.identities().first()
            && reply.parent_id().is_none_or(|id| id == question.id)
        {
            question.answer = Some(reply.text("value").map(str::to_owned));
            self.bell.notify_all();
        }
    }

    /// Ends the wait, if there is one.
    pub(crate) fn cancel(&self) {
        if let Some(question) = &mut lock(&self.state).question {
            question.answer.get_or_insert(None);
            self.bell.notify_all();
        }
    }

    /// Ends the wait and every further one.
    pub(crate) fn close(&self) {
        lock(&self.state).closed = true;
        self.cancel();
    }
}
