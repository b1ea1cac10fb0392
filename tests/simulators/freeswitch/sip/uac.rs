//! Calls that the server makes.

use std::time::Duration;

use super::super::channel::{Channel, Job};
use super::super::command::separated;
use super::super::local::Local;
use super::super::sdp::Offer;
use super::super::world::{SOON, World, new_uuid, token};
use super::{ALLOW, Call, Message, Phase, Route, cause_of_status, reason, user_and_host};

/// How long an `originate` waits for its answer, unless it says so itself.
const TIMEOUT: Duration = Duration::from_secs(60);

/// `originate {a=b,c='x\,y'}sofia/profile/user@host:port &app(data)`.
struct Order {
    vars: Vec<(String, String)>,
    endpoint: String,
    app: (String, String),
}

impl Order {
    fn parse(text: &str) -> Option<Order> {
        let (vars, rest) = match text.strip_prefix('{') {
            Some(rest) => rest.split_once('}')?,
            None => ("", text),
        };
        let vars = separated(vars, ',').into_iter().map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((&pair, ""));
            (name.to_owned(), value.replace("\\,", ","))
        });
        let (endpoint, app) = rest.trim().split_once(' ')?;
        let app = app.trim().strip_prefix('&')?;
        let (name, data) = app.split_once('(').unwrap_or((app, ""));
        Some(Order {
            vars: vars.collect(),
            endpoint: endpoint.to_owned(),
            app: (name.to_owned(), data.trim_end_matches(')').to_owned()),
        })
    }

    fn var(&self, name: &str) -> Option<&str> {
        let mut vars = self.vars.iter();
        let found = vars.find(|(var, _)| var == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl World {
    /// Makes a call, and tells the result of the job when it is answered or not.
    pub(in super::super) fn originate(&mut self, job: Job) {
        let Some(order) = Order::parse(&job.arguments) else {
            let usage = "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>] [<timeout_sec>]\n";
            return self.job_done(job, usage.to_owned());
        };
        let wanted = order.var("origination_uuid").map(str::to_owned);
        let is_taken = wanted
            .as_ref()
            .is_some_and(|uuid| self.channels.contains_key(uuid));
        if order.endpoint.starts_with("null/") {
            let uuid = wanted.filter(|_| !is_taken).unwrap_or_else(new_uuid);
            return self.originate_null(job, &order, &uuid);
        }
        let place = order.endpoint.strip_prefix("sofia/");
        let Some((profile, uri)) = place.and_then(|place| place.split_once('/')) else {
            return self.job_done(job, "-ERR CHAN_NOT_IMPLEMENTED\n".to_owned());
        };
        if profile != self.options.profile {
            return self.job_done(job, "-ERR INVALID_PROFILE\n".to_owned());
        }
        let (Some(route), false) = (Route::to(uri), is_taken) else {
            return self.job_done(job, "-ERR DESTINATION_OUT_OF_ORDER\n".to_owned());
        };
        let uuid = wanted.unwrap_or_else(new_uuid);
        self.originate_sip(job, &order, &uuid, uri, route);
    }

    /// An endpoint without any media, answered at once.
    fn originate_null(&mut self, job: Job, order: &Order, uuid: &str) {
        let mut channel = Channel::new(uuid, order.endpoint.clone(), false, "1");
        channel.vars.extend(order.vars.iter().cloned());
        channel.job = Some(job);
        channel.is_connected = true;
        channel.queue.push_back(order.app.clone());
        self.add(channel);
        self.originated(uuid);
    }

    fn originate_sip(&mut self, job: Job, order: &Order, uuid: &str, uri: &str, route: Route) {
        let (user, host) = user_and_host(uri);
        let name = format!("sofia/{}/{user}@{host}", self.options.profile);
        let mut channel = Channel::new(uuid, name, false, user);
        channel.vars.extend(order.vars.iter().cloned());
        channel.set("sip_call_id", uuid);
        channel.set("origination_uuid", uuid);
        channel.is_webrtc = channel.is_true("media_webrtc");
        channel.job = Some(job);
        channel.queue.push_back(order.app.clone());
        let mut local = Local::new();
        local.ports = [self.new_port(), self.new_port()];
        let codecs = order.var("absolute_codec_string").map(str::to_owned);
        let sdp = local.offer(channel.is_webrtc, codecs.as_deref());
        let invite = self.new_invite(uuid, &format!("sip:{uri}"), route, order, sdp);
        channel.call = Some(Call {
            phase: Phase::Calling(false),
            id: uuid.to_owned(),
            own: invite.value("From").to_owned(),
            other: invite.value("To").to_owned(),
            target: format!("sip:{uri}"),
            route,
            number: invite.number(),
            late: Duration::ZERO,
            invite: invite.clone(),
            local,
        });
        self.add(channel);
        self.tell_of(uuid, "CHANNEL_ORIGINATE");
        let key = format!("INVITE {}", invite.branch());
        self.send_until(key, route, invite.text());
        let timeout = order.var("originate_timeout");
        let timeout = timeout.and_then(|seconds| seconds.parse().ok());
        let timeout = timeout.map_or(TIMEOUT, Duration::from_secs);
        let uuid = uuid.to_owned();
        self.later(timeout, move |world| {
            let uuid = world.calling(|call| call.id == uuid);
            if let Some(uuid) = uuid {
                world.hang_up(&uuid, "NO_ANSWER");
            }
        });
    }

    fn new_invite(&self, id: &str, uri: &str, route: Route, order: &Order, sdp: String) -> Message {
        let address = self.address;
        let plain = uri.split(';').next().unwrap_or(uri);
        let contact = match route {
            Route::Udp(_) => format!("<sip:mod_sofia@{address}>"),
            Route::Tcp(_) => format!("<sip:mod_sofia@{address};transport=tcp>"),
        };
        let mut invite = Message::request("INVITE", uri)
            .with("Via", self.via(route))
            .with("Max-Forwards", "70")
            .with(
                "From",
                format!("<sip:0000000000@{}>;tag={}", address.ip(), token(13)),
            )
            .with("To", format!("<{plain}>"))
            .with("Call-ID", id)
            .with("CSeq", "123142384 INVITE")
            .with("Contact", contact)
            .with("User-Agent", "fs")
            .with("Allow", ALLOW)
            .with("Supported", "path, replaces")
            .with("Allow-Events", "talk, hold, conference, refer");
        for (name, value) in &order.vars {
            if let Some(header) = name.strip_prefix("sip_h_") {
                invite = invite.with(header, value.clone());
            }
        }
        invite
            .with("X-FS-Support", "update_display,send_info")
            .with_sdp(sdp)
    }

    /// Something has come back.
    pub(super) fn response(&mut self, response: &Message) {
        let key = format!("{} {}", response.method(), response.branch());
        self.pending.remove(&key);
        let Some(status) = response.status().filter(|_| response.method() == "INVITE") else {
            return;
        };
        let uuid = self.calling(|call| call.invite.branch() == response.branch());
        match (uuid, status) {
            (Some(uuid), 100..=199) => self.progressed(&uuid, status),
            (Some(uuid), 200..=299) => self.accepted(&uuid, response),
            (Some(uuid), _) => {
                self.acknowledge_refusal(response);
                self.hung_up(&uuid, cause_of_status(status));
            }
            // The answer to an INVITE that was cancelled, or one that was acknowledged, again.
            (None, 300..) => self.acknowledge_refusal(response),
            (None, 200..=299) => self.acknowledge_again(response),
            (None, _) => {}
        }
    }

    fn progressed(&mut self, uuid: &str, status: u16) {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        let Some(call) = &mut channel.call else {
            return;
        };
        call.phase = Phase::Calling(true);
        if status > 100 && channel.call_state == "DOWN" {
            channel.state = "CONSUME_MEDIA";
            self.tell_of(uuid, "CHANNEL_PROGRESS");
            if let Some(channel) = self.channels.get_mut(uuid) {
                channel.call_state = "RINGING";
            }
        }
    }

    fn accepted(&mut self, uuid: &str, response: &Message) {
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        let Some(call) = &mut channel.call else {
            return;
        };
        call.phase = Phase::Answered;
        response.value("To").clone_into(&mut call.other);
        if !response.contact().is_empty() {
            response.contact().clone_into(&mut call.target);
        }
        let route = Route::to(&call.target);
        if let (Route::Udp(_), Some(route)) = (call.route, route) {
            call.route = route;
        }
        let answer = Offer::parse(&response.body);
        let is_good = answer.as_ref().is_some_and(|answer| {
            answer.is_acceptable() && answer.is_webrtc() == channel.is_webrtc
        });
        channel.has_video = answer.as_ref().is_some_and(Offer::has_video);
        channel.state = "CONSUME_MEDIA";
        channel.call_state = "RINGING";
        let call = call.clone();
        self.acknowledge(&call);
        if let Some(answer) = answer {
            self.agreed(uuid, &answer);
        }
        if is_good {
            self.originated(uuid);
        } else {
            self.hang_up(uuid, "INCOMPATIBLE_DESTINATION");
        }
    }

    /// The call is answered: the job ends, and its application begins.
    fn originated(&mut self, uuid: &str) {
        self.answered(uuid);
        let Some(channel) = self.channels.get_mut(uuid) else {
            return;
        };
        let (is_webrtc, is_connected) = (channel.is_webrtc, channel.is_connected);
        channel.state = "EXECUTE";
        if let Some(job) = channel.job.take() {
            self.job_done(job, format!("+OK {uuid}\n"));
        }
        let owned = uuid.to_owned();
        self.later(SOON, move |world| world.run_next(&owned));
        if is_webrtc && !is_connected && !self.never_connects {
            let (after, owned) = (self.options.connecting + SOON, uuid.to_owned());
            self.later(after, move |world| world.connect(&owned));
        }
    }

    fn acknowledge(&mut self, call: &Call) {
        let ack = Message::request("ACK", &call.target)
            .with("Via", self.via(call.route))
            .with("Max-Forwards", "70")
            .with("From", call.own.clone())
            .with("To", call.other.clone())
            .with("Call-ID", call.id.clone())
            .with("CSeq", format!("{} ACK", call.invite.number()))
            .with("Contact", format!("<sip:mod_sofia@{}>", self.address));
        self.send(call.route, ack.text());
    }

    fn acknowledge_again(&mut self, response: &Message) {
        let uuid = self.of_call(response.value("Call-ID"));
        let channel = uuid.and_then(|uuid| self.channels.get(&uuid));
        if let Some(call) = channel.and_then(|leg| leg.call.clone()) {
            self.acknowledge(&call);
        }
    }

    /// What refuses an INVITE is acknowledged hop by hop, wherever the call is gone meanwhile.
    fn acknowledge_refusal(&mut self, response: &Message) {
        let to = response.value("To");
        let uri = to.split(['<', '>']).nth(1).unwrap_or(to).to_owned();
        let Some(mut route) = Route::to(&uri) else {
            return;
        };
        if response.value("Via").contains("/TCP ") {
            route = Route::Tcp(route.address());
        }
        let ack = Message::request("ACK", &uri)
            .with("Via", response.value("Via"))
            .with("Max-Forwards", "70")
            .with("From", response.value("From"))
            .with("To", to)
            .with("Call-ID", response.value("Call-ID"))
            .with("CSeq", format!("{} ACK", response.number()));
        self.send(route, ack.text());
    }

    /// Our INVITE is taken back.
    pub(super) fn cancel(&mut self, call: &Call, cause: &str) {
        let invite = &call.invite;
        self.pending.remove(&format!("INVITE {}", invite.branch()));
        let cancel = Message::request("CANCEL", invite.uri())
            .with("Via", invite.value("Via"))
            .with("Max-Forwards", "70")
            .with("From", invite.value("From"))
            .with("To", invite.value("To"))
            .with("Call-ID", call.id.clone())
            .with("CSeq", format!("{} CANCEL", invite.number()))
            .with("Reason", reason(cause));
        let key = format!("CANCEL {}", invite.branch());
        self.send_until(key, call.route, cancel.text());
    }
}
