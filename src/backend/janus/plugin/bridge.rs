//! `bridge`: joins its client with a proxy's, by the plugin that the two need.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{
    nosip::{self, Gateway},
    only_options,
    proxy::{Joining, Proxy},
    videocall::{self, Party},
};
use crate::{
    backend::{
        Leg, LegEvents, Open, Opened, ResumeState,
        guard::not_supported,
        janus::{
            config::Config, conn::Conn, directory::Legs, recorder, resume, stats, voice::Voice,
        },
    },
    error::{Error, Reason, Result},
    id::SessionId,
    media::{
        Description, MediaUpdate, Outcome, RemoteCandidate, Role, SdpType, SessionType,
        TypeCapability, TypeKind, Update, capability::MediaCapability,
    },
};

/// What can be done with a bridge.
pub(in super::super) fn capabilities(config: &Config) -> Vec<TypeCapability> {
    let row = |sdp_types| TypeCapability::new(TypeKind::Bridge, &[Role::Offerer], sdp_types);
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

/// How one side is joined with the other.
#[derive(Debug)]
pub(super) enum Joined {
    /// A WebRTC client with another.
    Call(videocall::Side),
    /// A WebRTC client with an RTP endpoint.
    Client(Arc<Gateway>),
    /// An RTP endpoint with this WebRTC client.
    Endpoint { client: SessionId, legs: Arc<Legs> },
}

/// How one side is joined, as it is found again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SavedJoined {
    Call(videocall::Saved),
    Client(nosip::Saved),
    Endpoint(String),
}

impl Joined {
    pub(super) async fn trickle(&self, candidates: Vec<RemoteCandidate>) -> Result<()> {
        if candidates.is_empty() {
            return Ok(());
        }
        match self {
            Self::Call(side) => side.line().handle().trickle(candidates).await?,
            Self::Client(gateway) => gateway.line().handle().trickle(candidates).await?,
            // RTP endpoints have none.
            Self::Endpoint { .. } => {}
        }
        Ok(())
    }

    pub(super) async fn update(&self, kind: TypeKind, update: Update) -> Result<Outcome> {
        match self {
            Self::Call(side) if update == Update::Stats => stats::of(side.line().handle()).await,
            Self::Client(gateway) if update == Update::Stats => {
                stats::of(gateway.line().handle()).await
            }
            Self::Call(side) => side.update(kind, update).await,
            Self::Client(gateway) => Err(as_it_is(kind, gateway.line().handle().conn())),
            Self::Endpoint { legs, client } => match legs.gateway(client) {
                Some(gateway) => Err(as_it_is(kind, gateway.line().handle().conn())),
                None => Err(gone(client)),
            },
        }
    }

    /// Gives the answer of this side, which was called by `caller`.
    async fn accept(&self, answer: &Description, caller: Option<&Voice>) -> Result<()> {
        let gateway = match self {
            Self::Call(side) => return Ok(side.accept(answer).await?),
            Self::Client(gateway) => Arc::clone(gateway),
            Self::Endpoint { client, legs } => legs.gateway(client).ok_or_else(|| gone(client))?,
        };
        match caller {
            Some(caller) => Ok(gateway.accept(answer, caller).await?),
            None => Err(Error::new(Reason::BridgeStop, "the other side has ended")),
        }
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Call(side) => side.line().handle().close().await,
            Self::Client(gateway) => gateway.line().handle().close().await,
            Self::Endpoint { client, legs } => {
                if let Some(gateway) = legs.gateway(client) {
                    gateway.line().handle().close().await;
                }
            }
        }
    }

    pub(super) fn save(&self) -> SavedJoined {
        match self {
            Self::Call(side) => SavedJoined::Call(side.save()),
            Self::Client(gateway) => SavedJoined::Client(gateway.save()),
            Self::Endpoint { client, .. } => SavedJoined::Endpoint(client.to_string()),
        }
    }
}

impl SavedJoined {
    pub(super) async fn resume(
        self,
        conn: &Arc<Conn>,
        legs: &Arc<Legs>,
        owner: &SessionId,
        voice: &Arc<Voice>,
    ) -> Result<Joined> {
        Ok(match self {
            Self::Call(saved) => {
                Joined::Call(videocall::Side::resume(conn, owner, saved, voice).await?)
            }
            Self::Client(saved) => {
                let gateway = Arc::new(Gateway::resume(conn, saved, voice).await?);
                legs.enter_gateway(owner.clone(), &gateway);
                Joined::Client(gateway)
            }
            Self::Endpoint(client) => Joined::Endpoint {
                client: resume::id(&client)?,
                legs: Arc::clone(legs),
            },
        })
    }
}

fn as_it_is(kind: TypeKind, conn: &Conn) -> Error {
    let what = "this update between a WebRTC client and an RTP endpoint";
    not_supported(what, kind, conn.name.as_str())
}

fn gone(client: &SessionId) -> Error {
    let words = format!("the gateway of session {client} is gone");
    Error::new(Reason::BackendLost, words)
}

/// The one who is called.
#[derive(Debug)]
struct Bridge {
    owner: SessionId,
    peer: SessionId,
    voice: Arc<Voice>,
    legs: Arc<Legs>,
    joined: Joined,
}

/// A bridge, as it is found again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Saved {
    owner: String,
    peer: String,
    joined: SavedJoined,
}

/// Opens a bridge with the proxy that it names.
///
/// If that fails the proxy waits on, as if nothing had been.
pub(in super::super) async fn open(
    conn: &Arc<Conn>,
    legs: &Arc<Legs>,
    request: Open,
    events: LegEvents,
) -> Result<Opened> {
    only_options(&request.options, &[])?;
    let SessionType::Bridge { peer_id } = &request.kind else {
        return Err(not_supported(
            "a bridge",
            request.kind.kind(),
            conn.name.as_str(),
        ));
    };
    let proxy = legs.proxy(peer_id).ok_or_else(|| {
        let words = format!("session {peer_id} is no proxy: only a proxy can be bridged");
        Error::new(Reason::IncompatibleSession, words)
    })?;
    let joining = proxy.begin()?;
    let voice = Voice::new(events);
    let (joined, theirs, description) =
        join(conn, legs, &proxy, &joining, &request, &voice).await?;
    joining.commit(theirs, request.session_id.clone()).await?;
    let bridge = Bridge {
        owner: request.session_id,
        peer: proxy.owner.clone(),
        voice,
        legs: Arc::clone(legs),
        joined,
    };
    legs.enter_voice(bridge.owner.clone(), &bridge.voice);
    Voice::join(&proxy.voice, &bridge.voice);
    Ok(Opened {
        leg: Arc::new(bridge),
        description: Some(description),
    })
}

/// Takes over a bridge.
pub(in super::super) async fn resume(
    conn: &Arc<Conn>,
    legs: &Arc<Legs>,
    saved: Saved,
    events: LegEvents,
) -> Result<Arc<dyn Leg>> {
    let owner: SessionId = resume::id(&saved.owner)?;
    let voice = Voice::new(events);
    let joined = saved.joined.resume(conn, legs, &owner, &voice).await?;
    let bridge = Bridge {
        peer: resume::id(&saved.peer)?,
        voice,
        legs: Arc::clone(legs),
        joined,
        owner,
    };
    legs.enter_voice(bridge.owner.clone(), &bridge.voice);
    legs.join(&bridge.owner, &bridge.peer);
    Ok(Arc::new(bridge))
}

/// This side, the proxy's side, and the offer for this side.
async fn join(
    conn: &Arc<Conn>,
    legs: &Arc<Legs>,
    proxy: &Proxy,
    joining: &Joining,
    request: &Open,
    voice: &Arc<Voice>,
) -> Result<(Joined, Joined, Description)> {
    let owner = &request.session_id;
    if proxy.offer.sdp_type == SdpType::Webrtc && request.sdp_type == SdpType::Webrtc {
        let caller = Party {
            owner: &proxy.owner,
            voice: &proxy.voice,
            media: joining.media,
        };
        let callee = Party {
            owner,
            voice,
            media: request.media,
        };
        let (from, to, offer) = videocall::join(conn, caller, &proxy.offer, callee).await?;
        return Ok((Joined::Call(to), Joined::Call(from), offer));
    }
    if alters(joining.media) || alters(request.media) {
        return Err(as_it_is(TypeKind::Bridge, conn));
    }
    let (client, client_voice, is_ours) = match (proxy.offer.sdp_type, request.sdp_type) {
        (SdpType::Rtp, SdpType::Rtp) => {
            let what = "a bridge between two RTP endpoints";
            return Err(not_supported(what, TypeKind::Bridge, conn.name.as_str()));
        }
        (SdpType::Webrtc, _) => (&proxy.owner, &proxy.voice, false),
        (SdpType::Rtp, SdpType::Webrtc) => (owner, voice, true),
    };
    let (gateway, offer) = Gateway::open(conn, client, client_voice, &proxy.offer).await?;
    let gateway = Arc::new(gateway);
    legs.enter_gateway(client.clone(), &gateway);
    let endpoint = Joined::Endpoint {
        client: client.clone(),
        legs: Arc::clone(legs),
    };
    match is_ours {
        true => Ok((Joined::Client(gateway), endpoint, offer)),
        false => Ok((endpoint, Joined::Client(gateway), offer)),
    }
}

/// Whether anything would have to be done to media.
fn alters(media: MediaUpdate) -> bool {
    let mutes = [media.mute_audio, media.mute_video, media.mute_data];
    mutes.contains(&Some(true)) || media.bitrate_kbps.is_some_and(|kbps| kbps > 0)
}

#[async_trait]
impl Leg for Bridge {
    async fn accept(&self, answer: Description) -> Result<()> {
        let caller = self.legs.voice(&self.peer);
        self.joined.accept(&answer, caller.as_deref()).await
    }

    async fn add_candidates(&self, candidates: Vec<RemoteCandidate>) -> Result<()> {
        self.joined.trickle(candidates).await
    }

    async fn update(&self, update: Update) -> Result<Outcome> {
        self.joined.update(TypeKind::Bridge, update).await
    }

    fn resume_state(&self) -> ResumeState {
        let saved = Saved {
            owner: self.owner.to_string(),
            peer: self.peer.to_string(),
            joined: self.joined.save(),
        };
        resume::Saved::Bridge(saved).into()
    }

    async fn close(&self) {
        self.voice.close();
        self.joined.close().await;
    }
}
