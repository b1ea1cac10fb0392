//! The client's media comes back.

use std::sync::Arc;
use std::time::Duration;

use mediaplane::Reason;
use mediaplane::event::{Kind as Event, Type};
use mediaplane::media::{Description, MediaUpdate, RemoteCandidate, Sdp, SdpType, SessionType};
use mediaplane::session::{Create, Status};
use serde_json::json;

use crate::case::cases;
use crate::client::Client;
use crate::freeswitch_simulator;
use crate::janus_simulator::Fault;
use crate::kurento_simulator;
use crate::need::{Change, ECHO, ECHO_OFFERER, PARK};
use crate::scenes;
use crate::subjects::{Setup, Simulated, Subject};
use crate::support::media::Kind;
use crate::support::peer::Options;

cases! {
    audio_video_and_data_come_back: ECHO;
    the_client_may_trickle: ECHO;
    candidates_are_held_back_if_wanted: ECHO;
    muted_audio_does_not_come_back: ECHO.to(Change::MuteAudio);
    muted_video_does_not_come_back: ECHO.to(Change::MuteVideo);
    a_mute_may_hold_from_the_start: ECHO.to(Change::MuteAudio);
    a_cap_is_told_to_the_client: ECHO.to(Change::Bitrate);
    data_can_be_muted: ECHO.to(Change::MuteData);
    unknown_backend_options_are_refused: ECHO;
    a_description_that_cannot_be_used_is_refused: ECHO;
    a_client_that_leaves_ends_it: ECHO;
    a_client_that_vanishes_is_noticed: ECHO.with(Setup::HASTY);
    a_client_that_never_connects_is_given_up: ECHO.with(Setup::HASTY);
    destroyed_while_it_opens_it_leaves_nothing: ECHO;
    asked_for_twice_it_is_one: ECHO;
    it_ends_when_its_time_is_up: ECHO;
    its_backend_can_be_chosen: ECHO;
    the_backend_may_offer: ECHO_OFFERER;
    media_can_be_parked: PARK;
}

async fn audio_video_and_data_come_back(subject: &Subject) {
    let client = Client::offers(subject, 7, |options| options.audio().video().data()).await;
    let (mut session, answer) = subject
        .create(client.create(SessionType::Echo))
        .await
        .expect("an echo");
    client.accepts(&answer).await;
    session.connected().await;
    client.receives_both(7).await;
    if subject.has_data() {
        client.is_answered("hello").await;
    }
    for _ in 0..2 {
        session
            .tells("media arrives", |kind| match kind {
                Event::MediaFlow {
                    receiving: true,
                    mid,
                    ..
                } => mid.clone(),
                _ => None,
            })
            .await;
    }
    assert_eq!(session.info().status, Status::Ready);
    session.destroy().await;
    let mut told = session.history();
    // A backend that trickles tells its candidates in between.
    told.retain(|told| !matches!(told, Type::Candidate | Type::CandidateEnd));
    assert_eq!(
        told[..3],
        [Type::Created, Type::Answer, Type::Status],
        "{told:?}"
    );
    assert_eq!(told.last(), Some(&Type::Destroyed));
}

async fn the_client_may_trickle(subject: &Subject) {
    let client = Client::offers(subject, 7, |options| options.audio().trickle()).await;
    let create = client.create(SessionType::Echo);
    let mut session = subject.begin(create).await.expect("an echo");
    // A backend that takes no candidates one by one answers when all are there.
    if subject.trickles() {
        client.accepts(&session.answer().await).await;
        session.candidates(client.candidates()).await;
    } else {
        session.candidates(client.candidates()).await;
        client.accepts(&session.answer().await).await;
    }
    session.connected().await;
    client.receives(Kind::Audio, 7).await;
}

async fn candidates_are_held_back_if_wanted(subject: &Subject) {
    let client = Client::offers(subject, 7, |options| options.audio().trickle()).await;
    let create = Create {
        no_offer_trickle_ice: true,
        ..client.create(SessionType::Echo)
    };
    let mut session = subject.begin(create).await.expect("an echo");
    assert_eq!(session.info().status, Status::WaitOffer);
    session.candidates(client.candidates()).await;
    client.accepts(&session.answer().await).await;
    assert!(session.offer().await.sdp.has_candidates());
    session.connected().await;
    client.receives(Kind::Audio, 7).await;
    assert_eq!(session.info().status, Status::Ready);
}

/// Mutes one kind, sees that the other goes on, and unmutes.
async fn mutes(subject: &Subject, muted: Kind, change: fn(&mut MediaUpdate, bool)) {
    let (session, client) = scenes::echo(subject, 7).await;
    let other = if muted == Kind::Audio {
        Kind::Video
    } else {
        Kind::Audio
    };
    client.receives_both(7).await;
    session.media(|update| change(update, true)).await;
    client.falls_silent(muted).await;
    client.receives(other, 7).await;
    session.media(|update| change(update, false)).await;
    client.receives_both(7).await;
}

async fn muted_audio_does_not_come_back(subject: &Subject) {
    mutes(subject, Kind::Audio, |update, mute| {
        update.mute_audio = Some(mute);
    })
    .await;
}

async fn muted_video_does_not_come_back(subject: &Subject) {
    mutes(subject, Kind::Video, |update, mute| {
        update.mute_video = Some(mute);
    })
    .await;
}

async fn a_mute_may_hold_from_the_start(subject: &Subject) {
    let muted = |create: Create| Create {
        media: MediaUpdate {
            mute_audio: Some(true),
            ..MediaUpdate::default()
        },
        ..create
    };
    let (session, client) = scenes::offered(subject, 7, muted, SessionType::Echo).await;
    client.receives(Kind::Video, 7).await;
    client.never_received(Kind::Audio);
    assert_eq!(session.info().media.mute_audio, Some(true));
    session
        .media(|update| update.mute_audio = Some(false))
        .await;
    client.receives(Kind::Audio, 7).await;
}

async fn a_cap_is_told_to_the_client(subject: &Subject) {
    let (session, client) = scenes::echo(subject, 7).await;
    session
        .media(|update| update.bitrate_kbps = Some(256))
        .await;
    client.is_capped(256).await;
    assert_eq!(session.info().media.bitrate_kbps, Some(256));
    session.media(|update| update.bitrate_kbps = Some(0)).await;
    client.is_uncapped().await;
}

async fn data_can_be_muted(subject: &Subject) {
    let client = Client::offers(subject, 7, Options::data).await;
    let (mut session, answer) = subject
        .create(client.create(SessionType::Echo))
        .await
        .expect("an echo");
    client.accepts(&answer).await;
    session.connected().await;
    client.is_answered("before").await;
    session.media(|update| update.mute_data = Some(true)).await;
    client.is_ignored("meanwhile").await;
    session.media(|update| update.mute_data = Some(false)).await;
    client.is_answered("after").await;
}

async fn unknown_backend_options_are_refused(subject: &Subject) {
    let client = Client::offers(subject, 7, Options::audio).await;
    let options = Arc::new(
        json!({"no_such_option": 1})
            .as_object()
            .cloned()
            .unwrap_or_default(),
    );
    let create = Create {
        backend_options: Some(options),
        ..client.create(SessionType::Echo)
    };
    let refused = subject
        .create(create)
        .await
        .err()
        .expect("nobody knows the option");
    assert_eq!(refused.reason(), Reason::InvalidField, "{refused:?}");
    assert_eq!(
        refused.violations()[0].field,
        "backend_options.no_such_option"
    );
    subject.leaves_nothing().await;
}

async fn a_description_that_cannot_be_used_is_refused(subject: &Subject) {
    // No key that DTLS could check.
    let sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n\
               m=audio 9 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\na=rtpmap:0 PCMU/8000\r\n";
    let sdp = Sdp::parse(sdp).expect("it is SDP");
    let offer = Description {
        sdp,
        sdp_type: SdpType::Webrtc,
        trickle_ice: false,
    };
    let create = Create {
        offer: Some(offer),
        ..Create::new(SessionType::Echo)
    };
    let refused = subject
        .create(create)
        .await
        .err()
        .expect("it cannot be answered");
    assert_eq!(refused.reason(), Reason::InvalidSdp, "{refused:?}");
    subject.leaves_nothing().await;
}

async fn a_client_that_leaves_ends_it(subject: &Subject) {
    let (mut session, client) = scenes::echo(subject, 7).await;
    client.leaves(&session).await;
    let (reason, message) = session.ends().await;
    assert_eq!(reason, Reason::BackendHangup, "{message}");
    assert!(!message.is_empty(), "a hangup has a cause");
    subject.leaves_nothing().await;
}

async fn a_client_that_vanishes_is_noticed(subject: &Subject) {
    let (mut session, client) = scenes::echo(subject, 7).await;
    client.receives_both(7).await;
    session.told(Type::MediaFlow).await;
    client.vanishes(&session).await;
    session
        .tells("media stops to arrive", |kind| {
            matches!(
                kind,
                Event::MediaFlow {
                    receiving: false,
                    ..
                }
            )
            .then_some(())
        })
        .await;
    // Kurento says so when it has not heard of a browser for 25 s.
    let (reason, message) = session.ends_within(Duration::from_secs(40)).await;
    assert_eq!(reason, Reason::BackendHangup, "{message}");
    subject.leaves_nothing().await;
}

async fn a_client_that_never_connects_is_given_up(subject: &Subject) {
    if let Some(Simulated::FreeSwitch(freeswitch)) = subject.simulated() {
        freeswitch.never_connects(true);
    }
    let trickles = subject.trickles();
    let client = Client::offers(subject, 7, |options| match trickles {
        true => options.audio().trickle(),
        false => options.audio(),
    });
    let (mut session, _) = subject
        .create(client.await.create(SessionType::Echo))
        .await
        .expect("an echo");
    if trickles {
        session.candidates(vec![RemoteCandidate::End]).await;
    }
    session.ends_with(Reason::BackendHangup).await;
    subject.leaves_nothing().await;
}

async fn destroyed_while_it_opens_it_leaves_nothing(subject: &Subject) {
    const SLOW: Duration = Duration::from_millis(50);
    let client = Client::offers(subject, 7, Options::audio).await;
    for step in ["create", "attach", "echotest.message"] {
        match subject.simulated() {
            Some(Simulated::Janus(janus)) => janus.order_next(1, step, Fault::Slow(SLOW)),
            Some(Simulated::Kurento(kurento)) => {
                kurento.order_next(1, "transaction", kurento_simulator::Fault::Delay(SLOW));
            }
            Some(Simulated::FreeSwitch(freeswitch)) => {
                freeswitch.order_next(1, "INVITE", freeswitch_simulator::Fault::Delay(SLOW));
            }
            None => {}
        }
        let mut session = subject
            .begin(client.create(SessionType::Echo))
            .await
            .expect("an echo");
        tokio::time::sleep(SLOW / 2).await;
        session.destroy().await;
        subject.leaves_nothing().await;
    }
}

async fn asked_for_twice_it_is_one(subject: &Subject) {
    let client = Client::offers(subject, 7, Options::audio).await;
    let create = || Create {
        session_id: Some("mine".parse().expect("an id")),
        ..client.create(SessionType::Echo)
    };
    let (mut session, answer) = subject.create(create()).await.expect("an echo");
    let (again, same) = subject.create(create()).await.expect("the same echo");
    assert_eq!((&session.id, answer), (&again.id, same));
    let other = Create {
        stop_after_peer: false,
        ..create()
    };
    let refused = subject.begin(other).await.err().expect("another request");
    assert_eq!(
        refused.reason(),
        Reason::SessionAlreadyExists,
        "{refused:?}"
    );
    session.destroy().await;
    session.stop().await;
    subject.leaves_nothing().await;
}

async fn it_ends_when_its_time_is_up(subject: &Subject) {
    let briefly = |create: Create| Create {
        ready_timeout: Some(Duration::from_secs(1)),
        ..create
    };
    let (mut session, client) = scenes::offered(subject, 7, briefly, SessionType::Echo).await;
    session.ends_with(Reason::SessionTimeout).await;
    if subject.says_goodbye() {
        client.peer.closed().await;
    }
    subject.leaves_nothing().await;
}

async fn its_backend_can_be_chosen(subject: &Subject) {
    let client = Client::offers(subject, 7, Options::audio).await;
    let (name, kind) = subject.backend();
    let older = format!("nkmedia_{kind}");
    let older = Some(older.as_str()).filter(|_| kind == "janus");
    for chosen in [Some(kind), Some(name.as_str()), older]
        .into_iter()
        .flatten()
    {
        let create = Create {
            backend: Some(chosen.into()),
            ..client.create(SessionType::Echo)
        };
        let (session, _) = subject.create(create).await.expect("it is there");
        let (on, of) = session.info().backend.expect("it has a backend");
        assert_eq!((on.as_str(), of), (name.as_str(), kind));
    }
    let create = Create {
        backend: Some("another".into()),
        ..client.create(SessionType::Echo)
    };
    let refused = subject
        .create(create)
        .await
        .err()
        .expect("there is none of that name");
    assert_eq!(refused.reason(), Reason::UnknownBackend, "{refused:?}");
}

async fn the_backend_may_offer(subject: &Subject) {
    let (mut session, offer) = subject
        .create(Create::new(SessionType::Echo))
        .await
        .expect("an echo");
    let client = Client::answers(subject, 7, &offer, |options| options).await;
    session.set_answer(client.description()).await;
    session.connected().await;
    client.receives_both(7).await;
}

async fn media_can_be_parked(subject: &Subject) {
    let client = Client::offers(subject, 7, |options| options.audio().video().data()).await;
    let (mut session, answer) = subject
        .create(client.create(SessionType::Park))
        .await
        .expect("a parked session");
    client.accepts(&answer).await;
    session.connected().await;
    for _ in 0..2 {
        session
            .tells("media arrives", |kind| {
                matches!(
                    kind,
                    Event::MediaFlow {
                        receiving: true,
                        ..
                    }
                )
                .then_some(())
            })
            .await;
    }
    client.is_ignored("hello").await;
    client.never_received(Kind::Audio);
    client.never_received(Kind::Video);
}
