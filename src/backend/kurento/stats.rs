//! What flows between a client and the server, as the server counts it.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::{
    error::Error,
    place::Place,
    wire::{Call, Operation},
};
use crate::{
    error::Result,
    media::{MediaKind, MediaStats},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stream {
    #[serde(rename = "type")]
    kind: String,
    packets_received: Option<i64>,
    bytes_received: Option<u64>,
    packets_sent: Option<i64>,
    bytes_sent: Option<u64>,
    packets_lost: Option<i64>,
    /// Seconds.
    jitter: Option<f64>,
    /// Seconds; 0 where it is not known.
    round_trip_time: Option<f64>,
}

/// Counts what flows.
pub(super) async fn of(place: &Place) -> Result<Vec<MediaStats>> {
    let endpoint = place.elements()?.endpoint;
    let mut stats = Vec::new();
    // An entry does not say of what kind it is.
    for kind in [MediaKind::Audio, MediaKind::Video] {
        let call = Call::Invoke((&endpoint).into(), Operation::GetStats(kind));
        let found = place.server.slow.call(call).await?;
        stats.extend(read(kind, &found)?);
    }
    let offer = place.state.lock().offer.clone();
    for entry in &mut stats {
        let mid = entry.kind.zip(offer.as_ref());
        let mid = mid.and_then(|(kind, offer)| offer.mid_of(kind));
        entry.mid = mid.map(str::to_owned);
    }
    Ok(stats)
}

fn read(kind: MediaKind, found: &Value) -> Result<Vec<MediaStats>, Error> {
    let mut stats = Vec::new();
    for entry in found.as_object().into_iter().flat_map(|map| map.values()) {
        let stream =
            Stream::deserialize(entry).map_err(|error| Error::Malformed(error.to_string()))?;
        stats.extend(counted(kind, &stream));
    }
    // Sent before received, whatever order the server has them in.
    stats.sort_by_key(|entry| entry.inbound);
    Ok(stats)
}

/// One stream; none if the entry is about the endpoint as a whole.
fn counted(kind: MediaKind, stream: &Stream) -> Option<MediaStats> {
    let inbound = match stream.kind.as_str() {
        "inboundrtp" => true,
        "outboundrtp" => false,
        _ => return None,
    };
    let (packets, bytes) = match inbound {
        true => (stream.packets_received, stream.bytes_received),
        false => (stream.packets_sent, stream.bytes_sent),
    };
    // Of what is lost it says -1 before it knows.
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    let some = |seconds: f64| {
        let span = Duration::try_from_secs_f64(seconds).ok();
        span.filter(|span| !span.is_zero())
    };
    Some(MediaStats {
        kind: Some(kind),
        inbound,
        packets: packets.map(count),
        bytes,
        lost: stream.packets_lost.map(count),
        jitter: stream
            .jitter
            .filter(|_| inbound)
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        rtt: stream.round_trip_time.and_then(some),
        ..MediaStats::default()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn streams_are_counted_and_the_endpoint_is_not() {
        let found = json!({
            "a": {"type": "inboundrtp", "packetsReceived": 448, "bytesReceived": 124_225,
                "packetsLost": -1, "jitter": 0.002, "remb": 0},
            "b": {"type": "outboundrtp", "packetsSent": 457, "bytesSent": 386_682, "packetsLost": 2,
                "roundTripTime": 0.0, "targetBitrate": 0.0},
            "c": {"type": "endpoint", "E2ELatency": []},
        });
        let stats = read(MediaKind::Audio, &found).expect("statistics");
        let [sent, received] = stats.as_slice() else {
            panic!("two streams were told of: {stats:?}");
        };
        assert_eq!(
            (sent.packets, sent.lost, sent.rtt),
            (Some(457), Some(2), None)
        );
        assert_eq!((received.packets, received.lost), (Some(448), Some(0)));
        assert_eq!(received.jitter, Some(Duration::from_millis(2)));
    }
}
