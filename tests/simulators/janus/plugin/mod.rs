//! The plugins: what each says to a message, and what it does when a peer connects or goes.

pub(super) mod audiobridge;
mod echotest;
mod nosip;
mod videocall;
pub(super) mod videoroom;

use serde_json::Value;

use super::core::{Jsep, Request};
use super::frames::Frame;
use super::world::{At, Handle, World};

/// The plugin of a handle, with what it keeps for that handle.
#[derive(Clone, Debug)]
pub(super) enum Plugin {
    Audiobridge(audiobridge::Member),
    Echotest,
    Nosip,
    Videocall(videocall::Party),
    Videoroom(videoroom::Member),
}

impl Plugin {
    /// A fresh handle of the plugin of this name.
    pub(super) fn named(name: &str) -> Option<Plugin> {
        match name {
            "janus.plugin.audiobridge" => Some(Plugin::Audiobridge(audiobridge::Member::default())),
            "janus.plugin.echotest" => Some(Plugin::Echotest),
            "janus.plugin.nosip" => Some(Plugin::Nosip),
            "janus.plugin.videocall" => Some(Plugin::Videocall(videocall::Party::default())),
            "janus.plugin.videoroom" => Some(Plugin::Videoroom(videoroom::Member::default())),
            _ => None,
        }
    }

    /// The short name.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Plugin::Audiobridge(_) => "audiobridge",
            Plugin::Echotest => "echotest",
            Plugin::Nosip => "nosip",
            Plugin::Videocall(_) => "videocall",
            Plugin::Videoroom(_) => "videoroom",
        }
    }
}

/// One message to a plugin, and the means to answer it.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) world: &'a mut World,
    pub(super) request: &'a Request,
    pub(super) at: At,
}

impl Turn<'_> {
    /// Says that an answer will follow.
    pub(super) fn ack(&mut self) {
        self.ack_with("ack.message");
    }

    /// As [`Turn::ack`], in the words of a recorded frame.
    pub(super) fn ack_with(&mut self, name: &str) {
        let ack = self.request.reply(Frame::recorded(name));
        self.world.send(self.request.conn, ack);
    }

    /// Answers after an `ack`: to whoever owns the session, which need not be the asker.
    pub(super) fn event(&mut self, frame: Frame) {
        let frame = frame.with("transaction", self.request.transaction.as_str());
        if let Some((owner, message)) = self.world.said_by_handle(self.at, frame) {
            self.world.send(owner, message);
        }
    }

    /// Answers at once, in one frame.
    pub(super) fn success(&mut self, frame: Frame) {
        let frame = frame.with("transaction", self.request.transaction.as_str());
        if let Some((_, message)) = self.world.said_by_handle(self.at, frame) {
            self.world.send(self.request.conn, message);
        }
    }
}

/// A message to the plugin of a handle.
pub(super) fn message(turn: &mut Turn<'_>, body: &Value, jsep: Option<&Jsep>) {
    let handle = turn
        .world
        .handle(turn.at)
        .expect("the core found the handle");
    match handle.plugin.clone() {
        Plugin::Audiobridge(member) => audiobridge::message(turn, &member, body, jsep),
        Plugin::Echotest => echotest::message(turn, body, jsep),
        Plugin::Nosip => nosip::message(turn, body, jsep),
        Plugin::Videocall(party) => videocall::message(turn, &party, body, jsep),
        Plugin::Videoroom(member) => videoroom::message(turn, &member, body, jsep),
    }
}

/// A request to a plugin without a handle, by the admin API.
pub(super) fn without_handle(world: &mut World, plugin: &str, body: &Value) -> Value {
    let answer = match plugin {
        "janus.plugin.audiobridge" => audiobridge::synchronous(world, body),
        "janus.plugin.videoroom" => videoroom::synchronous(world, body),
        _ => None,
    };
    answer.map_or_else(|| body.clone(), Frame::into_data)
}

/// The peer of a handle has connected.
pub(super) fn up(world: &mut World, at: At) {
    if let Some(Plugin::Videoroom(member)) = world.handle(at).map(|handle| handle.plugin.clone()) {
        videoroom::up(world, at, &member);
    }
}

/// The peer connection of a handle has ended.
pub(super) fn hung_up(world: &mut World, at: At) {
    let Some(handle) = world.handle(at) else {
        return;
    };
    match handle.plugin.clone() {
        Plugin::Audiobridge(member) => audiobridge::left(world, at, &member),
        Plugin::Echotest => world.tell(at, Frame::recorded("echotest.done")),
        Plugin::Nosip => {}
        Plugin::Videocall(party) => videocall::hung_up(world, at, &party),
        Plugin::Videoroom(member) => videoroom::hung_up(world, at, &member),
    }
}

/// A handle is no more.
pub(super) fn left(world: &mut World, at: At, handle: Handle) {
    match handle.plugin {
        Plugin::Audiobridge(member) => audiobridge::left(world, at, &member),
        Plugin::Echotest | Plugin::Nosip => {}
        Plugin::Videocall(party) => videocall::left(world, at, &party),
        Plugin::Videoroom(member) => videoroom::left(world, at, &member),
    }
}

/// What a handle shows of itself to the admin API.
pub(super) fn shown(handle: &Handle) -> Option<Value> {
    match &handle.plugin {
        Plugin::Videoroom(member) => Some(videoroom::shown(member)),
        Plugin::Audiobridge(_) | Plugin::Echotest | Plugin::Nosip | Plugin::Videocall(_) => None,
    }
}
