//! `janus.plugin.echotest`.

use serde_json::Value;

use super::super::core::Jsep;
use super::super::frames::Frame;
use super::super::sdp;
use super::Turn;

/// The keys that it knows, and what they must be.
/// A key, what it must be, and whether a value is that.
type Key = (&'static str, &'static str, fn(&Value) -> bool);

const KEYS: [Key; 5] = [
    ("audio", "a boolean", Value::is_boolean),
    ("video", "a boolean", Value::is_boolean),
    ("bitrate", "a positive integer", Value::is_u64),
    ("record", "a boolean", Value::is_boolean),
    ("filename", "a string", Value::is_string),
];

pub(super) fn message(turn: &mut Turn<'_>, body: &Value, jsep: Option<&Jsep>) {
    turn.ack_with("echotest.ack");
    let given: Vec<_> = KEYS
        .iter()
        .filter(|(key, ..)| !body[*key].is_null())
        .collect();
    let wrong = given
        .iter()
        .find(|(key, _, is_right)| !is_right(&body[*key]));
    if let Some((key, what, _)) = wrong {
        let words = format!("Invalid element type ({key} should be {what})");
        return turn.event(Frame::recorded("echotest.error").error(413, &words));
    }
    let Some(jsep) = jsep else {
        let frame = match given.is_empty() {
            true => Frame::recorded("echotest.error"),
            false => Frame::recorded("echotest.ok").without("jsep"),
        };
        return turn.event(frame);
    };
    let answer = sdp::answer("-", &jsep.sdp);
    turn.world.described(turn.at, &jsep.sdp);
    turn.event(Frame::recorded("echotest.ok").jsep("answer", &answer));
    turn.world.negotiated(turn.at);
}
