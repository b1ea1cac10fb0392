//! What the core's events say of a leg, and what their absence says: Janus never tells that a
//! client did not connect or vanished without a word.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{conn::Signal, wire::HandleEvent};
use crate::{error::Reason, media::LegEvent};

/// How long a client may take; none = for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// From offer and answer until ICE and DTLS are through.
    pub(super) connect: Option<Duration>,
    /// With all its media silent.
    pub(super) silence: Option<Duration>,
}

/// The health of one peer connection.
#[derive(Debug)]
pub(super) struct Watch {
    limits: Limits,
    negotiated: bool,
    connect_by: Option<Instant>,
    /// Whether each m-section's media arrives.
    receiving: BTreeMap<Option<String>, bool>,
    silent_at: Option<Instant>,
    /// Until when the client may turn out to have hung up, and what it was if it did not.
    ending: Option<(Instant, Reason, String)>,
}

/// How long after the plugin's word of a hangup the core's follows, which has the cause: 0.6 s were
/// seen.
const CAUSE_AFTER: Duration = Duration::from_secs(2);

/// The core's cause where a plugin closed the connection.
const CLOSED_BY_PLUGIN: &str = "Close PC";

impl Watch {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            negotiated: false,
            connect_by: None,
            receiving: BTreeMap::new(),
            silent_at: None,
            ending: None,
        }
    }

    /// Offer and answer are through: the client must connect now.
    pub(super) fn negotiated(&mut self, now: Instant) {
        self.negotiated = true;
        self.connect_by = self.limits.connect.map(|limit| now + limit);
    }

    /// The plugin says that it is over; the core will say whether the client hung up.
    pub(super) fn ends(&mut self, reason: Reason, words: String, now: Instant) {
        self.ending
            .get_or_insert((now + CAUSE_AFTER, reason, words));
    }

    /// Takes a signal and says what the session must know of it.
    pub(super) fn signal(&mut self, signal: &Signal, now: Instant) -> Option<LegEvent> {
        match signal {
            Signal::Negotiated => {
                self.negotiated(now);
                None
            }
            Signal::Resumed => {
                self.negotiated = true;
                None
            }
            Signal::Event { event, .. } => self.event(event, now),
            Signal::Reclaimed => Some(LegEvent::status(
                "backend_connection",
                json!({"state": "reclaimed"}),
            )),
            Signal::Lost(message) => Some(LegEvent::closed(Reason::BackendLost, message.clone())),
        }
    }

    /// Whether there must be a peer connection.
    pub(super) fn is_negotiated(&self) -> bool {
        self.negotiated
    }

    /// The server says that media can flow, after events were lost.
    pub(super) fn connected(&mut self) {
        self.negotiated = true;
        self.connect_by = None;
    }

    /// When time matters next.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        let ends_at = self.ending.as_ref().map(|(at, ..)| *at);
        [self.connect_by, self.silent_at, ends_at]
            .into_iter()
            .flatten()
            .min()
    }

    /// Time passed: whether the client must be given up.
    pub(super) fn tick(&mut self, now: Instant) -> Option<LegEvent> {
        if let Some((_, reason, words)) = self.ending.take_if(|(at, ..)| *at <= now) {
            return Some(LegEvent::closed(reason, words));
        }
        let is_over = |at: &mut Option<Instant>| at.take_if(|at| *at <= now).is_some();
        let words = if is_over(&mut self.connect_by) {
            "ICE and DTLS did not connect in time: no media ever came from the client"
        } else if is_over(&mut self.silent_at) {
            "all media of the client fell silent: it seems to be gone"
        } else {
            return None;
        };
        Some(LegEvent::closed(Reason::BackendHangup, words))
    }

    fn event(&mut self, event: &HandleEvent, now: Instant) -> Option<LegEvent> {
        match event {
            HandleEvent::WebrtcUp => {
                self.connect_by = None;
                Some(LegEvent::status("webrtc", json!({"state": "up"})))
            }
            HandleEvent::Media {
                mid,
                kind,
                receiving,
            } => {
                self.receiving.insert(mid.clone(), *receiving);
                let silent = self.receiving.values().all(|receiving| !receiving);
                self.silent_at = self
                    .limits
                    .silence
                    .filter(|_| silent)
                    .map(|limit| self.silent_at.unwrap_or(now + limit));
                kind.map(|kind| LegEvent::MediaFlow {
                    kind,
                    mid: mid.clone(),
                    receiving: *receiving,
                })
            }
            HandleEvent::SlowLink { mid, uplink, lost } => Some(LegEvent::status(
                "slow_link",
                json!({"mid": mid, "uplink": uplink, "lost": lost}),
            )),
            HandleEvent::Hangup { reason } => Some(match self.ending.take() {
                Some((_, why, words)) if reason == CLOSED_BY_PLUGIN => LegEvent::closed(why, words),
                _ => LegEvent::closed(Reason::BackendHangup, reason.clone()),
            }),
            HandleEvent::Detached => Some(LegEvent::closed(Reason::BackendHangup, "Detached")),
            HandleEvent::Plugin(_) | HandleEvent::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::MediaKind;

    const LIMIT: Duration = Duration::from_secs(15);

    fn watch() -> Watch {
        Watch::new(Limits {
            connect: Some(LIMIT),
            silence: Some(LIMIT),
        })
    }

    fn event(event: HandleEvent) -> Signal {
        Signal::Event { handle: 1, event }
    }

    fn media(mid: &str, receiving: bool) -> Signal {
        event(HandleEvent::Media {
            mid: Some(mid.into()),
            kind: Some(MediaKind::Audio),
            receiving,
        })
    }

    fn is_hangup(event: Option<&LegEvent>) -> bool {
        matches!(
            event,
            Some(LegEvent::Closed {
                reason: Reason::BackendHangup,
                ..
            })
        )
    }

    #[test]
    fn a_client_that_never_connects_is_given_up() {
        let (mut watch, start) = (watch(), Instant::now());
        assert_eq!(
            watch.wake_at(),
            None,
            "before offer and answer nothing is due"
        );
        watch.signal(&Signal::Negotiated, start);
        assert_eq!(watch.wake_at(), Some(start + LIMIT));
        assert_eq!(watch.tick(start + LIMIT / 2), None);
        assert!(is_hangup(watch.tick(start + LIMIT).as_ref()));
    }

    #[test]
    fn a_client_that_connects_is_not() {
        let (mut watch, start) = (watch(), Instant::now());
        watch.signal(&Signal::Negotiated, start);
        let told = watch.signal(&event(HandleEvent::WebrtcUp), start + LIMIT / 2);
        assert_eq!(
            told,
            Some(LegEvent::status("webrtc", json!({"state": "up"})))
        );
        assert_eq!(
            (watch.wake_at(), watch.tick(start + 2 * LIMIT)),
            (None, None)
        );
    }

    #[test]
    fn only_the_silence_of_all_media_counts() {
        let (mut watch, start) = (watch(), Instant::now());
        watch.signal(&media("0", true), start);
        watch.signal(&media("1", true), start);
        watch.signal(&media("0", false), start);
        assert_eq!(watch.wake_at(), None);
        watch.signal(&media("1", false), start + LIMIT);
        assert!(!is_hangup(watch.tick(start + LIMIT).as_ref()));
        assert!(is_hangup(watch.tick(start + 2 * LIMIT).as_ref()));
        watch.signal(&media("0", true), start + LIMIT);
        assert_eq!(watch.tick(start + 2 * LIMIT), None, "it came back");
    }

    #[test]
    fn without_limits_nothing_is_given_up() {
        let start = Instant::now();
        let mut watch = Watch::new(Limits {
            connect: None,
            silence: None,
        });
        watch.signal(&Signal::Negotiated, start);
        watch.signal(&media("0", false), start);
        assert_eq!(watch.wake_at(), None);
    }

    #[test]
    fn who_hung_up_is_told_by_the_core() {
        let hangup = |reason: &str| {
            let reason = reason.to_owned();
            event(HandleEvent::Hangup { reason })
        };
        let now = Instant::now();
        for (cause, expected) in [
            ("Close PC", Reason::BridgeStop),
            ("DTLS alert", Reason::BackendHangup),
        ] {
            let mut watch = watch();
            watch.ends(Reason::BridgeStop, "Remote WebRTC hangup".into(), now);
            let told = watch.signal(&hangup(cause), now);
            assert!(
                matches!(told, Some(LegEvent::Closed { reason, .. }) if reason == expected),
                "{told:?}"
            );
        }
        let mut watch = watch();
        watch.ends(Reason::BridgeStop, "bye".into(), now);
        assert_eq!(watch.tick(now), None);
        let told = watch.tick(now + CAUSE_AFTER);
        assert_eq!(told, Some(LegEvent::closed(Reason::BridgeStop, "bye")));
    }

    #[test]
    fn endings_carry_their_words() {
        let mut watch = watch();
        let reason = "DTLS alert".to_owned();
        let told = watch.signal(&event(HandleEvent::Hangup { reason }), Instant::now());
        assert_eq!(
            told,
            Some(LegEvent::closed(Reason::BackendHangup, "DTLS alert"))
        );
        let told = watch.signal(&Signal::Lost("it timed out".into()), Instant::now());
        assert_eq!(
            told,
            Some(LegEvent::closed(Reason::BackendLost, "it timed out"))
        );
    }
}
