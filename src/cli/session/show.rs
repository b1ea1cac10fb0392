//! Sessions and what belongs to them, as text for people.

use std::collections::HashMap;

use super::super::{
    json,
    table::{columns, maybe, record},
    value::word,
};
use crate::proto::{
    BackendRole, MediaDirection, MediaKind, MediaStats, MediaUpdate, MemberRole, Player,
    PlayerState, Recording, RecordingState, Session, SessionDescription, SessionKind,
    SessionStatus, TypeExt,
};

/// Sessions as columns.
pub(super) fn sessions(sessions: &[Session]) -> String {
    let header = [
        "ID", "TYPE", "STATUS", "BACKEND", "ROOM", "PEER", "USER", "CREATED",
    ];
    columns(header, sessions.iter().map(session_row))
}

fn session_row(session: &Session) -> [String; 8] {
    let ext = session.type_ext.clone().unwrap_or_default();
    let peer = if ext.peer_id.is_empty() {
        ext.publisher_id
    } else {
        ext.peer_id
    };
    [
        session.session_id.clone(),
        word::<SessionKind>(session.r#type),
        word::<SessionStatus>(session.status),
        maybe(session.backend.as_ref().map(|backend| &backend.name)),
        ext.room_id,
        peer,
        session.user_id.clone(),
        maybe(session.created_at),
    ]
}

/// One session as a record, without its descriptions' text.
pub(super) fn session(session: Option<&Session>) -> String {
    let Some(session) = session else {
        return String::new();
    };
    record([
        ("id", session.session_id.clone()),
        ("type", word::<SessionKind>(session.r#type)),
        ("", type_ext(session.type_ext.as_ref())),
        ("status", word::<SessionStatus>(session.status)),
        (
            "backend",
            maybe(session.backend.as_ref().map(|backend| &backend.name)),
        ),
        ("backend role", word::<BackendRole>(session.backend_role)),
        ("offer", description(session.offer.as_ref())),
        ("answer", description(session.answer.as_ref())),
        ("media", media(session.media.as_ref())),
        ("master", session.master_id.clone()),
        ("slave", session.slave_id.clone()),
        ("user", session.user_id.clone()),
        ("subscriber", session.subscriber.clone()),
        ("labels", labels(&session.labels)),
        (
            "recording",
            maybe(session.recording.as_ref().map(recording_state)),
        ),
        ("player", maybe(session.player.as_ref().map(player_line))),
        ("created", maybe(session.created_at)),
        ("ready", maybe(session.ready_at)),
        ("expires", maybe(session.expires_at)),
        ("backend status", backend_status(session)),
    ])
}

/// The parameters of a type on one line.
pub(super) fn type_ext(ext: Option<&TypeExt>) -> String {
    let Some(ext) = ext else {
        return String::new();
    };
    pairs([
        ("room", ext.room_id.clone()),
        ("role", word::<MemberRole>(ext.role)),
        ("peer", ext.peer_id.clone()),
        ("publisher", ext.publisher_id.clone()),
        ("profile", ext.profile.clone()),
        ("layout", ext.layout.clone()),
        ("uri", ext.uri.clone()),
        ("loops", maybe(ext.loops)),
    ])
}

/// The size of a description and how its candidates come.
pub(super) fn description(description: Option<&SessionDescription>) -> String {
    description
        .map(|description| {
            let trickle = if description.trickle_ice {
                ", candidates come later"
            } else {
                ""
            };
            format!("{} bytes{trickle}", description.sdp.len())
        })
        .unwrap_or_default()
}

/// The media controls on one line.
pub(super) fn media(media: Option<&MediaUpdate>) -> String {
    let media = media.copied().unwrap_or_default();
    pairs([
        ("mute_audio", maybe(media.mute_audio)),
        ("mute_video", maybe(media.mute_video)),
        ("mute_data", maybe(media.mute_data)),
        ("bitrate_kbps", maybe(media.bitrate_kbps)),
        ("max_layer", maybe(media.max_layer)),
    ])
}

/// A recording and its files.
pub(super) fn recording(recording: &Recording) -> String {
    let state = record([("recording", recording_state(recording))]);
    if recording.files.is_empty() {
        return state;
    }
    let files = columns(
        ["URI", "FORMAT", "KIND", "BYTES", "DURATION"],
        recording.files.iter().map(|file| {
            [
                file.uri.clone(),
                file.format.clone(),
                word::<MediaKind>(file.kind),
                maybe(file.bytes),
                maybe(file.duration),
            ]
        }),
    );
    format!("{state}\n{files}")
}

/// A player as a record.
pub(super) fn player(player: &Player) -> String {
    record([
        ("player", word::<PlayerState>(player.state)),
        ("uri", player.uri.clone()),
        ("position", maybe(player.position)),
        ("duration", maybe(player.duration)),
        ("error", player.error.clone()),
    ])
}

/// Measurements as columns.
pub(super) fn stats(media: &[MediaStats]) -> String {
    let header = [
        "KIND",
        "MID",
        "DIRECTION",
        "CODEC",
        "PACKETS",
        "BYTES",
        "LOST",
        "JITTER",
        "RTT",
        "KBPS",
    ];
    columns(
        header,
        media.iter().map(|media| {
            [
                word::<MediaKind>(media.kind),
                media.mid.clone(),
                word::<MediaDirection>(media.direction),
                media.codec.clone(),
                maybe(media.packets),
                maybe(media.bytes),
                maybe(media.lost),
                maybe(media.jitter),
                maybe(media.rtt),
                maybe(media.bitrate_kbps),
            ]
        }),
    )
}

/// A recording's state on one line.
pub(super) fn recording_state(recording: &Recording) -> String {
    pairs([
        ("state", word::<RecordingState>(recording.state)),
        ("files", recording.files.len().to_string()),
        ("error", recording.error.clone()),
    ])
}

/// A player on one line.
pub(super) fn player_line(player: &Player) -> String {
    pairs([
        ("state", word::<PlayerState>(player.state)),
        ("uri", player.uri.clone()),
        ("position", maybe(player.position)),
        ("error", player.error.clone()),
    ])
}

fn backend_status(session: &Session) -> String {
    let mut classes: Vec<_> = session
        .backend_status
        .iter()
        .map(|(class, body)| format!("{class} {}", json::object(body)))
        .collect();
    classes.sort();
    classes.join("\n")
}

fn labels(labels: &HashMap<String, String>) -> String {
    let mut labels: Vec<_> = labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
    labels.sort();
    labels.join(" ")
}

fn pairs<const N: usize>(pairs: [(&str, String); N]) -> String {
    let given: Vec<_> = pairs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    given.join(" ")
}
