//! Requests that come in.

use std::time::Duration;

use super::super::channel::Channel;
use super::super::faults::Fault;
use super::super::local::Local;
use super::super::sdp::Offer;
use super::super::world::{World, new_uuid, token};
use super::{ALLOW, Call, Message, Phase, Route, cause_of_number, reason, user_and_host};

/// How many requests are known again when they come again.
const REMEMBERED: usize = 10_000;

/// How long a caller lets the server hear nothing of it: its header, the least that counts, and what is set to that.
const LIMITS: [(&str, u32, [&str; 2]); 2] = [
    (
        "X-Mediaplane-Media-Timeout",
        1000,
        ["media_timeout", "media_hold_timeout"],
    ),
    (
        "X-Mediaplane-Video-Timeout",
        0,
        ["media_timeout_video", "media_hold_timeout_video"],
    ),
];

impl World {
    pub(super) fn request(&mut self, request: &Message, route: Route) {
        let key = format!("{} {}", request.method(), request.branch());
        if let Some(text) = self.answered.get(&key).cloned() {
            return self.send(route, text);
        }
        match request.method() {
            "INVITE" => self.invite(request, route, Duration::ZERO),
            "ACK" => self.acknowledged(request),
            "BYE" => self.bye(request, route),
            "CANCEL" => self.cancelled(request, route),
            "INFO" => self.info(request, route),
            "OPTIONS" => self.answer_plainly(request, route, 200, "OK"),
            _ => self.answer_plainly(request, route, 405, "Method Not Allowed"),
        }
    }

    /// A request goes wrong as the test has ordered.
    pub(in super::super) fn faulty_request(
        &mut self,
        request: Message,
        route: Route,
        fault: &Fault,
    ) {
        match *fault {
            Fault::Reject(status) => self.answer_plainly(&request, route, status, "Refused"),
            Fault::Delay(after) if request.method() == "INVITE" => {
                self.invite(&request, route, after);
            }
            Fault::Late(after) if request.method() == "INVITE" => {
                self.late = after;
                self.invite(&request, route, Duration::ZERO);
            }
            Fault::Delay(after) => self.later(after, move |world| world.request(&request, route)),
            _ => {}
        }
    }

    fn answer_plainly(&mut self, request: &Message, route: Route, status: u16, reason: &str) {
        let response = Message::response(request, status, reason);
        let response = tagged(response)
            .with("User-Agent", "fs")
            .with("Allow", ALLOW);
        self.respond(
            request,
            route,
            &response.with("Supported", "path, replaces"),
        );
    }

    /// Answers; the same request is answered the same again. What ends an INVITE is sent until it is acknowledged.
    pub(super) fn respond(&mut self, request: &Message, route: Route, response: &Message) {
        let text = response.text();
        let is_final = response.status().is_some_and(|status| status >= 200);
        let key = format!("{} {}", request.method(), request.branch());
        if is_final {
            if self.answered.len() == REMEMBERED {
                self.answered.clear();
            }
            self.answered.insert(key, text.clone());
        }
        match (request.method(), response.status()) {
            ("INVITE", Some(200)) => {
                let key = format!("200 {} {}", request.value("Call-ID"), request.number());
                self.send_until(key, route, text);
            }
            ("INVITE", _) if is_final => {
                let key = format!("refused {} {}", request.value("Call-ID"), request.number());
                self.send_until(key, route, text);
            }
            _ => self.send(route, text),
        }
    }

    fn invite(&mut self, request: &Message, route: Route, after: Duration) {
        let trying = Message::response(request, 100, "Trying").with("User-Agent", "fs");
        self.send(route, trying.text());
        let Some(offer) = Offer::parse(&request.body) else {
            return self.answer_plainly(request, route, 400, "Bad Session Description");
        };
        if request.tag("To").is_some() {
            return self.invite_again(request, route, &offer);
        }
        let uuid = self.new_leg(request, route, &offer);
        let extension = self.channels.get(&uuid).map(|leg| leg.destination.clone());
        if extension.as_deref() != Some(self.options.extension) {
            return self.hang_up(&uuid, "NO_ROUTE_DESTINATION");
        }
        if !offer.is_acceptable() {
            return self.hang_up(&uuid, "INCOMPATIBLE_DESTINATION");
        }
        let apps = self.extension(request);
        self.later(after, move |world| {
            if let Some(channel) = world.channels.get_mut(&uuid) {
                channel.call_state = "RINGING";
                world.transfer(&uuid, apps);
            }
        });
    }

    /// What the extension does: it sets what the call has asked for, answers, and parks.
    fn extension(&self, request: &Message) -> Vec<(String, String)> {
        let asked = LIMITS.iter().filter_map(|(header, least, names)| {
            let limit = request
                .get(header)
                .filter(|limit| is_limit(limit, *least))?;
            let sets = names.map(|name| format!("{name}={limit}"));
            Some(("multiset".to_owned(), sets.join(" ")))
        });
        let own = self.options.sets.iter();
        let own = own.map(|(name, value)| format!("{name}={value}"));
        let sets = asked.chain(own.map(|set| ("set".to_owned(), set)));
        let rest = ["answer", "park"].map(|app| (app.to_owned(), String::new()));
        sets.chain(rest).collect()
    }

    fn new_leg(&mut self, request: &Message, route: Route, offer: &Offer) -> String {
        let id = request.value("Call-ID").to_owned();
        let uuid = if self.channels.contains_key(&id) {
            new_uuid()
        } else {
            id.clone()
        };
        let (user, _) = user_and_host(request.uri());
        let from = request.value("From");
        let caller = from.split(['<', '>']).nth(1).unwrap_or(from);
        let (caller_user, caller_host) = user_and_host(caller);
        let name = format!("sofia/{}/{caller_user}@{caller_host}", self.options.profile);
        let mut channel = Channel::new(&uuid, name, true, user);
        channel.set("sip_call_id", id.clone());
        channel.set("sip_to_user", user);
        channel.set("sip_from_user", caller_user);
        for (header, value) in &request.headers {
            if header.starts_with("X-") {
                channel.set(&format!("sip_h_{header}"), value.clone());
            }
        }
        channel.is_webrtc = offer.is_webrtc();
        channel.has_video = offer.has_video();
        channel.call = Some(Call {
            phase: Phase::Offered,
            id,
            own: format!("{};tag={}", request.value("To"), token(13)),
            other: from.to_owned(),
            target: request.contact().to_owned(),
            route,
            number: 1000,
            late: std::mem::take(&mut self.late),
            invite: request.clone(),
            local: Local::new(),
        });
        self.add(channel);
        uuid
    }

    fn invite_again(&mut self, request: &Message, route: Route, offer: &Offer) {
        let uuid = self.of_call(request.value("Call-ID"));
        let channel = uuid.as_ref().and_then(|uuid| self.channels.get_mut(uuid));
        let Some(call) = channel.and_then(|leg| leg.call.as_mut()) else {
            return self.answer_plainly(request, route, 481, "Call Does Not Exist");
        };
        if !offer.is_acceptable() {
            return self.answer_plainly(request, route, 488, "Not Acceptable Here");
        }
        call.target = request.contact().to_owned();
        call.route = route;
        let sdp = call.local.answer(offer);
        let uuid = uuid.unwrap_or_default();
        self.agreed(&uuid, offer);
        let response = self.ok(&uuid, request, sdp);
        self.respond(request, route, &response);
    }

    fn acknowledged(&mut self, request: &Message) {
        for kind in ["200", "refused"] {
            let key = format!("{kind} {} {}", request.value("Call-ID"), request.number());
            self.pending.remove(&key);
        }
    }

    fn bye(&mut self, request: &Message, route: Route) {
        let Some(uuid) = self.of_call(request.value("Call-ID")) else {
            return self.answer_plainly(request, route, 481, "Call Does Not Exist");
        };
        self.answer_plainly(request, route, 200, "OK");
        let number = request.value("Reason").split("cause=").nth(1);
        let number = number.and_then(|rest| rest.split(';').next()?.parse().ok());
        let cause = number.map_or("NORMAL_CLEARING", cause_of_number);
        self.hung_up(&uuid, cause);
    }

    fn cancelled(&mut self, request: &Message, route: Route) {
        let uuid = self.of_call(request.value("Call-ID"));
        let Some(uuid) = uuid else {
            return self.answer_plainly(request, route, 481, "Call Does Not Exist");
        };
        self.answer_plainly(request, route, 200, "OK");
        let call = self.channels.get(&uuid).and_then(|leg| leg.call.as_ref());
        let is_offered = call.is_some_and(|call| call.phase == Phase::Offered);
        if is_offered {
            self.hang_up(&uuid, "ORIGINATOR_CANCEL");
        }
    }

    /// Digits by `application/dtmf-relay`.
    fn info(&mut self, request: &Message, route: Route) {
        self.answer_plainly(request, route, 200, "OK");
        let digit = request.body.split("Signal=").nth(1);
        let digit = digit.and_then(|rest| rest.trim().chars().next());
        if let (Some(digit), Some(uuid)) = (digit, self.of_call(request.value("Call-ID"))) {
            self.digits(&uuid, &digit.to_string(), "ENDPOINT");
        }
    }

    /// An INVITE is not answered well.
    pub(super) fn refuse(&mut self, invite: &Message, route: Route, cause: &str) {
        let (status, text) = match cause {
            "NO_ROUTE_DESTINATION" => (404, "Not Found"),
            "INCOMPATIBLE_DESTINATION" => (488, "Not Acceptable Here"),
            "ORIGINATOR_CANCEL" => (487, "Request Terminated"),
            "USER_BUSY" => (486, "Busy Here"),
            _ => (480, "Temporarily Unavailable"),
        };
        let response = tagged(Message::response(invite, status, text))
            .with("User-Agent", "fs")
            .with("Accept", "application/sdp")
            .with("Allow", ALLOW)
            .with("Supported", "path, replaces")
            .with("Allow-Events", "talk, hold, conference, refer")
            .with("Reason", reason(cause));
        self.respond(invite, route, &response);
    }
}

/// Milliseconds as the extension takes them: none, or from a second to 2 h 46 min.
fn is_limit(text: &str, least: u32) -> bool {
    let limit = text.parse::<u32>().ok();
    let limit = limit.filter(|limit| limit.to_string() == text && *limit >= least);
    limit.is_some_and(|limit| limit == 0 || (1000..10_000_000).contains(&limit))
}

fn tagged(mut response: Message) -> Message {
    if response.tag("To").is_none() {
        let to = format!("{};tag={}", response.value("To"), token(13));
        response.set("To", to);
    }
    response
}
