//! The media of one shard as a machine: datagrams in, datagrams out, no socket, clock or lock inside.
//!
//! Reading order: [`transport`] is what a leg's way to its client looks like, with [`webrtc`] and plain RTP behind
//! [`way`]; [`addressing`] finds whose a datagram is; [`leg`] is a client's place, [`flow`] the two directions of an
//! m-section, [`fanout`] the way of a packet from one leg to others, [`chores`] what time brings, [`opening`] and
//! [`control`] what the driver asks for.

mod addressing;
mod chores;
mod control;
mod fanout;
mod flow;
mod ids;
mod leg;
mod opening;
mod plain;
mod tap;
#[cfg(test)]
mod tests;
mod transport;
mod way;
mod webrtc;

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
    net::SocketAddr,
    sync::Arc,
    time::Instant,
};

use serde_json::json;

use super::{config::Config, packet::Packet};
use crate::media::LegEvent;
use addressing::{Addressed, Elsewhere};
use fanout::Source;
pub(super) use fanout::hand_over;
pub(super) use ids::{LegId, SourceId, credentials, shard_of};
use leg::Leg;
pub(super) use opening::{Begun, Given, Opening};
pub(super) use plain::{Pair, Plain};
pub(super) use tap::Recorded;
use transport::Told;
pub(super) use transport::{LayerId, Message, Section, Slot, Transmit};
pub(super) use webrtc::{Setup, Wanted};

/// What goes from one shard to another.
#[derive(Debug)]
pub(super) enum Across {
    /// A packet of a source that legs here receive.
    Packet {
        source: SourceId,
        slot: Slot,
        layer: LayerId,
        packet: Packet,
    },
    /// A message of such a source.
    Message { source: SourceId, message: Message },
    /// Somebody there cannot go on without a keyframe of a source that is here.
    Keyframe {
        source: SourceId,
        slot: Slot,
        layer: LayerId,
    },
    /// A datagram that the kernel gave to the wrong shard.
    Datagram {
        socket: usize,
        source: SocketAddr,
        bytes: Box<[u8]>,
    },
}

/// The media of one shard.
pub(super) struct Plane {
    number: u8,
    /// How many shards there are.
    shards: u8,
    config: Arc<Config>,
    began: Option<Instant>,
    legs: HashMap<LegId, Leg>,
    /// By the name in connectivity checks.
    names: HashMap<String, LegId>,
    /// By the socket and the client's address.
    clients: HashMap<(usize, SocketAddr), LegId>,
    /// By the address that the client has told of.
    remotes: HashMap<SocketAddr, LegId>,
    /// Clients whose legs are on another shard.
    elsewhere: Elsewhere,
    sources: HashMap<SourceId, Source>,
    timers: BinaryHeap<Reverse<(Instant, LegId)>>,
    /// Legs that were given something to send.
    unflushed: Vec<LegId>,
    transmits: Vec<Transmit>,
    messages: Vec<(u8, Across)>,
    news: VecDeque<(LegId, Told)>,
    told: Vec<Told>,
    forwarded: u64,
}

impl Plane {
    /// Shard `number` of as many as `shards`.
    pub(super) fn new(number: u8, shards: u8, config: Arc<Config>) -> Self {
        Self {
            number,
            shards,
            config,
            began: None,
            legs: HashMap::new(),
            names: HashMap::new(),
            clients: HashMap::new(),
            remotes: HashMap::new(),
            elsewhere: Elsewhere::default(),
            sources: HashMap::new(),
            timers: BinaryHeap::new(),
            unflushed: Vec::new(),
            transmits: Vec::new(),
            messages: Vec::new(),
            news: VecDeque::new(),
            told: Vec::new(),
            forwarded: 0,
        }
    }

    /// Takes a datagram for an m-section of a leg that speaks plain RTP: its index, and whether it is RTCP.
    pub(super) fn receive_rtp(
        &mut self,
        now: Instant,
        leg: LegId,
        section: (usize, bool),
        source: SocketAddr,
        datagram: &[u8],
    ) {
        if let Some(entry) = self.legs.get_mut(&leg) {
            entry.way.receive_rtp(now, section, source, datagram);
            self.poll(leg);
            self.settle(now);
        }
    }

    /// Takes what another shard, or a player, has for this one.
    pub(super) fn across(&mut self, now: Instant, message: Across) {
        match message {
            Across::Packet {
                source,
                slot,
                layer,
                packet,
            } => self.distribute(now, source, slot, layer, &packet),
            Across::Message { source, message } => self.spread(source, &message),
            Across::Keyframe {
                source,
                slot,
                layer,
            } => self.want_keyframe(now, source, slot, layer),
            Across::Datagram {
                socket,
                source,
                bytes,
            } => {
                // One that is not for this shard either is not sent on: it could go round for ever.
                if let Addressed::Here(leg) = self.addressed(socket, source, &bytes) {
                    self.receive_for(now, leg, (socket, source), &bytes);
                }
            }
        }
        self.settle(now);
    }

    /// Swaps what there is to send for an empty list.
    ///
    /// Packets that were forwarded are in it after [`Plane::flush`] only.
    pub(super) fn take_transmits(&mut self, empty: &mut Vec<Transmit>) {
        std::mem::swap(&mut self.transmits, empty);
    }

    /// Lets the packets that were forwarded go out: to each leg all of them at once.
    pub(super) fn flush(&mut self, now: Instant) {
        while let Some(id) = self.unflushed.pop() {
            self.flush_leg(now, id);
            self.settle(now);
        }
    }

    /// What other shards must hear.
    pub(super) fn messages(&mut self) -> std::vec::Drain<'_, (u8, Across)> {
        self.messages.drain(..)
    }

    /// Packets that were forwarded since it was asked last.
    pub(super) fn take_forwarded(&mut self) -> u64 {
        std::mem::take(&mut self.forwarded)
    }

    fn flush_leg(&mut self, now: Instant, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        leg.unflushed = false;
        leg.wake = leg.way.flush(now, &mut self.transmits, &mut self.told);
        self.news.extend(self.told.drain(..).map(|told| (id, told)));
        self.schedule(id);
    }

    /// Takes what a leg's transport has to send and to tell. Owed after whatever is done to it.
    fn poll(&mut self, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        leg.wake = leg.way.poll(&mut self.transmits, &mut self.told);
        self.news.extend(self.told.drain(..).map(|told| (id, told)));
        self.schedule(id);
    }

    /// Lets a leg be woken when it is due.
    fn schedule(&mut self, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let due = leg
            .wake
            .map_or(leg.chores_at, |wake| wake.min(leg.chores_at));
        if leg.scheduled.is_none_or(|scheduled| due < scheduled) {
            leg.scheduled = Some(due);
            self.timers.push(Reverse((due, id)));
        }
    }

    /// Deals with all that legs have told.
    fn settle(&mut self, now: Instant) {
        while let Some((id, told)) = self.news.pop_front() {
            self.hear(now, id, told);
        }
    }

    fn hear(&mut self, now: Instant, id: LegId, told: Told) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        match told {
            Told::Packet {
                slot,
                layer,
                packet,
            } => self.arrived(now, id, slot, layer, &packet),
            Told::Clock { slot, layer, time } => {
                if let Some(tapped) = &leg.tapped {
                    tapped.clock(slot, layer, time);
                }
                let hold = self.config.keyframe_interval;
                if let Some(input) = leg.input(slot) {
                    input.layer(layer, hold).clock = Some(time);
                }
            }
            Told::Up => {
                leg.is_up();
                self.begin_receiving(now, id);
                self.ask_for_all(now, id);
            }
            // That checks go on is no news.
            Told::Ice("new" | "checking") => {}
            Told::Ice(state) => leg.tell("ice", json!({"state": state})),
            Told::KeyframeWanted(slot) => self.wanted_by(now, id, slot),
            Told::Estimate(bitrate) => self.estimated(now, id, bitrate),
            Told::Feedback { slot, rtt, lost } => {
                let output = leg
                    .outputs
                    .iter_mut()
                    .find(|output| output.section.slot == slot);
                if let Some(output) = output {
                    (output.rtt, output.lost) = (rtt.or(output.rtt), lost.or(output.lost));
                }
            }
            Told::Message(message) => {
                if !leg.mutes.silences(crate::media::MediaKind::Data) {
                    self.spread(id.into(), &message);
                }
            }
            Told::Tone { digit, duration } => leg.events.emit(LegEvent::Dtmf {
                digit,
                duration: Some(duration),
            }),
            Told::Gone(words) => leg.ends(words),
        }
    }
}
