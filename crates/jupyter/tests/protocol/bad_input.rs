//! What must not harm the kernel: garbage, strangers, floods, and front ends that do not read.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use chainrule_error::ErrorKind;
use chainrule_jupyter::{Settings, serve};
use jupyter_protocol::{JupyterMessage, UnknownMessage};
use jupyter_zmq_client::{Connection, create_client_iopub_connection};
use serde_json::json;
use zeromq::{DealerSocket, Socket as _, SocketSend as _, ZmqMessage};

use crate::client::{Kernel, free_ports, kinds, send, text, write};
use crate::fake::Fake;

#[tokio::test(flavor = "multi_thread")]
async fn garbage_and_wrong_signatures_are_dropped_and_the_kernel_lives() {
    let mut kernel = Kernel::start().await;
    let frames: [&[&[u8]]; 8] = [
        &[b"garbage"],
        &[b""],
        &[b"<IDS|MSG>"],
        &[b"<IDS|MSG>", b"00"],
        &[b"<IDS|MSG>", b"not hexadecimal", b"{}", b"{}", b"{}", b"{}"],
        &[b"<IDS|MSG>", b"", b"{}", b"{}", b"{}", b"{}"],
        &[b"<IDS|MSG>", b"00", b"{}", b"{}", b"{}", b"{}"],
        &[
            b"a",
            b"b",
            b"<IDS|MSG>",
            b"00",
            b"\xff",
            b"\xff",
            b"\xff",
            b"\xff",
        ],
    ];
    for frames in frames {
        for socket in [&mut kernel.shell.socket, &mut kernel.control.socket] {
            let parts = frames
                .iter()
                .map(|part| bytes::Bytes::copy_from_slice(part))
                .collect::<Vec<_>>();
            socket
                .send(ZmqMessage::try_from(parts).unwrap())
                .await
                .unwrap();
        }
    }
    // Someone who does not know the key.
    let mut socket = DealerSocket::new();
    socket.connect(&kernel.info.shell_url()).await.unwrap();
    let mut stranger = Connection::new(socket, "another key", "stranger");
    send(
        &mut stranger,
        "execute_request",
        json!({ "code": "out evil" }),
    )
    .await;
    send(&mut stranger, "shutdown_request", json!({})).await;
    // Not even ZeroMQ.
    let mut raw = std::net::TcpStream::connect(("127.0.0.1", kernel.info.shell_port)).unwrap();
    raw.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();

    let (reply, published) = kernel.run("out good").await;
    assert_eq!(reply.content["status"], "ok");
    assert_eq!(text(&published, "stdout"), "good");
    let cells = kernel.fake.cells.lock().unwrap();
    let codes: Vec<_> = cells.iter().map(|cell| cell.code.as_str()).collect();
    assert_eq!(codes, ["out good"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_nonsense_is_answered_or_dropped() {
    let mut kernel = Kernel::start().await;
    let contents = [json!({}), json!({ "code": 3 }), json!({ "code": null })];
    for kind in ["execute_request", "complete_request", "inspect_request"] {
        for content in &contents {
            let id = kernel.ask(kind, content.clone()).await;
            let reply = kernel.reply(&id).await;
            assert_eq!(reply.content["status"], "error", "{kind} {content}");
            assert!(kernel.idle(&id).await.is_empty());
        }
    }
    let odd = json!({ "code": "out a", "silent": "no", "store_history": 1, "allow_stdin": [] });
    let id = kernel.ask("execute_request", odd).await;
    assert_eq!(kernel.reply(&id).await.content["status"], "ok");
    let odd = json!({ "code": "é", "cursor_pos": -5 });
    let id = kernel.ask("complete_request", odd).await;
    assert_eq!(kernel.reply(&id).await.content["cursor_end"], 0);
    let odd = json!({ "hist_access_type": "tail", "n": -1 });
    let id = kernel.ask("history_request", odd).await;
    assert_eq!(kernel.reply(&id).await.content["history"], json!([]));

    // A header that lacks everything but the type.
    let content = UnknownMessage::default();
    let mut message: JupyterMessage = content.into();
    message.header.msg_type = String::new();
    kernel.shell.send(message).await.unwrap();
    assert_eq!(kernel.run("out b").await.0.content["status"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_of_a_megabyte_is_run() {
    let mut kernel = Kernel::start().await;
    let code = format!("out 🦀\n{}", "// é\n".repeat(200_000));
    let (reply, published) = kernel.run(&code).await;
    assert_eq!(reply.content["status"], "ok");
    assert_eq!(published[0].content["code"], code.as_str());
    assert_eq!(text(&published, "stdout"), "🦀");
    let content = json!({ "code": code, "cursor_pos": code.chars().count() });
    let id = kernel.ask("complete_request", content).await;
    let reply = kernel.reply(&id).await;
    assert_eq!(reply.content["cursor_end"], code.chars().count());
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_text_is_cut_and_the_cut_is_told() {
    let mut kernel = Kernel::start().await;
    let code = "flood 999 30000\nerr more\ndisplay still";
    let (reply, published) = kernel.run(code).await;
    assert_eq!(reply.content["status"], "ok");
    assert_eq!(text(&published, "stdout").len(), 10_000_000);
    let told = text(&published, "stderr");
    assert_eq!(
        told,
        "\n[the output is cut after 10.0 MB; the cell goes on, and the rest is counted]\n\
         \n[20.0 MB more were printed, and are not shown]\n"
    );
    assert!(kinds(&published).contains(&"display_data"));
    // The next cell begins anew.
    assert_eq!(text(&kernel.run("out a").await.1, "stdout"), "a");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_falls_between_characters() {
    let settings = Settings {
        text_limit: 6,
        ..Settings::default()
    };
    let mut kernel = Kernel::start_with(settings).await;
    let (_, published) = kernel.run("out éé🦀x").await;
    assert_eq!(text(&published, "stdout"), "éé");
    assert!(text(&published, "stderr").contains("[5 bytes more"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_front_end_that_does_not_read_stops_neither_the_cell_nor_the_others() {
    let settings = Settings {
        unread_limit: 3_000_000,
        patience: Duration::from_millis(300),
        ..Settings::default()
    };
    let mut kernel = Kernel::start_with(settings).await;
    let deaf = create_client_iopub_connection(&kernel.info, "", "deaf")
        .await
        .unwrap();
    kernel.run("out a").await;
    let id = kernel.submit("pictures 1000000 100").await;
    let published = kernel.idle(&id).await;
    assert_eq!(kernel.reply(&id).await.content["status"], "ok");
    let displays = kinds(&published)
        .iter()
        .filter(|kind| **kind == "display_data")
        .count();
    assert!((1..100).contains(&displays), "{displays} displays");
    let lost = 100 - displays;
    let told = format!("\n[{lost} outputs are not shown, since the front end did not read them]\n");
    assert_eq!(text(&published, "stderr"), told);
    // Once it has gone, all is well again.
    drop(deaf);
    let (_, published) = kernel.run("out b").await;
    assert_eq!(text(&published, "stdout"), "b");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fast_reader_gets_more_than_the_limit_of_unread_bytes() {
    let settings = Settings {
        unread_limit: 3_000_000,
        ..Settings::default()
    };
    let mut kernel = Kernel::start_with(settings).await;
    let (_, published) = kernel.run("pictures 1000000 20").await;
    let displays = kinds(&published)
        .iter()
        .filter(|kind| **kind == "display_data")
        .count();
    assert_eq!(displays, 20);
    assert_eq!(text(&published, "stderr"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_one_clear_error() {
    let info = free_ports().await;
    let taken = std::net::TcpListener::bind(("127.0.0.1", info.stdin_port)).unwrap();
    let file = write(&info);
    let path = file.path().to_owned();
    let serving = tokio::task::spawn_blocking(move || serve(&path, Arc::new(Fake::default())));
    let error = serving.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    let place = error.headline();
    assert!(
        place.contains("stdin") && place.contains(&info.stdin_port.to_string()),
        "{place}"
    );
    drop(taken);
}
