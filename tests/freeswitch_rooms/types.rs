//! Into a conference and out of it, and its end.

use mediaplane::{Reason, media::SessionType};

use crate::{
    party::{joins, mcu, room},
    subjects::Subject,
    support::{aiortc::Aiortc, media::Kind},
};

/// Decoded frames that count as a stream.
const SOME: u32 = 12;

#[tokio::test]
async fn a_session_comes_goes_and_comes_back() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    let two = joins(&subject, &aiortc, 2, SessionType::Echo).await;
    let three = joins(&subject, &aiortc, 3, SessionType::Park).await;
    two.hears(&[2]).await;
    two.peer.decodes(Kind::Video, Some(2), SOME).await;
    for _ in 0..2 {
        two.becomes(mcu(&room)).await;
        one.hears(&[2]).await;
        two.hears(&[1]).await;
        one.sees_all(&[1, 2], &[(0.25, 0.5), (0.75, 0.5)]).await;
        let peer_id = three.session.id.clone();
        two.becomes(SessionType::Bridge { peer_id }).await;
        two.hears(&[3]).await;
        three.hears(&[2]).await;
        two.peer.decodes(Kind::Video, Some(3), SOME).await;
        three.peer.decodes(Kind::Video, Some(2), SOME).await;
        one.hears(&[]).await;
        one.sees_all(&[1], &[(0.5, 0.5)]).await;
    }
    two.becomes(mcu(&room)).await;
    three.becomes(mcu(&room)).await;
    one.hears(&[2, 3]).await;
    // The last one that leaves ends it, and the next one begins it anew.
    for party in [&one, &two, &three] {
        assert!(subject.conference(&room).await.is_some());
        party.becomes(SessionType::Park).await;
    }
    subject.conference_ends(&room).await;
    one.becomes(mcu(&room)).await;
    three.becomes(mcu(&room)).await;
    one.hears(&[3]).await;
    one.sees_all(&[1, 3], &[(0.25, 0.5), (0.75, 0.5)]).await;
    drop((one, two, three));
    subject.end().await;
}

#[tokio::test]
async fn one_conference_can_be_left_for_another() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let rooms = [room(), room()];
    let one = joins(&subject, &aiortc, 1, mcu(&rooms[0])).await;
    let two = joins(&subject, &aiortc, 2, mcu(&rooms[1])).await;
    let three = joins(&subject, &aiortc, 3, mcu(&rooms[0])).await;
    one.hears(&[3]).await;
    // What a room has muted is heard elsewhere.
    one.mutes(&three.session.id, Some(true), Some(true)).await;
    one.hears(&[]).await;
    three.becomes(mcu(&rooms[1])).await;
    two.hears(&[3]).await;
    three.hears(&[2]).await;
    two.sees_all(&[2, 3], &[(0.25, 0.5), (0.75, 0.5)]).await;
    one.sees_all(&[1], &[(0.5, 0.5)]).await;
    drop((one, two, three));
    subject.end().await;
}

#[tokio::test]
async fn a_room_that_is_destroyed_ends_its_conference() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let mut one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    let mut two = joins(&subject, &aiortc, 2, mcu(&room)).await;
    one.hears(&[2]).await;
    let destroyed = subject.rooms.destroy(&room, Reason::RoomDestroyed, "done");
    destroyed.await.expect("it is destroyed");
    one.session.ends_with(Reason::RoomDestroyed).await;
    two.session.ends_with(Reason::RoomDestroyed).await;
    subject.conference_ends(&room).await;
    subject.server.holds_nothing().await;
    // Another one can have its name.
    let one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    one.sees_all(&[1], &[(0.5, 0.5)]).await;
    drop((one, two));
    subject.end().await;
}

#[tokio::test]
async fn whoever_vanishes_leaves_it() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    let mut two = joins(&subject, &aiortc, 2, mcu(&room)).await;
    one.sees_all(&[1, 2], &[(0.25, 0.5), (0.75, 0.5)]).await;
    two.peer.close().await;
    two.session
        .ends_within(std::time::Duration::from_secs(25))
        .await;
    one.sees_all(&[1], &[(0.5, 0.5)]).await;
    drop((one, two));
    subject.end().await;
}
