//! Who feeds whom, and what flows.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::object::{Kind, Part};
use super::rpc::{Args, Refusal};
use super::world::World;

/// How long no media must have come until that is told.
const SILENCE: Duration = Duration::from_secs(2);

/// A kind of media that a link carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Media {
    Audio,
    Data,
    Video,
}

impl Media {
    pub(super) const ALL: [Media; 3] = [Media::Audio, Media::Data, Media::Video];
    /// Those whose flow is told.
    pub(super) const FLOWING: [Media; 2] = [Media::Audio, Media::Video];

    pub(super) fn name(self) -> &'static str {
        match self {
            Media::Audio => "AUDIO",
            Media::Data => "DATA",
            Media::Video => "VIDEO",
        }
    }

    pub(super) fn named(name: &str) -> Option<Media> {
        Media::ALL.into_iter().find(|media| media.name() == name)
    }
}

/// One connection, for one kind of media.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    /// The id of the element that feeds.
    pub(crate) source: String,
    /// The id of the element that is fed.
    pub(crate) sink: String,
    /// What it carries.
    pub(crate) media: Media,
}

impl Link {
    fn to_value(&self) -> Value {
        json!({
            "__module__": "kurento",
            "__type__": "ElementConnectionData",
            "sink": self.sink,
            "sinkDescription": "default",
            "source": self.source,
            "sourceDescription": "default",
            "type": self.media.name(),
        })
    }
}

/// All connections. A sink has one source for each kind of media.
#[derive(Debug, Default)]
pub(super) struct Graph {
    sources: BTreeMap<(String, Media), String>,
    /// What a stale disconnect left behind: the source still tells of it, the sink does not.
    ghosts: BTreeSet<Link>,
    /// What no link brings back to life.
    killed: BTreeSet<(String, Media)>,
}

impl Graph {
    /// The links that carry something, or would.
    pub(super) fn links(&self) -> Vec<Link> {
        let alive = self
            .sources
            .iter()
            .filter(|(at, _)| !self.killed.contains(at));
        alive.map(link).collect()
    }

    fn listed(&self, which: impl Fn(&Link) -> bool, with_ghosts: bool) -> Value {
        let ghosts = self.ghosts.iter().filter(|_| with_ghosts).cloned();
        let mut links: Vec<Link> = self.sources.iter().map(link).chain(ghosts).collect();
        links.retain(which);
        links.sort();
        links.iter().map(Link::to_value).collect()
    }

    /// An element is no more.
    pub(super) fn forget(&mut self, id: &str) {
        self.sources
            .retain(|(sink, _), source| sink != id && source != id);
        self.ghosts
            .retain(|link| link.sink != id && link.source != id);
        self.killed.retain(|(sink, _)| sink != id);
    }
}

fn link(((sink, media), source): (&(String, Media), &String)) -> Link {
    Link {
        source: source.clone(),
        sink: sink.clone(),
        media: *media,
    }
}

impl World {
    /// What an element can be told about its connections.
    pub(super) fn graph_operation(
        &mut self,
        id: &str,
        operation: &str,
        args: Args<'_>,
    ) -> Option<Result<Value, Refusal>> {
        Some(match operation {
            "connect" => self.connect(id, args).map(|()| Value::Null),
            "disconnect" => self.disconnect(id, args).map(|()| Value::Null),
            "getSourceConnections" => Ok(self.graph.listed(|link| link.sink == id, false)),
            "getSinkConnections" => Ok(self.graph.listed(|link| link.source == id, true)),
            "isMediaFlowingIn" => args
                .media()
                .map(|media| json!(media.iter().any(|media| self.flows_into(id, *media, 0)))),
            "isMediaFlowingOut" => args
                .media()
                .map(|media| json!(media.iter().any(|media| self.flows_out(id, *media, 0)))),
            _ => return None,
        })
    }

    fn connect(&mut self, id: &str, args: Args<'_>) -> Result<(), Refusal> {
        let sink = self.sink(args)?;
        let media = args.media()?;
        if !self.objects[&sink].kind.is_element() {
            self.crashed = true;
            return Ok(());
        }
        if pipeline(id) != pipeline(&sink) {
            let words = "Media elements do not share pipeline";
            return Err(Refusal::new(40004, "CONNECT_ERROR", words));
        }
        for media in media {
            let at = (sink.clone(), media);
            let before = self.graph.sources.insert(at, id.to_owned());
            if before.as_deref() != Some(id) {
                if let Some(before) = before {
                    self.linked("ElementDisconnected", &before, &sink, media);
                }
                self.linked("ElementConnected", id, &sink, media);
            }
        }
        self.unsettled = true;
        Ok(())
    }

    fn disconnect(&mut self, id: &str, args: Args<'_>) -> Result<(), Refusal> {
        let sink = self.sink(args)?;
        for media in args.media()? {
            let at = (sink.clone(), media);
            match self.graph.sources.get(&at) {
                Some(source) if source == id => {
                    self.graph.sources.remove(&at);
                    self.linked("ElementDisconnected", id, &sink, media);
                }
                Some(source) => {
                    self.misused = true;
                    let (source, sink) = (source.clone(), sink.clone());
                    self.graph.sources.remove(&at);
                    self.graph.ghosts.insert(Link {
                        source,
                        sink,
                        media,
                    });
                    self.graph.killed.insert(at);
                }
                None => {}
            }
        }
        self.unsettled = true;
        Ok(())
    }

    fn sink(&self, args: Args<'_>) -> Result<String, Refusal> {
        let sink = args.text("sink")?;
        match self.objects.contains_key(sink) {
            true => Ok(sink.to_owned()),
            false => Err(Refusal::not_found(sink)),
        }
    }

    fn linked(&mut self, event: &'static str, source: &str, sink: &str, media: Media) {
        let data = json!({
            "mediaType": media.name(),
            "sink": sink,
            "sinkMediaDescription": "default",
            "sourceMediaDescription": "default",
        });
        self.tell(source, event, data);
    }

    /// Whether an element gives this kind of media to those that it feeds.
    fn flows_out(&self, id: &str, media: Media, depth: usize) -> bool {
        let Some(object) = self.objects.get(id) else {
            return false;
        };
        match &object.part {
            Part::Endpoint(endpoint) => endpoint.arriving.contains(&media),
            Part::Player(player) => media != Media::Data && player.is_running(),
            Part::Recorder(_) => false,
            Part::Plain if object.kind == Kind::HubPort => media != Media::Data,
            Part::Plain => self.flows_into(id, media, depth),
        }
    }

    /// Whether this kind of media comes to an element from the one that feeds it.
    pub(super) fn flows_into(&self, id: &str, media: Media, depth: usize) -> bool {
        // Elements can be connected in rings; none that a driver makes is that long.
        const DEEPEST: usize = 16;
        let at = (id.to_owned(), media);
        let takes = match self.objects.get(id).map(|object| &object.part) {
            Some(Part::Endpoint(endpoint)) => endpoint.takes(media),
            Some(Part::Recorder(recorder)) => recorder.takes(media),
            Some(Part::Plain) => true,
            _ => false,
        };
        let source = self.graph.sources.get(&at);
        let source =
            source.filter(|_| takes && depth < DEEPEST && !self.graph.killed.contains(&at));
        source.is_some_and(|source| self.flows_out(source, media, depth + 1))
    }

    /// Tells where media begins or ends to flow, after something has changed, and starts the recorders that waited.
    pub(super) fn settle(&mut self) {
        if !std::mem::take(&mut self.unsettled) {
            return;
        }
        let ids: Vec<String> = self.objects.keys().cloned().collect();
        for id in ids {
            for media in Media::FLOWING {
                let flows = self.flows_into(&id, media, 0);
                let object = self.objects.get_mut(&id).expect("it was just listed");
                if flows && object.flowing_in.insert(media) {
                    self.tell_flow(&id, "MediaFlowInStateChanged", media, true);
                } else if !flows && object.flowing_in.contains(&media) && object.quiet.insert(media)
                {
                    let id = id.clone();
                    self.later(SILENCE, move |world| world.notice_silence(&id, media));
                }
            }
            self.record_what_flows(&id);
        }
    }

    /// Nothing may have flowed for long enough to be told.
    fn notice_silence(&mut self, id: &str, media: Media) {
        let flows = self.flows_into(id, media, 0);
        let Some(object) = self.objects.get_mut(id) else {
            return;
        };
        object.quiet.remove(&media);
        if !flows && object.flowing_in.remove(&media) {
            self.tell_flow(id, "MediaFlowInStateChanged", media, false);
        }
    }

    pub(super) fn tell_flow(&mut self, id: &str, event: &'static str, media: Media, flows: bool) {
        let state = if flows { "FLOWING" } else { "NOT_FLOWING" };
        let data = json!({"mediaType": media.name(), "padName": "default", "state": state});
        self.tell(id, event, data);
    }
}

/// The id of the pipeline that an object is in.
pub(super) fn pipeline(id: &str) -> &str {
    id.split('/').next().unwrap_or(id)
}
