//! Endpoints that are negotiated: what they are told, and what they answer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::graph::Media;
use super::object::{Kind, Part};
use super::own::Own;
use super::party::Party;
use super::rpc::{Args, Refusal};
use super::sdp::{self, Description};
use super::world::World;

/// What an endpoint can be set to, and its value before; only what is in its description does anything.
const PROPERTIES: [(&str, i64); 6] = [
    ("maxVideoRecvBandwidth", 0),
    ("minVideoRecvBandwidth", 100),
    ("maxVideoSendBandwidth", 500),
    ("minVideoSendBandwidth", 100),
    ("maxAudioRecvBandwidth", 0),
    ("mtu", 1200),
];

#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) webrtc: bool,
    party: Party,
    properties: BTreeMap<&'static str, i64>,
    /// It made an offer.
    offered: bool,
    pub(super) negotiated: bool,
    pub(super) local: Option<Own>,
    remote_text: Option<String>,
    pub(super) remote: Description,
    pub(super) gathered: bool,
    /// The client gave a candidate that can be tried.
    pub(super) reachable: bool,
    /// Media can flow, or soon will.
    pub(super) connecting: bool,
    pub(super) up: bool,
    pub(super) ice: &'static str,
    pub(super) dtls: &'static str,
    /// RTCP is seen.
    pub(super) media_seen: bool,
    /// What comes from the client.
    pub(super) arriving: BTreeSet<Media>,
}

impl Endpoint {
    pub(super) fn new(kind: Kind, port: u16, args: Args<'_>) -> Result<Endpoint, Refusal> {
        let flag = |name: &str| {
            args.optional(name, Args::boolean)
                .map(Option::unwrap_or_default)
        };
        let direction = match (flag("sendonly")?, flag("recvonly")?) {
            (true, _) => Some("sendonly"),
            (false, true) => Some("recvonly"),
            (false, false) => None,
        };
        let webrtc = kind == Kind::WebRtcEndpoint;
        if let Some(kind) = args.optional("certificateKeyType", Args::text)?
            && !["RSA", "ECDSA"].contains(&kind)
        {
            return Err(Refusal::marshall("Invalid value for 'CertificateKeyType'"));
        }
        let party = Party {
            webrtc,
            direction,
            data_channels: webrtc && flag("useDataChannels")?,
            key: args.get("crypto")["key"].as_str().map(str::to_owned),
            port,
            audio_limit: 0,
            video_limit: 0,
        };
        Ok(Endpoint {
            webrtc,
            party,
            properties: PROPERTIES.into(),
            offered: false,
            negotiated: false,
            local: None,
            remote_text: None,
            remote: Description::default(),
            gathered: false,
            reachable: false,
            connecting: false,
            up: false,
            ice: "GATHERING",
            dtls: "NEW",
            media_seen: false,
            arriving: BTreeSet::new(),
        })
    }

    /// Whether it gives such media to its client now.
    pub(super) fn takes(&self, media: Media) -> bool {
        self.up
            && self.agreed(media, |direction| {
                matches!(direction, "sendrecv" | "recvonly")
            })
    }

    /// The media that were agreed on and that the client sends.
    pub(super) fn sent_by_client(&self) -> Vec<Media> {
        let sends = |media: &Media| {
            let made_for = self.party.direction != Some("sendonly");
            made_for && self.agreed(*media, |way| matches!(way, "sendrecv" | "sendonly"))
        };
        Media::FLOWING.into_iter().filter(sends).collect()
    }

    /// Whether data channels were agreed on.
    pub(super) fn has_data(&self) -> bool {
        self.agreed(Media::Data, |_| true)
    }

    fn agreed(&self, media: Media, direction: impl Fn(&str) -> bool) -> bool {
        let own = self.local.iter().flat_map(|local| &local.sections);
        let mut both = own.zip(&self.remote.sections);
        both.any(|(own, theirs)| {
            own.kind == Some(media)
                && own.accepted
                && theirs.port != 0
                && direction(theirs.direction())
        })
    }

    fn party(&self) -> Party {
        let mut party = self.party.clone();
        party.audio_limit = self.properties["maxAudioRecvBandwidth"];
        party.video_limit = self.properties["maxVideoRecvBandwidth"];
        party
    }

    fn local_text(&self) -> Result<Value, Refusal> {
        let missing = || Refusal::new(40202, "SDP_END_POINT_NO_LOCAL_SDP_ERROR", "No local SDP");
        let local = self.local.as_ref().ok_or_else(missing)?;
        Ok(json!(local.text(self.gathered)))
    }

    fn remote_text(&self) -> Result<Value, Refusal> {
        let missing = || Refusal::new(40203, "SDP_END_POINT_NO_REMOTE_SDP_ERROR", "No remote SDP");
        self.remote_text
            .as_ref()
            .map(|text| json!(text))
            .ok_or_else(missing)
    }

    fn remote_is(&mut self, text: &str) {
        self.remote_text = Some(text.to_owned());
        self.remote = Description::read(text);
        self.negotiated = true;
        let reachable = self.remote.candidates().any(is_usable);
        self.reachable |= reachable;
    }

    /// Reads or writes a property; nothing if there is none of this name.
    fn property(&mut self, operation: &str, args: Args<'_>) -> Option<Result<Value, Refusal>> {
        let (verb, name) = operation.split_at_checked(3)?;
        let is_it = |(own, _): &(&&str, &mut i64)| own.eq_ignore_ascii_case(name);
        let (name, value) = self.properties.iter_mut().find(is_it)?;
        match verb {
            "get" => Some(Ok(json!(value))),
            "set" => Some(args.integer(name).map(|new| {
                *value = new;
                Value::Null
            })),
            _ => None,
        }
    }
}

/// Whether a candidate can be tried; the real server says nothing about others.
fn is_usable(candidate: &str) -> bool {
    let words: Vec<&str> = candidate.split_whitespace().collect();
    candidate.starts_with("candidate:")
        && words.len() >= 8
        && words[4].parse::<std::net::IpAddr>().is_ok()
        && words[5].parse::<u16>().is_ok()
}

fn parsed(text: &str, what: &str) -> Result<(), Refusal> {
    let refuse = |words: String| Err(Refusal::new(40201, "SDP_PARSE_ERROR", words));
    match text {
        "" => refuse(format!("Empty {what} not valid")),
        text if !sdp::is_description(text) => refuse("Invalid SDP".to_owned()),
        _ => Ok(()),
    }
}

fn negotiated() -> Refusal {
    Refusal::new(
        40208,
        "SDP_END_POINT_ALREADY_NEGOTIATED",
        "Endpoint already negotiated",
    )
}

impl World {
    /// What an endpoint can be told.
    pub(super) fn endpoint_operation(
        &mut self,
        id: &str,
        operation: &str,
        args: Args<'_>,
    ) -> Option<Result<Value, Refusal>> {
        let endpoint = self.endpoint(id)?;
        if endpoint.webrtc {
            let done = self.ice_operation(id, operation, args);
            if done.is_some() {
                return done;
            }
        }
        let endpoint = self.endpoint(id)?;
        Some(match operation {
            "generateOffer" => endpoint.generate_offer(args),
            "processOffer" => self.process_offer(id, args),
            "processAnswer" => self.process_answer(id, args),
            "getLocalSessionDescriptor" => endpoint.local_text(),
            "getRemoteSessionDescriptor" => endpoint.remote_text(),
            "requestKeyframe" => Ok(Value::Null),
            "getMediaState" => Ok(json!(connected(endpoint.media_seen))),
            "getConnectionState" => Ok(json!(connected(endpoint.up))),
            _ => return endpoint.property(operation, args),
        })
    }

    pub(super) fn endpoint(&mut self, id: &str) -> Option<&mut Endpoint> {
        match &mut self.objects.get_mut(id)?.part {
            Part::Endpoint(endpoint) => Some(endpoint),
            _ => None,
        }
    }

    fn process_offer(&mut self, id: &str, args: Args<'_>) -> Result<Value, Refusal> {
        let offer = args.text("offer")?;
        parsed(offer, "offer")?;
        let endpoint = self.endpoint(id).expect("the caller found it");
        if endpoint.negotiated || endpoint.offered {
            return Err(negotiated());
        }
        endpoint.remote_is(offer);
        endpoint.local = Some(endpoint.party().answer(&endpoint.remote));
        let answer = endpoint.local_text();
        self.session_started(id);
        answer
    }

    fn process_answer(&mut self, id: &str, args: Args<'_>) -> Result<Value, Refusal> {
        let answer = args.text("answer")?;
        parsed(answer, "answer")?;
        let endpoint = self.endpoint(id).expect("the caller found it");
        if !endpoint.offered {
            let words = "Offer not generated. It is not possible to process an answer.";
            return Err(Refusal::new(
                40209,
                "SDP_END_POINT_NOT_OFFER_GENERATED",
                words,
            ));
        }
        if endpoint.negotiated {
            return Err(negotiated());
        }
        endpoint.remote_is(answer);
        let local = endpoint.local_text();
        self.session_started(id);
        local
    }

    fn session_started(&mut self, id: &str) {
        self.tell(id, "MediaSessionStarted", json!({}));
        self.connect_peer(id);
    }
}

pub(super) fn connected(is: bool) -> &'static str {
    if is { "CONNECTED" } else { "DISCONNECTED" }
}

impl Endpoint {
    fn generate_offer(&mut self, args: Args<'_>) -> Result<Value, Refusal> {
        if self.negotiated || self.offered {
            return Err(negotiated());
        }
        let wanted = |name: &str| args.get("options")[name].as_bool().unwrap_or(true);
        let (audio, video) = (wanted("offerToReceiveAudio"), wanted("offerToReceiveVideo"));
        self.local = Some(self.party().offer(audio, video));
        self.offered = true;
        self.local_text()
    }

    /// Takes a candidate of the client's.
    pub(super) fn add_candidate(&mut self, candidate: &Value) -> Result<(), Refusal> {
        if !candidate.is_object() {
            return Err(Refusal::marshall(
                "'candidate' parameter should be an object",
            ));
        }
        let text = |name: &str| {
            let wrong = || Refusal::marshall(format!("'{name}' property should be a string"));
            candidate[name].as_str().ok_or_else(wrong)
        };
        let (line, _) = (text("candidate")?, text("sdpMid")?);
        let wrong = || Refusal::marshall("'sdpMLineIndex' property should be an integer");
        let index = candidate["sdpMLineIndex"].as_u64().ok_or_else(wrong)?;
        let sections = self.local.as_ref().map(|local| local.sections.len() as u64);
        if sections.is_some_and(|sections| index >= sections) {
            return Err(Refusal::new(
                40401,
                "ICE_ADD_CANDIDATE_ERROR",
                "Error adding candidate",
            ));
        }
        self.reachable |= is_usable(line);
        Ok(())
    }
}
