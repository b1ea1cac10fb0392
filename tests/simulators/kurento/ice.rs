//! Peers that connect, send, and are lost: all of it only told.

use std::time::Duration;

use serde_json::{Value, json};

use super::endpoint::{Endpoint, connected};
use super::rpc::{Args, Refusal};
use super::world::World;

/// How long candidates are gathered.
const GATHERS: Duration = Duration::from_millis(5);
/// How long a peer takes to connect.
const CONNECTS: Duration = Duration::from_millis(5);
/// How long after that RTCP is seen.
const REPORTS: Duration = Duration::from_millis(30);

/// How a peer goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    /// It said so: DTLS is closed, its media end.
    Closed,
    /// Its DTLS handshake failed.
    Failed,
}

impl World {
    /// What a WebRTC endpoint can be told of its transport.
    pub(super) fn ice_operation(
        &mut self,
        id: &str,
        operation: &str,
        args: Args<'_>,
    ) -> Option<Result<Value, Refusal>> {
        let endpoint = self.endpoint(id)?;
        Some(match operation {
            "gatherCandidates" => {
                self.gather(id);
                Ok(Value::Null)
            }
            "addIceCandidate" => endpoint.add_candidate(args.get("candidate")).map(|()| {
                self.connect_peer(id);
                Value::Null
            }),
            "getDtlsConnectionState" => Ok(endpoint.dtls_states()),
            "getIceConnectionState" => Ok(endpoint.ice_states()),
            _ => return None,
        })
    }

    fn gather(&mut self, id: &str) {
        let Some(endpoint) = self.endpoint(id) else {
            return;
        };
        if endpoint.local.is_none() || endpoint.gathered {
            return;
        }
        endpoint.gathered = true;
        for component in 1..=2 {
            self.tell_ice(id, component, "GATHERING");
        }
        let id = id.to_owned();
        self.later(GATHERS, move |world| world.tell_candidates(&id));
        self.unsettled = true;
    }

    fn tell_candidates(&mut self, id: &str) {
        let Some(own) = self
            .endpoint(id)
            .and_then(|endpoint| endpoint.local.clone())
        else {
            return;
        };
        let accepted = own
            .sections
            .iter()
            .enumerate()
            .filter(|(_, section)| section.accepted);
        for (index, section) in accepted {
            let candidate = json!({
                "__module__": "kurento",
                "__type__": "IceCandidate",
                "candidate": own.candidate(),
                "sdpMLineIndex": index,
                "sdpMid": section.mid,
            });
            self.tell(id, "IceCandidateFound", json!({"candidate": candidate}));
        }
        self.tell(id, "IceGatheringDone", json!({}));
        self.connect_peer(id);
    }

    /// Lets the peer connect, once all is there that it takes.
    pub(super) fn connect_peer(&mut self, id: &str) {
        let Some(endpoint) = self.endpoint(id).filter(|endpoint| endpoint.can_connect()) else {
            return;
        };
        endpoint.connecting = true;
        if !endpoint.webrtc {
            endpoint.up = true;
            self.tell_connection(id);
        }
        let id = id.to_owned();
        self.later(CONNECTS, move |world| world.peer_connects(&id));
    }

    fn peer_connects(&mut self, id: &str) {
        // A test may have let it fail in the meantime.
        let Some(endpoint) = self.endpoint(id).filter(|endpoint| endpoint.connecting) else {
            return;
        };
        if endpoint.webrtc {
            endpoint.up = true;
            self.tell_webrtc_up(id);
        }
        self.client_media(id, true);
        let id = id.to_owned();
        self.later(REPORTS, move |world| {
            if world
                .endpoint(&id)
                .is_some_and(|endpoint| endpoint.reports())
            {
                world.media_seen(&id, true);
            }
        });
    }

    fn tell_webrtc_up(&mut self, id: &str) {
        self.tell_ice(id, 1, "CONNECTING");
        self.tell_ice(id, 1, "CONNECTED");
        self.tell_dtls(id, &["enc"], "NEW");
        self.tell_dtls(id, &["dec", "enc"], "CONNECTING");
        self.tell_ice(id, 1, "READY");
        self.tell_connection(id);
        self.tell_dtls(id, &["dec", "enc"], "CONNECTED");
        if self
            .endpoint(id)
            .is_some_and(|endpoint| endpoint.has_data())
        {
            for _ in 0..2 {
                self.tell(id, "DataChannelOpened", json!({"channelId": 1}));
            }
        }
    }

    fn tell_connection(&mut self, id: &str) {
        let data = json!({"newState": "CONNECTED", "oldState": "DISCONNECTED"});
        self.tell(id, "ConnectionStateChanged", data);
    }

    fn tell_ice(&mut self, id: &str, component: u32, state: &'static str) {
        if let Some(endpoint) = self.endpoint(id).filter(|_| component == 1) {
            endpoint.ice = state;
        }
        let data = json!({"componentId": component, "state": state, "streamId": 1});
        self.tell(id, "IceComponentStateChanged", data);
    }

    fn tell_dtls(&mut self, id: &str, sides: &[&str], state: &'static str) {
        let Some(endpoint) = self.endpoint(id) else {
            return;
        };
        endpoint.dtls = state;
        for side in sides {
            let mut data = endpoint_side(side);
            data["state"] = json!(state);
            self.tell(id, "DtlsConnectionStateChange", data);
        }
    }

    /// The client's media begin or cease to arrive.
    pub(super) fn client_media(&mut self, id: &str, flows: bool) {
        let Some(endpoint) = self.endpoint(id) else {
            return;
        };
        for media in endpoint.sent_by_client() {
            let Some(endpoint) = self.endpoint(id) else {
                return;
            };
            let changed = match flows {
                true => endpoint.arriving.insert(media),
                false => endpoint.arriving.remove(&media),
            };
            if changed {
                self.tell_flow(id, "MediaFlowOutStateChanged", media, flows);
            }
        }
        self.unsettled = true;
    }

    /// RTCP is seen, or is not any more.
    pub(super) fn media_seen(&mut self, id: &str, seen: bool) {
        let Some(endpoint) = self.endpoint(id) else {
            return;
        };
        endpoint.media_seen = seen;
        let data = json!({"newState": connected(seen), "oldState": connected(!seen)});
        self.tell(id, "MediaStateChanged", data);
    }

    /// Nobody answers where the client said it is.
    pub(super) fn ice_fails(&mut self, id: &str) {
        if let Some(endpoint) = self.endpoint(id) {
            endpoint.connecting = false;
            // Whatever comes later does not mend it.
            endpoint.reachable = false;
        }
        self.tell_ice(id, 1, "CONNECTING");
        self.tell_ice(id, 1, "FAILED");
    }

    /// The peer goes away.
    pub(super) fn peer_gone(&mut self, id: &str, how: Gone) {
        if self.endpoint(id).is_some_and(|endpoint| endpoint.webrtc) {
            match how {
                Gone::Closed => self.tell_dtls(id, &["enc", "dec"], "CLOSED"),
                Gone::Failed => self.tell_dtls(id, &["enc", "dec"], "FAILED"),
            }
        }
        self.client_media(id, false);
    }
}

impl Endpoint {
    fn can_connect(&self) -> bool {
        let found = self.gathered && self.reachable && self.remote.is_secure();
        let own = self.local.iter().flat_map(|local| &local.sections);
        let anything = own.into_iter().any(|section| section.accepted);
        self.negotiated && !self.connecting && anything && (found || !self.webrtc)
    }

    /// Whether the client sends RTCP: all but the plainest RTP do.
    fn reports(&self) -> bool {
        let protocols = self
            .remote
            .sections
            .iter()
            .map(|section| section.protocol.as_str());
        let reporting = protocols.filter(|protocol| protocol.ends_with('F')).count();
        self.up && reporting > 0 && !self.arriving.is_empty()
    }

    fn dtls_states(&self) -> Value {
        let state = |side: &str| {
            let mut value = endpoint_side(side);
            value["__module__"] = json!("kurento");
            value["__type__"] = json!("DtlsConnection");
            value["state"] = json!(self.dtls);
            value
        };
        match self.connecting || self.up {
            true => json!([state("dec"), state("enc")]),
            false => json!([]),
        }
    }

    fn ice_states(&self) -> Value {
        let state = |component: u32, state: &str| {
            json!({
                "__module__": "kurento",
                "__type__": "IceConnection",
                "componentId": component,
                "state": state,
                "streamId": "1",
            })
        };
        match self.gathered {
            true => json!([state(1, self.ice), state(2, "GATHERING")]),
            false => json!([]),
        }
    }
}

fn endpoint_side(side: &str) -> Value {
    json!({
        "componentId": format!("[bundle/dtlssrtp{side}]"),
        "connectionId": "dtlssrtpenc1-dtlssrtpdec1-1-1",
        "streamId": "1",
    })
}
