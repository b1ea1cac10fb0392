//! Media as it is counted: there is none, but time passes while some would.

use std::time::Duration;

use tokio::time::Instant;

use super::sdp::{Offer, Way};
use super::world::World;

/// The media of one leg.
#[derive(Debug, Default)]
pub(super) struct Flow {
    streams: Vec<Stream>,
    /// When it was last looked at; none before the peer is connected.
    seen: Option<Instant>,
    /// The peer sends nothing, though it could.
    is_halted: bool,
    /// Counts how often it has begun or stopped, so that no silence is taken for another.
    changes: u64,
}

#[derive(Debug)]
struct Stream {
    kind: &'static str,
    /// What the peer does.
    way: Way,
    /// For how long it arrived, did not, and was sent.
    arrived: Duration,
    missed: Duration,
    sent: Duration,
}

impl Stream {
    /// Packets in that time, as 20 ms of audio or the packets of a small picture.
    fn packets(&self, time: Duration) -> u128 {
        let rate = if self.kind == "audio" { 50 } else { 30 };
        time.as_millis() * rate / 1000
    }

    fn bytes(&self, time: Duration) -> u128 {
        let packet = if self.kind == "audio" { 172 } else { 800 };
        self.packets(time) * packet
    }

    /// Its variables, without the beginning of their names.
    fn counts(&self) -> [(&'static str, u128); 8] {
        [
            ("in_packet_count", self.packets(self.arrived)),
            ("in_media_packet_count", self.packets(self.arrived)),
            ("in_media_bytes", self.bytes(self.arrived)),
            ("in_skip_packet_count", self.packets(self.missed)),
            ("out_packet_count", self.packets(self.sent)),
            ("out_media_packet_count", self.packets(self.sent)),
            ("out_media_bytes", self.bytes(self.sent)),
            ("out_skip_packet_count", 0),
        ]
    }
}

impl Flow {
    fn pass(&mut self, is_busy: bool) {
        let Some(seen) = &mut self.seen else {
            return;
        };
        let passed = seen.elapsed();
        *seen += passed;
        for stream in &mut self.streams {
            if stream.way.sends && !self.is_halted {
                stream.arrived += passed;
            } else {
                stream.missed += passed;
            }
            // A picture is sent to whoever is parked, too: a black one.
            if stream.way.receives && (is_busy || stream.kind == "video") {
                stream.sent += passed;
            }
        }
    }
}

impl World {
    /// The descriptions of both sides are there, that of the peer is this.
    pub(super) fn agreed(&mut self, uuid: &str, peer: &Offer) {
        self.pass_time(uuid);
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        let names = [
            ("audio", "rtp_use_codec_name"),
            ("video", "rtp_use_video_codec_name"),
        ];
        for (kind, name) in names {
            let Some((codec, way)) = peer.agreed(kind) else {
                continue;
            };
            channel.set(name, codec);
            let mut streams = channel.flow.streams.iter_mut();
            match streams.find(|stream| stream.kind == kind) {
                Some(stream) => stream.way = way,
                None => channel.flow.streams.push(Stream {
                    kind,
                    way,
                    arrived: Duration::ZERO,
                    missed: Duration::ZERO,
                    sent: Duration::ZERO,
                }),
            }
        }
    }

    /// The peer can send from now on.
    pub(super) fn begin_flow(&mut self, uuid: &str) {
        if let Some(channel) = self.channels.get_mut(uuid) {
            channel.flow.seen.get_or_insert_with(Instant::now);
        }
    }

    /// The peer begins or stops to send. When nothing was heard of it for `media_timeout` its leg ends.
    pub(super) fn let_flow(&mut self, uuid: &str, flowing: bool) {
        self.pass_time(uuid);
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        channel.flow.is_halted = !flowing;
        channel.flow.changes += 1;
        let limit = channel.vars.get("media_timeout");
        let limit = limit.and_then(|limit| limit.parse().ok());
        if let Some(limit) = limit.filter(|limit| *limit > 0 && !flowing) {
            let (uuid, changes) = (uuid.to_owned(), channel.flow.changes);
            self.later(Duration::from_millis(limit), move |world| {
                let flow = world.channels.get(&uuid).map(|leg| &leg.flow);
                if flow.is_some_and(|flow| flow.changes == changes) {
                    world.hang_up(&uuid, "MEDIA_TIMEOUT");
                }
            });
        }
    }

    /// Counts up to now: what the server sends depends on what runs, which is about to change.
    pub(super) fn pass_time(&mut self, uuid: &str) {
        if let Some(channel) = self.channels.get_mut(uuid) {
            let runs = World::activity(channel);
            let is_busy = !["", "answer", "park"].contains(&runs.as_str());
            channel.flow.pass(is_busy);
        }
    }

    /// `uuid_set_media_stats U`: the counters become variables.
    pub(super) fn count_media(&mut self, uuid: &str) {
        self.pass_time(uuid);
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        if channel.flow.seen.is_none() {
            return;
        }
        let vars = channel.flow.streams.iter().flat_map(|stream| {
            let counts = stream.counts().into_iter();
            let kind = stream.kind;
            counts.map(move |(name, count)| (format!("rtp_{kind}_{name}"), count.to_string()))
        });
        channel.vars.extend(vars);
    }
}
