//! What comes from the Janus API: replies by transaction, events by session and handle.

use serde::Deserialize;
use serde_json::Value;

use super::{Jsep, Plugin};
use crate::{
    backend::janus::error::Error,
    media::{Description, MediaKind},
};

/// One frame.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Incoming {
    /// The answer to a request, or a part of it.
    Reply { transaction: String, reply: Reply },
    /// Something happened to a handle.
    Event {
        session: u64,
        handle: u64,
        event: HandleEvent,
    },
    /// A session was not kept alive.
    TimedOut { session: u64 },
    /// A refusal that names no request: ours was malformed.
    Refused { code: u32, reason: String },
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Reply {
    /// Taken; for `message` the answer follows, or came before.
    Ack,
    /// Done; with the id of what was made.
    Done { id: Option<u64> },
    /// What the server is.
    Info(ServerInfo),
    /// What a plugin answers.
    Plugin(Answer),
    /// The core refuses.
    Refused { code: u32, reason: String },
}

/// The code of the core for a session that is not there (any more).
pub(in super::super) const NO_SESSION: u32 = 458;
/// The code of the core for a session id that is in use.
pub(in super::super) const SESSION_IN_USE: u32 = 468;

/// What the server is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in super::super) struct ServerInfo {
    /// The version in words (`1.1.2`).
    #[serde(rename = "version_string", default)]
    pub(in super::super) version: String,
    /// After how many seconds without a request a session ends; 0 = never.
    #[serde(rename = "session-timeout", default)]
    pub(in super::super) session_timeout: u64,
    /// For how many seconds after its last request a session can be claimed; 0 = not at all.
    #[serde(rename = "reclaim-session-timeout", default)]
    pub(in super::super) reclaim_session_timeout: u64,
}

/// What a plugin says, with a description if there is one.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Answer {
    pub(in super::super) data: Value,
    pub(in super::super) jsep: Option<Jsep>,
}

impl Answer {
    /// The plugin's refusal, if it is one.
    ///
    /// Numbers overlap with those of the core and of other plugins.
    pub(in super::super) fn refusal(&self, plugin: Plugin) -> Option<Error> {
        let code = self.data.get("error_code")?.as_u64()?;
        let reason = self.data.get("error").and_then(Value::as_str);
        Some(Error::Plugin {
            plugin,
            code: u32::try_from(code).unwrap_or(u32::MAX),
            reason: reason.unwrap_or("no reason given").to_owned(),
        })
    }

    /// The description that belongs to it.
    pub(in super::super) fn description(self, plugin: Plugin) -> Result<Description, Error> {
        let jsep = self.jsep.ok_or_else(|| Error::Unexpected {
            plugin,
            expected: "a description",
            answer: "none".into(),
        })?;
        jsep.into_description()
    }

    /// The plugin's data in its own type.
    pub(in super::super) fn read<T: for<'de> Deserialize<'de>>(&self) -> Result<T, Error> {
        T::deserialize(&self.data).map_err(|error| Error::Malformed(error.to_string()))
    }
}

/// Something that happened to a handle.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum HandleEvent {
    /// The plugin says something unasked.
    Plugin(Answer),
    /// ICE and DTLS are through.
    WebrtcUp,
    /// Media of the client begins or stops to arrive.
    Media {
        mid: Option<String>,
        kind: Option<MediaKind>,
        receiving: bool,
    },
    /// Packets are lost: `uplink` on the way from Janus to the client.
    SlowLink {
        mid: Option<String>,
        uplink: bool,
        lost: u64,
    },
    /// The peer connection is gone.
    Hangup { reason: String },
    /// The handle is gone.
    Detached,
    /// What this driver has no use for.
    Other,
}

#[derive(Deserialize)]
struct Frame {
    janus: String,
    transaction: Option<String>,
    session_id: Option<u64>,
    sender: Option<u64>,
    data: Option<Made>,
    plugindata: Option<PluginData>,
    jsep: Option<Jsep>,
    error: Option<Refusal>,
    reason: Option<String>,
    mid: Option<String>,
    r#type: Option<String>,
    receiving: Option<bool>,
    uplink: Option<bool>,
    lost: Option<u64>,
}

#[derive(Deserialize)]
struct Made {
    id: Option<u64>,
}

#[derive(Deserialize)]
struct PluginData {
    #[serde(default)]
    data: Value,
}

#[derive(Deserialize)]
struct Refusal {
    code: u32,
    #[serde(default)]
    reason: String,
}

/// Reads one frame.
///
/// # Errors
/// [`Error::Malformed`] if it is none that Janus writes.
pub(in super::super) fn read(text: &str) -> Result<Incoming, Error> {
    let malformed = |error: serde_json::Error| Error::Malformed(error.to_string());
    let mut frame: Frame = serde_json::from_str(text).map_err(malformed)?;
    let Some(transaction) = frame.transaction.take() else {
        return frame.unasked();
    };
    let reply = match frame.janus.as_str() {
        "server_info" => Reply::Info(serde_json::from_str(text).map_err(malformed)?),
        _ => frame.reply()?,
    };
    Ok(Incoming::Reply { transaction, reply })
}

impl Frame {
    fn reply(mut self) -> Result<Reply, Error> {
        match self.janus.as_str() {
            "ack" => Ok(Reply::Ack),
            "error" => {
                let Refusal { code, reason } = self.take_refusal()?;
                Ok(Reply::Refused { code, reason })
            }
            "success" | "event" if self.plugindata.is_some() => Ok(Reply::Plugin(self.answer())),
            "success" | "pong" => Ok(Reply::Done {
                id: self.data.and_then(|made| made.id),
            }),
            other => Err(Error::Malformed(format!("a reply `{other}`"))),
        }
    }

    fn unasked(mut self) -> Result<Incoming, Error> {
        match (self.janus.as_str(), self.session_id, self.sender) {
            ("error", ..) => {
                let Refusal { code, reason } = self.take_refusal()?;
                Ok(Incoming::Refused { code, reason })
            }
            ("timeout", Some(session), _) => Ok(Incoming::TimedOut { session }),
            (_, Some(session), Some(handle)) => Ok(Incoming::Event {
                session,
                handle,
                event: self.event(),
            }),
            (other, ..) => Err(Error::Malformed(format!(
                "an event `{other}` without sender"
            ))),
        }
    }

    fn event(self) -> HandleEvent {
        match self.janus.as_str() {
            "event" => HandleEvent::Plugin(self.answer()),
            "webrtcup" => HandleEvent::WebrtcUp,
            "media" => HandleEvent::Media {
                kind: self.r#type.as_deref().and_then(media_kind),
                receiving: self.receiving.unwrap_or(false),
                mid: self.mid,
            },
            "slowlink" => HandleEvent::SlowLink {
                mid: self.mid,
                uplink: self.uplink.unwrap_or(false),
                lost: self.lost.unwrap_or(0),
            },
            "hangup" => HandleEvent::Hangup {
                reason: self.reason.unwrap_or_default(),
            },
            "detached" => HandleEvent::Detached,
            _ => HandleEvent::Other,
        }
    }

    fn answer(self) -> Answer {
        Answer {
            data: self
                .plugindata
                .map(|plugin| plugin.data)
                .unwrap_or_default(),
            jsep: self.jsep,
        }
    }

    fn take_refusal(&mut self) -> Result<Refusal, Error> {
        self.error
            .take()
            .ok_or_else(|| Error::Malformed("an error without a code".into()))
    }
}

/// The kind of media that Janus calls so.
pub(super) fn media_kind(word: &str) -> Option<MediaKind> {
    MediaKind::ALL
        .iter()
        .copied()
        .find(|kind| kind.as_str() == word)
}
