//! How a leg comes to be: from offer and answer to the client's last candidate.

use std::{collections::VecDeque, time::Instant};

use super::{
    Plain, Plane, Section, Wanted,
    control::{cap, gone},
    ids::LegId,
    leg::{Leg, Mutes},
    way::Way,
    webrtc::{Setup, Webrtc},
};
use crate::{
    backend::LegEvents,
    error::Result,
    media::{MediaUpdate, Sdp},
};

/// A leg that is to be opened.
#[derive(Debug)]
pub(in super::super) struct Opening {
    pub(in super::super) id: LegId,
    pub(in super::super) events: LegEvents,
    /// What holds from the first packet on.
    pub(in super::super) media: MediaUpdate,
    /// Told once media can flow.
    pub(in super::super) up: tokio::sync::watch::Sender<bool>,
}

/// What a description is made from.
#[derive(Debug)]
pub(in super::super) enum Given {
    /// The client's offer: an answer is made.
    Offer(Sdp),
    /// Nothing: an offer of this is made.
    Nothing(Wanted),
}

/// A description, and what it agrees on if it is an answer.
#[derive(Debug)]
pub(in super::super) struct Begun {
    pub(in super::super) sdp: Sdp,
    pub(in super::super) sections: Vec<Section>,
}

impl Plane {
    /// Opens a leg for a WebRTC client.
    ///
    /// # Errors
    /// `INVALID_SDP`. Nothing is left then.
    pub(in super::super) fn open_webrtc(
        &mut self,
        now: Instant,
        opening: Opening,
        setup: &Setup,
        given: Given,
    ) -> Result<Begun> {
        let name = setup.credentials.ufrag.clone();
        let mut webrtc = Webrtc::new(setup, now);
        let begun = match given {
            Given::Offer(offer) => {
                let (sdp, sections) = webrtc.answer(&offer)?;
                Begun { sdp, sections }
            }
            Given::Nothing(wanted) => Begun {
                sdp: webrtc.offer(wanted)?,
                sections: Vec::new(),
            },
        };
        self.names.insert(name, opening.id);
        self.enter(now, opening, Way::Webrtc(Box::new(webrtc)), &begun.sections);
        Ok(begun)
    }

    /// Opens a leg for a client that speaks plain RTP, whose description was made.
    pub(in super::super) fn open_plain(
        &mut self,
        now: Instant,
        opening: Opening,
        mut plain: Plain,
        given: &Given,
        sdp: Sdp,
    ) -> Begun {
        let sections = match given {
            Given::Offer(_) => plain.agreed(),
            Given::Nothing(_) => Vec::new(),
        };
        self.enter(now, opening, Way::Plain(Box::new(plain)), &sections);
        Begun { sdp, sections }
    }

    fn enter(&mut self, now: Instant, opening: Opening, way: Way, sections: &[Section]) {
        let id = opening.id;
        let mut leg = Leg {
            way,
            events: opening.events,
            up_told: opening.up,
            inputs: Vec::new(),
            outputs: Vec::new(),
            source: None,
            source_version: 0,
            player: None,
            mutes: Mutes {
                own: opening.media,
                room: MediaUpdate::default(),
            },
            cap: cap(opening.media),
            reminded_at: None,
            estimate: None,
            tapped: None,
            up: false,
            connect_by: None,
            chores_at: now,
            wake: Some(now),
            unflushed: false,
            scheduled: None,
            addresses: VecDeque::new(),
            over: false,
        };
        if !sections.is_empty() {
            self.agree(now, &mut leg, sections.to_vec());
        }
        self.legs.insert(id, leg);
        self.expect(id);
        self.poll(id);
        self.settle(now);
    }

    fn agree(&self, now: Instant, leg: &mut Leg, sections: Vec<Section>) {
        let limit = self.config.media_connect_timeout;
        leg.connect_by = (leg.way.connects() && !limit.is_zero()).then(|| now + limit);
        leg.negotiated(sections, rand::random());
    }

    /// Gives a leg the client's answer.
    ///
    /// # Errors
    /// `INVALID_SDP`, `OFFER_NOT_SET`.
    pub(in super::super) fn accept(
        &mut self,
        now: Instant,
        id: LegId,
        answer: &Sdp,
    ) -> Result<Vec<Section>> {
        let leg = self.legs.get_mut(&id).ok_or_else(gone)?;
        let sections = leg.way.accept(now, answer)?;
        let mut leg = self.legs.remove(&id).ok_or_else(gone)?;
        self.agree(now, &mut leg, sections.clone());
        self.legs.insert(id, leg);
        self.expect(id);
        self.begin_receiving(now, id);
        self.poll(id);
        self.settle(now);
        Ok(sections)
    }

    /// Gives a leg one of the client's candidates.
    ///
    /// # Errors
    /// `INVALID_FIELD`.
    pub(in super::super) fn add_candidate(
        &mut self,
        now: Instant,
        id: LegId,
        line: &str,
    ) -> Result<()> {
        let leg = self.legs.get_mut(&id).ok_or_else(gone)?;
        leg.way.add_candidate(line);
        self.expect(id);
        self.poll(id);
        self.settle(now);
        Ok(())
    }

    /// Lets replies find a leg that come from where its client has said to be.
    fn expect(&mut self, id: LegId) {
        let Some(leg) = self.legs.get(&id) else {
            return;
        };
        for address in leg.way.remotes() {
            self.remotes.insert(*address, id);
        }
    }
}
