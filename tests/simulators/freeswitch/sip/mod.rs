//! Calls by SIP: what is common to both sides.

mod answer;
mod message;
mod uac;
mod uas;

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use super::local::Local;
use super::world::{World, token};

pub(crate) use message::{Message, user_and_host};

/// What it says it understands.
const ALLOW: &str =
    "INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, INFO, UPDATE, REGISTER, REFER, NOTIFY";

/// A way to the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Route {
    Udp(SocketAddr),
    /// By the connection with that address, which is made if there is none.
    Tcp(SocketAddr),
}

impl Route {
    pub(super) fn name(self) -> &'static str {
        match self {
            Route::Udp(_) => "UDP",
            Route::Tcp(_) => "TCP",
        }
    }

    pub(super) fn address(self) -> SocketAddr {
        match self {
            Route::Udp(address) | Route::Tcp(address) => address,
        }
    }

    /// Where an address such as `sip:user@host:port;transport=tcp` leads.
    pub(super) fn to(uri: &str) -> Option<Route> {
        let (_, host) = user_and_host(uri);
        let host = if host.contains(':') {
            host.to_owned()
        } else {
            format!("{host}:5060")
        };
        let address = host.to_socket_addrs().ok()?.next()?;
        let is_tcp = uri.to_ascii_lowercase().contains("transport=tcp");
        Some(if is_tcp {
            Route::Tcp(address)
        } else {
            Route::Udp(address)
        })
    }
}

/// How far a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Its INVITE has come, and is not answered.
    Offered,
    /// Our INVITE is out; `true` as soon as anything has come back.
    Calling(bool),
    Answered,
}

/// A dialog.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) phase: Phase,
    pub(super) id: String,
    /// Our side as in `From` of our requests, and the other as in `To`.
    pub(super) own: String,
    pub(super) other: String,
    /// The URI for requests to the other side.
    pub(super) target: String,
    pub(super) route: Route,
    pub(super) number: u32,
    /// How much later than it should its 200 is sent.
    pub(super) late: Duration,
    /// The request that has begun it.
    pub(super) invite: Message,
    pub(super) local: Local,
}

/// A message that is sent again and again.
#[derive(Debug)]
pub(super) struct Pending {
    route: Route,
    text: String,
    interval: Duration,
    waited: Duration,
}

impl World {
    /// Something has come by SIP.
    pub(super) fn sip(&mut self, mut message: Message, route: Route) {
        if message.status().is_some() {
            return self.response(&message);
        }
        // As asked for with `rport`, the answer tells where the request was seen to come from.
        let via = message.value("Via").to_owned();
        let via: Vec<String> = via
            .split(';')
            .map(|part| match part.trim() {
                "rport" => format!("rport={}", route.address().port()),
                part => part.to_owned(),
            })
            .collect();
        message.set("Via", via.join(";"));
        self.request(&message, route);
    }

    /// Sends what must be sent again over UDP until the other side reacts.
    fn send_until(&mut self, key: String, route: Route, text: String) {
        self.send(route, text.clone());
        let interval = self.options.t1;
        let pending = Pending {
            route,
            text,
            interval,
            waited: Duration::ZERO,
        };
        self.pending.insert(key.clone(), pending);
        self.later(interval, move |world| world.send_again(&key));
    }

    fn send_again(&mut self, key: &str) {
        let most = self.options.t1 * 64;
        let Some(pending) = self.pending.get_mut(key) else {
            return;
        };
        pending.waited += pending.interval;
        if pending.waited >= most {
            self.pending.remove(key);
            return self.given_up(key);
        }
        pending.interval *= 2;
        let (route, text, after) = (pending.route, pending.text.clone(), pending.interval);
        if matches!(route, Route::Udp(_)) {
            self.send(route, text);
        }
        let key = key.to_owned();
        self.later(after, move |world| world.send_again(&key));
    }

    /// Nothing has come back for too long.
    fn given_up(&mut self, key: &str) {
        if let Some(branch) = key.strip_prefix("INVITE ") {
            let uuid = self.calling(|call| call.invite.branch() == branch);
            if let Some(uuid) = uuid {
                self.hung_up(&uuid, "RECOVERY_ON_TIMER_EXPIRE");
            }
        }
    }

    /// Nobody listens there.
    pub(super) fn unreachable(&mut self, address: SocketAddr) {
        while let Some(uuid) = self
            .calling(|call| call.phase == Phase::Calling(false) && call.route.address() == address)
        {
            self.forget_invite(&uuid);
            self.hung_up(&uuid, "NORMAL_TEMPORARY_FAILURE");
        }
    }

    fn forget_invite(&mut self, uuid: &str) {
        if let Some(call) = self.channels.get(uuid).and_then(|leg| leg.call.as_ref()) {
            let key = format!("INVITE {}", call.invite.branch());
            self.pending.remove(&key);
        }
    }

    /// The leg whose call is such, if it waits for its answer.
    fn calling(&self, is_it: impl Fn(&Call) -> bool) -> Option<String> {
        let mut channels = self.channels.values();
        let found = channels.find(|leg| {
            let call = leg.call.as_ref();
            call.is_some_and(|call| matches!(call.phase, Phase::Calling(_)) && is_it(call))
        });
        found.map(|leg| leg.uuid.clone())
    }

    /// The leg of a dialog.
    fn of_call(&self, id: &str) -> Option<String> {
        let mut channels = self.channels.values();
        let is_it = |call: &Call| call.id == id;
        let found = channels.find(|leg| leg.call.as_ref().is_some_and(is_it));
        found.map(|leg| leg.uuid.clone())
    }

    /// Tells the other side that a leg ends.
    pub(super) fn end_call(&mut self, uuid: &str, cause: &str) {
        let call = self.channels.get(uuid).and_then(|leg| leg.call.clone());
        let Some(mut call) = call else {
            return;
        };
        match call.phase {
            Phase::Offered => self.refuse(&call.invite, call.route, cause),
            Phase::Calling(_) => self.cancel(&call, cause),
            Phase::Answered => {
                let key = format!("200 {} {}", call.id, call.invite.number());
                self.pending.remove(&key);
                let bye = self.in_dialog(&mut call, "BYE", cause);
                let key = format!("BYE {}", bye.branch());
                self.send_until(key, call.route, bye.text());
            }
        }
    }

    fn in_dialog(&mut self, call: &mut Call, method: &str, cause: &str) -> Message {
        call.number += 1;
        Message::request(method, &call.target)
            .with("Via", self.via(call.route))
            .with("Max-Forwards", "70")
            .with("From", call.own.clone())
            .with("To", call.other.clone())
            .with("Call-ID", call.id.clone())
            .with("CSeq", format!("{} {method}", call.number))
            .with("User-Agent", "fs")
            .with("Allow", ALLOW)
            .with("Supported", "path, replaces")
            .with("Reason", reason(cause))
    }

    fn via(&self, route: Route) -> String {
        let (name, address) = (route.name(), self.address);
        format!("SIP/2.0/{name} {address};rport;branch=z9hG4bK{}", token(13))
    }
}

/// As a header `Reason`.
fn reason(cause: &str) -> String {
    format!("Q.850;cause={};text=\"{cause}\"", q850(cause))
}

/// Causes, and their numbers of Q.850 (or of the real server beyond it).
const CAUSES: [(&str, u16); 20] = [
    ("UNALLOCATED_NUMBER", 1),
    ("NO_ROUTE_DESTINATION", 3),
    ("NORMAL_CLEARING", 16),
    ("USER_BUSY", 17),
    ("NO_USER_RESPONSE", 18),
    ("NO_ANSWER", 19),
    ("CALL_REJECTED", 21),
    ("NUMBER_CHANGED", 22),
    ("DESTINATION_OUT_OF_ORDER", 27),
    ("INVALID_NUMBER_FORMAT", 28),
    ("NORMAL_UNSPECIFIED", 31),
    ("NETWORK_OUT_OF_ORDER", 38),
    ("NORMAL_TEMPORARY_FAILURE", 41),
    ("SERVICE_UNAVAILABLE", 63),
    ("SERVICE_NOT_IMPLEMENTED", 79),
    ("INCOMPATIBLE_DESTINATION", 88),
    ("RECOVERY_ON_TIMER_EXPIRE", 102),
    ("ORIGINATOR_CANCEL", 487),
    ("MANAGER_REQUEST", 703),
    ("MEDIA_TIMEOUT", 604),
];

/// The number of a cause.
pub(super) fn q850(cause: &str) -> u16 {
    let known = CAUSES.iter().find(|(name, _)| *name == cause);
    known.map_or(31, |(_, number)| *number)
}

fn cause_of_number(number: u16) -> &'static str {
    let known = CAUSES.iter().find(|(_, known)| *known == number);
    known.map_or("NORMAL_CLEARING", |(name, _)| *name)
}

/// What the status of a refused INVITE means.
fn cause_of_status(status: u16) -> &'static str {
    match status {
        401 | 402 | 403 | 407 | 603 => "CALL_REJECTED",
        404 => "UNALLOCATED_NUMBER",
        485 | 604 => "NO_ROUTE_DESTINATION",
        408 | 504 => "RECOVERY_ON_TIMER_EXPIRE",
        410 => "NUMBER_CHANGED",
        480 => "NO_USER_RESPONSE",
        484 => "INVALID_NUMBER_FORMAT",
        400 | 481 | 500 | 503 => "NORMAL_TEMPORARY_FAILURE",
        486 | 600 => "USER_BUSY",
        488 | 606 => "INCOMPATIBLE_DESTINATION",
        502 => "NETWORK_OUT_OF_ORDER",
        405 => "SERVICE_UNAVAILABLE",
        406 | 415 | 501 => "SERVICE_NOT_IMPLEMENTED",
        487 => "ORIGINATOR_CANCEL",
        _ => "NORMAL_UNSPECIFIED",
    }
}
