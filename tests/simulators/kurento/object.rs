//! The kinds of objects, and what all of them can do.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::endpoint::Endpoint;
use super::graph::{Media, pipeline};
use super::player::Player;
use super::recorder::Recorder;
use super::rpc::{Args, Refusal};
use super::world::World;

/// The object that tells of the server itself.
pub(super) const MANAGER: &str = "manager_ServerManager";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    ServerManager,
    MediaPipeline,
    PassThrough,
    WebRtcEndpoint,
    RtpEndpoint,
    PlayerEndpoint,
    RecorderEndpoint,
    Composite,
    HubPort,
}

/// The kinds that a client can make.
const FACTORIES: [Kind; 8] = [
    Kind::MediaPipeline,
    Kind::PassThrough,
    Kind::WebRtcEndpoint,
    Kind::RtpEndpoint,
    Kind::PlayerEndpoint,
    Kind::RecorderEndpoint,
    Kind::Composite,
    Kind::HubPort,
];

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::ServerManager => "ServerManager",
            Kind::MediaPipeline => "MediaPipeline",
            Kind::PassThrough => "PassThrough",
            Kind::WebRtcEndpoint => "WebRtcEndpoint",
            Kind::RtpEndpoint => "RtpEndpoint",
            Kind::PlayerEndpoint => "PlayerEndpoint",
            Kind::RecorderEndpoint => "RecorderEndpoint",
            Kind::Composite => "Composite",
            Kind::HubPort => "HubPort",
        }
    }

    fn factory(name: &str) -> Option<Kind> {
        let name = name.strip_prefix("kurento.").unwrap_or(name);
        FACTORIES.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it can be connected.
    pub(super) fn is_element(self) -> bool {
        self.ancestors().contains(&"MediaElement")
    }

    fn ancestors(self) -> &'static [&'static str] {
        match self {
            Kind::ServerManager | Kind::MediaPipeline => &["MediaObject"],
            Kind::PassThrough | Kind::HubPort => &["MediaElement", "MediaObject"],
            Kind::Composite => &["Hub", "MediaObject"],
            Kind::PlayerEndpoint | Kind::RecorderEndpoint => {
                &["UriEndpoint", "Endpoint", "MediaElement", "MediaObject"]
            }
            Kind::WebRtcEndpoint | Kind::RtpEndpoint => &[
                "BaseRtpEndpoint",
                "SdpEndpoint",
                "SessionEndpoint",
                "Endpoint",
                "MediaElement",
                "MediaObject",
            ],
        }
    }

    /// Whether objects of this kind raise such events.
    pub(super) fn raises(self, event: &str) -> bool {
        let mut classes = [self.name()]
            .into_iter()
            .chain(self.ancestors().iter().copied());
        classes.any(|class| events(class).contains(&event))
    }

    /// What `describe` tells.
    pub(super) fn described(self) -> Value {
        let qualified = |name: &str| format!("kurento.{name}");
        let ancestors: Vec<String> = self
            .ancestors()
            .iter()
            .map(|name| qualified(name))
            .collect();
        json!({"hierarchy": ancestors, "qualifiedType": qualified(self.name()), "type": self.name()})
    }
}

fn events(class: &str) -> &'static [&'static str] {
    match class {
        "MediaObject" => &["Error"],
        "ServerManager" => &["ObjectCreated", "ObjectDestroyed"],
        "MediaElement" => &[
            "ElementConnected",
            "ElementDisconnected",
            "MediaFlowInStateChanged",
            "MediaFlowOutStateChanged",
            "MediaTranscodingStateChanged",
        ],
        "SessionEndpoint" => &["MediaSessionStarted", "MediaSessionTerminated"],
        "BaseRtpEndpoint" => &["MediaStateChanged", "ConnectionStateChanged"],
        "WebRtcEndpoint" => &[
            "IceCandidateFound",
            "IceGatheringDone",
            "IceComponentStateChanged",
            "NewCandidatePairSelected",
            "DtlsConnectionStateChange",
            "DataChannelOpened",
            "DataChannelClosed",
        ],
        "RtpEndpoint" => &["OnKeySoftLimit"],
        "UriEndpoint" => &["UriEndpointStateChanged"],
        "PlayerEndpoint" => &["EndOfStream"],
        "RecorderEndpoint" => &["Recording", "Paused", "Stopped"],
        _ => &[],
    }
}

/// An object that a client made, or the manager.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) sends_tags: bool,
    /// Seconds since 1970.
    created: u64,
    /// What was last told to flow into it.
    pub(super) flowing_in: BTreeSet<Media>,
    /// What has ceased to flow into it, which is not told yet.
    pub(super) quiet: BTreeSet<Media>,
    pub(super) part: Part,
}

/// What only some kinds have.
#[derive(Debug)]
pub(super) enum Part {
    Plain,
    Endpoint(Box<Endpoint>),
    Player(Player),
    Recorder(Recorder),
}

impl Object {
    pub(super) fn new(id: &str, kind: Kind, part: Part) -> Object {
        Object {
            kind,
            name: id.to_owned(),
            tags: BTreeMap::new(),
            sends_tags: false,
            created: super::world::milliseconds() / 1000,
            flowing_in: BTreeSet::new(),
            quiet: BTreeSet::new(),
            part,
        }
    }

    pub(super) fn tag_values(&self) -> Value {
        let tag = |(key, value): (&String, &String)| json!({"__module__": "kurento", "__type__": "Tag", "key": key, "value": value});
        self.tags.iter().map(tag).collect()
    }
}

impl World {
    /// Makes an object.
    pub(super) fn create(&mut self, factory: &str, args: Args<'_>) -> Result<String, Refusal> {
        let unknown = || {
            let words = format!("Factory '{factory}' not found");
            Refusal::new(40108, "MEDIA_OBJECT_NOT_AVAILABLE", words)
        };
        let kind = Kind::factory(factory).ok_or_else(unknown)?;
        let parent = match kind {
            Kind::MediaPipeline => None,
            Kind::HubPort => Some(self.parent("hub", Kind::Composite, args)?),
            _ => Some(self.parent("mediaPipeline", Kind::MediaPipeline, args)?),
        };
        let part = match kind {
            Kind::WebRtcEndpoint | Kind::RtpEndpoint => {
                Part::Endpoint(Box::new(Endpoint::new(kind, self.new_port(), args)?))
            }
            Kind::PlayerEndpoint => Part::Player(Player::new(self.options.media_duration, args)?),
            Kind::RecorderEndpoint => Part::Recorder(Recorder::new(args)?),
            _ => Part::Plain,
        };
        let own = format!("{}_kurento.{}", super::world::new_uuid(), kind.name());
        let id = match &parent {
            Some(parent) => format!("{parent}/{own}"),
            None => own,
        };
        self.objects
            .insert(id.clone(), Object::new(&id, kind, part));
        if let Some(parent) = parent {
            self.inherit(&parent, &id);
        }
        self.tell(MANAGER, "ObjectCreated", json!({"object": id}));
        Ok(id)
    }

    fn parent(&self, name: &str, kind: Kind, args: Args<'_>) -> Result<String, Refusal> {
        // A number is taken for a text here, alone of all arguments.
        let id = match args.get(name) {
            Value::Number(number) => number.to_string(),
            _ => args.text(name)?.to_owned(),
        };
        match self.objects.get(&id) {
            None => Err(Refusal::not_found(&id)),
            Some(object) if object.kind != kind => Err(Refusal::bad_parent()),
            Some(_) => Ok(id),
        }
    }

    /// What every object can be asked.
    pub(super) fn object_operation(
        &mut self,
        id: &str,
        operation: &str,
        args: Args<'_>,
    ) -> Option<Result<Value, Refusal>> {
        let children = self.children(id);
        let object = self.objects.get_mut(id).expect("the caller found it");
        Some(match operation {
            "getId" => Ok(json!(id)),
            "getName" => Ok(json!(object.name)),
            "setName" => args.text("name").map(|name| {
                name.clone_into(&mut object.name);
                Value::Null
            }),
            "getCreationTime" => Ok(json!(object.created)),
            "getMediaPipeline" => Ok(json!(pipeline(id))),
            "getParent" => Ok(json!(id.rsplit_once('/').map_or("", |(parent, _)| parent))),
            "getChildren" => Ok(json!(children)),
            _ => return object.tag_operation(operation, args),
        })
    }

    /// The ids of what is directly in an object.
    fn children(&self, id: &str) -> Vec<String> {
        let is_child = |other: &&String| {
            other
                .rsplit_once('/')
                .is_some_and(|(parent, _)| parent == id)
        };
        self.objects.keys().filter(is_child).cloned().collect()
    }
}

impl Object {
    fn tag_operation(&mut self, operation: &str, args: Args<'_>) -> Option<Result<Value, Refusal>> {
        Some(match operation {
            "addTag" => self.add_tag(args).map(|()| Value::Null),
            "removeTag" => args.text("key").map(|key| {
                self.tags.remove(key);
                Value::Null
            }),
            "getTag" => args.text("key").and_then(|key| {
                let missing = || {
                    Refusal::new(
                        40110,
                        "MEDIA_OBJECT_TAG_KEY_NOT_FOUND",
                        format!("Tag key '{key}' not found"),
                    )
                };
                self.tags
                    .get(key)
                    .map(|value| json!(value))
                    .ok_or_else(missing)
            }),
            "getTags" => Ok(self.tag_values()),
            "getSendTagsInEvents" => Ok(json!(self.sends_tags)),
            "setSendTagsInEvents" => args.boolean("sendTagsInEvents").map(|sends| {
                self.sends_tags = sends;
                Value::Null
            }),
            _ => return None,
        })
    }

    fn add_tag(&mut self, args: Args<'_>) -> Result<(), Refusal> {
        let (key, value) = (args.text("key")?, args.text("value")?);
        self.tags.insert(key.to_owned(), value.to_owned());
        Ok(())
    }
}
