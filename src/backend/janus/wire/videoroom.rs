//! The bodies and data of `janus.plugin.videoroom`, as its publishers and subscribers speak.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Answer, Record, incoming::media_kind};
use crate::{
    backend::janus::error::Error,
    media::{MediaKind, MediaUpdate},
};

/// What lifts a cap, in bit/s: the plugin itself sends a REMB of 0 for 0.
const UNCAPPED: u32 = 10_000_000;

/// The lowest cap of a room, in bit/s: the plugin raises lower ones to it.
const LOWEST_ROOM_CAP: u32 = 64_000;

/// What the plugin is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "request", rename_all = "lowercase")]
pub(in super::super) enum Body {
    /// Enters a room and publishes the offer beside it.
    Joinandconfigure(Publisher),
    /// Enters a room to receive one publisher; an offer comes back.
    Join(Subscriber),
    /// Changes what is done with what a publisher sends or a subscriber receives.
    Configure(Configure),
    /// Takes the subscriber's answer beside it.
    Start,
    /// Lets a subscriber receive from somewhere else, in the m-sections that it has.
    Switch { streams: Vec<Source> },
}

/// Who publishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Publisher {
    room: String,
    ptype: &'static str,
    id: String,
    #[serde(flatten)]
    media: Media,
}

/// Who receives whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Subscriber {
    room: String,
    ptype: &'static str,
    streams: [Feed; 1],
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Feed {
    feed: String,
}

/// A change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(in super::super) struct Configure {
    #[serde(flatten)]
    media: Media,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    record: Option<Record>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    streams: Vec<Receive>,
}

/// What is done with what a publisher sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Media {
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bitrate: Option<u32>,
}

impl Media {
    /// A room's cap (bit/s, 0 = none) is not exceeded: the plugin's own `bitrate_cap` does not hold.
    fn new(update: MediaUpdate, room_cap: u32) -> Self {
        Self {
            audio: update.mute_audio.map(|mute| !mute),
            video: update.mute_video.map(|mute| !mute),
            data: update.mute_data.map(|mute| !mute),
            bitrate: update.bitrate_kbps.map(|kbps| capped(kbps, room_cap)),
        }
    }
}

fn capped(kbps: u32, room_cap: u32) -> u32 {
    let wanted = match super::bits_per_second(kbps) {
        0 => UNCAPPED,
        bits => bits,
    };
    match room_cap {
        0 => wanted,
        cap => wanted.min(cap.max(LOWEST_ROOM_CAP)),
    }
}

/// Where one m-section of a subscriber receives from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Source {
    /// The publisher.
    pub(in super::super) feed: String,
    /// The publisher's m-section.
    pub(in super::super) mid: String,
    /// The subscriber's m-section.
    pub(in super::super) sub_mid: String,
}

/// How one m-section of a subscriber receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Receive {
    pub(in super::super) mid: String,
    pub(in super::super) send: bool,
    /// The highest simulcast layer, 0 to 2; means nothing without simulcast.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) substream: Option<u32>,
}

impl Body {
    /// Publishes as `id`, with `update` in force from the first packet on.
    pub(in super::super) fn publish(
        room: &str,
        id: &str,
        update: MediaUpdate,
        room_cap: u32,
    ) -> Self {
        Self::Joinandconfigure(Publisher {
            room: room.to_owned(),
            ptype: "publisher",
            id: id.to_owned(),
            media: Media::new(update, room_cap),
        })
    }

    /// Receives all that `feed` publishes.
    pub(in super::super) fn subscribe(room: &str, feed: &str) -> Self {
        Self::Join(Subscriber {
            room: room.to_owned(),
            ptype: "subscriber",
            streams: [Feed {
                feed: feed.to_owned(),
            }],
        })
    }

    /// Mutes and caps a publisher.
    pub(in super::super) fn media(update: MediaUpdate, room_cap: u32) -> Self {
        Self::Configure(Configure {
            media: Media::new(update, room_cap),
            ..Configure::default()
        })
    }

    /// Begins to record a publisher, or stops.
    ///
    /// The room has a folder, so the plugin wants a bare name: it writes nothing for a path.
    pub(in super::super) fn record(record: Record) -> Self {
        let bare = |base: String| match base.rsplit_once('/') {
            Some((_, name)) => name.to_owned(),
            None => base,
        };
        Self::Configure(Configure {
            record: Some(Record {
                filename: record.filename.map(bare),
                ..record
            }),
            ..Configure::default()
        })
    }

    /// Changes how a subscriber receives.
    pub(in super::super) fn receive(streams: Vec<Receive>) -> Self {
        Self::Configure(Configure {
            streams,
            ..Configure::default()
        })
    }
}

/// One m-section of a publisher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Published {
    r#type: String,
    pub(in super::super) mindex: u32,
    pub(in super::super) mid: String,
    /// The room has no codec for it.
    #[serde(default)]
    disabled: bool,
}

impl Published {
    /// Its kind of media, if anything of it reaches others.
    pub(in super::super) fn kind(&self) -> Option<MediaKind> {
        media_kind(&self.r#type).filter(|_| !self.disabled)
    }
}

/// One m-section of a subscriber, and where it receives from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Subscribed {
    r#type: String,
    pub(in super::super) mid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_mid: Option<String>,
    /// The publishers of its data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    source_ids: Vec<String>,
}

impl Subscribed {
    /// Its kind of media.
    pub(in super::super) fn kind(&self) -> Option<MediaKind> {
        media_kind(&self.r#type)
    }

    /// Where it receives from, if that is one publisher.
    pub(in super::super) fn source(&self) -> Option<Source> {
        Some(Source {
            feed: self.feed_id.clone()?,
            mid: self.feed_mid.clone()?,
            sub_mid: self.mid.clone(),
        })
    }

    /// Whether it receives from there.
    pub(in super::super) fn receives(&self, source: &Source) -> bool {
        let from = self.feed_id.as_deref() == Some(&source.feed)
            && self.feed_mid.as_deref() == Some(&source.mid);
        self.mid == source.sub_mid && (from || self.source_ids.contains(&source.feed))
    }
}

/// The m-sections that an answer of the plugin tells of.
pub(in super::super) fn streams<T: for<'de> Deserialize<'de>>(
    answer: &Answer,
) -> Result<Vec<T>, Error> {
    #[derive(Deserialize)]
    struct Data<T> {
        streams: Vec<T>,
    }
    answer.read::<Data<T>>().map(|data| data.streams)
}

/// What the plugin says unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Said {
    /// This publisher was put out.
    Kicked,
    /// The room is gone.
    Destroyed,
    /// An m-section of this or another publisher was muted by the room, or let go on.
    Moderated {
        id: String,
        mid: String,
        muted: bool,
    },
    /// A subscriber receives another simulcast layer now.
    Layer { mid: String, substream: u32 },
    /// What nobody needs.
    Other,
}

impl Said {
    /// Reads what the plugin says.
    pub(in super::super) fn read(answer: &Answer) -> Self {
        #[derive(Deserialize)]
        struct Data {
            videoroom: String,
            leaving: Option<Value>,
            reason: Option<String>,
            id: Option<String>,
            mid: Option<String>,
            moderation: Option<String>,
            substream: Option<u32>,
        }
        let Ok(data) = answer.read::<Data>() else {
            return Self::Other;
        };
        match data {
            Data { videoroom, .. } if videoroom == "destroyed" => Self::Destroyed,
            Data {
                leaving: Some(_),
                reason: Some(reason),
                ..
            } if reason == "kicked" => Self::Kicked,
            Data {
                id: Some(id),
                mid: Some(mid),
                moderation: Some(moderation),
                ..
            } => Self::Moderated {
                id,
                mid,
                muted: moderation == "muted",
            },
            Data {
                mid: Some(mid),
                substream: Some(substream),
                ..
            } => Self::Layer { mid, substream },
            _ => Self::Other,
        }
    }
}
