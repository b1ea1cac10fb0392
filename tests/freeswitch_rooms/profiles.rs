//! The profiles that conferences have.

use mediaplane::{Reason, media::RoomAction};

use crate::{
    party::{BOTH, asks, dials, in_profile, joins, mcu, room},
    subjects::Subject,
    support::aiortc::Aiortc,
};

#[tokio::test]
async fn whoever_comes_first_chooses_the_profile() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let refused = asks(&subject, &aiortc, 1, BOTH, in_profile(&room, Some("none"))).await;
    let refused = refused.err().expect("there is no such profile");
    assert_eq!(refused.reason(), Reason::InvalidField);
    for known in ["mediaplane", "mediaplane-audio"] {
        assert!(refused.to_string().contains(known), "{refused}");
    }
    subject.server.holds_nothing().await;
    let one = joins(&subject, &aiortc, 1, in_profile(&room, Some("mediaplane"))).await;
    let other = || in_profile(&room, Some("mediaplane-audio"));
    let refused = asks(&subject, &aiortc, 2, BOTH, other()).await;
    let refused = refused.err().expect("the room has another one");
    assert_eq!(refused.reason(), Reason::InvalidField);
    assert!(refused.to_string().contains("`mediaplane`"), "{refused}");
    let two = joins(&subject, &aiortc, 2, mcu(&room)).await;
    let refused = two.asks_for(other()).await;
    let refused = refused.expect_err("the room has another one");
    assert_eq!(refused.reason(), Reason::InvalidField);
    one.hears(&[2]).await;
    two.hears(&[1]).await;
    drop((one, two));
    subject.end().await;
}

#[tokio::test]
async fn a_telephone_is_in_a_conference_of_sound_alone() {
    a_telephone_talks_with_others("mediaplane-audio").await;
}

#[tokio::test]
async fn a_telephone_is_in_a_conference_with_a_picture() {
    a_telephone_talks_with_others("mediaplane").await;
}

#[tokio::test]
async fn a_conference_of_sound_alone_has_no_layout() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let one = joins(
        &subject,
        &aiortc,
        1,
        in_profile(&room(), Some("mediaplane-audio")),
    )
    .await;
    let layout = "2x2".into();
    let refused = one.acts(RoomAction::SetLayout { layout }).await;
    let refused = refused.expect_err("there is no picture");
    assert_eq!(refused.reason(), Reason::IncompatibleSession, "{refused:?}");
    drop(one);
    subject.end().await;
}

async fn a_telephone_talks_with_others(profile: &str) {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let kind = || in_profile(&room, Some(profile));
    let one = joins(&subject, &aiortc, 1, kind()).await;
    let two = asks(&subject, &aiortc, 2, &["audio"], kind()).await;
    let two = two.expect("whoever has no camera can join");
    let phone = dials(&subject, &aiortc, 3, kind()).await;
    one.hears(&[2, 3]).await;
    two.hears(&[1, 3]).await;
    phone.hears(&[1, 2]).await;
    one.mutes(&phone.session.id, Some(true), None).await;
    two.hears(&[1]).await;
    one.mutes(&phone.session.id, Some(false), None).await;
    two.hears(&[1, 3]).await;
    drop((one, two, phone));
    subject.end().await;
}
