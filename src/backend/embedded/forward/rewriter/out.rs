//! A packet as it leaves.

use std::sync::Arc;

use str0m::{
    media::Pt,
    rtp::{RtpWrite, SeqNo},
};

use super::super::{super::packet::Packet, numbers::Numbers};
use crate::media::{Codec, MediaKind};

/// A packet of the outgoing track; what it does not say is as in the [`Packet`] it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Out {
    /// Extended over its rollovers; the first is less than 2^15.
    pub sequence: u64,
    /// In units of the codec's clock rate; wraps.
    pub timestamp: u32,
    /// The last packet of a picture; for audio the first of a talkspurt.
    pub marker: bool,
    /// The numbers to write into the payload; `None` if it stays as it is.
    pub numbers: Option<Numbers>,
}

impl Out {
    /// As str0m sends it, made from the packet that it is for.
    ///
    /// The wall clock of sender reports is that of the arrival. The payload is shared, except that
    /// of VP9 when its numbers change.
    #[must_use]
    pub fn write(&self, pt: Pt, packet: &Packet) -> RtpWrite {
        let patch = self
            .numbers
            .filter(|_| packet.codec == Codec::Vp8)
            .and_then(|it| it.vp8_patch(&packet.payload));
        let mut payload = Arc::clone(&packet.payload);
        if let (Some(numbers), None) = (self.numbers, patch) {
            numbers.write(Arc::make_mut(&mut payload));
        }
        let sequence = SeqNo::from(self.sequence);
        let write = RtpWrite::new(pt, sequence, self.timestamp, packet.arrived, payload)
            .marker(self.marker)
            .nackable(packet.codec.kind() == MediaKind::Video);
        match patch {
            Some(patch) => write.vp8_patch(patch),
            None => write,
        }
    }

    /// Appends the payload as it is sent, made from that of the packet that it is for.
    pub fn append_payload(&self, packet: &Packet, datagram: &mut Vec<u8>) {
        let start = datagram.len();
        datagram.extend_from_slice(&packet.payload);
        if let Some(numbers) = self.numbers {
            numbers.write(&mut datagram[start..]);
        }
    }
}
