//! `echo` on `janus.plugin.echotest`: the client's media comes back.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::{kinds, only_options};
use crate::{
    backend::{
        Leg, LegEvents, Open, Opened, ResumeState,
        guard::not_supported,
        janus::{
            config::Config,
            conn::Conn,
            handle::Ids,
            line::{Line, Nothing},
            recorder::{self, Recorder, Take},
            resume, stats,
            voice::Voice,
            wire::{Jsep, Plugin, echotest::Body},
        },
    },
    error::{Error, Reason, Result},
    id::SessionId,
    media::{
        Description, MediaKind, MediaUpdate, Outcome, RecorderAction, RemoteCandidate, Role,
        SdpType, TypeCapability, TypeKind, Update, capability::MediaCapability,
    },
};

/// What can be done with an echo. Data is echoed too, yet cannot be muted.
pub(in super::super) fn capabilities(config: &Config) -> Vec<TypeCapability> {
    vec![TypeCapability {
        remote_trickle: true,
        media: MediaCapability {
            mute_audio: true,
            mute_video: true,
            bitrate: true,
            ..MediaCapability::default()
        },
        recorder: recorder::verbs(config),
        stats: config.admin_url.is_some(),
        ..TypeCapability::new(TypeKind::Echo, &[Role::Offeree], &[SdpType::Webrtc])
    }]
}

/// An echo.
#[derive(Debug)]
struct Echo {
    owner: SessionId,
    line: Line,
    voice: Arc<Voice>,
    kinds: Vec<MediaKind>,
    recorder: Mutex<Recorder>,
}

/// An echo, as it is found again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Saved {
    owner: String,
    ids: Ids,
    kinds: Vec<String>,
    take: Option<Take>,
}

/// Opens an echo.
pub(in super::super) async fn open(
    conn: &Arc<Conn>,
    request: Open,
    events: LegEvents,
) -> Result<Opened> {
    only_options(&request.options, &[])?;
    let offer = request
        .offer
        .ok_or_else(|| Error::new(Reason::MissingSdp, "an echo answers an offer: give one"))?;
    let owner = request.session_id;
    let voice = Voice::new(events);
    let line = Line::open(conn, Plugin::Echotest, owner.as_str(), &voice, Nothing).await?;
    let body = Body::media(request.media);
    let answer = line
        .handle()
        .message(&body, Some(Jsep::offer(&offer)))
        .await?;
    let description = answer.description(Plugin::Echotest)?;
    line.handle().negotiated();
    let leg = Echo {
        line,
        voice,
        kinds: kinds(&description.sdp),
        recorder: Mutex::new(Recorder::new(&conn.config, &owner, None)),
        owner,
    };
    Ok(Opened {
        leg: Arc::new(leg),
        description: Some(description),
    })
}

/// Takes over an echo.
pub(in super::super) async fn resume(
    conn: &Arc<Conn>,
    saved: Saved,
    events: LegEvents,
) -> Result<Arc<dyn Leg>> {
    let owner: SessionId = resume::id(&saved.owner)?;
    let voice = Voice::new(events);
    let line = Line::claim(conn, Plugin::Echotest, saved.ids, &voice, Nothing).await?;
    Ok(Arc::new(Echo {
        line,
        voice,
        kinds: resume::kinds(&saved.kinds),
        recorder: Mutex::new(Recorder::new(&conn.config, &owner, saved.take)),
        owner,
    }))
}

#[async_trait]
impl Leg for Echo {
    async fn accept(&self, _: Description) -> Result<()> {
        Err(Error::new(
            Reason::AnswerAlreadySet,
            "an echo answers by itself: it takes no answer",
        ))
    }

    async fn add_candidates(&self, candidates: Vec<RemoteCandidate>) -> Result<()> {
        Ok(self.line.handle().trickle(candidates).await?)
    }

    async fn update(&self, update: Update) -> Result<Outcome> {
        match update {
            Update::Media(update) => self.media(update).await,
            Update::Recorder(action) => self.record(action).await,
            Update::Stats => stats::of(self.line.handle()).await,
            _ => Err(not_supported(
                "this update",
                TypeKind::Echo,
                self.line.handle().conn().name.as_str(),
            )),
        }
    }

    fn resume_state(&self) -> ResumeState {
        let saved = Saved {
            owner: self.owner.to_string(),
            ids: self.line.handle().ids(),
            kinds: self.kinds.iter().map(ToString::to_string).collect(),
            take: self.recorder.lock().current().cloned(),
        };
        resume::Saved::Echo(saved).into()
    }

    async fn close(&self) {
        self.voice.close();
        self.line.handle().close().await;
    }
}

impl Echo {
    async fn media(&self, update: MediaUpdate) -> Result<Outcome> {
        self.line
            .handle()
            .message(&Body::media(update), None)
            .await?;
        Ok(Outcome::Done)
    }

    async fn record(&self, action: RecorderAction) -> Result<Outcome> {
        let streams = recorder::streams(&self.kinds);
        recorder::perform(&self.recorder, action, &streams, |record| async move {
            self.line
                .handle()
                .message(&Body::record(record), None)
                .await?;
            Ok(())
        })
        .await
    }
}
