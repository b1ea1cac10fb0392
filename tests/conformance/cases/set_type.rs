//! From every type to every other, on a live session, without a new negotiation.
//!
//! Each case does it four ways side by side: with a browser and with a telephone, that offer and that answer. After the
//! change the client gets what it is to get, and what it got before no more; all that ever came is one stream that a
//! decoder can follow.

use mediaplane::id::RoomId;
use mediaplane::media::{Role, SdpType, SessionType, TypeKind};

use crate::case::cases;
use crate::need::{Change, Need, need};
use crate::party::{Live, Way, bare, live, named};
use crate::scenes;
use crate::subjects::Subject;

pub(super) const fn becoming(from: TypeKind, to: TypeKind) -> Need {
    need(from, Role::Offeree, SdpType::Webrtc).to(Change::SetType(to))
}

/// Declares a case for each pair. Janus' driver is the same with the simulator and without: its refusals are checked once.
macro_rules! pairs {
    ($($name:ident: $from:ident, $to:ident;)+) => {
        cases! {
            $($name: becoming(TypeKind::$from, TypeKind::$to), on [p2p, janus_simulator, embedded, kurento_simulator, kurento, freeswitch_simulator, freeswitch];)+
        }

        $(
            async fn $name(subject: &Subject) {
                every_way(subject, TypeKind::$from, TypeKind::$to).await;
            }
        )+
    };
}

pairs! {
    echo_to_park: Echo, Park;
    echo_to_bridge: Echo, Bridge;
    echo_to_publish: Echo, Publish;
    echo_to_listen: Echo, Listen;
    echo_to_play: Echo, Play;
    park_to_echo: Park, Echo;
    park_to_bridge: Park, Bridge;
    park_to_publish: Park, Publish;
    park_to_listen: Park, Listen;
    park_to_play: Park, Play;
    bridge_to_echo: Bridge, Echo;
    bridge_to_park: Bridge, Park;
    bridge_to_another_bridge: Bridge, Bridge;
    bridge_to_publish: Bridge, Publish;
    bridge_to_listen: Bridge, Listen;
    bridge_to_play: Bridge, Play;
    publish_to_echo: Publish, Echo;
    publish_to_park: Publish, Park;
    publish_to_bridge: Publish, Bridge;
    publish_to_listen: Publish, Listen;
    publish_to_play: Publish, Play;
    listen_to_echo: Listen, Echo;
    listen_to_park: Listen, Park;
    listen_to_bridge: Listen, Bridge;
    listen_to_publish: Listen, Publish;
    listen_to_another_publisher: Listen, Listen;
    listen_to_play: Listen, Play;
    play_to_echo: Play, Echo;
    play_to_park: Play, Park;
    play_to_bridge: Play, Bridge;
    play_to_publish: Play, Publish;
    play_to_listen: Play, Listen;
    play_to_another_file: Play, Play;
}

/// What a session is to be for a while.
struct Part<'s> {
    session_type: SessionType,
    /// The other side of a bridge, or the publisher that is listened to.
    other: Option<Live<'s>>,
    brings: Brings,
}

/// What the client of a session gets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Brings {
    Nothing,
    /// Sound and pictures with this tag.
    Tagged(u8),
    /// Sound that the server has made anew, so that nobody's tag is in it.
    Sound,
}

impl<'s> Part<'s> {
    /// A part of this kind for the session with the tag `own`; what else it needs is tagged `tag`.
    async fn new(
        subject: &'s Subject,
        kind: TypeKind,
        room: &RoomId,
        own: u8,
        tag: u8,
    ) -> Part<'s> {
        let (session_type, other, brings) = match kind {
            TypeKind::Echo => (bare(kind), None, Brings::Tagged(own)),
            TypeKind::Bridge => {
                let other = live(subject, Way::WEBRTC, tag, SessionType::Park).await;
                let peer_id = other.session.id.clone();
                (
                    SessionType::Bridge { peer_id },
                    Some(other),
                    Brings::Tagged(tag),
                )
            }
            TypeKind::Publish => (scenes::publishing(Some(room)), None, Brings::Nothing),
            TypeKind::Listen => {
                let publishing = scenes::publishing(Some(room));
                let other = live(subject, Way::WEBRTC, tag, publishing).await;
                (
                    scenes::listening(&other.session.id),
                    Some(other),
                    Brings::Tagged(tag),
                )
            }
            TypeKind::Play => {
                let uri = scenes::playable(subject, tag, 3).await;
                let brings = match subject.remakes_files() {
                    true => Brings::Sound,
                    false => Brings::Tagged(tag),
                };
                (SessionType::Play { uri, loops: 0 }, None, brings)
            }
            TypeKind::Mcu => {
                // Somebody else must be there to be heard.
                let mixed = || SessionType::Mcu {
                    room_id: Some(room.clone()),
                    // Many mixed pictures at once would be more than a small machine can do.
                    profile: Some("mediaplane-audio".into()),
                    layout: None,
                };
                let other = live(subject, Way::WEBRTC, tag, mixed()).await;
                (mixed(), Some(other), Brings::Sound)
            }
            _ => (bare(kind), None, Brings::Nothing),
        };
        Part {
            session_type,
            other,
            brings,
        }
    }

    /// Checks that the session plays it. Who listens to it is kept as the other party.
    async fn is_played_by(&mut self, subject: &'s Subject, session: &Live<'_>) {
        match self.brings {
            Brings::Tagged(tag) => session.party.receives_both(tag).await,
            Brings::Sound => session.party.receives_sound().await,
            Brings::Nothing => session.party.falls_silent().await,
        }
        if matches!(self.session_type, SessionType::Publish { .. }) {
            let listening = scenes::listening(&session.session.id);
            self.other = Some(live(subject, Way::WEBRTC_OFFERER, LISTENER, listening).await);
        }
        if let Some(other) = self.hears() {
            other.party.receives_both(session.tag).await;
        }
    }

    /// Whoever gets what the session's client sends.
    fn hears(&self) -> Option<&Live<'s>> {
        let is_heard = matches!(
            self.session_type,
            SessionType::Bridge { .. } | SessionType::Publish { .. }
        );
        self.other.as_ref().filter(|_| is_heard)
    }
}

/// The tag of whoever listens only; it sends nothing that anyone gets.
const LISTENER: u8 = 9;

pub(super) async fn every_way(subject: &Subject, from: TypeKind, to: TypeKind) {
    let [one, two, three, four] = Way::ALL.map(|way| named(way, changes(subject, way, from, to)));
    tokio::join!(one, two, three, four);
}

async fn changes(subject: &Subject, way: Way, from: TypeKind, to: TypeKind) {
    let number = Way::ALL.iter().position(|one| *one == way);
    let own = 10 * (1 + u8::try_from(number.expect("it is one of them")).expect("there are four"));
    let room: RoomId = format!("room-{own}").parse().expect("an id");
    let (mut before, mut after) = tokio::join!(
        Part::new(subject, from, &room, own, own + 1),
        Part::new(subject, to, &room, own, own + 2)
    );
    let mut session = live(subject, way, own, before.session_type.clone()).await;
    before.is_played_by(subject, &session).await;
    session.becomes(after.session_type.clone()).await;
    after.is_played_by(subject, &session).await;
    if let Brings::Tagged(lost) = before.brings
        && before.brings != after.brings
    {
        session.party.loses(lost).await;
    }
    if let Some(other) = before.hears() {
        other.party.loses(own).await;
    }
    session.party.is_continuous(subject).await;
    if let Some(other) = after.hears() {
        other.party.is_continuous(subject).await;
    }
}
