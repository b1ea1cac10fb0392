//! A session with its client, whichever way the two came to terms.

use std::panic::{AssertUnwindSafe, resume_unwind};

use futures_util::FutureExt as _;
use mediaplane::media::{Description, Role, SdpType, SessionType, TypeKind, Update};
use mediaplane::session::Create;

use crate::client::Client;
use crate::scenes::plain;
use crate::session::Session;
use crate::subjects::Subject;
use crate::support::media::{Codec, Kind};
use crate::support::peer::Options;
use crate::support::received::Receives;
use crate::support::rtp::RtpPeer;

/// How a session and its client come to terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    /// The backend's.
    pub(crate) role: Role,
    pub(crate) sdp_type: SdpType,
    /// The client gives its candidates one by one.
    pub(crate) trickles: bool,
}

impl Way {
    pub(crate) const WEBRTC: Way = Way::new(Role::Offeree, SdpType::Webrtc);
    pub(crate) const WEBRTC_OFFERER: Way = Way::new(Role::Offerer, SdpType::Webrtc);
    pub(crate) const RTP: Way = Way::new(Role::Offeree, SdpType::Rtp);
    pub(crate) const RTP_OFFERER: Way = Way::new(Role::Offerer, SdpType::Rtp);

    /// All, without trickle.
    pub(crate) const ALL: [Way; 4] = [Way::WEBRTC, Way::WEBRTC_OFFERER, Way::RTP, Way::RTP_OFFERER];

    const fn new(role: Role, sdp_type: SdpType) -> Way {
        Way {
            role,
            sdp_type,
            trickles: false,
        }
    }

    pub(crate) const fn trickling(self) -> Way {
        Way {
            trickles: true,
            ..self
        }
    }
}

/// The client of a session: a browser, or a telephone that can see.
pub(crate) enum Party<'s> {
    Browser(Client<'s>),
    /// A telephone, and whether its server fills pauses.
    Phone(RtpPeer, bool),
    /// A telephone at a server without media.
    DeadPhone,
}

impl Party<'_> {
    fn of(subject: &Subject, phone: RtpPeer) -> Self {
        match subject.has_media() {
            true => Party::Phone(phone, subject.fills_pauses()),
            false => Party::DeadPhone,
        }
    }

    pub(crate) async fn receives(&self, kind: Kind, tag: u8) {
        match self {
            Party::Browser(client) => client.receives(kind, tag).await,
            Party::Phone(phone, _) => phone.receives(kind, tag, 8).await,
            Party::DeadPhone => {}
        }
    }

    /// Gets sound, whoever it is of.
    pub(crate) async fn receives_sound(&self) {
        match self {
            Party::Browser(client) => client.receives_sound().await,
            Party::Phone(phone, _) => phone.receives_any(Kind::Audio, 20).await,
            Party::DeadPhone => {}
        }
    }

    pub(crate) async fn receives_both(&self, tag: u8) {
        tokio::join!(
            self.receives(Kind::Audio, tag),
            self.receives(Kind::Video, tag)
        );
    }

    pub(crate) async fn falls_silent(&self) {
        match self {
            Party::Browser(client) => {
                tokio::join!(
                    client.falls_silent(Kind::Audio),
                    client.falls_silent(Kind::Video)
                );
            }
            Party::Phone(phone, true) => {
                tokio::join!(
                    phone.stops_receiving_what_came(Kind::Audio),
                    phone.stops_receiving_what_came(Kind::Video)
                );
            }
            Party::Phone(phone, false) => {
                tokio::join!(
                    phone.stops_receiving(Kind::Audio),
                    phone.stops_receiving(Kind::Video)
                );
            }
            Party::DeadPhone => {}
        }
    }

    /// Gets nothing more from the sender with this tag.
    pub(crate) async fn loses(&self, tag: u8) {
        match self {
            Party::Browser(client) => {
                tokio::join!(
                    client.loses(Kind::Audio, tag),
                    client.loses(Kind::Video, tag)
                );
            }
            Party::Phone(phone, _) => {
                tokio::join!(
                    phone.stops_receiving_from(Kind::Audio, tag),
                    phone.stops_receiving_from(Kind::Video, tag)
                );
            }
            Party::DeadPhone => {}
        }
    }

    pub(crate) async fn is_continuous(&self, subject: &Subject) {
        match self {
            Party::Browser(client) => client.is_continuous().await,
            Party::Phone(phone, _) if subject.remakes_times() => phone.is_one_stream(),
            Party::Phone(phone, _) => phone.is_continuous().await,
            Party::DeadPhone => {}
        }
    }
}

/// A session whose client has the same tag as it was made with, connected.
pub(crate) struct Live<'s> {
    pub(crate) session: Session<'s>,
    pub(crate) party: Party<'s>,
    pub(crate) tag: u8,
}

impl Live<'_> {
    /// Becomes another type.
    pub(crate) async fn becomes(&mut self, to: SessionType) {
        let kind = to.kind();
        let done = self.session.update(Update::Type(to)).await;
        done.unwrap_or_else(|error| panic!("it does not become {kind}: {error:?}"));
        self.session.told(mediaplane::event::Type::Type).await;
        assert_eq!(self.session.info().session_type.kind(), kind);
    }

    /// Each gets what the other sends.
    pub(crate) async fn talks_with(&self, other: &Live<'_>) {
        tokio::join!(
            self.party.receives_both(other.tag),
            other.party.receives_both(self.tag),
            self.session.subject.is_bridged(&self.session.id)
        );
    }
}

/// A live session of this type, with audio and video, that came about this way.
pub(crate) async fn live(
    subject: &Subject,
    way: Way,
    tag: u8,
    session_type: SessionType,
) -> Live<'_> {
    made(subject, way, tag, Create::new(session_type)).await
}

/// As [`live`], with more to ask for.
pub(crate) async fn made(subject: &Subject, way: Way, tag: u8, create: Create) -> Live<'_> {
    let kind = create.session_type.kind();
    let (session, party) = match way.sdp_type {
        SdpType::Webrtc => with_browser(subject, way, tag, create).await,
        SdpType::Rtp => with_phone(subject, way, tag, create).await,
    };
    assert_eq!(session.info().session_type.kind(), kind);
    Live {
        session,
        party,
        tag,
    }
}

async fn with_browser(
    subject: &Subject,
    way: Way,
    tag: u8,
    create: Create,
) -> (Session<'_>, Party<'_>) {
    let adjust = |options: Options| match way.trickles {
        true => options.trickle(),
        false => options,
    };
    let (mut session, client) = if way.role == Role::Offeree {
        let client = Client::offers(subject, tag, |options| adjust(options.audio().video())).await;
        let offer = Some(client.description());
        let session = begins(subject, Create { offer, ..create }).await;
        if way.trickles {
            session.candidates(client.candidates()).await;
        }
        client.accepts(&session.answer().await).await;
        (session, client)
    } else {
        let session = begins(subject, create).await;
        let client = Client::answers(subject, tag, &session.offer().await, adjust).await;
        session.set_answer(client.description()).await;
        if way.trickles {
            session.candidates(client.candidates()).await;
        }
        (session, client)
    };
    session.connected().await;
    (session, Party::Browser(client))
}

async fn with_phone(
    subject: &Subject,
    way: Way,
    tag: u8,
    create: Create,
) -> (Session<'_>, Party<'_>) {
    let mut phone = RtpPeer::bind(subject.media_ip(), tag, &[Codec::Opus, Codec::Vp8]).await;
    let create = Create {
        sdp_type: SdpType::Rtp,
        ..create
    };
    if way.role == Role::Offeree {
        let offer = Some(plain(&phone.offer()));
        let session = begins(subject, Create { offer, ..create }).await;
        phone.accept_answer(is_plain(&session.answer().await));
        return (session, Party::of(subject, phone));
    }
    let session = begins(subject, create).await;
    let answer = phone.answer(is_plain(&session.offer().await));
    session.set_answer(plain(&answer)).await;
    (session, Party::of(subject, phone))
}

async fn begins(subject: &Subject, create: Create) -> Session<'_> {
    let kind = create.session_type.kind();
    let begun = subject.begin(create).await;
    begun.unwrap_or_else(|error| panic!("no {kind} session: {error:?}"))
}

fn is_plain(description: &Description) -> &str {
    assert_eq!(description.sdp_type, SdpType::Rtp);
    description.sdp.as_str()
}

/// A type that has no parameters.
pub(crate) fn bare(kind: TypeKind) -> SessionType {
    match kind {
        TypeKind::Echo => SessionType::Echo,
        TypeKind::Park => SessionType::Park,
        TypeKind::Proxy => SessionType::Proxy,
        other => panic!("a {other} session has parameters"),
    }
}

/// Does `work`, and says its name if it panics: several may be done side by side.
pub(crate) async fn named<T>(name: impl std::fmt::Debug, work: impl Future<Output = T>) -> T {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(done) => done,
        Err(panic) => {
            eprintln!("that was {name:?}");
            resume_unwind(panic)
        }
    }
}
