//! What flows between a client and the server, as the server counts it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{command::Command, error::Error, place::Place};
use crate::{
    error::Result,
    media::{MediaKind, MediaStats},
};

/// All that the server knows of a call, its counters as they are now.
pub(super) async fn dump(place: &Place) -> Result<Map<String, Value>, Error> {
    let socket = &place.server.socket;
    socket.read(&Command::MediaStats(place.call)).await?;
    let text = socket.read(&Command::Dump(place.call)).await?;
    serde_json::from_str(&text)
        .map_err(|fault| Error::Malformed(format!("a dump that is no JSON: {fault}")))
}

/// How many packets of each kind came from the client.
pub(super) fn received(dump: &Map<String, Value>) -> BTreeMap<MediaKind, u64> {
    let kinds = [MediaKind::Audio, MediaKind::Video].into_iter();
    kinds
        .filter_map(|kind| Some((kind, count(dump, kind, "in_packet_count")?)))
        .collect()
}

fn text<'d>(dump: &'d Map<String, Value>, name: &str) -> Option<&'d str> {
    dump.get(name)?.as_str()
}

fn count(dump: &Map<String, Value>, kind: MediaKind, name: &str) -> Option<u64> {
    text(dump, &format!("variable_rtp_{kind}_{name}"))?
        .parse()
        .ok()
}

/// Counts what flows.
pub(super) async fn of(place: &Place) -> Result<Vec<MediaStats>> {
    place.has_call()?;
    let dump = dump(place).await?;
    let offer = place.state.lock().offer.clone();
    let mut stats = Vec::new();
    for (kind, codec) in [
        (MediaKind::Audio, "variable_rtp_use_codec_name"),
        (MediaKind::Video, "variable_rtp_use_video_codec_name"),
    ] {
        if count(&dump, kind, "in_packet_count").is_none() {
            continue;
        }
        let mid = offer.as_ref().and_then(|offer| offer.mid_of(kind));
        for inbound in [false, true] {
            let way = if inbound { "in" } else { "out" };
            stats.push(MediaStats {
                kind: Some(kind),
                mid: mid.map(str::to_owned),
                inbound,
                codec: text(&dump, codec).map(str::to_ascii_lowercase),
                packets: count(&dump, kind, &format!("{way}_packet_count")),
                bytes: count(&dump, kind, &format!("{way}_media_bytes")),
                // Those that its jitter buffer had to make up for.
                lost: inbound
                    .then(|| count(&dump, kind, "in_skip_packet_count"))
                    .flatten(),
                ..MediaStats::default()
            });
        }
    }
    Ok(stats)
}
