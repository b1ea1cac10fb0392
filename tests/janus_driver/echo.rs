//! `echo`: media comes back, is muted, capped and recorded, and nothing is left.

use std::time::Duration;

use mediaplane::{
    Reason,
    backend::{Backend, LegEvents},
    media::{
        Candidate, Description, LegEvent, MediaKind, MediaUpdate, Outcome, RecorderAction,
        RecordingState, RemoteCandidate, Update,
    },
};

use crate::{
    support::{
        janus::Options,
        media::Kind,
        peer::{self, Peer},
        received::Receives,
    },
    world::{Opening, World, dropped_after, echo, mute_audio, webrtc},
};

#[tokio::test]
async fn media_comes_back_until_it_is_muted() {
    let world = World::new().await;
    let (mut echo, peer) = world.echo(7).await;
    tokio::join!(
        peer.receives(Kind::Audio, 7, 25),
        peer.receives(Kind::Video, 7, 10)
    );
    echo.notices("webrtc").await;
    arrives(&mut echo, MediaKind::Audio).await;

    echo.update(mute_audio(true)).await;
    peer.stops_receiving(Kind::Audio).await;
    peer.receives(Kind::Video, 7, 5).await;
    echo.update(mute_audio(false)).await;
    peer.receives(Kind::Audio, 7, 10).await;

    let cap = |kbps| MediaUpdate {
        bitrate_kbps: Some(kbps),
        ..MediaUpdate::default()
    };
    echo.update(cap(256)).await;
    peer.remb(|bitrate| bitrate == 256_000).await;
    echo.update(cap(0)).await;
    peer.remb(|bitrate| bitrate >= 10_000_000).await;

    echo.leg.close().await;
    echo.leg.close().await;
    assert_eq!(
        world.janus.leaks(|_| false).await.sessions,
        [],
        "close waits for the server"
    );
    world.end().await;
}

/// Waits until the leg tells that media of this kind arrives.
async fn arrives(echo: &mut Opening, expected: MediaKind) {
    let is_it = |event: &LegEvent| matches!(event, LegEvent::MediaFlow { kind, receiving: true, .. } if *kind == expected);
    echo.hears(|event| is_it(event).then_some(())).await;
}

#[tokio::test]
async fn what_is_muted_from_the_start_never_comes_back() {
    let world = World::new().await;
    let peer = world.peer(7).await;
    let mut request = echo(peer.description());
    request.media = mute_audio(true);
    let echo = world.open(request).await.expect("an echo");
    peer.accept_answer(echo.sdp()).await;
    peer.receives(Kind::Video, 7, 10).await;
    peer.receives_nothing(Kind::Audio, Duration::from_millis(500))
        .await;
    echo.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn candidates_may_come_later() {
    let world = World::new().await;
    let options = peer::Options::new(world.janus.media_ip(), 7)
        .audio()
        .trickle();
    let peer = Peer::offer(options).await;
    let mut request = echo(peer.description());
    request.offer = Some(Description {
        trickle_ice: true,
        ..webrtc(peer.description())
    });
    let echo = world.open(request).await.expect("an echo");
    peer.accept_answer(echo.sdp()).await;
    let mut candidates: Vec<_> = peer
        .candidates()
        .iter()
        .map(|candidate| {
            let index = Some(candidate.sdp_m_line_index);
            let one = Candidate::new(Some(&candidate.sdp_mid), index, &candidate.candidate);
            RemoteCandidate::One(one.expect("a candidate"))
        })
        .collect();
    candidates.push(RemoteCandidate::End);
    echo.leg
        .add_candidates(candidates)
        .await
        .expect("candidates");
    peer.receives(Kind::Audio, 7, 10).await;
    echo.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_recording_has_the_files_that_it_tells_of() {
    let world = World::new().await;
    let (echo, peer) = world.echo(7).await;
    peer.receives(Kind::Video, 7, 5).await;
    let start = |uri: Option<&str>| {
        Update::Recorder(RecorderAction::Start {
            uri: uri.map(Into::into),
            format: None,
        })
    };
    let stop = || Update::Recorder(RecorderAction::Stop);
    let refused = echo
        .leg
        .update(stop())
        .await
        .expect_err("nothing is recorded");
    assert_eq!(refused.reason(), Reason::NoActiveRecorder);

    let mut names = Vec::new();
    for uri in [None, None, Some("call-1")] {
        let Outcome::Recorder(began) = echo.leg.update(start(uri)).await.expect("a recording")
        else {
            panic!("no recording");
        };
        assert_eq!(began.state, RecordingState::Recording);
        peer.receives(Kind::Video, 7, 10).await;
        let Outcome::Recorder(ended) = echo.leg.update(stop()).await.expect("its end") else {
            panic!("no recording");
        };
        assert_eq!(
            (ended.state, ended.files.len()),
            (RecordingState::Stopped, 2),
            "{ended:?}"
        );
        for file in ended.files {
            assert!(file.bytes > Some(100), "{file:?}");
            assert!(
                file.uri
                    .strip_prefix("file://")
                    .is_some_and(|path| std::path::Path::new(path).is_file()),
                "{file:?}"
            );
            names.push(file.uri);
        }
    }
    assert!(names[4].contains("/call-1-"), "{names:?}");
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 6, "no take overwrites another");
    echo.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_client_that_says_goodbye_ends_its_leg() {
    let world = World::new().await;
    let (mut echo, peer) = world.echo(7).await;
    peer.close().await;
    assert_eq!(
        echo.ends().await,
        (Reason::BackendHangup, "DTLS alert".into())
    );
    echo.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_client_that_vanishes_is_noticed() {
    let limit = Duration::from_secs(1);
    let world = World::with(Options::default(), |config| {
        config.media_silence_timeout = limit;
    })
    .await;
    let (mut echo, peer) = world.echo(7).await;
    peer.receives(Kind::Video, 7, 5).await;
    peer.vanish().await;
    let (reason, message) = echo.ends().await;
    assert_eq!(reason, Reason::BackendHangup);
    assert!(message.contains("silent"), "{message}");
    echo.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_client_that_never_connects_is_noticed() {
    let limit = Duration::from_millis(500);
    let world = World::with(Options::default(), |config| {
        config.media_connect_timeout = limit;
    })
    .await;
    let peer = world.peer(7).await;
    let mut echo = world.open(echo(peer.description())).await.expect("an echo");
    let (reason, message) = echo.ends().await;
    assert_eq!(reason, Reason::BackendHangup);
    assert!(message.contains("ICE"), "{message}");
    echo.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_bad_offer_is_refused_and_leaves_nothing() {
    let world = World::new().await;
    let no_media = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n\
                    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
    let Err(error) = world.open(echo(no_media)).await else {
        panic!("it was taken");
    };
    assert_eq!(error.reason(), Reason::InvalidSdp, "{error:?}");
    let code = error
        .metadata()
        .iter()
        .find(|(key, _)| *key == "backend_code");
    assert!(
        code.is_some_and(|(_, code)| code.starts_with("core/46")),
        "{error:?}"
    );

    let peer = world.peer(7).await;
    let mut request = echo(peer.description());
    request.options.insert("frobnicate".into(), true.into());
    let Err(error) = world.open(request).await else {
        panic!("it was taken");
    };
    assert_eq!(error.reason(), Reason::InvalidField, "{error:?}");
    world.end().await;
}

#[tokio::test]
async fn an_open_that_is_dropped_leaves_nothing() {
    let world = World::new().await;
    let peer = world.peer(7).await;
    for polls in 0.. {
        let (events, _heard) = LegEvents::new(8);
        let opening = world.driver.open(echo(peer.description()), events);
        if let Some(opened) = dropped_after(polls, opening).await {
            assert!(polls >= 3, "one for each round trip at least, not {polls}");
            opened.expect("an echo").leg.close().await;
            break;
        }
    }
    world.end().await;
}
