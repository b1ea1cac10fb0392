//! Owns the socket: feeds the machine with what happens and does what it says.

use std::{sync::Arc, time::Duration};

use tokio::{sync::mpsc, time};
use tokio_util::sync::CancellationToken;

use super::{
    Lane, now,
    socket::{Broken, Happened, Socket},
};
use crate::backend::freeswitch::esl::{
    EventSocket, Role, Told,
    event::Event,
    frame::Frame,
    machine::Action,
    standing::{Differ, Full, Side},
};

/// How long the actor waits at its end for what was asked.
const FAREWELL: Duration = Duration::from_secs(2);

struct Actor {
    shared: Arc<EventSocket>,
    role: Role,
    socket: Socket,
    /// Only to wait for room.
    told: mpsc::Sender<Told>,
}

/// Runs until `shutdown`, and then until nobody waits for a reply any more.
pub(in super::super) async fn run(
    shared: Arc<EventSocket>,
    role: Role,
    shutdown: CancellationToken,
) {
    let stopped = shared.lane(role).stopped.clone().drop_guard();
    let told = shared.standing.lock().sender().clone();
    let mut actor = Actor {
        shared,
        role,
        socket: Socket::Idle,
        told,
    };
    tokio::select! {
        () = actor.serve(false) => {}
        () = shutdown.cancelled() => {
            let _ = time::timeout(FAREWELL, actor.serve(true)).await;
        }
    }
    actor.lane().machine.lock().stop("the service is stopping");
    actor.perform();
    drop(stopped);
}

impl Actor {
    fn lane(&self) -> &Lane {
        self.shared.lane(self.role)
    }

    /// Serves; with `until_idle` only until nobody waits any more.
    async fn serve(&mut self, until_idle: bool) {
        loop {
            self.perform();
            if until_idle && self.lane().machine.lock().is_idle() {
                return;
            }
            let wake_at = self.lane().machine.lock().wake_at();
            let wake = async {
                match wake_at {
                    Some(at) => time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            let is_owed = self.shared.standing.lock().is_owed();
            let told = self.told.clone();
            let room = async move { drop(told.reserve().await) };
            let lane = self.shared.lane(self.role);
            tokio::select! {
                happened = self.socket.next() => self.happened(happened),
                () = wake => lane.machine.lock().tick(now()),
                () = lane.changed.notified() => {}
                () = room, if is_owed => self.shared.standing.lock().tell(),
            }
        }
    }

    fn perform(&mut self) {
        loop {
            let action = self.lane().machine.lock().poll();
            match action {
                None => break,
                Some(Action::Connect) => {
                    let config = &self.shared.config;
                    let address = config.event_socket.clone();
                    self.socket = Socket::connecting(address, config.connect_timeout);
                }
                Some(Action::Disconnect(why)) => self.broken(Broken {
                    why,
                    refused: false,
                }),
                Some(Action::Up { core, version }) => self.stands(Side::Up { core, version }),
                Some(Action::Down { why, gone }) => self.stands(Side::Down { why, gone }),
                Some(Action::Event(event)) => self.tell(event),
                Some(Action::Reply(waiter, result)) => {
                    // Who has given up meanwhile needs no reply.
                    let _ = waiter.send(result);
                }
            }
        }
        if let Socket::Open(open) = &mut self.socket
            && open.output.is_empty()
        {
            let mut machine = self.shared.lane(self.role).machine.lock();
            std::mem::swap(&mut open.output, machine.output());
        }
    }

    fn happened(&mut self, happened: Happened) {
        match happened {
            Happened::Connected => self.lane().machine.lock().connected(now()),
            Happened::Read => self.read(),
            Happened::Written => {}
            Happened::Broken(broken) => self.broken(broken),
        }
    }

    fn broken(&mut self, broken: Broken) {
        self.socket = Socket::Idle;
        let chance = rand::random();
        let mut machine = self.lane().machine.lock();
        machine.disconnected(broken.why, broken.refused, chance, now());
    }

    fn read(&mut self) {
        let lane = self.shared.lane(self.role);
        let Socket::Open(open) = &mut self.socket else {
            return;
        };
        lane.machine.lock().heard(now());
        loop {
            match open.frames.take() {
                Ok(None) => return,
                Ok(Some(Frame::Event(bytes))) => match Event::parse(&bytes) {
                    Ok(event) => lane.machine.lock().event(Box::new(event)),
                    Err(error) => {
                        tracing::warn!(backend = %self.shared.backend, %error, "dropped an event");
                    }
                },
                Ok(Some(frame)) => lane.machine.lock().frame(frame, now()),
                Err(malformed) => {
                    return lane.machine.lock().cut(format!("it sent {malformed}"));
                }
            }
        }
    }

    fn stands(&self, side: Side) {
        let changed = self.shared.standing.lock().change(self.role, side);
        if changed == Err(Differ) {
            let other = self.shared.lane(self.role.other());
            other.cut("it leads to another server than the newer connection");
        }
    }

    fn tell(&self, event: Box<Event>) {
        if self.shared.standing.lock().event(event) == Err(Full) {
            tracing::warn!(backend = %self.shared.backend, "events are not taken as fast as they come: begins anew");
            self.lane()
                .machine
                .lock()
                .cut("events are not taken as fast as they come");
        }
    }
}
