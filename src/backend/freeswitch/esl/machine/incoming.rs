//! What is made of that which comes: the introduction, replies, and events.

use std::time::Instant;

use super::{Action, Machine, Phase, VERSION, table::Place};
use crate::backend::freeswitch::esl::{Role, event::Event, frame::Frame, reply};

/// What is told, one kind a word; behind `CUSTOM` are subclasses.
pub(super) const SUBSCRIPTION: &str = "event json BACKGROUND_JOB HEARTBEAT CHANNEL_PARK \
    CHANNEL_BRIDGE CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP_COMPLETE CALL_SECURE DTMF \
    RECORD_START RECORD_STOP PLAYBACK_START PLAYBACK_STOP CUSTOM conference::maintenance\n\n";
/// What of these is left out, so that the server neither copies nor writes it: nobody asks which steps of the dialplan
/// a call has gone through, and each makes two events. A filter without a sign lets through what it matches; one with
/// a minus behind it takes that out again.
pub(super) const FILTERS: [&str; 5] = [
    "filter Event-Name /./\n\n",
    "filter Application -set\n\n",
    "filter Application -multiset\n\n",
    "filter Application -answer\n\n",
    "filter Application -park\n\n",
];
/// Asks for the life of the server.
pub(super) const CORE: &str = "api global_getvar core_uuid\n\n";

impl<W> Machine<W> {
    /// A frame came that is no event.
    pub(in super::super) fn frame(&mut self, frame: Frame, now: Instant) {
        if !matches!(self.phase, Phase::Greeting { .. } | Phase::Up) {
            return;
        }
        match frame {
            Frame::AuthRequest => {
                let command = format!("auth {}\n\n", self.password.expose());
                self.table.write(Place::Auth, &command, now);
            }
            Frame::CommandReply(text) | Frame::ApiResponse(text) => self.answered(&text, now),
            Frame::Disconnect(_) => self.cut("it ended the connection"),
            Frame::Rejection(words) => {
                self.is_unwanted = true;
                self.cut(format!("it refuses this address: {}", words.trim()));
            }
            Frame::Event(_) | Frame::Other(_) => {}
        }
    }

    /// An event came.
    pub(in super::super) fn event(&mut self, event: Box<Event>) {
        if event.name() != "BACKGROUND_JOB" {
            if matches!(self.phase, Phase::Up) {
                self.actions.push_back(Action::Event(event));
            }
            return;
        }
        let job = event.get("Job-UUID").and_then(|job| job.parse().ok());
        if let Some(request) = job.and_then(|job| self.table.take_job(job)) {
            let result = reply::result(request.ask.name, event.body().unwrap_or_default());
            self.reply(request, result);
        }
    }

    fn answered(&mut self, text: &str, now: Instant) {
        let refusal = reply::refusal(text);
        match (self.table.turn(), refusal) {
            (None, _) => self.cut("it answered what nobody has asked"),
            (Some(Place::Request(key)), _) => self.answered_request(key, text),
            (Some(Place::Life), _) => {}
            (Some(place), Some(words)) => {
                let what = match place {
                    Place::Auth => "the password",
                    Place::Subscription => "to tell of events",
                    _ => "to say who it is",
                };
                self.is_unwanted = true;
                self.cut(format!("it refuses {what}: {words}"));
            }
            (Some(Place::Auth), None) => self.introduce(now),
            (Some(Place::Core), None) => {
                if let Phase::Greeting { core, .. } = &mut self.phase {
                    text.trim().clone_into(core);
                }
            }
            (Some(Place::Version), None) => self.up(text.trim(), now),
            (Some(Place::Subscription), None) => {}
        }
    }

    fn answered_request(&mut self, key: u64, text: &str) {
        // A job has its result later, or has had it already, unless it was not even begun.
        if self.table.is_job(key) && reply::refusal(text).is_none() {
            return;
        }
        if let Some(request) = self.table.take(key) {
            let result = reply::result(request.ask.name, text);
            self.reply(request, result);
        }
    }

    fn introduce(&mut self, now: Instant) {
        if matches!(self.role, Role::Events) {
            for command in FILTERS.into_iter().chain([SUBSCRIPTION]) {
                self.table.write(Place::Subscription, command, now);
            }
        }
        self.table.write(Place::Core, CORE, now);
        self.table.write(Place::Version, VERSION, now);
    }

    fn up(&mut self, version: &str, now: Instant) {
        let Phase::Greeting { core, .. } = &mut self.phase else {
            return;
        };
        let core = std::mem::take(core);
        if core.is_empty() {
            self.is_unwanted = true;
            return self.cut("it does not say who it is");
        }
        self.phase = Phase::Up;
        self.backoff.reset();
        self.refused_since = None;
        self.is_gone = false;
        let version = version.to_owned();
        self.actions.push_back(Action::Up { core, version });
        self.table.send_all(now);
    }
}
