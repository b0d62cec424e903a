//! Input: the kernel asks, the front end answers.

use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::client::{Kernel, receive, send, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_line_goes_to_the_cell_that_asked() {
    let mut kernel = Kernel::start().await;
    let id = kernel.submit("input name? \npassword secret? ").await;
    let question = receive(&mut kernel.stdin).await;
    assert_eq!(question.kind, "input_request");
    assert_eq!(question.parent, id);
    assert_eq!(
        question.content,
        json!({ "prompt": "name? ", "password": false })
    );
    // The Python client names no parent.
    send(&mut kernel.stdin, "input_reply", json!({ "value": "Zoë" })).await;
    let question = receive(&mut kernel.stdin).await;
    assert_eq!(
        question.content,
        json!({ "prompt": "secret? ", "password": true })
    );
    send(&mut kernel.stdin, "input_reply", json!({ "value": "" })).await;
    assert_eq!(kernel.reply(&id).await.content["status"], "ok");
    let published = kernel.idle(&id).await;
    assert_eq!(text(&published, "stdout"), "Some(\"Zoë\")Some(\"\")");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_asked_for_is_not_kept() {
    let mut kernel = Kernel::start().await;
    send(
        &mut kernel.stdin,
        "input_reply",
        json!({ "value": "early" }),
    )
    .await;
    // It comes on another channel than the cell, and has to be there before.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let id = kernel.submit("input ?").await;
    receive(&mut kernel.stdin).await;
    send(
        &mut kernel.stdin,
        "input_reply",
        json!({ "value": "asked" }),
    )
    .await;
    kernel.reply(&id).await;
    assert_eq!(text(&kernel.idle(&id).await, "stdout"), "Some(\"asked\")");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_front_end_that_cannot_ask_is_not_asked() {
    let mut kernel = Kernel::start().await;
    let content = json!({ "code": "input ?", "allow_stdin": false });
    let id = kernel.ask("execute_request", content).await;
    kernel.reply(&id).await;
    assert_eq!(text(&kernel.idle(&id).await, "stdout"), "None");
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_ends_the_wait() {
    let mut kernel = Kernel::start().await;
    let id = kernel.submit("input ?").await;
    receive(&mut kernel.stdin).await;
    kernel.command("interrupt_request", json!({})).await;
    kernel.reply(&id).await;
    assert_eq!(text(&kernel.idle(&id).await, "stdout"), "None");
    assert_eq!(kernel.fake.interrupts.load(Ordering::SeqCst), 1);

    // The next question is asked as ever.
    let id = kernel.submit("input ?").await;
    receive(&mut kernel.stdin).await;
    send(&mut kernel.stdin, "input_reply", json!({ "value": "x" })).await;
    kernel.reply(&id).await;
    assert_eq!(text(&kernel.idle(&id).await, "stdout"), "Some(\"x\")");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evaluator_can_end_the_wait_for_the_rest_of_the_cell() {
    let mut kernel = Kernel::start().await;
    let id = kernel.submit("hopeless\ninput ?").await;
    kernel.reply(&id).await;
    assert_eq!(text(&kernel.idle(&id).await, "stdout"), "None");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_front_end_without_a_stdin_channel_gets_no_line_and_no_hang() {
    let mut kernel = Kernel::start().await;
    let info = kernel.info.clone();
    let identity = jupyter_zmq_client::peer_identity_for_session("another").unwrap();
    let shell = jupyter_zmq_client::create_client_shell_connection_with_identity(
        &info, "another", identity,
    );
    let mut shell = shell.await.unwrap();
    let content = json!({ "code": "input ?", "allow_stdin": true });
    let id = send(&mut shell, "execute_request", content).await;
    assert_eq!(receive(&mut shell).await.parent, id);
    assert_eq!(text(&kernel.idle(&id).await, "stdout"), "None");
}
