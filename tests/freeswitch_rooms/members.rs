//! Who is in a conference, who is let in and who is put out, and whom others hear.

use mediaplane::{
    Reason,
    event::Kind,
    media::{RoomAction, SdpType, SessionType},
    session::Create,
};

use crate::{
    party::{BOTH, asks, described, joins, mcu, peer, room},
    subjects::Subject,
    support::aiortc::Aiortc,
};

#[tokio::test]
async fn all_hear_the_others_and_whoever_is_muted_is_not_heard() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    let two = joins(&subject, &aiortc, 2, mcu(&room)).await;
    let three = joins(&subject, &aiortc, 3, mcu(&room)).await;
    one.hears(&[2, 3]).await;
    two.hears(&[1, 3]).await;
    three.hears(&[1, 2]).await;
    two.mutes(&one.session.id, Some(true), None).await;
    two.hears(&[3]).await;
    three.hears(&[2]).await;
    // It still hears the others.
    one.hears(&[2, 3]).await;
    // What the room has muted its member cannot unmute.
    one.session
        .media(|update| update.mute_audio = Some(false))
        .await;
    three.hears(&[2]).await;
    two.mutes(&one.session.id, Some(false), None).await;
    three.hears(&[1, 2]).await;
    three
        .session
        .media(|update| update.mute_audio = Some(true))
        .await;
    one.hears(&[2]).await;
    three
        .session
        .media(|update| update.mute_audio = Some(false))
        .await;
    one.hears(&[2, 3]).await;
    drop((one, two, three));
    subject.end().await;
}

#[tokio::test]
async fn members_are_listed_put_out_and_kept_out() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    let two = joins(&subject, &aiortc, 2, mcu(&room)).await;
    let mut three = joins(&subject, &aiortc, 3, mcu(&room)).await;
    one.hears(&[2, 3]).await;
    let members = subject.rooms.get(&room).expect("the room").members;
    let mut listed: Vec<_> = members
        .into_iter()
        .map(|member| (member.session_id, member.role))
        .collect();
    let mut all: Vec<_> = [&one, &two, &three]
        .map(|party| (party.session.id.clone(), "participant"))
        .into();
    listed.sort_unstable();
    all.sort_unstable();
    assert_eq!(listed, all);
    one.does(RoomAction::Lock).await;
    let refused = asks(&subject, &aiortc, 4, BOTH, mcu(&room)).await;
    let refused = refused.err().expect("it is locked");
    assert_eq!(refused.reason(), Reason::IncompatibleSession, "{refused:?}");
    let session_id = three.session.id.clone();
    one.does(RoomAction::KickMember { session_id }).await;
    three.session.ends_with(Reason::BackendHangup).await;
    one.hears(&[2]).await;
    two.hears(&[1]).await;
    one.does(RoomAction::Unlock).await;
    let four = joins(&subject, &aiortc, 4, mcu(&room)).await;
    one.hears(&[2, 4]).await;
    four.hears(&[1, 2]).await;
    drop((one, two, three, four));
    subject.end().await;
}

#[tokio::test]
async fn a_locked_room_keeps_whoever_has_a_place() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    // Whoever has a place keeps it, also if it connects only now.
    let late = peer(&aiortc, 3);
    let offer = late.offer(3, BOTH).await;
    let create = Create {
        offer: Some(described(&offer, SdpType::Webrtc)),
        ..Create::new(mcu(&room))
    };
    let (three, answer) = subject.create(create).await.expect("it is open");
    one.does(RoomAction::Lock).await;
    late.accept(answer.sdp.as_str()).await;
    one.hears(&[3]).await;
    let two = joins(&subject, &aiortc, 2, SessionType::Echo).await;
    two.hears(&[2]).await;
    let refused = two.asks_for(mcu(&room)).await;
    let refused = refused.expect_err("it is locked");
    assert_eq!(refused.reason(), Reason::IncompatibleSession, "{refused:?}");
    // It stays what it was.
    two.hears(&[2]).await;
    one.does(RoomAction::Unlock).await;
    two.becomes(mcu(&room)).await;
    two.hears(&[1, 3]).await;
    one.hears(&[2, 3]).await;
    drop((one, two, three));
    subject.end().await;
}

#[tokio::test]
async fn whoever_speaks_is_told() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let mut one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    let two = joins(&subject, &aiortc, 2, mcu(&room)).await;
    let talking = |kind: &Kind| match kind {
        Kind::Status(notice) if notice.class == "talking" => notice.body["talking"].as_bool(),
        _ => None,
    };
    for muted in [false, true, false] {
        one.session
            .media(|update| update.mute_audio = Some(muted))
            .await;
        let told = one.session.tells("whether it speaks", talking).await;
        assert_eq!(told, !muted);
    }
    drop((one, two));
    subject.end().await;
}

#[tokio::test]
async fn whoever_is_heard_best_is_told() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let mut one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    let mut two = joins(&subject, &aiortc, 2, mcu(&room)).await;
    two.hears(&[1]).await;
    for (party, muted) in [(&one, true), (&two, false)] {
        party
            .session
            .media(|update| update.mute_audio = Some(muted))
            .await;
    }
    let floor = |kind: &Kind| match kind {
        Kind::Status(notice) if notice.class == "floor" => notice.body["floor"].as_bool(),
        _ => None,
    };
    for has_it in [true, false] {
        let told = one.session.tells("whether it has the floor", floor).await;
        assert_eq!(told, has_it);
    }
    let told = two.session.tells("whether it has the floor", floor).await;
    assert!(told);
    drop((one, two));
    subject.end().await;
}
