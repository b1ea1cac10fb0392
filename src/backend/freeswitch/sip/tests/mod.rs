//! The user agent against another side that is played by hand.

mod inbound;
mod outbound;
mod peer;
mod real;

use std::time::Duration;

use super::{super::config::SipTransport, UserAgent};

const BOTH: [SipTransport; 2] = [SipTransport::Udp, SipTransport::Tcp];

/// A description as long as browsers write them.
fn long(name: &str) -> String {
    let line = "a=candidate:1 1 udp 2130706431 192.0.2.1 41109 typ host\r\n";
    format!("v=0\r\ns={name}\r\n{}", line.repeat(105))
}

/// Until no call is left.
async fn empty(agent: &UserAgent) {
    for _ in 0..500 {
        if agent.0.calls.len() == 0 && agent.0.wire.transactions() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (calls, transactions) = (agent.0.calls.len(), agent.0.wire.transactions());
    panic!("{calls} calls and {transactions} transactions are left");
}

/// Waits, where long tests are wanted, until nothing is kept even for what comes late: 64 × T1 of RFC 3261.
async fn forgotten(agent: &UserAgent) {
    if std::env::var_os("MEDIAPLANE_TEST_LONG").is_some() {
        tokio::time::sleep(Duration::from_secs(34)).await;
        assert_eq!(agent.0.wire.remembered(), 0);
    }
}
