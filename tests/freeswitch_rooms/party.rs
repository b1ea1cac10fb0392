//! Those who are in a conference: peers that send a picture of one colour and a tone of one frequency.

use std::{fmt::Debug, sync::Arc, time::Duration};

use mediaplane::{
    Error,
    id::{RoomId, SessionId},
    media::{Description, Outcome, RoomAction, RoomOutcome, Sdp, SdpType, SessionType, Update},
    session::{Create, Reply},
};
use tokio::time::{Instant, sleep};

use crate::{
    session::Session,
    subjects::Subject,
    support::{
        aiortc::{Aiortc, Far},
        network::media_address,
    },
};

/// What a peer with a camera sends.
pub(crate) const BOTH: &[&str] = &["audio", "video"];

/// A member of a conference.
pub(crate) struct Party<'s> {
    pub(crate) session: Session<'s>,
    pub(crate) peer: Far<'s>,
}

/// A room that no other test has.
pub(crate) fn room() -> RoomId {
    let unique = uuid::Uuid::new_v4().as_simple().to_string();
    format!("room-{}", &unique[..8]).parse().expect("an id")
}

/// A place in the conference of a room.
pub(crate) fn mcu(room: &RoomId) -> SessionType {
    in_profile(room, None)
}

/// As [`mcu`], with this profile.
pub(crate) fn in_profile(room: &RoomId, profile: Option<&str>) -> SessionType {
    SessionType::Mcu {
        room_id: Some(room.clone()),
        profile: profile.map(Arc::from),
        layout: None,
    }
}

/// What a client describes.
pub(crate) fn described(sdp: &str, sdp_type: SdpType) -> Description {
    Description {
        sdp: Sdp::parse(sdp).expect("peers write SDP"),
        sdp_type,
        trickle_ice: false,
    }
}

/// A peer, by the tag of what it sends.
pub(crate) fn peer(aiortc: &Aiortc, tag: u8) -> Far<'_> {
    let name = ["nobody", "a", "b", "c", "d"][usize::from(tag)];
    aiortc.peer(name)
}

/// Asks for a session for what a peer offers.
pub(crate) async fn asks<'s>(
    subject: &'s Subject,
    aiortc: &'s Aiortc,
    tag: u8,
    media: &[&str],
    kind: SessionType,
) -> Result<Party<'s>, Error> {
    let peer = peer(aiortc, tag);
    let offer = peer.offer(tag, media).await;
    let create = Create {
        offer: Some(described(&offer, SdpType::Webrtc)),
        ..Create::new(kind)
    };
    let (mut session, answer) = subject.create(create).await?;
    peer.accept(answer.sdp.as_str()).await;
    session.connected().await;
    Ok(Party { session, peer })
}

/// A connected session of a peer with a camera.
pub(crate) async fn joins<'s>(
    subject: &'s Subject,
    aiortc: &'s Aiortc,
    tag: u8,
    kind: SessionType,
) -> Party<'s> {
    let joined = asks(subject, aiortc, tag, BOTH, kind).await;
    joined.unwrap_or_else(|error| panic!("{tag} cannot join: {error:?}"))
}

/// A session of a telephone.
pub(crate) async fn dials<'s>(
    subject: &'s Subject,
    aiortc: &'s Aiortc,
    tag: u8,
    kind: SessionType,
) -> Party<'s> {
    let peer = peer(aiortc, tag);
    let offer = peer.dial(tag, media_address()).await;
    let create = Create {
        offer: Some(described(&offer, SdpType::Rtp)),
        ..Create::new(kind)
    };
    let (session, answer) = subject.create(create).await.expect("a telephone can join");
    peer.accept(answer.sdp.as_str()).await;
    Party { session, peer }
}

impl Party<'_> {
    /// Asks something of the room.
    pub(crate) async fn acts(&self, action: RoomAction) -> Result<RoomOutcome, Error> {
        match self.session.update(Update::Room(action)).await? {
            Reply::Outcome(Outcome::Room(outcome)) => Ok(outcome),
            other => panic!("a room was asked: {other:?}"),
        }
    }

    /// As [`Party::acts`], where it is done.
    pub(crate) async fn does(&self, action: RoomAction) {
        let done = self.acts(action.clone()).await;
        done.unwrap_or_else(|error| panic!("{action:?}: {error:?}"));
    }

    /// Asks to become something else.
    pub(crate) async fn asks_for(&self, kind: SessionType) -> Result<(), Error> {
        self.session.update(Update::Type(kind)).await.map(drop)
    }

    /// Becomes something else.
    pub(crate) async fn becomes(&self, kind: SessionType) {
        let done = self.asks_for(kind.clone()).await;
        done.unwrap_or_else(|error| panic!("{kind:?}: {error:?}"));
    }

    /// Chooses the layout of the picture.
    pub(crate) async fn lays_out(&self, layout: &str) {
        let layout = layout.into();
        self.does(RoomAction::SetLayout { layout }).await;
    }

    /// Mutes another one, or lets it be heard or seen.
    pub(crate) async fn mutes(&self, id: &SessionId, audio: Option<bool>, video: Option<bool>) {
        let session_id = id.clone();
        let mute = RoomAction::MuteMember {
            session_id,
            audio,
            video,
        };
        self.does(mute).await;
    }

    /// Waits until its picture has these colours at these places; none where there is nobody's.
    pub(crate) async fn sees(&self, expected: &[(Place, Option<u8>)]) {
        let places: Vec<Place> = expected.iter().map(|(place, _)| *place).collect();
        let colours: Vec<Option<u8>> = expected.iter().map(|(_, tag)| *tag).collect();
        until(
            "it sees",
            || self.peer.looks(&places),
            |seen| *seen == colours,
        )
        .await;
    }

    /// Waits until its picture has the colours of all these, each at one of these places and nobody's at the others.
    pub(crate) async fn sees_all(&self, tags: &[u8], places: &[Place]) {
        let mut wanted: Vec<Option<u8>> = tags.iter().copied().map(Some).collect();
        wanted.resize(places.len(), None);
        wanted.sort_unstable();
        let as_wanted = |seen: &Vec<Option<u8>>| {
            let mut seen = seen.clone();
            seen.sort_unstable();
            seen == wanted
        };
        until("it sees", || self.peer.looks(places), as_wanted).await;
    }

    /// Waits until it hears the tones of these and of nobody else.
    pub(crate) async fn hears(&self, tags: &[u8]) {
        until("it hears", || self.peer.hears(), |heard| heard == tags).await;
    }
}

/// A place in a picture, in parts of its width and height.
pub(crate) type Place = (f64, f64);

/// How long a picture or a tone may take: a server asks for keyframes seldom, and here many pictures are made at once.
const SHOWS_WITHIN: Duration = Duration::from_secs(30);

/// Asks until the answer is as wanted.
async fn until<T: Debug, A: Future<Output = T>>(
    what: &str,
    ask: impl Fn() -> A,
    wanted: impl Fn(&T) -> bool,
) {
    let deadline = Instant::now() + SHOWS_WITHIN;
    loop {
        let answer = ask().await;
        if wanted(&answer) {
            return;
        }
        assert!(Instant::now() < deadline, "{what} {answer:?}");
        sleep(Duration::from_millis(100)).await;
    }
}
