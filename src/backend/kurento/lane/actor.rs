//! Owns the socket: feeds the machine with what happens and does what it says.

use std::sync::Arc;

use tokio::time;
use tokio_util::sync::CancellationToken;

use super::{FAREWELL, Lane, Link, MAX_MESSAGE, SEND_QUEUE, ears::Signal, now};
use crate::backend::{
    kurento::{
        machine::{Action, Own},
        wire::{self, Incoming, Reply},
    },
    link::{Happened, Socket, websocket},
};

struct Actor {
    lane: Arc<Lane>,
    socket: Socket,
    epoch: u64,
}

/// Runs until `shutdown`, and then until nothing more is to be sent.
pub(super) async fn run(lane: Arc<Lane>, shutdown: CancellationToken) {
    let stopped = lane.stopped.clone().drop_guard();
    let mut actor = Actor {
        lane,
        socket: Socket::Idle,
        epoch: 0,
    };
    tokio::select! {
        () = actor.serve(false) => {}
        () = shutdown.cancelled() => {
            let _ = time::timeout(FAREWELL, actor.serve(true)).await;
        }
    }
    actor.disconnected("the service is stopping".into());
    drop(stopped);
}

impl Actor {
    /// Serves; with `until_idle` only until no request waits any more.
    async fn serve(&mut self, until_idle: bool) {
        loop {
            self.perform();
            if until_idle && self.lane.pending.is_empty() {
                return;
            }
            let wake_at = self.lane.machine.lock().wake_at();
            let wake = async {
                match wake_at {
                    Some(at) => time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                happened = self.socket.next() => self.happened(happened),
                () = wake => self.lane.machine.lock().tick(now()),
            }
        }
    }

    fn perform(&mut self) {
        loop {
            let action = self.lane.machine.lock().poll();
            match action {
                None => return,
                Some(Action::Connect) => self.connect(),
                Some(Action::Disconnect(why)) => self.broken(why.into(), false),
                Some(Action::Send(own)) => self.send(&own),
                Some(Action::Up { session, again }) => self.up(session, again),
                Some(Action::Down(why)) => self.disconnected(why),
                Some(Action::Lost(why)) => self.lane.lost(why),
            }
        }
    }

    fn connect(&mut self) {
        let config = &self.lane.config;
        let options = websocket::Options {
            url: config.url.clone(),
            subprotocol: None,
            tls_ca: config.tls_ca.clone(),
            connect_timeout: config.connect_timeout,
            max_message: MAX_MESSAGE,
            queue: SEND_QUEUE,
        };
        self.socket = Socket::connecting(options);
    }

    fn send(&mut self, own: &Own) {
        let Socket::Open(sender, _) = &self.socket else {
            return;
        };
        let id = own.id();
        let frame = match own {
            Own::Connect(_, session) => wire::connect(&id, session.as_deref()),
            Own::Ping(_, session) => wire::ping(&id, session),
        };
        if !sender.try_send(frame) {
            self.broken("it does not take what is sent".into(), false);
        }
    }

    fn happened(&mut self, happened: Happened) {
        match happened {
            Happened::Connected(Ok((sender, receiver))) => {
                self.socket = Socket::Open(sender, receiver);
                self.lane.machine.lock().connected(now());
            }
            Happened::Connected(Err(error)) | Happened::Broken(error) => {
                let refused = matches!(error, websocket::Error::Refused);
                self.broken(error.to_string(), refused);
            }
            Happened::Frame(text) => self.frame(&text),
        }
    }

    fn broken(&mut self, why: String, refused: bool) {
        self.socket = Socket::Idle;
        let chance = rand::random();
        let mut machine = self.lane.machine.lock();
        machine.disconnected(why, refused, chance, now());
    }

    fn up(&mut self, session: Arc<str>, again: bool) {
        let Socket::Open(sender, _) = &self.socket else {
            return;
        };
        if !again {
            self.epoch += 1;
        }
        self.lane.link.send_replace(Link::Up {
            sender: sender.clone(),
            session,
            epoch: self.epoch,
        });
        if again {
            self.lane.routes.lock().all(&Signal::Reclaimed);
        }
    }

    fn disconnected(&mut self, why: String) {
        let before = self.lane.link.send_replace(Link::Down(why));
        if matches!(before, Link::Up { .. }) {
            self.lane.routes.lock().all(&Signal::Cut);
        }
        // After the link is taken away, so that nobody enters behind.
        self.lane.pending.clear();
    }

    fn frame(&mut self, text: &str) {
        self.lane.machine.lock().heard(now());
        match wire::read(text) {
            Ok(Incoming::Reply { id, reply }) => self.replied(&id, reply),
            Ok(Incoming::Event(event)) => self.lane.routes.lock().event(event),
            Err(error) => {
                tracing::warn!(backend = %self.lane.backend, error, "dropped a frame");
            }
        }
    }

    fn replied(&self, id: &str, reply: Reply) {
        let Ok(key) = id.parse() else {
            self.lane.machine.lock().replied(id, reply);
            return;
        };
        if !self.lane.pending.resolve(key, reply) {
            tracing::debug!(backend = %self.lane.backend, id, "nobody waits for a reply");
        }
    }
}
