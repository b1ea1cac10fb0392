//! What the machine wants done, and the requests of its own.

use crate::backend::janus::wire::{Address, Request, ServerInfo};

/// What the actor must do.
#[derive(Clone, Debug)]
pub(in super::super) enum Action {
    /// Connect, and tell how it went.
    Connect,
    /// Close the socket, as if it had broken for this reason.
    Disconnect(&'static str),
    /// Send a request of the machine's own.
    Send(Own),
    /// The server answers and all sessions are claimed.
    Up(ServerInfo),
    /// It does not (any more).
    Down(String),
    /// The session was claimed: events were lost meanwhile.
    Reclaimed(u64),
    /// The server no longer has the session.
    Lost { session: u64, message: String },
}

/// The highest id that Janus may give to a session: no session has it, but for a chance of 2^-53.
const NOBODYS: u64 = (1 << 53) - 1;

/// A request of the machine's own; its name is its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Own {
    Info,
    /// Claims a session that is not there: `info` is told to anyone, this is not.
    Authorise,
    Ping,
    Claim(u64),
    Keepalive(u64),
    Destroy(u64),
}

impl Own {
    /// Never a plain number: those are the transactions of [`Pending`](crate::backend::link::Pending).
    pub(in super::super) fn transaction(self) -> String {
        match self {
            Self::Info => "info".into(),
            Self::Authorise => "authorise".into(),
            Self::Ping => "ping".into(),
            Self::Claim(session) => format!("claim-{session}"),
            Self::Keepalive(session) => format!("keepalive-{session}"),
            Self::Destroy(session) => format!("destroy-{session}"),
        }
    }

    pub(in super::super) fn parse(transaction: &str) -> Option<Self> {
        let (verb, session) = match transaction.split_once('-') {
            Some((verb, session)) => (verb, session.parse().ok()?),
            None => (transaction, 0),
        };
        match verb {
            "info" => Some(Self::Info),
            "authorise" => Some(Self::Authorise),
            "ping" => Some(Self::Ping),
            "claim" => Some(Self::Claim(session)),
            "keepalive" => Some(Self::Keepalive(session)),
            "destroy" => Some(Self::Destroy(session)),
            _ => None,
        }
    }

    pub(in super::super) fn request(self) -> (Request, Address) {
        match self {
            Self::Info => (Request::Info, Address::SERVER),
            Self::Authorise => (Request::Claim, Address::session(NOBODYS)),
            Self::Ping => (Request::Ping, Address::SERVER),
            Self::Claim(session) => (Request::Claim, Address::session(session)),
            Self::Keepalive(session) => (Request::Keepalive, Address::session(session)),
            Self::Destroy(session) => (Request::Destroy, Address::session(session)),
        }
    }
}

/// How a request of the machine's own ended.
#[derive(Clone, Debug)]
pub(in super::super) enum OwnReply {
    Done,
    Info(ServerInfo),
    /// The server has no such session.
    NoSession,
    Refused(String),
}
