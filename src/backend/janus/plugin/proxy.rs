//! `proxy`: keeps the caller's offer until a `bridge` says what it must be joined with.
//!
//! Which plugin serves it depends on the far side, so until then nothing is on the server, and a
//! restart of the server does it no harm.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::{
    bridge::{Joined, SavedJoined},
    kept::Kept,
    only_options,
};
use crate::{
    backend::{
        Leg, LegEvents, Open, Opened, ResumeState,
        guard::not_supported,
        janus::{config::Config, conn::Conn, directory::Legs, recorder, resume, voice::Voice},
    },
    error::{Error, Reason, Result},
    id::SessionId,
    media::{
        Description, MediaUpdate, Outcome, RemoteCandidate, Role, SdpType, TypeCapability,
        TypeKind, Update, capability::MediaCapability,
    },
};

/// What can be done with a proxy. A WebRTC one that is bridged to an RTP endpoint can do less: the
/// gateway passes media on as it is.
pub(in super::super) fn capabilities(config: &Config) -> Vec<TypeCapability> {
    let row = |sdp_types| TypeCapability::new(TypeKind::Proxy, &[Role::Offeree], sdp_types);
    vec![
        TypeCapability {
            remote_trickle: true,
            media: MediaCapability {
                mute_audio: true,
                mute_video: true,
                bitrate: true,
                ..MediaCapability::default()
            },
            recorder: recorder::verbs(config),
            stats: config.admin_url.is_some(),
            ..row(&[SdpType::Webrtc])
        },
        row(&[SdpType::Rtp]),
    ]
}

/// A caller that waits for a far side, or has one.
#[derive(Debug)]
pub(in super::super) struct Proxy {
    pub(super) owner: SessionId,
    pub(super) voice: Arc<Voice>,
    pub(super) offer: Description,
    conn: Arc<Conn>,
    stage: Mutex<Stage>,
    /// Candidates reach the server in order, also while kept ones are on their way.
    trickling: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
enum Stage {
    Waiting {
        kept: Kept,
        joining: bool,
    },
    Joined {
        joined: Arc<Joined>,
        peer: SessionId,
    },
}

/// A proxy, as it is found again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Saved {
    owner: String,
    offer: String,
    rtp: bool,
    trickle_ice: bool,
    stage: SavedStage,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SavedStage {
    Waiting(super::kept::Saved),
    Joined { joined: SavedJoined, peer: String },
}

/// Opens a proxy: the offer is kept.
pub(in super::super) fn open(
    conn: &Arc<Conn>,
    legs: &Arc<Legs>,
    request: Open,
    events: LegEvents,
) -> Result<Opened> {
    only_options(&request.options, &[])?;
    let offer = request
        .offer
        .ok_or_else(|| Error::new(Reason::MissingSdp, "a proxy is made for an offer: give one"))?;
    let proxy = Arc::new(Proxy {
        owner: request.session_id,
        voice: Voice::held(events),
        offer,
        conn: Arc::clone(conn),
        stage: Mutex::new(Stage::Waiting {
            kept: Kept::new(request.media),
            joining: false,
        }),
        trickling: tokio::sync::Mutex::default(),
    });
    legs.enter_proxy(&proxy);
    Ok(Opened {
        leg: proxy,
        description: None,
    })
}

/// Takes over a proxy.
pub(in super::super) async fn resume(
    conn: &Arc<Conn>,
    legs: &Arc<Legs>,
    saved: Saved,
    events: LegEvents,
) -> Result<Arc<dyn Leg>> {
    let owner: SessionId = resume::id(&saved.owner)?;
    let voice = Voice::held(events);
    let stage = match saved.stage {
        SavedStage::Waiting(kept) => Stage::Waiting {
            kept: kept.restore(),
            joining: false,
        },
        SavedStage::Joined { joined, peer } => {
            let joined = joined.resume(conn, legs, &owner, &voice).await?;
            voice.release();
            Stage::Joined {
                joined: Arc::new(joined),
                peer: resume::id(&peer)?,
            }
        }
    };
    let proxy = Arc::new(Proxy {
        owner,
        voice,
        offer: Description {
            sdp: resume::sdp(&saved.offer)?,
            sdp_type: if saved.rtp {
                SdpType::Rtp
            } else {
                SdpType::Webrtc
            },
            trickle_ice: saved.trickle_ice,
        },
        conn: Arc::clone(conn),
        stage: Mutex::new(stage),
        trickling: tokio::sync::Mutex::default(),
    });
    legs.enter_proxy(&proxy);
    Ok(proxy)
}

impl Proxy {
    /// Begins to join it with a far side.
    ///
    /// # Errors
    /// `INCOMPATIBLE_SESSION` if it has one, is about to, or has ended.
    pub(super) fn begin(self: &Arc<Self>) -> Result<Joining> {
        let mut stage = self.stage.lock();
        let Stage::Waiting { kept, joining } = &mut *stage else {
            return Err(taken(&self.owner));
        };
        if self.voice.is_silent() || std::mem::replace(joining, true) {
            return Err(taken(&self.owner));
        }
        self.voice.discard();
        Ok(Joining {
            proxy: Arc::clone(self),
            media: kept.media,
        })
    }

    /// Whose it is, what it speaks with, and who is on the far side.
    pub(in super::super) fn place(&self) -> (&SessionId, &Arc<Voice>, Option<SessionId>) {
        let peer = match &*self.stage.lock() {
            Stage::Joined { peer, .. } => Some(peer.clone()),
            Stage::Waiting { .. } => None,
        };
        (&self.owner, &self.voice, peer)
    }

    fn joined(&self) -> Option<Arc<Joined>> {
        match &*self.stage.lock() {
            Stage::Joined { joined, .. } => Some(Arc::clone(joined)),
            Stage::Waiting { .. } => None,
        }
    }
}

fn taken(owner: &SessionId) -> Error {
    let words = format!("proxy {owner} has another side already, or has ended");
    Error::new(Reason::IncompatibleSession, words)
}

/// A proxy that is being joined; dropped, it waits again.
#[derive(Debug)]
pub(super) struct Joining {
    proxy: Arc<Proxy>,
    /// What held for the proxy's client when it began.
    pub(super) media: MediaUpdate,
}

impl Joining {
    /// The proxy has its side: what was kept for it is passed on.
    pub(super) async fn commit(self, joined: Joined, peer: SessionId) -> Result<()> {
        let proxy = &self.proxy;
        let _turn = proxy.trickling.lock().await;
        let (candidates, media) = match &*proxy.stage.lock() {
            Stage::Waiting { kept, .. } => (kept.candidates.clone(), kept.media),
            Stage::Joined { .. } => return Err(taken(&proxy.owner)),
        };
        joined.trickle(candidates).await?;
        if media != self.media {
            joined.update(TypeKind::Proxy, Update::Media(media)).await?;
        }
        if proxy.voice.is_silent() {
            return Err(taken(&proxy.owner));
        }
        *proxy.stage.lock() = Stage::Joined {
            joined: Arc::new(joined),
            peer,
        };
        proxy.voice.release();
        Ok(())
    }
}

impl Drop for Joining {
    fn drop(&mut self) {
        if let Stage::Waiting { joining, .. } = &mut *self.proxy.stage.lock() {
            *joining = false;
            self.proxy.voice.discard();
        }
    }
}

#[async_trait]
impl Leg for Proxy {
    async fn accept(&self, _: Description) -> Result<()> {
        let words = "a proxy is answered by its bridge: it takes no answer";
        Err(Error::new(Reason::IncompatibleSession, words))
    }

    async fn add_candidates(&self, candidates: Vec<RemoteCandidate>) -> Result<()> {
        let _turn = self.trickling.lock().await;
        if let Stage::Waiting { kept, .. } = &mut *self.stage.lock() {
            return kept.add(candidates);
        }
        match self.joined() {
            Some(joined) => joined.trickle(candidates).await,
            None => Ok(()),
        }
    }

    async fn update(&self, update: Update) -> Result<Outcome> {
        if let Stage::Waiting { kept, .. } = &mut *self.stage.lock() {
            return match update {
                Update::Media(change) => {
                    kept.media = kept.media.merged(change);
                    Ok(Outcome::Done)
                }
                Update::Stats => Ok(Outcome::Stats(Vec::new())),
                Update::Recorder(_) => Err(Error::new(
                    Reason::IncompatibleSession,
                    "nothing flows before a bridge joins this proxy",
                )),
                _ => Err(not_supported(
                    "this update",
                    TypeKind::Proxy,
                    self.conn.name.as_str(),
                )),
            };
        }
        match self.joined() {
            Some(joined) => joined.update(TypeKind::Proxy, update).await,
            None => Ok(Outcome::Done),
        }
    }

    fn resume_state(&self) -> ResumeState {
        let stage = match &*self.stage.lock() {
            Stage::Waiting { kept, .. } => SavedStage::Waiting(kept.save()),
            Stage::Joined { joined, peer } => SavedStage::Joined {
                joined: joined.save(),
                peer: peer.to_string(),
            },
        };
        let saved = Saved {
            owner: self.owner.to_string(),
            offer: self.offer.sdp.as_str().to_owned(),
            rtp: self.offer.sdp_type == SdpType::Rtp,
            trickle_ice: self.offer.trickle_ice,
            stage,
        };
        resume::Saved::Proxy(saved).into()
    }

    async fn close(&self) {
        self.voice.close();
        if let Some(joined) = self.joined() {
            joined.close().await;
        }
    }
}
