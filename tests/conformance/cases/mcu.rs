//! Mixed conferences. A mix is made anew by the server, so that nobody's mark is in it: packets are counted.

use mediaplane::Reason;
use mediaplane::media::action::RoomVerb;
use mediaplane::media::{RoomAction, SessionType, Update};
use mediaplane::session::Create;

use crate::case::cases;
use crate::client::Client;
use crate::need::{Change, MCU};
use crate::session::Session;
use crate::subjects::Subject;
use crate::support::media::Kind;
use crate::support::peer::Options;
use crate::support::received::Receives;

cases! {
    two_hear_the_mix: MCU;
    a_participant_is_muted: MCU.to(Change::MuteAudio);
    a_participant_is_put_out: MCU.to(Change::Room(RoomVerb::KickMember));
    video_can_be_muted: MCU.to(Change::MuteVideo);
    its_end_is_the_end_of_all_in_it: MCU;
}

async fn joins<'s>(subject: &'s Subject, tag: u8, room: &str) -> (Session<'s>, Client<'s>) {
    let client = Client::offers(subject, tag, Options::audio).await;
    let room_id = Some(room.parse().expect("an id"));
    let create: Create = client.create(SessionType::Mcu {
        room_id,
        profile: None,
        layout: None,
    });
    let (mut session, answer) = subject.create(create).await.expect("a participant");
    client.accepts(&answer).await;
    session.connected().await;
    (session, client)
}

async fn hears_something(subject: &Subject, client: &Client<'_>) {
    if subject.has_media() {
        client.peer.receives_any(Kind::Audio, 20).await;
    }
}

async fn two_hear_the_mix(subject: &Subject) {
    let (one, first) = joins(subject, 1, "conference").await;
    let (mut two, second) = joins(subject, 2, "conference").await;
    tokio::join!(
        hears_something(subject, &first),
        hears_something(subject, &second)
    );
    let room = one
        .info()
        .session_type
        .room_id()
        .cloned()
        .expect("it is in a room");
    let members = subject.rooms.get(&room).expect("the room").members;
    assert!(
        members.len() == 2 && members.iter().all(|member| member.role == "participant"),
        "{members:#?}"
    );
    two.destroy().await;
    hears_something(subject, &first).await;
}

async fn a_participant_is_muted(subject: &Subject) {
    let (one, _first) = joins(subject, 1, "conference").await;
    one.media(|update| update.mute_audio = Some(true)).await;
    assert_eq!(one.info().media.mute_audio, Some(true));
    one.media(|update| update.mute_audio = Some(false)).await;
}

async fn a_participant_is_put_out(subject: &Subject) {
    let (one, first) = joins(subject, 1, "conference").await;
    let (mut two, _second) = joins(subject, 2, "conference").await;
    one.outcome(Update::Room(RoomAction::KickMember {
        session_id: two.id.clone(),
    }))
    .await;
    two.ends_with(Reason::BackendHangup).await;
    hears_something(subject, &first).await;
}

async fn video_can_be_muted(subject: &Subject) {
    let (one, _first) = joins(subject, 1, "conference").await;
    one.media(|update| update.mute_video = Some(true)).await;
}

async fn its_end_is_the_end_of_all_in_it(subject: &Subject) {
    let (mut one, _first) = joins(subject, 1, "conference").await;
    let (mut two, _second) = joins(subject, 2, "conference").await;
    let room = one
        .info()
        .session_type
        .room_id()
        .cloned()
        .expect("it is in a room");
    subject
        .rooms
        .destroy(&room, Reason::RoomDestroyed, "done")
        .await
        .expect("it is destroyed");
    one.ends_with(Reason::RoomDestroyed).await;
    two.ends_with(Reason::RoomDestroyed).await;
    subject.leaves_nothing().await;
}
