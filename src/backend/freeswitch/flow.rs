//! Whether the media of each client arrives: the server says nothing of that, so its counters are compared.

use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
    time::Duration,
};

use tokio::time;

use super::{place::Place, stats};
use crate::media::{LegEvent, MediaKind};

/// How soon it is looked again for what has just connected, and how often so soon.
const EARLY: Duration = Duration::from_millis(300);
/// As [`EARLY`].
const EARLY_LOOKS: u32 = 20;

/// Looks for as long as the place lives.
pub(super) fn watch(place: &Arc<Place>) {
    let every = place.server.config.watch_media_every;
    if !every.is_zero() {
        tokio::spawn(look(Arc::downgrade(place), every));
    }
}

async fn look(place: Weak<Place>, every: Duration) {
    let mut flow = Flow::default();
    let mut looks = 0;
    loop {
        let is_early = looks < EARLY_LOOKS && !flow.anything();
        looks += 1;
        time::sleep(if is_early { EARLY.min(every) } else { every }).await;
        let Some(place) = place.upgrade() else { return };
        if place.state.lock().closed {
            return;
        }
        let counted = match stats::dump(&place).await {
            Ok(dump) => stats::received(&dump),
            Err(error) if error.is_gone() => return,
            // Nothing is known of what flows while the server cannot be asked.
            Err(_) => continue,
        };
        let changed = flow.counted(counted);
        let offer = place.state.lock().offer.clone();
        for (kind, receiving) in changed {
            let mid = offer.as_ref().and_then(|offer| offer.mid_of(kind));
            place.tell(LegEvent::MediaFlow {
                kind,
                mid: mid.map(str::to_owned),
                receiving,
            });
        }
    }
}

/// What of a client arrives.
#[derive(Debug, Default)]
struct Flow(BTreeMap<MediaKind, Counted>);

#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    packets: u64,
    receiving: bool,
}

impl Flow {
    fn anything(&self) -> bool {
        self.0.values().any(|kind| kind.receiving)
    }

    /// Takes the packets received so far, and says what has begun or stopped to arrive.
    fn counted(&mut self, packets: BTreeMap<MediaKind, u64>) -> Vec<(MediaKind, bool)> {
        let mut changed = Vec::new();
        for (kind, packets) in packets {
            let known = self.0.entry(kind).or_default();
            let receiving = packets != known.packets;
            known.packets = packets;
            if std::mem::replace(&mut known.receiving, receiving) != receiving {
                changed.push((kind, receiving));
            }
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_arrives() {
        let mut flow = Flow::default();
        let mut counted = |audio, video| {
            flow.counted(BTreeMap::from([
                (MediaKind::Audio, audio),
                (MediaKind::Video, video),
            ]))
        };
        assert_eq!(counted(0, 0), []);
        assert_eq!(counted(10, 0), [(MediaKind::Audio, true)]);
        assert_eq!(counted(20, 1), [(MediaKind::Video, true)]);
        assert_eq!(counted(30, 1), [(MediaKind::Video, false)]);
        assert_eq!(counted(30, 1), [(MediaKind::Audio, false)]);
        assert!(!flow.anything());
    }
}
