//! `proxy` and `bridge` on `janus.plugin.videocall`: two WebRTC clients, joined by the server.
//!
//! The caller is the proxy's client, the callee the bridge's. Each side has a handle and a Janus
//! session of its own; names tie them together.

use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::{sync::oneshot, time};

use super::kinds;
use crate::{
    backend::{
        guard::not_supported,
        janus::{
            conn::Conn,
            error::Error,
            handle::Ids,
            line::{Heard, Line, Listener},
            recorder::{self, Recorder, Take},
            resume,
            voice::Voice,
            wire::{
                Answer, Jsep, Plugin,
                videocall::{Body, Said},
            },
        },
    },
    error::{self, Reason},
    id::SessionId,
    media::{Description, LegEvent, MediaKind, MediaUpdate, Outcome, TypeKind, Update},
};

/// One side of a call.
#[derive(Debug)]
pub(super) struct Side {
    line: Line,
    kinds: Vec<MediaKind>,
    recorder: Mutex<Recorder>,
}

/// One side of a call, as it is found again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Saved {
    ids: Ids,
    kinds: Vec<String>,
    take: Option<Take>,
}

/// Who takes part, and what holds for what they send.
#[derive(Clone, Copy, Debug)]
pub(super) struct Party<'a> {
    pub(super) owner: &'a SessionId,
    pub(super) voice: &'a Arc<Voice>,
    pub(super) media: MediaUpdate,
}

/// Lets the caller call the callee: both sides, and the offer for the callee.
///
/// *Cancel safety*: dropped, nothing is left on the server.
pub(super) async fn join(
    conn: &Arc<Conn>,
    caller: Party<'_>,
    offer: &Description,
    callee: Party<'_>,
) -> Result<(Side, Side, Description), Error> {
    let (called, incoming) = oneshot::channel();
    let (from, to) = tokio::try_join!(
        register(conn, caller, Ears(None)),
        register(conn, callee, Ears(Some(called))),
    )?;
    let call = Body::Call {
        username: username(&to, callee.owner),
    };
    let answer = from
        .handle()
        .message(&call, Some(Jsep::offer(offer)))
        .await?;
    match Said::read(&answer)? {
        Said::Calling => {}
        other => return Err(other.unexpected("the call to go out")),
    }
    let after = conn.config.request_timeout;
    let command = "call";
    let incoming = time::timeout(after, incoming)
        .await
        .map_err(|_| Error::Timeout { command, after })?
        .map_err(|_| Error::Disconnected { command })?;
    let kinds = kinds(&offer.sdp);
    let side = |line: Line, party: Party<'_>| Side {
        line,
        kinds: kinds.clone(),
        recorder: Mutex::new(Recorder::new(&conn.config, party.owner, None)),
    };
    Ok((side(from, caller), side(to, callee), incoming?))
}

async fn register(conn: &Arc<Conn>, party: Party<'_>, ears: Ears) -> Result<Line, Error> {
    let owner = party.owner.as_str();
    let line = Line::open(conn, Plugin::Videocall, owner, party.voice, ears).await?;
    let username = username(&line, party.owner);
    line.handle()
        .message(&Body::Register { username }, None)
        .await?;
    if !party.media.is_empty() {
        line.handle()
            .message(&Body::media(party.media), None)
            .await?;
    }
    Ok(line)
}

/// A name that was never taken: an attempt that was given up may still have its own.
fn username(line: &Line, owner: &SessionId) -> String {
    let handle = line.handle();
    let mark = handle.conn().opaque_id(owner.as_str());
    format!("{mark}/{}", handle.ids().session)
}

impl Side {
    /// Takes over a side.
    pub(super) async fn resume(
        conn: &Arc<Conn>,
        owner: &SessionId,
        saved: Saved,
        voice: &Arc<Voice>,
    ) -> Result<Self, Error> {
        let line = Line::claim(conn, Plugin::Videocall, saved.ids, voice, Ears(None)).await?;
        Ok(Self {
            line,
            kinds: resume::kinds(&saved.kinds),
            recorder: Mutex::new(Recorder::new(&conn.config, owner, saved.take)),
        })
    }

    pub(super) fn save(&self) -> Saved {
        Saved {
            ids: self.line.handle().ids(),
            kinds: self.kinds.iter().map(ToString::to_string).collect(),
            take: self.recorder.lock().current().cloned(),
        }
    }

    pub(super) fn line(&self) -> &Line {
        &self.line
    }

    /// Gives the callee's answer; the caller hears of it by itself.
    pub(super) async fn accept(&self, answer: &Description) -> Result<(), Error> {
        let handle = self.line.handle();
        let reply = handle
            .message(&Body::Accept, Some(Jsep::answer(answer)))
            .await?;
        match Said::read(&reply)? {
            Said::Accepted => {
                handle.negotiated();
                Ok(())
            }
            other => Err(other.unexpected("the call to be taken")),
        }
    }

    /// Changes what is done with what this side's client sends.
    pub(super) async fn update(&self, kind: TypeKind, update: Update) -> error::Result<Outcome> {
        let say = async |body: Body| {
            let reply = self.line.handle().message(&body, None).await?;
            match Said::read(&reply)? {
                Said::Set => Ok(()),
                other => Err(other.unexpected("the change to be made")),
            }
        };
        match update {
            Update::Media(update) => {
                say(Body::media(update)).await?;
                Ok(Outcome::Done)
            }
            Update::Recorder(action) => {
                let streams = recorder::streams(&self.kinds);
                let say = |record| say(Body::record(record));
                recorder::perform(&self.recorder, action, &streams, say).await
            }
            _ => {
                let backend = self.line.handle().conn().name.as_str();
                Err(not_supported("this update", kind, backend))
            }
        }
    }
}

/// Hears what the plugin says to one side.
struct Ears(Option<oneshot::Sender<Result<Description, Error>>>);

impl Listener for Ears {
    fn hear(&mut self, answer: Answer, voice: &Voice) -> Heard {
        match Said::read(&answer) {
            Ok(Said::Incomingcall) => {
                if let Some(called) = self.0.take() {
                    // Whoever waited has given up: the side goes with it.
                    let _ = called.send(answer.description(Plugin::Videocall));
                }
            }
            Ok(Said::Accepted) => match answer.description(Plugin::Videocall) {
                Ok(description) => {
                    voice.tell(LegEvent::Description(description));
                    return Heard::Negotiated;
                }
                Err(error) => voice.tell(closed(Reason::SessionFailed, error.to_string())),
            },
            // Janus says it up to three times, and also to the side that hung up.
            Ok(Said::Hangup { reason }) => return Heard::FarSideLeft(reason),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "dropped a videocall event"),
        }
        Heard::Nothing
    }
}

fn closed(reason: Reason, message: String) -> LegEvent {
    LegEvent::Closed { reason, message }
}
