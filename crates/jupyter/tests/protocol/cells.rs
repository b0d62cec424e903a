//! Cells: counts, outputs, errors, and the queue.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{Kernel, Message, kinds, text};

async fn run_with(kernel: &mut Kernel, content: serde_json::Value) -> (Message, Vec<Message>) {
    let id = kernel.ask("execute_request", content).await;
    (kernel.reply(&id).await, kernel.idle(&id).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn outputs_come_in_order_with_their_numbers() {
    let mut kernel = Kernel::start().await;
    kernel.run("out first").await;
    let code = "out a\nerr b\nout c\ndisplay d\nout e\nupdate d\nclear\nresult f";
    let (reply, published) = kernel.run(code).await;
    assert_eq!(reply.kind, "execute_reply");
    assert_eq!(reply.content["status"], "ok");
    assert_eq!(reply.content["execution_count"], 2);
    assert_eq!(reply.content["user_expressions"], json!({}));
    assert!(reply.metadata["started"].is_string());
    let expected = [
        "execute_input",
        "stream",
        "stream",
        "stream",
        "display_data",
        "stream",
        "update_display_data",
        "clear_output",
        "execute_result",
    ];
    assert_eq!(kinds(&published), expected);
    let content = |i: usize| &published[i].content;
    assert_eq!(*content(0), json!({ "code": code, "execution_count": 2 }));
    assert_eq!(*content(2), json!({ "name": "stderr", "text": "b" }));
    assert_eq!(content(4)["data"]["text/plain"], "d");
    assert_eq!(content(4)["transient"]["display_id"], "d");
    assert_eq!(content(6)["transient"]["display_id"], "d");
    assert_eq!(content(6)["data"]["text/plain"], "new");
    assert_eq!(*content(7), json!({ "wait": true }));
    assert_eq!(content(8)["execution_count"], 2);
    assert_eq!(text(&published, "stdout"), "ace");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_cell_shows_is_seen_while_it_runs() {
    let mut kernel = Kernel::start().await;
    let id = kernel.submit("out text\ndisplay picture\nwait").await;
    let start = Instant::now();
    kernel.until(&id, "stream").await;
    kernel.until(&id, "display_data").await;
    assert!(start.elapsed() < Duration::from_secs(5));
    kernel.command("interrupt_request", json!({})).await;
    kernel.reply(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_piles_up_is_joined() {
    let mut kernel = Kernel::start().await;
    let (_, published) = kernel.run("flood 9 20000\nout \rpart").await;
    let all = text(&published, "stdout");
    assert_eq!(all.len(), 200_000 + 5);
    assert!(all.ends_with("xxx\n\rpart"));
    let messages = published.len();
    assert!(messages < 2000, "{messages} messages for 20 000 lines");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_counts_and_what_does_not() {
    let mut kernel = Kernel::start().await;
    let (reply, _) = kernel.run("out a").await;
    assert_eq!(reply.content["execution_count"], 1);

    let (reply, published) = kernel.run(" \n").await;
    assert_eq!(reply.content["status"], "ok");
    assert_eq!(reply.content["execution_count"], 1);
    assert_eq!(kinds(&published), ["execute_input"]);

    let silent = json!({ "code": "out b\ndisplay b\nresult b", "silent": true });
    let (reply, published) = run_with(&mut kernel, silent).await;
    assert_eq!(reply.content["execution_count"], 1);
    assert!(published.is_empty(), "{published:?}");

    let unstored = json!({ "code": "out c", "store_history": false });
    let (reply, published) = run_with(&mut kernel, unstored).await;
    assert_eq!(reply.content["execution_count"], 1);
    assert_eq!(text(&published, "stdout"), "c");

    let (reply, _) = kernel.run("out d").await;
    assert_eq!(reply.content["execution_count"], 2);
    let request = json!({ "hist_access_type": "tail", "n": 9 });
    let id = kernel.ask("history_request", request).await;
    let history = kernel.reply(&id).await;
    assert_eq!(
        history.content["history"],
        json!([[1, 1, "out a"], [1, 2, "out d"]])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_published_and_answered() {
    let mut kernel = Kernel::start().await;
    let (reply, published) = kernel.run("out a\nfail BadLuck\nout b").await;
    assert_eq!(reply.content["status"], "error");
    assert_eq!(reply.content["execution_count"], 1);
    assert_eq!(kinds(&published), ["execute_input", "stream", "error"]);
    for content in [&reply.content, &published[2].content] {
        assert_eq!(content["ename"], "BadLuck");
        assert_eq!(content["evalue"], "it went wrong");
        assert_eq!(content["traceback"], json!(["line one", "line two"]));
    }
    let silent = json!({ "code": "fail BadLuck", "silent": true });
    let (reply, published) = run_with(&mut kernel, silent).await;
    assert_eq!(reply.content["ename"], "BadLuck");
    assert!(published.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evaluator_that_panics_does_not_end_the_kernel() {
    let mut kernel = Kernel::start().await;
    let (reply, _) = kernel.run("panic").await;
    assert_eq!(reply.content["ename"], "InternalError");
    assert!(reply.content["evalue"].as_str().unwrap().contains("oh no"));
    let id = kernel
        .ask(
            "complete_request",
            json!({ "code": "panic", "cursor_pos": 0 }),
        )
        .await;
    assert_eq!(kernel.reply(&id).await.content["status"], "error");
    let (reply, _) = kernel.run("out a").await;
    assert_eq!(reply.content["status"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn cells_queued_behind_a_failure_are_aborted_and_later_ones_run() {
    let mut kernel = Kernel::start().await;
    let mut ids = Vec::new();
    for code in ["wait", "out a", "out b"] {
        ids.push(kernel.submit(code).await);
    }
    // Whatever was asked before this has arrived once this is answered.
    let id = kernel.ask("kernel_info_request", json!({})).await;
    kernel.reply(&id).await;
    kernel.command("interrupt_request", json!({})).await;
    assert_eq!(kernel.reply(&ids[0]).await.content["status"], "error");
    let later = kernel.submit("out later").await;
    for id in &ids[1..] {
        let answer = kernel.reply(id).await;
        assert_eq!(answer.kind, "execute_reply");
        assert_eq!(answer.content["status"], "aborted");
        assert!(kernel.idle(id).await.is_empty());
    }
    assert_eq!(kernel.reply(&later).await.content["status"], "ok");
    assert_eq!(text(&kernel.idle(&later).await, "stdout"), "later");
    assert_eq!(kernel.fake.cells.lock().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn cells_sent_together_with_one_that_fails_at_once_are_aborted() {
    let mut kernel = Kernel::start().await;
    // A machine that is busy may hold a message back for longer than the kernel waits.
    for _ in 0..10 {
        let mut statuses = Vec::new();
        let mut ids = Vec::new();
        for code in ["fail BadLuck", "out a", "out b"] {
            ids.push(kernel.submit(code).await);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        for id in &ids {
            statuses.push(kernel.reply(id).await.content["status"].clone());
        }
        if statuses == ["error", "aborted", "aborted"] {
            return;
        }
    }
    panic!("they are run");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_may_happen_aborts_nothing() {
    let mut kernel = Kernel::start().await;
    let content = json!({ "code": "fail BadLuck", "stop_on_error": false });
    let first = kernel.ask("execute_request", content).await;
    let second = kernel.submit("out a").await;
    assert_eq!(kernel.reply(&first).await.content["status"], "error");
    assert_eq!(kernel.reply(&second).await.content["status"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evaluator_is_told_all_about_the_cell() {
    let mut kernel = Kernel::start().await;
    let (reply, _) = kernel.run("out a").await;
    assert_eq!(reply.content["status"], "ok");
    let cell = kernel.fake.cells.lock().unwrap().remove(0);
    assert_eq!((cell.code.as_str(), cell.number), ("out a", 1));
    assert!(cell.allow_stdin && cell.store_history && !cell.silent);
    assert_eq!(cell.id, None);
}
