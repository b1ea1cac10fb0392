//! What the members of a conference of FreeSWITCH are told of it, and what it remembers.

use std::time::Duration;

use mediaplane::event::Kind;
use mediaplane::media::action::RoomVerb;
use mediaplane::media::{Outcome, RoomAction, RoomOutcome, SessionType, Update};

use serde_json::{Map, Value};

use super::freeswitch_files::cut_for;
use crate::case::cases;
use crate::client::Client;
use crate::need::{Change, MCU};
use crate::scenes;
use crate::session::Session;
use crate::subjects::Subject;

cases! {
    what_a_room_plays_is_told: MCU.to(Change::Room(RoomVerb::Play)), on [freeswitch_simulator, freeswitch];
    that_a_room_is_recorded_is_told: MCU.to(Change::Room(RoomVerb::Record)), on [freeswitch_simulator, freeswitch];
    who_has_the_floor_is_told: MCU, on [freeswitch_simulator];
    an_empty_room_keeps_its_layout: MCU.to(Change::Room(RoomVerb::SetLayout)), on [freeswitch_simulator, freeswitch];
    what_was_missed_of_a_room_is_told: MCU.to(Change::Room(RoomVerb::Record)), on [freeswitch_simulator, freeswitch];
}

/// What a notice says.
type Body = Map<String, Value>;

/// A member of the conference of a room, with a camera, connected.
async fn joins(subject: &Subject, tag: u8) -> (Session<'_>, Client<'_>) {
    let kind = SessionType::Mcu {
        room_id: Some("told".parse().expect("an id")),
        profile: None,
        layout: None,
    };
    scenes::offered(subject, tag, |create| create, kind).await
}

/// Two members.
async fn two(subject: &Subject) -> [(Session<'_>, Client<'_>); 2] {
    [joins(subject, 1).await, joins(subject, 2).await]
}

async fn does(session: &Session<'_>, action: RoomAction) {
    session.outcome(Update::Room(action)).await;
}

/// What the next notice of this class says.
async fn says<T>(session: &mut Session<'_>, class: &str, read: impl Fn(&Body) -> T) -> T {
    let wanted = |kind: &Kind| match kind {
        Kind::Status(notice) if notice.class == class => Some(read(&notice.body)),
        _ => None,
    };
    session.tells(class, wanted).await
}

async fn says_whether(session: &mut Session<'_>, class: &str, key: &str) -> bool {
    let read = |body: &Body| body[key].as_bool();
    says(session, class, read).await.expect("it is told")
}

async fn are_told_whether(sessions: [&mut Session<'_>; 2], class: &str, key: &str, is_so: bool) {
    for session in sessions {
        assert_eq!(says_whether(session, class, key).await, is_so, "{class}");
    }
}

fn play(uri: &std::sync::Arc<str>) -> RoomAction {
    let uri = Some(uri.clone());
    RoomAction::Play { uri }
}

async fn what_a_room_plays_is_told(subject: &Subject) {
    let [(mut one, _first), (mut other, _second)] = two(subject).await;
    let uri = scenes::playable(subject, 8, 2).await;
    let are_told = async |one: &mut _, other: &mut _, is_so| {
        are_told_whether([one, other], "announcement", "playing", is_so).await;
    };
    // One that comes to its end, and one that is stopped.
    for is_stopped in [false, true] {
        does(&one, play(&uri)).await;
        are_told(&mut one, &mut other, true).await;
        if is_stopped {
            does(&other, RoomAction::Play { uri: None }).await;
        }
        are_told(&mut one, &mut other, false).await;
    }
}

fn record(on: bool) -> RoomAction {
    RoomAction::Record { on, uri: None }
}

async fn that_a_room_is_recorded_is_told(subject: &Subject) {
    let [(mut one, _first), (mut other, _second)] = two(subject).await;
    let begun = one.outcome(Update::Room(record(true))).await;
    let Outcome::Room(RoomOutcome::Recording(begun)) = begun else {
        panic!("a recording was asked for: {begun:?}");
    };
    let are_told = async |sessions: [&mut Session<'_>; 3], on| {
        for session in sessions {
            let read = |body: &Body| {
                let uri = body["uri"].as_str().map(str::to_owned);
                (body["recording"].as_bool(), uri, body["error"].is_null())
            };
            let told = says(session, "room_recording", read).await;
            assert_eq!(told, (Some(on), Some(begun.files[0].uri.clone()), true));
        }
    };
    // One comes only now.
    let (mut late, _third) = joins(subject, 3).await;
    are_told([&mut one, &mut other, &mut late], true).await;
    does(&other, record(false)).await;
    are_told([&mut one, &mut other, &mut late], false).await;
}

async fn who_has_the_floor_is_told(subject: &Subject) {
    let [(mut one, _first), (mut other, _second)] = two(subject).await;
    assert!(says_whether(&mut one, "floor", "floor").await);
    one.update(Update::Type(SessionType::Park))
        .await
        .expect("it can leave");
    assert!(!says_whether(&mut one, "floor", "floor").await);
    assert!(says_whether(&mut other, "floor", "floor").await);
}

async fn an_empty_room_keeps_its_layout(subject: &Subject) {
    let layout = async |session: &mut Session<'_>| {
        let read = |body: &Body| body["layout"].as_str().map(str::to_owned);
        says(session, "layout", read).await
    };
    let (mut one, _first) = joins(subject, 1).await;
    let chosen = Some("2x2".to_owned());
    does(
        &one,
        RoomAction::SetLayout {
            layout: "2x2".into(),
        },
    )
    .await;
    assert_eq!(layout(&mut one).await, chosen);
    one.destroy().await;
    subject.leaves_nothing().await;
    let (mut next, _client) = joins(subject, 2).await;
    assert_eq!(layout(&mut next).await, chosen);
    if subject.simulated().is_some() {
        let commands = subject.freeswitch_simulator().commands();
        let orders = commands
            .iter()
            .filter(|line| line.ends_with("vid-layout 2x2"));
        assert_eq!(orders.count(), 2, "{commands:#?}");
    }
}

async fn what_was_missed_of_a_room_is_told(subject: &Subject) {
    let (mut one, _client) = joins(subject, 1).await;
    let uri = scenes::playable(subject, 8, 2).await;
    does(&one, play(&uri)).await;
    assert!(says_whether(&mut one, "announcement", "playing").await);
    // It comes to its end meanwhile.
    cut_for(subject, &mut one, Duration::from_millis(2500)).await;
    assert!(!says_whether(&mut one, "announcement", "playing").await);
    // It goes on, and its end is told once.
    does(&one, play(&uri)).await;
    assert!(says_whether(&mut one, "announcement", "playing").await);
    cut_for(subject, &mut one, Duration::ZERO).await;
    assert!(!says_whether(&mut one, "announcement", "playing").await);
}
