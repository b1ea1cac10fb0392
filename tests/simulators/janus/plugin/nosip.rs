//! `janus.plugin.nosip`: between WebRTC and plain RTP.

use serde_json::Value;

use super::super::core::Jsep;
use super::super::frames::Frame;
use super::super::sdp;
use super::super::world::PeerState;
use super::Turn;

type Refusal = (u32, String);

pub(super) fn message(turn: &mut Turn<'_>, body: &Value, jsep: Option<&Jsep>) {
    turn.ack();
    let done = match body["request"].as_str() {
        None => Err((443, "Missing mandatory element (request)".to_owned())),
        Some("generate") => generate(turn, body, jsep),
        Some("process") => process(turn, body),
        Some("hangup") => {
            turn.event(Frame::recorded("nosip.hangingup"));
            turn.world.closes(turn.at);
            Ok(())
        }
        Some(other) => Err((442, format!("Unknown request ({other})"))),
    };
    if let Err((code, words)) = done {
        if jsep.is_some()
            && let Some(handle) = turn.world.handle(turn.at)
        {
            handle.peer.spoiled = true;
        }
        turn.event(Frame::recorded("nosip.error").error(code, &words));
    }
}

/// A plain description of the WebRTC one beside the message.
fn generate(turn: &mut Turn<'_>, body: &Value, jsep: Option<&Jsep>) -> Result<(), Refusal> {
    let jsep = jsep.ok_or((446, "Missing SDP".to_owned()))?;
    if jsep.sdp.contains("\nm=application") {
        let words = "The NoSIP plugin does not support DataChannels";
        return Err((446, words.to_owned()));
    }
    let srtp = body["srtp"].as_str();
    if srtp.is_some_and(|srtp| srtp != "sdes_optional" && srtp != "sdes_mandatory") {
        let words = "Invalid element (srtp can only be sdes_optional or sdes_mandatory)";
        return Err((444, words.to_owned()));
    }
    turn.world.described(turn.at, &jsep.sdp);
    let generated = Frame::recorded("nosip.generated").result("type", jsep.kind.as_str());
    turn.event(generated.result("sdp", sdp::plain(&jsep.sdp)));
    if jsep.kind == "answer" {
        turn.world.negotiated(turn.at);
    }
    Ok(())
}

/// A WebRTC description of the plain one in the message.
fn process(turn: &mut Turn<'_>, body: &Value) -> Result<(), Refusal> {
    let word = |field: &str| {
        let missing = || (443, format!("Missing mandatory element ({field})"));
        body[field].as_str().ok_or_else(missing)
    };
    let (kind, plain) = (word("type")?, word("sdp")?);
    if kind != "offer" && kind != "answer" {
        return Err((446, "Missing or invalid SDP type".to_owned()));
    }
    if !plain.starts_with("v=") {
        let words = "Error parsing SDP: Invalid SDP (doesn't start with v=)";
        return Err((446, words.to_owned()));
    }
    let processed = Frame::recorded("nosip.processed");
    if kind == "offer" {
        let offer = sdp::webrtc("-", "actpass", &sdp::sections(plain));
        turn.event(processed.jsep("offer", &offer));
        return Ok(());
    }
    let peer = turn.world.handle(turn.at).map(|handle| handle.peer.clone());
    // The core has nothing that this could answer, and the plugin does not tell.
    if let Some(peer) = peer.filter(|peer| peer.state != PeerState::None) {
        turn.event(processed.jsep("answer", &sdp::answer("-", &peer.remote)));
        turn.world.negotiated(turn.at);
    }
    Ok(())
}
