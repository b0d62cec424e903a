//! How many bytes are on their way to the front ends, so that a slow one does not fill the memory.
//!
//! A publishing socket queues without end as far as bytes are concerned. So each message carries a
//! [`Weight`] that lies on the [`Gauge`] from the moment it is made until its last frame has been
//! written to every connection, or thrown away.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use zeromq::{SocketSend, ZmqMessage, ZmqResult};

use crate::lock;

/// What lies in the scales.
#[derive(Clone, Default)]
pub(crate) struct Gauge(Arc<(Mutex<usize>, Condvar)>);

/// Some of it; taken off when dropped.
pub(crate) struct Weight {
    gauge: Gauge,
    bytes: usize,
}

impl Gauge {
    /// Puts a weight on.
    pub(crate) fn weigh(&self, bytes: usize) -> Weight {
        *lock(&self.0.0) += bytes;
        let gauge = self.clone();
        Weight { gauge, bytes }
    }

    /// Whether it holds at most `limit`.
    pub(crate) fn is_below(&self, limit: usize) -> bool {
        *lock(&self.0.0) <= limit
    }

    /// Waits until it holds at most `limit`. Gives up, and says `false`, when it has not become
    /// lighter for as long as `patience`: nobody reads.
    pub(crate) fn wait_below(&self, limit: usize, patience: Duration) -> bool {
        let (bytes, lighter) = &*self.0;
        let mut now = lock(bytes);
        while *now > limit {
            let (guard, timeout) = lighter
                .wait_timeout(now, patience)
                .unwrap_or_else(PoisonError::into_inner);
            now = guard;
            if timeout.timed_out() {
                return *now <= limit;
            }
        }
        true
    }
}

impl Weight {
    /// Takes over another weight of the same gauge.
    pub(crate) fn absorb(&mut self, mut other: Self) {
        self.bytes += std::mem::take(&mut other.bytes);
    }
}

impl Drop for Weight {
    fn drop(&mut self) {
        if self.bytes > 0 {
            let (bytes, lighter) = &*self.gauge.0;
            *lock(bytes) -= self.bytes;
            lighter.notify_all();
        }
    }
}

/// A socket that fastens a weight to the next message that it sends.
pub(crate) struct Weighed<S> {
    socket: S,
    /// The weight of the next message.
    pub(crate) next: Option<Weight>,
}

impl<S> Weighed<S> {
    pub(crate) fn new(socket: S) -> Self {
        Self { socket, next: None }
    }
}

/// A frame that keeps its weight on the gauge as long as it exists.
struct Heavy {
    frame: Bytes,
    _weight: Weight,
}

impl AsRef<[u8]> for Heavy {
    fn as_ref(&self) -> &[u8] {
        &self.frame
    }
}

#[async_trait]
impl<S: SocketSend + Send> SocketSend for Weighed<S> {
    async fn send(&mut self, mut message: ZmqMessage) -> ZmqResult<()> {
        if let Some(weight) = self.next.take() {
            let mut frames = message.clone().into_vec();
            if let Some(frame) = frames.pop() {
                let _weight = weight;
                frames.push(Bytes::from_owner(Heavy { frame, _weight }));
            }
            if let Ok(weighed) = ZmqMessage::try_from(frames) {
                message = weighed;
            }
        }
        self.socket.send(message).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(20);

    /// Keeps what it is given.
    #[derive(Default)]
    struct Kept(Vec<ZmqMessage>);

    #[async_trait]
    impl SocketSend for Kept {
        async fn send(&mut self, message: ZmqMessage) -> ZmqResult<()> {
            self.0.push(message);
            Ok(())
        }
    }

    #[test]
    fn a_wait_ends_when_it_gets_lighter_and_gives_up_when_it_does_not() {
        let gauge = Gauge::default();
        let heavy = gauge.weigh(100);
        assert!(gauge.wait_below(100, SOON));
        assert!(!gauge.wait_below(99, SOON));
        let waiting = gauge.clone();
        let thread = std::thread::spawn(move || waiting.wait_below(0, Duration::from_secs(60)));
        drop(heavy);
        assert!(thread.join().unwrap());
    }

    #[test]
    fn an_absorbed_weight_is_taken_off_once() {
        let gauge = Gauge::default();
        let mut one = gauge.weigh(1);
        one.absorb(gauge.weigh(2));
        assert!(!gauge.is_below(2));
        drop(one);
        assert!(gauge.is_below(0));
    }

    #[tokio::test]
    async fn a_message_weighs_until_its_last_copy_is_gone() {
        let gauge = Gauge::default();
        let mut socket = Weighed::new(Kept::default());
        socket.next = Some(gauge.weigh(7));
        let frames = vec![Bytes::from_static(b"one"), Bytes::from_static(b"two")];
        socket
            .send(ZmqMessage::try_from(frames).unwrap())
            .await
            .unwrap();
        let message = socket.socket.0.pop().unwrap();
        assert_eq!(message.get(1).unwrap().as_ref(), b"two");
        let copy = message.clone();
        drop(message);
        assert!(!gauge.is_below(6));
        drop(copy);
        assert!(gauge.is_below(0));
    }
}
