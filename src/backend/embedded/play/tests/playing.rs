//! What a player does when, in halted time.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::sleep;

use super::{
    Arc, Codec, Duration, Folder, LegEvents, MediaKind, OPUS, PICTURE, Player, Received, Refused,
    Scene, Sink, TONE, VP8, near, seconds, webm,
};
use crate::{error::Reason, media::PlayerStatus};

#[tokio::test(start_paused = true)]
async fn nothing_flows_before_the_gate_opens_and_all_of_it_after() {
    let folder = Folder::new();
    let source = folder
        .open(&webm(&folder), 1, Codec::ALL)
        .await
        .expect("can be played");
    assert!(near(source.duration().expect("known"), seconds(2.0), 50));
    let mut scene = Scene::new(source);
    sleep(seconds(30.0)).await;
    assert_eq!(scene.received.count(), 0);
    assert_eq!(scene.player.state().position, Some(Duration::ZERO));
    scene.player.go();
    let (took, state) = scene.end().await;
    assert!(near(took, seconds(32.0), 50), "{took:?}");
    assert_eq!((state.status, state.error), (PlayerStatus::Stopped, None));
    assert!(near(state.position.expect("known"), seconds(2.0), 50));
    assert_eq!(scene.received.of(MediaKind::Audio).len(), 101);
    scene.received.check();
    assert!(scene.received.of(MediaKind::Audio)[0].1.marker);
    let error = scene.player.resume().await.expect_err("it has ended");
    assert_eq!(error.reason(), Reason::NoActivePlayer);
    assert_eq!(scene.player.state().status, PlayerStatus::Stopped);
}

#[tokio::test(start_paused = true)]
async fn loops_follow_one_another_without_a_seam() {
    let folder = Folder::new();
    let path = webm(&folder);
    let mut once = Scene::play(&folder, &path, 1).await;
    once.end().await;
    let mut scene = Scene::play(&folder, &path, 3).await;
    sleep(seconds(5.0)).await;
    let position = scene.player.state().position.expect("known");
    assert!(near(position, seconds(1.0), 60), "{position:?}");
    let (took, _) = scene.end().await;
    assert!(near(took, seconds(6.0), 100), "{took:?}");
    assert_eq!(scene.received.count(), once.received.count() * 3);
    scene.received.check();
    let audio = scene.received.of(MediaKind::Audio);
    assert_eq!(audio.iter().filter(|(_, packet)| packet.marker).count(), 1);
    let gaps = audio.windows(2).map(|pair| pair[1].0 - pair[0].0);
    let longest = gaps.max().expect("packets");
    assert!(longest < Duration::from_millis(60), "{longest:?}");
}

#[tokio::test(start_paused = true)]
async fn for_ever_is_until_it_is_stopped_or_dropped() {
    let folder = Folder::new();
    let path = folder.make("a.ogg", &format!("{TONE} {OPUS}"));
    let mut scene = Scene::play(&folder, &path, 0).await;
    sleep(seconds(60.0)).await;
    assert!(
        scene.received.count().abs_diff(3_000) < 60,
        "{}",
        scene.received.count()
    );
    let state = scene.player.stop().await.expect("it plays");
    assert_eq!(state.status, PlayerStatus::Stopped);
    assert!(
        scene.events.recv().await.is_none(),
        "what was asked for is not told"
    );
    scene.received.check();

    let mut scene = Scene::play(&folder, &path, 0).await;
    sleep(seconds(1.0)).await;
    drop(scene.player);
    let count = scene.received.count();
    assert!(scene.events.recv().await.is_none());
    sleep(seconds(10.0)).await;
    assert_eq!(scene.received.count(), count);
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_the_position_and_the_timestamps_tell_how_long() {
    let folder = Folder::new();
    let mut scene = Scene::play(&folder, &webm(&folder), 1).await;
    sleep(seconds(0.505)).await;
    let state = scene.player.pause().await.expect("it plays");
    assert_eq!(state.status, PlayerStatus::Paused);
    assert_eq!(state.position, Some(seconds(0.505)));
    let count = scene.received.count();
    sleep(seconds(10.0)).await;
    assert_eq!(scene.received.count(), count);
    assert_eq!(
        scene.player.pause().await.expect("again").position,
        state.position
    );
    let state = scene.player.resume().await.expect("it halts");
    assert_eq!(state.status, PlayerStatus::Playing);
    let (took, _) = scene.end().await;
    assert!(near(took, seconds(12.0), 50), "{took:?}");
    scene.received.check();
    let audio = scene.received.of(MediaKind::Audio);
    let gap = audio
        .windows(2)
        .map(|pair| pair[1].1.timestamp.wrapping_sub(pair[0].1.timestamp))
        .max();
    assert!(
        gap.expect("packets").abs_diff(480_000 + 960) < 500,
        "{gap:?}"
    );
    assert_eq!(audio.iter().filter(|(_, packet)| packet.marker).count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_player_may_be_paused_before_its_gate_opens() {
    let folder = Folder::new();
    let source = folder
        .open(&webm(&folder), 1, Codec::ALL)
        .await
        .expect("can be played");
    let mut scene = Scene::new(source);
    scene.player.pause().await.expect("it waits");
    scene.player.go();
    sleep(seconds(5.0)).await;
    assert_eq!(scene.received.count(), 0);
    scene.player.resume().await.expect("it halts");
    let (took, _) = scene.end().await;
    assert!(near(took, seconds(7.0), 50), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_jump_lands_on_the_keyframe_before() {
    let folder = Folder::new();
    let live = format!("{PICTURE} {TONE} {VP8} {OPUS} -f webm -live 1");
    let x264 = "-c:v libx264 -preset ultrafast -bf 0 -g 15";
    for path in [
        webm(&folder),
        folder.make("b.webm", &live),
        folder.make("c.mkv", &format!("{PICTURE} {TONE} {x264} {OPUS}")),
    ] {
        let mut scene = Scene::play(&folder, &path, 1).await;
        sleep(seconds(0.3)).await;
        let before = scene.received.of(MediaKind::Video).len();
        let state = scene
            .player
            .seek(seconds(1.7))
            .await
            .expect("within the file");
        assert!(
            near(state.position.expect("known"), seconds(1.0), 10),
            "{path:?} {state:?}"
        );
        let (took, _) = scene.end().await;
        assert!(near(took, seconds(1.3), 50), "{path:?} {took:?}");
        scene.received.check();
        let video = scene.received.of(MediaKind::Video);
        let payload = &video[before].1.payload;
        match path.extension().and_then(|extension| extension.to_str()) {
            // A frame that stands alone (RFC 6386, 9.1); a packet of parameters.
            Some("webm") => assert_eq!(payload[4] & 1, 0, "{path:?}"),
            _ => assert_eq!(payload[0] & 0x1f, 24, "{path:?}"),
        }
        let audio = scene.received.of(MediaKind::Audio);
        assert!(audio.len().abs_diff(65) <= 2, "{}", audio.len());
    }
}

#[tokio::test(start_paused = true)]
async fn jumps_go_both_ways_in_every_container_and_in_a_pause() {
    let folder = Folder::new();
    for path in [
        folder.make("a.ogg", &format!("{TONE} {OPUS}")),
        folder.make("b.wav", TONE),
        folder.make("c.webm", &format!("{TONE} {OPUS}")),
    ] {
        let mut scene = Scene::play(&folder, &path, 1).await;
        scene
            .player
            .seek(seconds(1.5))
            .await
            .expect("within the file");
        sleep(seconds(0.2)).await;
        let position = scene.player.state().position.expect("known");
        assert!(near(position, seconds(1.7), 25), "{path:?}: {position:?}");
        scene.player.pause().await.expect("it plays");
        let state = scene
            .player
            .seek(seconds(0.5))
            .await
            .expect("within the file");
        assert_eq!(state.status, PlayerStatus::Paused);
        sleep(seconds(5.0)).await;
        let position = scene.player.state().position.expect("known");
        assert!(near(position, seconds(0.5), 25), "{path:?}: {position:?}");
        let error = scene
            .player
            .seek(seconds(2.5))
            .await
            .expect_err("beyond the end");
        assert_eq!(error.reason(), Reason::InvalidField);
        scene.player.resume().await.expect("it halts");
        let (took, _) = scene.end().await;
        assert!(
            near(took, seconds(0.2 + 5.0 + 1.5), 60),
            "{path:?}: {took:?}"
        );
        scene.received.check();
    }
}

#[tokio::test(start_paused = true)]
async fn a_jump_stays_in_the_pass_that_is_heard() {
    let folder = Folder::new();
    let path = folder.make("a.ogg", &format!("{TONE} {OPUS}"));
    let mut scene = Scene::play(&folder, &path, 2).await;
    // The next pass has been read by now.
    sleep(seconds(1.9)).await;
    scene
        .player
        .seek(seconds(1.0))
        .await
        .expect("within the file");
    let (took, _) = scene.end().await;
    assert!(near(took, seconds(1.9 + 1.0 + 2.0), 60), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_keyframe_that_is_asked_for_is_sent_again() {
    let folder = Folder::new();
    let mut scene = Scene::play(&folder, &webm(&folder), 1).await;
    sleep(seconds(0.51)).await;
    let before = scene.received.of(MediaKind::Video);
    for _ in 0..5 {
        scene.player.refresh();
        sleep(Duration::from_millis(1)).await;
    }
    let after = scene.received.of(MediaKind::Video);
    let again = &after[before.len()..];
    let data = |packets: &[(_, crate::backend::embedded::packet::Packet)]| -> Vec<u8> {
        packets
            .iter()
            .flat_map(|(_, packet)| packet.payload[4..].to_vec())
            .collect()
    };
    assert_eq!(
        data(again),
        data(&before),
        "once, however often it is asked for"
    );
    scene.end().await;
    scene.received.check();
}

#[tokio::test(start_paused = true)]
async fn audio_and_video_have_one_clock() {
    let folder = Folder::new();
    let mut scene = Scene::play(&folder, &webm(&folder), 1).await;
    assert_eq!(scene.player.sender_time(MediaKind::Data), None);
    sleep(seconds(1.0)).await;
    for kind in [MediaKind::Audio, MediaKind::Video] {
        let time = scene.player.sender_time(kind).expect("it plays");
        let (_, last) = scene.received.of(kind).last().cloned().expect("packets");
        let ahead = time.timestamp.wrapping_sub(last.timestamp);
        assert!(ahead <= last.codec.clock_rate() / 10, "{kind}: {ahead}");
        // 2026 and 2060, in seconds since 1900.
        assert!((3_976_000_000..5_049_000_000).contains(&(time.ntp >> 32)));
    }
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_full_sink_halts_and_a_gone_one_ends() {
    let folder = Folder::new();
    let path = folder.make("a.ogg", &format!("{TONE} {OPUS}"));
    let received = Received::default();
    let (mut inner, offers) = (received.sink(), Arc::new(AtomicUsize::new(0)));
    let offered = Arc::clone(&offers);
    let sink: Sink = Box::new(
        move |packet| match offered.fetch_add(1, Ordering::Relaxed) {
            at if at % 3 == 1 => Err(Refused::Full(packet)),
            600.. => Err(Refused::Gone),
            _ => inner(packet),
        },
    );
    let (events, mut heard) = LegEvents::new(8);
    let source = folder
        .open(&path, 0, Codec::ALL)
        .await
        .expect("can be played");
    let player = Player::start(source, sink, events);
    player.go();
    assert!(heard.recv().await.is_none(), "nobody is there to be told");
    assert_eq!(received.count(), 400);
    received.check();
    assert_eq!(player.state().status, PlayerStatus::Stopped);
}

#[tokio::test(start_paused = true)]
async fn damage_within_a_file_is_told() {
    let folder = Folder::new();
    let path = folder.make("a.ogg", &format!("{TONE} {OPUS} -page_duration 100000"));
    let mut bytes = std::fs::read(&path).expect("a file");
    let pages: Vec<_> = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, at)| at == b"OggS")
        .map(|(at, _)| at)
        .collect();
    bytes[pages[pages.len() / 2]] = b'X';
    std::fs::write(&path, bytes).expect("written");
    let mut scene = Scene::play(&folder, &path, 1).await;
    let (_, state) = scene.end().await;
    assert_eq!(state.status, PlayerStatus::Failed);
    assert!(state.error.expect("words").contains("damaged"));
}

#[tokio::test(start_paused = true)]
async fn a_file_without_a_keyframe_fails_instead_of_being_read_for_ever() {
    let folder = Folder::new();
    let path = folder.make(
        "a.webm",
        &format!("{PICTURE} {VP8} -g 1000 -keyint_min 1000"),
    );
    let mut bytes = std::fs::read(&path).expect("a file");
    // The flags of the only keyframe: track 1, time 0, key.
    let key = bytes.windows(4).position(|at| at == [0x81, 0, 0, 0x80]);
    bytes[key.expect("a keyframe") + 3] = 0;
    std::fs::write(&path, bytes).expect("written");
    let mut scene = Scene::play(&folder, &path, 0).await;
    let (_, state) = scene.end().await;
    assert_eq!(state.status, PlayerStatus::Failed);
    assert_eq!(scene.received.count(), 0);
}
