//! Changes of a live session: media, type, recorder, player, room.

use std::sync::Arc;

use tokio::time::Instant;

use super::{Call, Finished, Machine, Ticket};
use crate::{
    backend::guard,
    error::{Error, Reason, Result},
    event::Kind,
    media::{
        Outcome, PlayerAction, PlayerState, PlayerStatus, RecorderAction, Recording,
        RecordingState, SessionType, TypeKind, Update,
    },
    session::command::Reply,
};

impl Machine {
    pub(super) fn update(&mut self, ticket: Ticket, deadline: Option<Instant>, update: Update) {
        match self.may(&update) {
            Ok(()) => self.queue(Call::Update(update), Some(ticket), deadline),
            Err(error) => self.reply(ticket, Err(error)),
        }
    }

    /// Whether `update` can be done as the session stands.
    pub(in crate::session) fn may(&self, update: &Update) -> Result<()> {
        let kind = self.session_type.kind();
        let (Some(backend), Some(capability)) = (self.backend.as_deref(), self.capability()) else {
            let what = match update {
                Update::Media(_) => "UpdateMedia",
                Update::Type(_) => "SetType",
                Update::Recorder(_) => "RecorderAction",
                Update::Player(_) => "PlayerAction",
                Update::Room(_) => "RoomAction",
                Update::Dtmf { .. } => "SendDtmf",
                Update::Stats => "GetStats",
            };
            return Err(guard::not_supported(what, kind, "none"));
        };
        if matches!(update, Update::Room(_)) && self.session_type.room_id().is_none() {
            return Err(Error::new(
                Reason::NoActiveRoom,
                "the session is in no room",
            ));
        }
        guard::allow(backend, capability, update)?;
        match update {
            Update::Recorder(action) => self.may_record(action),
            Update::Player(action) => self.may_play(action),
            Update::Media(_)
            | Update::Type(_)
            | Update::Room(_)
            | Update::Dtmf { .. }
            | Update::Stats => Ok(()),
        }
    }

    fn is_recording(&self) -> bool {
        let extras = self.extras.as_ref();
        let recording = extras.and_then(|extras| extras.recording.as_ref());
        recording.is_some_and(|recording| {
            matches!(
                recording.state,
                RecordingState::Recording | RecordingState::Paused
            )
        })
    }

    fn may_record(&self, action: &RecorderAction) -> Result<()> {
        let active = self.is_recording();
        match action {
            RecorderAction::Start { .. } if active => {
                let message = "the session is being recorded already: stop that first";
                Err(Error::new(Reason::IncompatibleSession, message))
            }
            RecorderAction::Start { .. } => Ok(()),
            RecorderAction::Stop | RecorderAction::Pause | RecorderAction::Resume if active => {
                Ok(())
            }
            RecorderAction::Stop | RecorderAction::Pause | RecorderAction::Resume => {
                let message = "nothing is being recorded: start a recording first";
                Err(Error::new(Reason::NoActiveRecorder, message))
            }
        }
    }

    fn may_play(&self, action: &PlayerAction) -> Result<()> {
        let player = self
            .extras
            .as_ref()
            .and_then(|extras| extras.player.as_ref());
        let active = match player {
            Some(player) => {
                matches!(player.status, PlayerStatus::Playing | PlayerStatus::Paused)
            }
            None => self.session_type.kind() == TypeKind::Play,
        };
        if active || matches!(action, PlayerAction::Start { .. }) {
            return Ok(());
        }
        Err(Error::new(
            Reason::NoActivePlayer,
            "nothing is being played: start a player first",
        ))
    }

    pub(super) fn updated(
        &mut self,
        update: Update,
        ticket: Option<Ticket>,
        result: Result<Finished>,
    ) {
        match (update, result) {
            (Update::Type(SessionType::Park), Err(error)) if ticket.is_none() => {
                // Nobody asked: the bridge ended and the backend could not park what is left.
                let message = format!("the bridge ended: {}", error.message());
                self.end_with(Error::new(Reason::BridgeStop, message));
            }
            (_, Err(error)) => self.reply_to(ticket, Err(error)),
            (Update::Media(change), Ok(_)) => {
                self.media = self.media.merged(change);
                self.reply_to(ticket, Ok(Reply::Media(self.media)));
            }
            (Update::Type(to), Ok(_)) => {
                self.change_type(to);
                self.reply_to(ticket, Ok(Reply::Done));
            }
            (_, Ok(finished)) => {
                let outcome = match finished {
                    Finished::Outcome(outcome) => outcome,
                    Finished::Nothing | Finished::Opened(_) | Finished::Offer(_) => Outcome::Done,
                };
                match &outcome {
                    Outcome::Recorder(recording) => self.recorded(recording.clone()),
                    Outcome::Player(player) => self.played(player.clone()),
                    Outcome::Done | Outcome::Room(_) | Outcome::Stats(_) => {}
                }
                self.reply_to(ticket, Ok(Reply::Outcome(outcome)));
            }
        }
    }

    fn change_type(&mut self, to: SessionType) {
        self.retie(&to);
        self.session_type = to;
        self.emit(Kind::Type(Arc::new(self.session_type.clone())));
    }

    /// The backend tells of a recording. One that has just become available is an earlier one, if another runs: that
    /// one stays the session's.
    pub(super) fn recorder_told(&mut self, recording: Recording) {
        if self.is_recording() && recording.state == RecordingState::Available {
            return self.emit(Kind::Recorder(Arc::new(recording)));
        }
        self.recorded(recording);
    }

    fn recorded(&mut self, recording: Recording) {
        let changed = self.extras().recording.as_ref() != Some(&recording);
        self.extras().recording = Some(recording.clone());
        if changed {
            self.emit(Kind::Recorder(Arc::new(recording)));
        }
    }

    pub(super) fn played(&mut self, player: PlayerState) {
        let before = self.extras().player.replace(player.clone());
        if before.is_none_or(|before| before.status != player.status || before.uri != player.uri) {
            self.emit(Kind::Player(Arc::new(player)));
        }
    }
}
