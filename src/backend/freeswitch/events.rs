//! What the server's events mean to the places.

use std::{sync::Arc, time::Duration};

use serde_json::json;

use super::{
    command::{Call, Word},
    esl::Event,
    flow,
    place::{Member, Place},
    player, recorder, rooms,
    server::Server,
    wiring::{self, Order, Runs},
};
use crate::{
    error::Reason,
    media::{LegEvent, SdpType, TypeKind},
};

/// RTP timestamp units of a tone's length, as the server counts them (8 kHz).
const TONE_UNITS_PER_MS: u64 = 8;

/// Tells the place of a call what happened to it. Never waits.
pub(super) fn happened(server: &Arc<Server>, event: &Event) {
    if event.name() == "CHANNEL_BRIDGE" {
        return bridged(server, event);
    }
    let is_of_room = event.subclass() == Some("conference::maintenance");
    if is_of_room && event.get("Unique-ID").is_none() {
        return rooms::happened(server, event);
    }
    // What comes from the server's RTP calls it otherwise.
    let named = || event.get("caller-unique-id")?.parse::<Call>().ok();
    let call = event.uuid().or_else(named);
    let Some(place) = call.and_then(|call| server.place(call)) else {
        return;
    };
    match event.name() {
        "CHANNEL_PARK" => parked(&place, sequence(event)),
        "CALL_SECURE" => secured(&place),
        "CHANNEL_EXECUTE" => executes(&place, event),
        "CHANNEL_EXECUTE_COMPLETE" => executed(&place, event),
        "CHANNEL_HANGUP_COMPLETE" => ended(&place, event.get("Hangup-Cause").unwrap_or_default()),
        "DTMF" => tone(&place, event),
        "RECORD_START" => {
            recorder::started(&place, event.get("Record-File-Path").unwrap_or_default());
        }
        "RECORD_STOP" => {
            let length = event
                .get("variable_record_ms")
                .and_then(|ms| ms.parse().ok());
            let path = event.get("Record-File-Path").unwrap_or_default();
            recorder::stopped(&place, path, length.map(Duration::from_millis));
        }
        "PLAYBACK_START" => {
            player::started(&place, event.get("Playback-File-Path").unwrap_or_default());
        }
        "PLAYBACK_STOP" => {
            let through = event.get("Playback-Status") == Some("done");
            let path = event.get("Playback-File-Path").unwrap_or_default();
            player::stopped(&place, path, through);
        }
        "CUSTOM" if is_of_room => in_room(&place, event),
        _ => {}
    }
}

/// The number of an event, by which it is known which of two came first.
fn sequence(event: &Event) -> u64 {
    let number = event.get("Event-Sequence");
    number
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}

fn parked(place: &Arc<Place>, sequence: u64) {
    let first = !std::mem::replace(&mut place.state.lock().parked, true);
    let is_of_before = *place.runs.borrow() == Runs::Changes(Order::Given);
    let before = match is_of_before {
        true => None,
        false => place.now_runs(sequence, Runs::Park),
    };
    if first {
        return connected_if_through(place);
    }
    match before {
        None => {}
        Some(Runs::Changes(_) | Runs::Nothing | Runs::Park | Runs::Ended) => {}
        // Nobody here has taken it out.
        Some(Runs::Conference(_)) if place.state.lock().kind.kind() == TypeKind::Mcu => {
            let words = "FreeSWITCH put it out of its conference";
            place.tell(LegEvent::closed(Reason::BackendHangup, words));
        }
        Some(Runs::Echo | Runs::Bridge(_) | Runs::Conference(_) | Runs::Playback) => {
            wiring::mend(vec![place.clone()]);
        }
    }
}

fn secured(place: &Arc<Place>) {
    let first = !std::mem::replace(&mut place.state.lock().secured, true);
    if first {
        place.tell(LegEvent::status("dtls", json!({"state": "connected"})));
        connected_if_through(place);
    }
}

/// Media can flow as soon as the call is parked, over WebRTC when DTLS is through as well: an answered call is parked
/// before, one that answers only then.
fn connected_if_through(place: &Arc<Place>) {
    let is_webrtc = place.sdp_type == SdpType::Webrtc;
    {
        let state = place.state.lock();
        if !state.parked || (is_webrtc && !state.secured) {
            return;
        }
    }
    connected(place);
}

/// Media can flow.
pub(super) fn connected(place: &Arc<Place>) {
    if place.up.send_replace(true) {
        return;
    }
    if place.sdp_type == SdpType::Webrtc {
        place.tell(LegEvent::status("webrtc", json!({"state": "up"})));
    }
    flow::watch(place);
    let place = place.clone();
    tokio::spawn(async move {
        match wiring::settle(std::slice::from_ref(&place)).await {
            Err(error) if !error.is_gone() && !error.is_outage() => {
                let words = format!("it cannot become what it is for: {error}");
                place.tell(LegEvent::closed(Reason::SessionFailed, words));
            }
            _ => {}
        }
    });
}

fn executes(place: &Place, event: &Event) {
    let is_ordered = *place.runs.borrow() == Runs::Changes(Order::Given);
    let runs = match event.get("Application") {
        Some("echo") => Runs::Echo,
        // Not one that is played over something else.
        Some("playback") if is_ordered => Runs::Playback,
        Some("conference" | "uuid_bridge") if is_ordered => Runs::Changes(Order::Begun),
        _ => return,
    };
    place.now_runs(sequence(event), runs);
}

fn executed(place: &Arc<Place>, event: &Event) {
    if event.get("Application") != Some("playback") {
        return;
    }
    let response = event.get("Application-Response").unwrap_or_default();
    let path = event.get("Application-Data").unwrap_or_default();
    player::responded(place, path, response);
}

fn bridged(server: &Server, event: &Event) {
    let leg = |name: &str| event.get(name)?.parse::<Call>().ok();
    let (Some(one), Some(other)) = (leg("Bridge-A-Unique-ID"), leg("Bridge-B-Unique-ID")) else {
        return;
    };
    for (call, peer) in [(one, other), (other, one)] {
        if let Some(place) = server.place(call) {
            place.now_runs(sequence(event), Runs::Bridge(peer));
        }
    }
}

fn tone(place: &Place, event: &Event) {
    let Some(digit) = event
        .get("DTMF-Digit")
        .and_then(|digit| digit.chars().next())
    else {
        return;
    };
    let units = event
        .get("DTMF-Duration")
        .and_then(|units| units.parse::<u64>().ok());
    place.tell(LegEvent::Dtmf {
        digit,
        duration: units.map(|units| Duration::from_millis(units / TONE_UNITS_PER_MS)),
    });
}

fn in_room(place: &Arc<Place>, event: &Event) {
    let room = event.get("Conference-Name").and_then(Word::new);
    match event.get("Action") {
        Some("add-member") => {
            let id = event.get("Member-ID").and_then(|id| id.parse().ok());
            if let (Some(room), Some(id)) = (room, id) {
                place.state.lock().member = Some(Member {
                    room: room.clone(),
                    id,
                    unseen: Some(false),
                });
                place.now_runs(sequence(event), Runs::Conference(room));
                let place = place.clone();
                tokio::spawn(async move { rooms::joined(&place).await });
            }
        }
        Some("del-member") => {
            let member = &mut place.state.lock().member;
            member.take_if(|member| Some(&member.room) == room.as_ref());
        }
        Some(action @ ("start-talking" | "stop-talking")) => {
            let talking = action == "start-talking";
            place.tell(LegEvent::status("talking", json!({"talking": talking})));
        }
        _ => {}
    }
}

/// The call has ended on the server.
pub(super) fn ended(place: &Arc<Place>, cause: &str) {
    if place.runs.send_replace(Runs::Ended) == Runs::Ended {
        return;
    }
    let is_up = place.is_up();
    let (reason, words) = match cause {
        "MEDIA_TIMEOUT" => (
            Reason::BackendHangup,
            "nothing was heard of the client any more: it seems to be gone".to_owned(),
        ),
        "DESTINATION_OUT_OF_ORDER" if !is_up && place.sdp_type == SdpType::Webrtc => (
            Reason::SessionFailed,
            "DTLS failed: the client's certificate is not that of its description, or it shares no cipher"
                .to_owned(),
        ),
        "SYSTEM_SHUTDOWN" => (Reason::BackendLost, "FreeSWITCH is shutting down".to_owned()),
        other => (Reason::BackendHangup, in_words(other)),
    };
    let end = LegEvent::closed(reason, words);
    let closing = place.closing.lock().take();
    match closing {
        Some(closing) => {
            let place = place.clone();
            tokio::spawn(async move {
                // Whatever has come of it, the end is told.
                let _ = closing.await;
                place.tell(end);
            });
        }
        None => place.tell(end),
    }
}

/// Why the server has ended a call (its Q.850 cause), for people.
fn in_words(cause: &str) -> String {
    let words = match cause {
        "" | "NORMAL_CLEARING" | "NORMAL_UNSPECIFIED" | "MANAGER_REQUEST" => {
            return "FreeSWITCH ended the call".to_owned();
        }
        "ORIGINATOR_CANCEL" => "it was given up before it was answered",
        "NO_ANSWER" | "NO_USER_RESPONSE" | "ALLOTTED_TIMEOUT" => "it was not answered in time",
        "INCOMPATIBLE_DESTINATION" | "BEARERCAPABILITY_NOTAVAIL" => {
            "client and FreeSWITCH have no codec in common, or no way to each other"
        }
        "NORMAL_TEMPORARY_FAILURE" | "RECOVERY_ON_TIMER_EXPIRE" => "SIP failed",
        "SWITCH_CONGESTION" | "NORMAL_CIRCUIT_CONGESTION" => "it has too many calls",
        other => return format!("FreeSWITCH ended the call, for the cause {other}"),
    };
    format!("FreeSWITCH ended the call: {words}")
}

/// The server has lost the call.
pub(super) fn lost(place: &Place, words: &str) {
    place.runs.send_replace(Runs::Ended);
    place.tell(LegEvent::closed(Reason::BackendLost, words));
}
