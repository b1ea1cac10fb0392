//! What only a Kurento can do to its clients.

use std::time::{Duration, Instant};

use mediaplane::Reason;
use mediaplane::event::Type;
use mediaplane::media::{
    Codec, MediaUpdate, RecorderAction, RoomOptions, SdpType, SessionType, TypeKind, Update,
};
use mediaplane::session::{Caller, Command, Create};

use crate::case::cases;
use crate::client::Client;
use crate::kurento_simulator::{Fault, Media, Simulator};
use crate::need::{BRIDGE, Change, ECHO, ECHO_RTP, MCU, PLAY, PUBLISH};
use crate::scenes;
use crate::session::{Session, media};
use crate::subjects::{PATIENCE, Setup, Subject};
use crate::support::peer::Options;

cases! {
    an_opening_that_is_not_answered: ECHO.with(Setup::HASTY), on [kurento_simulator];
    a_step_that_is_refused_leaves_nothing: ECHO, on [kurento_simulator];
    a_bridge_that_is_refused_leaves_the_proxy: BRIDGE, on [kurento_simulator];
    a_change_whose_reply_is_lost: ECHO, on [kurento_simulator];
    a_type_that_is_refused_changes_nothing: ECHO.to(Change::SetType(TypeKind::Park)), on [kurento_simulator];
    what_changed_during_an_outage_is_told: ECHO, on [kurento_simulator];
    a_conference_after_a_restart: MCU, on [kurento_simulator];
    a_service_that_was_away_for_too_long: ECHO, on [kurento_simulator];
    a_telephone_may_have_srtp: ECHO_RTP, on [kurento];
    a_cap_may_hold_from_the_start: ECHO, on [kurento_simulator, kurento];
    a_room_caps_its_publishers: PUBLISH, on [kurento_simulator, kurento];
    a_server_that_is_too_old: ECHO, on [kurento_simulator];
    what_cannot_be_read_is_not_played: PLAY, on [kurento_simulator];
    what_cannot_be_written_is_not_recorded: ECHO, on [kurento_simulator];
    a_recording_that_nobody_waited_for: ECHO, on [kurento_simulator];
    a_file_has_one_recording: ECHO, on [kurento_simulator];
    what_a_peer_says_is_told: ECHO, on [kurento_simulator];
}

fn refusal() -> Fault {
    Fault::Refuse {
        code: 40_207,
        message: "Error generating an answer",
        kind: "SDP_CREATE_ERROR",
    }
}

/// Whether the sound of some client goes to those that may take it.
fn has_audio(simulator: &Simulator) -> bool {
    let links = simulator.links();
    let from_client = |link: &&crate::kurento_simulator::Link| {
        link.source.ends_with("_kurento.WebRtcEndpoint") && link.media == Media::Audio
    };
    links.iter().any(|link| from_client(&link))
}

async fn mutes(session: &Session<'_>, muted: bool) {
    session
        .media(|update| update.mute_audio = Some(muted))
        .await;
}

async fn an_opening_that_is_not_answered(subject: &Subject) {
    let simulator = subject.kurento_simulator();
    let client = Client::offers(subject, 7, Options::audio).await;
    simulator.order_next(1, "create.WebRtcEndpoint", Fault::Silent);
    let refused = subject.create(client.create(SessionType::Echo)).await.err();
    let refused = refused.expect("nobody answers");
    assert_eq!(refused.reason(), Reason::BackendTimeout, "{refused:?}");
    // It was made all the same, which nobody here knows: it is found.
    assert!(simulator.held().objects().next().is_some());
    simulator.obey();
    subject.leaves_nothing().await;
    subject
        .create(client.create(SessionType::Echo))
        .await
        .expect("all is well again");
}

async fn a_step_that_is_refused_leaves_nothing(subject: &Subject) {
    let client = Client::offers(subject, 7, |options| options.audio().video()).await;
    for step in [
        "create.PassThrough",
        "create.WebRtcEndpoint",
        "subscribe.Error",
        "invoke.connect",
        "invoke.processOffer",
        "invoke.gatherCandidates",
    ] {
        subject.kurento_simulator().order_next(1, step, refusal());
        let refused = subject.create(client.create(SessionType::Echo)).await.err();
        let refused = refused.unwrap_or_else(|| panic!("{step} was refused"));
        assert_eq!(refused.reason(), Reason::BackendRejected, "{refused:?}");
        let told = refused.metadata();
        assert!(
            told.contains(&("backend_code", "40207".to_owned())),
            "{told:?}"
        );
        subject.leaves_nothing().await;
    }
}

async fn a_bridge_that_is_refused_leaves_the_proxy(subject: &Subject) {
    let simulator = subject.kurento_simulator();
    let caller = Client::offers(subject, 1, Options::audio).await;
    let mut proxy = subject
        .begin(caller.create(SessionType::Proxy))
        .await
        .expect("a proxy");
    let bridging = || {
        Create::new(SessionType::Bridge {
            peer_id: proxy.id.clone(),
        })
    };
    simulator.order_next(1, "invoke.generateOffer", refusal());
    let refused = subject.create(bridging()).await.err().expect("refused");
    assert_eq!(refused.reason(), Reason::BackendRejected, "{refused:?}");
    subject.leaves_nothing().await;
    let (mut bridge, offer) = subject.create(bridging()).await.expect("the proxy waited");
    let callee = Client::answers(subject, 2, &offer, |options| options).await;
    bridge.set_answer(callee.description()).await;
    caller.accepts(&proxy.answer().await).await;
    tokio::join!(proxy.connected(), bridge.connected());
}

async fn a_change_whose_reply_is_lost(subject: &Subject) {
    let simulator = subject.kurento_simulator();
    let (session, _client) = scenes::echo(subject, 7).await;
    simulator.order_next(1, "invoke.disconnect", Fault::Drop);
    let refused = session
        .update(media(|update| update.mute_audio = Some(true)))
        .await;
    assert_eq!(
        refused.expect_err("the reply was lost").reason(),
        Reason::BackendTimeout
    );
    // It was done, which nobody here knows. It is found out, and undone, for the caller was told that it failed.
    let deadline = Instant::now() + PATIENCE;
    while !has_audio(simulator) {
        assert!(Instant::now() < deadline, "{:#?}", simulator.links());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    mutes(&session, true).await;
    assert!(!has_audio(simulator));
    mutes(&session, false).await;
    assert!(has_audio(simulator));
}

async fn a_type_that_is_refused_changes_nothing(subject: &Subject) {
    let simulator = subject.kurento_simulator();
    let (session, _client) = scenes::echo(subject, 7).await;
    let before = simulator.links();
    for (step, to) in [
        ("invoke.disconnect", SessionType::Park),
        (
            "create.HubPort",
            SessionType::Mcu {
                room_id: None,
                profile: None,
                layout: None,
            },
        ),
    ] {
        simulator.order_next(1, step, refusal());
        let refused = session.update(Update::Type(to)).await;
        let refused = refused.expect_err("it is refused");
        assert_eq!(refused.reason(), Reason::BackendRejected, "{refused:?}");
        let kind = session.info().session_type.kind();
        assert_eq!(kind, TypeKind::Echo);
        let deadline = Instant::now() + PATIENCE;
        while simulator.links() != before {
            assert!(Instant::now() < deadline, "{:#?}", simulator.links());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn what_changed_during_an_outage_is_told(subject: &Subject) {
    let simulator = subject.kurento_simulator();
    let (mut session, _client) = scenes::echo(subject, 7).await;
    session.told(Type::MediaFlow).await;
    simulator.refuse_connections(true);
    simulator.cut();
    subject.down().await;
    simulator.media(session.id.as_str(), false);
    simulator.refuse_connections(false);
    session
        .tells("media stops", |kind| match kind {
            mediaplane::event::Kind::MediaFlow { receiving, .. } => (!receiving).then_some(()),
            _ => None,
        })
        .await;
}

async fn a_conference_after_a_restart(subject: &Subject) {
    let room: mediaplane::id::RoomId = "conference".parse().expect("an id");
    let joining = || SessionType::Mcu {
        room_id: Some(mediaplane::id::RoomId::clone(&room)),
        profile: None,
        layout: None,
    };
    let client = Client::offers(subject, 1, Options::audio).await;
    let (mut one, _) = subject.create(client.create(joining())).await.expect("one");
    subject.kurento_simulator().restart();
    one.ends_with(Reason::BackendLost).await;
    subject.up().await;
    let again = subject.create(client.create(joining())).await;
    again.expect("the mixer is made anew");
}

async fn a_service_that_was_away_for_too_long(subject: &Subject) {
    let simulator = subject.kurento_simulator();
    let (mut session, _client) = scenes::echo(subject, 7).await;
    simulator.refuse_connections(true);
    simulator.cut();
    subject.down().await;
    simulator.collect_garbage();
    simulator.refuse_connections(false);
    session.ends_with(Reason::BackendLost).await;
    subject.up().await;
    scenes::echo(subject, 8).await;
}

/// A telephone's offer of SRTP, keyed with this suite (RFC 4568).
fn srtp(subject: &Subject, suite: &str) -> Create {
    let ip = subject.media_ip();
    let sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
         m=audio 40000 RTP/SAVP 0\r\na=rtpmap:0 PCMU/8000\r\n\
         a=crypto:1 {suite} inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"
    );
    Create {
        offer: Some(scenes::plain(&sdp)),
        ..Create::new(SessionType::Echo)
    }
}

async fn a_telephone_may_have_srtp(subject: &Subject) {
    let suite = "AES_CM_128_HMAC_SHA1_80";
    let (_answered, answer) = subject.create(srtp(subject, suite)).await.expect("an echo");
    let mut create = Create::new(SessionType::Echo);
    create.sdp_type = SdpType::Rtp;
    let options = serde_json::json!({"srtp": true});
    create.backend_options = options.as_object().cloned().map(std::sync::Arc::new);
    let (_offered, offer) = subject.create(create).await.expect("an echo");
    for description in [answer, offer] {
        let section = description.sdp.sections().next().expect("an m-section");
        assert_eq!(section.protocol(), "RTP/SAVP");
        let key = section.attribute("crypto").expect("a key");
        assert!(key.contains(suite), "{key}");
    }
    let refused = subject.create(srtp(subject, "AEAD_AES_256_GCM")).await;
    let refused = refused.err().expect("the server has no such suite");
    assert_eq!(refused.reason(), Reason::InvalidSdp, "{refused:?}");
}

async fn a_cap_may_hold_from_the_start(subject: &Subject) {
    let capped = |create: Create| Create {
        media: MediaUpdate {
            bitrate_kbps: Some(100),
            ..MediaUpdate::default()
        },
        ..create
    };
    let (session, client) = scenes::offered(subject, 7, capped, SessionType::Echo).await;
    client.receives_both(7).await;
    client.is_capped(100).await;
    let refused = session
        .update(media(|update| update.bitrate_kbps = Some(300)))
        .await;
    let refused = refused.expect_err("the server takes no other one");
    assert_eq!(refused.reason(), Reason::NotSupported, "{refused:?}");
    assert_eq!(session.info().media.bitrate_kbps, Some(100));
}

async fn a_room_caps_its_publishers(subject: &Subject) {
    let publishing = SessionType::Publish {
        room_id: Some("capped".parse().expect("an id")),
        create_room: true,
        room_options: Box::new(RoomOptions {
            bitrate_kbps: Some(100),
            video_codec: Some("vp8".into()),
            ..RoomOptions::default()
        }),
    };
    let client = Client::offers(subject, 1, |options| options.audio().video()).await;
    let (mut publisher, answer) = subject
        .create(client.create(publishing))
        .await
        .expect("a publisher");
    let codecs = answer.sdp.codecs();
    assert!(!codecs.contains(&Codec::H264), "{codecs:?}");
    client.accepts(&answer).await;
    publisher.connected().await;
    client.is_capped(100).await;
}

async fn a_server_that_is_too_old(subject: &Subject) {
    let simulator = subject.kurento_simulator();
    simulator.set_version("6.18.0");
    simulator.restart();
    subject.is_down_because("7.1 or later is needed").await;
    simulator.set_version("7.3.1");
    simulator.restart();
    subject.up().await;
}

async fn what_cannot_be_read_is_not_played(subject: &Subject) {
    let uri = "file:///media/missing.webm".into();
    let create = Create::new(SessionType::Play { uri, loops: 1 });
    let refused = subject.create(create).await.err().expect("it is not there");
    assert_eq!(refused.reason(), Reason::InvalidUri, "{refused:?}");
    subject.leaves_nothing().await;
}

async fn what_cannot_be_written_is_not_recorded(subject: &Subject) {
    let (session, _client) = scenes::echo(subject, 7).await;
    let refused = session.update(recording("unwritable")).await;
    let refused = refused.expect_err("it cannot be");
    assert_eq!(refused.reason(), Reason::BackendRejected, "{refused:?}");
    let stop = Update::Recorder(RecorderAction::Stop);
    let refused = session.update(stop).await.expect_err("nothing runs");
    assert_eq!(refused.reason(), Reason::NoActiveRecorder, "{refused:?}");
}

fn recording(name: &str) -> Update {
    Update::Recorder(RecorderAction::Start {
        uri: Some(name.into()),
        format: None,
    })
}

async fn a_recording_that_nobody_waited_for(subject: &Subject) {
    let simulator = subject.kurento_simulator();
    let (session, client) = scenes::echo(subject, 7).await;
    client.receives_both(7).await;
    let slow = Fault::Delay(Duration::from_millis(400));
    simulator.order_next(1, "invoke.record", slow);
    let soon = tokio::time::Instant::now() + Duration::from_millis(100);
    let (caller, start) = (
        Caller::anonymous(Some(soon)),
        Command::Update(recording("1")),
    );
    let refused = subject.service().command(&caller, &session.id, start).await;
    let refused = refused.expect_err("it was too slow for its caller");
    assert_eq!(refused.reason(), Reason::BackendTimeout, "{refused:?}");
    // Nobody could have stopped it.
    session.outcome(recording("2")).await;
    let held = simulator.held();
    let recorders = held
        .objects()
        .filter(|(id, _)| id.ends_with("RecorderEndpoint"));
    assert_eq!(recorders.count(), 1);
    session
        .outcome(Update::Recorder(RecorderAction::Stop))
        .await;
}

async fn a_file_has_one_recording(subject: &Subject) {
    let (one, first) = scenes::echo(subject, 7).await;
    let (two, second) = scenes::echo(subject, 8).await;
    tokio::join!(first.receives_both(7), second.receives_both(8));
    one.outcome(recording("same")).await;
    let refused = two.update(recording("same")).await;
    let refused = refused.expect_err("the other one writes to it");
    assert_eq!(refused.reason(), Reason::InvalidUri, "{refused:?}");
    one.outcome(Update::Recorder(RecorderAction::Stop)).await;
    two.outcome(recording("same")).await;
}

async fn what_a_peer_says_is_told(subject: &Subject) {
    let simulator = subject.kurento_simulator();
    let (mut silent, _one) = scenes::echo(subject, 7).await;
    simulator.media_disconnected(silent.id.as_str());
    silent.ends_with(Reason::BackendHangup).await;
    let client = Client::offers(subject, 8, |options| options.audio().trickle()).await;
    let (mut lost, _) = subject
        .create(client.create(SessionType::Echo))
        .await
        .expect("an echo");
    simulator.ice_failed(lost.id.as_str());
    lost.ends_with(Reason::BackendHangup).await;
    let (mut wrong, _two) = scenes::echo(subject, 9).await;
    simulator.hang_up(wrong.id.as_str(), crate::kurento_simulator::Gone::Failed);
    wrong.ends_with(Reason::SessionFailed).await;
}
