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
    watch::{Limits, Watch, closed, status},
    wire::{Call, Event, Happening, Operation},
};
use crate::{
    error::Reason,
    media::{MediaKind, SdpType},
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
        let watch = watch.get_or_insert_with(|| watching(&place));
        match signal {
            Some(signal) => heard(&place, watch, signal).await,
            None => {
                if let Some(event) = watch.tick(now()) {
                    place.tell(event);
                }
            }
        }
        place
            .up
            .send_if_modified(|up| std::mem::replace(up, watch.is_up()) != watch.is_up());
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

async fn heard(place: &Arc<Place>, watch: &mut Watch, signal: Signal) {
    match signal {
        Signal::Event(event) => happened(place, watch, &event),
        Signal::Negotiated => watch.negotiated(now()),
        Signal::Lost(why) => place.tell(closed(Reason::BackendLost, why)),
        Signal::Reclaimed => {
            place.tell(status("backend_connection", json!({"state": "reclaimed"})));
            if let Err(error) = catch_up(place, watch).await {
                tracing::warn!(backend = %place.server.name, %error, "cannot catch up after an outage");
            }
        }
    }
}

fn happened(place: &Place, watch: &mut Watch, event: &Event) {
    if let Happening::Transcoding { kind, begins } = event.what {
        let state = if begins { "begins" } else { "ends" };
        let notice = json!({"kind": kind.as_str(), "state": state});
        return place.tell(status("transcoding", notice));
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
    let ask = |operation| {
        let call = Call::Invoke((&elements.endpoint).into(), operation);
        place.server.graph.call(call)
    };
    for kind in [MediaKind::Audio, MediaKind::Video] {
        let flows = match ask(Operation::IsMediaFlowingOut(kind)).await {
            Ok(flows) => flows == true,
            Err(error) if error.is_gone() => {
                let words = "it was gone after an outage";
                place.tell(closed(Reason::BackendLost, words));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if let Some(event) = watch.catch_up(kind, flows, now()) {
            place.tell(event);
        }
    }
    let connected = ask(Operation::GetMediaState).await? == "CONNECTED";
    if let Some(event) = watch.catch_up_media_state(connected) {
        place.tell(event);
    }
    Ok(())
}

fn now() -> Instant {
    time::Instant::now().into_std()
}
