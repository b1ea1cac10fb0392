//! Owns the socket: feeds the machine with what happens and does what it says.

use std::sync::Arc;

use tokio::time;
use tokio_util::sync::CancellationToken;

use super::{Conn, FAREWELL, Link, Signal, now};
use crate::backend::{
    Status,
    janus::{
        machine::{Action, Own, OwnReply},
        orphans,
        wire::{self, Incoming, Reply, incoming, request},
    },
    link::{Happened, Socket, websocket},
};

/// The longest message taken from Janus; `handle_info` and room lists are the long ones.
pub(in super::super) const MAX_MESSAGE: usize = 16 << 20;
/// How many frames may wait to be sent.
pub(in super::super) const SEND_QUEUE: usize = 1024;

struct Actor {
    conn: Arc<Conn>,
    socket: Socket,
    warned: bool,
}

/// Runs until `shutdown`, then destroys what lives and leaves.
pub(super) async fn run(conn: Arc<Conn>, shutdown: CancellationToken) {
    let stopped = conn.stopped.clone().drop_guard();
    let mut actor = Actor {
        conn,
        socket: Socket::Idle,
        warned: false,
    };
    tokio::select! {
        () = actor.serve(false) => {}
        () = shutdown.cancelled() => {
            actor.leave();
            // What is not destroyed by then, Janus ends for lack of keepalives.
            let _ = time::timeout(FAREWELL, actor.serve(true)).await;
        }
    }
    actor.disconnected("the service is stopping".into());
    drop(stopped);
}

impl Actor {
    /// Serves; with `until_clean` only until every session that ended is destroyed, or cannot be.
    async fn serve(&mut self, until_clean: bool) {
        loop {
            self.perform();
            let (wake_at, done) = {
                let machine = &self.conn.table.lock().machine;
                let done = until_clean && (machine.is_clean() || !machine.is_up());
                (machine.wake_at(), done)
            };
            if done {
                return;
            }
            let wake = async {
                match wake_at {
                    Some(at) => time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                happened = self.socket.next() => self.happened(happened),
                () = wake => self.conn.table.lock().machine.tick(now()),
                () = self.conn.wake.notified() => {}
            }
        }
    }

    fn leave(&self) {
        let mut table = self.conn.table.lock();
        let sessions = table.machine.sessions();
        tracing::info!(backend = %self.conn.name, sessions, "leaving Janus");
        table.machine.release_all();
    }

    fn perform(&mut self) {
        loop {
            let action = self.conn.table.lock().machine.poll();
            match action {
                None => return,
                Some(Action::Connect) => self.connect(),
                Some(Action::Disconnect(why)) => self.broken(why.into(), false),
                Some(Action::Send(own)) => self.send(own),
                Some(Action::Up(server)) => self.up(&server),
                Some(Action::Down(why)) => self.down(why),
                Some(Action::Reclaimed(session)) => self.conn.signal(session, Signal::Reclaimed),
                Some(Action::Lost { session, message }) => {
                    tracing::warn!(backend = %self.conn.name, session, message, "lost a session");
                    self.conn.signal(session, Signal::Lost(message));
                }
            }
        }
    }

    fn connect(&mut self) {
        let options = websocket::Options {
            url: self.conn.config.url.clone(),
            subprotocol: Some(wire::SUBPROTOCOL),
            tls_ca: self.conn.config.tls_ca.clone(),
            connect_timeout: self.conn.config.connect_timeout,
            max_message: MAX_MESSAGE,
            queue: SEND_QUEUE,
        };
        self.socket = Socket::connecting(options);
    }

    fn send(&mut self, own: Own) {
        let Socket::Open(sender, _) = &self.socket else {
            return;
        };
        let (request, address) = own.request();
        let transaction = own.transaction();
        let frame = request::frame(&request, &transaction, address, &self.conn.credentials);
        // A keepalive comes again long before it is missed.
        if !sender.try_send(frame) && !matches!(own, Own::Keepalive(_)) {
            self.broken("it does not take what is sent".into(), false);
        }
    }

    fn happened(&mut self, happened: Happened) {
        match happened {
            Happened::Connected(Ok((sender, receiver))) => {
                self.socket = Socket::Open(sender, receiver);
                self.conn.table.lock().machine.connected(now());
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
        let mut table = self.conn.table.lock();
        table.machine.disconnected(why, refused, chance, now());
        table.closing.clear();
    }

    fn up(&mut self, server: &wire::ServerInfo) {
        let Socket::Open(sender, _) = &self.socket else {
            return;
        };
        self.conn.link.send_replace(Link::Up(sender.clone()));
        self.conn.status.send_replace(Status::Up {
            version: server.version.clone(),
            load: crate::backend::Load::default(),
        });
        self.conn
            .metrics
            .backend_up(Arc::clone(&self.conn.label), true);
        tracing::info!(backend = %self.conn.name, version = server.version, "connected to Janus");
        if server.reclaim_session_timeout == 0 && !std::mem::replace(&mut self.warned, true) {
            tracing::warn!(
                backend = %self.conn.name,
                "Janus has reclaim_session_timeout = 0: every session dies with the connection; set it to 60 or more"
            );
        }
        tokio::spawn(orphans::sweep(Arc::downgrade(&self.conn)));
    }

    fn down(&mut self, why: String) {
        let told = Status::Down {
            message: why.clone(),
        };
        // Each failure of a row of attempts is told once: the next ones say the same.
        if self.conn.status.borrow().is_up() {
            tracing::warn!(backend = %self.conn.name, why, "lost the connection to Janus");
        } else if *self.conn.status.borrow() != told {
            tracing::warn!(backend = %self.conn.name, why, "cannot connect to Janus; trying on");
        }
        self.disconnected(why);
    }

    fn disconnected(&mut self, why: String) {
        self.conn.link.send_replace(Link::Down(why.clone()));
        self.conn.status.send_replace(Status::Down { message: why });
        self.conn
            .metrics
            .backend_up(Arc::clone(&self.conn.label), false);
        // After the link is taken away, so that nobody enters behind.
        self.conn.pending.clear();
    }

    fn frame(&mut self, text: &str) {
        let now = now();
        self.conn.table.lock().machine.heard(now);
        match incoming::read(text) {
            Ok(Incoming::Reply { transaction, reply }) => self.replied(&transaction, reply),
            Ok(Incoming::Event {
                session,
                handle,
                event,
            }) => self.conn.signal(session, Signal::Event { handle, event }),
            Ok(Incoming::TimedOut { session }) => {
                self.conn.table.lock().machine.timed_out(session);
            }
            Ok(Incoming::Refused { code, reason }) => {
                tracing::error!(backend = %self.conn.name, code, reason, "Janus cannot read a request");
            }
            Err(error) => tracing::warn!(backend = %self.conn.name, %error, "dropped a frame"),
        }
    }

    fn replied(&mut self, transaction: &str, reply: Reply) {
        if let Ok(key) = transaction.parse() {
            if !self.conn.pending.resolve(key, reply) {
                tracing::debug!(backend = %self.conn.name, transaction, "nobody waits for a reply");
            }
            return;
        }
        let Some(own) = Own::parse(transaction) else {
            return;
        };
        let reply = match reply {
            Reply::Info(server) => OwnReply::Info(server),
            Reply::Refused {
                code: incoming::NO_SESSION,
                ..
            } => OwnReply::NoSession,
            Reply::Refused { code, reason } => OwnReply::Refused(format!("{reason} ({code})")),
            Reply::Ack | Reply::Done { .. } | Reply::Plugin(_) => OwnReply::Done,
        };
        let mut table = self.conn.table.lock();
        table.machine.replied(own, reply, now());
        if let Own::Destroy(session) = own
            && let Some(confirmed) = table.closing.remove(&session)
        {
            // Whoever closed it may have stopped waiting.
            let _ = confirmed.send(());
        }
    }
}
