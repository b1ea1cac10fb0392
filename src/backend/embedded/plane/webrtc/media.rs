//! Packets in both directions, and what is asked of the client about its own.

use str0m::{
    bwe::Bitrate,
    media::{KeyframeRequestKind, Mid, Rid},
    rtp::{RtpPacket, Ssrc},
};

use super::{
    super::transport::{LayerId, Slot, Told},
    Track, Webrtc,
};
use crate::backend::embedded::{forward::Out, packet::Packet};

impl Webrtc {
    pub(super) fn packet(&mut self, packet: RtpPacket) -> Option<Told> {
        let codec = (*self.codecs.get(usize::from(*packet.header.payload_type))?)?;
        let (at, layer) = self.layer_of(packet.header.ssrc)?;
        Some(Told::Packet {
            slot: self.tracks[at].slot,
            layer,
            packet: Packet {
                codec,
                sequence: *packet.seq_no,
                timestamp: packet.header.timestamp,
                marker: packet.header.marker,
                payload: packet.payload,
                arrived: packet.timestamp,
            },
        })
    }

    /// The track and layer of a stream.
    fn layer_of(&mut self, ssrc: Ssrc) -> Option<(usize, LayerId)> {
        let known = self.streams.iter().find(|(other, ..)| *other == ssrc);
        if let Some((_, at, layer)) = known {
            return Some((*at, *layer));
        }
        let mut api = self.rtc.direct_api();
        let stream = api.stream_rx(&ssrc)?;
        let (mid, rid) = (stream.mid(), stream.rid());
        let (at, mut layer) = self.stream(mid, rid)?;
        if self
            .streams
            .iter()
            .any(|(_, other, same)| (*other, *same) == (at, layer))
        {
            // The client has begun a new stream in place of an old one: numbers begin anew, as in another layer.
            let rids = &mut self.tracks[at].rids;
            layer = LayerId::try_from(rids.len()).ok()?;
            rids.push(rid);
        }
        self.streams.push((ssrc, at, layer));
        Some((at, layer))
    }

    /// The track of a mid and the number of its layer, which is new if it was not heard before.
    pub(super) fn stream(&mut self, mid: Mid, rid: Option<Rid>) -> Option<(usize, LayerId)> {
        let at = self.tracks.iter().position(|track| track.mid == mid)?;
        let rids = &mut self.tracks[at].rids;
        let layer = rids
            .iter()
            .rposition(|known| *known == rid)
            .unwrap_or_else(|| {
                rids.push(rid);
                rids.len() - 1
            });
        Some((at, LayerId::try_from(layer).ok()?))
    }

    pub(super) fn slot(&self, mid: Mid) -> Option<Slot> {
        let track = self.tracks.iter().find(|track| track.mid == mid)?;
        Some(track.slot)
    }

    fn track(&self, slot: Slot) -> Option<&Track> {
        self.tracks.iter().find(|track| track.slot == slot)
    }

    /// Sends a packet to the client, if the codec was agreed on. Flush afterwards.
    pub(in crate::backend::embedded) fn send(
        &mut self,
        slot: Slot,
        out: &Out,
        packet: &Packet,
    ) -> bool {
        let Some(track) = self.track(slot) else {
            return false;
        };
        let mid = track.mid;
        let mut payload_types = track.payload_types.iter();
        let Some((_, pt)) = payload_types.find(|(codec, _)| *codec == packet.codec) else {
            return false;
        };
        let pt = *pt;
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(mid, None) else {
            return false;
        };
        stream.write_rtp(out.write(pt, packet));
        true
    }

    /// Asks the client for a keyframe of a layer. Poll afterwards.
    pub(in crate::backend::embedded) fn request_keyframe(&mut self, slot: Slot, layer: LayerId) {
        if let Some((mid, rid)) = self.encoding(slot, layer)
            && let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(mid, rid)
        {
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
    }

    /// Tells the client how much it may send in a slot, in bit/s (REMB). Poll afterwards.
    pub(in crate::backend::embedded) fn request_bitrate(&mut self, slot: Slot, bitrate: u64) {
        if let Some((mid, rid)) = self.encoding(slot, 0)
            && let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(mid, rid)
        {
            stream.request_remb(Bitrate::from(bitrate));
        }
    }

    fn encoding(&self, slot: Slot, layer: LayerId) -> Option<(Mid, Option<Rid>)> {
        let track = self.track(slot)?;
        let rid = track.rids.get(usize::from(layer)).copied().flatten();
        Some((track.mid, rid))
    }

    /// What the client could be sent if its link allows: the estimate is probed up to it.
    pub(in crate::backend::embedded) fn wish(&mut self, bitrate: u64) {
        let desired = Bitrate::from(bitrate);
        self.rtc.bwe().set_bitrate(Bitrate::ZERO, desired);
    }
}
