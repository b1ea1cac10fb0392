//! `janus.plugin.videocall`: calls between names.

use serde_json::Value;

use super::super::core::Jsep;
use super::super::frames::Frame;
use super::super::sdp;
use super::super::world::{At, World};
use super::{Plugin, Turn};

/// One side of a call, or somebody who could be called.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Party {
    name: Option<String>,
    /// The other side, and whether it is the one who called.
    call: Option<(At, bool)>,
}

type Refusal = (u32, String);

pub(super) fn message(turn: &mut Turn<'_>, party: &Party, body: &Value, jsep: Option<&Jsep>) {
    turn.ack();
    let done = match body["request"].as_str() {
        None => Err((475, "Missing mandatory element (request)".to_owned())),
        Some("register") => register(turn, party, body),
        Some("list") => {
            let names: Vec<String> = parties(turn.world)
                .filter_map(|(_, p)| p.name.clone())
                .collect();
            turn.event(Frame::recorded("videocall.list").result("list", names));
            Ok(())
        }
        Some("call") => call(turn, party, body, jsep),
        Some("accept") => accept(turn, party, jsep),
        Some("set") => {
            turn.event(Frame::recorded("videocall.set"));
            Ok(())
        }
        Some("hangup") => {
            hangup(turn, party, body);
            Ok(())
        }
        Some(other) => Err((472, format!("Unknown request ({other})"))),
    };
    if let Err((code, words)) = done {
        turn.event(Frame::recorded("videocall.error").error(code, &words));
        if let Some(jsep) = jsep {
            turn.world.described(turn.at, &jsep.sdp);
            turn.world.closes(turn.at);
        }
    }
}

fn register(turn: &mut Turn<'_>, party: &Party, body: &Value) -> Result<(), Refusal> {
    let name = username(body)?;
    if let Some(name) = &party.name {
        return Err((477, format!("Already registered ({name})")));
    }
    if found(turn.world, name).is_some() {
        return Err((476, format!("Username '{name}' already taken")));
    }
    change(turn.world, turn.at, |party| {
        party.name = Some(name.to_owned());
    });
    turn.event(Frame::recorded("videocall.registered").result("username", name));
    Ok(())
}

fn call(
    turn: &mut Turn<'_>,
    party: &Party,
    body: &Value,
    jsep: Option<&Jsep>,
) -> Result<(), Refusal> {
    let own = party
        .name
        .as_deref()
        .ok_or((473, "Register a username first".to_owned()))?;
    if party.call.is_some() {
        return Err((480, "Already in a call".to_owned()));
    }
    let name = username(body)?;
    let jsep = jsep.ok_or((482, "Missing SDP".to_owned()));
    if name == own {
        let words = "You can't call yourself... use the EchoTest for that";
        return Err((479, words.to_owned()));
    }
    let missing = || (478, format!("Username '{name}' doesn't exist"));
    let (callee, is_busy) = found(turn.world, name).ok_or_else(missing)?;
    let jsep = jsep?;
    turn.world.described(turn.at, &jsep.sdp);
    if is_busy {
        let busy = Frame::recorded("videocall.hangup").result("username", own);
        turn.event(busy.result("reason", "User busy"));
        turn.world.closes(turn.at);
        return Ok(());
    }
    change(turn.world, turn.at, |party| {
        party.call = Some((callee, false));
    });
    change(turn.world, callee, |party| {
        party.call = Some((turn.at, true));
    });
    let offer = sdp::webrtc("-", "actpass", &sdp::sections(&jsep.sdp));
    let incoming = Frame::recorded("videocall.incomingcall").result("username", own);
    turn.world.tell(callee, incoming.jsep("offer", &offer));
    turn.event(Frame::recorded("videocall.calling"));
    Ok(())
}

fn accept(turn: &mut Turn<'_>, party: &Party, jsep: Option<&Jsep>) -> Result<(), Refusal> {
    let Some((caller, true)) = party.call else {
        return Err((481, "No incoming call to accept".to_owned()));
    };
    let jsep = jsep.ok_or((482, "Missing SDP".to_owned()))?;
    turn.world.described(turn.at, &jsep.sdp);
    let offer = turn
        .world
        .handle(caller)
        .map(|handle| handle.peer.remote.clone());
    let answer = sdp::answer("-", &offer.unwrap_or_default());
    let accepted = Frame::recorded("videocall.accepted_caller");
    let accepted = accepted.result("username", party.name.clone().unwrap_or_default());
    turn.world.tell(caller, accepted.jsep("answer", &answer));
    turn.event(Frame::recorded("videocall.accepted_callee"));
    turn.world.negotiated(turn.at);
    turn.world.negotiated(caller);
    Ok(())
}

fn hangup(turn: &mut Turn<'_>, party: &Party, body: &Value) {
    let Some((other, _)) = party.call else {
        return turn.event(Frame::recorded("videocall.hangup_idle"));
    };
    let reason = body["reason"]
        .as_str()
        .unwrap_or("We did the hangup")
        .to_owned();
    let (at, own) = (turn.at, name_of(turn.world, turn.at));
    turn.world.tell(other, ended(&own, &reason));
    turn.event(ended(&own, "Explicit hangup"));
    let theirs = name_of(turn.world, other);
    turn.world.tell(other, ended(&own, REMOTE));
    turn.world.tell(at, ended(&theirs, REMOTE));
    for side in [at, other] {
        change(turn.world, side, |party| party.call = None);
        close(turn.world, side);
    }
}

/// The peer connection of one side has ended: both hear that the call is over.
pub(super) fn hung_up(world: &mut World, at: At, party: &Party) {
    if let Some((other, _)) = party.call {
        left(world, at, party);
        change(world, at, |party| party.call = None);
        let theirs = name_of(world, other);
        world.tell(at, ended(&theirs, REMOTE));
    }
}

/// One side is no more: the other hears that the call is over.
pub(super) fn left(world: &mut World, _at: At, party: &Party) {
    if let Some((other, _)) = party.call {
        let own = party.name.clone().unwrap_or_default();
        world.tell(other, ended(&own, REMOTE));
        change(world, other, |party| party.call = None);
        close(world, other);
    }
}

const REMOTE: &str = "Remote WebRTC hangup";

fn ended(username: &str, reason: &str) -> Frame {
    let frame = Frame::recorded("videocall.hangup").result("username", username);
    frame.result("reason", reason)
}

/// Closes a side, also one that was offered something and has not answered yet.
fn close(world: &mut World, at: At) {
    if world
        .handle(at)
        .is_some_and(|handle| handle.peer.remote.is_empty())
    {
        world.described(at, "");
    }
    world.closes(at);
}

fn username(body: &Value) -> Result<&str, Refusal> {
    match &body["username"] {
        Value::String(name) => Ok(name),
        Value::Null => Err((475, "Missing mandatory element (username)".to_owned())),
        _ => Err((
            474,
            "Invalid element type (username should be a string)".to_owned(),
        )),
    }
}

fn parties(world: &World) -> impl Iterator<Item = (At, &Party)> {
    world
        .handles()
        .filter_map(|(at, handle)| match &handle.plugin {
            Plugin::Videocall(party) => Some((at, party)),
            _ => None,
        })
}

/// Where somebody of this name is, and whether they are in a call.
fn found(world: &World, name: &str) -> Option<(At, bool)> {
    let mut parties = parties(world);
    let found = parties.find(|(_, party)| party.name.as_deref() == Some(name));
    found.map(|(at, party)| (at, party.call.is_some()))
}

fn name_of(world: &World, at: At) -> String {
    let mut parties = parties(world);
    let found = parties.find(|(other, _)| *other == at);
    found
        .and_then(|(_, party)| party.name.clone())
        .unwrap_or_default()
}

fn change(world: &mut World, at: At, change: impl FnOnce(&mut Party)) {
    if let Some(Plugin::Videocall(party)) = world.handle(at).map(|handle| &mut handle.plugin) {
        change(party);
    }
}
