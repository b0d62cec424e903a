//! Whether a port is listened on, without knocking.
//!
//! A socket that is refused tries again after ever longer pauses, so whoever comes a moment too
//! early comes much too late. Knocking more often would look to the kernel like broken clients.

use std::fs;
use std::time::Duration;

/// How often is looked.
const EVERY: Duration = Duration::from_millis(5);
/// The number of the state *listening* in the system's table.
const LISTEN: &str = "0A";

/// Waits until every port of this machine is listened on. Returns at once where the system does
/// not tell.
pub(super) async fn wait(ports: &[u16]) {
    while let Ok(table) = fs::read_to_string("/proc/net/tcp") {
        if ports.iter().all(|&port| is_listening(&table, port)) {
            return;
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Looks a port up in the system's table of TCP sockets.
fn is_listening(table: &str, port: u16) -> bool {
    table.lines().skip(1).any(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let local = fields.next().and_then(|local| local.rsplit_once(':'));
        let is_port = local.is_some_and(|(_, hex)| u16::from_str_radix(hex, 16) == Ok(port));
        is_port && fields.nth(1) == Some(LISTEN)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    #[test]
    fn the_table_is_read() {
        let table = "  sl  local_address rem_address   st tx_queue\n   \
             0: 0100007F:1F90 00000000:0000 0A 00000000:00000000\n   \
             1: 0100007F:1F91 0100007F:1F90 01 00000000:00000000\n";
        assert!(is_listening(table, 0x1f90));
        assert!(!is_listening(table, 0x1f91), "connected, not listening");
        assert!(!is_listening(table, 0x1f92));
        assert!(!is_listening("", 80));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_port_is_waited_for_and_not_touched() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        wait(&[port]).await;
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "somebody knocked");
        let _client = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        drop(listener);
        let limit = Duration::from_millis(50);
        assert!(tokio::time::timeout(limit, wait(&[port])).await.is_err());
    }
}
