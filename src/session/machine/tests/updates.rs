//! Changes of a live session.

use super::*;
use crate::media::{RecorderAction, RecordingState};

fn ready() -> Rig {
    let offer = description(false);
    let mut rig = Rig::begin(
        create(SessionType::Echo, Some(offer)),
        Some(paper(true)),
        &[],
    );
    rig.land(Ok(Finished::Opened(Some(description(false)))));
    rig
}

fn mute(on: bool) -> MediaUpdate {
    MediaUpdate {
        mute_audio: Some(on),
        ..MediaUpdate::default()
    }
}

fn recording(state: RecordingState) -> Result<Finished> {
    let recording = Recording {
        state,
        files: Vec::new(),
        error: None,
    };
    Ok(Finished::Outcome(Outcome::Recorder(recording)))
}

#[test]
fn a_mute_holds_once_the_server_has_done_it() {
    let mut rig = ready();
    let asker = rig.command(Command::Update(Update::Media(mute(true))));
    assert_eq!(rig.machine.info().media, MediaUpdate::default());
    rig.land(Ok(Finished::Nothing));
    assert!(matches!(rig.replies[&asker], Ok(Reply::Media(media)) if media == mute(true)));
    let refused = rig.command(Command::Update(Update::Media(mute(false))));
    rig.land(Err(no_server()));
    assert!(rig.replies[&refused].is_err());
    assert_eq!(rig.machine.info().media, mute(true));
}

#[test]
fn what_the_backend_lacks_is_refused_before_it_is_asked() {
    let mut rig = ready();
    let data = MediaUpdate {
        mute_data: Some(true),
        ..MediaUpdate::default()
    };
    for update in [
        Update::Media(data),
        Update::Stats,
        Update::Type(SessionType::Echo),
    ] {
        assert_eq!(rig.refused(Command::Update(update)), Reason::NotSupported);
    }
    assert!(rig.call.is_none());
    let mut rig = Rig::begin(p2p(description(false)), None, &[]);
    assert_eq!(
        rig.refused(Command::Update(Update::Stats)),
        Reason::NotSupported
    );
}

#[test]
fn one_call_at_a_time_in_the_order_of_the_commands() {
    let mut rig = ready();
    let first = rig.command(Command::Update(Update::Media(mute(true))));
    let second = rig.command(Command::Update(Update::Media(mute(false))));
    rig.land(Ok(Finished::Nothing));
    assert!(rig.replies.contains_key(&first) && !rig.replies.contains_key(&second));
    rig.land(Ok(Finished::Nothing));
    assert_eq!(rig.machine.info().media, mute(false));
}

#[test]
fn commands_that_wait_are_bounded_and_end_with_the_session() {
    let mut rig = ready();
    let limit = Settings::default().inbox;
    for _ in 0..=limit {
        rig.command(Command::Update(Update::Media(mute(true))));
    }
    let refused = rig.refused(Command::Update(Update::Media(mute(true))));
    assert_eq!(refused, Reason::LimitReached);
    let destroyed = rig.ask(Command::Destroy {
        reason: Reason::UserStop,
        message: "".into(),
    });
    assert!(
        destroyed.is_ok(),
        "a server that does not answer holds no end up"
    );
    assert_eq!(
        rig.replies.len() as u64,
        rig.tickets,
        "all who waited are answered"
    );
}

#[test]
fn the_recorder_knows_its_state() {
    let mut rig = ready();
    let act = |action| Command::Update(Update::Recorder(action));
    let start = || RecorderAction::Start {
        uri: None,
        format: None,
    };
    assert_eq!(
        rig.refused(act(RecorderAction::Stop)),
        Reason::NoActiveRecorder
    );
    rig.command(act(start()));
    rig.land(recording(RecordingState::Recording));
    assert_eq!(rig.refused(act(start())), Reason::IncompatibleSession);
    rig.command(act(RecorderAction::Stop));
    rig.land(recording(RecordingState::Stopped));
    assert_eq!(
        rig.refused(act(RecorderAction::Pause)),
        Reason::NoActiveRecorder
    );
    let told = rig.types().iter().filter(|t| **t == Type::Recorder).count();
    assert_eq!(told, 2);
}

#[test]
fn an_upload_that_ends_late_does_not_end_the_next_recording() {
    let mut rig = ready();
    let act = |action| Command::Update(Update::Recorder(action));
    let start = || RecorderAction::Start {
        uri: None,
        format: None,
    };
    rig.command(act(start()));
    rig.land(recording(RecordingState::Recording));
    rig.command(act(RecorderAction::Stop));
    rig.land(recording(RecordingState::Uploading));
    rig.command(act(start()));
    rig.land(recording(RecordingState::Recording));
    let available = Recording {
        state: RecordingState::Available,
        files: Vec::new(),
        error: None,
    };
    rig.feed(Input::Leg(LegEvent::Recorder(available)));
    let told = rig.types().iter().filter(|t| **t == Type::Recorder).count();
    assert_eq!(told, 4);
    rig.command(act(RecorderAction::Stop));
    rig.land(recording(RecordingState::Stopped));
    let state = rig
        .machine
        .info()
        .recording
        .map(|recording| recording.state);
    assert_eq!(state, Some(RecordingState::Stopped));
}

#[test]
fn a_notice_is_told_and_the_last_of_each_class_kept() {
    let mut rig = ready();
    for state in ["connecting", "up"] {
        let data = [("state".to_owned(), state.into())].into_iter().collect();
        rig.feed(Input::Leg(LegEvent::Status {
            class: "webrtc",
            data,
        }));
    }
    assert_eq!(rig.machine.info().backend_status["webrtc"]["state"], "up");
    assert_eq!(
        rig.types().iter().filter(|t| **t == Type::Status).count(),
        2
    );
}

#[test]
fn a_callers_deadline_bounds_its_call() {
    let mut rig = ready();
    let deadline = rig.now + Duration::from_millis(50);
    let update = Command::Update(Update::Media(mute(true)));
    rig.feed(Input::Command(Ticket(99), Some(deadline), update));
    assert_eq!(rig.call.as_ref().map(|(_, at)| *at), Some(deadline));
}
