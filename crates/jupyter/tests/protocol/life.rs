//! Interrupt, shutdown, restart, and a parent that goes away.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{Kernel, LIMIT, free_ports, receive, write};
use crate::fake::Fake;

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_reaches_the_running_cell_and_is_answered() {
    let mut kernel = Kernel::start().await;
    let cell = kernel.submit("out a\nwait").await;
    kernel.until(&cell, "stream").await;
    let press = kernel.command("interrupt_request", json!({})).await;
    let reply = kernel.command_reply(&press).await;
    assert_eq!(reply.kind, "interrupt_reply");
    assert_eq!(reply.content, json!({ "status": "ok" }));
    assert!(kernel.idle(&press).await.is_empty());
    assert_eq!(kernel.reply(&cell).await.content["ename"], "Interrupted");
    let (reply, _) = kernel.run("out b").await;
    assert_eq!(reply.content["status"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_press_is_passed_on() {
    let mut kernel = Kernel::start().await;
    for _ in 0..3 {
        let press = kernel.command("interrupt_request", json!({})).await;
        kernel.command_reply(&press).await;
    }
    let start = Instant::now();
    while kernel.fake.interrupts.load(Ordering::SeqCst) < 3 {
        assert!(start.elapsed() < LIMIT);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_says_goodbye_and_ends_the_running_cell() {
    for restart in [true, false] {
        let mut kernel = Kernel::start().await;
        let cell = kernel.submit("out a\nwait").await;
        kernel.until(&cell, "stream").await;
        let id = kernel
            .command("shutdown_request", json!({ "restart": restart }))
            .await;
        let reply = kernel.command_reply(&id).await;
        assert_eq!(reply.kind, "shutdown_reply");
        assert_eq!(reply.content, json!({ "status": "ok", "restart": restart }));
        let published = kernel.idle(&id).await;
        assert_eq!(published[0].kind, "shutdown_reply");
        assert_eq!(published[0].content, reply.content);
        assert_eq!(kernel.reply(&cell).await.content["ename"], "Interrupted");
        let fake = Arc::clone(&kernel.fake);
        kernel.end().await;
        assert_eq!(fake.shutdowns.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_ends_a_wait_for_input() {
    let mut kernel = Kernel::start().await;
    let cell = kernel.submit("input ?").await;
    receive(&mut kernel.stdin).await;
    // On the shell channel, as old front ends do.
    let id = kernel
        .ask("shutdown_request", json!({ "restart": false }))
        .await;
    let first = receive(&mut kernel.shell).await;
    let second = receive(&mut kernel.shell).await;
    let mut parents = [first.parent, second.parent];
    let mut expected = [cell, id];
    parents.sort();
    expected.sort();
    assert_eq!(parents, expected);
    kernel.end().await;
}

/// Where the kernel whose parent goes finds its files, and says that it ended.
const CONNECTION: &str = "CHAINRULE_TEST_CONNECTION";
const FAREWELL: &str = "CHAINRULE_TEST_FAREWELL";

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_kernel_ends_with_its_parent() {
    let file = write(&free_ports().await);
    let folder = tempfile::tempdir().unwrap();
    let farewell = folder.path().join("farewell");
    let myself = std::env::current_exe().unwrap();
    let status = Command::new("sh")
        .arg("-c")
        .arg("\"$0\" --exact life::kernel_of_its_own --ignored & sleep 1")
        .arg(&myself)
        .env(CONNECTION, file.path())
        .env(FAREWELL, &farewell)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    let start = Instant::now();
    while !farewell.exists() {
        assert!(start.elapsed() < LIMIT, "the kernel outlives its parent");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(std::fs::read_to_string(farewell).unwrap(), "1 Ok(())");
}

#[test]
#[ignore = "the other half of a_kernel_ends_with_its_parent"]
fn kernel_of_its_own() {
    let (Some(file), Some(farewell)) = (std::env::var_os(CONNECTION), std::env::var_os(FAREWELL))
    else {
        return;
    };
    let fake = Arc::new(Fake::default());
    let evaluator = Arc::clone(&fake);
    let outcome = chainrule_jupyter::serve(file.as_ref(), evaluator);
    let shutdowns = fake.shutdowns.load(Ordering::SeqCst);
    let part = std::path::Path::new(&farewell).with_extension("part");
    std::fs::write(&part, format!("{shutdowns} {outcome:?}")).unwrap();
    std::fs::rename(part, farewell).unwrap();
}
