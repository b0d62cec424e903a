//! Every request that is not a cell.

use std::time::Duration;

use jupyter_zmq_client::create_client_heartbeat_connection;
use serde_json::{Value, json};
use tokio::time::timeout;
use zeromq::{SocketRecv as _, SocketSend as _, ZmqMessage};

use crate::client::{Kernel, LIMIT, Message, kinds};

async fn answer(kernel: &mut Kernel, kind: &str, content: Value) -> Message {
    let id = kernel.ask(kind, content).await;
    let reply = kernel.reply(&id).await;
    assert!(kernel.idle(&id).await.is_empty());
    reply
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kernel_says_who_it_is_on_both_channels() {
    let mut kernel = Kernel::start().await;
    let reply = answer(&mut kernel, "kernel_info_request", json!({})).await;
    assert_eq!(reply.kind, "kernel_info_reply");
    assert_eq!(reply.content["status"], "ok");
    assert_eq!(reply.content["implementation"], "fake");
    assert_eq!(reply.content["language_info"]["file_extension"], ".lines");
    assert_eq!(reply.content["help_links"][0]["text"], "Book");

    let id = kernel.command("kernel_info_request", json!({})).await;
    assert_eq!(kernel.command_reply(&id).await.content, reply.content);
    assert!(kernel.idle(&id).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn completion_counts_characters_in_both_directions() {
    let mut kernel = Kernel::start().await;
    let request = json!({ "code": "🦀🦀 é mé and more", "cursor_pos": 7 });
    let reply = answer(&mut kernel, "complete_request", request).await;
    assert_eq!(reply.kind, "complete_reply");
    assert_eq!(reply.content["status"], "ok");
    assert_eq!(reply.content["matches"], json!(["mé!"]));
    assert_eq!(reply.content["cursor_start"], 5);
    assert_eq!(reply.content["cursor_end"], 7);
    let typed = &reply.content["metadata"]["_jupyter_types_experimental"][0];
    assert_eq!(
        *typed,
        json!({ "start": 5, "end": 7, "text": "mé!", "type": "word" })
    );

    // Beyond the end is the end, and so is no position.
    for request in [
        json!({ "code": "a b", "cursor_pos": 99 }),
        json!({ "code": "a b" }),
    ] {
        let reply = answer(&mut kernel, "complete_request", request).await;
        assert_eq!(reply.content["cursor_end"], 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inspection_finds_what_there_is() {
    let mut kernel = Kernel::start().await;
    let request = json!({ "code": "é🦀x", "cursor_pos": 2, "detail_level": 1 });
    let reply = answer(&mut kernel, "inspect_request", request).await;
    assert_eq!(reply.kind, "inspect_reply");
    assert_eq!(reply.content["found"], true);
    assert_eq!(reply.content["data"]["text/plain"], "é🦀|x 1");
    let request = json!({ "code": "nothing", "cursor_pos": 2 });
    let reply = answer(&mut kernel, "inspect_request", request).await;
    assert_eq!(reply.content["found"], false);
    assert_eq!(reply.content["status"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_learns_whether_code_is_complete() {
    let mut kernel = Kernel::start().await;
    for (code, expected) in [
        ("x", json!({ "status": "complete" })),
        ("(", json!({ "status": "incomplete", "indent": "    " })),
        (")", json!({ "status": "invalid" })),
    ] {
        let reply = answer(&mut kernel, "is_complete_request", json!({ "code": code })).await;
        assert_eq!(reply.content, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn history_knows_the_session() {
    let mut kernel = Kernel::start().await;
    for code in ["result one", "out two", "result three"] {
        kernel.run(code).await;
    }
    let request = json!({ "hist_access_type": "tail", "n": 2, "raw": true, "output": true });
    let reply = answer(&mut kernel, "history_request", request).await;
    assert_eq!(reply.kind, "history_reply");
    let expected = json!([[1, 2, ["out two", ""]], [1, 3, ["result three", "three"]]]);
    assert_eq!(reply.content["history"], expected);

    // As the Python client asks: without an end.
    let request = json!({
        "hist_access_type": "range", "session": 0, "start": 2, "raw": true, "output": false,
    });
    let reply = answer(&mut kernel, "history_request", request).await;
    let expected = json!([[1, 2, "out two"], [1, 3, "result three"]]);
    assert_eq!(reply.content["history"], expected);

    let request = json!({ "hist_access_type": "search", "pattern": "*t?o", "n": 5 });
    let reply = answer(&mut kernel, "history_request", request).await;
    assert_eq!(reply.content["history"], json!([[1, 2, "out two"]]));

    let request = json!({ "hist_access_type": "magic" });
    let reply = answer(&mut kernel, "history_request", request).await;
    assert_eq!(reply.content["status"], "error");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers_a_comm() {
    let mut kernel = Kernel::start().await;
    let reply = answer(&mut kernel, "comm_info_request", json!({})).await;
    assert_eq!(reply.content, json!({ "status": "ok", "comms": {} }));
    let content = json!({ "comm_id": "c1", "target_name": "widget", "data": {} });
    let id = kernel.ask("comm_open", content).await;
    let published = kernel.idle(&id).await;
    assert_eq!(kinds(&published), ["comm_close"]);
    assert_eq!(published[0].content["comm_id"], "c1");
    let content = json!({ "comm_id": "c1", "data": {} });
    let id = kernel.ask("comm_msg", content).await;
    assert!(kernel.idle(&id).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_is_passed_over_and_the_debugger_is_refused() {
    let mut kernel = Kernel::start().await;
    let id = kernel
        .ask("from_the_future_request", json!({ "x": 1 }))
        .await;
    assert!(kernel.idle(&id).await.is_empty());
    let id = kernel
        .command("debug_request", json!({ "command": "attach" }))
        .await;
    let reply = kernel.command_reply(&id).await;
    assert_eq!(reply.kind, "debug_reply");
    assert_eq!(reply.content["status"], "error");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_heart_beats_while_a_cell_runs() {
    let mut kernel = Kernel::start().await;
    let mut heart = create_client_heartbeat_connection(&kernel.info)
        .await
        .unwrap();
    let id = kernel.submit("wait").await;
    kernel.until(&id, "execute_input").await;
    for beat in ["one", "two"] {
        heart.socket.send(ZmqMessage::from(beat)).await.unwrap();
        let echo = timeout(LIMIT, heart.socket.recv()).await.unwrap().unwrap();
        assert_eq!(echo.get(0).unwrap().as_ref(), beat.as_bytes());
    }
    kernel.command("interrupt_request", json!({})).await;
    kernel.reply(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_answered_while_a_cell_runs_and_a_completion_takes_long() {
    let mut kernel = Kernel::start().await;
    let cell = kernel.submit("wait").await;
    kernel.until(&cell, "execute_input").await;
    let slow = kernel
        .ask(
            "complete_request",
            json!({ "code": "slow", "cursor_pos": 4 }),
        )
        .await;
    assert_eq!(
        kernel.published(&slow).await.content["execution_state"],
        "busy"
    );
    for (kind, content) in [
        ("kernel_info_request", json!({})),
        ("complete_request", json!({ "code": "a", "cursor_pos": 1 })),
        ("inspect_request", json!({ "code": "a", "cursor_pos": 1 })),
        ("is_complete_request", json!({ "code": "a" })),
        (
            "history_request",
            json!({ "hist_access_type": "tail", "n": 1 }),
        ),
        ("comm_info_request", json!({})),
    ] {
        let reply = answer(&mut kernel, kind, content).await;
        assert_eq!(reply.kind, kind.replace("_request", "_reply"));
    }
    kernel.fake.release();
    assert_eq!(
        kernel.reply(&slow).await.content["matches"],
        json!(["slow!"])
    );
    assert!(kernel.rest(&slow).await.is_empty());
    let still = timeout(Duration::from_millis(50), kernel.reply(&cell)).await;
    assert!(still.is_err(), "the cell has ended");
    kernel.command("interrupt_request", json!({})).await;
    assert_eq!(kernel.reply(&cell).await.content["ename"], "Interrupted");
}
