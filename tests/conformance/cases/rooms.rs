//! Rooms: made, filled, steered, left, destroyed.

use std::sync::Arc;
use std::time::Duration;

use mediaplane::Reason;
use mediaplane::event::{Item, Kind as Event, Labels, Scope, Type, Watch};
use mediaplane::id::RoomId;
use mediaplane::media::action::RoomVerb;
use mediaplane::media::{
    Outcome, RecordingState, RoomAction, RoomKind, RoomOptions, RoomOutcome, SessionType, TypeKind,
    Update,
};
use mediaplane::room::Create;
use tokio::time::timeout;

use crate::case::cases;
use crate::client::Client;
use crate::need::{Change, LISTEN, PUBLISH};
use crate::scenes;
use crate::session::Session;
use crate::subjects::{PATIENCE, Subject};
use crate::support::media::Kind;
use crate::support::peer::Options;

cases! {
    a_publisher_without_a_room_gets_one: PUBLISH;
    a_named_room_must_be_there: PUBLISH;
    a_named_room_is_made_if_wanted: PUBLISH;
    the_same_request_yields_the_same_room: PUBLISH;
    members_come_and_go: LISTEN;
    an_empty_room_is_destroyed_in_time: PUBLISH;
    its_end_is_the_end_of_all_in_it: LISTEN;
    a_member_can_be_muted: PUBLISH.to(Change::Room(RoomVerb::MuteMember));
    a_member_can_be_put_out: PUBLISH.to(Change::Room(RoomVerb::KickMember));
    a_listener_can_be_put_out: LISTEN.to(Change::Room(RoomVerb::KickMember));
    a_locked_room_lets_nobody_in: PUBLISH.to(Change::Room(RoomVerb::Lock));
    its_members_are_listed: PUBLISH.to(Change::Room(RoomVerb::ListMembers));
    all_publishers_are_recorded: PUBLISH.to(Change::Room(RoomVerb::Record));
    whoever_becomes_something_else_leaves_it: PUBLISH.to(Change::SetType(TypeKind::Echo));
    a_layout_can_be_chosen: PUBLISH.to(Change::Room(RoomVerb::SetLayout));
}

fn room(id: &str, timeout: Option<Duration>) -> Create {
    Create {
        room_id: Some(id.parse().expect("an id")),
        kind: RoomKind::Sfu,
        backend: None,
        options: RoomOptions {
            timeout,
            ..RoomOptions::default()
        },
        labels: Labels::default(),
    }
}

/// A publisher into a room that must be there.
fn into(room: &RoomId) -> SessionType {
    SessionType::Publish {
        room_id: Some(room.clone()),
        create_room: false,
        room_options: Box::default(),
    }
}

fn room_of(session: &Session<'_>) -> RoomId {
    let room = session.info().session_type.room_id().cloned();
    room.expect("the session is in a room")
}

/// Waits for an event of a room.
async fn tells<T>(watch: &mut Watch, wanted: impl Fn(&Event) -> Option<T>) -> T {
    let found = timeout(PATIENCE, async {
        loop {
            match watch.next().await.expect("the room lives") {
                Item::Event(event) => {
                    if let Some(found) = wanted(&event.kind) {
                        return found;
                    }
                }
                other => panic!("a room has no gap: {other:?}"),
            }
        }
    });
    found.await.expect("the room tells it in time")
}

/// Waits until these two are no longer in the room.
async fn two_leave(watch: &mut Watch, sessions: [&Session<'_>; 2]) {
    let stopped = |kind: &Event| match kind {
        Event::MemberStopped(member) => Some(member.session_id.clone()),
        _ => None,
    };
    let mut gone = [tells(watch, stopped).await, tells(watch, stopped).await];
    let mut all = sessions.map(|session| session.id.clone());
    gone.sort();
    all.sort();
    assert_eq!(gone, all);
}

async fn a_publisher_without_a_room_gets_one(subject: &Subject) {
    let (mut publisher, _client) = scenes::publish(subject, 1, None).await;
    let id = room_of(&publisher);
    let info = subject.rooms.get(&id).expect("the room is there");
    assert_eq!(info.kind, RoomKind::Sfu);
    assert_eq!(info.members.len(), 1);
    assert_eq!(
        (info.members[0].role, &info.members[0].session_id),
        ("publisher", &publisher.id)
    );
    publisher.destroy().await;
    assert!(subject.rooms.get(&id).is_ok(), "it waits for others");
}

async fn a_named_room_must_be_there(subject: &Subject) {
    let client = Client::offers(subject, 1, Options::audio).await;
    let made = room("made", None);
    let id = made.room_id.clone().expect("it has an id");
    let refused = subject
        .create(client.create(into(&id)))
        .await
        .err()
        .expect("there is no such room");
    assert_eq!(refused.reason(), Reason::RoomNotFound, "{refused:?}");
    subject.leaves_nothing().await;
    subject.rooms.create(made).await.expect("a room");
    let (mut publisher, answer) = subject
        .create(client.create(into(&id)))
        .await
        .expect("a publisher");
    client.accepts(&answer).await;
    publisher.connected().await;
    assert_eq!(room_of(&publisher), id);
}

async fn a_named_room_is_made_if_wanted(subject: &Subject) {
    let id: RoomId = "wanted".parse().expect("an id");
    let (one, _first) = scenes::publish(subject, 1, Some(&id)).await;
    let (two, _second) = scenes::publish(subject, 2, Some(&id)).await;
    assert_eq!((room_of(&one), room_of(&two)), (id.clone(), id.clone()));
    assert_eq!(subject.rooms.get(&id).expect("a room").members.len(), 2);
}

async fn the_same_request_yields_the_same_room(subject: &Subject) {
    let one = subject.rooms.create(room("r", None)).await.expect("a room");
    let again = subject
        .rooms
        .create(room("r", None))
        .await
        .expect("the same room");
    assert_eq!(one.created_at, again.created_at);
    let other = subject
        .rooms
        .create(room("r", Some(Duration::from_secs(7))))
        .await;
    assert_eq!(
        other.expect_err("another request").reason(),
        Reason::RoomAlreadyExists
    );
    subject
        .rooms
        .destroy(&one.room_id, Reason::RoomDestroyed, "done")
        .await
        .expect("destroyed");
    subject.leaves_nothing().await;
}

async fn members_come_and_go(subject: &Subject) {
    let id: RoomId = "r".parse().expect("an id");
    subject.rooms.create(room("r", None)).await.expect("a room");
    let mut watch = subject.watch(Scope::Rooms(vec![id.clone()]));
    let (mut publisher, _client) = scenes::publish(subject, 1, Some(&id)).await;
    let (listener, _peer) = scenes::listen(subject, 2, &publisher.id).await;
    let started = |kind: &Event| match kind {
        Event::MemberStarted(member) => Some((
            member.role,
            member.session_id.clone(),
            member.peer_id.clone(),
        )),
        _ => None,
    };
    assert_eq!(
        tells(&mut watch, started).await,
        ("publisher", publisher.id.clone(), None)
    );
    let expected = ("listener", listener.id.clone(), Some(publisher.id.clone()));
    assert_eq!(tells(&mut watch, started).await, expected);
    publisher.destroy().await;
    two_leave(&mut watch, [&publisher, &listener]).await;
}

async fn an_empty_room_is_destroyed_in_time(subject: &Subject) {
    let id: RoomId = "short".parse().expect("an id");
    subject
        .rooms
        .create(room("short", Some(Duration::from_secs(1))))
        .await
        .expect("a room");
    let mut watch = subject.watch(Scope::Rooms(vec![id.clone()]));
    let (mut publisher, _client) = scenes::publish(subject, 1, Some(&id)).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(subject.rooms.get(&id).is_ok(), "somebody is in it");
    publisher.destroy().await;
    tells(&mut watch, |kind| {
        matches!(kind, Event::RoomDestroyed { .. }).then_some(())
    })
    .await;
    assert_eq!(
        subject.rooms.get(&id).expect_err("it is gone").reason(),
        Reason::RoomNotFound
    );
    subject.leaves_nothing().await;
}

async fn its_end_is_the_end_of_all_in_it(subject: &Subject) {
    let (mut publisher, _client) = scenes::publish(subject, 1, None).await;
    let (mut listener, _peer) = scenes::listen(subject, 2, &publisher.id).await;
    subject
        .rooms
        .destroy(&room_of(&publisher), Reason::RoomDestroyed, "done")
        .await
        .expect("it is destroyed");
    publisher.ends_with(Reason::RoomDestroyed).await;
    let (reason, _) = listener.ends().await;
    // Its room and its publisher went at the same time.
    assert!(
        matches!(reason, Reason::RoomDestroyed | Reason::PeerStopped),
        "{reason}"
    );
    subject.leaves_nothing().await;
}

async fn a_member_can_be_muted(subject: &Subject) {
    let (publisher, _client) = scenes::publish(subject, 1, None).await;
    let (listener, peer) = scenes::listen(subject, 2, &publisher.id).await;
    peer.receives_both(1).await;
    let mute = |audio, video| {
        let session_id = publisher.id.clone();
        Update::Room(RoomAction::MuteMember {
            session_id,
            audio,
            video,
        })
    };
    listener.outcome(mute(Some(true), None)).await;
    peer.falls_silent(Kind::Audio).await;
    peer.receives(Kind::Video, 1).await;
    // What is not named stays as it is.
    listener.outcome(mute(None, Some(true))).await;
    peer.falls_silent(Kind::Video).await;
    peer.falls_silent(Kind::Audio).await;
    listener.outcome(mute(Some(false), None)).await;
    peer.receives(Kind::Audio, 1).await;
    listener.outcome(mute(None, Some(false))).await;
    peer.receives_both(1).await;
    let stranger = Update::Room(RoomAction::MuteMember {
        session_id: "nobody".parse().expect("an id"),
        audio: Some(true),
        video: None,
    });
    let refused = listener
        .update(stranger)
        .await
        .expect_err("nobody of that name is there");
    assert_eq!(refused.reason(), Reason::SessionNotFound);
}

fn kick(session: &Session<'_>) -> Update {
    Update::Room(RoomAction::KickMember {
        session_id: session.id.clone(),
    })
}

async fn a_member_can_be_put_out(subject: &Subject) {
    let (one, _first) = scenes::publish(subject, 1, None).await;
    let room = room_of(&one);
    let mut watch = subject.watch(Scope::Rooms(vec![room.clone()]));
    let (mut two, _second) = scenes::publish(subject, 2, Some(&room)).await;
    let (mut listener, _peer) = scenes::listen(subject, 3, &two.id).await;
    one.outcome(kick(&two)).await;
    two.ends_with(Reason::BackendHangup).await;
    listener.ends_with(Reason::PeerStopped).await;
    two_leave(&mut watch, [&two, &listener]).await;
    assert_eq!(subject.rooms.get(&room).expect("the room").members.len(), 1);
}

async fn a_listener_can_be_put_out(subject: &Subject) {
    let (publisher, _client) = scenes::publish(subject, 1, None).await;
    let (mut one, _first) = scenes::listen(subject, 2, &publisher.id).await;
    let (_two, second) = scenes::listen(subject, 3, &publisher.id).await;
    publisher.outcome(kick(&one)).await;
    one.ends_with(Reason::BackendHangup).await;
    second.receives_both(1).await;
}

async fn a_locked_room_lets_nobody_in(subject: &Subject) {
    let (publisher, _client) = scenes::publish(subject, 1, None).await;
    let room = room_of(&publisher);
    publisher.outcome(Update::Room(RoomAction::Lock)).await;
    let client = Client::offers(subject, 2, Options::audio).await;
    let refused = subject
        .create(client.create(into(&room)))
        .await
        .err()
        .expect("it is locked");
    assert_eq!(refused.reason(), Reason::IncompatibleSession, "{refused:?}");
    let listener = mediaplane::session::Create::new(scenes::listening(&publisher.id));
    let refused = subject.create(listener).await.err().expect("it is locked");
    assert_eq!(refused.reason(), Reason::IncompatibleSession, "{refused:?}");
    publisher.outcome(Update::Room(RoomAction::Unlock)).await;
    let (_listener, peer) = scenes::listen(subject, 3, &publisher.id).await;
    peer.receives_both(1).await;
}

async fn its_members_are_listed(subject: &Subject) {
    let (publisher, _client) = scenes::publish(subject, 1, None).await;
    let (listener, _peer) = scenes::listen(subject, 2, &publisher.id).await;
    let outcome = publisher
        .outcome(Update::Room(RoomAction::ListMembers))
        .await;
    let Outcome::Room(RoomOutcome::Members(members)) = outcome else {
        panic!("the members were asked for: {outcome:?}");
    };
    let mut told: Vec<_> = members
        .into_iter()
        .map(|member| (member.role, member.session_id, member.peer_id))
        .collect();
    told.sort();
    let expected = [
        ("listener", listener.id.clone(), Some(publisher.id.clone())),
        ("publisher", publisher.id.clone(), None),
    ];
    assert_eq!(told, expected);
}

async fn all_publishers_are_recorded(subject: &Subject) {
    let (mut publisher, _client) = scenes::publish(subject, 1, None).await;
    let record = |on| {
        Update::Room(RoomAction::Record {
            on,
            uri: None::<Arc<str>>,
        })
    };
    publisher.outcome(record(true)).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let Outcome::Room(RoomOutcome::Recording(recording)) = publisher.outcome(record(false)).await
    else {
        panic!("a recording was asked for");
    };
    assert_eq!(recording.state, RecordingState::Stopped, "{recording:?}");
    if subject.has_media() {
        let sizes: Vec<_> = recording
            .files
            .iter()
            .map(|file| file.bytes.unwrap_or_default())
            .collect();
        assert!(
            sizes.len() == 2 && sizes.iter().all(|bytes| *bytes > 1000),
            "{recording:#?}"
        );
    }
    let refused = publisher
        .update(record(false))
        .await
        .expect_err("it has stopped");
    assert_eq!(refused.reason(), Reason::NoActiveRecorder);
    publisher.destroy().await;
    assert!(!publisher.history().contains(&Type::BackendLost));
}

async fn whoever_becomes_something_else_leaves_it(subject: &Subject) {
    let (publisher, client) = scenes::publish(subject, 1, None).await;
    let (mut listener, _peer) = scenes::listen(subject, 2, &publisher.id).await;
    let room = room_of(&publisher);
    let members = || subject.rooms.get(&room).expect("the room").members;
    assert_eq!(members().len(), 2);
    let to = |to| publisher.update(Update::Type(to));
    to(SessionType::Echo).await.expect("an echo");
    listener.ends_with(Reason::PeerStopped).await;
    client.receives_both(1).await;
    let mut watch = subject.watch(Scope::Rooms(vec![room.clone()]));
    two_leave(&mut watch, [&publisher, &listener]).await;
    let nowhere: RoomId = "nowhere".parse().expect("an id");
    let refused = to(into(&nowhere)).await.expect_err("there is no such room");
    assert_eq!(refused.reason(), Reason::RoomNotFound);
    assert!(members().is_empty());
    to(into(&room)).await.expect("it publishes again");
    let (_listener, peer) = scenes::listen(subject, 3, &publisher.id).await;
    peer.receives_both(1).await;
    let found: Vec<_> = members().into_iter().map(|member| member.role).collect();
    assert!(
        found.contains(&"publisher") && found.contains(&"listener"),
        "{found:?}"
    );
}

async fn a_layout_can_be_chosen(subject: &Subject) {
    let (publisher, _client) = scenes::publish(subject, 1, None).await;
    publisher
        .outcome(Change::Room(RoomVerb::SetLayout).update())
        .await;
}
