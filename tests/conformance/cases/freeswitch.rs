//! What only a FreeSWITCH can do to its clients.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mediaplane::media::{PlayerAction, RecorderAction, RoomAction, SessionType, TypeKind, Update};
use mediaplane::session::{Caller, Create};
use mediaplane::{Error, Reason};

use super::files;
use crate::case::cases;
use crate::client::Client;
use crate::freeswitch_simulator::Fault;
use crate::need::{BRIDGE, Change, ECHO, MCU};
use crate::scenes;
use crate::session::{Session, media};
use crate::subjects::{PATIENCE, Setup, Subject};
use crate::support::peer::Options;

cases! {
    texts_stay_out_of_commands: ECHO, on [freeswitch_simulator];
    texts_for_a_room_stay_out_of_commands: MCU, on [freeswitch_simulator];
    ids_of_all_letters_are_taken: MCU, on [freeswitch_simulator, freeswitch];
    an_end_on_the_server_is_told: ECHO, on [freeswitch_simulator];
    events_may_come_before_the_answer: ECHO, on [freeswitch_simulator];
    an_opening_that_is_not_answered: ECHO.with(Setup::HASTY), on [freeswitch_simulator];
    a_call_that_is_turned_away: ECHO, on [freeswitch_simulator];
    a_bridge_that_is_refused_leaves_the_proxy: BRIDGE, on [freeswitch_simulator];
    a_peer_that_ends_before_its_bridge: ECHO.to(Change::SetType(TypeKind::Bridge)), on [freeswitch_simulator];
    whoever_bridges_ends_before_that: ECHO.to(Change::SetType(TypeKind::Bridge)), on [freeswitch_simulator];
    a_creator_that_gives_up_leaves_nothing: ECHO, on [freeswitch_simulator];
    a_type_that_is_refused_changes_nothing: ECHO.to(Change::SetType(TypeKind::Park)), on [freeswitch_simulator];
    a_cut_in_the_middle_of_a_change: ECHO.to(Change::SetType(TypeKind::Park)), on [freeswitch_simulator];
    a_result_that_is_lost: ECHO.with(Setup::HASTY), on [freeswitch_simulator];
    a_mute_holds_on_the_server_over_an_outage: ECHO, on [freeswitch_simulator];
    a_full_server_is_not_chosen: ECHO, on [freeswitch_simulator];
    a_wrong_password_is_told: ECHO, on [freeswitch_simulator];
}

/// Signs that mean something to the server, or to what reads its command lines.
const SIGNS: [&str; 16] = [
    "'",
    "\"",
    ",",
    "\n",
    "\r\n\r\nbgapi hupall",
    "{",
    "}",
    "${uuid}",
    "|",
    ";",
    "\\",
    " ",
    "%0a",
    "^",
    "&park",
    "\0",
];
/// What no command may have a word of.
const MARK: &str = "smuggled";

/// An echo, or what else, whose client has sound only, connected.
pub(super) async fn talks(
    subject: &Subject,
    session_type: SessionType,
) -> (Session<'_>, Client<'_>) {
    let client = Client::offers(subject, 7, Options::audio).await;
    let create = client.create(session_type);
    let (mut session, answer) = subject.create(create).await.expect("a session");
    client.accepts(&answer).await;
    session.connected().await;
    (session, client)
}

fn conference(profile: Option<&str>, layout: Option<&str>) -> SessionType {
    SessionType::Mcu {
        room_id: None,
        profile: profile.map(Into::into),
        layout: layout.map(Into::into),
    }
}

async fn mutes(session: &Session<'_>, muted: bool) -> Result<(), Error> {
    let update = media(|update| update.mute_audio = Some(muted));
    session.update(update).await.map(drop)
}

async fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what} in time");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until this runs on the call of a session.
async fn runs(subject: &Subject, session: &Session<'_>, app: &str) {
    let simulator = subject.freeswitch_simulator();
    let call = simulator.find(session.id.as_str());
    let call = call.expect("the session has a call");
    eventually(app, || {
        let channels = simulator.channels();
        channels
            .get(&call)
            .is_some_and(|channel| channel.app == app)
    })
    .await;
}

async fn is_refused(session: &Session<'_>, update: Update) {
    let asked = format!("{update:?}");
    let Err(refused) = session.update(update).await else {
        panic!("{asked} is taken");
    };
    let reason = refused.reason();
    assert!(
        matches!(reason, Reason::InvalidField | Reason::InvalidUri),
        "{asked}: {refused:?}"
    );
}

/// A file whose name has these signs, so that nothing takes them away on their way.
fn hidden(sign: &str) -> Arc<str> {
    let signs = sign.bytes().fold(String::new(), |mut signs, byte| {
        write!(signs, "%{byte:02x}").expect("a text takes all");
        signs
    });
    format!("file:///media/{MARK}{signs}{MARK}.wav").into()
}

fn are_clean(subject: &Subject) {
    let simulator = subject.freeswitch_simulator();
    let commands = simulator.commands();
    let has_mark = |command: &String| command.contains(MARK);
    assert!(!commands.iter().any(has_mark), "{commands:#?}");
    assert!(!simulator.injected(), "{commands:#?}");
}

async fn texts_stay_out_of_commands(subject: &Subject) {
    let (session, _client) = scenes::echo(subject, 7).await;
    for sign in SIGNS {
        let text = format!("{MARK}{sign}{MARK}");
        assert!(text.parse::<mediaplane::id::RoomId>().is_err());
        assert!(text.parse::<mediaplane::id::SessionId>().is_err());
        let recording = |uri: Option<&str>, format: Option<&str>| {
            Update::Recorder(RecorderAction::Start {
                uri: uri.map(Into::into),
                format: format.map(Into::into),
            })
        };
        for update in [
            Update::Type(conference(Some(&text), None)),
            Update::Type(conference(None, Some(&text))),
            Update::Type(SessionType::Play {
                uri: hidden(sign),
                loops: 1,
            }),
            Update::Player(PlayerAction::Start {
                uri: hidden(sign),
                loops: 1,
            }),
            recording(Some(&text), None),
            recording(None, Some(&text)),
            Update::Dtmf {
                digits: text.as_str().into(),
                duration: Duration::from_millis(100),
            },
        ] {
            is_refused(&session, update).await;
        }
    }
    are_clean(subject);
}

async fn texts_for_a_room_stay_out_of_commands(subject: &Subject) {
    let (session, _client) = talks(subject, conference(None, None)).await;
    runs(subject, &session, "conference").await;
    for sign in SIGNS {
        let text: Arc<str> = format!("{MARK}{sign}{MARK}").into();
        for action in [
            RoomAction::SetLayout {
                layout: text.clone(),
            },
            RoomAction::Play {
                uri: Some(hidden(sign)),
            },
            RoomAction::Record {
                on: true,
                uri: Some(text),
            },
        ] {
            is_refused(&session, Update::Room(action)).await;
        }
    }
    are_clean(subject);
}

async fn ids_of_all_letters_are_taken(subject: &Subject) {
    let client = Client::offers(subject, 7, Options::audio).await;
    let letters = format!("-~._{}", uuid::Uuid::new_v4());
    let create = Create {
        session_id: Some(letters.parse().expect("an id")),
        ..client.create(SessionType::Mcu {
            room_id: Some(letters.parse().expect("an id")),
            profile: None,
            layout: None,
        })
    };
    let (mut session, answer) = subject.create(create).await.expect("a participant");
    client.accepts(&answer).await;
    session.connected().await;
    let start = RecorderAction::Start {
        uri: None,
        format: Some("wav".into()),
    };
    files::asked(&session, start).await;
    files::asked(&session, RecorderAction::Stop).await;
    session.destroy().await;
}

async fn an_end_on_the_server_is_told(subject: &Subject) {
    for (cause, reason, words) in [
        ("NORMAL_CLEARING", Reason::BackendHangup, "ended the call"),
        ("MEDIA_TIMEOUT", Reason::BackendHangup, "nothing was heard"),
        ("ORIGINATOR_CANCEL", Reason::BackendHangup, "given up"),
        (
            "NO_ROUTE_TRANSIT_NET",
            Reason::BackendHangup,
            "for the cause NO_ROUTE_TRANSIT_NET",
        ),
        ("SYSTEM_SHUTDOWN", Reason::BackendLost, "shutting down"),
    ] {
        let (mut session, _client) = talks(subject, SessionType::Echo).await;
        let simulator = subject.freeswitch_simulator();
        simulator.hang_up(session.id.as_str(), cause);
        let (why, message) = session.ends().await;
        assert_eq!(why, reason, "{message}");
        assert!(message.contains(words), "{message}");
        assert!(
            cause.starts_with("NO_ROUTE") || !message.contains(cause),
            "{message}"
        );
    }
}

async fn events_may_come_before_the_answer(subject: &Subject) {
    let late = Fault::Late(Duration::from_millis(300));
    let simulator = subject.freeswitch_simulator();
    simulator.order_next(1, "INVITE", late);
    let (session, _client) = talks(subject, SessionType::Echo).await;
    runs(subject, &session, "echo").await;
    mutes(&session, true).await.expect("a mute");
    assert!(simulator.is_muted(session.id.as_str()));
}

async fn an_opening_that_is_not_answered(subject: &Subject) {
    let simulator = subject.freeswitch_simulator();
    let client = Client::offers(subject, 7, Options::audio).await;
    simulator.order_next(1, "INVITE", Fault::Silent);
    let refused = subject.create(client.create(SessionType::Echo)).await.err();
    let refused = refused.expect("nobody answers");
    assert_eq!(refused.reason(), Reason::BackendTimeout, "{refused:?}");
    // The server does not even begin to call.
    simulator.order_next(1, "originate", Fault::Delay(Duration::from_secs(2)));
    let refused = subject.create(Create::new(SessionType::Echo)).await.err();
    let refused = refused.expect("nobody calls");
    assert_eq!(refused.reason(), Reason::BackendTimeout, "{refused:?}");
    simulator.obey();
    subject.leaves_nothing().await;
    talks(subject, SessionType::Echo).await;
}

async fn a_call_that_is_turned_away(subject: &Subject) {
    let client = Client::offers(subject, 7, Options::audio).await;
    for (status, reason) in [
        (503, Reason::LimitReached),
        (488, Reason::InvalidSdp),
        (404, Reason::BackendRejected),
    ] {
        let simulator = subject.freeswitch_simulator();
        simulator.order_next(1, "INVITE", Fault::Reject(status));
        let refused = subject.create(client.create(SessionType::Echo)).await.err();
        let refused = refused.unwrap_or_else(|| panic!("{status} was answered"));
        assert_eq!(refused.reason(), reason, "{refused:?}");
        assert_eq!(
            refused.retry_delay().is_some(),
            status == 503,
            "{refused:?}"
        );
        let number = ("backend_code", status.to_string());
        assert!(refused.metadata().contains(&number), "{refused:?}");
        subject.leaves_nothing().await;
    }
}

async fn a_bridge_that_is_refused_leaves_the_proxy(subject: &Subject) {
    let simulator = subject.freeswitch_simulator();
    let caller = Client::offers(subject, 1, Options::audio).await;
    let mut proxy = subject
        .begin(caller.create(SessionType::Proxy))
        .await
        .expect("a proxy");
    let peer_id = proxy.id.clone();
    let bridging = || {
        let peer_id = peer_id.clone();
        Create::new(SessionType::Bridge { peer_id })
    };
    let refusal = Fault::Refuse("-ERR NORMAL_TEMPORARY_FAILURE\n");
    simulator.order_next(1, "originate", refusal);
    let refused = subject.create(bridging()).await.err().expect("refused");
    assert_eq!(refused.reason(), Reason::BackendRejected, "{refused:?}");
    subject.leaves_nothing().await;
    let (mut bridge, offer) = subject.create(bridging()).await.expect("the proxy waited");
    let callee = Client::answers(subject, 2, &offer, |options| options).await;
    bridge.set_answer(callee.description()).await;
    caller.accepts(&proxy.answer().await).await;
    tokio::join!(proxy.connected(), bridge.connected());
    runs(subject, &bridge, "bridge").await;
}

async fn a_peer_that_ends_before_its_bridge(subject: &Subject) {
    let (first, _one) = talks(subject, SessionType::Park).await;
    let (mut second, _other) = talks(subject, SessionType::Park).await;
    runs(subject, &first, "park").await;
    runs(subject, &second, "park").await;
    let peer_id = second.id.clone();
    let fault = Fault::HangUp(peer_id.to_string());
    let simulator = subject.freeswitch_simulator();
    simulator.order_next(1, "uuid_bridge", fault);
    let begun = Instant::now();
    let bridged = first.update(Update::Type(SessionType::Bridge { peer_id }));
    // The session of its peer may be gone by then, so that it is what it is to be.
    let came_of_it = bridged.await;
    second.ends_with(Reason::BackendHangup).await;
    assert!(begun.elapsed() < Duration::from_secs(4), "{came_of_it:?}");
    let echoes = first.update(Update::Type(SessionType::Echo)).await;
    echoes.expect("it can become something else");
    runs(subject, &first, "echo").await;
}

async fn whoever_bridges_ends_before_that(subject: &Subject) {
    let (mut first, _one) = talks(subject, SessionType::Park).await;
    let (second, _other) = talks(subject, SessionType::Park).await;
    runs(subject, &first, "park").await;
    runs(subject, &second, "park").await;
    let simulator = subject.freeswitch_simulator();
    let call = simulator.find(second.id.as_str()).expect("it has a call");
    simulator.order_next(1, "uuid_bridge", Fault::HangUp(first.id.to_string()));
    let peer_id = second.id.clone();
    let bridged = first.update(Update::Type(SessionType::Bridge { peer_id }));
    bridged.await.expect_err("it has ended");
    first.ends_with(Reason::BackendHangup).await;
    // It has left its park for the bridge, and the server does not say so.
    eventually("it runs nothing", || {
        simulator.channels()[&call].app.is_empty()
    })
    .await;
    runs(subject, &second, "park").await;
}

async fn a_creator_that_gives_up_leaves_nothing(subject: &Subject) {
    let client = Client::offers(subject, 7, Options::audio).await;
    let offered = client.create(SessionType::Echo);
    for (step, create) in [
        ("INVITE", offered),
        ("originate", Create::new(SessionType::Echo)),
    ] {
        let slow = Fault::Delay(Duration::from_millis(400));
        subject.freeswitch_simulator().order_next(1, step, slow);
        let create = Create {
            wait_reply: true,
            ..create
        };
        let soon = tokio::time::Instant::now() + Duration::from_millis(100);
        let caller = Caller::anonymous(Some(soon));
        let refused = subject.service().create(&caller, create).await.err();
        let refused = refused.unwrap_or_else(|| panic!("{step} was too slow for its caller"));
        let reason = refused.reason();
        assert!(
            matches!(
                reason,
                Reason::BackendTimeout | Reason::AnswerNotSet | Reason::OfferNotSet
            ),
            "{refused:?}"
        );
        subject.leaves_nothing().await;
    }
}

async fn a_type_that_is_refused_changes_nothing(subject: &Subject) {
    let (session, _client) = talks(subject, SessionType::Echo).await;
    runs(subject, &session, "echo").await;
    let simulator = subject.freeswitch_simulator();
    simulator.order_next(1, "uuid_transfer", Fault::Refuse("-ERR no\n"));
    let refused = session.update(Update::Type(SessionType::Park)).await;
    let refused = refused.expect_err("it is refused");
    assert_eq!(refused.reason(), Reason::BackendRejected, "{refused:?}");
    assert_eq!(session.info().session_type, SessionType::Echo);
    runs(subject, &session, "echo").await;
}

async fn a_cut_in_the_middle_of_a_change(subject: &Subject) {
    let (session, _client) = talks(subject, SessionType::Echo).await;
    runs(subject, &session, "echo").await;
    let simulator = subject.freeswitch_simulator();
    simulator.order_next(1, "uuid_transfer", Fault::Drop);
    let refused = session.update(Update::Type(SessionType::Park)).await;
    let refused = refused.expect_err("the reply is lost");
    assert_eq!(refused.reason(), Reason::BackendTimeout, "{refused:?}");
    assert_eq!(session.info().session_type, SessionType::Echo);
    // It was done all the same, and is undone.
    subject.up().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    runs(subject, &session, "echo").await;
    let parked = session.update(Update::Type(SessionType::Park)).await;
    parked.expect("the line is mended");
    runs(subject, &session, "park").await;
}

async fn a_result_that_is_lost(subject: &Subject) {
    let (session, _client) = talks(subject, SessionType::Echo).await;
    runs(subject, &session, "echo").await;
    let simulator = subject.freeswitch_simulator();
    let is_muted = || simulator.is_muted(session.id.as_str());
    simulator.order_next(1, "uuid_audio", Fault::Silent);
    let refused = mutes(&session, true).await.expect_err("nothing is said");
    assert_eq!(refused.reason(), Reason::BackendTimeout, "{refused:?}");
    // It was done all the same, and is undone: the caller was told that it failed.
    eventually("it is heard", || !is_muted()).await;
    mutes(&session, true).await.expect("a mute");
    assert!(is_muted());
    mutes(&session, false).await.expect("an unmute");
    assert!(!is_muted());
}

async fn a_mute_holds_on_the_server_over_an_outage(subject: &Subject) {
    let (mut session, _client) = talks(subject, SessionType::Echo).await;
    mutes(&session, true).await.expect("a mute");
    let simulator = subject.freeswitch_simulator();
    simulator.cut();
    session.notices("backend_connection").await;
    subject.up().await;
    assert!(simulator.is_muted(session.id.as_str()));
    mutes(&session, false).await.expect("an unmute");
    assert!(!simulator.is_muted(session.id.as_str()));
}

async fn a_full_server_is_not_chosen(subject: &Subject) {
    let client = Client::offers(subject, 7, Options::audio).await;
    let (_session, _client) = talks(subject, SessionType::Echo).await;
    let simulator = subject.freeswitch_simulator();
    let deadline = Instant::now() + PATIENCE;
    simulator.set_max_sessions(1);
    let refused = loop {
        match subject.create(client.create(SessionType::Echo)).await {
            Err(refused) => break refused,
            Ok((mut session, _)) => session.destroy().await,
        }
        assert!(Instant::now() < deadline, "it is full");
    };
    assert_eq!(refused.reason(), Reason::LimitReached, "{refused:?}");
    assert!(refused.retry_delay().is_some(), "somebody may go");
    simulator.set_max_sessions(1000);
    while subject
        .create(client.create(SessionType::Echo))
        .await
        .is_err()
    {
        assert!(Instant::now() < deadline, "it has room");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn a_wrong_password_is_told(subject: &Subject) {
    let simulator = subject.freeswitch_simulator();
    let (mut session, _client) = talks(subject, SessionType::Echo).await;
    simulator.order("auth", Fault::Refuse("-ERR invalid"));
    simulator.cut();
    subject.is_down_because("password").await;
    simulator.obey();
    subject.up().await;
    // Its calls were there all the time.
    session.notices("backend_connection").await;
    mutes(&session, true).await.expect("a mute");
}
