//! What a FreeSWITCH plays and records, all of which it makes anew.

use std::time::{Duration, Instant};

use mediaplane::Reason;
use mediaplane::media::action::{PlayerVerb, RecorderVerb};
use mediaplane::media::{PlayerAction, PlayerStatus, RecorderAction, SdpType, SessionType, Update};
use mediaplane::session::Create;

use super::freeswitch::talks;
use super::{files, play};
use crate::case::cases;
use crate::client::Client;
use crate::freeswitch_simulator::Fault;
use crate::need::{Change, ECHO, PLAY};
use crate::party::{Way, live};
use crate::scenes;
use crate::session::Session;
use crate::subjects::Subject;
use crate::support::media::Kind;

cases! {
    what_is_not_there_is_not_played: PLAY, on [freeswitch_simulator, freeswitch];
    a_file_is_played_to_its_end: PLAY, on [freeswitch_simulator, freeswitch];
    a_file_is_halted_and_sought: PLAY.to(Change::Player(PlayerVerb::SetPosition)), on [freeswitch_simulator, freeswitch];
    a_file_is_played_twice: PLAY.to(Change::Player(PlayerVerb::Start)), on [freeswitch_simulator, freeswitch];
    a_file_is_played_over_an_echo: ECHO.to(Change::Player(PlayerVerb::Start)), on [freeswitch_simulator, freeswitch];
    what_is_played_over_an_outage_goes_on: ECHO.to(Change::Player(PlayerVerb::Start)), on [freeswitch_simulator, freeswitch];
    a_pause_waits_for_the_next_round: ECHO.to(Change::Player(PlayerVerb::Start)), on [freeswitch_simulator];
    a_stop_waits_for_the_next_round: ECHO.to(Change::Player(PlayerVerb::Start)), on [freeswitch_simulator];
    sound_is_recorded: ECHO.to(Change::Recorder(RecorderVerb::Start)), on [freeswitch_simulator, freeswitch];
    what_was_left_out_is_not_in_a_recording: ECHO.to(Change::Recorder(RecorderVerb::Pause)), on [freeswitch_simulator, freeswitch];
    a_recording_ends_with_its_session: ECHO.to(Change::Recorder(RecorderVerb::Start)), on [freeswitch_simulator, freeswitch];
}

async fn what_is_not_there_is_not_played(subject: &Subject) {
    let folder = subject.media_folder();
    let folder = folder.unwrap_or_else(|| std::path::Path::new("/media"));
    for missing in [
        format!("file://{}/missing.wav", folder.display()),
        format!("file://{}/", folder.display()),
        format!("file://{}", folder.display()),
        format!("file://{}/../missing.wav", folder.display()),
        "file:///etc/passwd".to_owned(),
        "tone_stream://%25(1000,0,440)".to_owned(),
        "http://127.0.0.1/a.wav".to_owned(),
    ] {
        let create = Create::new(SessionType::Play {
            uri: missing.as_str().into(),
            loops: 1,
        });
        let refused = subject.create(create).await.err();
        let refused = refused.unwrap_or_else(|| panic!("{missing} is played"));
        assert_eq!(refused.reason(), Reason::InvalidUri, "{refused:?}");
    }
    subject.leaves_nothing().await;
}

async fn a_file_is_played_to_its_end(subject: &Subject) {
    let uri = scenes::playable(subject, 7, 2).await;
    let (mut player, client) = play::plays(subject, &uri, 1).await;
    let begun = Instant::now();
    client.receives_sound().await;
    let state = play::told(&mut player, PlayerStatus::Stopped).await;
    assert_eq!((state.uri, state.error), (Some(uri), None));
    lasted(begun, 2);
    player.ends_with(Reason::BackendHangup).await;
}

/// It has taken about so many seconds.
fn lasted(begun: Instant, seconds: u64) {
    let lasted = begun.elapsed();
    let about = Duration::from_secs(seconds);
    let tolerance = Duration::from_millis(500);
    assert!(lasted + tolerance > about, "{lasted:?} of {about:?}");
    assert!(lasted < about + 6 * tolerance, "{lasted:?} of {about:?}");
}

async fn a_file_is_halted_and_sought(subject: &Subject) {
    let uri = scenes::playable(subject, 7, 2).await;
    let (mut player, client) = play::plays(subject, &uri, 1).await;
    client.receives_sound().await;
    let halted = play::asked(&player, PlayerAction::Pause).await;
    assert_eq!(halted.status, PlayerStatus::Paused);
    // As long as the whole file: it would have come to its end.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let still = play::asked(&player, PlayerAction::GetPosition).await;
    assert_eq!(still.position, halted.position);
    let state = play::asked(&player, PlayerAction::Resume).await;
    assert_eq!(state.status, PlayerStatus::Playing);
    let begun = Instant::now();
    let position = Duration::from_secs(1);
    play::asked(&player, PlayerAction::SetPosition { position }).await;
    let reached = play::asked(&player, PlayerAction::GetPosition).await;
    let reached = reached.position.expect("it is told");
    assert!(
        (position..2 * position).contains(&reached),
        "{reached:?} is not {position:?}"
    );
    play::told(&mut player, PlayerStatus::Stopped).await;
    lasted(begun, 1);
    player.ends_with(Reason::BackendHangup).await;
}

async fn a_file_is_played_twice(subject: &Subject) {
    let uri = scenes::playable(subject, 7, 2).await;
    let (mut player, _client) = play::plays(subject, &uri, 2).await;
    let begun = Instant::now();
    play::told(&mut player, PlayerStatus::Stopped).await;
    lasted(begun, 4);
    player.ends_with(Reason::BackendHangup).await;
}

async fn a_file_is_played_over_an_echo(subject: &Subject) {
    let (mut echo, client) = scenes::echo(subject, 7).await;
    client.receives_both(7).await;
    let uri = scenes::playable(subject, 8, 2).await;
    let start = |loops| PlayerAction::Start {
        uri: uri.clone(),
        loops,
    };
    let begun = Instant::now();
    let state = play::asked(&echo, start(1)).await;
    assert_eq!(state.status, PlayerStatus::Playing);
    let state = play::told(&mut echo, PlayerStatus::Stopped).await;
    assert_eq!((state.uri, state.error), (Some(uri.clone()), None));
    lasted(begun, 2);
    client.receives_both(7).await;
    let get = Update::Player(PlayerAction::GetInfo);
    let refused = echo.update(get).await.expect_err("nothing is played");
    assert_eq!(refused.reason(), Reason::NoActivePlayer, "{refused:?}");
    play::asked(&echo, start(0)).await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let state = play::asked(&echo, PlayerAction::GetInfo).await;
    assert_eq!(state.status, PlayerStatus::Playing, "it goes on for ever");
    play::asked(&echo, PlayerAction::Stop).await;
    client.receives_both(7).await;
    assert_eq!(echo.info().session_type, SessionType::Echo);
}

/// The line is cut for so long; then the session hears that it is mended.
async fn cut_for(subject: &Subject, session: &mut Session<'_>, span: Duration) {
    match subject.simulated() {
        Some(simulator) => {
            simulator.refuse_connections(true);
            simulator.cut();
        }
        None => subject.line().cut(),
    }
    subject.down().await;
    tokio::time::sleep(span).await;
    match subject.simulated() {
        Some(simulator) => simulator.refuse_connections(false),
        None => subject.line().restore(),
    }
    session.notices("backend_connection").await;
}

async fn what_is_played_over_an_outage_goes_on(subject: &Subject) {
    let (mut echo, client) = scenes::echo(subject, 7).await;
    let uri = scenes::playable(subject, 8, 2).await;
    let start = PlayerAction::Start { uri, loops: 1 };
    play::asked(&echo, start.clone()).await;
    let begun = Instant::now();
    cut_for(subject, &mut echo, Duration::ZERO).await;
    play::told(&mut echo, PlayerStatus::Stopped).await;
    lasted(begun, 2);
    // Its end is not heard now.
    play::asked(&echo, start).await;
    cut_for(subject, &mut echo, Duration::from_millis(2500)).await;
    play::told(&mut echo, PlayerStatus::Stopped).await;
    client.receives_both(7).await;
    if subject.simulated().is_some() {
        let commands = subject.freeswitch_simulator().commands();
        let transfers = commands.iter().filter(|line| line.contains("transfer"));
        assert_eq!(
            transfers.count(),
            1,
            "it became an echo once: {commands:#?}"
        );
    }
}

/// A session over whose echo a file is played for ever.
async fn plays_for_ever(subject: &Subject) -> (Session<'_>, Client<'_>) {
    let (echo, client) = talks(subject, SessionType::Echo).await;
    let uri = scenes::playable(subject, 8, 2).await;
    play::asked(&echo, PlayerAction::Start { uri, loops: 0 }).await;
    (echo, client)
}

async fn a_pause_waits_for_the_next_round(subject: &Subject) {
    let (echo, _client) = plays_for_ever(subject).await;
    let simulator = subject.freeswitch_simulator();
    let between = Fault::Refuse("-ERR No file handle!\n");
    simulator.order_next(1, "uuid_fileman", between);
    let begun = Instant::now();
    let halted = play::asked(&echo, PlayerAction::Pause).await;
    assert_eq!(halted.status, PlayerStatus::Paused);
    lasted(begun, 2);
    let state = play::asked(&echo, PlayerAction::Resume).await;
    assert_eq!(state.status, PlayerStatus::Playing);
}

async fn a_stop_waits_for_the_next_round(subject: &Subject) {
    let (echo, _client) = plays_for_ever(subject).await;
    let simulator = subject.freeswitch_simulator();
    let late = Fault::Delay(Duration::from_millis(300));
    simulator.order_next(1, "uuid_broadcast", late);
    let orders = || {
        let commands = simulator.commands();
        let orders = commands
            .iter()
            .filter(|line| line.contains("uuid_broadcast"));
        orders.count()
    };
    let deadline = Instant::now() + Duration::from_secs(4);
    while orders() < 2 {
        assert!(Instant::now() < deadline, "it is played again");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let stopped = play::asked(&echo, PlayerAction::Stop).await;
    assert_eq!(stopped.status, PlayerStatus::Stopped);
    let call = simulator.find(echo.id.as_str()).expect("it has a call");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let vars = &simulator.channels()[&call].vars;
    let response = vars.get("current_application_response");
    assert_eq!(
        response.map(String::as_str),
        Some("FILE PLAYED"),
        "{vars:#?}"
    );
    assert_eq!(orders(), 2, "it is not played again");
}

fn begin() -> RecorderAction {
    RecorderAction::Start {
        uri: None,
        format: None,
    }
}

async fn sound_is_recorded(subject: &Subject) {
    let (session, client) = talks(subject, SessionType::Echo).await;
    client.receives(Kind::Audio, 7).await;
    files::asked(&session, begin()).await;
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let recording = files::asked(&session, RecorderAction::Stop).await;
    let took = begun.elapsed();
    let file = &recording.files[0];
    assert_eq!(file.format, "wav", "{recording:#?}");
    let told = file.duration.expect("it tells its length");
    files::is_close(told, took, 300);
    if !subject.has_media() {
        return;
    }
    assert!(file.bytes.is_some_and(|bytes| bytes > 10_000), "{file:#?}");
    if let Some(probed) = files::probed(subject, &recording).await {
        assert_eq!(probed.codecs(), ["pcm_s16le"]);
        files::is_close(probed.duration, told, 100);
    }
}

async fn what_was_left_out_is_not_in_a_recording(subject: &Subject) {
    let (session, client) = talks(subject, SessionType::Echo).await;
    client.receives(Kind::Audio, 7).await;
    files::asked(&session, begin()).await;
    for action in [RecorderAction::Pause, RecorderAction::Resume] {
        tokio::time::sleep(Duration::from_secs(1)).await;
        files::asked(&session, action).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let recording = files::asked(&session, RecorderAction::Stop).await;
    let told = recording.files[0].duration.expect("it tells its length");
    files::is_close(told, Duration::from_secs(2), 400);
    if subject.has_media()
        && let Some(probed) = files::probed(subject, &recording).await
    {
        files::is_close(probed.duration, Duration::from_secs(2), 400);
    }
}

async fn a_recording_ends_with_its_session(subject: &Subject) {
    let mut echo = live(subject, Way::RTP, 7, SessionType::Echo).await;
    let start = RecorderAction::Start {
        uri: None,
        format: Some("wav".into()),
    };
    let recording = files::asked(&echo.session, start).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    echo.session.destroy().await;
    subject.leaves_nothing().await;
    if subject.has_media()
        && let Some(probed) = files::probed(subject, &recording).await
    {
        files::is_close(probed.duration, Duration::from_secs(1), 400);
    }
    // Another one can be recorded after it.
    let again = Create {
        sdp_type: SdpType::Webrtc,
        ..Create::new(SessionType::Echo)
    };
    subject.create(again).await.expect("an echo");
}
