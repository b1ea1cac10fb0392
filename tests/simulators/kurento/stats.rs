//! Statistics, as if media had flowed since the server began.

use serde_json::{Map, Value, json};

use super::graph::Media;
use super::object::Part;
use super::rpc::{Args, Refusal};
use super::world::{World, milliseconds, new_uuid};

impl World {
    /// What an element can be asked about its statistics.
    pub(super) fn stats_operation(
        &self,
        id: &str,
        operation: &str,
        args: Args<'_>,
    ) -> Option<Result<Value, Refusal>> {
        (operation == "getStats").then(|| args.media().map(|media| self.stats(id, &media)))
    }

    fn stats(&self, id: &str, media: &[Media]) -> Value {
        let object = &self.objects[id];
        let mut entries = Map::new();
        for media in Media::FLOWING
            .into_iter()
            .filter(|flowing| media.contains(flowing))
        {
            let Part::Endpoint(endpoint) = &object.part else {
                continue;
            };
            if endpoint.arriving.contains(&media) {
                entries.extend([stream("RTCInboundRTPStreamStats", "inboundrtp", "Received")]);
            }
            if self.flows_into(id, media, 0) {
                entries.extend([stream("RTCOutboundRTPStreamStats", "outboundrtp", "Sent")]);
            }
        }
        if entries.is_empty() {
            entries.insert(id.to_owned(), own(id, &object.part));
        }
        Value::Object(entries)
    }
}

/// What the element tells of itself while nothing flows.
fn own(id: &str, part: &Part) -> Value {
    let mut entry = json!({
        "__module__": "kurento",
        "__type__": "ElementStats",
        "id": id,
        "inputLatency": [],
        "timestampMillis": milliseconds(),
        "type": "element",
    });
    if matches!(part, Part::Endpoint(_)) {
        entry["__type__"] = json!("EndpointStats");
        entry["E2ELatency"] = json!([]);
        entry["type"] = json!("endpoint");
    }
    entry
}

fn stream(class: &str, kind: &str, way: &str) -> (String, Value) {
    let (id, now) = (new_uuid(), milliseconds());
    // Fifty packets of a hundred bytes a second, counted from a day that is not long ago.
    let packets = (now / 20) % 1_000_000;
    let mut entry = json!({
        "__module__": "kurento",
        "__type__": class,
        "associateStatsId": "",
        "codecId": "",
        "firCount": 0,
        "fractionLost": 0.0,
        "id": id,
        "isRemote": false,
        "mediaTrackId": "",
        "nackCount": 0,
        "packetsLost": if way == "Received" { -1 } else { 0 },
        "pliCount": 0,
        "remb": 0,
        "sliCount": 0,
        "ssrc": "441994418",
        "timestampMillis": now,
        "transportId": "",
        "type": kind,
    });
    entry[format!("bytes{way}")] = json!(packets * 100);
    entry[format!("packets{way}")] = json!(packets);
    match way {
        "Received" => entry["jitter"] = json!(0.000_833),
        _ => {
            entry["roundTripTime"] = json!(0.001_28);
            entry["targetBitrate"] = json!(0.0);
        }
    }
    (id, entry)
}
