//! What is asked of the server: a closed list, so that nothing is ever sent that it is known to die of.

use serde_json::{Map, Value, json};

use super::object::{Element, Hub, Id, Pipeline};
use crate::{
    media::{Candidate, MediaKind, Sdp},
    telemetry::Redacted,
};

/// The object that tells of the server itself.
const MANAGER: &str = "manager_ServerManager";

/// An object that a call is about, which in a transaction may be made by an earlier call of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Target {
    Made(Id),
    /// By the call at this place of the transaction.
    Makes(usize),
    Manager,
}

impl Target {
    fn text(&self) -> String {
        match self {
            Self::Made(id) => id.as_str().to_owned(),
            Self::Makes(place) => format!("newref:{place}"),
            Self::Manager => MANAGER.to_owned(),
        }
    }
}

/// An element that a call is about; see [`Target`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in super::super) enum Node {
    Made(Element),
    /// By the call at this place of the transaction, which makes an element.
    Makes(usize),
}

impl From<Element> for Node {
    fn from(element: Element) -> Self {
        Self::Made(element)
    }
}

impl From<&Node> for Target {
    fn from(node: &Node) -> Self {
        match node {
            Node::Made(element) => Self::Made(element.id().clone()),
            Node::Makes(place) => Self::Makes(*place),
        }
    }
}

impl From<&Element> for Target {
    fn from(element: &Element) -> Self {
        Self::Made(element.id().clone())
    }
}

impl From<&Pipeline> for Target {
    fn from(pipeline: &Pipeline) -> Self {
        Self::Made(pipeline.id().clone())
    }
}

/// One call.
#[derive(Clone, Debug)]
pub(in super::super) enum Call {
    Create(Create),
    Invoke(Target, Operation),
    /// Lets the session that asks hear of these events of the object.
    Subscribe(Target, &'static str),
    /// Lets the server forget that this session uses the object.
    Unref(Id),
    Release(Id),
}

/// What can be made.
#[derive(Clone, Debug)]
pub(in super::super) enum Create {
    Pipeline,
    PassThrough(Pipeline),
    WebRtcEndpoint {
        pipeline: Pipeline,
        data: bool,
    },
    RtpEndpoint {
        pipeline: Pipeline,
        crypto: Option<Crypto>,
    },
    Player {
        pipeline: Pipeline,
        uri: String,
        encoded: bool,
    },
    Recorder {
        pipeline: Pipeline,
        uri: String,
        profile: String,
    },
    Composite {
        pipeline: Pipeline,
        width: u32,
        height: u32,
        framerate: u32,
    },
    HubPort(Hub),
}

/// How SRTP is keyed by SDP (RFC 4568).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Crypto {
    /// As the server names it (`AES_128_CM_HMAC_SHA1_80`).
    pub(in super::super) suite: &'static str,
    /// 30 characters.
    pub(in super::super) key: Redacted<String>,
}

/// What an object can be asked to do.
#[derive(Clone, Debug)]
pub(in super::super) enum Operation {
    Connect { sink: Node, kind: MediaKind },
    Disconnect { sink: Node, kind: MediaKind },
    GetSourceConnections,
    ProcessOffer(Sdp),
    GenerateOffer { audio: bool, video: bool },
    ProcessAnswer(Sdp),
    GatherCandidates,
    AddIceCandidate { candidate: Candidate, index: usize },
    SetMaxVideoSendBandwidth(u32),
    SetMaxVideoRecvBandwidth(u32),
    AddTag { key: &'static str, value: String },
    GetTags,
    GetChildren,
    GetStats(MediaKind),
    GetMediaState,
    GetDtlsConnectionState,
    IsMediaFlowingOut(MediaKind),
    Play,
    Record,
    Pause,
    Stop,
    GetState,
    GetVideoInfo,
    GetPosition,
    SetPosition(u64),
    GetInfo,
    GetPipelines,
}

impl Call {
    /// Asks the server about itself.
    pub(in super::super) const fn manager(operation: Operation) -> Self {
        Self::Invoke(Target::Manager, operation)
    }

    /// As figures and logs name it.
    pub(in super::super) const fn name(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Invoke(_, operation) => operation.name(),
            Self::Subscribe(..) => "subscribe",
            Self::Unref(_) => "unref",
            Self::Release(_) => "release",
        }
    }

    pub(super) const fn method(&self) -> &'static str {
        match self {
            Self::Invoke(..) => "invoke",
            other => other.name(),
        }
    }

    pub(super) fn params(&self) -> Map<String, Value> {
        let params = match self {
            Self::Create(create) => {
                let (kind, params) = create.parts();
                json!({"type": kind, "constructorParams": params})
            }
            Self::Invoke(target, operation) => json!({
                "object": target.text(),
                "operation": operation.name(),
                "operationParams": operation.params(),
            }),
            Self::Subscribe(target, event) => json!({"object": target.text(), "type": event}),
            Self::Unref(id) | Self::Release(id) => json!({"object": id.as_str()}),
        };
        match params {
            Value::Object(params) => params,
            _ => Map::new(),
        }
    }
}

impl Create {
    fn parts(&self) -> (&'static str, Value) {
        match self {
            Self::Pipeline => ("MediaPipeline", json!({})),
            Self::PassThrough(pipeline) => (
                "PassThrough",
                json!({"mediaPipeline": pipeline.id().as_str()}),
            ),
            Self::WebRtcEndpoint { pipeline, data } => (
                "WebRtcEndpoint",
                json!({
                    "mediaPipeline": pipeline.id().as_str(),
                    "certificateKeyType": "ECDSA",
                    "useDataChannels": data,
                }),
            ),
            Self::RtpEndpoint { pipeline, crypto } => {
                let mut params = json!({"mediaPipeline": pipeline.id().as_str()});
                if let Some(crypto) = crypto {
                    params["crypto"] = json!({"crypto": crypto.suite, "key": crypto.key.expose()});
                }
                ("RtpEndpoint", params)
            }
            Self::Player {
                pipeline,
                uri,
                encoded,
            } => (
                "PlayerEndpoint",
                json!({
                    "mediaPipeline": pipeline.id().as_str(),
                    "uri": uri,
                    "useEncodedMedia": encoded,
                }),
            ),
            Self::Recorder {
                pipeline,
                uri,
                profile,
            } => (
                "RecorderEndpoint",
                json!({
                    "mediaPipeline": pipeline.id().as_str(),
                    "uri": uri,
                    "mediaProfile": profile,
                    "stopOnEndOfStream": false,
                }),
            ),
            Self::Composite {
                pipeline,
                width,
                height,
                framerate,
            } => (
                "Composite",
                json!({
                    "mediaPipeline": pipeline.id().as_str(),
                    "width": width,
                    "height": height,
                    "framerate": framerate,
                }),
            ),
            Self::HubPort(hub) => ("HubPort", json!({"hub": hub.id().as_str()})),
        }
    }
}

impl Operation {
    const fn name(&self) -> &'static str {
        match self {
            Self::Connect { .. } => "connect",
            Self::Disconnect { .. } => "disconnect",
            Self::GetSourceConnections => "getSourceConnections",
            Self::ProcessOffer(_) => "processOffer",
            Self::GenerateOffer { .. } => "generateOffer",
            Self::ProcessAnswer(_) => "processAnswer",
            Self::GatherCandidates => "gatherCandidates",
            Self::AddIceCandidate { .. } => "addIceCandidate",
            Self::SetMaxVideoSendBandwidth(_) => "setMaxVideoSendBandwidth",
            Self::SetMaxVideoRecvBandwidth(_) => "setMaxVideoRecvBandwidth",
            Self::AddTag { .. } => "addTag",
            Self::GetTags => "getTags",
            Self::GetChildren => "getChildren",
            Self::GetStats(_) => "getStats",
            Self::GetMediaState => "getMediaState",
            Self::GetDtlsConnectionState => "getDtlsConnectionState",
            Self::IsMediaFlowingOut(_) => "isMediaFlowingOut",
            Self::Play => "play",
            Self::Record => "record",
            Self::Pause => "pause",
            Self::Stop => "stop",
            Self::GetState => "getState",
            Self::GetVideoInfo => "getVideoInfo",
            Self::GetPosition => "getPosition",
            Self::SetPosition(_) => "setPosition",
            Self::GetInfo => "getInfo",
            Self::GetPipelines => "getPipelines",
        }
    }

    fn params(&self) -> Value {
        match self {
            Self::Connect { sink, kind } | Self::Disconnect { sink, kind } => json!({
                "sink": Target::from(sink).text(),
                "mediaType": media_type(*kind),
            }),
            Self::ProcessOffer(offer) => json!({"offer": offer.as_str()}),
            Self::GenerateOffer { audio, video } => json!({"options": {
                "offerToReceiveAudio": audio,
                "offerToReceiveVideo": video,
            }}),
            Self::ProcessAnswer(answer) => json!({"answer": answer.as_str()}),
            // All three are mandatory; the index alone decides.
            Self::AddIceCandidate { candidate, index } => json!({"candidate": {
                "candidate": candidate.line(),
                "sdpMid": candidate.sdp_mid().unwrap_or_default(),
                "sdpMLineIndex": index,
            }}),
            Self::SetMaxVideoSendBandwidth(kbps) => json!({"maxVideoSendBandwidth": kbps}),
            Self::SetMaxVideoRecvBandwidth(kbps) => json!({"maxVideoRecvBandwidth": kbps}),
            Self::AddTag { key, value } => json!({"key": key, "value": value}),
            Self::GetStats(kind) | Self::IsMediaFlowingOut(kind) => {
                json!({"mediaType": media_type(*kind)})
            }
            Self::SetPosition(milliseconds) => json!({"position": milliseconds}),
            Self::GetSourceConnections
            | Self::GatherCandidates
            | Self::GetTags
            | Self::GetChildren
            | Self::GetMediaState
            | Self::GetDtlsConnectionState
            | Self::Play
            | Self::Record
            | Self::Pause
            | Self::Stop
            | Self::GetState
            | Self::GetVideoInfo
            | Self::GetPosition
            | Self::GetInfo
            | Self::GetPipelines => json!({}),
        }
    }
}

/// A kind of media, as the server calls it.
pub(in super::super) const fn media_type(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "AUDIO",
        MediaKind::Video => "VIDEO",
        MediaKind::Data => "DATA",
    }
}
