//! What the plane sees of a leg's way to its client, whatever protocol it speaks.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use crate::{
    backend::embedded::packet::{Packet, SenderTime},
    media::{Codec, MediaKind},
};

/// One m-section of audio or video, by its kind and its number among those of that kind.
///
/// Legs are joined slot by slot: the second video of one is the second video of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in super::super) struct Slot {
    pub(in super::super) kind: MediaKind,
    pub(in super::super) nth: u8,
}

/// A negotiated m-section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Section {
    pub(in super::super) slot: Slot,
    /// Its `a=mid`, where it has one.
    pub(in super::super) mid: Option<String>,
    /// The codecs that both sides know, the client's favourite first.
    pub(in super::super) codecs: Vec<Codec>,
    /// Whether the client may send.
    pub(in super::super) inbound: bool,
    /// Whether the client takes media.
    pub(in super::super) outbound: bool,
}

/// One encoding of a slot: its layer in simulcast, 0 without.
pub(in super::super) type LayerId = u8;

/// What a transport tells.
#[derive(Debug)]
pub(in super::super) enum Told {
    /// Media can flow.
    Up,
    /// The state of ICE changed.
    Ice(&'static str),
    /// The client sent a packet.
    Packet {
        slot: Slot,
        layer: LayerId,
        packet: Packet,
    },
    /// The client's clock for a slot.
    Clock {
        slot: Slot,
        layer: LayerId,
        time: SenderTime,
    },
    /// The client cannot go on without a keyframe of what it receives in this slot.
    KeyframeWanted(Slot),
    /// How much can be sent to the client, in bit/s.
    Estimate(u64),
    /// How long a packet takes to the client and back, and what share of those sent in this slot it missed.
    Feedback {
        slot: Slot,
        rtt: Option<Duration>,
        lost: Option<u64>,
    },
    /// The client sent a message on a data channel.
    Message(Message),
    /// The client sent a tone (RFC 4733).
    Tone { digit: char, duration: Duration },
    /// The client is gone, or cannot be talked to any more.
    Gone(String),
}

/// A message on a data channel.
#[derive(Clone, Debug)]
pub(in super::super) struct Message {
    /// The channel's label: messages go on by the channel of the same label.
    pub(in super::super) label: Arc<str>,
    pub(in super::super) binary: bool,
    pub(in super::super) data: Arc<[u8]>,
}

/// A datagram to send.
#[derive(Debug)]
pub(in super::super) struct Transmit {
    /// The index of the socket that it goes out by.
    pub(in super::super) socket: usize,
    pub(in super::super) destination: SocketAddr,
    pub(in super::super) contents: Contents,
}

/// The bytes of a datagram.
#[derive(Debug)]
pub(in super::super) enum Contents {
    Webrtc(str0m::net::DatagramSend),
    Rtp(Vec<u8>),
}

impl Transmit {
    /// Whether the other one goes by the same socket to the same address, and is as long.
    pub(in super::super) fn is_like(&self, other: &Self) -> bool {
        self.socket == other.socket
            && self.destination == other.destination
            && self.contents.len() == other.contents.len()
    }
}

impl std::ops::Deref for Contents {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Webrtc(bytes) => bytes,
            Self::Rtp(bytes) => bytes,
        }
    }
}
