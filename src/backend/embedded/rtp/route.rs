//! Where the datagrams of one m-section come from and go to (symmetric RTP, RFC 4961).
//!
//! The description's address is believed until RTP comes from another one, as it does behind a NAT. From then on
//! only that one is listened to and sent to: nobody else can take the call over. It is left
//! - for the described address, as soon as RTP comes from there;
//! - for any other, when nothing came for [`SILENCE`]: a client that moved to another network.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

/// How long a source must be silent before another is listened to.
pub(super) const SILENCE: Duration = Duration::from_secs(5);

/// The far addresses of RTP and RTCP.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Route {
    /// As the description says.
    rtp: Option<SocketAddr>,
    rtcp: Option<SocketAddr>,
    /// Where RTP comes from, and when it last did.
    latched: Option<(SocketAddr, Instant)>,
    /// Where RTCP comes from, if not from where it was described.
    latched_rtcp: Option<SocketAddr>,
    shared: bool,
}

impl Route {
    /// Learns the described addresses; `shared` says that RTCP uses the port of RTP.
    pub(super) fn describe(
        &mut self,
        rtp: Option<SocketAddr>,
        rtcp: Option<SocketAddr>,
        shared: bool,
    ) {
        (self.rtp, self.rtcp, self.shared) = (rtp, rtcp, shared);
    }

    /// Where RTP is sent to.
    pub(super) fn rtp(&self) -> Option<SocketAddr> {
        self.latched.map(|(address, _)| address).or(self.rtp)
    }

    /// Where RTCP is sent to.
    pub(super) fn rtcp(&self) -> Option<SocketAddr> {
        if self.shared {
            self.rtp()
        } else {
            self.latched_rtcp.or(self.rtcp)
        }
    }

    /// Whether a valid RTP packet from `source` belongs to the call.
    pub(super) fn admits(&mut self, now: Instant, source: SocketAddr) -> bool {
        let taken = self.latched.is_some_and(|(address, at)| {
            address != source && now.saturating_duration_since(at) < SILENCE
        });
        if taken && self.rtp != Some(source) {
            return false;
        }
        if self.rtp() != Some(source) {
            self.latched_rtcp = None;
        }
        self.latched = Some((source, now));
        true
    }

    /// Whether valid RTCP from `source` belongs to the call: from the host that RTP comes from or was described for.
    pub(super) fn admits_rtcp(&mut self, source: SocketAddr) -> bool {
        if self.shared {
            return self.rtp() == Some(source);
        }
        let described = self.rtcp == Some(source);
        let host = self
            .rtp()
            .is_some_and(|address| address.ip() == source.ip());
        if host && !described {
            self.latched_rtcp = Some(source);
        }
        host || described
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], port))
    }

    fn elsewhere(port: u16) -> SocketAddr {
        SocketAddr::from(([198, 51, 100, 7], port))
    }

    fn route(shared: bool) -> (Route, Instant) {
        let mut route = Route::default();
        route.describe(Some(at(4000)), Some(at(4001)), shared);
        (route, Instant::now())
    }

    #[test]
    fn the_first_source_is_kept() {
        let (mut route, start) = route(true);
        assert_eq!(route.rtp(), Some(at(4000)));
        assert!(route.admits(start, elsewhere(1)));
        assert_eq!(
            (route.rtp(), route.rtcp()),
            (Some(elsewhere(1)), Some(elsewhere(1)))
        );
        assert!(!route.admits(start + SILENCE / 2, elsewhere(2)));
        assert!(route.admits(start + SILENCE / 2, elsewhere(1)));
        assert!(!route.admits(start + SILENCE, elsewhere(2)));
        assert_eq!(route.rtp(), Some(elsewhere(1)));
    }

    #[test]
    fn a_silent_source_may_move() {
        let (mut route, start) = route(true);
        assert!(route.admits(start, elsewhere(1)));
        assert!(route.admits(start + SILENCE, elsewhere(2)));
        assert!(!route.admits(start + SILENCE, elsewhere(1)));
    }

    #[test]
    fn the_described_source_is_always_heard() {
        let (mut route, start) = route(true);
        assert!(route.admits(start, elsewhere(1)));
        assert!(route.admits(start, at(4000)));
        assert!(!route.admits(start, elsewhere(1)));
    }

    #[test]
    fn reports_come_from_the_same_host() {
        let (mut apart, start) = route(false);
        assert_eq!(apart.rtcp(), Some(at(4001)));
        assert!(apart.admits(start, elsewhere(1)));
        assert!(apart.admits_rtcp(elsewhere(2)));
        assert_eq!(apart.rtcp(), Some(elsewhere(2)));
        assert!(!apart.admits_rtcp(at(4000)));
        let (mut shared, start) = route(true);
        assert!(shared.admits_rtcp(at(4000)) && !shared.admits_rtcp(at(4001)));
        assert!(shared.admits(start, elsewhere(1)));
        assert!(!shared.admits_rtcp(at(4000)));
    }
}
