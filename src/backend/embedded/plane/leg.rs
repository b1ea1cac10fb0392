//! One client's place on a shard: what it sends, what it receives, and how it is.

use std::{collections::VecDeque, net::SocketAddr, time::Instant};

use serde_json::json;
use tokio::sync::watch;

use super::{
    flow::{Input, Output},
    ids::SourceId,
    tap::Tapped,
    transport::{Section, Slot},
    way::Way,
};
use crate::{
    backend::LegEvents,
    error::Reason,
    media::{JsonMap, LegEvent, MediaKind, MediaUpdate},
};

/// What keeps a client's media from others.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mutes {
    pub(super) own: MediaUpdate,
    pub(super) room: MediaUpdate,
}

impl Mutes {
    pub(super) fn silences(&self, kind: MediaKind) -> bool {
        [self.own, self.room].iter().any(|update| {
            let mute = match kind {
                MediaKind::Audio => update.mute_audio,
                MediaKind::Video => update.mute_video,
                MediaKind::Data => update.mute_data,
            };
            mute == Some(true)
        })
    }
}

/// A player, and what is to be called when its client cannot go on without a keyframe.
pub(in super::super) type PlayerSource = (SourceId, Box<dyn Fn() + Send>);

/// A leg.
pub(super) struct Leg {
    pub(super) way: Way,
    pub(super) events: LegEvents,
    pub(super) inputs: Vec<Input>,
    pub(super) outputs: Vec<Output>,
    /// What its type lets it receive.
    pub(super) source: Option<SourceId>,
    pub(super) source_version: u64,
    /// A player that goes before that.
    pub(super) player: Option<PlayerSource>,
    pub(super) mutes: Mutes,
    /// What the client may send in all, in bit/s, and what it was told last.
    pub(super) cap: Option<u64>,
    pub(super) reminded_at: Option<Instant>,
    /// What can be sent to the client, in bit/s.
    pub(super) estimate: Option<u64>,
    pub(super) tapped: Option<Tapped>,
    pub(super) up: bool,
    pub(super) up_told: watch::Sender<bool>,
    pub(super) connect_by: Option<Instant>,
    /// When its chores are due.
    pub(super) chores_at: Instant,
    /// When its transport wants to be woken.
    pub(super) wake: Option<Instant>,
    /// It was given something to send, and is among those that are to be flushed.
    pub(super) unflushed: bool,
    /// The earliest entry of the plane's timers that is for it.
    pub(super) scheduled: Option<Instant>,
    /// The addresses that its client's datagrams come from, by socket.
    pub(super) addresses: VecDeque<(usize, SocketAddr)>,
    pub(super) over: bool,
}

impl Leg {
    /// What it receives now.
    pub(super) fn receives(&self) -> Option<SourceId> {
        let player = self.player.as_ref().map(|(source, _)| *source);
        player.or(self.source)
    }

    pub(super) fn input(&mut self, slot: Slot) -> Option<&mut Input> {
        self.inputs
            .iter_mut()
            .find(|input| input.section.slot == slot)
    }

    /// Takes what was agreed on.
    pub(super) fn negotiated(&mut self, sections: Vec<Section>, seed: u64) {
        self.outputs = sections
            .iter()
            .filter(|section| section.outbound)
            .map(|section| Output::new(section.clone(), seed))
            .collect();
        self.inputs = sections.into_iter().map(Input::new).collect();
    }

    pub(super) fn tell(&self, class: &'static str, data: serde_json::Value) {
        let serde_json::Value::Object(data) = data else {
            return;
        };
        self.events.emit(LegEvent::Status { class, data });
    }

    /// Ends it for a reason that lies with the client. Told once.
    pub(super) fn ends(&mut self, message: String) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        let reason = Reason::BackendHangup;
        self.events.emit(LegEvent::Closed { reason, message });
    }

    pub(super) fn is_up(&mut self) {
        self.up = true;
        self.connect_by = None;
        // Whoever waited may have gone.
        let _ = self.up_told.send(true);
        self.tell(self.way.name(), json!({"state": "up"}));
    }

    pub(super) fn flows(&self, slot: Slot, mid: Option<String>, receiving: bool) {
        let kind = slot.kind;
        self.events.emit(LegEvent::MediaFlow {
            kind,
            mid,
            receiving,
        });
    }

    /// Says that what it should receive is in a codec that its client does not know.
    pub(super) fn cannot_show(&self, slot: Slot, codec: crate::media::Codec) {
        let data: JsonMap = [
            ("kind".to_owned(), slot.kind.as_str().into()),
            ("codec".to_owned(), codec.as_str().into()),
            (
                "message".to_owned(),
                "the client did not agree on this codec: it receives nothing".into(),
            ),
        ]
        .into_iter()
        .collect();
        let class = "codec";
        self.events.emit(LegEvent::Status { class, data });
    }
}
