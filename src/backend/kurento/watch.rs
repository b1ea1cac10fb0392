//! What the events of an endpoint say of its client, and what their absence says.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::json;

use super::wire::Happening;
use crate::{
    error::Reason,
    media::{LegEvent, MediaKind, Sdp},
};

/// How long a client may take; none = for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// From offer and answer until ICE and DTLS are through.
    pub(super) connect: Option<Duration>,
    /// With all its media silent.
    pub(super) silence: Option<Duration>,
}

/// The health of one client.
#[derive(Debug)]
pub(super) struct Watch {
    limits: Limits,
    /// ICE and DTLS must connect, as those of an RTP client need not.
    is_webrtc: bool,
    /// The `a=mid` of the first m-section of each kind.
    mids: BTreeMap<MediaKind, String>,
    connect_by: Option<Instant>,
    up: bool,
    gathered: bool,
    ice: String,
    /// RTCP of the client arrives: one that sends nothing else is on hold, and not gone.
    heard: bool,
    /// Whether the media of each kind arrives.
    receiving: BTreeMap<MediaKind, bool>,
    silent_at: Option<Instant>,
    /// Nothing is heard from the server: it is not known what the client does.
    blind: bool,
}

impl Watch {
    /// Of the client whose media `offer` is about.
    pub(super) fn new(limits: Limits, is_webrtc: bool, offer: Option<&Sdp>) -> Self {
        let mut mids = BTreeMap::new();
        for section in offer.iter().flat_map(|offer| offer.sections()) {
            if let (Some(kind), Some(mid)) = (section.kind(), section.mid()) {
                mids.entry(kind).or_insert_with(|| mid.to_owned());
            }
        }
        Self {
            limits,
            is_webrtc,
            mids,
            connect_by: None,
            up: false,
            gathered: false,
            ice: String::new(),
            heard: false,
            receiving: BTreeMap::new(),
            silent_at: None,
            blind: false,
        }
    }

    /// Offer and answer are through: the client must connect now.
    pub(super) fn negotiated(&mut self, now: Instant) {
        if !self.is_webrtc {
            // Neither ICE nor DTLS: media can flow.
            self.up = true;
        } else if !self.up {
            self.connect_by = self.limits.connect.map(|limit| now + limit);
        }
    }

    /// Whether media can flow.
    pub(super) fn is_up(&self) -> bool {
        self.up
    }

    /// When time matters next.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        let deadlines = [self.connect_by, self.silent_at].into_iter().flatten();
        deadlines.min().filter(|_| !self.blind)
    }

    /// The connection to the server has ended: the client cannot be blamed for what is not heard.
    pub(super) fn blind(&mut self) {
        self.blind = true;
    }

    /// The connection stands again, and what was missed was caught up with: the client has all its time again.
    pub(super) fn sees(&mut self, now: Instant) {
        self.blind = false;
        let anew = |limit: Option<Duration>| limit.map(|limit| now + limit);
        self.connect_by = self.connect_by.and(anew(self.limits.connect));
        self.silent_at = self.silent_at.and(anew(self.limits.silence));
    }

    /// Time passed: whether the client must be given up.
    pub(super) fn tick(&mut self, now: Instant) -> Option<LegEvent> {
        if self.blind {
            return None;
        }
        let is_over = |at: &mut Option<Instant>| at.take_if(|at| *at <= now).is_some();
        let words = if is_over(&mut self.connect_by) {
            "ICE and DTLS did not connect in time: no media ever came from the client"
        } else if is_over(&mut self.silent_at) && !self.heard {
            "all media of the client fell silent: it seems to be gone"
        } else {
            return None;
        };
        Some(LegEvent::closed(Reason::BackendHangup, words))
    }

    /// Takes what happened to the endpoint and says what the session must know of it.
    pub(super) fn event(&mut self, what: &Happening, now: Instant) -> Option<LegEvent> {
        match what {
            Happening::Candidate(candidate) if !self.gathered => {
                Some(LegEvent::Candidate(candidate.clone()))
            }
            Happening::GatheringDone if !self.gathered => {
                self.gathered = true;
                Some(LegEvent::CandidateEnd)
            }
            Happening::Ice(state) => self.ice(state),
            Happening::Dtls(state) => self.dtls(state),
            Happening::FlowOut { kind, flows } => Some(self.flows(*kind, *flows, now)),
            Happening::MediaState { connected } => {
                self.heard = *connected;
                (!connected).then(unheard)
            }
            Happening::DataChannel { id, open } => Some(LegEvent::status(
                "data_channel",
                json!({"id": id, "state": if *open { "open" } else { "closed" }}),
            )),
            Happening::Failed(words) => Some(LegEvent::status("error", json!({"message": words}))),
            _ => None,
        }
    }

    /// Whether RTCP of the client arrives, after events were lost.
    pub(super) fn catch_up_media_state(&mut self, connected: bool) -> Option<LegEvent> {
        let gone = self.heard && !connected;
        self.heard = connected;
        gone.then(unheard)
    }

    /// What the server says of the media that arrives, after events were lost.
    pub(super) fn catch_up(
        &mut self,
        kind: MediaKind,
        flows: bool,
        now: Instant,
    ) -> Option<LegEvent> {
        let before = self.receiving.get(&kind).copied().unwrap_or_default();
        (before != flows).then(|| self.flows(kind, flows, now))
    }

    fn ice(&mut self, state: &str) -> Option<LegEvent> {
        // All that comes of a connection is of the same state for the session.
        let state = match state {
            "CONNECTED" | "READY" => "connected",
            "FAILED" => "failed",
            _ => return None,
        };
        if self.ice == state {
            return None;
        }
        state.clone_into(&mut self.ice);
        match state {
            "failed" if !self.up => Some(LegEvent::closed(
                Reason::BackendHangup,
                "ICE failed: none of the client's candidates can be reached",
            )),
            _ => Some(LegEvent::status("ice", json!({"state": state}))),
        }
    }

    /// It comes twice: for what is sent and for what is received.
    fn dtls(&mut self, state: &str) -> Option<LegEvent> {
        match state {
            "CONNECTED" => self.connected(),
            "CLOSED" => Some(LegEvent::closed(
                Reason::BackendHangup,
                "the client closed its connection (DTLS)",
            )),
            "FAILED" => Some(LegEvent::closed(
                Reason::SessionFailed,
                "DTLS failed: the client's certificate is not that of its description, or it shares no cipher",
            )),
            _ => None,
        }
    }

    fn connected(&mut self) -> Option<LegEvent> {
        self.connect_by = None;
        (!std::mem::replace(&mut self.up, true))
            .then(|| LegEvent::status("webrtc", json!({"state": "up"})))
    }

    fn flows(&mut self, kind: MediaKind, receiving: bool, now: Instant) -> LegEvent {
        self.receiving.insert(kind, receiving);
        let silent = self.receiving.values().all(|receiving| !receiving);
        self.silent_at = self
            .limits
            .silence
            .filter(|_| silent)
            .map(|limit| self.silent_at.unwrap_or(now + limit));
        LegEvent::MediaFlow {
            kind,
            mid: self.mids.get(&kind).cloned(),
            receiving,
        }
    }
}

fn unheard() -> LegEvent {
    LegEvent::closed(
        Reason::BackendHangup,
        "nothing was heard of the client any more: it seems to be gone",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(15);

    fn watch() -> Watch {
        let limits = Limits {
            connect: Some(LIMIT),
            silence: Some(LIMIT),
        };
        Watch::new(limits, true, None)
    }

    fn flow(kind: MediaKind, flows: bool) -> Happening {
        Happening::FlowOut { kind, flows }
    }

    fn ends(event: Option<&LegEvent>) -> Option<Reason> {
        match event {
            Some(LegEvent::Closed { reason, .. }) => Some(*reason),
            _ => None,
        }
    }

    #[test]
    fn a_client_that_never_connects_is_given_up() {
        let (mut watch, start) = (watch(), Instant::now());
        assert_eq!(watch.wake_at(), None, "before offer and answer");
        watch.negotiated(start);
        assert_eq!(watch.wake_at(), Some(start + LIMIT));
        assert_eq!(watch.tick(start + LIMIT / 2), None);
        let told = watch.tick(start + LIMIT);
        assert_eq!(ends(told.as_ref()), Some(Reason::BackendHangup));
        let failed = Happening::Ice("FAILED".into());
        let told = watch.event(&failed, start);
        assert_eq!(ends(told.as_ref()), Some(Reason::BackendHangup));
    }

    #[test]
    fn each_state_is_told_once() {
        let (mut watch, now) = (watch(), Instant::now());
        watch.negotiated(now);
        let told: Vec<_> = ["CONNECTING", "CONNECTED", "READY"]
            .iter()
            .filter_map(|state| watch.event(&Happening::Ice((*state).into()), now))
            .collect();
        assert_eq!(
            told,
            [LegEvent::status("ice", json!({"state": "connected"}))]
        );
        let dtls = Happening::Dtls("CONNECTED".into());
        assert!(watch.event(&dtls, now).is_some());
        assert_eq!(watch.event(&dtls, now), None);
        assert!(watch.is_up() && watch.wake_at().is_none());
        let done = Happening::GatheringDone;
        assert_eq!(watch.event(&done, now), Some(LegEvent::CandidateEnd));
        assert_eq!(watch.event(&done, now), None);
    }

    #[test]
    fn only_the_silence_of_all_media_counts() {
        let (mut watch, start) = (watch(), Instant::now());
        for (kind, flows) in [
            (MediaKind::Audio, true),
            (MediaKind::Video, true),
            (MediaKind::Audio, false),
        ] {
            watch.event(&flow(kind, flows), start);
        }
        assert_eq!(watch.wake_at(), None);
        assert_eq!(watch.catch_up(MediaKind::Video, true, start), None);
        assert!(watch.catch_up(MediaKind::Video, false, start).is_some());
        assert_eq!(watch.tick(start), None);
        assert!(ends(watch.tick(start + LIMIT).as_ref()).is_some());
        watch.event(&flow(MediaKind::Audio, true), start + LIMIT);
        assert_eq!(watch.tick(start + LIMIT), None, "it came back");
    }

    #[test]
    fn a_client_has_all_its_time_again_after_an_outage() {
        let (mut watch, start) = (watch(), Instant::now());
        watch.negotiated(start);
        watch.event(&flow(MediaKind::Audio, false), start);
        watch.blind();
        assert_eq!(watch.wake_at(), None);
        assert_eq!(watch.tick(start + 2 * LIMIT), None);
        let dtls = Happening::Dtls("CONNECTED".into());
        assert!(watch.event(&dtls, start + 2 * LIMIT).is_some());
        watch.sees(start + 2 * LIMIT);
        assert_eq!(watch.tick(start + 2 * LIMIT), None);
        assert_eq!(watch.wake_at(), Some(start + 3 * LIMIT));
        let told = watch.tick(start + 3 * LIMIT);
        assert!(ends(told.as_ref()).is_some(), "it is silent all the same");
    }

    #[test]
    fn a_client_that_leaves_is_noticed() {
        let now = Instant::now();
        let (on, off) = (
            Happening::MediaState { connected: true },
            Happening::MediaState { connected: false },
        );
        let mut silent = watch();
        let told = silent.catch_up_media_state(false);
        assert_eq!(told, None, "it was never heard of");
        silent.event(&on, now);
        assert!(ends(silent.catch_up_media_state(false).as_ref()).is_some());
        assert!(ends(silent.event(&off, now).as_ref()).is_some());
        let told = watch().event(&Happening::Dtls("CLOSED".into()), now);
        assert_eq!(ends(told.as_ref()), Some(Reason::BackendHangup));
        let told = watch().event(&Happening::Dtls("FAILED".into()), now);
        assert_eq!(ends(told.as_ref()), Some(Reason::SessionFailed));
    }

    #[test]
    fn a_telephone_has_neither_ice_nor_dtls() {
        let limits = Limits {
            connect: Some(LIMIT),
            silence: None,
        };
        let (mut watch, now) = (Watch::new(limits, false, None), Instant::now());
        watch.negotiated(now);
        assert_eq!(watch.wake_at(), None);
        assert!(watch.is_up());
    }
}
