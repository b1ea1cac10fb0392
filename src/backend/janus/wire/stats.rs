//! The counters of a peer connection, as the admin API's `handle_info` has them under `webrtc`.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;

use super::incoming::media_kind;
use crate::media::MediaStats;

/// A peer connection.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(in super::super) struct Webrtc {
    /// By the index of the m-section.
    #[serde(default)]
    media: BTreeMap<String, Medium>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Medium {
    r#type: String,
    #[serde(default)]
    mindex: u32,
    mid: Option<String>,
    /// Data channels have none: they go both ways.
    #[serde(default)]
    direction: Direction,
    #[serde(default)]
    codecs: Codecs,
    #[serde(default)]
    rtcp: BTreeMap<String, Rtcp>,
    #[serde(default)]
    stats: Stats,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
struct Direction {
    send: bool,
    recv: bool,
}

impl Default for Direction {
    fn default() -> Self {
        Self {
            send: true,
            recv: true,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Codecs {
    codec: Option<String>,
}

/// Both directions of one RTP stream; times are in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Rtcp {
    rtt: Option<u64>,
    lost: Option<i64>,
    lost_by_remote: Option<i64>,
    jitter_local: Option<u64>,
    jitter_remote: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Stats {
    r#in: Layers,
    out: Counters,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Counters {
    packets: Option<u64>,
    bytes: Option<u64>,
    bytes_lastsec: Option<u64>,
}

/// The counters of a client's media: the first simulcast layer's, with those of the others inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Layers {
    #[serde(flatten)]
    first: Counters,
    #[serde(rename = "video-simulcast-1")]
    second: Counters,
    #[serde(rename = "video-simulcast-2")]
    third: Counters,
}

impl Layers {
    fn total(self) -> Counters {
        let Self {
            first,
            second,
            third,
        } = self;
        let sum = |count: fn(Counters) -> Option<u64>| {
            let others = count(second).unwrap_or(0) + count(third).unwrap_or(0);
            count(first).map(|first| first + others)
        };
        Counters {
            packets: sum(|layer| layer.packets),
            bytes: sum(|layer| layer.bytes),
            bytes_lastsec: sum(|layer| layer.bytes_lastsec),
        }
    }
}

impl Webrtc {
    /// The counters of each m-section in each direction that it has, in the order of the sections.
    pub(in super::super) fn stats(&self) -> Vec<MediaStats> {
        let mut media: Vec<&Medium> = self.media.values().collect();
        media.sort_by_key(|medium| medium.mindex);
        media.into_iter().flat_map(Medium::stats).collect()
    }
}

impl Medium {
    fn stats(&self) -> impl Iterator<Item = MediaStats> {
        // Simulcast layers have entries of their own beside the main stream.
        let rtcp = self.rtcp.get("main").copied().unwrap_or_default();
        let Stats { r#in, out } = self.stats;
        let inbound = self
            .direction
            .recv
            .then(|| self.one(true, r#in.total(), rtcp.lost, rtcp.jitter_local, rtcp.rtt));
        let outbound = self.direction.send.then(|| {
            self.one(
                false,
                out,
                rtcp.lost_by_remote,
                rtcp.jitter_remote,
                rtcp.rtt,
            )
        });
        inbound.into_iter().chain(outbound)
    }

    fn one(
        &self,
        inbound: bool,
        counters: Counters,
        lost: Option<i64>,
        jitter: Option<u64>,
        rtt: Option<u64>,
    ) -> MediaStats {
        let rate = counters.bytes_lastsec.map(|bytes| bytes * 8 / 1000);
        MediaStats {
            kind: media_kind(&self.r#type),
            mid: self.mid.clone(),
            inbound,
            codec: self.codecs.codec.clone(),
            packets: counters.packets,
            bytes: counters.bytes,
            // Duplicates make it negative (RFC 3550, section 6.4.1).
            lost: lost.map(|lost| u64::try_from(lost).unwrap_or(0)),
            jitter: jitter.map(Duration::from_millis),
            rtt: rtt.map(Duration::from_millis),
            bitrate_kbps: rate.and_then(|rate| u32::try_from(rate).ok()),
        }
    }
}
