//! What can be done to a live session: its media, its type, recorder, player and room.

use std::{sync::Arc, time::Instant};

use super::{
    open,
    place::Place,
    plane::{LegId, Recorded},
    play::{self, Player},
    recording,
};
use crate::{
    backend::guard::not_supported,
    error::{Error, Reason, Result},
    id::RoomId,
    media::{
        Codec, LegEvent, MediaUpdate, Outcome, PlayerAction, PlayerState, PlayerStatus, RoomAction,
        RoomOutcome, SessionType, TypeKind, Update,
    },
};

/// Does what is asked.
pub(super) async fn update(place: &Arc<Place>, update: Update) -> Result<Outcome> {
    match update {
        Update::Media(change) => {
            {
                let mut state = place.state.lock();
                state.media = state.media.merged(change);
            }
            set_media(place).await?;
            Ok(Outcome::Done)
        }
        Update::Type(to) => become_type(place, to).await,
        Update::Recorder(action) => recording::act(place, action).await.map(Outcome::Recorder),
        Update::Player(action) => player(place, action).await.map(Outcome::Player),
        Update::Room(action) => room(place, action).await.map(Outcome::Room),
        Update::Dtmf { digits, duration } => {
            let leg = place.attached()?.leg;
            let send = move |worker: &mut super::shard::Worker| {
                worker
                    .plane
                    .send_tones(Instant::now(), leg, &digits, duration)
            };
            place.server.shards.of(leg).call(send).await??;
            Ok(Outcome::Done)
        }
        Update::Stats => {
            let leg = place.attached()?.leg;
            let stats =
                move |worker: &mut super::shard::Worker| worker.plane.stats(Instant::now(), leg);
            let stats = place.server.shards.of(leg).call(stats).await?;
            Ok(Outcome::Stats(stats))
        }
    }
}

/// Lets hold what should of a place's media. A proxy that waits takes it along when it is bridged.
async fn set_media(place: &Place) -> Result<()> {
    let media = place.effective_media();
    let Ok(attached) = place.attached() else {
        return Ok(());
    };
    let leg = attached.leg;
    let set = move |worker: &mut super::shard::Worker| {
        worker.plane.set_media(Instant::now(), leg, media);
    };
    place.server.shards.of(leg).call(set).await
}

async fn become_type(place: &Arc<Place>, to: SessionType) -> Result<Outcome> {
    let server = &place.server;
    let leg = place.attached()?.leg;
    server.topology.lock().may_become(&place.session, &to)?;
    if let SessionType::Bridge { peer_id }
    | SessionType::Listen {
        publisher_id: peer_id,
        ..
    } = &to
        && let Some(peer) = server.place(peer_id)
    {
        // A proxy that waits for its bridge has no media to join with.
        peer.attached()?;
    }
    let agreed = server.agreed(leg).await?.0;
    let codecs = open::codecs(&agreed);
    let source = opened_source(place, &to, &codecs).await?;
    let room = server.topology.lock().room_of(&place.session);
    let changes = server.topology.lock().become_type(&place.session, &to)?;
    let left = room != server.topology.lock().room_of(&place.session);
    let before = std::mem::replace(&mut place.state.lock().kind, to);
    if before.kind() == TypeKind::Play {
        stop_player(place).await?;
    }
    server.apply(changes).await?;
    if left {
        set_room_media(place, leg, None).await?;
    }
    set_media(place).await?;
    recording::follow(place).await?;
    if let Some(source) = source {
        play(place, source)?;
    }
    Ok(Outcome::Done)
}

/// The source of a session that plays; none of the others.
pub(super) async fn opened_source(
    place: &Place,
    kind: &SessionType,
    codecs: &[Codec],
) -> Result<Option<play::Source>> {
    let SessionType::Play { uri, loops } = kind else {
        return Ok(None);
    };
    let settings = &place.server.config.play;
    play::open(settings, uri, *loops, codecs).await.map(Some)
}

/// What a place plays.
#[derive(Debug)]
pub(super) struct Playing {
    player: Arc<Player>,
    /// Waits for the client, and then for the end.
    _watch: tokio_util::task::AbortOnDropHandle<()>,
}

/// Notices of a player that may wait for its place.
const PLAYER_EVENTS: usize = 16;

/// Plays to a place's client instead of what it receives, as soon as it is connected.
pub(super) fn play(place: &Arc<Place>, source: play::Source) -> Result<()> {
    let attached = place.attached()?.clone();
    let leg = attached.leg;
    let server = &place.server;
    let id = server.new_source(leg);
    let across = server.shards.of(leg).across();
    let sink: play::Sink = Box::new(move |packet| super::plane::hand_over(&across, id, packet));
    let (told, mut heard) = crate::backend::LegEvents::new(PLAYER_EVENTS);
    let player = Arc::new(Player::start(source, sink, told));
    let (refreshed, started) = (player.clone(), player.clone());
    let owner = Arc::downgrade(place);
    let mut up = attached.up;
    let shard = server.shards.of(leg).clone();
    let watch = async move {
        let set = move |worker: &mut super::shard::Worker| {
            let refresh = Box::new(move || refreshed.refresh());
            worker
                .plane
                .set_player(Instant::now(), leg, Some((id, refresh)));
        };
        if shard.call(set).await.is_err() || up.wait_for(|up| *up).await.is_err() {
            return;
        }
        started.go();
        while let Some(event) = heard.recv().await {
            let Some(place) = owner.upgrade() else { return };
            let ended = matches!(&event, LegEvent::Player(state) if is_over(state));
            place.events.emit(event);
            if ended {
                place.played();
            }
        }
    };
    let watch = tokio_util::task::AbortOnDropHandle::new(tokio::spawn(watch));
    let playing = Playing {
        player,
        _watch: watch,
    };
    place.state.lock().playing = Some(playing);
    Ok(())
}

fn is_over(state: &PlayerState) -> bool {
    matches!(state.status, PlayerStatus::Stopped | PlayerStatus::Failed)
}

impl Place {
    /// What was played has come to its end: so does a session that is for nothing else.
    fn played(&self) {
        if self.state.lock().kind.kind() == TypeKind::Play {
            self.events.emit(LegEvent::Closed {
                reason: Reason::BackendHangup,
                message: "what was played has come to its end".into(),
            });
        }
    }
}

async fn stop_player(place: &Place) -> Result<()> {
    let playing = place.state.lock().playing.take();
    if playing.is_none() {
        return Ok(());
    }
    let leg = place.attached()?.leg;
    let set =
        move |worker: &mut super::shard::Worker| worker.plane.set_player(Instant::now(), leg, None);
    place.server.shards.of(leg).call(set).await
}

async fn player(place: &Arc<Place>, action: PlayerAction) -> Result<PlayerState> {
    if let PlayerAction::Start { uri, loops } = action {
        let leg = place.attached()?.leg;
        let agreed = place.server.agreed(leg).await?.0;
        let codecs = open::codecs(&agreed);
        let source = play::open(&place.server.config.play, &uri, loops, &codecs).await?;
        play(place, source)?;
        return current(place).map(|player| player.state());
    }
    let player = current(place)?;
    match action {
        PlayerAction::Stop => {
            let state = player.stop().await?;
            stop_player(place).await?;
            place.played();
            Ok(state)
        }
        PlayerAction::Pause => player.pause().await,
        PlayerAction::Resume => player.resume().await,
        PlayerAction::SetPosition { position } => player.seek(position).await,
        PlayerAction::GetInfo | PlayerAction::GetPosition | PlayerAction::Start { .. } => {
            Ok(player.state())
        }
    }
}

fn current(place: &Place) -> Result<Arc<Player>> {
    let state = place.state.lock();
    let playing = state.playing.as_ref();
    playing
        .map(|playing| playing.player.clone())
        .ok_or_else(|| {
            Error::new(
                Reason::NoActivePlayer,
                "nothing is being played: start a player first",
            )
        })
}

async fn room(place: &Place, action: RoomAction) -> Result<RoomOutcome> {
    let server = &place.server;
    let room = server.topology.lock().room_of(&place.session);
    let room: RoomId =
        room.ok_or_else(|| Error::new(Reason::NoActiveRoom, "the session is in no room"))?;
    match action {
        RoomAction::MuteMember {
            session_id,
            audio,
            video,
        } => {
            let member = server.topology.lock().member(&room, &session_id)?;
            if !member.sends {
                let words = format!("session {session_id} sends nothing that could be muted");
                return Err(Error::new(Reason::IncompatibleSession, words));
            }
            let change = MediaUpdate {
                mute_audio: audio,
                mute_video: video,
                ..MediaUpdate::default()
            };
            set_room_media(place, member.leg, Some(change)).await?;
        }
        RoomAction::KickMember { session_id } => {
            let member = server.topology.lock().member(&room, &session_id)?;
            member.events.emit(LegEvent::Closed {
                reason: Reason::BackendHangup,
                message: "it was put out of the room".into(),
            });
        }
        RoomAction::Lock => server.topology.lock().lock(&room, true),
        RoomAction::Unlock => server.topology.lock().lock(&room, false),
        RoomAction::SetLayout { .. }
        | RoomAction::ListMembers
        | RoomAction::Play { .. }
        | RoomAction::Record { .. } => {
            let kind = place.state.lock().kind.kind();
            let what = format!("room action {}", action.verb());
            return Err(not_supported(&what, kind, server.name.as_str()));
        }
    }
    Ok(RoomOutcome::Done)
}

/// Changes what the room says of a member's media; none takes all of it back.
async fn set_room_media(place: &Place, leg: LegId, change: Option<MediaUpdate>) -> Result<()> {
    let set = move |worker: &mut super::shard::Worker| {
        worker.plane.set_room_media(Instant::now(), leg, change);
    };
    place.server.shards.of(leg).call(set).await
}

/// Ends what goes on beside the media: the files of a recording are closed.
pub(super) async fn finish(place: &Place) {
    let playing = place.state.lock().playing.take();
    drop(playing);
    recording::finish(place).await;
}

/// Which way of a session's media is recorded: what its client sends, or, where it only receives, that.
pub(super) const fn recorded(kind: TypeKind) -> Recorded {
    match kind {
        TypeKind::Listen | TypeKind::Play => Recorded::Received,
        TypeKind::P2p
        | TypeKind::Echo
        | TypeKind::Proxy
        | TypeKind::Publish
        | TypeKind::Park
        | TypeKind::Mcu
        | TypeKind::Bridge => Recorded::Sent,
    }
}
