//! A handle that is watched: the base of every leg.

use std::{fmt, sync::Arc, time::Instant};

use tokio::{sync::mpsc, time};
use tokio_util::task::AbortOnDropHandle;

use super::{
    conn::{Conn, Signal},
    error::Error,
    handle::{Handle, Ids},
    voice::Voice,
    watch::{Limits, Watch},
    wire::{Answer, HandleEvent, Plugin},
};
use crate::{error::Reason, media::LegEvent};

/// What a plugin makes of what it says unasked.
pub(super) trait Listener: Send + 'static {
    /// Reads what the plugin of this leg says and tells the session what it must know.
    ///
    /// It must not wait: it runs where all events of the leg pass.
    fn hear(&mut self, answer: Answer, voice: &Voice) -> Heard;

    /// Media can flow now.
    fn connected(&mut self) {}
}

/// What follows from what a plugin said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Nothing for the one who watches.
    Nothing,
    /// Offer and answer are through: media must come now.
    Negotiated,
    /// The other side of the call is gone, unless it was this one that went.
    FarSideLeft(String),
    /// There is nothing more to come, unless the client hung up.
    Over(String),
}

/// A plugin whose own words say nothing that the core's do not.
#[derive(Debug)]
pub(super) struct Nothing;

impl Listener for Nothing {
    fn hear(&mut self, _: Answer, _: &Voice) -> Heard {
        Heard::Nothing
    }
}

/// A handle and the task that watches it.
pub(super) struct Line {
    _watcher: AbortOnDropHandle<()>,
    handle: Handle,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Line").field(&self.handle).finish()
    }
}

impl Line {
    /// Makes a handle of `plugin`, marked as `owner`'s.
    ///
    /// *Cancel safety*: dropped, nothing is left on the server.
    pub(super) async fn open(
        conn: &Arc<Conn>,
        plugin: Plugin,
        owner: &str,
        voice: &Arc<Voice>,
        listener: impl Listener,
    ) -> Result<Self, Error> {
        let (handle, signals) = Handle::open(conn, plugin, owner).await?;
        Ok(Self::watched(handle, signals, voice, listener))
    }

    /// Takes over a handle of an earlier life of this service.
    ///
    /// *Cancel safety*: dropped, it stays on the server as it was.
    pub(super) async fn claim(
        conn: &Arc<Conn>,
        plugin: Plugin,
        ids: Ids,
        voice: &Arc<Voice>,
        listener: impl Listener,
    ) -> Result<Self, Error> {
        let (handle, signals) = Handle::claim(conn, plugin, ids).await?;
        let line = Self::watched(handle, signals, voice, listener);
        line.handle.resumed();
        Ok(line)
    }

    fn watched(
        handle: Handle,
        signals: mpsc::Receiver<Signal>,
        voice: &Arc<Voice>,
        listener: impl Listener,
    ) -> Self {
        let config = &handle.conn().config;
        let limits = Limits {
            connect: Some(config.media_connect_timeout).filter(|limit| !limit.is_zero()),
            silence: Some(config.media_silence_timeout).filter(|limit| !limit.is_zero()),
        };
        let watcher = Watcher {
            conn: Arc::clone(handle.conn()),
            ids: handle.ids(),
            watch: Watch::new(limits),
            voice: Arc::clone(voice),
            listener,
        };
        let watcher = tokio::spawn(watcher.run(signals));
        Self {
            _watcher: AbortOnDropHandle::new(watcher),
            handle,
        }
    }

    /// The handle.
    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }
}

struct Watcher<L> {
    conn: Arc<Conn>,
    ids: Ids,
    watch: Watch,
    voice: Arc<Voice>,
    listener: L,
}

impl<L: Listener> Watcher<L> {
    async fn run(mut self, mut signals: mpsc::Receiver<Signal>) {
        while !self.voice.is_silent() {
            let wake_at = self.watch.wake_at();
            let wake = async {
                match wake_at {
                    Some(at) => time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                signal = signals.recv() => match signal {
                    Some(signal) => self.hear(signal).await,
                    // The session was released.
                    None => return,
                },
                () = wake => {
                    let event = self.watch.tick(now());
                    self.tell(event);
                }
            }
        }
    }

    async fn hear(&mut self, signal: Signal) {
        if matches!(signal, Signal::Event { handle, .. } if handle != self.ids.handle) {
            return;
        }
        let event = self.watch.signal(&signal, now());
        self.tell(event);
        if matches!(signal, Signal::Reclaimed | Signal::Resumed) {
            self.catch_up().await;
        }
        let Signal::Event { event, .. } = signal else {
            return;
        };
        let heard = match event {
            HandleEvent::WebrtcUp => {
                self.listener.connected();
                Heard::Nothing
            }
            HandleEvent::Plugin(answer) => self.listener.hear(answer, &self.voice),
            _ => Heard::Nothing,
        };
        match heard {
            Heard::Nothing => {}
            Heard::Negotiated => self.watch.negotiated(now()),
            Heard::FarSideLeft(words) => self.watch.ends(Reason::BridgeStop, words, now()),
            Heard::Over(words) => self.watch.ends(Reason::BackendHangup, words, now()),
        }
    }

    /// Asks the server what was missed during an outage.
    async fn catch_up(&mut self) {
        let Some(admin) = &self.conn.admin else {
            return;
        };
        let expected = self.watch.is_negotiated();
        match admin.handle(self.ids.session, self.ids.handle).await {
            Ok(Some(info)) if info.is_ready() => {
                self.watch.connected();
                self.listener.connected();
            }
            Ok(Some(info)) if expected && !info.has_connection() => {
                self.tell(Some(ended("the peer connection ended during an outage")));
            }
            Ok(Some(_)) => {}
            Ok(None) => self.tell(Some(ended("the handle was gone after an outage"))),
            Err(error) => {
                tracing::warn!(backend = %self.conn.name, %error, "cannot catch up after an outage");
            }
        }
    }

    fn tell(&self, event: Option<LegEvent>) {
        if let Some(event) = event {
            self.voice.tell(event);
        }
    }
}

fn ended(words: &str) -> LegEvent {
    LegEvent::Closed {
        reason: Reason::BackendHangup,
        message: words.to_owned(),
    }
}

fn now() -> Instant {
    time::Instant::now().into_std()
}
