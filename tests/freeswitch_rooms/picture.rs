//! What the members of a conference see.

use mediaplane::{
    Reason,
    media::{RoomAction, SessionType},
};

use crate::{
    party::{BOTH, Party, Place, asks, joins, mcu, room},
    subjects::Subject,
    support::aiortc::Aiortc,
};

/// The middles of the tiles of layouts.
const TWO_BY_ONE: [Place; 2] = [(0.25, 0.5), (0.75, 0.5)];
const TWO_BY_TWO: [Place; 4] = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)];
const THREE_BY_THREE: [Place; 9] = [
    (0.167, 0.167),
    (0.5, 0.167),
    (0.833, 0.167),
    (0.167, 0.5),
    (0.5, 0.5),
    (0.833, 0.5),
    (0.167, 0.833),
    (0.5, 0.833),
    (0.833, 0.833),
];
/// The large one first.
const PRESENTER_RIGHT: [Place; 5] = [
    (0.375, 0.5),
    (0.875, 0.125),
    (0.875, 0.375),
    (0.875, 0.625),
    (0.875, 0.875),
];

async fn three<'s>(subject: &'s Subject, aiortc: &'s Aiortc) -> [Party<'s>; 3] {
    let room = room();
    [
        joins(subject, aiortc, 1, mcu(&room)).await,
        joins(subject, aiortc, 2, mcu(&room)).await,
        joins(subject, aiortc, 3, mcu(&room)).await,
    ]
}

#[tokio::test]
async fn all_see_all_where_the_layout_says() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let [one, two, three] = three(&subject, &aiortc).await;
    for party in [&one, &two, &three] {
        party.sees_all(&[1, 2, 3], &TWO_BY_TWO).await;
    }
    one.lays_out("3x3").await;
    for party in [&one, &two, &three] {
        party.sees_all(&[1, 2, 3], &THREE_BY_THREE).await;
        // The first row is filled first.
        party.sees_all(&[1, 2, 3], &THREE_BY_THREE[..3]).await;
    }
    two.lays_out("presenter-right").await;
    three.sees_all(&[1, 2, 3], &PRESENTER_RIGHT).await;
    two.lays_out("group:grid").await;
    three.sees_all(&[1, 2, 3], &TWO_BY_TWO).await;
    let refused = one
        .acts(RoomAction::SetLayout {
            layout: "4x3".into(),
        })
        .await;
    let refused = refused.expect_err("there is no such layout");
    assert_eq!(refused.reason(), Reason::InvalidField);
    for known in ["group:grid", "2x2", "presenter-right"] {
        assert!(refused.to_string().contains(known), "{refused}");
    }
    three.sees_all(&[1, 2, 3], &TWO_BY_TWO).await;
    drop((one, two, three));
    subject.end().await;
}

#[tokio::test]
async fn who_speaks_is_shown_large() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let [one, two, three] = three(&subject, &aiortc).await;
    one.lays_out("presenter-right").await;
    for (speaker, mutes) in [(3, [true, true, false]), (1, [false, true, true])] {
        for (party, muted) in [&one, &two, &three].into_iter().zip(mutes) {
            party
                .session
                .media(|update| update.mute_audio = Some(muted))
                .await;
        }
        two.sees(&[(PRESENTER_RIGHT[0], Some(speaker))]).await;
        two.sees_all(&[1, 2, 3], &PRESENTER_RIGHT).await;
    }
    drop((one, two, three));
    subject.end().await;
}

#[tokio::test]
async fn a_muted_picture_leaves_the_canvas() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let [one, two, three] = three(&subject, &aiortc).await;
    two.sees_all(&[1, 2, 3], &TWO_BY_TWO).await;
    // By another one.
    one.mutes(&three.session.id, None, Some(true)).await;
    one.sees_all(&[1, 2], &TWO_BY_ONE).await;
    // What is not named stays as it is.
    one.mutes(&three.session.id, Some(true), None).await;
    one.hears(&[2]).await;
    one.sees_all(&[1, 2], &TWO_BY_ONE).await;
    one.mutes(&three.session.id, Some(false), Some(false)).await;
    one.sees_all(&[1, 2, 3], &TWO_BY_TWO).await;
    one.hears(&[2, 3]).await;
    // By itself.
    two.session
        .media(|update| update.mute_video = Some(true))
        .await;
    one.sees_all(&[1, 3], &TWO_BY_ONE).await;
    two.session
        .media(|update| update.mute_video = Some(false))
        .await;
    two.sees_all(&[1, 2, 3], &TWO_BY_TWO).await;
    drop((one, two, three));
    subject.end().await;
}

#[tokio::test]
async fn whoever_joins_may_choose_the_layout_and_be_unseen() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let laid_out = |layout: &str| SessionType::Mcu {
        room_id: Some(room.clone()),
        profile: None,
        layout: Some(layout.into()),
    };
    let refused = asks(&subject, &aiortc, 1, BOTH, laid_out("none")).await;
    let refused = refused.err().expect("there is no such layout");
    assert_eq!(refused.reason(), Reason::InvalidField);
    subject.server.holds_nothing().await;
    let one = joins(&subject, &aiortc, 1, laid_out("3x3")).await;
    one.sees_all(&[1], &THREE_BY_THREE).await;
    let two = joins(&subject, &aiortc, 2, mcu(&room)).await;
    one.sees_all(&[1, 2], &THREE_BY_THREE).await;
    // A picture that was muted before it joined is never seen.
    let three = joins(
        &subject,
        &aiortc,
        3,
        SessionType::Mcu {
            room_id: None,
            profile: None,
            layout: None,
        },
    )
    .await;
    three
        .session
        .media(|update| update.mute_video = Some(true))
        .await;
    three.becomes(mcu(&room)).await;
    one.hears(&[2, 3]).await;
    one.sees_all(&[1, 2], &THREE_BY_THREE).await;
    three
        .session
        .media(|update| update.mute_video = Some(false))
        .await;
    one.sees_all(&[1, 2, 3], &THREE_BY_THREE).await;
    drop((one, two, three));
    subject.end().await;
}

#[tokio::test]
async fn an_empty_room_keeps_its_layout() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let mut one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    one.lays_out("3x3").await;
    one.session.destroy().await;
    subject.conference_ends(&room).await;
    let two = joins(&subject, &aiortc, 2, mcu(&room)).await;
    // One picture would else have all of it.
    let rest = [(0.5, 0.5), (0.833, 0.833)];
    two.sees(&[
        (THREE_BY_THREE[0], Some(2)),
        (rest[0], None),
        (rest[1], None),
    ])
    .await;
    drop((one, two));
    subject.end().await;
}
