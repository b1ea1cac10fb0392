//! The task that hears what happens to a place's objects.

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{sync::mpsc, time};

use super::{
    error::Error,
    lane::Signal,
    place::Place,
    watch::{Limits, Watch},
    wire::{Call, Event, Happening, Operation},
    wiring,
};
use crate::{
    error::Reason,
    media::{LegEvent, MediaKind, SdpType},
};

/// Hears as long as the place lives.
pub(super) fn spawn(place: &Arc<Place>, signals: mpsc::Receiver<Signal>) {
    tokio::spawn(listen(Arc::downgrade(place), signals));
}

async fn listen(place: Weak<Place>, mut signals: mpsc::Receiver<Signal>) {
    let mut watch = None;
    loop {
        let wake_at = watch.as_ref().and_then(Watch::wake_at);
        let wake = async {
            match wake_at {
                Some(at) => time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        let signal = tokio::select! {
            signal = signals.recv() => match signal {
                Some(signal) => Some(signal),
                // The place is gone.
                None => return,
            },
            () = wake => None,
        };
        let Some(place) = place.upgrade() else { return };
        match signal {
            Some(signal) => heard(&place, &mut watch, signal).await,
            None => {
                if let Some(event) = watch.as_mut().and_then(|watch| watch.tick(now())) {
                    place.tell(event);
                }
            }
        }
        let is_up = watch.as_ref().is_some_and(Watch::is_up);
        place
            .up
            .send_if_modified(|up| std::mem::replace(up, is_up) != is_up);
    }
}

fn watching(place: &Place) -> Watch {
    let config = &place.server.config;
    let some = |limit: Duration| Some(limit).filter(|limit| !limit.is_zero());
    let limits = Limits {
        connect: some(config.media_connect_timeout),
        silence: some(config.media_silence_timeout),
    };
    let offer = place.state.lock().offer.clone();
    Watch::new(limits, place.sdp_type == SdpType::Webrtc, offer.as_ref())
}

async fn heard(place: &Arc<Place>, watch: &mut Option<Watch>, signal: Signal) {
    match signal {
        Signal::Event(event) => {
            let watch = watch.get_or_insert_with(|| watching(place));
            happened(place, watch, &event);
        }
        Signal::Negotiated => {
            let watch = watch.get_or_insert_with(|| watching(place));
            watch.negotiated(now());
        }
        Signal::Cut => {
            if let Some(watch) = watch {
                watch.blind();
            }
        }
        Signal::Lost(why) => place.tell(LegEvent::closed(Reason::BackendLost, why)),
        Signal::Reclaimed => {
            place.tell(LegEvent::status(
                "backend_connection",
                json!({"state": "reclaimed"}),
            ));
            if place.state.lock().wired.unsure {
                wiring::mend(&place.server, std::slice::from_ref(place));
            }
            // One that is not there has nothing to catch up with: a proxy that waits.
            let Some(watch) = watch else { return };
            if let Err(error) = catch_up(place, watch).await {
                tracing::warn!(backend = %place.server.name, %error, "cannot catch up after an outage");
            }
            watch.sees(now());
        }
    }
}

fn happened(place: &Place, watch: &mut Watch, event: &Event) {
    if let Happening::Transcoding { kind, begins } = event.what {
        let state = if begins { "begins" } else { "ends" };
        let notice = json!({"kind": kind.as_str(), "state": state});
        return place.tell(LegEvent::status("transcoding", notice));
    }
    if let Happening::FlowOut { kind, flows } = event.what {
        place.state.lock().flows.insert(kind, flows);
    }
    if let Some(event) = watch.event(&event.what, now()) {
        place.tell(event);
    }
}

/// Asks the server what was missed during an outage.
async fn catch_up(place: &Arc<Place>, watch: &mut Watch) -> Result<(), Error> {
    let Ok(elements) = place.elements() else {
        return Ok(());
    };
    // All legs want to know at once.
    let _permit = place.server.openings.acquire().await;
    let ask = |operation| Call::Invoke((&elements.endpoint).into(), operation);
    let mut calls = vec![
        ask(Operation::IsMediaFlowingOut(MediaKind::Audio)),
        ask(Operation::IsMediaFlowingOut(MediaKind::Video)),
        ask(Operation::GetMediaState),
    ];
    if place.sdp_type == SdpType::Webrtc {
        calls.push(ask(Operation::GetDtlsConnectionState));
    }
    let found = match place.server.graph.transaction(calls).await {
        Ok(found) => found,
        Err(broken) if broken.error.is_gone() => {
            let words = "it was gone after an outage";
            place.tell(LegEvent::closed(Reason::BackendLost, words));
            return Ok(());
        }
        Err(broken) => return Err(broken.error),
    };
    for (kind, flows) in [MediaKind::Audio, MediaKind::Video].into_iter().zip(&found) {
        place.state.lock().flows.insert(kind, *flows == true);
        if let Some(event) = watch.catch_up(kind, *flows == true, now()) {
            place.tell(event);
        }
    }
    let connected = found.get(2).is_some_and(|state| state == "CONNECTED");
    if let Some(event) = watch.catch_up_media_state(connected) {
        place.tell(event);
    }
    // One for what is sent, one for what is received.
    let dtls = found.get(3).and_then(|states| states.as_array());
    for state in dtls.into_iter().flatten() {
        let state = state["state"].as_str().unwrap_or_default();
        let happened = Happening::Dtls(state.to_owned());
        if let Some(event) = watch.event(&happened, now()) {
            place.tell(event);
        }
    }
    Ok(())
}

fn now() -> Instant {
    time::Instant::now().into_std()
}
